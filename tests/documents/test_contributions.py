"""Contributions to units: they stay with their unit, say their version, and are offered to join."""

import json
import re

import pytest

from deliberate.database import db
from deliberate.models import Person, UnitContribution
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.documents.contributions import (
    AmendmentEntry,
    comment_on_unit,
    join_amendment,
    propose_amendment,
    withdraw_amendment,
    withdraw_unit_comment,
)
from deliberate.operations.documents.versions import (
    DraftEntry,
    RevisionEntry,
    close_document,
    open_document,
    revise_document,
)
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.documents.answers import count_rights
from deliberate.queries.documents.contributions import count_contributions, list_contributions
from deliberate.queries.documents.documents import get_document, get_unit, get_version, list_units
from deliberate.vocabulary import Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.documents.draft_texts import read_draft, revised_draft

ROWS = json.loads(read_draft("contributions.json"))["contributions"]


@pytest.fixture
def resident(app, clock):
    return factories.create_resident()


@pytest.fixture
def client(app, resident):
    return signed_in_client(app, resident)


def unit(document, address, number=None):
    document = get_document(document.id)
    return get_unit(get_version(document, number), address)


def comment(document, author, address, body="Alasan saya.", number=None):
    return comment_on_unit(author, document, unit(document, address, number), body, Stance.FOR)


def amendment(document, author, address="pasal-4/ayat-1", words="Peserta adalah setiap warga."):
    entry = AmendmentEntry(document.version, words, "Lebih jelas.")
    return propose_amendment(author, document, unit(document, address), entry)


def revise(document, officer, number):
    text = read_draft(f"participation-v{number}.txt")
    revise_document(officer, document, RevisionEntry(number - 1, text, "Perbaikan."))


def places(document, number=None):
    """Return the addresses at which each contribution stands in a version, by its id."""
    document = get_document(document.id)
    version = get_version(document, number)
    found = {}
    kinds = ["comment", "question", "amendment"]
    for row in list_units(version):
        for shown in list_contributions(document, version, [row], kinds):
            found.setdefault(shown.row.id, set()).add(row.address)
    return found


def test_60_contributions_stand_at_their_units_in_later_versions(document, officer, resident):
    posted = {row["id"]: comment(document, resident, row["unit"], row["text"]).id for row in ROWS}
    for number in (2, 3):
        revise(document, officer, number)
        at = places(document)
        for row in ROWS:
            assert at.get(posted[row["id"]], set()) == set(row[f"expected_v{number}"]), row["id"]


def test_numbers_of_the_contents_and_of_the_rights_have_the_same_sum(
    app, document, officer, resident
):
    kept, withdrawn = (comment(document, resident, "pasal-4/ayat-1") for _ in range(2))
    withdraw_unit_comment(resident, withdrawn)
    version = get_version(get_document(document.id))
    placed = count_contributions(document, list_units(version), version.number)
    assert (placed.total["comment"], placed.unshown) == (1, 1)
    assert sum(placed.by_page["pasal-4"].values()) == 1
    assert count_rights(document, version).total.heard == 2
    page = anonymous_client(app).get(f"/en/documents/{document.id}").text
    assert re.search(r"<dt>withdrawn or hidden</dt>\s*<dd>1</dd>", page)
    withdraw_unit_comment(resident, kept)
    page = anonymous_client(app).get(f"/en/documents/{document.id}").text
    assert f"/en/documents/{document.id}/report" in page


def test_400_comments_stay_with_their_pasal_through_moves_splits_and_mergers(
    process, officer, resident
):
    first, second, sources = revised_draft(5)
    draft = open_document(officer, process, DraftEntry("Naskah", "id", first))
    posted = {}
    for number in range(400):
        address = f"pasal-{number % 40 + 1}"
        posted[comment(draft, resident, address, f"Alasan {number}.").id] = address
    revise_document(officer, draft, RevisionEntry(1, second, "Perbaikan."))
    at = places(draft)
    for contribution_id, address in posted.items():
        assert at[contribution_id] == {new for new, old in sources.items() if address in old}


def test_comment_is_posted_on_a_part_and_says_its_version(app, client, document, log):
    log()
    answer = submit_form(
        client,
        f"/en/documents/{document.id}/pasal-4",
        to=f"/en/documents/{document.id}/comment/pasal-4",
        version="1",
        unit="pasal-4/ayat-2",
        stance="against",
        body="Warga asing juga terdampak.",
    )
    (row,) = log()
    assert (row.kind, row.stance) == ("comment.posted", Stance.AGAINST)
    assert row.details == {
        "kind": "argument",
        "unit": unit(document, "pasal-4/ayat-2").unit_id,
    }
    assert row.proposal_id is None
    page = anonymous_client(app).get(answer.location).text
    assert "Warga asing juga terdampak." in page and "written on version 1" in page
    assert "ayat (2)" in page


