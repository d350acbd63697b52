"""The protected tier: asked for by researchers, decided by others, fetched, ended by its date."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Notice
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.reminders import remind
from deliberate.notifications.templates import load_context, render_notification
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.releases.data_access_requests import (
    FOLDER,
    fetch_release,
    grant_request,
    keep_protected,
    refuse_request,
    request_release,
)
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.sealing import seal_log
from deliberate.vocabulary import Role
from tests import factories

A_MONTH = timedelta(days=30)


@pytest.fixture
def settings(app):
    return app.config["SETTINGS"]


def researcher():
    return factories.staff(role=Role.RESEARCHER)


def admin():
    return factories.staff(role=Role.ADMIN)


def asked(person=None, process=None, days=A_MONTH):
    until = (now() + days).date()
    return request_release(
        person or researcher(),
        process or factories.a_process(),
        "Utas yang panjang",
        "KEPK 12",
        until,
    )


def granted(settings, person=None, process=None):
    request = asked(person, process)
    grant_request(admin(), request)
    keep_protected(settings)
    return request


def test_a_request_is_one_act(app, log):
    person, process = researcher(), factories.a_process()
    log()
    request = asked(person, process)
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == ("release.requested", request.id)
    assert entry.details == {}


@pytest.mark.parametrize("days", [0, -1, 400])
def test_access_ends_within_a_year(app, days):
    with pytest.raises(Refused, match="dalam setahun"):
        asked(days=timedelta(days=days))


def test_only_researchers_ask(app):
    with pytest.raises(Refused):
        asked(factories.resident())


def test_somebody_else_decides_once(app, log):
    request, judge = asked(), admin()
    with pytest.raises(Refused):
        grant_request(factories.staff(role=Role.MODERATOR), request)
    log()
    grant_request(judge, request)
    (entry,) = log()
    assert entry.kind == "request.granted" and request.is_granted
    with pytest.raises(Refused, match="sudah diputuskan"):
        refuse_request(judge, request, "Tidak")


def test_nobody_decides_on_a_request_of_ones_own(app):
    person = researcher()
    request = asked(person)
    account_operations.grant_role(admin(), person, Role.ADMIN)
    with pytest.raises(Refused, match="Anda sendiri"):
        grant_request(person, request)


def test_a_refusal_says_why_and_opens_nothing(app, settings, log):
    person = researcher()
    request, judge = asked(person), admin()
    log()
    refuse_request(judge, request, "Tujuannya tidak jelas.")
    (entry,) = log()
    assert (entry.kind, request.reason) == ("request.refused", "Tujuannya tidak jelas.")
    keep_protected(settings)
    with pytest.raises(Refused, match="tidak diberikan"):
        fetch_release(person, request, settings.releases_path)


def test_each_fetching_is_an_act(app, settings, log):
    person = researcher()
    request = granted(settings, person)
    log()
    for _ in range(2):
        assert fetch_release(person, request, settings.releases_path).read_bytes()[:2] == b"PK"
    assert [entry.kind for entry in log()] == ["release.downloaded"] * 2


def test_nobody_else_fetches_it(app, settings):
    request = granted(settings)
    with pytest.raises(Refused, match="Hanya yang meminta"):
        fetch_release(researcher(), request, settings.releases_path)


def test_after_an_erasure_nothing_is_given_until_it_is_built_anew(app, settings):
    person, leaving, process = researcher(), factories.resident(), factories.a_process()
    comment_operations.post_comment(
        leaving, factories.a_proposal(process), "Rahasia hati", stance=1
    )
    request = granted(settings, person, process)
    before = request.built_at
    deletion_operations.erase_account(leaving, factories.PASSPHRASE)
    with pytest.raises(Refused, match="sedang dibuat"):
        fetch_release(person, request, settings.releases_path)
    seal_log(settings)
    keep_protected(settings)
    fetch_release(person, request, settings.releases_path)
    assert request.built_at > before


def test_files_and_secret_end_with_the_last_day(app, settings, clock):
    person = researcher()
    request = granted(settings, person)
    clock.shift(A_MONTH + timedelta(days=2))
    with pytest.raises(Refused, match="sudah berakhir"):
        fetch_release(person, request, settings.releases_path)
    keep_protected(settings)
    assert request.secret is None
    assert list((settings.releases_path / FOLDER).iterdir()) == []


def test_a_researcher_who_leaves_takes_the_files_along(app, settings):
    person = researcher()
    granted(settings, person)
    deletion_operations.erase_account(person, factories.PASSPHRASE)
    keep_protected(settings)
    assert list((settings.releases_path / FOLDER).iterdir()) == []


def told(person):
    """What somebody was told, oldest first."""
    remind()
    fan_out()
    notices = list(db.session.scalars(select(Notice).where(Notice.person_id == person.id)))
    stories = [render_notification(notice, load_context(notices), "id") for notice in notices]
    return [(story.subject, story.path) for story in stories]


def test_the_researcher_is_told_of_the_decision_and_of_the_end(app, clock):
    person = researcher()
    grant_request(admin(), asked(person))
    assert told(person) == [("Permintaan data Anda dikabulkan", "/id/data/requests")]
    clock.shift(A_MONTH - timedelta(days=10))
    assert told(person)[1:] == [("Akses ke data penelitian berakhir", "/id/data/requests")]
    assert len(told(person)) == 2


def test_the_researcher_is_told_of_a_refusal(app):
    person = researcher()
    refuse_request(admin(), asked(person), "Terlalu luas.")
    assert told(person) == [("Permintaan data Anda ditolak", "/id/data/requests")]
