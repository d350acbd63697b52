"""The desk of draft texts: import, look first, revise with origins, races, refusals."""

import io
import re

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Document, DocumentVersion, Person, UnitText
from deliberate.operations.documents.versions import (
    DraftEntry,
    RevisionEntry,
    VersionPublishedMeanwhile,
    close_document,
    open_document,
    revise_document,
)
from deliberate.permissions.decision import InvalidInput, Refused
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.documents.draft_texts import read_draft
from tests.documents.files import to_docx
from tests.site.serving.test_concurrent_acts import run_concurrently

TEXT = (
    "BAB I\nUMUM\n\nPasal 1\n(1) Satu dua tiga.\n(2) Empat lima enam.\n\nPasal 2\nTujuh delapan.\n"
)


def version_text(number):
    return read_draft(f"participation-v{number}.txt")


@pytest.fixture
def client(app, officer):
    return signed_in_client(app, officer)


def new_url(process):
    return f"/en/desk/processes/{process.slug}/documents/new"


def revise_url(document):
    return f"/en/desk/documents/{document.id}/revise"


def post_new(client, process, **fields):
    values = {"title": "Naskah", "language": "id", "text": TEXT} | fields
    return submit_form(client, new_url(process), **values)


def unit_ids(document, number):
    db.session.rollback()  # what requests wrote
    rows = db.session.execute(
        select(UnitText.address, UnitText.unit_id)
        .join(DocumentVersion)
        .where(DocumentVersion.document_id == document.id, DocumentVersion.number == number)
    )
    return dict(rows.all())


def test_typed_draft_is_looked_at_before_it_is_opened(app, client, process, log):
    log()
    looked = post_new(client, process)
    assert looked.status_code == 200 and log() == []
    assert "What was read" in looked.text and 'name="publish"' in looked.text
    assert "Tujuh delapan." in looked.text
    opened = post_new(client, process, publish="1")
    (row,) = log()
    assert (row.kind, row.details) == ("document.opened", {"units": 5})
    assert row.content is not None and row.process_id == process.id
    assert "Naskah" in anonymous_client(app).get(opened.location).text


def test_file_is_read_into_the_text_that_can_be_corrected(client, process, log):
    file = (io.BytesIO(to_docx(version_text(3))), "naskah.docx")
    log()
    page = post_new(client, process, text="", file=file, publish="1")
    assert page.status_code == 200 and log() == []
    assert "<b>25</b> Pasal" in page.text and "Pasal 12A" in page.text


def test_text_of_a_long_file_is_taken_in_any_script(client, process):
    article = "\u1a05\u1a11\u1a12 " * 500  # Lontara has three bytes for a letter
    law = "".join(f"Pasal {number}\n{article}\n\n" for number in range(1, 301))
    page = post_new(client, process, text="", file=(io.BytesIO(law.encode()), "uu.txt"))
    (text,) = re.findall(r"<textarea[^>]*name=\"text\"[^>]*>(.*?)</textarea>", page.text, re.DOTALL)
    assert len(text.encode()) > 1_500_000
    opened = post_new(client, process, text=text, file=(io.BytesIO(), ""), publish="1")
    assert opened.status_code == 303


def test_file_with_more_text_than_can_be_read_is_refused_at_its_field(client, process):
    law = "Pasal 1\n" + "Warga berhak. " * 60_000
    page = post_new(client, process, text="", file=(io.BytesIO(law.encode()), "uu.txt"))
    assert page.status_code == 422 and "about 300 pages can be read" in page.text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": ""}, "Choose a file or write the text"),
        ({"text": "Surat biasa."}, "There is no Pasal and no heading"),
        ({"text": TEXT.replace("Pasal 2", "Pasal 1")}, "These numbers occur twice: Pasal 1"),
        ({"title": ""}, "Title of the draft"),
        ({"file": (b"%PDF-1.4", "pindai.pdf")}, "pictures of pages"),
        ({"file": (b"PK\x03\x04x", "rusak.docx")}, "not damaged"),
        (
            {"text": "\n".join(f"Pasal {n}\nIsi." for n in range(1, 5002))},
            "at most 5000 can be read",
        ),
    ],
    ids=["nothing", "no structure", "twice", "no title", "scan", "damaged", "5,001 units"],
)
def test_unreadable_draft_is_refused_at_its_field_and_keeps_the_text(
    client, process, log, fields, message
):
    log()
    sent = dict(fields)
    if "file" in sent:
        content, name = sent["file"]
        sent["file"] = (io.BytesIO(content), name)
    page = post_new(client, process, **sent)
    assert page.status_code == 422 and log() == []
    assert message in page.text.replace("5,000", "5000")
    assert fields.get("text", "Empat lima enam.")[:9] in page.text


