"""Access to protected data: request, decision, download and expiry."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Notice
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.reminders import create_reminders
from deliberate.notifications.templates import load_context, render_notification
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.accounts.roles import grant_role
from deliberate.operations.releases.data_access_requests import (
    PROTECTED_FOLDER,
    fetch_protected_release,
    grant_data_access,
    refresh_protected_releases,
    refuse_data_access,
    request_data_access,
)
from deliberate.operations.threads.comments import post_comment
from deliberate.permissions.decision import Refused
from deliberate.sealing import seal_log
from deliberate.vocabulary import Role
from tests import factories

MONTH = timedelta(days=30)
DECIDED = "Permintaan data penelitian Anda sudah diputuskan"


@pytest.fixture
def settings(app):
    return app.config["SETTINGS"]


def create_researcher():
    return factories.create_staff(role=Role.RESEARCHER)


def create_admin():
    return factories.create_staff(role=Role.ADMIN)


def create_request(person=None, process=None, days=MONTH):
    until = (now() + days).date()
    return request_data_access(
        person or create_researcher(),
        process or factories.create_process(),
        "Utas yang panjang",
        "KEPK 12",
        until,
    )


def create_granted_request(settings, person=None, process=None):
    request = create_request(person, process)
    grant_data_access(create_admin(), request)
    refresh_protected_releases(settings)
    return request


def test_data_access_request_is_logged(app, log):
    person, process = create_researcher(), factories.create_process()
    log()
    request = create_request(person, process)
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == ("release.requested", request.id)
    assert entry.details == {}


@pytest.mark.parametrize("days", [0, -1, 400])
def test_data_access_must_end_within_a_year(app, days):
    with pytest.raises(Refused, match="dalam setahun"):
        create_request(days=timedelta(days=days))


def test_data_access_is_requested_by_researchers_only(app):
    with pytest.raises(Refused):
        create_request(factories.create_resident())


def test_data_access_request_is_decided_once_by_an_administrator(app, log):
    request, decider = create_request(), create_admin()
    with pytest.raises(Refused):
        grant_data_access(factories.create_staff(role=Role.MODERATOR), request)
    log()
    grant_data_access(decider, request)
    (entry,) = log()
    assert entry.kind == "request.granted" and request.is_granted
    with pytest.raises(Refused, match="sudah diputuskan"):
        refuse_data_access(decider, request, "Tidak")


def test_own_data_access_request_cannot_be_decided(app):
    person = create_researcher()
    request = create_request(person)
    grant_role(create_admin(), person, Role.ADMIN)
    with pytest.raises(Refused, match="Anda sendiri"):
        grant_data_access(person, request)


def test_refused_data_access_has_a_reason_and_no_files(app, settings, log):
    person = create_researcher()
    request, decider = create_request(person), create_admin()
    log()
    refuse_data_access(decider, request, "Tujuannya tidak jelas.")
    (entry,) = log()
    assert (entry.kind, request.reason) == ("request.refused", "Tujuannya tidak jelas.")
    refresh_protected_releases(settings)
    with pytest.raises(Refused, match="tidak diberikan"):
        fetch_protected_release(person, request, settings.releases_path)


def test_each_download_of_protected_data_is_logged(app, settings, log):
    person = create_researcher()
    request = create_granted_request(settings, person)
    log()
    for _ in range(2):
        assert (
            fetch_protected_release(person, request, settings.releases_path).read_bytes()[:2]
            == b"PK"
        )
    assert [entry.kind for entry in log()] == ["release.downloaded"] * 2


def test_protected_data_is_fetched_only_by_the_requester(app, settings):
    request = create_granted_request(settings)
    with pytest.raises(Refused, match="Hanya yang meminta"):
        fetch_protected_release(create_researcher(), request, settings.releases_path)


def test_protected_data_is_withheld_after_an_erasure_until_rebuilt(app, settings):
    person, erased_person, process = (
        create_researcher(),
        factories.create_resident(),
        factories.create_process(),
    )
    post_comment(erased_person, factories.create_proposal(process), "Rahasia hati", stance=1)
    request = create_granted_request(settings, person, process)
    first_built_at = request.built_at
    erase_account(erased_person, factories.PASSPHRASE)
    with pytest.raises(Refused, match="sedang dibuat"):
        fetch_protected_release(person, request, settings.releases_path)
    seal_log(settings)
    refresh_protected_releases(settings)
    fetch_protected_release(person, request, settings.releases_path)
    assert request.built_at > first_built_at


def test_protected_files_and_secret_are_deleted_after_the_last_day(app, settings, clock):
    person = create_researcher()
    request = create_granted_request(settings, person)
    clock.shift(MONTH + timedelta(days=2))
    with pytest.raises(Refused, match="sudah berakhir"):
        fetch_protected_release(person, request, settings.releases_path)
    refresh_protected_releases(settings)
    assert request.secret is None
    assert list((settings.releases_path / PROTECTED_FOLDER).iterdir()) == []


def test_protected_files_are_deleted_with_the_account(app, settings):
    person = create_researcher()
    create_granted_request(settings, person)
    erase_account(person, factories.PASSPHRASE)
    refresh_protected_releases(settings)
    assert list((settings.releases_path / PROTECTED_FOLDER).iterdir()) == []


def notifications_of(person):
    """Return subject, sentence and path of a person's notifications, oldest first."""
    create_reminders()
    fan_out()
    notices = list(db.session.scalars(select(Notice).where(Notice.person_id == person.id)))
    notifications = [render_notification(notice, load_context(notices), "id") for notice in notices]
    return [(shown.subject, shown.sentence, shown.path) for shown in notifications]


def test_researcher_is_notified_of_the_approval_and_the_end(app, clock):
    person = create_researcher()
    grant_data_access(create_admin(), create_request(person))
    ((subject, sentence, path),) = notifications_of(person)
    assert (subject, path) == (DECIDED, "/id/data/requests")
    assert "disetujui" in sentence
    clock.shift(MONTH - timedelta(days=10))
    ((subject, _sentence, path),) = notifications_of(person)[1:]
    assert (subject, path) == ("Akses ke data penelitian berakhir", "/id/data/requests")
    assert len(notifications_of(person)) == 2


def test_researcher_is_notified_of_a_refusal(app):
    person = create_researcher()
    refuse_data_access(create_admin(), create_request(person), "Terlalu luas.")
    ((subject, sentence, path),) = notifications_of(person)
    assert (subject, path) == (DECIDED, "/id/data/requests")
    assert "ditolak" in sentence
