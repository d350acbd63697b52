"""Named and repeated phases, copies of processes, and the deletion of planned ones."""

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from deliberate.citivoice.reduction.weeks import phases_from_log
from deliberate.clock import now
from deliberate.database import db
from deliberate.models import ComparedScore, Process
from deliberate.operations.processes.process_information import (
    DocumentEntry,
    add_document_link,
)
from deliberate.operations.processes.process_setup import delete_process, plan_process
from deliberate.operations.processes.processes import remove_phase, schedule_phase
from deliberate.operations.proposals.follows import follow_subject
from deliberate.operations.scores.stored_scores import store_scores
from deliberate.permissions.decision import Refused
from deliberate.queries.processes.phase_numbers import removed_phase_numbers
from deliberate.queries.processes.process_setup import get_process_for_setup
from deliberate.vocabulary import PhaseKind, PhaseSwitch, Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.log.prepared_log import tampered

DESK = "/en/desk/processes"
TEXTS = {
    "title": "Jalan teduh",
    "question": "Apa yang didahulukan?",
    "open_points": "Urutan",
    "fixed_points": "Anggaran",
}
CITY = (
    ("ideas", "Usulan", "Proposals", ["propose", "support"]),
    ("response", "Telaah teknis", "Technical review", ["respond"]),
    ("discussion", "Pemungutan suara", "Vote", ["vote"]),
    ("response", "Hasil", "Result", ["respond"]),
)
"""The phases of a city that has two of one kind and another order than the usual five."""


@pytest.fixture
def admin(app, clock):
    return factories.create_staff(role=Role.ADMIN)


@pytest.fixture
def client(app, admin):
    return signed_in_client(app, admin)


@pytest.fixture
def city(client, admin):
    """Return a planned process whose phases were added by forms, one week each."""
    plan_process(admin, "jalan", TEXTS, [(factories.create_institution("air"), "lead")])
    for week, (kind, name, name_en, switches) in enumerate(CITY):
        first = now().date() + timedelta(weeks=week)
        fields = {
            "kind": kind,
            "name": name,
            "name_en": name_en,
            "opens": first.isoformat(),
            "closes": (first + timedelta(days=6)).isoformat(),
            "switches": switches,
        }
        assert submit_form(client, f"{DESK}/jalan/phases/new", **fields).status_code == 303
    db.session.rollback()
    return get_process_for_setup("jalan")


def test_city_with_named_and_repeated_phases_runs_through_them(app, client, city, clock):
    factories.create_staff(role=Role.MODERATOR)
    assert [phase.key for phase in city.phases] == ["ideas", "response", "discussion", "response-2"]
    assert submit_form(client, f"{DESK}/jalan/check", f"{DESK}/jalan/open").status_code == 303
    reader = anonymous_client(app)
    for path in ("/processes/jalan", "/processes", "/"):
        english, indonesian = reader.get(f"/en{path}").text, reader.get(f"/id{path}").text
        assert "Proposals" in english and "Usulan" in indonesian, path
    calendar = reader.get("/processes/jalan/calendar.ics?lang=en").text
    assert calendar.count("BEGIN:VEVENT") == 4 and "Technical review" in calendar
    opened = []
    for week in range(4):
        clock.shift(timedelta(weeks=1) if week else timedelta(0))
        process = get_process_for_setup("jalan")
        opened.append(process.phase_at(now()).key)
        assert process.allows(PhaseSwitch.VOTE, now()) == (week == 2)
    assert opened == ["ideas", "response", "discussion", "response-2"]
    db.session.rollback()
    clock.shift(timedelta(weeks=2))
    store_scores("jalan")
    stored = {row.phase for row in db.session.query(ComparedScore)}
    assert stored == {"", "ideas", "response", "discussion", "response-2"}
    for page in ("/en/scores/jalan", "/en/scores/compare?side=jalan&side=jalan@response-2"):
        assert "Result" in reader.get(page).text, page


def test_second_phase_of_a_kind_is_changed_without_the_first(client, city, log):
    first, second = city.get_phase("response"), city.get_phase("response-2")
    log()
    page = f"{DESK}/jalan/phases/response-2"
    closes = second.closes_at.date() + timedelta(days=10)
    fields = {"opens": second.opens_at.date() + timedelta(days=1), "closes": closes}
    assert 'value="Hasil"' in client.get(page).text
    assert submit_form(client, page, name="Hasil akhir", **fields).status_code == 303
    before = first.opens_at
    factories.reload(first)
    factories.reload(second)
    assert (first.opens_at, first.name, second.name) == (before, "Telaah teknis", "Hasil akhir")
    assert [row.subject_id for row in log() if row.cause is None] == [second.id]


@pytest.mark.parametrize("key", ["response-3", "ideas-0", "raja", "new-2"])
def test_unknown_phase_is_not_found(client, city, key):
    assert client.get(f"{DESK}/jalan/phases/{key}").status_code == 404


def test_delivery_and_review_do_not_begin_a_process(admin, city):
    opens = city.phases[0].opens_at - timedelta(weeks=1)
    closes = city.phases[0].opens_at
    for kind in (PhaseKind.DELIVERY, PhaseKind.REVIEW):
        with pytest.raises(Refused):
            schedule_phase(admin, city, kind, opens, closes, [])


