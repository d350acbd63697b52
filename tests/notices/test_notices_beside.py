"""Lines of the registry that the city of test_registry.py does not cause: each arrives once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Delivery, Notice
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.registry import REGISTRY
from deliberate.notifications.reminders import create_reminders
from deliberate.operations.accounts.roles import confirm_class, propose_class
from deliberate.operations.moderation.sanctions import (
    appeal_sanction,
    impose_sanction,
    review_sanction,
)
from deliberate.operations.releases.data_access_requests import (
    grant_data_access,
    request_data_access,
)
from deliberate.operations.responses.response_drafts import request_check, save_response_draft
from deliberate.vocabulary import (
    AccountClass,
    AppealOutcome,
    ModerationRule,
    ReclassificationReason,
    Role,
)
from tests import factories
from tests.notices.test_registry import ELSEWHERE, OF_ACCOUNTS
from tests.responses.draft_content import draft_content
from tests.sample_city import ROOT

TESTED_IN = {
    "account.reclassified": "notices/test_notices_beside.py",
    "address.given": "accounts/test_password_reset.py",
    "address.left": "accounts/test_password_reset.py",
    "address.new": "accounts/test_password_reset.py",
    "amendment.decided": "documents/moderation/test_notices.py",
    "amendment.promoted": "documents/test_amendment_authors.py",
    "amendment.revised": "documents/test_amendment_authors.py",
    "ballot.receipt": "polls/test_ballots_pages.py",
    "coauthor.invited": "proposals/test_coauthors.py",
    "coauthor.joined": "proposals/test_coauthors.py",
    "coauthor.left": "proposals/test_coauthors.py",
    "desk.check": "notices/test_notices_beside.py",
    "desk.checked": "notices/test_mail.py",
    "desk.sign": "responses/test_response_form_pages.py",
    "desk.unit_assigned": "documents/test_answer_desk.py",
    "desk.unit_check": "documents/test_answer_desk.py",
    "desk.unit_checked": "documents/test_answer_desk.py",
    "desk.unit_sign": "documents/test_answer_desk.py",
    "desk.unpublished": "notices/test_reminders.py",
    "document.closed": "documents/moderation/test_notices.py",
    "document.opened": "documents/moderation/test_notices.py",
    "document.revised": "documents/moderation/test_notices.py",
    "entry.made": "accounts/administration/test_office_entry.py",
    "factor.removed": "accounts/test_second_factor.py",
    "moderation.delayed": "moderation/test_holds.py",
    "moderation.held": "moderation/test_moderation.py",
    "moderation.kept": "moderation/test_open_items.py",
    "recovery.asked": "accounts/test_password_reset.py",
    "recovery.begun": "accounts/administration/test_office_recovery.py",
    "recovery.confirmed": "accounts/administration/test_office_recovery.py",
    "recovery.stopped": "accounts/administration/test_office_recovery.py",
    "webhook.paused": "notices/webhooks/test_webhooks.py",
    "outside_case.stopped": "responses/test_outside_systems.py",
    "request.decided": "notices/test_notices_beside.py",
    "request.ends": "notices/test_notices_beside.py",
    "resident.verified": "notices/test_mail_failures.py",
    "sanction.granted": "notices/test_notices_beside.py",
    "sanction.imposed": "moderation/test_sanctions.py",
    "sanction.lifted": "moderation/test_sanctions.py",
    "sanction.refused": "notices/test_notices_beside.py",
    "unit.answered": "documents/moderation/test_notices.py",
    "verification.ended": "accounts/test_verified_residents.py",
    "withdrawal.objected": "proposals/test_coauthors.py",
    "withdrawal.requested": "proposals/test_coauthors.py",
}
"""The test of each kind that the city does not cause."""


def test_every_line_beside_the_city_is_tested():
    beside = {event.KIND for event in REGISTRY if event.PAGE in OF_ACCOUNTS} | ELSEWHERE
    assert beside == set(TESTED_IN)
    for kind, path in TESTED_IN.items():
        assert f'"{kind}"' in (ROOT / "tests" / path).read_text(encoding="utf-8"), kind


def notified():
    """Run the jobs twice; return the kind and the recipient of each message in an account."""
    for _run in range(2):
        create_reminders()
        fan_out()
    db.session.rollback()
    return db.session.execute(
        select(Notice.kind, Delivery.person_id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Delivery.channel == "account")
        .order_by(Notice.kind, Delivery.person_id)
    ).all()


def kinds(*names):
    return [row for row in notified() if row[0] in names]


@pytest.mark.parametrize("outcome", list(AppealOutcome))
def test_decided_appeal_against_a_limit_reaches_its_person_once(app, outcome):
    person, (first, second) = (
        factories.create_resident(),
        [factories.create_staff(role=Role.MODERATOR) for _number in range(2)],
    )
    sanction = impose_sanction(first, person, ModerationRule.SPAM, 7, "Iklan.")
    appeal_sanction(person, sanction, "Itu bukan iklan.")
    review_sanction(second, sanction, outcome, "Dibaca lagi.")
    expected = "sanction.granted" if outcome == AppealOutcome.GRANTED else "sanction.refused"
    assert kinds("sanction.granted", "sanction.refused") == [(expected, person.id)]


def test_check_that_is_asked_for_reaches_the_colleagues_once(app):
    institution = factories.create_institution("sarpras")
    writer, colleague = (factories.create_staff(institution) for _number in range(2))
    factories.create_staff(factories.create_institution("lain"))
    with unrecorded("test settings") as session:
        institution.needs_check = True
        session.add(institution)
    proposal = factories.create_proposal(factories.create_process(institution))
    request_check(writer, save_response_draft(writer, proposal, draft_content()))
    assert kinds("desk.check") == [("desk.check", colleague.id)]


def test_decision_and_end_of_data_access_reach_the_researcher_once(app, clock):
    researcher = factories.create_staff(role=Role.RESEARCHER)
    until = (now() + timedelta(days=30)).date()
    request = request_data_access(
        researcher, factories.create_process(), "Utas yang panjang", "KEPK 12", until
    )
    grant_data_access(factories.create_staff(role=Role.ADMIN), request)
    assert kinds("request.decided", "request.ends") == [("request.decided", researcher.id)]
    clock.shift(timedelta(days=17))
    assert kinds("request.decided", "request.ends") == [
        ("request.decided", researcher.id),
        ("request.ends", researcher.id),
    ]


def test_changed_class_of_an_account_reaches_its_person_once(app):
    person = factories.create_resident()
    first, second = (factories.create_staff(role=Role.ADMIN) for _number in range(2))
    reason = ReclassificationReason.DUPLICATE
    confirm_class(second, propose_class(first, person, AccountClass.SYSTEM, reason))
    assert kinds("account.reclassified") == [("account.reclassified", person.id)]