def test_lines_that_could_not_be_read_are_shown(client, process):
    page = post_new(client, process, text=TEXT.replace("(2) Empat", "(2) Empat.\n(7) Lima"))
    assert "Lines that need your eyes" in page.text and "(7) Lima" in page.text


def test_draft_is_opened_by_the_people_of_the_process_only(app, process, log):
    others = (factories.create_staff(factories.create_institution()), factories.create_resident())
    log()
    for person in others:
        with pytest.raises(Refused):
            open_document(person, process, DraftEntry("Naskah", "id", TEXT))
        assert signed_in_client(app, person).get(new_url(process)).status_code == 403
    assert [row for row in log() if row.kind == "document.opened"] == []


def test_revision_shows_origins_and_is_published_when_confirmed(client, document, log):
    log()
    fields = {"base": "1", "text": version_text(2), "note": "Menanggapi masukan."}
    page = submit_form(client, revise_url(document), **fields)
    assert page.status_code == 200 and log() == []
    assert re.search(r'name="from:pasal-19"\s+value="17, 18"', page.text)
    assert re.search(r'name="from:pasal-7"\s+value="21"', page.text)
    answer = submit_form(client, revise_url(document), **fields, publish="1")
    assert answer.status_code == 303
    (row,) = log()
    assert row.kind == "document.revised"
    assert (row.details["version"], row.details["dropped"]) == (2, 0)


def test_units_keep_their_ids_through_versions(document, officer):
    revise_document(officer, document, RevisionEntry(1, version_text(2), "Perbaikan."))
    first, second = unit_ids(document, 1), unit_ids(document, 2)
    assert second["pasal-2"] == first["pasal-2"]
    assert second["pasal-7"] == first["pasal-21"]  # moved to another Bab
    assert second["pasal-1/angka-8"] == first["pasal-17/ayat-2"]
    halves = [second["pasal-5"], second["pasal-6"]]
    assert halves.count(first["pasal-5"]) == 1  # of a split one half goes on


def test_origin_that_the_officer_corrects_is_taken(client, document):
    fields = {"base": "1", "text": version_text(2), "note": "Perbaikan.", "publish": "1"}
    origins = {"from:pasal-7": "", "from:pasal-2": "3"}
    answer = submit_form(client, revise_url(document), **fields, **origins)
    assert answer.status_code == 303
    first, second = unit_ids(document, 1), unit_ids(document, 2)
    assert second["pasal-7"] not in first.values()
    assert second["pasal-2"] == first["pasal-3"] or second["pasal-3"] == first["pasal-3"]


@pytest.mark.parametrize(
    "wrong",
    [{"note": "", "publish": "1"}, {"note": "x" * 2001}],
    ids=["without a reason", "too long"],
)
def test_corrected_origins_stay_when_another_field_is_wrong(client, document, log, wrong):
    log()
    values = {"text": version_text(2), "base": "1", "from:pasal-6": "3"} | wrong
    answer = submit_form(client, revise_url(document), **values)
    assert answer.status_code == 422
    assert re.search(r'name="from:pasal-6"\s+value="3"', answer.text)
    assert re.search(r'name="from:pasal-7"\s+value="21"', answer.text)
    assert not log()


