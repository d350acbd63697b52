"""The desk of answers: open Pasal by deadline, assignment, checks, signatures, answers by table."""

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.clock import now, override_now
from deliberate.database import db, unrecorded
from deliberate.days import last_day_text, local_date
from deliberate.models import (
    Delivery,
    Institution,
    Notice,
    ProcessInstitution,
    UnitAnswer,
    UnitAnswerDraft,
)
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.templates import load_context, render_notification
from deliberate.operations.documents.answer_desk import (
    ask_consents,
    assign_unit,
    check_answer,
    publish_answer_draft,
    sign_answer,
)
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.permissions.decision import Refused
from deliberate.queries.documents.answer_desk import (
    get_answer_deadlines,
    list_documents_with_open_contributions,
    list_open_pages,
)
from deliberate.queries.documents.answers import count_all_rights, list_report_rows
from deliberate.queries.documents.documents import get_document, get_unit, get_version
from deliberate.queries.processes.working_days import response_deadline
from deliberate.vocabulary import ResponseGround, UnitDecision
from tests import factories
from tests.client import signed_in_client, submit_form
from tests.documents.draft_texts import add_draft_text

DESK = "/en/desk/contributions"


@pytest.fixture
def draft(process, officer):
    residents = factories.create_resident(), factories.create_resident()
    return get_document(add_draft_text(officer, process, *residents).id)


@pytest.fixture
def checked(institution):
    """Let the institution check what it publishes."""
    with unrecorded("test data") as session:
        session.get(Institution, institution.id).needs_check = True


@pytest.fixture
def signer(process):
    """Return staff of an institution that must sign what the process answers."""
    other = factories.create_institution("keuangan")
    with unrecorded("test data") as session:
        part = ProcessInstitution(process_id=process.id, institution_id=other.id, part="must_sign")
        session.add(part)
    db.session.expire_all()
    return factories.create_staff(other)


def contribution_ids(draft):
    return [row.contribution.id for row in list_report_rows(draft)]


def entry(ids, reason="Tujuh hari cukup."):
    return AnswerEntry(UnitDecision.ADOPTED, ResponseGround.TECHNICAL, reason, ids)


def unit_of(draft):
    return get_unit(get_version(draft), "pasal-1")


def ask(officer, draft):
    return ask_consents(officer, draft, unit_of(draft), entry(contribution_ids(draft)))


def test_open_pasal_stay_on_the_desk_until_all_their_contributions_are_answered(draft, officer):
    ids = contribution_ids(draft)
    (page,) = list_open_pages([draft])
    assert (page.unit.address, sorted(page.contribution_ids)) == ("pasal-1", sorted(ids))
    answer_unit(officer, draft, unit_of(draft), entry(ids[:2]))
    (page,) = list_open_pages(list_documents_with_open_contributions())
    assert page.contribution_ids == ids[2:]
    answer_unit(officer, draft, unit_of(draft), entry(ids[2:]))
    assert list(list_documents_with_open_contributions()) == []


def test_deadline_runs_from_the_oldest_open_contribution(app, draft, officer):
    (page,) = list_open_pages([draft])
    first = min(row.contribution.posted_at for row in list_report_rows(draft))
    assert page.due_at == response_deadline(draft.process, first)
    assert page.days_left == draft.process.response_days
    with override_now(now() + timedelta(days=90)):
        assert list_open_pages([draft])[0].days_left < 0


def test_desk_lists_and_assigns_to_a_colleague(app, draft, officer, institution, log):
    colleague = factories.create_staff(institution)
    client = signed_in_client(app, officer)
    assert "Pasal 1" in client.get(DESK).text
    log()
    fields = {"colleague": str(colleague.id)}
    sent = submit_form(client, DESK, f"{DESK}/{draft.id}/assign/pasal-1", **fields)
    assert sent.status_code == 303
    assert [row.kind for row in log()] == ["case.assigned"]
    mine = signed_in_client(app, colleague).get(f"{DESK}?mine=1").text
    assert "Pasal 1" in mine and colleague.display_name in mine
    assert "Nothing waits for an answer" in client.get(f"{DESK}?mine=1").text
    stranger = factories.create_staff(factories.create_institution("lain"))
    fields = {"colleague": str(stranger.id)}
    assert (
        submit_form(client, DESK, f"{DESK}/{draft.id}/assign/pasal-1", **fields).status_code != 303
    )


