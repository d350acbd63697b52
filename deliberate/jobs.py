"""Periodic jobs, run by huey in a thread of the web process or in a process of their own."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.notifications.channels.phone_codes import send_phone_codes
from deliberate.notifications.delivery import send_due
from deliberate.notifications.digests import create_digests
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.invitations import send_invitations
from deliberate.notifications.outside_systems.sending import send_outside_cases
from deliberate.notifications.reminders import create_reminders
from deliberate.notifications.webhooks import send_webhooks
from deliberate.notifications.witnesses import notify_witnesses
from deliberate.operations.accounts.deletion import remove_erased_remains, write_erasure_list
from deliberate.operations.accounts.password_reset import send_pending_resets
from deliberate.operations.notices.effects import store_notice_effects
from deliberate.operations.polls.ballot_box import close_ballot_boxes, rewrite_ballots_when_due
from deliberate.operations.proposals.file_store import delete_unnamed_files
from deliberate.operations.proposals.joint_withdrawals import complete_due_withdrawals
from deliberate.operations.releases.data_access_requests import refresh_protected_releases
from deliberate.operations.releases.releases import delete_removed_files, publish_all_releases
from deliberate.operations.responses.response_publishing import publish_scheduled_responses
from deliberate.operations.scores.assessment_publishing import freeze_due_plans
from deliberate.operations.scores.inclusion import count_declared_groups
from deliberate.operations.scores.questionnaires import publish_closed_questionnaires
from deliberate.operations.scores.reason_surveys import publish_ended_reason_surveys
from deliberate.operations.scores.stored_scores import (
    store_all_scores,
    store_new_scores,
    store_requested_scores,
)
from deliberate.operations.site.job_runs import run_steps, track_job_run
from deliberate.queries.site.operations_state import is_night_missed
from deliberate.sealing import publish_heads, seal_log, write_leaf_file, write_segments
from deliberate.sealing.partitions import create_months_ahead

SEALS_PER_MINUTE = 6
NIGHTLY_HOUR = 2
"""Hour of the nightly jobs in the site's time zone."""
Job = Callable[[Settings], object]


def run_minutely(_settings: Settings) -> None:
    """Run what is due each minute: scheduled responses, reminders, notices, mail, webhooks."""
    run_steps(
        "run_minutely",
        {
            "send_pending_resets": send_pending_resets,
            "publish_scheduled_responses": publish_scheduled_responses,
            "complete_due_withdrawals": complete_due_withdrawals,
            "freeze_due_plans": freeze_due_plans,
            "create_reminders": create_reminders,
            "create_digests": create_digests,
            "fan_out": fan_out,
            "send_phone_codes": send_phone_codes,
            "send_due": send_due,
            "send_invitations": send_invitations,
            "send_webhooks": send_webhooks,
            "send_outside_cases": send_outside_cases,
        },
    )


def shuffle_ballot_storage(_settings: Settings) -> None:
    """Bind closed ballot boxes; shuffle ballots hourly and after a close, to remove their order."""
    close_ballot_boxes()
    publish_closed_questionnaires()
    publish_ended_reason_surveys()
    rewrite_ballots_when_due()


def publish_tree_heads(settings: Settings) -> None:
    """Publish the tree head of the hour and write full log segments."""
    publish_heads()
    write_segments(settings.log_path)


def run_nightly(settings: Settings) -> None:
    """Complete erasures, write segments, count groups, compute scores, publish releases."""
    run_steps(
        "run_nightly",
        {
            "remove_erased_remains": remove_erased_remains,
            "delete_unnamed_files": delete_unnamed_files,
            "write_leaf_file": lambda: write_leaf_file(settings.log_path),
            "write_segments": lambda: write_segments(settings.log_path, rest=True),
            "create_months_ahead": create_months_ahead,
            "count_declared_groups": count_declared_groups,
            "store_all_scores": store_all_scores,
            "store_notice_effects": store_notice_effects,
            "delete_removed_files": lambda: delete_removed_files(settings.releases_path),
            "publish_all_releases": lambda: publish_all_releases(settings.releases_path),
        },
    )


