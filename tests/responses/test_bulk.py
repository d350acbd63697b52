"""Answers from a table: a row with a fault publishes nothing."""

import pytest
from flask_babel import force_locale

from deliberate.operations.responses import bulk as bulk_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.responses.responses import responses_of
from deliberate.vocabulary import Stance
from tests import factories

HEAD = ",".join(bulk_operations.COLUMNS)


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


@pytest.fixture
def office(app):
    return factories.an_institution("sarpras")


@pytest.fixture
def officer(office):
    return factories.staff(office)


@pytest.fixture
def process(office):
    return factories.a_process(office)


def table(*rows):
    return "\n".join([HEAD, *rows])


def test_a_good_row_is_published_with_the_arguments_it_names(officer, process, log):
    proposal = factories.a_proposal(process)
    comment = comment_operations.post_comment(
        factories.resident(), proposal, "Ya.", stance=Stance.FOR
    )
    log()
    line = f'{proposal.id},accepted,Ya,"Dibangun, segera.",,{comment.id},Pagar,sarpras,2036-01-05'
    done, failed = bulk_operations.publish_rows(
        officer, bulk_operations.read_table(officer, table(line))
    )
    (entry,) = log()
    assert entry.details["answers"] == [comment.id] and entry.details["commitments"] == 1
    assert len(done) == 1 and not failed


@pytest.mark.parametrize(
    ("row", "fault"),
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
def test_a_broken_row_says_why_and_publishes_nothing(officer, process, log, row, fault):
    proposal = factories.a_proposal(process)
    log()
    rows = bulk_operations.read_table(officer, table(row.format(n=proposal.id)))
    assert fault in " ".join(rows[0].problems)
    assert bulk_operations.publish_rows(officer, rows) == ([], rows) and log() == []


def test_the_good_rows_beside_a_broken_one_are_published(officer, process):
    good, bad = factories.a_proposal(process), factories.a_proposal(process)
    written = table(f"{good.id},accepted,Ya,Teks,,,,,", f"{bad.id},not_accepted,Tidak,,,,,,")
    done, failed = bulk_operations.publish_rows(
        officer, bulk_operations.read_table(officer, written)
    )
    assert [row.line for row in done] == [2] and [row.line for row in failed] == [3]
    assert responses_of(good.id) and not responses_of(bad.id)


def test_another_institutions_proposal_is_a_fault(officer, process):
    (row,) = bulk_operations.read_table(
        factories.staff(), table(f"{factories.a_proposal(process).id},accepted,Ya,Teks,,,,,")
    )
    assert "Another institution" in row.problems[0]


def test_a_proposal_twice_is_a_fault(officer, process):
    line = f"{factories.a_proposal(process).id},accepted,Ya,Teks,,,,,"
    assert bulk_operations.read_table(officer, table(line, line))[1].problems


@pytest.mark.parametrize("written", ["", "a,b\n1,2", "proposal;decision\n1;2", "\x00"])
def test_what_is_no_such_table_is_refused(officer, written):
    with pytest.raises(bulk_operations.NoTable):
        bulk_operations.read_table(officer, written)


def test_too_many_rows_are_refused(officer):
    with pytest.raises(bulk_operations.NoTable, match="200"):
        bulk_operations.read_table(officer, table(*["1,accepted,Ya,Teks,,,,,"] * 201))


def test_semicolons_and_a_byte_order_mark_are_read_too(officer, process):
    number = factories.a_proposal(process).id
    written = "\ufeff" + table(f"#{number};accepted;Ya;Teks;;;;;").replace(",", ";")
    (row,) = bulk_operations.read_table(officer, written)
    assert not row.problems


def test_many_cases_are_given_each_by_its_own_act(officer, office, log):
    from deliberate.operations.proposals import proposals as proposal_operations

    process = factories.a_process(office, threshold=1)
    owed, not_owed = factories.a_proposal(process), factories.a_proposal(process)
    proposal_operations.support_proposal(factories.resident(), owed)
    colleague = factories.staff(office)
    log()
    refused = bulk_operations.assign_cases(officer, [owed, not_owed], colleague)
    assert [entry.kind for entry in log()] == ["case.assigned"]
    assert [proposal.id for proposal, _why in refused] == [not_owed.id]