def test_phase_is_removed_only_before_the_process_opens(client, admin, city, log):
    log()
    page = f"{DESK}/jalan/phases/response-2"
    assert submit_form(client, page, f"{page}/remove").status_code == 303
    assert [row.kind for row in log()] == ["phase.removed"]
    process = get_process_for_setup("jalan")
    factories.reload(process)
    assert process.get_phase("response-2") is None
    factories.create_staff(role=Role.MODERATOR)
    assert submit_form(client, f"{DESK}/jalan/check", f"{DESK}/jalan/open").status_code == 303
    factories.reload(process)
    with pytest.raises(Refused):
        remove_phase(admin, process, process.phases[0])


def test_removed_phase_has_no_weeks_in_the_scores():
    dates = '{"phase":"ideas","opens":1772400000,"closes":1773000000}'
    rows = [("7", dates), ("8", dates), ("7", '{"phase":"ideas"}')]
    assert len(phases_from_log(rows[:2], ZoneInfo("Asia/Makassar"))) == 2
    assert len(phases_from_log(rows, ZoneInfo("Asia/Makassar"))) == 1


def test_copy_takes_over_everything_with_moved_dates(client, admin, city, log):
    page = client.get(f"{DESK}/jalan/copy?start=2026-06-01").text
    assert page.count('name="phases-') > 20 and 'value="2026-06-01"' in page
    assert 'value="Jalan teduh"' in page and 'value="2026-06-28"' in page
    fields = {
        name: value
        for name, value in re.findall(r'name="(phases-[^"]+)"[^>]*? value="([^"]*)"', page)
        if "switches" not in name
    }
    fields |= {f"phases-{n}-switches": switches for n, (*_, switches) in enumerate(CITY)}
    del fields["phases-3-is_kept"]
    rules = {"support_threshold": 5, "response_days": 9, "timezone": "Asia/Makassar"}
    log()
    answer = submit_form(
        client, f"{DESK}/jalan/copy", slug="jalan-2", calendar="ID", **TEXTS, **rules, **fields
    )
    assert answer.status_code == 303
    assert [row.kind for row in log()] == ["process.planned", *["phase.scheduled"] * 3]
    db.session.rollback()
    copy = get_process_for_setup("jalan-2")
    assert [phase.name for phase in copy.phases] == ["Usulan", "Telaah teknis", "Pemungutan suara"]
    assert copy.phases[0].switches == ["propose", "support"] and copy.opened_at is None
    again = submit_form(
        client, f"{DESK}/jalan/copy", slug="jalan-2", calendar="ID", **TEXTS, **rules, **fields
    )
    assert again.status_code == 422 and 'id="slug-error"' in again.text


def test_planned_process_is_deleted_by_a_page_that_says_what_it_means(client, admin, city, log):
    page = f"{DESK}/jalan/delete"
    entry = DocumentEntry("Rancangan", "id", now().date())
    old = add_document_link(admin, city, entry, "https://contoh.example/1")
    newer = replace(entry, replaced=old)
    add_document_link(admin, city, newer, "https://contoh.example/2")
    assert f'{page}"' in client.get(f"{DESK}/jalan").text
    log()
    assert submit_form(client, page).status_code == 422
    assert submit_form(client, page, sure="y").status_code == 303
    kinds = [row.kind for row in log()]
    assert set(kinds) == {"process.deleted", "phase.removed"} and kinds[0] == "process.deleted"
    assert client.get(f"{DESK}/jalan").status_code == 404


def test_process_with_contributions_is_not_deleted(client, admin, city):
    opened, followed = factories.create_process(), city
    for process in (opened,):
        with pytest.raises(Refused):
            delete_process(admin, process)
    follow_subject(factories.create_resident(), followed)
    assert "contributions" in client.get(f"{DESK}/jalan/delete").text
    with pytest.raises(Refused):
        delete_process(admin, followed)
    assert db.session.query(Process).count() == 2


@pytest.mark.parametrize("path", ["copy", "delete", "phases/new"])
def test_pages_are_for_administrators(app, city, path):
    staff = signed_in_client(app, factories.create_staff())
    assert staff.get(f"{DESK}/jalan/{path}").status_code == 403


def test_number_of_a_removed_phase_is_not_used_again(admin, city, log):
    second = city.get_phase("response-2")
    opens, closes = second.opens_at, second.closes_at
    remove_phase(admin, city, second)
    factories.reload(city)
    log()
    schedule_phase(admin, city, PhaseKind.RESPONSE, opens, closes, [], number=None)
    assert [row.details["key"] for row in log() if row.cause is None] == ["response-3"]


def test_number_of_a_phase_that_was_removed_without_its_name_is_not_used_again(admin, city, log):
    remove_phase(admin, city, city.get_phase("response-2"))
    with tampered(
        "UPDATE interaction SET details = '{\"phase\": \"response\"}' WHERE kind = 'phase.removed'"
    ):
        assert set(removed_phase_numbers(city.id, PhaseKind.RESPONSE)) == {1, 2}


def test_id_of_a_deleted_process_is_not_used_again(admin, city):
    planned = plan_process(admin, "taman", {"title": "Taman"}, [])
    deleted_id = planned.id
    delete_process(admin, planned)
    assert plan_process(admin, "pasar", {"title": "Pasar"}, []).id > deleted_id
