"""Attendance of meetings: noted by residents, taken back, private, counted as taking part."""

from datetime import timedelta

import pytest

from deliberate import sealing
from deliberate.database import db
from deliberate.exports.release_builder import build_release
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.processes.attendance import note_attendance, retract_attendance
from deliberate.operations.processes.meetings import record_meeting
from deliberate.permissions.decision import Refused
from deliberate.queries.log.page_comparison import compare_pages
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.exports.release_reader import csv_rows
from tests.processes.test_meetings_pages import entry


@pytest.fixture
def meeting(app, clock):
    """Return a meeting that two people attended."""
    process = factories.create_process()
    return record_meeting(factories.create_staff(role=Role.ADMIN), process, entry(attended=2))


def counted_people(app, process):
    sealing.seal_all(sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")
    return compute_scores(process).to_dict()["descriptives"]["counted"]["people"]


def test_resident_notes_that_they_attended_and_takes_it_back(app, meeting, log):
    client = signed_in_client(app, factories.create_resident())
    path = f"/en/processes/{meeting.process.slug}/meetings"
    assert "I attended" in client.get(path).text
    log()
    to = f"{path}/{meeting.id}/attendance"
    assert submit_form(client, path, to=to).status_code == 303
    html = client.get(path).text
    assert "You noted that you attended." in html and "Nobody sees that it was you." in html
    assert submit_form(client, path, to=f"{to}/retract").status_code == 303
    assert "I attended" in client.get(path).text
    rows = log()
    assert [row.kind for row in rows] == ["attendance.noted", "attendance.retracted"]
    assert {row.subject_id for row in rows} == {meeting.id}
    assert list(compare_pages(db.session())) == []
    assert "I attended" not in anonymous_client(app).get(path).text


def test_attendance_counts_as_taking_part_until_it_is_taken_back(app, meeting):
    resident, process = factories.create_resident(), meeting.process
    note_attendance(resident, meeting)
    assert counted_people(app, process) == 1
    retract_attendance(resident, meeting)
    assert counted_people(app, process) == 0


def test_no_more_people_note_it_than_attended(app, meeting):
    for _number in range(2):
        note_attendance(factories.create_resident(), meeting)
    with pytest.raises(Refused, match="sudah"):
        note_attendance(factories.create_resident(), meeting)


def test_attendance_is_noted_once_by_residents_within_two_weeks(app, meeting, clock):
    resident = factories.create_resident()
    note_attendance(resident, meeting)
    with pytest.raises(Refused, match="sudah"):
        note_attendance(resident, meeting)
    with pytest.raises(Refused):
        note_attendance(factories.create_staff(role=Role.MODERATOR), meeting)
    clock.shift(timedelta(days=14))
    for person in (resident, factories.create_resident()):
        with pytest.raises(Refused, match="berakhir"):
            note_attendance(person, meeting)
    with pytest.raises(Refused, match="berakhir"):
        retract_attendance(resident, meeting)
    page = signed_in_client(app, resident).get(f"/en/processes/{meeting.process.slug}/meetings")
    assert "You noted that you attended." in page.text and "Take it back" not in page.text


def test_release_says_nothing_of_who_attended(app, meeting, tmp_path):
    note_attendance(factories.create_resident(), meeting)
    sealing.seal_all(sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")
    build_release(meeting.process, tmp_path / "r")
    kinds = {row["kind"] for row in csv_rows(tmp_path / "r/events.csv")}
    assert "meeting.held" in kinds and "attendance.noted" not in kinds


def test_log_still_holds_after_an_attendant_erased_their_account(app, meeting):
    resident = factories.create_resident()
    note_attendance(resident, meeting)
    erase_account(resident, factories.PASSPHRASE)
    assert list(compare_pages(db.session())) == []
