"""A process is planned unseen, opens when nothing is missing, and then changes for a reason."""

from datetime import date, timedelta

import pytest

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Process
from deliberate.operations.moderation import rules as rule_operations
from deliberate.operations.processes import process_setup as process_setup_operations
from deliberate.operations.processes import processes as process_operations
from deliberate.operations.responses.institutions import AddressTaken
from deliberate.permissions.decision import Refused
from deliberate.permissions.processes import missing_for_opening
from deliberate.queries.moderation.rules import rules_in_force, rules_version
from deliberate.queries.processes.process_setup import changes_of
from deliberate.queries.processes.working_days import due_after, local_day, start_of
from deliberate.vocabulary import PhaseKind, Role, Switch
from tests import factories

TOLD = {
    "title": "Jalan teduh",
    "question": "Apa yang didahulukan?",
    "open_points": "Urutan",
    "fixed_points": "Anggaran",
    "support_threshold": 50,
    "response_days": 10,
}


@pytest.fixture
def admin(app, clock):
    return factories.staff(role=Role.ADMIN)


@pytest.fixture
def planned(admin):
    """A process from which nothing is missing."""
    factories.staff(role=Role.MODERATOR)
    office = factories.an_institution("pemimpin")
    process = process_setup_operations.plan_process(admin, "jalan", TOLD, [(office, "lead")])
    days(admin, process, PhaseKind.IDEAS, 0, 10)
    days(admin, process, PhaseKind.DISCUSSION, 10, 20)
    return process


def at(process, day):
    return start_of(process, local_day(process, now()) + timedelta(days=day))


def days(admin, process, kind, first, last, reason=""):
    opens, closes = at(process, first), at(process, last)
    return process_operations.schedule_phase(
        admin, process, kind, opens, closes, [Switch.COMMENT], reason
    )


def test_planning_is_an_act_that_never_leaves(admin, log):
    log()
    process = process_setup_operations.plan_process(
        admin, "jalan", TOLD, [(factories.an_institution(), "lead")]
    )
    process_setup_operations.change_process(admin, process, {**TOLD, "title": "Lain"}, [])
    assert [(e.kind, e.details) for e in log()] == [("process.planned", {})] * 2
    assert (process.title, process.institutions, process.opened_at) == ("Lain", [], None)


def test_a_planned_process_opens_once_nothing_is_missing(admin, planned, log):
    log()
    process_setup_operations.open_planned_process(admin, planned)
    (entry,) = log()
    assert (entry.kind, entry.details) == (
        "process.opened",
        {"threshold": 50, "response_days": 10, "limits_stated": 1},
    )
    assert planned.opened_at == now()
    with pytest.raises(Refused):
        process_setup_operations.open_planned_process(admin, planned)


@pytest.mark.parametrize("field", ["open_points", "fixed_points", "question"])
def test_no_process_opens_without_limits_of_influence_and_a_question(admin, planned, log, field):
    parts = [(m.institution, m.part) for m in planned.institutions]
    process_setup_operations.change_process(admin, planned, {**TOLD, field: "  "}, parts)
    log()
    with pytest.raises(Refused):
        process_setup_operations.open_planned_process(admin, planned)
    assert log() == []


def test_no_process_opens_without_a_lead_dates_and_two_units_of_moderators(admin):
    process = process_setup_operations.plan_process(admin, "jalan", TOLD, [])
    assert len(missing_for_opening(process)) == 3
    with pytest.raises(Refused):
        process_setup_operations.open_planned_process(admin, process)


def test_a_gap_between_phases_keeps_a_process_closed(admin, planned, log):
    days(admin, planned, PhaseKind.RESPONSE, 25, 30)
    with pytest.raises(Refused):
        process_setup_operations.open_planned_process(admin, planned)
    days(admin, planned, PhaseKind.RESPONSE, 20, 30)
    process_setup_operations.open_planned_process(admin, planned)


def test_an_open_process_changes_for_a_reason_that_everybody_reads(admin, planned, log):
    process_setup_operations.open_planned_process(admin, planned)
    parts = [(m.institution, m.part) for m in planned.institutions]
    told = {**TOLD, "support_threshold": 80}
    with pytest.raises(Refused):
        process_setup_operations.change_process(admin, planned, told, parts)
    log()
    process_setup_operations.change_process(admin, planned, told, parts, "Terlalu mudah.")
    (entry,) = log()
    assert (entry.kind, entry.details) == (
        "process.changed",
        {"fields": ["support_threshold"], "reason_given": 1},
    )
    (change,) = changes_of(planned)
    assert (change.fields, change.reason) == (["support_threshold"], "Terlalu mudah.")


