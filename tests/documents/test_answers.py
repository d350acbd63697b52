"""Answers by unit: one for many, with a ground; the three rights."""

import re

import pytest

from deliberate.database import db
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.operations.documents.contributions import comment_on_unit, withdraw_unit_comment
from deliberate.operations.documents.versions import RevisionEntry, revise_document
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.documents.answers import count_rights, list_report_rows
from deliberate.queries.documents.documents import get_document, get_unit, get_version
from deliberate.vocabulary import ResponseGround, Stance, UnitDecision
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.documents.draft_texts import add_draft_text


@pytest.fixture
def draft(process, officer):
    residents = factories.create_resident(), factories.create_resident()
    return get_document(add_draft_text(officer, process, *residents).id)


def contribution_ids(draft):
    return [row.contribution.id for row in list_report_rows(draft)]


def answer_url(draft):
    return f"/en/desk/documents/{draft.id}/answer/pasal-1"


def answer(draft, officer, ids, reason="Tujuh hari cukup."):
    unit = get_unit(get_version(draft), "pasal-1")
    entry = AnswerEntry(UnitDecision.ADOPTED, ResponseGround.TECHNICAL, reason, ids)
    return answer_unit(officer, draft, unit, entry)


def test_one_answer_covers_the_chosen_contributions(app, draft, officer, log):
    _first, *rest = contribution_ids(draft)
    client = signed_in_client(app, officer)
    log()
    fields = {"decision": "adopted_in_part", "ground": "law", "reason": "Diatur undang-undang."}
    sent = submit_form(client, answer_url(draft), **fields, answers=[str(i) for i in rest])
    assert sent.status_code == 303
    row, decided = log()
    assert row.kind == "unit.answered" and row.content is not None
    assert row.details == {
        "decision": "adopted_in_part",
        "reason_chars": 21,
        "grounds": "law",
        "answers": sorted(rest),
    }
    assert (decided.kind, decided.cause) == ("amendment.decided", row.id)
    assert decided.details == {"decision": "adopted_in_part", "grounds": "law"}
    page = anonymous_client(app).get(sent.location).text
    assert page.count("Diatur undang-undang.") == 2 and page.count("Waits for an answer") == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"ground": None}, "An answer needs a ground"),
        ({"decision": None}, "Choose a decision"),
        ({"answers": None}, "Choose the contributions that you answer"),
        ({"answers": "99"}, "Choose the contributions that you answer"),
    ],
    ids=["no ground", "no decision", "none chosen", "unknown"],
)
def test_incomplete_answer_is_refused_and_kept(app, draft, officer, log, fields, message):
    client = signed_in_client(app, officer)
    log()
    values = {"decision": "adopted", "ground": "law", "reason": "Alasan yang panjang."}
    values |= {"answers": str(contribution_ids(draft)[0])} | fields
    page = submit_form(client, answer_url(draft), **values)
    assert page.status_code == 422 and log() == []
    assert message in page.text and "Alasan yang panjang." in page.text


def test_contributions_on_a_dropped_part_are_reached_by_links_and_answered(app, draft, officer):
    ids = contribution_ids(draft)
    text = "Pasal 1\nKata lain sama sekali.\n\nPasal 2\nBerlaku hari ini.\n"
    revise_document(officer, draft, RevisionEntry(2, text, "Dihapus.", {"pasal-1": []}))
    client = signed_in_client(app, officer)
    contents = client.get(f"/en/documents/{draft.id}").text
    address = f"/en/documents/{draft.id}/versions/2/pasal-1"
    assert f'href="{address}"' in contents
    to = f"{answer_url(draft)}?version=2"
    assert f'href="{to}"' in client.get(address).text
    fields = {"decision": "adopted", "ground": "law", "reason": "Dihapus."}
    sent = submit_form(client, to, **fields, answers=[str(i) for i in ids])
    assert sent.status_code == 303 and sent.location.endswith(address)
    db.session.rollback()  # what requests wrote
    assert count_rights(draft, get_version(draft)).total.explained == 3