def compute_requested_scores(_settings: Settings) -> None:
    """Compute the scores that an evaluator wants before the night."""
    store_requested_scores()


def make_up_for_night(settings: Settings) -> None:
    """Run the nightly job if a night was missed, else score the processes that are new."""
    if is_night_missed():
        with track_job_run("run_nightly"):
            run_nightly(settings)
    else:
        store_new_scores()


def create_queue(settings: Settings) -> Huey:
    """Return the job queue: Redis if a URL is set, otherwise a file in the data folder."""
    if settings.redis_url:
        return RedisHuey("deliberate", url=settings.redis_url, utc=True)
    return SqliteHuey("deliberate", filename=str(settings.data_path / "jobs.db"), utc=True)


def create_schedule(app: Flask) -> Huey:
    """Return the job queue with all jobs registered at their times."""
    settings: Settings = app.config["SETTINGS"]
    huey = create_queue(settings)
    seal = _register(huey, app, seal_log)
    nightly = crontab(minute="10", hour=str(_utc_hour(settings, NIGHTLY_HOUR)))
    for job, schedule in (
        (run_minutely, crontab()),
        (shuffle_ballot_storage, crontab()),
        (write_erasure_list, crontab()),
        (compute_requested_scores, crontab()),
        (refresh_protected_releases, crontab()),
        (publish_tree_heads, crontab(minute="0")),
        (run_nightly, nightly),
        (make_up_for_night, crontab(minute="40")),
    ):
        _register(huey, app, job, schedule)
    _register(huey, app, notify_witnesses, nightly, retries=12, retry_delay=1800)

    _schedule_sealing(huey, seal)
    return huey


def _schedule_sealing(huey: Huey, seal: Any) -> None:  # huey has no types
    """Schedule sealing every ten seconds: huey's scheduler only knows whole minutes."""

    @huey.periodic_task(crontab(), name="minute")  # type: ignore[untyped-decorator]  # huey
    def minute() -> None:
        for index in range(SEALS_PER_MINUTE):
            seal.schedule(delay=index * 60 // SEALS_PER_MINUTE)

    minute()  # the first run does not wait for the next full minute


def _register(
    huey: Huey,
    app: Flask,
    job: Job,
    schedule: Callable[[datetime], bool] | None = None,
    **options: int,
) -> Any:  # huey has no types
    """Register a job under the name of its function; return huey's task.

    `schedule` is a crontab; a job without one runs when its task is scheduled. While a run takes
    longer than until the next one, that is left out, or a slow job would hold all workers.
    """
    running = threading.Lock()

    def run() -> None:
        if not running.acquire(blocking=False):
            return
        try:
            with app.app_context(), track_job_run(name):
                job(current_app.config["SETTINGS"])
        finally:
            running.release()

    name = job.__name__
    if schedule is None:
        return huey.task(name=name, **options)(run)
    return huey.periodic_task(schedule, name=name, **options)(run)


def _utc_hour(settings: Settings, hour: int) -> int:
    """Return the UTC hour of an hour in the site's time zone; huey schedules in UTC."""
    offset = now().astimezone(ZoneInfo(settings.timezone)).utcoffset()
    return (hour - round(offset.total_seconds() / 3600)) % 24 if offset else hour


class Worker(Consumer):  # type: ignore[misc]  # huey has no types
    """A huey consumer that runs in a thread and leaves the signal handlers of the process alone."""

    def _set_signal_handlers(self) -> None:
        return


class JobRunner:
    """The running job consumer."""

    def __init__(self, app: Flask) -> None:
        logging.getLogger("huey").setLevel(logging.WARNING)
        self._worker = Worker(create_schedule(app), workers=2, shutdown_timeout=10)
        self._thread = threading.Thread(target=self._worker.run, name="jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Wait for the running jobs to finish, then stop."""
        self._worker.stop(graceful=True)
        self._thread.join(timeout=12)