def test_deadline_is_the_same_on_the_draft_its_part_and_the_desk(app, draft, officer, monkeypatch):
    (page,) = list_open_pages([draft])
    deadlines = get_answer_deadlines(draft)
    key = (page.version.number, page.unit.unit_id)
    assert deadlines.waiting == 3 and deadlines.first == deadlines.by_page[key]
    assert (deadlines.first.due_at, deadlines.first.days_left) == (page.due_at, page.days_left)
    client, day = signed_in_client(app, officer), last_day_text(page.due_at, draft.process)
    public = f"/id/documents/{draft.id}"
    desk = "/id/desk/contributions"
    answer = f"/id/desk/documents/{draft.id}/answer/pasal-1"
    for address in (public, f"{public}/pasal-1", desk, answer):
        assert day in client.get(address).text, address
    assert day not in client.get(f"{public}/pasal-2").text
    calendar = client.get(f"/processes/{draft.process.slug}/calendar.ics?lang=en").text
    due = f"{local_date(draft.process, page.due_at - timedelta(seconds=1)):%Y%m%d}"
    (event,) = (part for part in calendar.split("BEGIN:VEVENT") if "UID:answer-" in part)
    assert f"DTSTART;VALUE=DATE:{due}" in event
    answer_unit(officer, draft, unit_of(draft), entry(contribution_ids(draft)))
    assert get_answer_deadlines(draft).by_page == {}
    text = client.get(f"/en/documents/{draft.id}").text
    assert "to be answered within 20 working days" in text


def told(kind):
    """Return who is told of a kind, and the message in English."""
    fan_out()
    rows = db.session.execute(
        select(Delivery.person_id, Notice)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Notice.kind == kind, Delivery.channel == "account")
    ).all()
    return {row[0] for row in rows}, [
        render_notification(row[1], load_context([row[1]]), "en") for row in rows
    ]


def test_officer_is_told_of_a_part_that_a_colleague_assigns(app, draft, officer, institution):
    colleague = factories.create_staff(institution)
    assign_unit(officer, draft, unit_of(draft), officer)
    assert told("desk.unit_assigned") == (set(), [])
    assign_unit(officer, draft, unit_of(draft), colleague)
    people, (message,) = told("desk.unit_assigned")
    assert people == {colleague.id} and "Pasal 1 of “Naskah tanya jawab”" in message.sentence
    page = signed_in_client(app, colleague).get(message.path)
    assert page.status_code == 200 and "Pasal 1" in page.text


@pytest.mark.usefixtures("checked")
def test_colleagues_and_signers_are_told_of_an_answer_and_its_author_of_the_check(
    app, draft, officer, institution, signer
):
    colleague = factories.create_staff(institution)
    row = ask(officer, get_document(draft.id))
    people, (message,) = told("desk.unit_check")
    assert people == {colleague.id} and "answer on Pasal 1" in message.sentence
    anchor = message.path.partition("#")[2]
    assert f'id="{anchor}"' in signed_in_client(app, colleague).get(message.path).text
    people, (message,) = told("desk.unit_sign")
    assert people == {signer.id}
    assert f'id="{anchor}"' in signed_in_client(app, signer).get(message.path).text
    check_answer(colleague, row, "Dasarnya apa?", passed=False)
    people, (message,) = told("desk.unit_checked")
    assert people == {officer.id} and "changes are needed" in message.sentence


def test_desk_of_another_institution_lists_nothing(app, draft):
    other = factories.create_staff(factories.create_institution("lain"))
    assert "Nothing waits for an answer" in signed_in_client(app, other).get(DESK).text