def test_an_open_process_never_loses_its_limits(admin, planned):
    process_setup_operations.open_planned_process(admin, planned)
    with pytest.raises(Refused):
        process_setup_operations.change_process(
            admin, planned, {**TOLD, "open_points": ""}, [], "Hapus."
        )


def test_nothing_changed_is_no_act(admin, planned, log):
    parts = [(m.institution, m.part) for m in planned.institutions]
    log()
    with pytest.raises(Refused):
        process_setup_operations.change_process(admin, planned, TOLD, parts)
    assert log() == []


def test_moving_an_open_phase_takes_a_reason_and_its_neighbour_with_it(admin, planned, log):
    process_setup_operations.open_planned_process(admin, planned)
    with pytest.raises(Refused):
        days(admin, planned, PhaseKind.IDEAS, 0, 14)
    log()
    days(admin, planned, PhaseKind.IDEAS, 0, 14, "Banjir.")
    moved, followed = log()
    assert moved.kind == followed.kind == "phase.scheduled"
    assert (moved.details["reason_given"], followed.cause) == (1, moved.id)
    assert (followed.actor_id, followed.details["phase"]) == (None, "discussion")
    ideas, discussion = planned.phases
    assert ideas.closes_at == discussion.opens_at == at(planned, 14)
    (change,) = changes_of(planned)
    assert (change.fields, change.closed_before) == (["ideas", "discussion"], at(planned, 10))


@pytest.mark.parametrize(("first", "last"), [(-1, 14), (1, 14), (0, 0), (0, 20), (0, 25)])
def test_what_has_happened_is_not_moved_nor_a_neighbour_swallowed(admin, planned, log, first, last):
    process_setup_operations.open_planned_process(admin, planned)
    log()
    with pytest.raises(Refused):
        days(admin, planned, PhaseKind.IDEAS, first, last, "Salah.")
    assert log() == []


def test_a_phase_that_is_over_keeps_its_dates(admin, planned, clock):
    process_setup_operations.open_planned_process(admin, planned)
    clock.shift(timedelta(days=12))
    with pytest.raises(Refused):
        days(admin, planned, PhaseKind.IDEAS, -12, -1, "Salah.")


def test_phases_keep_their_order(admin, planned):
    with pytest.raises(Refused):
        days(admin, planned, PhaseKind.RESPONSE, -20, -10)


def test_two_processes_never_share_an_address(admin, planned, log):
    log()
    with pytest.raises(AddressTaken):
        process_setup_operations.plan_process(admin, "jalan", TOLD, [])
    assert log() == []


def test_a_day_off_is_not_counted_and_can_be_taken_back(admin, planned, log):
    before = due_after(planned, now(), 3)
    log()
    process_setup_operations.set_day_off(admin, planned, date(2026, 3, 3), "Pindah kantor")
    (entry,) = log()
    assert (entry.kind, entry.details) == ("calendar.changed", {"day": 20260303, "off": 1})
    assert due_after(planned, now(), 3) == before + timedelta(days=1)
    process_setup_operations.set_day_off(admin, planned, date(2026, 3, 3), "")
    assert due_after(planned, now(), 3) == before
    with pytest.raises(Refused):
        process_setup_operations.set_day_off(admin, planned, date(2026, 3, 3), "")


def test_rules_are_published_in_both_languages_version_by_version(admin, log):
    log()
    rule_operations.publish_rules(admin, "Satu", "One")
    rule_operations.publish_rules(admin, "Dua", "**Two** <script>")
    assert [(e.kind, e.details) for e in log()] == [
        ("rules.published", {"version": 1}),
        ("rules.published", {"version": 2}),
    ]
    assert rules_in_force().html_in("en") == "<p><strong>Two</strong> &lt;script&gt;</p>"
    assert rules_version(1).body == "Satu"
    for body, body_en in (("Tiga", " "), ("", "Three")):
        with pytest.raises(Refused):
            rule_operations.publish_rules(admin, body, body_en)


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.EVALUATOR, Role.RESIDENT])
def test_nobody_but_an_administrator_sets_up(app, planned, log, role):
    person = factories.staff(role=role)
    log()
    for act in (
        lambda: process_setup_operations.plan_process(person, "lain", TOLD, []),
        lambda: process_setup_operations.change_process(person, planned, {"title": "Lain"}, []),
        lambda: process_setup_operations.open_planned_process(person, planned),
        lambda: process_setup_operations.set_day_off(person, planned, date(2026, 3, 3), "Libur"),
        lambda: days(person, planned, PhaseKind.RESPONSE, 20, 30),
        lambda: process_operations.close_process(person, planned),
        lambda: rule_operations.publish_rules(person, "Satu", "One"),
    ):
        with pytest.raises(Refused):
            act()
    assert log() == []
    assert db.session.query(Process).count() == 1
