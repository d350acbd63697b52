"""What telling a crowd costs: publishing beside the size of the crowd, and the job per person."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from flask_migrate import upgrade
from sqlalchemy import insert

from deliberate import create_app
from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db, make_transient, unrecorded
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
from deliberate.operations.accounts.accounts import create_account, join
from deliberate.operations.proposals.proposals import submit_proposal
from deliberate.operations.responses.responses import publish_response
from deliberate.vocabulary import PhaseKind, ResponseDecision, Role, Switch

CROWDS = (10, 1_000, 10_000)


def a_town() -> tuple[Person, Person, Process]:
    """An officer, an author and a process in which both may act."""
    with unrecorded("test settings") as session:
        office = Institution(slug="kantor", name="Kantor")
        process = Process(slug="p", title="P", support_threshold=100, opened_at=now())
        session.add_all([office, process])
        session.flush()
        process.institutions.append(ProcessInstitution(institution_id=office.id, part="lead"))
        process.phases.append(
            Phase(
                kind=PhaseKind.DISCUSSION,
                opens_at=now().replace(year=now().year - 1),
                closes_at=now().replace(year=now().year + 1),
                switches=[switch.value for switch in Switch],
            )
        )
    officer = create_account(None, "siti", "Siti K.", None, Role.STAFF, office)
    return officer, join("budi", "Budi S.", None), process


def a_crowd(first: int, size: int, proposal_id: int) -> None:
    """People who follow a proposal."""
    ids = range(first, first + size)
    follows = [{"person_id": n, "subject_type": "proposal", "subject_id": proposal_id} for n in ids]
    with unrecorded("test settings") as session:
        rows = [{"id": n, "display_name": f"Warga ke-{n}", "name_key": f"k{n}"} for n in ids]
        session.execute(insert(Person), rows)
        session.execute(insert(Follow), follows)


def publish(officer: Person, proposal: Proposal) -> float:
    """Milliseconds to publish an answer, the first or one more version."""
    start = time.perf_counter()
    publish_response(officer, proposal, ResponseDecision.ACCEPTED, "Ya", "Teks")
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Print milliseconds to publish and microseconds a person, each against the smallest crowd."""
    with TemporaryDirectory() as folder:
        settings = Settings(mode="test", data_dir=str(Path(folder)), secret_key="b" * 40)
        app = create_app(settings)
        with app.app_context():
            upgrade()
            make_transient(app)
            officer, author, process = a_town()
            fan_out()
            base = 0.0
            for number, size in enumerate(CROWDS, 1):
                proposal = submit_proposal(author, process, f"Usulan {size}", "Isi.")
                a_crowd(number * 1_000_000, size, proposal.id)
                publishing = min(publish(officer, proposal) for _ in range(7))
                base = base or publishing
                start = time.perf_counter()
                made = fan_out()
                done = time.perf_counter()
                print(
                    f"{size:>6} followers: publish {publishing:6.1f} ms "
                    f"({publishing / base:.2f}×), "
                    f"{(done - start) / made * 1e6:7.0f} µs a delivery"
                )
            db.session.remove()


if __name__ == "__main__":
    main()
