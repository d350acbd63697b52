"""Responses from a table: a row with a problem is not published."""

import pytest

from deliberate.database import unrecorded
from deliberate.models import ProcessInstitution
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.cases import assign_cases
from deliberate.operations.responses.response_drafts import save_response_draft, sign_response
from deliberate.operations.responses.response_publishing import publish_draft
from deliberate.operations.responses.response_table import (
    COLUMNS,
    InvalidTable,
    TableResult,
    parse_response_table,
    publish_response_rows,
)
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.responses.response_drafts import list_drafts_to_sign
from deliberate.queries.responses.responses import list_response_cards
from deliberate.vocabulary import Stance
from tests import factories
from tests.responses.draft_content import draft_content

HEADER = ",".join(COLUMNS)

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def process(institution):
    return factories.create_process(institution)


def table(*rows):
    return "\n".join([HEADER, *rows])


def test_response_table_publishes_valid_row_with_answered_comments(officer, process, log):
    proposal = factories.create_proposal(process)
    comment = comment_operations.post_comment(
        factories.create_resident(), proposal, "Ya.", stance=Stance.FOR
    )
    log()
    line = f'{proposal.id},accepted,Ya,"Dibangun, segera.",,{comment.id},Pagar,sarpras,2036-01-05'
    result = publish_response_rows(officer, parse_response_table(officer, table(line)))
    (entry,) = log()
    assert entry.details["answers"] == [comment.id] and entry.details["commitments"] == 1
    assert len(result.published) == 1 and not (result.drafted or result.failed)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{n},not_accepted,Tidak,,,,,,", "needs a reason and a ground"),
        ("{n},maybe,Ya,Teks,,,,,", "decision"),
        ("{n},accepted,,Teks,,,,,", "headline"),
        ("{n},accepted,Ya,Teks,magic,,,,", "ground magic"),
        ("{n},accepted,Ya,Teks,,99999,,,", "another thread"),
        ("{n},accepted,Ya,Teks,,,Pagar,sarpras,kapan-kapan", "date"),
        ("{n},accepted,Ya,Teks,,,Pagar,nobody,2036-01-05", "what and who"),
        ("{n},accepted,Ya,Teks,,,Pagar,sarpras,2001-01-05", "future"),
        ("777,accepted,Ya,Teks,,,,,", "no such proposal"),
        ("²,accepted,Ya,Teks,,,,,", "no such proposal"),
        ('{n},"accepted', "headline"),
    ],
)
def test_response_table_reports_problem_of_invalid_row_and_publishes_nothing(
    officer, process, log, row, problem
):
    proposal = factories.create_proposal(process)
    log()
    rows = parse_response_table(officer, table(row.format(n=proposal.id)))
    assert problem in " ".join(rows[0].problems)
    assert publish_response_rows(officer, rows) == TableResult(failed=rows) and log() == []


def test_response_table_publishes_valid_rows_next_to_invalid_one(officer, process):
    good, bad = factories.create_proposal(process), factories.create_proposal(process)
    text = table(f"{good.id},accepted,Ya,Teks,,,,,", f"{bad.id},not_accepted,Tidak,,,,,,")
    result = publish_response_rows(officer, parse_response_table(officer, text))
    assert [row.line for row in result.published] == [2]
    assert [row.line for row in result.failed] == [3]
    assert list_response_cards(good.id) and not list_response_cards(bad.id)


def test_row_that_was_checked_twice_at_once_is_published_once(officer, process):
    proposal = factories.create_proposal(process)
    text = table(f"{proposal.id},accepted,Ya,Teks,,,,,")
    first, second = (parse_response_table(officer, text) for _request in range(2))
    assert publish_response_rows(officer, first).published == first
    assert publish_response_rows(officer, second).failed == second
    assert "newer version" in second[0].problems[0]


def test_response_table_rejects_proposal_of_another_institution(officer, process):
    (row,) = parse_response_table(
        factories.create_staff(),
        table(f"{factories.create_proposal(process).id},accepted,Ya,Teks,,,,,"),
    )
    assert "Another institution" in row.problems[0]


