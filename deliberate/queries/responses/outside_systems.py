"""Outside systems, the cases that are sent to them, and the statuses that they reported."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import OutsideCase, OutsideStatus, OutsideSystem, Proposal, Referral
from deliberate.models.moderation.visibility import ANYONE
from deliberate.vocabulary import OutsideState

CASES_SHOWN = 50
SENT_AT_ONCE = 50
"""Cases that one run of the job takes up."""


def list_outside_systems() -> Sequence[OutsideSystem]:
    """Return the outside systems that are not removed, by name."""
    rows = select(OutsideSystem).where(OutsideSystem.removed_at.is_(None))
    return db.session.scalars(rows.order_by(OutsideSystem.name)).all()


def list_system_names() -> Sequence[str]:
    """Return the names of the outside systems that are not removed."""
    rows = select(OutsideSystem.name).where(OutsideSystem.removed_at.is_(None))
    return db.session.scalars(rows.order_by(OutsideSystem.name)).all()


def get_outside_system(system_id: int) -> OutsideSystem | None:
    """Return an outside system that is not removed, or None."""
    row = db.session.get(OutsideSystem, system_id)
    return row if row is not None and row.removed_at is None else None


def get_system_of_name(name: str) -> OutsideSystem | None:
    """Return the outside system of a name that is not removed, or None."""
    return db.session.scalar(
        select(OutsideSystem).where(OutsideSystem.name == name, OutsideSystem.removed_at.is_(None))
    )


def list_sent_cases(system: OutsideSystem) -> Sequence[OutsideCase]:
    """Return the newest cases of an outside system, newest first."""
    rows = select(OutsideCase).where(OutsideCase.system_id == system.id)
    rows = rows.options(joinedload(OutsideCase.referral))
    return db.session.scalars(rows.order_by(OutsideCase.id.desc()).limit(CASES_SHOWN)).all()


def get_sent_case(case_id: int) -> OutsideCase | None:
    """Return a case that is sent to an outside system, or None."""
    return db.session.get(OutsideCase, case_id)


def list_due_cases() -> Sequence[int]:
    """Return the ids of the cases to send now, oldest first; none whose proposal is not shown."""
    is_due = OutsideCase.next_try_at.is_(None) | (OutsideCase.next_try_at <= now())
    rows = (
        select(OutsideCase.id)
        .join(Referral, OutsideCase.referral_id == Referral.id)
        .join(Proposal, Referral.proposal_id == Proposal.id)
        .join(OutsideSystem, OutsideCase.system_id == OutsideSystem.id)
        .where(OutsideCase.sent_at.is_(None), OutsideCase.stopped_at.is_(None), is_due)
        .where(OutsideSystem.removed_at.is_(None))
        .where(Proposal.visible_to(ANYONE), Proposal.withdrawn_at.is_(None))
    )
    due = rows.order_by(OutsideCase.next_try_at, OutsideCase.id).limit(SENT_AT_ONCE)
    return db.session.scalars(due).all()


def newest_status(referral_id: int) -> OutsideStatus | None:
    """Return the newest status of a referral, or None."""
    rows = select(OutsideStatus).where(OutsideStatus.referral_id == referral_id)
    return db.session.scalar(rows.order_by(OutsideStatus.id.desc()).limit(1))


def list_statuses(referral_ids: Sequence[int]) -> Sequence[OutsideStatus]:
    """Return the statuses of some referrals, oldest first."""
    if not referral_ids:
        return ()
    rows = select(OutsideStatus).where(OutsideStatus.referral_id.in_(referral_ids))
    return db.session.scalars(rows.order_by(OutsideStatus.id)).all()


def report_title(system: str, state: OutsideState) -> str:
    """Return in words what an outside system reports; they name the system as the source."""
    titles: dict[OutsideState, str] = {
        OutsideState.RECEIVED: _("%(system)s reports: received", system=system),
        OutsideState.IN_PROGRESS: _("%(system)s reports: in progress", system=system),
        OutsideState.COMPLETED: _("%(system)s reports: completed", system=system),
        OutsideState.REJECTED: _("%(system)s reports: rejected", system=system),
    }
    return titles[state]
