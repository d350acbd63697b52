"""Set-up of processes: planning, requirements for opening, changes with a public reason."""

from datetime import date, timedelta

import pytest

from deliberate.clock import now
from deliberate.database import db
from deliberate.days import local_today, start_of_day
from deliberate.models import Process
from deliberate.operations.moderation import rules as rule_operations
from deliberate.operations.processes.process_setup import (
    change_process,
    open_planned_process,
    plan_process,
    set_day_off,
)
from deliberate.operations.processes.processes import close_process, schedule_phase
from deliberate.operations.responses.institutions import SlugTaken
from deliberate.permissions.decision import Refused
from deliberate.permissions.processes import missing_for_opening
from deliberate.queries.moderation.rules import get_current_rules, get_rules_version
from deliberate.queries.processes.process_setup import list_process_changes
from deliberate.queries.processes.working_days import deadline_after
from deliberate.vocabulary import PhaseKind, PhaseSwitch, Role
from tests import factories

VALUES = {
    "title": "Jalan teduh",
    "question": "Apa yang didahulukan?",
    "open_points": "Urutan",
    "fixed_points": "Anggaran",
    "support_threshold": 50,
    "response_days": 10,
}


@pytest.fixture
def admin(app, clock):
    return factories.create_staff(role=Role.ADMIN)


@pytest.fixture
def planned(admin):
    """Return a planned process from which nothing is missing."""
    factories.create_staff(role=Role.MODERATOR)
    institution = factories.create_institution("pemimpin")
    process = plan_process(admin, "jalan", VALUES, [(institution, "lead")])
    schedule(admin, process, PhaseKind.IDEAS, 0, 10)
    schedule(admin, process, PhaseKind.DISCUSSION, 10, 20)
    return process


def day_start(process, day):
    return start_of_day(process, local_today(process) + timedelta(days=day))


def schedule(admin, process, kind, first, last, reason=""):
    opens, closes = day_start(process, first), day_start(process, last)
    return schedule_phase(admin, process, kind, opens, closes, [PhaseSwitch.COMMENT], reason)


def test_process_planning_is_an_internal_act(admin, log):
    log()
    process = plan_process(admin, "jalan", VALUES, [(factories.create_institution(), "lead")])
    change_process(admin, process, {**VALUES, "title": "Lain"}, [])
    assert [(entry.kind, entry.details) for entry in log()] == [("process.planned", {})] * 2
    assert (process.title, process.institutions, process.opened_at) == ("Lain", [], None)


def test_process_opens_once_when_nothing_is_missing(admin, planned, log):
    log()
    open_planned_process(admin, planned)
    (entry,) = log()
    assert (entry.kind, entry.details) == (
        "process.opened",
        {"threshold": 50, "response_days": 10, "limits_stated": 1},
    )
    assert planned.opened_at == now()
    with pytest.raises(Refused):
        open_planned_process(admin, planned)


@pytest.mark.parametrize("field", ["open_points", "fixed_points", "question"])
def test_process_does_not_open_without_limits_and_question(admin, planned, log, field):
    parts = [(member.institution, member.part) for member in planned.institutions]
    change_process(admin, planned, {**VALUES, field: "  "}, parts)
    log()
    with pytest.raises(Refused):
        open_planned_process(admin, planned)
    assert log() == []


def test_process_does_not_open_without_lead_dates_and_two_moderation_units(admin):
    process = plan_process(admin, "jalan", VALUES, [])
    assert len(missing_for_opening(process)) == 3
    with pytest.raises(Refused):
        open_planned_process(admin, process)


def test_process_does_not_open_with_a_gap_between_phases(admin, planned, log):
    schedule(admin, planned, PhaseKind.RESPONSE, 25, 30)
    with pytest.raises(Refused):
        open_planned_process(admin, planned)
    schedule(admin, planned, PhaseKind.RESPONSE, 20, 30)
    open_planned_process(admin, planned)


def test_process_change_after_opening_needs_a_public_reason(admin, planned, log):
    open_planned_process(admin, planned)
    parts = [(member.institution, member.part) for member in planned.institutions]
    values = {**VALUES, "support_threshold": 80}
    with pytest.raises(Refused):
        change_process(admin, planned, values, parts)
    log()
    change_process(admin, planned, values, parts, "Terlalu mudah.")
    (entry,) = log()
    assert (entry.kind, entry.details) == (
        "process.changed",
        {"fields": ["support_threshold"], "reason_given": 1},
    )
    (change,) = list_process_changes(planned)
    assert (change.fields, change.reason) == (["support_threshold"], "Terlalu mudah.")