@pytest.mark.parametrize(
    ("fields", "message"),
    [({"stance": None}, "Choose for, against"), ({"body": " "}, "Your reason or question")],
)
def test_incomplete_comment_is_refused_at_its_field_and_kept(
    client, document, log, fields, message
):
    log()
    values = {"version": "1", "stance": "for", "body": "Alasan saya panjang."} | fields
    answer = submit_form(
        client,
        f"/en/documents/{document.id}/pasal-4",
        to=f"/en/documents/{document.id}/comment/pasal-4",
        **values,
    )
    assert answer.status_code == 422 and log() == []
    assert message in answer.text


def test_comment_written_before_a_revision_stands_at_the_unit_that_was_read(
    client, document, officer
):
    page = f"/en/documents/{document.id}/pasal-9"
    revise(document, officer, 2)  # Pasal 9 becomes 11, another one becomes Pasal 9
    answer = submit_form(
        client,
        page,
        to=f"/en/documents/{document.id}/comment/pasal-9",
        version="1",
        unit="pasal-9/ayat-1",
        stance="for",
        body="Tenggatnya jelas.",
    )
    assert f"/en/documents/{document.id}/pasal-11#" in answer.location


def amend_url(document, address="pasal-4/ayat-1"):
    return f"/en/documents/{document.id}/amend/{address}"


def test_amendment_is_shown_word_by_word_before_it_is_public(app, client, document, log):
    log()
    form = client.get(amend_url(document)).text
    assert "yang berdomisili di wilayah" in form
    words = unit(document, "pasal-4/ayat-1").body.replace("berdomisili", "tinggal atau bekerja")
    fields = {"version": "1", "replacement": words, "body": "Banyak yang belum pindah KTP."}
    looked = submit_form(client, amend_url(document), **fields)
    assert looked.status_code == 200 and log() == []
    assert "tinggal atau bekerja</ins>" in looked.text and "berdomisili</del>" in looked.text
    answer = submit_form(client, amend_url(document), **fields, publish="1")
    (row,) = log()
    details = {"unit": unit(document, "pasal-4/ayat-1").unit_id, "version": 1}
    assert (row.kind, row.details) == ("amendment.proposed", details)
    assert row.content is not None
    assert "Banyak yang belum pindah KTP." in anonymous_client(app).get(answer.location).text


def test_same_amendment_again_is_offered_to_be_joined(client, document, log):
    other = factories.create_resident()
    first = amendment(document, other, words="Peserta adalah setiap warga Sepaku dan sekitarnya.")
    fields = {
        "version": "1",
        "replacement": "Peserta adalah setiap warga Sepaku dan sekitarnya!",
        "body": "Sama.",
    }
    page = submit_form(client, amend_url(document), **fields).text
    join = f"/en/documents/{document.id}/contributions/{first.id}/join"
    assert "Somebody proposed nearly the same words" in page and join in page
    log()
    submit_form(client, amend_url(document), to=join)
    (row,) = log()
    assert (row.kind, row.details) == ("amendment.joined", {"into": first.id})
    assert "1 person joined" in client.get(f"/en/documents/{document.id}/pasal-4").text


def test_amendment_is_joined_once_and_not_by_its_author(document, resident):
    mine = amendment(document, resident)
    other = factories.create_resident()
    join_amendment(other, mine)
    for person in (resident, other):
        with pytest.raises(Refused):
            join_amendment(person, mine)
    assert mine.join_count == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"replacement": ""}, "The words you propose"),
        ({"body": ""}, "Your reason"),
        ({"replacement": "SAME", "publish": "1"}, "These are the words of the draft"),
    ],
)
def test_incomplete_amendment_is_refused_and_kept(client, document, log, fields, message):
    log()
    same = unit(document, "pasal-4/ayat-1").body
    values = {"version": "1", "replacement": "Kata lain.", "body": "Alasan."} | fields
    values = {key: same if value == "SAME" else value for key, value in values.items()}
    page = submit_form(client, amend_url(document), **values)
    assert page.status_code == 422 and log() == [] and message in page.text


@pytest.mark.parametrize("step", [{}, {"publish": "1"}], ids=["looked at", "published"])
def test_words_of_the_draft_are_refused_at_their_field(client, document, step):
    same = unit(document, "pasal-4/ayat-1").body
    values = {"version": "1", "replacement": same, "body": "Alasan."} | step
    page = submit_form(client, amend_url(document), **values)
    assert page.status_code == 422
    (field,) = re.findall(r'<textarea[^>]*name="replacement"[^>]*>', page.text)
    assert 'aria-invalid="true"' in field


def test_amendment_on_a_superseded_version_is_offered_to_be_carried_over(
    client, document, officer, log
):
    revise(document, officer, 2)
    log()
    fields = {"version": "1", "replacement": "Kata saya.", "body": "Alasan saya.", "publish": "1"}
    page = submit_form(client, amend_url(document, "pasal-9/ayat-1"), **fields)
    assert page.status_code == 409 and log() == []
    assert "You wrote on version 1" in page.text and "Kata saya." in page.text
    carried = f"/en/documents/{document.id}/amend/pasal-11/ayat-1"
    assert f'action="{carried}"' in page.text
    answer = submit_form(client, carried, **(fields | {"version": "2"}))
    assert answer.status_code == 303


