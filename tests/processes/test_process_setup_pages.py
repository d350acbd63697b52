"""Administrators set up processes on their desk; residents see them once they are open."""

from datetime import timedelta

import pytest

from deliberate.clock import now
from deliberate.database import db
from deliberate.queries.processes.process_setup import process_to_set_up
from deliberate.recording import recorded
from deliberate.vocabulary import Kind, PhaseKind, Role, Switch
from tests import factories
from tests.client import send, signed_in, visitor

DESK = "/en/desk/processes"
TOLD = {
    "slug": "jalan-teduh",
    "title": "Jalan teduh",
    "question": "Apa yang didahulukan?",
    "open_points": "Urutan",
    "fixed_points": "Anggaran",
    "support_threshold": "1.000",
    "response_days": "20",
    "timezone": "Asia/Makassar",
    "calendar": "ID",
}
PAGES = (
    "/processes",
    "/processes/new",
    "/processes/{slug}",
    "/processes/{slug}/phases/ideas",
    "/processes/{slug}/check",
    "/processes/{slug}/days",
    "/calendar",
    "/rules",
)


@pytest.fixture
def client(app, clock):
    return signed_in(app, factories.staff(role=Role.ADMIN))


@pytest.fixture
def planned(client):
    send(client, f"{DESK}/new", **TOLD)
    db.session.rollback()
    return process_to_set_up("jalan-teduh")


@pytest.mark.parametrize("page", PAGES)
def test_only_administrators_come_in(app, client, planned, page):
    place = "/en/desk" + page.format(slug=planned.slug)
    assert client.get(place).status_code == 200
    for role in (Role.STAFF, Role.MODERATOR, Role.EVALUATOR, Role.RESIDENT):
        assert signed_in(app, factories.staff(role=role)).get(place).status_code == 403
    assert "sign_in_name" in visitor(app).get(place).text


def test_a_process_is_planned_dated_checked_and_opened_by_forms(app, client, log):
    office, partner = factories.an_institution("air"), factories.an_institution("jalan")
    factories.staff(role=Role.MODERATOR)
    log()
    fields = {**TOLD, "lead": office.id, "must_sign": partner.id}
    assert send(client, f"{DESK}/new", **fields).status_code == 303
    place = f"{DESK}/jalan-teduh"
    for address in ("/en/processes/jalan-teduh", "/en/scores/jalan-teduh"):
        assert visitor(app).get(address).status_code == 404
    assert "It cannot be opened yet" in client.get(f"{place}/check").text
    dates = {"opens": "2026-03-02", "closes": "2026-03-20", "switches": ["propose", "comment"]}
    assert send(client, f"{place}/phases/ideas", **dates).status_code == 303
    checked = client.get(f"{place}/check").text
    assert "Nothing is missing" in checked and "No assessment before the process" in checked
    assert send(client, f"{place}/check", f"{place}/open").status_code == 303
    assert [entry.kind for entry in log()] == [
        "process.planned",
        "phase.scheduled",
        "process.opened",
    ]
    page = visitor(app).get("/en/processes/jalan-teduh").text
    for words in ("Apa yang didahulukan?", "Urutan", "Anggaran", "1,000", "must sign"):
        assert words in page
    process = process_to_set_up("jalan-teduh")
    assert process.allows(Switch.PROPOSE, now()) and not process.allows(Switch.VOTE, now())


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"question": ""}, "question"),
        ({"slug": "new"}, "slug"),
        ({"slug": "Jalan Teduh"}, "slug"),
        ({"slug": "sudah-ada"}, "slug"),
        ({"support_threshold": "0"}, "support_threshold"),
        ({"support_threshold": "banyak"}, "support_threshold"),
        ({"response_days": "9999"}, "response_days"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"calendar": "ZZ"}, "calendar"),
        ({"calendar": "ID-"}, "calendar"),
        ({"lead": "999999"}, "lead"),
        ({"decides": "x" * 4001}, "decides"),
    ],
)
def test_a_wrong_field_is_told_at_the_field_and_nothing_is_lost(client, log, fields, field):
    send(client, f"{DESK}/new", **{**TOLD, "slug": "sudah-ada"})
    log()
    answer = send(client, f"{DESK}/new", **{**TOLD, "question_en": "What first?", **fields})
    assert answer.status_code == 422 and log() == []
    assert f'id="{field}-error"' in answer.text and "What first?" in answer.text