def test_unknown_origin_is_refused_and_nothing_typed_is_lost(client, document, log):
    log()
    fields = {"base": "1", "text": version_text(2), "note": "Perbaikan.", "publish": "1"}
    page = submit_form(client, revise_url(document), **fields, **{"from:pasal-2": "77"})
    assert page.status_code == 422 and log() == []
    assert "no unit with these numbers: 77" in page.text and "Perbaikan." in page.text


def test_second_officer_sees_the_version_of_the_first_and_keeps_the_text(
    app, client, document, officer, institution, log
):
    revise_document(officer, document, RevisionEntry(1, version_text(2), "Perbaikan pertama."))
    log()
    text = version_text(3)
    fields = {"base": "1", "text": text, "note": "Perbaikan kedua.", "publish": "1"}
    page = submit_form(client, revise_url(document), **fields)
    assert page.status_code == 409 and log() == []
    assert "Version 2 was published in the meantime" in page.text
    assert "Perbaikan kedua." in page.text and "tanpa menunggu ambang" in page.text
    assert re.search(r'name="base"[^>]*value="2"', page.text)
    again = submit_form(client, revise_url(document), **(fields | {"base": "2"}))
    assert again.status_code == 303


def test_of_two_officers_who_revise_at_once_the_second_is_told_and_nothing_is_lost(
    app, document, officer, institution
):
    people, number = [officer.id, factories.create_staff(institution).id], document.id
    db.session.remove()

    def revise(person_id):
        staff, draft = db.session.get_one(Person, person_id), db.session.get_one(Document, number)
        revise_document(staff, draft, RevisionEntry(1, version_text(2), f"Perbaikan {person_id}."))

    outcomes = run_concurrently(app, [lambda n=n: revise(n) for n in people])
    assert outcomes == {"done": 1, "VersionPublishedMeanwhile": 1}
    draft = db.session.get_one(Document, number)
    assert draft.version == 2 and [row.number for row in draft.versions] == [1, 2]
    assert unit_ids(draft, 2)["pasal-2"] == unit_ids(draft, 1)["pasal-2"]


def test_revision_with_more_than_a_thousand_origins_is_taken(client, document):
    page = client.get(revise_url(document)).text
    tokens = dict(re.findall(r'name="(csrf_token|form_key)"[^>]*value="([^"]*)"', page))
    origins = {f"from:pasal-{number}": str(number) for number in range(1, 1200)}
    fields = {"base": "1", "text": TEXT, "note": "Perbaikan."} | tokens | origins
    sent = client.post(revise_url(document), data=fields, content_type="multipart/form-data")
    assert sent.status_code == 200, sent.text[:300]


def test_revision_on_a_superseded_version_is_refused(document, officer):
    revise_document(officer, document, RevisionEntry(1, version_text(2), "Perbaikan."))
    with pytest.raises(VersionPublishedMeanwhile):
        revise_document(officer, document, RevisionEntry(1, version_text(3), "Perbaikan."))


@pytest.mark.parametrize(("number", "note"), [(2, " "), (1, "Perbaikan.")])
def test_revision_needs_a_reason_and_other_words(document, officer, number, note):
    with pytest.raises(InvalidInput):
        revise_document(officer, document, RevisionEntry(1, version_text(number), note))


def test_closed_draft_is_read_but_not_revised(app, client, document, log):
    log()
    path = f"/en/documents/{document.id}"
    submit_form(client, path, to=f"/en/desk/documents/{document.id}/close")
    assert [row.kind for row in log()] == ["document.closed"]
    assert "The consultation on this draft is closed" in anonymous_client(app).get(path).text
    officer = db.session.get(Document, document.id)
    with pytest.raises(Refused):
        close_document(factories.create_staff(document.institution), officer)


def test_desk_lists_the_drafts_of_a_process(client, process, document):
    page = client.get(f"/en/desk/processes/{process.slug}/documents").text
    assert "Partisipasi Masyarakat" in page and revise_url(document) in page
