"""Entries at an office: acts in a person's name, and papers that take an account over."""

import pytest

from deliberate.database import db
from deliberate.models import Notice
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.accounts.office_entry import (
    UnknownPaper,
    claim_account,
    find_by_paper,
    is_code_printed,
    new_paper_code,
    open_office_account,
)
from deliberate.operations.accounts.registration import NameTaken
from deliberate.operations.proposals.proposals import submit_proposal
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads.comments import post_comment
from deliberate.permissions.decision import Refused
from deliberate.recording import RequestContext
from deliberate.vocabulary import Role, Stance
from tests import factories

BODY = "Lansia menunggu berdiri. Satu bangku di tiap halte cukup."


@pytest.fixture
def institution(app, clock):
    return factories.create_institution("sarpras")


@pytest.fixture
def clerk(institution):
    return factories.create_staff(institution)


@pytest.fixture
def process(institution):
    return factories.create_process(institution)


def at_desk_of(clerk):
    return RequestContext(language="id", network="192.0.2.1").at_office(clerk)


def open_account(clerk, name):
    """Print a paper and open its account; return the account and the code."""
    code = new_paper_code(clerk, name)
    return open_office_account(clerk, name, code, context=at_desk_of(clerk)), code


def test_office_opens_accounts_for_several_people_beside_erased_ones(clerk):
    erase_account(factories.create_resident(), factories.PASSPHRASE)
    names = ["Bu Rini", "Pak Yusuf"]
    accounts = [open_account(clerk, name)[0] for name in names]
    assert [account.person.display_name for account in accounts] == names
    with pytest.raises(NameTaken):
        open_account(clerk, "Bu Rini")


def test_entry_is_the_persons_own_act_with_office_and_clerk_in_the_log(clerk, process, log):
    account, code = open_account(clerk, "Bu Rini")
    person, other = account.person, factories.create_proposal(process)
    log()
    proposal = submit_proposal(person, process, "Bangku", BODY, context=at_desk_of(clerk))
    comment = post_comment(
        person, other, "Setuju sekali.", stance=Stance.FOR, context=at_desk_of(clerk)
    )
    support_proposal(person, other, context=at_desk_of(clerk))
    rows = {row.kind: row for row in log() if row.kind != "entry.made"}
    assert set(rows) == {"proposal.submitted", "comment.posted", "support.given"}
    for row in rows.values():
        assert (row.origin, row.actor_id, row.institution_id) == (
            "desk",
            person.actor_id,
            clerk.institution_id,
        )
        assert clerk.actor_id not in str(row.details)
    assert proposal.desk_institution is clerk.institution
    assert comment.desk_institution_id == clerk.institution_id
    with pytest.raises(Refused, match="sudah mendukung"):
        support_proposal(find_by_paper(code, network="").person, other, context=at_desk_of(clerk))


def test_clerk_of_an_entry_is_named_in_an_internal_row_and_the_person_is_notified(
    clerk, process, log
):
    person, proposal = factories.create_resident(), factories.create_proposal(process)
    log()
    support_proposal(person, proposal, context=at_desk_of(clerk))
    support, helper = log()
    assert (helper.kind, helper.cause, helper.details) == (
        "entry.made",
        support.id,
        {"clerk": clerk.actor_id},
    )
    notices = db.session.query(Notice).filter_by(kind="entry.made").all()
    assert [(notice.person_id, notice.proposal_id) for notice in notices] == [
        (person.id, proposal.id)
    ]


def test_entry_is_refused_for_clerks_without_a_part_and_for_people_who_are_no_residents(
    clerk, process
):
    proposal, person = factories.create_proposal(process), factories.create_resident()
    for stranger in (factories.create_staff(), factories.create_staff(role=Role.MODERATOR), person):
        with pytest.raises(Refused):
            support_proposal(person, proposal, context=at_desk_of(stranger))
    with pytest.raises(Refused, match="Hanya warga"):
        support_proposal(factories.create_staff(), proposal, context=at_desk_of(clerk))
    with pytest.raises(Refused):
        open_account(person, "Bu Rini")
    factories.reload(proposal)
    assert proposal.support_count == 0


def test_paper_takes_an_account_over_once_with_everything_entered(clerk, process, log):
    account, code = open_account(clerk, "Bu Rini")
    proposal = submit_proposal(account.person, process, "Bangku", BODY, context=at_desk_of(clerk))
    taken = factories.create_resident()
    with pytest.raises(NameTaken):
        claim_account(code, taken.sign_in_name, factories.PASSPHRASE)
    with pytest.raises(Refused):
        claim_account(code, "rini", "pendek")
    log()
    person, token = claim_account(code.replace("-", " ").upper(), "Rini", factories.PASSPHRASE)
    assert (person.sign_in_name, person.id, bool(token)) == ("rini", proposal.author_id, True)
    assert log()[0].kind == "account.claimed"
    with pytest.raises(UnknownPaper):
        claim_account(code, "lain", factories.PASSPHRASE)
    with pytest.raises(UnknownPaper):
        find_by_paper(code, network="")


def test_paper_expires_a_year_after_the_last_visit(clerk, process, clock):
    account, code = open_account(clerk, "Bu Rini")
    clock.shift(300 * 86400)
    process = factories.create_process(clerk.institution)
    submit_proposal(account.person, process, "Bangku", BODY, context=at_desk_of(clerk))
    clock.shift(300 * 86400)
    assert find_by_paper(code, network="").person_id == account.person_id
    clock.shift(70 * 86400)
    with pytest.raises(UnknownPaper):
        claim_account(code, "rini", factories.PASSPHRASE)


def test_paper_without_its_account_leaves_nothing_behind(clerk, log):
    log()
    new_paper_code(clerk, "Bu Rini")
    assert (log(), open_account(clerk, "Bu Rini")[0].person.display_name) == ([], "Bu Rini")


def test_paper_opens_one_account_however_often_it_is_confirmed(clerk, log):
    account, code = open_account(clerk, "Bu Rini")
    log()
    assert open_office_account(clerk, "Bu Rini", code, context=at_desk_of(clerk)) is account
    assert log() == []


@pytest.mark.parametrize(
    ("typed", "is_printed"),
    [("mnpq", True), ("MN-PQ", True), ("abcd-efgh-jkmn-mnpq", True), ("npq", False), ("", False)],
)
def test_printed_code_is_proved_by_its_last_characters(typed, is_printed):
    assert is_code_printed("abcd-efgh-jkmn-mnpq", typed) is is_printed


def test_display_name_that_an_institution_took_meanwhile_is_changed_at_the_take_over(clerk, log):
    _account, code = open_account(clerk, "Kantor Kita")
    factories.create_institution("kita")
    with pytest.raises(NameTaken) as taken:
        claim_account(code, "kita", factories.PASSPHRASE)
    assert taken.value.field == "display_name"
    log()
    person, _token = claim_account(code, "kita", factories.PASSPHRASE, display_name="Rini Kita")
    assert person.display_name == "Rini Kita"
    assert [(row.kind, row.details["renamed"]) for row in log()] == [("account.claimed", True)]
