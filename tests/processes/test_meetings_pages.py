"""Meetings of a process: recorded by its people, public, in the calendar and in releases."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from deliberate import sealing
from deliberate.clock import now
from deliberate.database import db
from deliberate.exports.release_builder import build_release
from deliberate.models import ProcessInstitution
from deliberate.operations.processes.meetings import (
    MeetingEntry,
    correct_meeting,
    record_meeting,
)
from deliberate.permissions.decision import Refused
from deliberate.queries.log.page_comparison import compare_pages
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.exports.release_reader import csv_rows


@pytest.fixture
def institution(app, clock):
    return factories.create_institution("sarpras")


@pytest.fixture
def process(institution):
    return factories.create_process(institution)


def record_url(process):
    return f"/en/desk/processes/{process.slug}/meetings"


def entry(**values):
    fields = {"held_on": now().date(), "place": "Balai desa", "attended": 24, "language": "id"}
    return MeetingEntry(**fields | {"minutes": "Warga meminta **halte**."} | values)


def post(client, process, **fields):
    values = {
        "held_on": now().date().isoformat(),
        "place": "Balai desa",
        "attended": "24",
        "language": "id",
        "minutes": "Warga meminta **halte**.",
        "publish": "1",
    }
    return submit_form(client, record_url(process), **values | fields)


def test_staff_of_the_process_record_a_meeting_once(app, institution, process, log):
    client = signed_in_client(app, factories.create_staff(institution))
    log()
    assert post(client, process).status_code == 303
    (row,) = log()
    assert (row.kind, row.details) == (
        "meeting.held",
        {"minutes": 1, "attended": 24, "working_days": 0},
    )
    assert row.content is not None and row.process_id == process.id
    page = anonymous_client(app).get(f"/en/processes/{process.slug}/meetings").text
    assert "24 people attended" in page and "<strong>halte</strong>" in page
    assert '<span lang="id" dir="auto">Balai desa</span>' in page


def test_process_page_shows_the_last_meeting(app, institution, process):
    staff = factories.create_staff(institution)
    record_meeting(staff, process, entry(held_on=now().date() - timedelta(days=9), place="Masjid"))
    record_meeting(staff, process, entry())
    page = anonymous_client(app).get(f"/id/processes/{process.slug}").text
    assert "Balai desa" in page and "Masjid" not in page
    assert f"/id/processes/{process.slug}/meetings" in page


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"held_on": "2030-01-01"}, "This day is in the future"),
        ({"held_on": "kemarin"}, "Write a date as"),
        ({"attended": "0"}, "at least 1"),
        ({"attended": "banyak"}, "Write a whole number"),
        ({"place": ""}, "Place"),
        ({"place": "x" * 161}, "too long"),
    ],
)
def test_invalid_meeting_is_refused_at_its_field_and_keeps_what_was_typed(
    app, institution, process, log, fields, message
):
    client = signed_in_client(app, factories.create_staff(institution))
    log()
    answer = post(client, process, **fields)
    assert answer.status_code == 422 and log() == []
    assert message in answer.text and "Warga meminta **halte**." in answer.text


def test_meeting_is_recorded_by_the_people_of_the_process_only(app, process, log):
    others = (factories.create_staff(factories.create_institution()), factories.create_resident())
    log()
    for person in others:
        with pytest.raises(Refused):
            record_meeting(person, process, entry())
        assert signed_in_client(app, person).get(record_url(process)).status_code == 403
    assert [row for row in log() if row.kind == "meeting.held"] == []


def test_calendar_of_the_process_has_the_meeting_on_its_day(app, institution, process):
    record_meeting(factories.create_staff(institution), process, entry())
    data = anonymous_client(app).get(f"/processes/{process.slug}/calendar.ics?lang=en").data
    events = [e for e in Calendar.from_ical(data).walk("VEVENT") if "Meeting" in e["summary"]]
    assert [(str(e["summary"]), e["dtstart"].dt) for e in events] == [
        ("Meeting: Balai desa", now().date())
    ]


def test_meeting_is_in_the_release_and_in_the_figure_of_minutes(
    app, institution, process, tmp_path
):
    admin = factories.create_staff(role=Role.ADMIN)
    record_meeting(admin, process, entry())
    record_meeting(admin, process, entry(minutes=""))
    sealing.seal_all(sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")
    build_release(process, tmp_path / "r")
    rows = [row for row in csv_rows(tmp_path / "r/events.csv") if row["kind"] == "meeting.held"]
    assert [row["details"] for row in rows] == [
        '{"attended":24,"minutes":1,"working_days":0}',
        '{"attended":24,"minutes":0,"working_days":0}',
    ]
    facts = compute_scores(process).facts
    assert facts.one("process_facts", "meetings") == 2
    assert facts.one("process_facts", "meetings_minuted") == 1


def test_minutes_after_ten_working_days_are_late(app, process, log):
    admin = factories.create_staff(role=Role.ADMIN)
    log()
    for days in (22, 1):
        record_meeting(admin, process, entry(held_on=now().date() - timedelta(days=days)))
    late, in_time = (row.details["working_days"] for row in log())
    assert late > 10 >= in_time
    sealing.seal_all(sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")
    facts = compute_scores(process).facts
    assert facts.one("process_facts", "meetings_minuted") == 1


def test_meeting_is_looked_at_before_it_is_published(app, institution, process, log):
    client = signed_in_client(app, factories.create_staff(institution))
    log()
    page = post(client, process, publish=None)
    assert page.status_code == 200 and log() == []
    assert "As everyone will read it" in page.text and "<strong>halte</strong>" in page.text
    assert 'name="publish"' in page.text and "recorded already" not in page.text


def test_second_meeting_on_a_day_at_a_place_is_named_before_it_is_published(
    app, institution, process
):
    staff = factories.create_staff(institution)
    first = record_meeting(staff, process, entry())
    client = signed_in_client(app, staff)
    page = post(client, process, publish=None, place=" balai  DESA").text
    assert "recorded already" in page and f"/meetings#meeting-{first.id}" in page
    yesterday = (now() - timedelta(days=1)).date().isoformat()
    assert "recorded already" not in post(client, process, publish=None, held_on=yesterday).text


def test_meeting_sent_twice_leads_to_it_and_a_changed_one_is_shown_whole(app, institution, process):
    client = signed_in_client(app, factories.create_staff(institution))
    form = client.get(record_url(process)).text
    key = re.search(r'name="form_key" value="([^"]+)"', form)[1]
    post(client, process, form_key=key)
    again = post(client, process, form_key=key)
    assert re.search(rf"/en/processes/{process.slug}/meetings#meeting-\d+$", again.location)
    changed = post(client, process, form_key=key, place="Masjid")
    assert changed.status_code == 409 and again.location in changed.text
    assert re.search(r'<label[^>]*for="place">\s*Place', changed.text)
    assert re.search(r'<input[^>]*type="text"[^>]*value="Masjid"', changed.text)
    assert "Your text" not in changed.text and 'name="publish" value="1"' in changed.text


def test_headings_of_the_list_and_of_minutes_descend_by_one(app, institution, process):
    record_meeting(factories.create_staff(institution), process, entry(minutes="# Hasil"))
    client = anonymous_client(app)
    listed = client.get(f"/en/processes/{process.slug}/meetings").text
    shown = client.get(f"/en/processes/{process.slug}").text
    assert "<h3>Hasil</h3>" in listed and "<h4>Hasil</h4>" in shown
    assert re.search(r'id="meeting-\d+">\s*<h2>', listed)


def test_empty_list_says_who_records_meetings(app, process):
    page = anonymous_client(app).get(f"/en/processes/{process.slug}/meetings").text
    assert "Staff of the institutions of this process record each meeting" in page


def correct_url(process, meeting):
    return f"/en/desk/processes/{process.slug}/meetings/{meeting.id}/correct"


def correct(client, process, meeting, **fields):
    values = {
        "held_on": now().date().isoformat(),
        "place": "Balai desa",
        "attended": "42",
        "language": "id",
        "minutes": "Warga meminta **halte**.",
        "reason": "Angkanya tertukar.",
        "publish": "1",
    }
    return submit_form(client, correct_url(process, meeting), **values | fields)


def test_correction_shows_both_figures_and_leaves_one_act(app, institution, process, log):
    staff = factories.create_staff(institution)
    meeting = record_meeting(staff, process, entry())
    client = signed_in_client(app, staff)
    log()
    preview = correct(client, process, meeting, publish=None)
    assert preview.status_code == 200 and log() == []
    assert "42 people attended" in preview.text and "24 people attended" in preview.text
    assert correct(client, process, meeting).status_code == 303
    (row,) = log()
    assert (row.kind, row.subject_id, row.details) == (
        "meeting.corrected",
        meeting.id,
        {"minutes": 1, "attended": 42, "working_days": 0},
    )
    page = anonymous_client(app).get(f"/en/processes/{process.slug}/meetings").text
    assert page.index("42 people attended") < page.index("24 people attended")
    assert "Recorded before:" in page and "Angkanya tertukar." in page
    assert list(compare_pages(db.session())) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"reason": ""}, "What was wrong, and why"),
        ({"attended": "24"}, "Nothing was changed."),
        ({"attended": "0"}, "at least 1"),
        ({"base": "3"}, "corrected meanwhile"),
    ],
)
def test_invalid_correction_is_refused_and_keeps_what_was_typed(
    app, institution, process, log, fields, message
):
    staff = factories.create_staff(institution)
    meeting = record_meeting(staff, process, entry())
    client = signed_in_client(app, staff)
    log()
    answer = correct(client, process, meeting, **fields)
    assert answer.status_code == 422 and log() == []
    assert message in answer.text and "Warga meminta **halte**." in answer.text


def test_meeting_is_corrected_by_its_institution_the_lead_or_an_administrator(
    app, institution, process
):
    other = factories.create_institution()
    process.institutions.append(ProcessInstitution(institution_id=other.id, part="consulted"))
    meeting = record_meeting(factories.create_staff(institution), process, entry())
    stranger = factories.create_staff(other)
    page = signed_in_client(app, stranger).get(record_url(process)).text
    assert "Correct meeting" not in page
    with pytest.raises(Refused):
        correct_meeting(stranger, meeting, entry(attended=42), "Salah.", 0)
    admin = factories.create_staff(role=Role.ADMIN)
    assert (
        f"Correct meeting {meeting.id}"
        in signed_in_client(app, admin).get(record_url(process)).text
    )
    assert correct_meeting(admin, meeting, entry(attended=42), "Salah.", 0).attended == 42


def test_corrected_meeting_counts_as_corrected_in_scores_calendar_and_api(
    app, institution, process, tmp_path
):
    admin = factories.create_staff(role=Role.ADMIN)
    meeting = record_meeting(admin, process, entry())
    yesterday = now().date() - timedelta(days=1)
    right = entry(held_on=yesterday, place="Masjid", attended=42, minutes="")
    correct_meeting(admin, meeting, right, "Tempatnya lain.", 0)
    sealing.seal_all(sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")
    facts = compute_scores(process).facts
    assert facts.one("process_facts", "meetings") == 1
    assert facts.one("process_facts", "meetings_minuted") == 0
    client = anonymous_client(app)
    data = client.get(f"/processes/{process.slug}/calendar.ics?lang=en").data
    events = [e for e in Calendar.from_ical(data).walk("VEVENT") if "Meeting" in e["summary"]]
    assert [(str(e["summary"]), e["dtstart"].dt) for e in events] == [
        ("Meeting: Masjid", yesterday)
    ]
    (row,) = client.get("/api/v1/meetings").json["data"]
    assert (row["place"], row["attended"], row["minutes"]) == ("Masjid", 42, "")
    (before,) = row["corrected_from"]
    assert (before["place"], before["attended"]) == ("Balai desa", 24)
    assert before["reason"] == "Tempatnya lain."