@pytest.mark.usefixtures("checked")
def test_answer_that_needs_a_check_waits_for_a_colleague(app, draft, officer, institution, log):
    ids = contribution_ids(draft)
    with pytest.raises(Refused, match="diperiksa atau ditandatangani"):
        answer_unit(officer, draft, unit_of(draft), entry(ids))
    address = f"/en/desk/documents/{draft.id}/answer/pasal-1"
    client = signed_in_client(app, officer)
    log()
    fields = {"decision": "adopted", "ground": "law", "reason": "Diatur undang-undang."}
    sent = submit_form(client, address, **fields, answers=[str(i) for i in ids])
    assert sent.status_code == 303 and [row.kind for row in log()] == ["check.asked"]
    assert count_all_rights(draft).considered == 0
    page = client.get(sent.location).text
    assert "Diatur undang-undang." in page and "a colleague must check it" in page
    row = db.session.scalars(db.select(UnitAnswerDraft)).one()
    with pytest.raises(Refused, match="diperiksa orang lain"):
        check_answer(officer, row, passed=True)
    with pytest.raises(Refused):
        publish_answer_draft(officer, row)
    colleague = signed_in_client(app, factories.create_staff(institution))
    approve = submit_form(colleague, sent.location, f"{sent.location}/check", passed="1")
    assert approve.status_code == 303
    published = submit_form(client, sent.location, f"{sent.location}/publish")
    assert published.status_code == 303
    db.session.rollback()  # what requests wrote
    assert db.session.scalars(db.select(UnitAnswerDraft)).all() == []
    assert count_all_rights(draft).explained == 3
    kinds = [r.kind for r in log()]
    assert kinds[-3:] == ["check.given", "unit.answered", "amendment.decided"]


@pytest.mark.usefixtures("checked")
def test_returned_answer_is_not_published_and_keeps_its_note(app, draft, officer, institution):
    row = ask(officer, draft)
    colleague = factories.create_staff(institution)
    with pytest.raises(Refused, match="kurang"):
        check_answer(colleague, row, passed=False)
    check_answer(colleague, row, "Dasarnya apa?", passed=False)
    with pytest.raises(Refused):
        publish_answer_draft(officer, row)
    client, address = signed_in_client(app, officer), f"{DESK}/drafts/{row.id}"
    assert "Dasarnya apa?" in client.get(address).text
    assert submit_form(client, address, f"{address}/discard").status_code == 303
    db.session.rollback()  # what requests wrote
    assert list_open_pages([draft])[0].contribution_ids == contribution_ids(draft)


def test_answer_is_published_when_every_institution_has_signed(app, draft, officer, signer, log):
    draft = get_document(draft.id)
    row = ask(officer, draft)
    assert [r.kind for r in log()][-1] == "signature.asked"
    with pytest.raises(Refused):
        publish_answer_draft(officer, row)
    with pytest.raises(Refused, match="tidak menandatangani"):
        sign_answer(officer, row)
    client, address = signed_in_client(app, signer), f"{DESK}/drafts/{row.id}"
    assert "Sign" in client.get(address).text
    assert submit_form(client, address, f"{address}/sign").status_code == 303
    assert log()[-1].kind == "response.signed"
    row = db.session.get(UnitAnswerDraft, row.id)
    with pytest.raises(Refused, match="sudah menandatanganinya"):
        sign_answer(signer, row)
    publish_answer_draft(officer, row)
    assert db.session.scalars(db.select(UnitAnswer)).one().reason == "Tujuh hari cukup."


def test_draft_is_read_by_its_institution_and_the_signers_alone(app, draft, officer, signer):
    row = ask(officer, get_document(draft.id))
    address = f"{DESK}/drafts/{row.id}"
    for person in (
        factories.create_staff(factories.create_institution("x")),
        factories.create_resident(),
    ):
        assert signed_in_client(app, person).get(address).status_code == 403
    assert signed_in_client(app, signer).get(address).status_code == 200


