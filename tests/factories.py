"""A small city for the tests, made as people would make it: through operations."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Institution, Person, Poll, Process, Proposal
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.processes import processes as process_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.vocabulary import PhaseKind, Role, Switch

_numbers = count(1)
PASSPHRASE = "kopi pahit di teras rumah"


def resident(name: str = "") -> Person:
    """A resident who has just joined."""
    number = next(_numbers)
    return account_operations.join(f"warga{number}", name or f"Warga {number}", PASSPHRASE)


def an_institution(slug: str = "") -> Institution:
    """An office."""
    with unrecorded("test settings") as session:
        office = Institution(slug=slug or f"kantor-{next(_numbers)}", name=f"Kantor {slug}")
        session.add(office)
    return office


def staff(office: Institution | None = None, role: Role = Role.STAFF) -> Person:
    """Somebody who works for an office."""
    number = next(_numbers)
    office = office or an_institution()
    return account_operations.create_account(
        None, f"petugas{number}", f"Petugas {number}", PASSPHRASE, role, office
    )


def a_process(
    office: Institution | None = None, *, threshold: int = 2, days: int = 60, **columns: object
) -> Process:
    """A process whose one phase allows everything for some days from now."""
    process = Process(
        slug=f"proses-{next(_numbers)}",
        title="Jalan teduh",
        question="Apa yang didahulukan?",
        open_points="Urutan",
        fixed_points="Anggaran",
        support_threshold=threshold,
        **columns,
    )
    process_operations.open_process(None, process, [(office, "lead")] if office else [])
    phase(process, PhaseKind.DISCUSSION, now() - timedelta(days=1), days, *Switch)
    return process


def phase(process: Process, kind: PhaseKind, opens: datetime, days: int, *switches: Switch) -> None:
    """A phase of so many days."""
    process_operations.schedule_phase(
        None, process, kind, opens, opens + timedelta(days=days), switches
    )


def a_proposal(process: Process | None = None, author: Person | None = None) -> Proposal:
    """A proposal somebody has just published."""
    return proposal_operations.submit_proposal(
        author or resident(),
        process or a_process(),
        "Bangku di tiap halte",
        "Lansia menunggu berdiri. Satu bangku di tiap halte cukup.",
    )


def again(thing: object) -> None:
    """Read a thing again as it is in the database."""
    db.session.rollback()
    db.session.refresh(thing)


def a_poll(process: Process | None = None, *options: str, days: float = 7, **more: Any) -> Poll:
    """A poll open for some days; a single choice unless `rules` say otherwise."""
    return poll_operations.open_poll(
        staff(),
        process or a_process(),
        "Jalur mana yang dibangun lebih dahulu?",
        options or ("Rute 1", "Rute 2", "Rute 3"),
        now() + timedelta(days=days),
        **more,
    )


def closed_now(poll: Poll) -> None:
    """Let a poll's last moment be past."""
    with unrecorded("test settings") as session:
        session.get_one(Poll, poll.id).closes_at = now()