def test_contributions_beyond_the_first_page_are_answered(app, draft, officer, monkeypatch):
    monkeypatch.setattr("deliberate.queries.documents.contributions.PAGE", 1)
    monkeypatch.setattr("deliberate.queries.documents.unit_pages.PAGE", 1)
    client = signed_in_client(app, officer)
    (more,) = re.findall(r'rel="next"\s+href="([^"]*)"', client.get(answer_url(draft)).text)
    asked = [row.contribution.id for row in list_report_rows(draft)][1]
    fields = {"decision": "adopted", "ground": "law", "answers": str(asked)}
    page = client.get(more).text
    assert f'value="{asked}"' in page and f'action="{more}"' in page
    assert submit_form(client, more, **fields).status_code == 303


def test_replies_are_answered_with_what_they_reply_to(app, draft, officer, monkeypatch):
    parent = list_report_rows(draft)[0].contribution
    unit = get_unit(get_version(draft), "pasal-1/ayat-1")
    replies = [
        comment_on_unit(parent.author, draft, unit, f"Balasan {n}.", Stance.FOR, parent=parent)
        for n in range(3)
    ]
    client = signed_in_client(app, officer)
    page = client.get(answer_url(draft)).text
    assert all(f'value="{row.id}"' in page for row in replies)
    fields = {"decision": "adopted", "ground": "law", "answers": str(replies[2].id)}
    assert submit_form(client, answer_url(draft), **fields).status_code == 303
    monkeypatch.setattr("deliberate.queries.documents.contributions.REPLIES", 1)
    assert "2 more replies are not listed here." in client.get(answer_url(draft)).text


def test_only_the_people_of_the_process_answer(app, draft):
    others = (factories.create_staff(factories.create_institution()), factories.create_resident())
    for person in others:
        with pytest.raises(Refused):
            answer(draft, person, contribution_ids(draft))
        assert signed_in_client(app, person).get(answer_url(draft)).status_code == 403


def test_contribution_of_another_draft_is_not_answered(draft, process, officer):
    residents = factories.create_resident(), factories.create_resident()
    other = get_document(add_draft_text(officer, process, *residents).id)
    with pytest.raises(InvalidInput):
        answer(draft, officer, contribution_ids(other))


def test_withdrawn_contribution_is_not_answered(draft, officer):
    shown = list_report_rows(draft)[0].contribution
    withdraw_unit_comment(shown.author, shown)
    with pytest.raises(InvalidInput):
        answer(draft, officer, [shown.id])


def test_three_rights_are_counted_apart_by_part_and_in_the_whole(app, draft, officer):
    first, second, third = contribution_ids(draft)
    answer(draft, officer, [first], reason="")
    answer(draft, officer, [first, second])
    rights = count_rights(draft, get_version(draft))
    for counted in (rights.total, rights.by_page["pasal-1"]):
        assert (counted.heard, counted.considered, counted.explained) == (3, 2, 2)
    answer(draft, officer, [third], reason="")
    assert count_rights(draft, get_version(draft)).total.considered == 3
    assert count_rights(draft, get_version(draft)).total.explained == 2
    page = anonymous_client(app).get(f"/en/documents/{draft.id}/rights").text
    assert "Pasal 1" in page and "Explained" in page


def rights_rows(app, draft):
    """Return the figures of the table of rights, by the name of the row."""
    page = anonymous_client(app).get(f"/en/documents/{draft.id}/rights").text
    rows = re.findall(r"<tr>\s*<th scope=\"row\"(.*?)</tr>", page, re.DOTALL)
    return {
        " ".join(re.sub("<[^>]*>", " ", row.partition("</th>")[0].partition(">")[2]).split()): [
            int(number) for number in re.findall(r'numeric" data-label="\w+">(\d+)<', row)
        ]
        for row in rows
    }


def test_three_rights_are_shown_by_ayat_and_for_dropped_parts(app, draft, officer):
    first, second, _third = contribution_ids(draft)
    answer(draft, officer, [first, second], reason="")
    assert rights_rows(app, draft) == {
        "The whole draft": [3, 2, 0],
        "Pasal 1": [3, 2, 0],
        "ayat (1)": [1, 1, 0],
        "ayat (2)": [2, 1, 0],
    }
    text = "Pasal 1\n(1) Warga berhak bertanya.\n\nPasal 2\nBerlaku hari ini.\n"
    sources = {"pasal-1": ["pasal-1"]}
    revise_document(officer, draft, RevisionEntry(2, text, "Dihapus.", sources))
    rows = rights_rows(app, draft)
    assert rows["Parts that were dropped"] == [2, 1, 0] and rows["ayat (1)"] == [1, 1, 0]