def test_amendment_of_a_dropped_unit_keeps_its_words_on_the_page(client, document, officer):
    revise(document, officer, 2)
    dropped = "pasal-20/ayat-1"
    revise(document, officer, 3)
    fields = {"version": "2", "replacement": "Kata saya.", "body": "Alasan saya.", "publish": "1"}
    page = submit_form(client, amend_url(document, dropped), **fields)
    assert page.status_code == 409
    assert "This part was dropped" in page.text and "Kata saya." in page.text


def test_contribution_on_a_dropped_unit_stays_readable_at_its_version(
    app, document, officer, resident
):
    revise(document, officer, 2)
    posted = comment(document, resident, "pasal-20/ayat-1", "Pilihan belum yakin itu jujur.")
    revise(document, officer, 3)
    fresh = get_document(document.id)
    placed = count_contributions(fresh, list_units(get_version(fresh)), 3)
    assert (placed.dropped, placed.total["comment"]) == (1, 1)
    page = anonymous_client(app).get(f"/en/documents/{document.id}/versions/2/pasal-20").text
    assert "Pilihan belum yakin itu jujur." in page
    assert (
        "1 contribution is on a part"
        in anonymous_client(app).get(f"/en/documents/{document.id}").text
    )
    assert posted.withdrawn_at is None


def test_withdrawn_contributions_show_that_there_was_one(app, document, resident, log):
    first, second = comment(document, resident, "pasal-2"), amendment(document, resident)
    log()
    withdraw_unit_comment(resident, first)
    withdraw_amendment(resident, second)
    assert [row.kind for row in log()] == ["comment.withdrawn", "amendment.withdrawn"]
    page = anonymous_client(app).get(f"/en/documents/{document.id}/pasal-4").text
    assert "Withdrawn by its author" in page and "setiap warga" not in page
    with pytest.raises(Refused):
        withdraw_amendment(resident, second)


def test_only_the_author_withdraws_and_the_page_offers_it(app, client, document, resident):
    mine = comment(document, resident, "pasal-2")
    action = f"/en/documents/{document.id}/contributions/{mine.id}/withdraw"
    page = f"/en/documents/{document.id}/pasal-2"
    assert action in client.get(page).text and action not in anonymous_client(app).get(page).text
    other = factories.create_resident()
    with pytest.raises(Refused):
        withdraw_unit_comment(other, mine)
    assert submit_form(client, page, to=action).status_code == 303


def test_closed_draft_takes_no_contributions(app, document, officer, resident):
    close_document(officer, document)
    with pytest.raises(Refused):
        comment(document, resident, "pasal-2")
    page = anonymous_client(app).get(f"/en/documents/{document.id}/pasal-2").text
    assert "The consultation on this draft is closed" in page and "stance" not in page
    assert "is closed" in anonymous_client(app).get(amend_url(document)).text


def test_contribution_of_another_draft_is_not_found(client, process, officer, document, resident):
    mine = amendment(document, factories.create_resident())
    text = read_draft("participation-v2.txt")
    other = open_document(officer, process, DraftEntry("Lain", "id", text))
    path = f"/en/documents/{other.id}"
    action = f"{path}/contributions/{mine.id}/join"
    assert submit_form(client, f"{path}/pasal-2", to=action).status_code == 404


def test_empty_amendment_is_refused_by_the_operation(document, resident):
    with pytest.raises(InvalidInput):
        amendment(document, resident, words=" ")


def test_erased_author_leaves_an_empty_place(app, document, resident):
    mine = amendment(document, resident, words="Kata yang harus hilang.")
    join_amendment(factories.create_resident(), mine)
    erase_account(resident, factories.PASSPHRASE)
    row = db.session.get(UnitContribution, mine.id)
    assert (row.body, row.replacement, row.salt) == ("", "", None)
    assert row.withdrawn_at is not None and row.join_count == 1
    page = anonymous_client(app).get(f"/en/documents/{document.id}/pasal-4").text
    assert "harus hilang" not in page
    assert db.session.get(Person, resident.id).is_erased


def test_page_of_a_pasal_costs_the_same_for_many_contributions(app, document, resident):
    for number in range(70):
        comment(document, resident, "pasal-2", f"Alasan {number}.")
    page = anonymous_client(app).get(f"/en/documents/{document.id}/pasal-2")
    assert "More amendments and comments" in page.text and len(page.data) <= 100_000
    after = re.search(r"\?after=(\d+)", page.text)[1]
    rest = anonymous_client(app).get(f"/en/documents/{document.id}/pasal-2?after={after}").text
    assert "Alasan 69." in rest and "Alasan 1." not in rest
