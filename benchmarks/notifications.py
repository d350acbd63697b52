"""Measure notifications: publishing with many followers, the delivery job, the weekly mail.

    python -m benchmarks.notifications

Print the time to publish a response, that of the job for each delivery, and that of the job and
the weekly mails for ten thousand followers; exit with 1 if the latter is more than a minute.
"""

import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from flask_migrate import upgrade
from sqlalchemy import insert

from deliberate import create_app
from deliberate.clock import now, override_now
from deliberate.config import Settings
from deliberate.database import create_transient_tables, db, unrecorded
from deliberate.models import (
    Follow,
    Institution,
    Person,
    Phase,
    Process,
    ProcessInstitution,
    Proposal,
)
from deliberate.notifications.digests import create_digests
from deliberate.notifications.fanout import fan_out
from deliberate.operations.accounts.registration import create_account, join
from deliberate.operations.proposals.proposals import submit_proposal
from deliberate.operations.responses.responses import publish_response
from deliberate.queries.notices.digests import DEFAULT_HOUR, DEFAULT_WEEKDAY, last_slot
from deliberate.vocabulary import PhaseKind, PhaseSwitch, ResponseDecision, Role

FOLLOWER_COUNTS = (10, 1_000, 10_000)
MAX_SECONDS = 60.0
"""For the deliveries and weekly mails of the largest number of followers."""


def create_process() -> tuple[Person, Person, Process]:
    """Return an officer, an author and a process in which both may act."""
    with unrecorded("test settings") as session:
        institution = Institution(slug="kantor", name="Kantor")
        process = Process(slug="p", title="P", support_threshold=100, opened_at=now())
        session.add_all([institution, process])
        session.flush()
        process.institutions.append(ProcessInstitution(institution_id=institution.id, part="lead"))
        process.phases.append(
            Phase(
                kind=PhaseKind.DISCUSSION,
                opens_at=now().replace(year=now().year - 1),
                closes_at=now().replace(year=now().year + 1),
                switches=[switch.value for switch in PhaseSwitch],
            )
        )
    officer = create_account(None, "siti", "Siti K.", None, Role.STAFF, institution)
    return officer, join("budi", "Budi S.", None), process


def add_followers(first: int, size: int, proposal_id: int) -> None:
    """Insert people who follow a proposal."""
    ids = range(first, first + size)
    follows = [{"person_id": n, "subject_type": "proposal", "subject_id": proposal_id} for n in ids]
    with unrecorded("test settings") as session:
        rows = [
            {
                "id": n,
                "display_name": f"Warga ke-{n}",
                "name_key": f"k{n}",
                "email": f"w{n}@example.org",
                "email_confirmed_at": now(),
            }
            for n in ids
        ]
        session.execute(insert(Person), rows)
        session.execute(insert(Follow), follows)


def publish(officer: Person, proposal: Proposal) -> float:
    """Return the milliseconds to publish a response, the first or another version."""
    start = time.perf_counter()
    publish_response(officer, proposal, ResponseDecision.ACCEPTED, "Ya", "Teks")
    return (time.perf_counter() - start) * 1000


def deliver() -> tuple[int, float]:
    """Return the number of deliveries of what is pending, and the seconds."""
    start = time.perf_counter()
    deliveries = fan_out()
    return deliveries, time.perf_counter() - start


def mail_the_week() -> tuple[int, float]:
    """Return the number of weekly mails that are due in the week to come, and the seconds."""
    slot = last_slot(DEFAULT_WEEKDAY, DEFAULT_HOUR) + timedelta(days=7, minutes=30)
    start = time.perf_counter()
    with override_now(slot):
        mails = create_digests()
        fan_out()
    return mails, time.perf_counter() - start


def main() -> int:
    """Print the figures; return 1 if the largest number of followers takes too long."""
    with TemporaryDirectory() as folder:
        settings = Settings(
            mode="test",
            data_dir=str(Path(folder)),
            secret_key="b" * 40,
            mail_url="smtp://127.0.0.1:9",  # mails are written; nothing sends them here
        )
        app = create_app(settings)
        with app.app_context():
            upgrade()
            create_transient_tables(app)
            officer, author, process = create_process()
            fan_out()
            baseline = 0.0
            for batch, size in enumerate(FOLLOWER_COUNTS, 1):
                proposal = submit_proposal(author, process, f"Usulan {size}", "Isi.")
                add_followers(batch * 1_000_000, size, proposal.id)
                publishing = min(publish(officer, proposal) for _ in range(7))
                baseline = baseline or publishing
                deliveries, seconds = deliver()
                print(
                    f"{size:>6} followers: publish {publishing:6.1f} ms "
                    f"({publishing / baseline:.2f}×), "
                    f"{seconds / deliveries * 1e6:7.0f} µs a delivery"
                )
            total = seconds
            mails, seconds = mail_the_week()
            total += seconds
            db.session.remove()
    print(
        f"{mails} weekly mails in {seconds:.1f} s; with the {deliveries} deliveries of the last "
        f"response {total:.1f} s, limit {MAX_SECONDS:.0f} s"
    )
    return 1 if total > MAX_SECONDS or mails < FOLLOWER_COUNTS[-1] else 0


if __name__ == "__main__":
    sys.exit(main())
