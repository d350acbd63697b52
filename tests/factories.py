"""Create people, processes, proposals and polls for tests through the real operations."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Institution, Person, Poll, Process, ProcessInstitution, Proposal
from deliberate.operations import RequestContext
from deliberate.operations.accounts import registration as account_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.processes import processes as process_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.supports import support_proposal
from deliberate.vocabulary import PhaseKind, PhaseSwitch, Role

_sequence = count(1)
PASSPHRASE = "kopi pahit di teras rumah"


def request_from(network: str = "", language: str = "id") -> RequestContext:
    """Return the context of a request from a network address, in a language."""
    return RequestContext(language=language, network=network)


def create_resident(name: str = "") -> Person:
    """Return a resident who has just joined."""
    number = next(_sequence)
    return account_operations.join(f"warga{number}", name or f"Warga {number}", PASSPHRASE)


def create_institution(slug: str = "", *, is_coordinator: bool = False) -> Institution:
    """Return a new institution."""
    with unrecorded("test settings") as session:
        institution = Institution(
            slug=slug or f"kantor-{next(_sequence)}",
            name=f"Kantor {slug}",
            is_coordinator=is_coordinator,
        )
        session.add(institution)
    return institution


def create_staff(institution: Institution | None = None, role: Role = Role.STAFF) -> Person:
    """Return an account with a role in an institution."""
    number = next(_sequence)
    institution = institution or create_institution()
    return account_operations.create_account(
        None, f"petugas{number}", f"Petugas {number}", PASSPHRASE, role, institution
    )


def create_process(
    institution: Institution | None = None, *, threshold: int = 2, days: int = 60, **columns: object
) -> Process:
    """Return a process with one phase that allows everything until some days from now."""
    process = Process(
        slug=f"proses-{next(_sequence)}",
        title="Jalan teduh",
        question="Apa yang didahulukan?",
        open_points="Urutan",
        fixed_points="Anggaran",
        support_threshold=threshold,
        **columns,
    )
    process_operations.open_process(None, process, [(institution, "lead")] if institution else [])
    add_phase(process, PhaseKind.DISCUSSION, now() - timedelta(days=1), days, *PhaseSwitch)
    return process


def add_institution(process: Process, institution: Institution, part: str) -> None:
    """Give an institution a part in a process."""
    with unrecorded("test settings") as session:
        session.add(
            ProcessInstitution(process_id=process.id, institution_id=institution.id, part=part)
        )


def add_phase(
    process: Process, kind: PhaseKind, opens: datetime, days: int, *switches: PhaseSwitch
) -> None:
    """Add a phase of a number of days to a process."""
    process_operations.schedule_phase(
        None, process, kind, opens, opens + timedelta(days=days), switches
    )


def create_proposal(process: Process | None = None, author: Person | None = None) -> Proposal:
    """Return a proposal that has just been published."""
    return proposal_operations.submit_proposal(
        author or create_resident(),
        process or create_process(),
        "Bangku di tiap halte",
        "Lansia menunggu berdiri. Satu bangku di tiap halte cukup.",
    )


def create_qualified_proposal(institution: Institution) -> Proposal:
    """Return a proposal that an institution owes a response: one support was enough."""
    proposal = create_proposal(create_process(institution, threshold=1))
    support_proposal(create_resident(), proposal)
    return proposal


def reload(row: object) -> None:
    """Read a row again from the database."""
    db.session.rollback()
    db.session.refresh(row)


def create_poll(
    process: Process | None = None, *options: str, days: float = 7, **more: Any
) -> Poll:
    """Return a poll that is open for some days: a single choice, unless `rules` differ."""
    process = process or create_process()
    institutions = [member.institution for member in process.institutions]
    return poll_operations.open_poll(
        create_staff(institutions[0] if institutions else None),
        process,
        "Jalur mana yang dibangun lebih dahulu?",
        options or ("Rute 1", "Rute 2", "Rute 3"),
        now() + timedelta(days=days),
        **more,
    )


def close_poll(poll: Poll) -> None:
    """Close a poll now."""
    with unrecorded("test settings") as session:
        session.get_one(Poll, poll.id).closes_at = now()