def test_process_change_after_opening_cannot_remove_limits(admin, planned):
    open_planned_process(admin, planned)
    with pytest.raises(Refused):
        change_process(admin, planned, {**VALUES, "open_points": ""}, [], "Hapus.")


def test_process_change_without_difference_is_refused(admin, planned, log):
    parts = [(member.institution, member.part) for member in planned.institutions]
    log()
    with pytest.raises(Refused):
        change_process(admin, planned, VALUES, parts)
    assert log() == []


def test_phase_move_needs_a_reason_and_moves_the_adjacent_phase(admin, planned, log):
    open_planned_process(admin, planned)
    with pytest.raises(Refused):
        schedule(admin, planned, PhaseKind.IDEAS, 0, 14)
    log()
    schedule(admin, planned, PhaseKind.IDEAS, 0, 14, "Banjir.")
    moved, followed = log()
    assert moved.kind == followed.kind == "phase.scheduled"
    assert (moved.details["reason_given"], followed.cause) == (1, moved.id)
    assert (followed.actor_id, followed.details["phase"]) == (None, "discussion")
    ideas, discussion = planned.phases
    assert ideas.closes_at == discussion.opens_at == day_start(planned, 14)
    (change,) = list_process_changes(planned)
    assert (change.fields, change.previous_closes_at) == (
        ["ideas", "discussion"],
        day_start(planned, 10),
    )


@pytest.mark.parametrize(("first", "last"), [(-1, 14), (1, 14), (0, 0), (0, 20), (0, 25)])
def test_phase_move_cannot_change_the_past_or_remove_a_phase(admin, planned, log, first, last):
    open_planned_process(admin, planned)
    log()
    with pytest.raises(Refused):
        schedule(admin, planned, PhaseKind.IDEAS, first, last, "Salah.")
    assert log() == []


def test_phase_that_is_over_cannot_be_moved(admin, planned, clock):
    open_planned_process(admin, planned)
    clock.shift(timedelta(days=12))
    with pytest.raises(Refused):
        schedule(admin, planned, PhaseKind.IDEAS, -12, -1, "Salah.")


def test_process_slug_must_be_unique(admin, planned, log):
    log()
    with pytest.raises(SlugTaken):
        plan_process(admin, "jalan", VALUES, [])
    assert log() == []


def test_day_off_is_not_counted_and_can_be_removed(admin, planned, log):
    before = deadline_after(planned, now(), 3)
    log()
    set_day_off(admin, planned, date(2026, 3, 3), "Pindah kantor")
    (entry,) = log()
    assert (entry.kind, entry.details) == ("calendar.changed", {"day": 20260303, "off": 1})
    assert deadline_after(planned, now(), 3) == before + timedelta(days=1)
    set_day_off(admin, planned, date(2026, 3, 3), "")
    assert deadline_after(planned, now(), 3) == before
    with pytest.raises(Refused):
        set_day_off(admin, planned, date(2026, 3, 3), "")


def test_rules_are_published_in_both_languages_as_versions(admin, log):
    log()
    rule_operations.publish_rules(admin, "Satu", "One")
    rule_operations.publish_rules(admin, "Dua", "**Two** <script>")
    assert [(entry.kind, entry.details) for entry in log()] == [
        ("rules.published", {"version": 1}),
        ("rules.published", {"version": 2}),
    ]
    assert get_current_rules().html_in("en") == "<p><strong>Two</strong> &lt;script&gt;</p>"
    assert get_rules_version(1).body == "Satu"
    for body, body_en in (("Tiga", " "), ("", "Three")):
        with pytest.raises(Refused):
            rule_operations.publish_rules(admin, body, body_en)


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.EVALUATOR, Role.RESIDENT])
def test_process_setup_is_restricted_to_administrators(app, planned, log, role):
    person = factories.create_staff(role=role)
    log()
    for act in (
        lambda: plan_process(person, "lain", VALUES, []),
        lambda: change_process(person, planned, {"title": "Lain"}, []),
        lambda: open_planned_process(person, planned),
        lambda: set_day_off(person, planned, date(2026, 3, 3), "Libur"),
        lambda: schedule(person, planned, PhaseKind.RESPONSE, 20, 30),
        lambda: close_process(person, planned, "Selesai."),
        lambda: rule_operations.publish_rules(person, "Satu", "One"),
    ):
        with pytest.raises(Refused):
            act()
    assert log() == []
    assert db.session.query(Process).count() == 1
