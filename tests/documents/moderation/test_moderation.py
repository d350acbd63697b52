"""Moderation of contributions to draft texts: reported, held, hidden, restored, appealed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.database import db, unrecorded
from deliberate.models import ModerationDecision, Notice, UnitContribution
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.reminders import create_reminders
from deliberate.notifications.templates import load_context, render_notification
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.documents.amendments import Wording, revise_amendment
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.operations.documents.contributions import (
    AmendmentEntry,
    change_unit_comment,
    comment_on_unit,
    join_amendment,
    propose_amendment,
    withdraw_amendment,
    withdraw_unit_comment,
)
from deliberate.operations.documents.versions import close_document
from deliberate.operations.moderation.decisions import (
    decide_appeal,
    escalate,
    file_appeal,
    hide_contribution,
    keep_contribution,
    report_contribution,
    request_edit,
    restore_contribution,
)
from deliberate.operations.moderation.sanctions import impose_sanction
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.documents.answers import count_rights, list_report_rows
from deliberate.queries.documents.contributions import count_contributions
from deliberate.queries.documents.documents import get_document, get_unit, get_version, list_units
from deliberate.queries.log.page_comparison import compare_pages
from deliberate.queries.moderation.decisions import get_last_decision, open_reports
from deliberate.queries.moderation.public_record import moderation_record
from deliberate.queries.moderation.queue import (
    held_contributions,
    open_appeals,
    reported_contributions,
)
from deliberate.vocabulary import (
    AppealOutcome,
    HoldRule,
    ModerationRule,
    ResponseGround,
    Role,
    Stance,
    UnitDecision,
)
from tests import factories
from tests.client import signed_in_client

LINK = "Bangku murah di https://contoh.example hari ini."
PLAIN = "Peserta sebaiknya dihitung dari kartu keluarga yang terdaftar."
ANSWER = (UnitDecision.NOT_ADOPTED, ResponseGround.BUDGET, "Anggaran tidak ada.")


@pytest.fixture
def resident(app, clock):
    return factories.create_resident()


@pytest.fixture
def moderator(app, clock):
    return factories.create_staff(role=Role.MODERATOR)


def unit(document, address="pasal-4/ayat-1"):
    document = get_document(document.id)
    return get_unit(get_version(document), address)


def comment(document, author, body="Alasan saya.", stance=Stance.FOR):
    return comment_on_unit(author, document, unit(document), body, stance)


def amendment(document, author, words="Peserta adalah setiap warga.", reason="Lebih jelas."):
    entry = AmendmentEntry(document.version, words, reason)
    return propose_amendment(author, document, unit(document), entry)


def hide(moderator, contribution):
    hide_contribution(moderator, contribution, ModerationRule.INSULT, "Aturan 2.")


def report(contribution, person=None, network=""):
    context = factories.request_from(network)
    reporter = person or factories.create_resident()
    report_contribution(reporter, contribution, ModerationRule.SPAM, "iklan", context=context)


def create_verified_resident():
    person = factories.create_resident()
    with unrecorded("test settings"):
        person.verified_at = person.joined_at
    return person


def notice_kinds(prefix="moderation."):
    kinds = select(Notice.kind).where(Notice.kind.like(f"{prefix}%")).order_by(Notice.id)
    return list(db.session.scalars(kinds))


@pytest.mark.parametrize("write", [comment, amendment])
def test_reported_contribution_is_decided_from_the_queue(document, resident, moderator, log, write):
    contribution = write(document, resident)
    report(contribution)
    (row,) = reported_contributions()
    assert (row.contribution, row.report_count) == (contribution, 1)
    log()
    hide(moderator, contribution)
    (entry,) = log()
    assert (entry.kind, entry.subject_type, entry.subject_id, entry.details) == (
        "contribution.hidden",
        "unit_contribution",
        contribution.id,
        {"ground": "insult", "reports": 1},
    )
    assert not contribution.is_visible_to(None) and open_reports(contribution) == []
    shown = select(UnitContribution.id).where(UnitContribution.visible_to(None))
    assert db.session.scalars(shown).all() == []
    decision = get_last_decision(contribution)
    assert (decision.document_id, decision.proposal_id) == (document.id, None)
    assert notice_kinds() == ["moderation.hidden"]


def test_own_contribution_is_neither_reported_nor_decided_on(document, moderator, log):
    own = comment(document, moderator)
    log()
    with pytest.raises(Refused):
        report(own, moderator)
    with pytest.raises(Refused):
        hide(moderator, own)
    assert log() == []


def test_contribution_is_decided_by_moderators_only(document, resident, officer):
    contribution = comment(document, resident)
    report(contribution)
    for person in (factories.create_resident(), officer):
        with pytest.raises(Refused):
            hide(person, contribution)
        with pytest.raises(Refused):
            keep_contribution(person, contribution)
    assert contribution.is_visible_to(None)


def test_reports_of_three_verified_residents_hold_a_contribution_for_a_day(
    document, resident, clock, log
):
    contribution = comment(document, resident)
    for number in range(3):
        assert contribution.is_visible_to(None)
        report(contribution, create_verified_resident(), f"198.51.100.{number}")
    assert log()[-1].kind == "contribution.held"
    assert contribution.is_held and contribution.is_visible_to(resident)
    clock.shift(timedelta(hours=24))
    factories.reload(contribution)
    assert contribution.is_visible_to(None)
    assert notice_kinds() == ["moderation.held"]


def test_kept_contribution_is_not_held_again(document, resident, moderator, log):
    contribution = comment(document, resident)
    report(contribution)
    log()
    keep_contribution(moderator, contribution)
    assert [entry.kind for entry in log()] == ["contribution.kept"]
    for number in range(3):
        report(contribution, create_verified_resident(), f"198.51.100.{number}")
    assert contribution.is_visible_to(None)


def test_link_of_a_new_account_holds_a_contribution_until_it_is_shown_by_itself(
    document, resident, clock, log
):
    log()
    contribution = comment(document, resident, LINK)
    assert [entry.kind for entry in log()] == ["comment.posted", "contribution.delayed"]
    assert contribution.hidden_ground == HoldRule.YOUNG_LINK
    assert held_contributions() == [contribution]
    clock.shift(timedelta(days=4))
    factories.reload(contribution)
    assert contribution.is_visible_to(None) and held_contributions() == []
    clock.shift(timedelta(days=-1))
    create_reminders()
    assert notice_kinds() == ["moderation.delayed", "moderation.published"]


def test_link_in_the_words_of_an_amendment_holds_it_and_nobody_joins_it(document, resident):
    held = amendment(document, resident, words=LINK)
    assert held.is_held
    with pytest.raises(Refused):
        join_amendment(factories.create_resident(), held)


def test_contribution_of_the_same_text_again_is_held_also_after_a_comment_on_a_proposal(
    document, resident, clock
):
    clock.shift(timedelta(days=2))
    assert comment(document, resident, PLAIN).is_visible_to(None)
    assert comment(document, resident, f"{PLAIN.upper()}!!").hidden_ground == HoldRule.REPEATED
    first = amendment(document, resident, "Peserta adalah setiap warga.", PLAIN + " Sungguh.")
    other = amendment(document, resident, "Peserta adalah setiap keluarga.", PLAIN + " Sungguh.")
    assert first.is_visible_to(None) and other.is_visible_to(None)
    again = amendment(document, resident, "Peserta adalah setiap keluarga.", PLAIN + " Sungguh.")
    assert again.hidden_ground == HoldRule.REPEATED


def test_hidden_contribution_is_restored_and_logged(document, resident, moderator, log):
    contribution = comment(document, resident)
    hide(moderator, contribution)
    log()
    restore_contribution(moderator, contribution)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("contribution.restored", {"ground": "insult"})
    assert contribution.is_visible_to(None)
    with pytest.raises(Refused):
        restore_contribution(moderator, contribution)


@pytest.mark.parametrize("outcome", AppealOutcome)
def test_appeal_of_a_contribution_is_decided_by_another_moderator(
    document, resident, moderator, log, outcome
):
    contribution = amendment(document, resident)
    hide(moderator, contribution)
    with pytest.raises(Refused):
        file_appeal(factories.create_resident(), contribution, "Bukan saya.")
    file_appeal(resident, contribution, "Ini kritik.")
    ((appeal, text),) = open_appeals()
    assert text == contribution
    with pytest.raises(Refused):
        decide_appeal(moderator, appeal, outcome, "x")
    second = factories.create_staff(role=Role.MODERATOR)
    log()
    decide_appeal(second, appeal, outcome, "Benar.")
    is_granted = outcome == AppealOutcome.GRANTED
    kinds = [entry.kind for entry in log()]
    assert kinds == ["appeal.decided", *(["contribution.restored"] if is_granted else [])]
    assert contribution.is_visible_to(None) is is_granted
    assert notice_kinds()[-1] == f"moderation.{outcome.value}"


def test_contribution_is_passed_on_to_a_second_moderator(document, resident, moderator):
    contribution = comment(document, resident)
    report(contribution)
    second = factories.create_staff(role=Role.MODERATOR)
    escalate(moderator, contribution, "Saya mengenalnya.")
    with pytest.raises(Refused):
        hide(moderator, contribution)
    hide(second, contribution)
    assert notice_kinds("queue.") == ["queue.passed"]
    fan_out()


def test_author_changes_a_comment_as_a_moderator_asks(document, resident, moderator, clock, log):
    contribution = comment(document, resident, "Nomor saya 0812.")
    with pytest.raises(Refused):
        change_unit_comment(resident, contribution, "Tanpa nomor.")
    request_edit(moderator, contribution, ModerationRule.PERSONAL, "Nomor.")
    assert notice_kinds() == ["moderation.asked"]
    with pytest.raises(Refused):
        change_unit_comment(factories.create_resident(), contribution, "Tanpa nomor.")
    log()
    change_unit_comment(resident, contribution, "Tanpa nomor.")
    (entry,) = log()
    assert (entry.kind, entry.subject_type) == ("comment.edited", "unit_contribution")
    assert (contribution.body, contribution.edited_at is not None) == ("Tanpa nomor.", True)
    keep_contribution(moderator, contribution)
    assert notice_kinds()[-1] == "moderation.kept"
    with pytest.raises(Refused):
        change_unit_comment(resident, contribution, "Lagi.")
    assert list(compare_pages(db.session)) == []


def test_request_to_change_a_comment_ends_after_two_days(document, resident, moderator, clock):
    contribution = comment(document, resident)
    request_edit(moderator, contribution, ModerationRule.PERSONAL, "Nomor.")
    clock.shift(timedelta(days=2, minutes=1))
    with pytest.raises(Refused):
        change_unit_comment(resident, contribution, "Tanpa nomor.")


def test_author_changes_an_amendment_as_a_moderator_asks_and_the_words_are_gone(
    app, document, officer, resident, moderator
):
    row = amendment(document, resident, reason="Nomor saya 0812.")
    request_edit(moderator, row, ModerationRule.PERSONAL, "Nomor.")
    close_document(officer, document)
    client, url = signed_in_client(app, resident), f"/en/documents/{document.id}"
    form = client.get(f"{url}/amendments/{row.id}/revision").text
    assert "A moderator asks you to change this text" in form
    revise_amendment(resident, row, Wording(1, "Peserta adalah setiap warga.", "Tanpa nomor."))
    page = client.get(f"{url}/pasal-4").text
    assert "Tanpa nomor." in page and "0812" not in page and "no longer shown" in page
    keep_contribution(moderator, row)
    assert notice_kinds() == ["moderation.asked", "moderation.kept"]
    with pytest.raises(Refused):
        revise_amendment(resident, row, Wording(2, "Peserta adalah warga.", "Lagi."))
    db.session.rollback()
    assert list(compare_pages(db.session)) == []


def test_change_of_an_answered_amendment_is_not_asked_for(document, officer, resident, moderator):
    row = amendment(document, resident)
    answer_unit(officer, document, unit(document), AnswerEntry(*ANSWER, [row.id]))
    with pytest.raises(Refused):
        request_edit(moderator, row, ModerationRule.INSULT, "x")


def test_late_report_of_a_contribution_reminds_the_moderators(document, resident, clock):
    contribution = comment(document, resident)
    report(contribution)
    create_reminders()
    assert notice_kinds("queue.") == []
    clock.shift(timedelta(hours=25))
    create_reminders()
    create_reminders()
    (notice,) = db.session.scalars(select(Notice).where(Notice.kind == "queue.late"))
    shown = render_notification(notice, load_context([notice]), "en")
    assert shown.path == f"/en/desk/moderation/unit_contribution/{contribution.id}"
    assert document.title in shown.sentence


def test_limited_account_can_neither_comment_nor_amend_nor_join_nor_report(
    document, resident, moderator
):
    of_other = amendment(document, factories.create_resident())
    impose_sanction(moderator, resident, ModerationRule.SPAM, 7, "iklan")
    for act in (
        lambda: comment(document, resident),
        lambda: amendment(document, resident),
        lambda: join_amendment(resident, of_other),
        lambda: report(of_other, resident),
    ):
        with pytest.raises(Refused):
            act()


def test_hidden_contribution_can_be_neither_answered_nor_withdrawn(
    document, resident, officer, moderator
):
    hidden = comment(document, resident)
    hide(moderator, hidden)
    with pytest.raises(InvalidInput):
        answer_unit(officer, document, unit(document), AnswerEntry(*ANSWER, [hidden.id]))
    with pytest.raises(Refused):
        withdraw_unit_comment(resident, hidden)


def test_withdrawn_contribution_closes_its_reports(document, resident, moderator):
    contribution = amendment(document, resident)
    report(contribution)
    withdraw_amendment(resident, contribution)
    assert reported_contributions() == []
    with pytest.raises(Refused):
        hide(moderator, contribution)


def test_erased_author_leaves_no_open_report_and_no_note(document, resident, moderator):
    contribution = comment(document, resident)
    hide(moderator, contribution)
    file_appeal(resident, contribution, "Ini kritik.")
    other = comment(document, resident)
    report(other)
    erase_account(resident, factories.PASSPHRASE)
    assert reported_contributions() == []
    notes = db.session.scalars(select(ModerationDecision.note)).all()
    assert notes == [""]


def test_hidden_contribution_stays_counted_in_rights_and_report(
    document, resident, officer, moderator
):
    hidden, shown, waiting = (comment(document, resident) for _ in range(3))
    answer_unit(officer, document, unit(document), AnswerEntry(*ANSWER, [hidden.id, shown.id]))
    hide(moderator, hidden)
    document = get_document(document.id)
    version = get_version(document)
    rights = count_rights(document, version).total
    assert (rights.heard, rights.considered, rights.explained) == (3, 2, 2)
    assert len(list_report_rows(document)) == 3
    placed = count_contributions(document, list_units(version), version.number)
    assert (placed.total["comment"], placed.unshown) == (2, 1)
    assert waiting.is_visible_to(None)


def test_moderation_record_counts_contributions_by_stance(document, resident, moderator):
    hide(moderator, comment(document, resident, stance=Stance.AGAINST))
    hide(moderator, amendment(document, resident))
    assert moderation_record().by_rule == {"insult": {-1: 1, None: 1}}


def test_log_is_compared_with_decisions_on_contributions(document, resident, moderator):
    contribution = comment(document, resident)
    hide(moderator, contribution)
    file_appeal(resident, contribution, "Ini kritik.")
    assert list(compare_pages(db.session)) == []
    with unrecorded("test settings") as session:
        session.query(ModerationDecision).update({"note": "Lain"})
    (fault,) = compare_pages(db.session)
    assert (fault.table, fault.column) == ("moderation_decision", "note")
