"""Jobs that deliver notices, killed at random moments: nobody gets one twice, nobody misses one."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update

from deliberate.clock import now, override_now
from deliberate.database import db, unrecorded
from deliberate.models import Delivery, Follow, Notice, Person, Proposal
from deliberate.operations.responses.responses import publish_response
from deliberate.queries.notices.digests import DEFAULT_HOUR, DEFAULT_WEEKDAY, last_slot
from deliberate.vocabulary import ResponseDecision
from tests import factories
from tests.chaos.server import ROOT, Installation

WEEK = timedelta(days=7)
CHANNELS = {"response.published": 2, "response.again": 2, "digest.week": 1}
"""Kinds of notices, each with the number of its channels."""
LONGEST_RUN = 0.25
"""Seconds until a kill, from the moment at which a job begins."""
JOB = """
import sys
from datetime import datetime
from deliberate import create_app
from deliberate.clock import override_now
from deliberate.config import Settings
from deliberate.notifications import digests, fanout
folder, url, moment = sys.argv[1:]
app = create_app(Settings(
    mode="test", data_dir=folder, database_url=url, secret_key="n" * 40,
    mail_url="smtp://127.0.0.1:9"))
fanout.PAGE_SIZE = digests.PAGE_SIZE = 5
with app.app_context(), override_now(datetime.fromisoformat(moment)):
    print("begins", flush=True)
    fanout.fan_out()
    digests.create_digests()
    print("ends", flush=True)
"""


@dataclass(frozen=True)
class Outcome:
    """What became of all notices after the kills."""

    kills: int
    notices: int
    twice: int
    missed: int


class KilledJobs:
    """An installation with followers to notify, and the jobs that do it."""

    def __init__(self, target: Installation, followers: int, seed: int) -> None:
        self._target, self._chance = target, random.Random(seed)
        self.moment = now()
        self._officer, self._proposal = self._create(followers)

    def _create(self, followers: int) -> tuple[int, int]:
        institution = factories.create_institution("kantor")
        proposal = factories.create_proposal(factories.create_process(institution, threshold=9))
        with unrecorded("test followers") as session:
            first = 1_000_000 + (session.scalar(select(func.max(Person.id))) or 0)
            ids = range(first, first + followers)
            people = [{"id": n, "display_name": f"Warga {n}", "name_key": f"k{n}"} for n in ids]
            follow = {"subject_type": "proposal", "subject_id": proposal.id}
            session.execute(insert(Person), people)
            session.execute(insert(Follow), [{"person_id": n, **follow} for n in ids])
            session.execute(update(Person).values(email_confirmed_at=now()))
        return factories.create_staff(institution).id, proposal.id

    def publish(self) -> None:
        """Publish a response, or another version of it, which everybody who follows is told."""
        officer = db.session.get_one(Person, self._officer)
        proposal = db.session.get_one(Proposal, self._proposal)
        with override_now(self.moment):
            publish_response(officer, proposal, ResponseDecision.ACCEPTED, "Ya", f"{now()}")

    def go_to_weekly_mail(self) -> None:
        """Let time pass until half an hour after the next weekly mails are due."""
        with override_now(self.moment):
            slot = last_slot(DEFAULT_WEEKDAY, DEFAULT_HOUR)
        self.moment = slot + WEEK + timedelta(minutes=30)

    def run(self, kill_after: float | None = None) -> bool:
        """Run the job, killed some seconds after it began; return whether it was killed at work."""
        arguments = [str(self._target.folder), self._target.database_url, self.moment.isoformat()]
        db.session.rollback()
        job = subprocess.Popen(
            [sys.executable, "-c", JOB, *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert job.stdout is not None and job.stdout.readline() == "begins\n"
        if kill_after is not None:
            time.sleep(kill_after)
            job.send_signal(signal.SIGKILL)
        output, _ = job.communicate(timeout=300)
        is_killed = job.returncode == -signal.SIGKILL
        if not is_killed and job.returncode:
            raise RuntimeError(f"the job ended with {job.returncode}")
        return is_killed and "ends" not in output

    def kill(self, count: int) -> int:
        """Kill the job until it died at work `count` times; give it more to do where it ends."""
        kills = 0
        while kills < count:
            if self.run(self._chance.uniform(0, LONGEST_RUN)):
                kills += 1
            else:
                self.publish()
                self.go_to_weekly_mail()
        self.run()
        return kills

    def outcome(self, kills: int) -> Outcome:
        """Return who has a notice twice, or not at all."""
        db.session.rollback()
        expected = set(
            db.session.scalars(select(Follow.person_id).where(Follow.subject_id == self._proposal))
        )
        twice = missed = notices = 0
        for kind, channels in (
            ("response.published", 2),
            ("response.again", 2),
            ("digest.week", 1),
        ):
            for people in self._recipients(kind, channels):
                notices += 1
                twice += sum(number > 1 for number in people.values())
                missed += len(expected - people.keys())
        return Outcome(kills, notices, twice, missed)

    def _recipients(self, kind: str, channels: int) -> Iterator[Counter[int]]:
        """Yield the people of each notice and channel; weekly mails of one week are one notice."""
        groups: dict[tuple[object, str], Counter[int]] = {}
        rows = db.session.execute(
            select(Notice.id, Notice.created_at, Delivery.channel, Delivery.person_id)
            .join(Delivery, Delivery.notice_id == Notice.id)
            .where(Notice.kind == kind)
        )
        for notice_id, created_at, channel, person_id in rows:
            group: object = _week_of(created_at) if kind == "digest.week" else notice_id
            groups.setdefault((group, channel), Counter())[person_id] += 1
        assert len(groups) % channels == 0, groups.keys()
        yield from groups.values()


def _week_of(moment: datetime) -> tuple[int, int]:
    return moment.isocalendar()[:2]


def kill_notices(target: Installation, kills: int, followers: int, seed: int = 7) -> Outcome:
    """Kill the fan-out, then the weekly mails with the fan-out, and return what became of all."""
    with target.open_app():
        jobs = KilledJobs(target, followers, seed)
        jobs.publish()
        done = jobs.kill(kills // 2)
        jobs.publish()
        jobs.go_to_weekly_mail()
        done += jobs.kill(kills - kills // 2)
        return jobs.outcome(done)
