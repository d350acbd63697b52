"""What contributions changed: on them, on their Pasal, and in the comparison with its reasons."""

import re

import pytest
from sqlalchemy import event

from deliberate.database import db
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.operations.documents.contributions import (
    AmendmentEntry,
    comment_on_unit,
    propose_amendment,
)
from deliberate.operations.documents.versions import RevisionEntry, revise_document
from deliberate.queries.documents.documents import get_document, get_unit, get_version, list_units
from deliberate.queries.documents.effects import get_page_effects
from deliberate.queries.documents.version_comparison import (
    compare_document_versions,
    explain_units,
)
from deliberate.vocabulary import ResponseGround, Stance, UnitDecision
from tests import factories
from tests.client import anonymous_client
from tests.documents.draft_texts import read_draft

ASKED = "28 (dua puluh delapan) hari kalender"


@pytest.fixture
def consulted(document, officer):
    """Return the draft with contributions to v1, answers, and its second version."""
    draft = get_document(document.id)
    author = factories.create_resident()

    def unit(address):
        return get_unit(get_version(draft), address)

    amendments = [
        propose_amendment(
            factories.create_resident(),
            draft,
            unit("pasal-9/ayat-1"),
            AmendmentEntry(1, f"Usulan dijawab paling lambat {ASKED} {n}.", f"Alasan {n}."),
        )
        for n in range(3)
    ]
    comments = [
        comment_on_unit(author, draft, unit(address), f"Pendapat {address}.", Stance.AGAINST)
        for address in ("pasal-9/ayat-2", "pasal-9", "pasal-2/huruf-a")
    ]
    refused = propose_amendment(
        author, draft, unit("pasal-9/ayat-3"), AmendmentEntry(1, "Dihapus.", "Terlalu banyak.")
    )
    adopted = [row.id for row in (*amendments, *comments)]
    answer(draft, officer, UnitDecision.ADOPTED, "Hari kerja terlalu lama.", adopted)
    answer(draft, officer, UnitDecision.NOT_ADOPTED, "Isi jawaban tetap.", [refused.id])
    text = read_draft("participation-v2.txt")
    revise_document(officer, draft, RevisionEntry(1, text, "Sesudah konsultasi."))
    return draft


def answer(draft, officer, decision, reason, ids):
    entry = AnswerEntry(decision, ResponseGround.LAW, reason, ids)
    answer_unit(officer, draft, get_unit(get_version(draft), "pasal-9"), entry)


def causes_at(draft, number, address):
    version = get_version(draft, number)
    units = [
        unit
        for unit in list_units(version)
        if unit.address == address or unit.address.startswith(f"{address}/")
    ]
    return get_page_effects(draft, version, units)[0]


def test_pasal_names_how_many_adopted_contributions_changed_it(app, consulted):
    (cause,) = causes_at(consulted, 2, "pasal-11")
    assert cause.version == 2 and cause.counts == {"amendment": 3, "comment": 2}
    page = anonymous_client(app).get(f"/en/documents/{consulted.id}/pasal-11").text
    assert "Changed in version 2" in page
    assert "because of 3 amendments, 2 comments" in " ".join(page.split())


def test_pasal_that_stayed_and_older_versions_name_no_change(consulted):
    assert causes_at(consulted, 2, "pasal-2") == []
    assert causes_at(consulted, 1, "pasal-9") == []


def test_adopted_contribution_names_the_version_and_a_refused_one_does_not(app, consulted):
    page = anonymous_client(app).get(f"/en/documents/{consulted.id}/pasal-11").text
    said = "The draft changed because of it in version 2"
    items = re.split(r'<li id="contribution-\d+">', page)[1:]
    assert sum(said in item for item in items) == 5
    (refused,) = [item for item in items if "Terlalu banyak." in item]
    assert said not in refused and "Not adopted" in refused


