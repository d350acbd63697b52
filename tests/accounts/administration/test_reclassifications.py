"""The class of an account: changed by two administrators, counted from the log for every act."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from deliberate import sealing
from deliberate.database import db, unrecorded
from deliberate.models import Notice
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.accounts.devices import sign_in
from deliberate.operations.accounts.roles import (
    confirm_class,
    dismiss_class,
    propose_class,
)
from deliberate.operations.threads.comments import post_comment
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.accounts.account_data import get_account_data
from deliberate.queries.accounts.devices import get_person_by_device_token
from deliberate.queries.accounts.reclassifications import count_reclassified_accounts
from deliberate.queries.accounts.role_admin import AccountFilters, list_accounts
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.vocabulary import AccountClass, ReclassificationReason, Role, Stance
from tests import factories

SYSTEM, DUPLICATE = AccountClass.SYSTEM, ReclassificationReason.DUPLICATE


@pytest.fixture
def admins(app, clock):
    return factories.create_staff(role=Role.ADMIN), factories.create_staff(role=Role.ADMIN)


@pytest.fixture
def person(app, clock):
    return factories.create_resident("Akun kedua")


def seal(app):
    sealing.seal_all(sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")


def reclassify(admins, person, account_class=SYSTEM, reason=DUPLICATE):
    first, second = admins
    confirm_class(second, propose_class(first, person, account_class, reason))


def test_class_is_changed_by_two_administrators_each_with_a_row(admins, person, log):
    first, second = admins
    log()
    proposed = propose_class(first, person, SYSTEM, DUPLICATE)
    assert person.account_class == AccountClass.PERSON
    confirm_class(second, proposed)
    assert person.account_class == SYSTEM
    proposal, confirmed, joined = log()
    assert (proposal.kind, proposal.details) == (
        "reclassification.proposed",
        {"reason": "duplicate", "to": "system"},
    )
    details = {"account": person.actor_id, "reason": "duplicate", "to": "system"}
    assert (confirmed.kind, confirmed.details) == ("account.reclassified", details)
    assert (joined.kind, joined.details) == ("account.reclassified", details)
    assert (confirmed.actor_id, joined.actor_id) == (second.actor_id, first.actor_id)
    assert joined.cause == confirmed.id


def test_class_is_not_confirmed_by_the_administrator_who_proposed_it(admins, person, log):
    proposed = propose_class(admins[0], person, SYSTEM, DUPLICATE)
    log()
    with pytest.raises(Refused, match="Pengelola lain harus"):
        confirm_class(admins[0], proposed)
    assert log() == []


def test_own_class_is_neither_proposed_nor_confirmed(admins):
    first, second = admins
    with pytest.raises(Refused, match="pengelola lain"):
        propose_class(first, first, SYSTEM, DUPLICATE)
    proposed = propose_class(first, second, SYSTEM, DUPLICATE)
    with pytest.raises(Refused, match="pengelola lain"):
        confirm_class(second, proposed)


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_class_is_proposed_by_administrators_alone(person, role):
    with pytest.raises(Refused, match="peran"):
        propose_class(factories.create_staff(role=role), person, SYSTEM, DUPLICATE)


def test_account_has_one_proposed_class_at_a_time(admins, person):
    propose_class(admins[0], person, SYSTEM, DUPLICATE)
    with pytest.raises(Refused, match="Sudah ada golongan"):
        propose_class(admins[1], person, AccountClass.ORGANISATION, DUPLICATE)


def test_present_class_is_not_proposed(admins, person):
    with pytest.raises(InvalidInput, match="sudah termasuk"):
        propose_class(admins[0], person, AccountClass.PERSON, ReclassificationReason.MISTAKE)


def test_dismissed_class_changes_nothing_and_is_not_confirmed(admins, person):
    first, second = admins
    proposed = propose_class(first, person, SYSTEM, DUPLICATE)
    dismiss_class(first, proposed)
    with pytest.raises(Refused, match="sudah diputuskan"):
        confirm_class(second, proposed)
    assert person.account_class == AccountClass.PERSON


def test_class_of_an_account_closed_meanwhile_is_dismissed(admins, person):
    proposed = propose_class(admins[0], person, SYSTEM, DUPLICATE)
    erase_account(person, factories.PASSPHRASE)
    with pytest.raises(Refused):
        confirm_class(admins[1], proposed)
    dismiss_class(admins[1], proposed)
    assert not proposed.is_pending


@pytest.mark.parametrize(
    ("name", "value"), [("role", Role.RESIDENT), ("erased_at", datetime(2026, 1, 1, tzinfo=UTC))]
)
def test_class_is_not_confirmed_once_its_proposer_is_no_administrator(admins, person, name, value):
    first, second = admins
    proposed = propose_class(first, person, SYSTEM, DUPLICATE)
    with unrecorded("test settings"):
        setattr(first, name, value)
    with pytest.raises(Refused):
        confirm_class(second, proposed)
    dismiss_class(second, proposed)


def test_scores_leave_out_all_comments_of_the_account_and_say_why(app, admins, person):
    process = factories.create_process()
    proposal = factories.create_proposal(process)
    post_comment(person, proposal, "Saya setuju sekali dengan usulan ini.", stance=Stance.FOR)
    post_comment(factories.create_resident(), proposal, "Bangku yang mana dulu?", stance=Stance.FOR)
    reclassify(admins, person)
    post_comment(person, proposal, "Sekali lagi saya setuju dengan usulan ini.", stance=Stance.FOR)
    seal(app)
    scores = compute_scores(process)
    assert scores.descriptives["counted"]["comments"] == 1
    assert scores.descriptives["everyone"]["comments"] == 3
    assert scores.to_dict()["excluded_accounts"] == [{"reason": "reclassified", "accounts": 1}]


def test_class_set_back_counts_all_comments_again(app, admins, person):
    process = factories.create_process()
    post_comment(
        person,
        factories.create_proposal(process),
        "Saya setuju dengan usulan ini.",
        stance=Stance.FOR,
    )
    reclassify(admins, person)
    reclassify(admins, person, AccountClass.PERSON, ReclassificationReason.MISTAKE)
    seal(app)
    assert compute_scores(process).descriptives["counted"]["comments"] == 1


def test_reclassified_account_can_still_sign_in_and_is_found(admins, person):
    reclassify(admins, person)
    assert get_person_by_device_token(sign_in(person)) is person
    assert person in list_accounts(AccountFilters("Akun kedua", "all"))


def test_owner_is_notified_of_a_new_class(admins, person):
    reclassify(admins, person)
    notices = select(Notice.kind).where(Notice.person_id == person.id)
    assert "account.reclassified" in db.session.scalars(notices).all()


def test_classes_are_counted_once_an_account_by_the_last_change(admins, person):
    reclassify(admins, person)
    reclassify(admins, person, AccountClass.ORGANISATION, ReclassificationReason.ORGANISATION)
    reclassify(admins, factories.create_resident())
    assert [tuple(row) for row in count_reclassified_accounts()] == [
        ("organisation", "organisation", 1),
        ("system", "duplicate", 1),
    ]


def test_download_has_the_class_without_the_administrators(admins, person):
    reclassify(admins, person)
    (row,) = get_account_data(person)["reclassifications"]
    assert (row["account_class"], row["reason"]) == ("system", "duplicate")
    assert "confirmed_by_id" not in row and "proposed_by_id" not in row


def test_erased_account_is_not_reclassified(admins, person):
    proposed = propose_class(admins[0], person, SYSTEM, DUPLICATE)
    erase_account(person, factories.PASSPHRASE)
    with pytest.raises(Refused, match="ditutup"):
        confirm_class(admins[1], proposed)
