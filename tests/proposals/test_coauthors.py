"""Co-authors: invited, joined, left; they count as authors, and one erasure leaves the rest."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import CoAuthor, Notice, Person, Proposal
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.documents.contributions import AmendmentEntry, propose_amendment
from deliberate.operations.documents.versions import DraftEntry, open_document
from deliberate.operations.moderation.decisions import report_contribution
from deliberate.operations.moderation.sanctions import impose_sanction
from deliberate.operations.proposals.coauthors import (
    accept_coauthorship,
    decline_coauthorship,
    invite_coauthor,
    leave_coauthorship,
    revoke_coauthor_invitation,
)
from deliberate.operations.proposals.joint_withdrawals import (
    agree_to_withdrawal,
    complete_due_withdrawals,
    object_to_withdrawal,
    request_withdrawal,
)
from deliberate.operations.proposals.proposals import revise_proposal, withdraw_proposal
from deliberate.operations.proposals.supports import support_proposal
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.permissions.moderation.decisions import may_moderate
from deliberate.queries.documents.documents import get_unit, get_version
from deliberate.queries.log.page_comparison import compare_pages
from deliberate.queries.notices.recipients import list_participants
from deliberate.queries.proposals.coauthors import list_open_invitations_of
from deliberate.queries.site.counter_check import find_counter_mismatches
from deliberate.vocabulary import ModerationRule, Role
from tests import factories
from tests.documents.draft_texts import SMALL
from tests.log.prepared_log import tampered
from tests.site.serving.test_concurrent_acts import run_concurrently


@pytest.fixture
def author(app, clock):
    return factories.create_resident()


@pytest.fixture
def other():
    return factories.create_resident()


@pytest.fixture
def proposal(author, other):
    return factories.create_proposal(author=author)


def join(work, person, author=None):
    """Make a person a co-author of a text by a link."""
    invited = invite_coauthor(author or work.author, work)
    accept_coauthorship(person, invited.invitation)


def is_consistent():
    """Return whether the log, the pages and the counters agree."""
    db.session.rollback()
    return not list(compare_pages(db.session)) and not list(find_counter_mismatches(db.session))


def test_person_invited_by_public_name_accepts(proposal, author, other, log):
    log()
    invited = invite_coauthor(author, proposal, other.display_name)
    accept_coauthorship(other, invited.invitation)
    rows = [(row.kind, row.subject_type, row.proposal_id, row.details) for row in log()]
    assert rows == [
        ("coauthor.invited", "proposal", proposal.id, {"by_link": 0}),
        ("coauthor.joined", "proposal", proposal.id, {}),
    ]
    assert [person.id for person in proposal.authors] == [author.id, other.id]
    kinds = select(Notice.kind, Notice.person_id).order_by(Notice.id)
    assert [tuple(row) for row in db.session.execute(kinds)] == [
        ("coauthor.invited", other.id),
        ("coauthor.joined", author.id),
    ]
    assert is_consistent()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("Nobody Known", "Tidak ada orang"), ("AUTHOR", "sudah"), ("INVITED", "sudah")],
)
def test_name_that_does_not_fit_is_refused(proposal, author, other, name, reason):
    invite_coauthor(author, proposal, other.display_name)
    names = {"AUTHOR": author.display_name, "INVITED": other.display_name}
    with pytest.raises(InvalidInput, match=reason):
        invite_coauthor(author, proposal, names.get(name, name))


def test_only_authors_invite(proposal, other):
    with pytest.raises(Refused):
        invite_coauthor(other, proposal)


def test_link_is_for_one_person_and_ends(proposal, author, other, clock):
    first, second = (invite_coauthor(author, proposal).invitation for _ in range(2))
    accept_coauthorship(other, first)
    with pytest.raises(Refused, match="sudah dipakai"):
        accept_coauthorship(factories.create_resident(), first)
    clock.shift(timedelta(days=15))
    with pytest.raises(Refused, match="sudah berakhir"):
        accept_coauthorship(factories.create_resident(), second)


def test_invitation_by_name_is_for_that_person_who_may_decline(proposal, author, other, log):
    invitation = invite_coauthor(author, proposal, other.display_name).invitation
    stranger = factories.create_resident()
    for act in (accept_coauthorship, decline_coauthorship):
        with pytest.raises(Refused, match="orang lain"):
            act(stranger, invitation)
    log()
    decline_coauthorship(other, invitation)
    assert [row.kind for row in log()] == ["coauthor.declined"]
    with pytest.raises(Refused):
        accept_coauthorship(other, invitation)


def test_author_who_invited_revokes_an_invitation_that_is_not_accepted(
    proposal, author, other, log
):
    join(proposal, other)
    by_link = invite_coauthor(author, proposal).invitation
    person = factories.create_resident()
    by_name = invite_coauthor(author, proposal, person.display_name).invitation
    for refused in (other, person):
        with pytest.raises(Refused):
            revoke_coauthor_invitation(refused, by_link)
    log()
    for invitation in (by_link, by_name):
        revoke_coauthor_invitation(author, invitation)
        with pytest.raises(Refused, match="dicabut"):
            accept_coauthorship(person, invitation)
    rows = [(row.kind, row.details) for row in log()]
    assert rows == [("coauthor.uninvited", {"by_link": by}) for by in (1, 0)]
    with pytest.raises(Refused):
        revoke_coauthor_invitation(author, by_link)
    assert list_open_invitations_of(proposal) == [] and is_consistent()


def test_invitation_of_an_author_who_left_is_revoked_by_the_others(proposal, author, other):
    join(proposal, other)
    invitation = invite_coauthor(author, proposal).invitation
    leave_coauthorship(author, proposal)
    revoke_coauthor_invitation(other, invitation)
    assert invitation.revoked_at is not None


def test_accepted_invitation_is_not_revoked(proposal, author, other):
    invitation = invite_coauthor(author, proposal).invitation
    accept_coauthorship(other, invitation)
    with pytest.raises(Refused):
        revoke_coauthor_invitation(author, invitation)


def test_suspended_person_is_refused(proposal, author, other):
    moderator = factories.create_staff(role=Role.MODERATOR)
    impose_sanction(moderator, other, ModerationRule.SPAM, 7, "Berulang.")
    invitation = invite_coauthor(author, proposal).invitation
    with pytest.raises(Refused, match="dibatasi"):
        accept_coauthorship(other, invitation)


def create_amendment():
    institution = factories.create_institution("hukum")
    process, officer = factories.create_process(institution), factories.create_staff(institution)
    document = open_document(officer, process, DraftEntry("Naskah", "id", SMALL))
    unit = get_unit(get_version(document), "pasal-1/ayat-1")
    entry = AmendmentEntry(1, "Warga boleh bertanya.", "Lebih jelas.")
    return propose_amendment(factories.create_resident(), document, unit, entry)


@pytest.mark.parametrize("create", [factories.create_proposal, create_amendment])
def test_twenty_racing_accepts_of_a_link_make_one_row(app, create):
    work = create()
    number, model, work_id = invite_coauthor(work.author, work).invitation.id, type(work), work.id
    people = [factories.create_resident().id for _person in range(20)]
    db.session.remove()

    def accept(person_id):
        invitation = db.session.get_one(CoAuthor, number)
        accept_coauthorship(db.session.get_one(Person, person_id), invitation)

    acts = [lambda n=n: accept(n) for n in people]
    assert run_concurrently(app, acts) == {"done": 1, "Refused": 19}
    assert db.session.scalar(select(func.count(CoAuthor.id))) == 1
    assert db.session.get_one(model, work_id).coauthor_count == 1


def test_one_person_who_accepts_twenty_times_is_one_coauthor(app):
    proposal = factories.create_proposal()
    numbers = [invite_coauthor(proposal.author, proposal).invitation.id for _invitation in range(8)]
    person_id, proposal_id = factories.create_resident().id, proposal.id
    db.session.remove()

    def accept(number):
        invitation = db.session.get_one(CoAuthor, number)
        accept_coauthorship(db.session.get_one(Person, person_id), invitation)

    acts = [lambda n=n: accept(n) for n in numbers]
    assert run_concurrently(app, acts) == {"done": 1, "Refused": 7}
    assert db.session.get_one(Proposal, proposal_id).coauthor_count == 1


def test_coauthor_revises_and_neither_supports_nor_moderates(proposal, author):
    moderator = factories.create_staff(role=Role.MODERATOR)
    join(proposal, moderator)
    revise_proposal(moderator, proposal, "Judul baru", "Teks baru yang cukup.", "Lebih jelas.")
    assert proposal.version == 2
    with pytest.raises(Refused, match="sendiri"):
        support_proposal(moderator, proposal)
    with pytest.raises(Refused, match="sendiri"):
        report_contribution(moderator, proposal, ModerationRule.SPAM, "")
    assert not may_moderate(moderator, proposal)
    assert is_consistent()


def test_support_of_a_new_coauthor_ends(proposal, other, log):
    support_proposal(other, proposal)
    log()
    join(proposal, other)
    rows = [(row.kind, row.actor_id) for row in log()[1:]]
    assert rows == [
        ("coauthor.joined", other.actor_id),
        ("support.taken_back", other.actor_id),
    ]
    assert proposal.support_count == 0 and is_consistent()


def test_coauthors_get_the_notices_of_authors(proposal, author, other):
    join(proposal, other)
    assert list_participants(proposal, 0, 10) == [(author.id, "author"), (other.id, "author")]


def test_coauthor_leaves_and_the_text_stays(proposal, author, other, log):
    join(proposal, other)
    log()
    leave_coauthorship(other, proposal)
    assert [(row.kind, row.actor_id) for row in log()] == [("coauthor.left", other.actor_id)]
    left = select(Notice.person_id).where(Notice.kind == "coauthor.left")
    assert db.session.scalars(left).all() == [author.id]
    assert [person.id for person in proposal.authors] == [author.id]
    with pytest.raises(Refused, match="satu-satunya penulis"):
        leave_coauthorship(author, proposal)
    assert is_consistent()


def test_first_author_who_leaves_is_succeeded(proposal, author, other):
    join(proposal, other)
    leave_coauthorship(author, proposal)
    assert [person.id for person in proposal.authors] == [other.id]
    with pytest.raises(Refused):
        revise_proposal(author, proposal, "Judul", "Teks yang cukup panjang.", "")
    assert is_consistent()


@pytest.mark.parametrize("who", ["author", "coauthor"])
def test_erasing_one_author_leaves_text_and_the_others(proposal, author, other, who):
    join(proposal, other)
    erased, stays = (author, other) if who == "author" else (other, author)
    number = proposal.id
    erase_account(erased, factories.PASSPHRASE)
    db.session.rollback()
    proposal = db.session.get_one(Proposal, number)
    assert proposal.title == "Bangku di tiap halte" and proposal.withdrawn_at is None
    assert proposal.is_text_visible_to(None)
    assert [person.id for person in proposal.authors] == [stays.id]
    assert is_consistent()


def test_erasing_the_last_author_erases_the_text(proposal, author, other):
    join(proposal, other)
    number = proposal.id
    for person in (author, other):
        erase_account(person, factories.PASSPHRASE)
    db.session.rollback()
    assert db.session.get_one(Proposal, number).body == ""


def test_withdrawal_needs_all_authors(proposal, author, other, log):
    third = factories.create_resident()
    join(proposal, other)
    join(proposal, third)
    with pytest.raises(Refused, match="bersama"):
        withdraw_proposal(author, proposal, "Sudah dibangun.")
    log()
    request = request_withdrawal(author, proposal, "Sudah dibangun.")
    agree_to_withdrawal(other, request)
    assert proposal.withdrawn_at is None
    agree_to_withdrawal(third, request)
    kinds = ["requested", "agreed", "agreed"]
    assert [row.kind for row in log()] == [
        *(f"withdrawal.{kind}" for kind in kinds),
        "proposal.withdrawn",
    ]
    assert proposal.withdrawn_reason == "Sudah dibangun." and is_consistent()


def test_withdrawal_without_objection_is_decided_by_its_date(proposal, author, other, clock, log):
    join(proposal, other)
    request = request_withdrawal(author, proposal, "Sudah dibangun.")
    assert request.due_at == now() + timedelta(days=7)
    clock.shift(timedelta(days=6, hours=23))
    assert complete_due_withdrawals() == 0
    clock.shift(timedelta(hours=1))
    with pytest.raises(Refused, match="sudah diputuskan"):
        object_to_withdrawal(other, request)
    assert complete_due_withdrawals() == 1
    assert proposal.withdrawn_at is not None
    assert complete_due_withdrawals() == 0 and is_consistent()


def test_objection_ends_a_withdrawal(proposal, author, other, clock):
    join(proposal, other)
    request = request_withdrawal(author, proposal, "Sudah dibangun.")
    with pytest.raises(Refused, match="sudah"):
        request_withdrawal(other, proposal, "Saya juga.")
    object_to_withdrawal(other, request)
    kinds = select(Notice.kind, Notice.person_id).where(Notice.kind.like("withdrawal.%"))
    assert {tuple(row) for row in db.session.execute(kinds)} == {
        ("withdrawal.requested", other.id),
        ("withdrawal.objected", author.id),
    }
    assert is_consistent()
    with tampered("UPDATE withdrawal_request SET ended_at = NULL") as session:
        assert [fault.column for fault in compare_pages(session)] == ["ended_at"]
    clock.shift(timedelta(days=8))
    assert complete_due_withdrawals() == 0 and proposal.withdrawn_at is None


def test_withdrawal_ends_when_its_requester_leaves(proposal, author, other, clock):
    join(proposal, other)
    request_withdrawal(other, proposal, "Saya ragu.")
    leave_coauthorship(other, proposal)
    assert is_consistent()
    clock.shift(timedelta(days=8))
    assert complete_due_withdrawals() == 0 and proposal.withdrawn_at is None