def test_one_institution_has_one_part(client, log):
    office = factories.an_institution()
    log()
    fields = {**TOLD, "lead": office.id, "consulted": office.id}
    assert send(client, f"{DESK}/new", **fields).status_code == 422 and log() == []


@pytest.mark.parametrize(
    "dates",
    [
        {"opens": "2026-03-20", "closes": "2026-03-02"},
        {"opens": "besok", "closes": "2026-03-02"},
        {"opens": "2026-03-02", "closes": ""},
        {"opens": "2026-03-02", "closes": "9999-12-31"},
        {"opens": "0001-01-01", "closes": "2026-03-02"},
    ],
)
def test_impossible_dates_are_told_at_the_field(client, planned, log, dates):
    log()
    answer = send(client, f"{DESK}/jalan-teduh/phases/ideas", **dates)
    assert answer.status_code == 422 and log() == []
    assert 'class="wrong"' in answer.text


def test_overlapping_phases_are_told_on_top_and_nothing_is_lost(client, planned, log):
    phases = f"{DESK}/jalan-teduh/phases"
    send(client, f"{phases}/ideas", opens="2026-03-02", closes="2026-03-20")
    log()
    answer = send(client, f"{phases}/discussion", opens="2026-03-20", closes="2026-03-30")
    assert answer.status_code == 422 and log() == []
    assert "do not overlap" in answer.text and 'value="2026-03-30"' in answer.text
    assert client.get(f"{phases}/lotre").status_code == 404


def test_what_changes_of_an_open_process_stands_on_its_page(app, client):
    process = factories.a_process()
    place, days = f"{DESK}/{process.slug}", now() + timedelta(days=30)
    kept = {**TOLD, "support_threshold": "3", "title": process.title}
    answer = send(client, place, **kept)
    assert answer.status_code == 422 and "Say why" in answer.text
    assert send(client, place, **kept, reason="Kotanya tumbuh.").status_code == 303
    phase = f"{place}/phases/{PhaseKind.DISCUSSION}"
    opens = client.get(phase).text.split('name="opens"')[1].split('value="')[1][:10]
    moved = {"opens": opens, "closes": f"{days:%Y-%m-%d}", "switches": "comment"}
    assert send(client, phase, **moved, reason="Libur panjang.").status_code == 303
    page = visitor(app).get(f"/id/processes/{process.slug}").text
    assert "Kotanya tumbuh." in page and "Libur panjang." in page
    assert page.index("Libur panjang.") < page.index("Kotanya tumbuh.")


def test_days_off_are_added_and_taken_back(client, planned):
    place = f"{DESK}/jalan-teduh/days"
    assert send(client, place, day="2026-03-03", name="Pindah kantor").status_code == 303
    assert "Pindah kantor" in client.get(place).text
    assert send(client, place, day="3 Maret", name="").status_code == 422
    assert send(client, place, f"{place}/end", day="2026-03-03").status_code == 303
    assert "Pindah kantor" not in client.get(place).text
    assert send(client, place, f"{place}/end", day="2026-03-03").status_code == 404


def test_rules_stand_on_the_public_page_in_both_languages(app, client):
    place = "/en/desk/rules"
    assert send(client, place, body="Bicara sopan.", body_en="").status_code == 422
    assert send(client, place, body="Bicara sopan.", body_en="Be civil.").status_code == 303
    send(client, place, body="Bicara **sopan** saja.", body_en="Be civil only.")
    assert "Bicara <strong>sopan</strong> saja." in visitor(app).get("/id/rules").text
    assert "Be civil only." in visitor(app).get("/en/rules").text
    assert "Be civil." in visitor(app).get("/en/rules/1").text
    assert visitor(app).get("/en/rules/3").status_code == 404


def test_a_process_is_closed_at_the_desk(app, client):
    process = factories.a_process()
    place = f"{DESK}/{process.slug}"
    assert send(client, place, f"{place}/close").status_code == 303
    assert "This process is closed" in visitor(app).get(f"/en/processes/{process.slug}").text
    assert send(client, place, **TOLD).status_code == 422


def test_a_frozen_assessment_is_not_asked_for_again(client, planned):
    place = f"{DESK}/jalan-teduh/check"
    for stage, asked in (("ex_post", True), ("ex_ante", False)):
        with recorded(None, Kind.ASSESSMENT_FROZEN) as act:
            act.about(planned, stage=stage, hash="0" * 64)
        assert ("No assessment before" in client.get(place).text) is asked
