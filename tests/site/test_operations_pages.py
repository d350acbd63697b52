"""The page of operation, /readyz and /metrics: the same numbers of how the installation runs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from deliberate.clock import now
from deliberate.database import transient
from deliberate.models import JobRun
from deliberate.operations.site.job_runs import track_job_run
from deliberate.queries.site import operations_state
from deliberate.queries.site.backup_age import BACKUP_DUE
from deliberate.queries.site.health_checks import run_health_checks
from deliberate.queries.site.operations_state import get_operations_state
from deliberate.queries.site.ops_metrics import collect_ops_metrics
from deliberate.sealing import publish_heads, seal_log
from deliberate.vocabulary import Role
from tests import factories
from tests.client import signed_in_client
from tests.notices.test_delivery import create_pending_mails

PAGE = "/en/desk/operations"


@pytest.fixture
def admin(app):
    """Return a client of an administrator."""
    return signed_in_client(app, factories.create_staff(role=Role.ADMIN))


def note_run(name, succeeded_at, failed_at=None):
    with transient() as session:
        session.merge(
            JobRun(
                name=name,
                started_at=succeeded_at or now(),
                succeeded_at=succeeded_at,
                failed_at=failed_at,
            )
        )


def section(page, name):
    """Return the part of the page under a heading."""
    return page.split(f'aria-labelledby="{name}"')[1].split("</section>")[0]


def test_operations_page_is_for_administrators_and_linked_from_the_desk(app, admin):
    assert admin.get(PAGE).status_code == 200
    assert f'href="{PAGE}"' in admin.get("/en/desk").text
    assert (
        signed_in_client(app, factories.create_staff(role=Role.MODERATOR)).get(PAGE).status_code
        == 403
    )


def test_operations_page_alarms_a_day_after_the_first_act_without_a_backup(clock, app, admin):
    assert "In order" in section(admin.get(PAGE).text, "backup")
    clock.shift(timedelta(hours=30))
    admin = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    backup = section(admin.get(PAGE).text, "backup")
    assert (
        "never" in backup and "Needs attention" in backup and "deliberate backup create" in backup
    )
    ages = {m.name: m.values for m in collect_ops_metrics(app.config["SETTINGS"])}
    assert ages["deliberate_job_age_seconds"]["backup"] > BACKUP_DUE.total_seconds()
    assert 'deliberate_job_age_seconds{job="backup"} 108' in admin.get("/metrics").text


def test_backup_alarm_ends_with_a_backup_and_comes_back_after_a_day(clock, app, admin):
    with track_job_run("backup"):
        pass
    assert "In order" in section(admin.get(PAGE).text, "backup")
    production = replace(app.config["SETTINGS"], mode="production")
    assert check_of(production, "backup").passed
    note_run("backup", now() - timedelta(hours=30))
    assert "Needs attention" in section(admin.get(PAGE).text, "backup")
    assert check_of(production, "backup").problem == "none for 30 hours"
    assert not check_of(production, "backup").is_required


def test_readyz_says_in_production_that_there_was_never_a_backup(app, clock):
    factories.create_resident()
    production = replace(app.config["SETTINGS"], mode="production")
    assert check_of(production, "backup").passed
    clock.shift(timedelta(hours=30))
    assert check_of(production, "backup").problem == "there was never one"
    assert check_of(app.config["SETTINGS"], "backup").passed


def check_of(settings, name):
    return next(check for check in run_health_checks(settings) if check.name == name)


def test_operations_page_says_that_the_log_is_not_sealed(app, admin, monkeypatch):
    monkeypatch.setattr(operations_state, "LATE_AFTER", timedelta(seconds=-1))
    seal = section(admin.get(PAGE).text, "seal")
    assert "Needs attention" in seal and "deliberate jobs" in seal


def test_operations_state_names_a_log_whose_heads_are_not_published(app, clock):
    settings = app.config["SETTINGS"]
    factories.create_resident()
    seal_log(settings)
    assert not get_operations_state(settings).is_publishing_late
    clock.shift(timedelta(hours=3))
    assert get_operations_state(settings).is_publishing_late
    publish_heads()
    assert not get_operations_state(settings).is_publishing_late


def test_operations_page_counts_stuck_mails(clock, app, admin):
    create_pending_mails(people=1, each=2)
    assert "In order" in section(admin.get(PAGE).text, "deliveries")
    clock.shift(timedelta(minutes=61))
    state = get_operations_state(app.config["SETTINGS"])
    assert (state.stuck_mails, state.is_mail_stuck) == (2, True)


def test_operations_page_asks_for_attention_where_no_job_ever_ran(admin):
    jobs = section(admin.get(PAGE).text, "jobs")
    assert "Needs attention" in jobs and "In order" not in jobs and "deliberate jobs" in jobs


def test_operations_page_names_jobs_that_failed_or_stopped(admin):
    assert "No job has run yet" in admin.get(PAGE).text
    note_run("run_minutely", now() - timedelta(minutes=6))
    note_run("fan_out", now(), failed_at=now())
    note_run("seal_log", now())
    jobs = section(admin.get(PAGE).text, "jobs")
    assert jobs.count("Needs attention") == 3  # the heading and two jobs
    assert jobs.count("In order") == 1


def test_operations_page_says_that_the_disk_is_nearly_full(admin, monkeypatch):
    assert "In order" in section(admin.get(PAGE).text, "disk")
    monkeypatch.setattr(operations_state, "LOW_DISK_BYTES", 10**18)
    assert "Needs attention" in section(admin.get(PAGE).text, "disk")


def test_operations_page_shows_the_versions_that_a_report_needs(admin):
    versions = section(admin.get(PAGE).text, "versions")
    assert "Deliberate" in versions and "Python" in versions and "Database schema" in versions


class Copy:
    """A replica whose state is given."""

    def __init__(self, problem):
        self.problem, self.lag_seconds = problem, 0.0

    def state(self):
        return self

    def is_usable(self):
        return False


def test_operations_page_shows_a_replica_if_there_is_one(app, admin, monkeypatch):
    assert 'id="replica"' not in admin.get(PAGE).text
    monkeypatch.setitem(app.extensions, "replica", Copy(""))
    assert "It is current" in admin.get(PAGE).text
    monkeypatch.setitem(app.extensions, "replica", Copy("no connection"))
    assert "no connection" in section(admin.get(PAGE).text, "replica")