def read_table(app, person, address):
    page = signed_in_client(app, person).get(address).text
    text = re.search(r'<textarea id="table"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1]
    return list(csv.DictReader(io.StringIO(text.strip() + "\n")))


def write_table(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_table_of_what_is_open_is_completed_and_published_row_by_row(app, draft, officer, log):
    address = f"{DESK}/{draft.id}/table"
    (row,) = read_table(app, officer, address)
    ids = row["contributions"].split()
    assert row["unit"] == "pasal-1" and sorted(map(int, ids)) == sorted(contribution_ids(draft))
    first = row | {"contributions": " ".join(ids[:2]), "decision": "adopted", "ground": "law"}
    first |= {"reason": "Diatur undang-undang."}
    wrong = row | {"contributions": ids[2], "decision": "yes", "ground": "", "reason": "x"}
    table = write_table([first, wrong])
    client = signed_in_client(app, officer)
    log()
    look = submit_form(client, address, table=table, step="look")
    assert look.status_code == 422 and log() == []
    assert "The decision must be one of" in look.text and "Publish 1 row" in look.text
    sent = submit_form(client, address, table=table, step="publish")
    assert sent.status_code == 422 and "1 answer is public." in sent.text
    assert ids[2] in sent.text and "Diatur undang-undang." not in sent.text
    assert [r.kind for r in log() if r.kind == "unit.answered"] == ["unit.answered"]
    db.session.rollback()  # what requests wrote
    assert list_open_pages([draft])[0].contribution_ids == [int(ids[2])]


def test_table_shows_the_first_words_of_each_contribution_beside_its_number(app, draft, officer):
    address = f"{DESK}/{draft.id}/table"
    (row,) = read_table(app, officer, address)
    client, pattern = signed_in_client(app, officer), r"<li>\s*(\d+): <span[^>]*>([^<]+)</span>"
    shown = re.findall(pattern, client.get(address).text)
    assert [number for number, _words in shown] == row["contributions"].split()
    bodies = {row.contribution.body for row in list_report_rows(draft)}
    assert {words for _number, words in shown} == bodies
    row |= {"decision": "adopted", "ground": "law"}
    look = submit_form(client, address, table=write_table([row]), step="look")
    assert re.findall(pattern, look.text) == shown * 2


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"unit": "pasal-99"}, "There is no such part"),
        ({"contributions": "x"}, "Name the contributions"),
        ({"contributions": "999"}, "Not open in this draft: 999"),
        ({"ground": "mood"}, "The ground must be one of"),
        ({"reason": "x" * 4001}, "At most 4,000"),
    ],
)
def test_row_with_a_problem_names_it_and_keeps_what_was_typed(
    app, draft, officer, changed, message
):
    address = f"{DESK}/{draft.id}/table"
    (row,) = read_table(app, officer, address)
    row |= {"decision": "adopted", "ground": "law", "reason": "Alasan panjang."} | changed
    page = submit_form(
        signed_in_client(app, officer), address, table=write_table([row]), step="look"
    )
    assert page.status_code == 422 and message in page.text
    assert row["reason"] in page.text and "Publish 1 row" not in page.text


def test_table_without_the_columns_is_refused_with_its_text(app, draft, officer):
    page = submit_form(
        signed_in_client(app, officer), f"{DESK}/{draft.id}/table", table="a,b\n1,2", step="look"
    )
    assert page.status_code == 422 and "Missing: unit" in page.text and "a,b" in page.text


@pytest.mark.usefixtures("checked")
def test_rows_that_need_consent_become_drafts(app, draft, officer):
    address = f"{DESK}/{draft.id}/table"
    (row,) = read_table(app, officer, address)
    row |= {"decision": "adopted", "ground": "law", "reason": "Alasan."}
    client = signed_in_client(app, officer)
    sent = submit_form(client, address, table=write_table([row]), step="publish")
    assert sent.status_code == 303
    assert "1 answer is saved as a draft" in client.get(sent.location).text
    db.session.rollback()  # what requests wrote
    assert len(db.session.scalars(db.select(UnitAnswerDraft)).all()) == 1
