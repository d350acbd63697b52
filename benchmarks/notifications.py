"""Measure notifications: publishing with many followers, and the delivery job for each person.

    python -m benchmarks.notifications

Print the time to publish a response, and the time of the job for each delivery.
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from flask_migrate import upgrade
from sqlalchemy import insert

from deliberate import create_app
from deliberate.clock import now
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
from deliberate.notifications.fanout import fan_out
from deliberate.operations.accounts.registration import create_account, join
from deliberate.operations.proposals.proposals import submit_proposal
from deliberate.operations.responses.responses import publish_response
from deliberate.vocabulary import PhaseKind, PhaseSwitch, ResponseDecision, Role

FOLLOWER_COUNTS = (10, 1_000, 10_000)


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
        rows = [{"id": n, "display_name": f"Warga ke-{n}", "name_key": f"k{n}"} for n in ids]
        session.execute(insert(Person), rows)
        session.execute(insert(Follow), follows)


def publish(officer: Person, proposal: Proposal) -> float:
    """Return the milliseconds to publish a response, the first or another version."""
    start = time.perf_counter()
    publish_response(officer, proposal, ResponseDecision.ACCEPTED, "Ya", "Teks")
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Print the milliseconds to publish and the microseconds for each delivery."""
    with TemporaryDirectory() as folder:
        settings = Settings(mode="test", data_dir=str(Path(folder)), secret_key="b" * 40)
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
                start = time.perf_counter()
                deliveries = fan_out()
                end = time.perf_counter()
                print(
                    f"{size:>6} followers: publish {publishing:6.1f} ms "
                    f"({publishing / baseline:.2f}×), "
                    f"{(end - start) / deliveries * 1e6:7.0f} µs a delivery"
                )
            db.session.remove()


if __name__ == "__main__":
    main()