def test_comparison_has_before_proposed_and_after_with_the_reasons(app, consulted):
    page = anonymous_client(app).get(f"/en/documents/{consulted.id}/compare?from=1&to=2").text
    more = re.search(r'rel="next"\s+href="([^"]*)"', page)
    if more:
        page += anonymous_client(app).get(more[1].replace("&amp;", "&")).text
    sections = re.findall(r'<section class="card".*?</section>', page, re.DOTALL)
    (ayat,) = [one for one in sections if ">Pasal 11 ayat (1)<" in one.partition("</h2>")[0]]
    assert re.findall(r"<h3[^>]*>(.*?)</h3>", ayat) == ["Before", "Proposed", "After"]
    assert "28 (dua puluh delapan) hari kerja." in ayat and "sejak ambang tercapai" in ayat
    assert ayat.count("Adopted") == 2 and "Hari kerja terlalu lama." in ayat
    assert "because of 3 amendments, 1 comment" in " ".join(ayat.split())


def test_hidden_or_withdrawn_amendment_is_not_in_the_comparison(app, consulted):
    from deliberate.operations.documents.contributions import withdraw_amendment
    from deliberate.queries.documents.answers import list_report_rows

    for row in list_report_rows(consulted):
        if row.contribution.kind == "amendment":
            withdraw_amendment(row.contribution.author, row.contribution)
    page = anonymous_client(app).get(f"/en/documents/{consulted.id}/compare?from=1&to=2").text
    assert "Usulan dijawab paling lambat" not in re.sub(r"<[^>]*>", "", page)


def test_contribution_to_a_dropped_unit_is_credited_with_the_version_that_dropped_it(
    document, officer
):
    draft = get_document(document.id)
    unit = get_unit(get_version(draft), "pasal-22/ayat-2")
    author = factories.create_resident()
    comment = comment_on_unit(author, draft, unit, "Hapus saja.", Stance.AGAINST)
    answer(draft, officer, UnitDecision.ADOPTED, "Dihapus.", [comment.id])
    text = read_draft("participation-v1.txt").replace(
        "(2) Rincian biaya diumumkan setiap tahun.\n", ""
    )
    revise_document(officer, draft, RevisionEntry(1, text, "Satu ayat dihapus."))
    _causes, changed = get_page_effects(draft, get_version(draft, 1), [unit])
    assert changed == {(unit.unit_id, 1): 2}


def test_cost_of_the_comparison_does_not_grow_with_contributions(app, consulted, officer):
    old, new = get_version(consulted, 1), get_version(consulted, 2)
    rows = compare_document_versions(consulted, old, new)

    def count_statements():
        statements = []

        def note(*arguments):
            statements.append(arguments[2])

        explain_units(consulted, old, new, rows)  # loads what a commit has expired
        event.listen(db.engine, "before_cursor_execute", note)
        explained = explain_units(consulted, old, new, rows)
        event.remove(db.engine, "before_cursor_execute", note)
        return len(statements), sum(item.counts.get("comment", 0) for item in explained)

    statements, comments = count_statements()
    first, author = get_unit(old, "pasal-9/ayat-1"), factories.create_resident()
    ids = [comment_on_unit(author, consulted, first, f"{n}.", Stance.FOR).id for n in range(40)]
    answer(consulted, officer, UnitDecision.ADOPTED, "Sama.", ids)
    assert count_statements() == (statements, comments + 40)


def test_large_comparison_is_shown_in_pages_of_at_most_60_kb(app, process, officer):
    from deliberate.operations.documents.versions import DraftEntry, open_document
    from tests.documents.draft_texts import large_draft, render

    pasal = large_draft(200)
    draft = open_document(officer, process, DraftEntry("Besar", "id", render(pasal)))
    changed = [(number, [f"{text} Tambahan." for text in ayat]) for number, ayat in pasal]
    revise_document(officer, draft, RevisionEntry(1, render(changed), "Semua."))
    page = anonymous_client(app).get(f"/id/documents/{draft.id}/compare")
    assert len(page.data) <= 60_000 and 'rel="next"' in page.text