def test_response_table_rejects_duplicate_proposal(officer, process):
    line = f"{factories.create_proposal(process).id},accepted,Ya,Teks,,,,,"
    assert parse_response_table(officer, table(line, line))[1].problems


@pytest.mark.parametrize("written", ["", "a,b\n1,2", "proposal;decision\n1;2", "\x00"])
def test_response_table_rejects_text_without_columns(officer, written):
    with pytest.raises(InvalidTable):
        parse_response_table(officer, written)


def test_response_table_rejects_too_many_rows(officer):
    with pytest.raises(InvalidTable, match="200"):
        parse_response_table(officer, table(*["1,accepted,Ya,Teks,,,,,"] * 201))


def test_response_table_accepts_semicolons_and_byte_order_mark(officer, process):
    proposal_id = factories.create_proposal(process).id
    text = "\ufeff" + table(f"#{proposal_id};accepted;Ya;Teks;;;;;").replace(",", ";")
    (row,) = parse_response_table(officer, text)
    assert not row.problems


def test_cases_are_assigned_each_by_its_own_act(officer, institution, log):
    process = factories.create_process(institution, threshold=1)
    owed, not_owed = factories.create_proposal(process), factories.create_proposal(process)
    support_proposal(factories.create_resident(), owed)
    colleague = factories.create_staff(institution)
    log()
    refusals = assign_cases(officer, [owed, not_owed], colleague)
    assert [entry.kind for entry in log()] == ["case.assigned"]
    assert [refusal.proposal.id for refusal in refusals] == [not_owed.id]


def require_signature(process):
    signatory = factories.create_institution("hukum")
    with unrecorded("test settings") as session:
        part = ProcessInstitution(institution_id=signatory.id, part="must_sign")
        session.get_one(type(process), process.id).institutions.append(part)
    return signatory


def test_row_that_needs_a_signature_becomes_a_draft_for_which_it_is_asked(officer, process, log):
    signatory, proposal = require_signature(process), factories.create_proposal(process)
    log()
    text = table(f"{proposal.id},accepted,Ya,Teks,,,Pagar,sarpras,2036-01-05")
    rows = parse_response_table(officer, text)
    assert f"{signatory.name} must sign it" in rows[0].missing_consents
    assert publish_response_rows(officer, rows).drafted == rows
    assert [entry.kind for entry in log()] == ["signature.asked"]
    (draft,) = list_drafts_to_sign(signatory.id)
    sign_response(factories.create_staff(signatory), draft, draft.revision)
    response = publish_draft(officer, draft)
    assert (response.headline, response.commitments[0].what) == ("Ya", "Pagar")


def test_interim_row_needs_no_signature(officer, process):
    require_signature(process)
    proposal = factories.create_proposal(process)
    rows = parse_response_table(officer, table(f"{proposal.id},needs_study,Nanti,Teks,,,,,"))
    assert publish_response_rows(officer, rows).published == rows


def test_row_is_not_saved_over_a_draft_of_the_institution(officer, process):
    require_signature(process)
    proposal = factories.create_proposal(process)
    save_response_draft(officer, proposal, draft_content(headline="Lain"))
    rows = parse_response_table(officer, table(f"{proposal.id},accepted,Ya,Teks,,,,,"))
    assert publish_response_rows(officer, rows).failed == rows
    assert "has a draft" in rows[0].problems[0]


def test_row_that_needs_a_check_becomes_a_draft_for_which_it_is_asked(
    officer, institution, process, log
):
    factories.create_staff(institution)
    with unrecorded("test settings") as session:
        session.get_one(type(institution), institution.id).needs_check = True
    proposal = factories.create_proposal(process)
    log()
    rows = parse_response_table(officer, table(f"{proposal.id},accepted,Ya,Teks,,,,,"))
    assert publish_response_rows(officer, rows).drafted == rows
    assert [entry.kind for entry in log()] == ["check.asked"]
