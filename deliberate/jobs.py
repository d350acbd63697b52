"""The periodic work of the house, run by huey beside the pages or in a process of its own."""

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
from deliberate.notifications.delivery import send_due
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.reminders import remind
from deliberate.notifications.witnesses import tell_witnesses
from deliberate.operations.accounts.deletion import keep_erasures
from deliberate.operations.accounts.password_reset import send_pending_resets
from deliberate.operations.polls.ballot_box import rewrite_when_due
from deliberate.operations.releases.data_access_requests import keep_protected
from deliberate.operations.releases.releases import delete_removed, publish_all_releases
from deliberate.operations.responses.response_publishing import publish_due
from deliberate.operations.scores.assessment_publishing import freeze_due_plans
from deliberate.operations.scores.stored_scores import keep_all_scores
from deliberate.operations.site.job_runs import track_job_run
from deliberate.sealing import publish_heads, seal_log, write_leaves, write_segments

SEALS_A_MINUTE = 6
NIGHT = 2
"""The hour of the city's clock when the work of a whole day is done."""
Work = Callable[[Settings], object]


def run_minutely(_settings: Settings) -> None:
    """What a minute brings: dated answers, dates that passed, people told, mails sent."""
    send_pending_resets()
    publish_due()
    freeze_due_plans()
    remind()
    fan_out()
    send_due()


def shuffle_ballot_storage(_settings: Settings) -> None:
    """Take the order of voting out of storage, hourly and soon after each close."""
    rewrite_when_due()


def publish_tree_heads(settings: Settings) -> None:
    """What the public log shows from this hour on; full segments of the log as files."""
    publish_heads()
    write_segments(settings.log_path)


def run_nightly(settings: Settings) -> None:
    """The day's leaf hashes and the rest of its rows as files, its scores, new releases."""
    write_leaves(settings.log_path)
    write_segments(settings.log_path, rest=True)
    keep_all_scores()
    delete_removed(settings.releases_path)
    publish_all_releases(settings.releases_path)


def queue_of(settings: Settings) -> Huey:
    """Where jobs wait: a file in the data folder, or Redis where an address is set."""
    if settings.redis_url:
        return RedisHuey("deliberate", url=settings.redis_url, utc=True)
    return SqliteHuey("deliberate", filename=str(settings.data_path / "jobs.db"), utc=True)


def jobs_of(app: Flask) -> Huey:
    """The queue with everything in it that comes back by the clock."""
    settings: Settings = app.config["SETTINGS"]
    huey = queue_of(settings)
    seal: Any = _add(huey, app, seal_log)
    night = crontab(minute="10", hour=str(_utc_hour(settings, NIGHT)))
    for work, times in (
        (run_minutely, crontab()),
        (shuffle_ballot_storage, crontab()),
        (keep_erasures, crontab()),
        (keep_protected, crontab()),
        (publish_tree_heads, crontab(minute="0")),
        (run_nightly, night),
    ):
        _add(huey, app, work, times)
    _add(huey, app, tell_witnesses, night, retries=12, retry_delay=1800)

    @huey.periodic_task(crontab(), name="minute")  # type: ignore[untyped-decorator]
    def minute() -> None:
        """Huey's clock ticks once a minute; heads are made every ten seconds."""
        for number in range(SEALS_A_MINUTE):
            seal.schedule(delay=number * 60 // SEALS_A_MINUTE)

    minute()  # not to wait for the next full minute
    return huey


def _add(
    huey: Huey,
    app: Flask,
    work: Work,
    times: Callable[[datetime], bool] | None = None,
    **options: int,
) -> Callable[..., object]:
    """Put work into the queue under its own name, by the clock if times are given."""

    def run() -> None:
        with app.app_context(), track_job_run(name):
            work(current_app.config["SETTINGS"])

    name = work.__name__
    if times is None:
        task = huey.task(name=name, **options)(run)
    else:
        task = huey.periodic_task(times, name=name, **options)(run)
    done: Callable[..., object] = task
    return done


def _utc_hour(settings: Settings, hour: int) -> int:
    """The hour of UTC in which an hour of the city's clock begins; queues count in UTC."""
    there = now().astimezone(ZoneInfo(settings.timezone))
    offset = there.utcoffset()
    return (hour - round(offset.total_seconds() / 3600)) % 24 if offset else hour


class Worker(Consumer):  # type: ignore[misc]  # huey brings no types
    """A consumer that lives in a thread: the process's signals are not its business."""

    def _set_signal_handlers(self) -> None:
        return


class Jobs:
    """The running work; stop() ends it after what is being done now."""

    def __init__(self, app: Flask) -> None:
        logging.getLogger("huey").setLevel(logging.WARNING)
        self._worker = Worker(jobs_of(app), workers=2, shutdown_timeout=10)
        self._thread = threading.Thread(target=self._worker.run, name="jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the job at hand end, then stop."""
        self._worker.stop(graceful=True)
        self._thread.join(timeout=12)
