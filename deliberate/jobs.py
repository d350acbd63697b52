"""The periodic work of the house, run by huey beside the pages or in a process of its own."""

import logging
import threading
from collections.abc import Callable

from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from deliberate.config import Settings
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.reminders import remind
from deliberate.notifications.sending import send_due
from deliberate.notifications.witnesses import tell_witnesses
from deliberate.operations.ballot_box import rewrite_when_due
from deliberate.operations.publishing import publish_due
from deliberate.sealing import publish_heads, seal_log, write_leaves, write_segments

SEALS_A_MINUTE = 6
Inside = Callable[[Callable[[], object]], Callable[[], None]]
"""Runs work inside the app."""


def queue_of(settings: Settings) -> Huey:
    """Where jobs wait: a file in the data folder, or Redis where an address is set."""
    if settings.redis_url:
        return RedisHuey("deliberate", url=settings.redis_url, utc=True)
    return SqliteHuey("deliberate", filename=str(settings.data_path / "jobs.db"), utc=True)


def jobs_of(app: Flask) -> Huey:
    """The queue with everything in it that comes back by the clock."""
    settings: Settings = app.config["SETTINGS"]
    huey = queue_of(settings)

    def inside(work: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            with app.app_context():
                work()

        run.__name__ = work.__name__
        return run

    seal = huey.task(name="seal")(inside(lambda: seal_log(settings)))

    tell = huey.task(name="tell")(inside(tell_everyone))
    mix = huey.task(name="mix")(inside(rewrite_when_due))

    @huey.periodic_task(crontab(), name="minute")  # type: ignore[untyped-decorator]
    def minute() -> None:
        """Huey's clock ticks once a minute; heads are made every ten seconds."""
        for number in range(SEALS_A_MINUTE):
            seal.schedule(delay=number * 60 // SEALS_A_MINUTE)
        tell()
        mix()

    _keep_log(huey, inside, settings)
    minute()
    return huey


def _keep_log(huey: Huey, inside: Inside, settings: Settings) -> None:
    """A head given out and full segments every hour; what is left, leaves and letters at night."""

    def hour() -> None:
        publish_heads()
        write_segments(settings.log_path)

    def night() -> None:
        write_segments(settings.log_path, rest=True)
        write_leaves(settings.log_path)

    def letter() -> None:
        tell_witnesses(settings)

    huey.periodic_task(crontab(minute="0"), name="hour")(inside(hour))
    huey.periodic_task(crontab(minute="10", hour="18"), name="night")(inside(night))
    huey.periodic_task(
        crontab(minute="20", hour="18"), name="letter", retries=12, retry_delay=1800
    )(inside(letter))


def tell_everyone() -> None:
    """What a minute brings: dated answers, dates that passed, people told, mails sent."""
    publish_due()
    remind()
    fan_out()
    send_due()


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
