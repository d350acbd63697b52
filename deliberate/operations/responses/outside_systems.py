"""Outside systems: administrators enter them, cases are queued for them, statuses come back.

A status that a system reports is a public step of the case, with its source, recorded once.
"""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import OutsideCase, OutsideStatus, OutsideSystem, Person, Referral
from deliberate.operations.notices.notices import notify_participants, notify_person
from deliberate.operations.notices.receivers import (
    MAX_TRIES,
    WAITS,
    give_secret,
    replace_secret,
    require_public_address,
    valid_secrets,
)
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.processes import may_set_up
from deliberate.queries.responses.outside_systems import get_system_of_name, newest_status
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary import Origin, OutsideState
from deliberate.vocabulary.events.responses import (
    OutsideCaseResent,
    OutsideCaseStopped,
    OutsideStatusReceived,
    OutsideSystemAdded,
    OutsideSystemRemoved,
    OutsideSystemSecretRotated,
)
from deliberate.vocabulary.notices import OutsideCaseStoppedNotice, OutsideStatusNotice

PURPOSE = "outside system secret"
HTTP_JSON = "http_json"
"""The code of the adapter that a new system has."""
MAX_NUMBER, MAX_NOTE = 120, 1000
"""Longest number and note of a status."""


@dataclass(frozen=True)
class StatusReport:
    """What an outside system reports on a case."""

    state: OutsideState
    number: str = ""
    note: str = ""
    reported_at: datetime | None = None


class _KnownStatus(Exception):
    """The status is a step of the case already."""


def add_outside_system(
    admin: Person, name: str, url: str, *, context: RequestContext = NO_REQUEST
) -> tuple[OutsideSystem, str]:
    """Enter a system to which cases are sent from now on; return it and its secret, shown once.

    Raises InvalidInput for a name that is entered already, or for another address than one of the
    internet with HTTPS; Refused for others than administrators.
    """
    require_public_address(url)
    with recorded(admin, OutsideSystemAdded, context) as act:
        require(may_set_up(act.lock(admin)))
        require_free_name(name)
        system = OutsideSystem(
            owner_id=admin.id,
            name=clean_line(name),
            adapter=HTTP_JSON,
            url=url,
            secret=b"",
            added_at=now(),
        )
        act.session.add(system)
        act.session.flush()
        secret = give_secret(PURPOSE, system)
        act.about(system)
    return system, secret


def require_free_name(name: str) -> None:
    """Refuse an empty name, and one that another outside system has."""
    if not clean_line(name):
        raise InvalidInput(_("Write the name of the system."))
    if get_system_of_name(clean_line(name)) is not None:
        raise InvalidInput(_("This system is entered already."))


def rotate_outside_secret(
    admin: Person, system: OutsideSystem, *, context: RequestContext = NO_REQUEST
) -> str:
    """Give an outside system a new secret and return it; the old one is valid for a day."""
    with recorded(admin, OutsideSystemSecretRotated, context) as act:
        require(may_set_up(act.lock(admin)))
        _require_kept(act.lock(system))
        secret = replace_secret(PURPOSE, system)
        act.about(system)
    return secret


def remove_outside_system(
    admin: Person, system: OutsideSystem, *, context: RequestContext = NO_REQUEST
) -> None:
    """Remove an outside system: nothing is sent to it or taken from it; its steps stay."""
    with recorded(admin, OutsideSystemRemoved, context) as act:
        require(may_set_up(act.lock(admin)))
        _require_kept(act.lock(system))
        system.removed_at, system.secret, system.old_secret = now(), b"", None
        act.about(system)


def resend_case(admin: Person, case: OutsideCase, *, context: RequestContext = NO_REQUEST) -> None:
    """Have a case that was sent no more sent again, with the same id."""
    with recorded(admin, OutsideCaseResent, context) as act:
        require(may_set_up(act.lock(admin)))
        _require_kept(act.lock(case).system)
        if case.stopped_at is None:
            raise Refused(_("This case is sent or tried again by itself."))
        case.stopped_at = case.next_try_at = None
        case.failures = 0
        act.about(case)


def _require_kept(system: OutsideSystem) -> None:
    if system.removed_at is not None:
        raise Refused(_("This system was removed."))


def queue_case(act: Act[...], referral: Referral) -> None:
    """Have a referral sent to the outside system of its name, if that is set up."""
    system = get_system_of_name(referral.external_system)
    if system is not None:
        act.session.add(OutsideCase(referral_id=referral.id, system_id=system.id, failures=0))


def secrets_of(system: OutsideSystem) -> list[str]:
    """Return the secrets that sign in both directions now."""
    return valid_secrets(PURPOSE, system)


def record_sending(case_id: int, status: int | None, error: str) -> None:
    """Record the outcome of sending a case; the thirteenth failure stops it."""
    with unrecorded("sending to outside systems") as session:
        case = session.get_one(OutsideCase, case_id)
        case.status, case.error = status, error
        if not error:
            case.sent_at, case.next_try_at, case.failures = now(), None, 0
            return
        case.failures += 1
        failures = case.failures
        if failures < MAX_TRIES:
            case.next_try_at = now() + WAITS[failures - 1]
    if failures >= MAX_TRIES:
        _stop(case_id)


def _stop(case_id: int) -> None:
    """Stop sending a case, and notify who entered the system."""
    with recorded(None, OutsideCaseStopped) as act:
        case = act.lock(db.session.get_one(OutsideCase, case_id))
        case.stopped_at, case.next_try_at = now(), None
        owner_id = case.system.owner_id
        owner = act.session.get(Person, owner_id) if owner_id else None
        notify_person(act, owner, OutsideCaseStoppedNotice())
        act.about(case)


def receive_status(
    system: OutsideSystem | None, referral: Referral, message_id: str, report: StatusReport
) -> OutsideStatus | None:
    """Record what an outside system reports on a case as a public step, and notify of it.

    `system` is None where the system of the referral is not entered, as in the sample city. Return
    None for a message that arrived before, and for one that says what the newest step says. Raises
    Refused for a case that was not referred to this system.
    """
    try:
        with recorded(None, OutsideStatusReceived, origin=Origin.API) as act:
            act.lock(referral.proposal)
            name = act.lock(referral).external_system
            if system is not None:
                _require_kept(act.lock(system))
            if not name or (system is not None and system.name != name):
                raise Refused(_("This case was not referred to this system."))
            status = OutsideStatus(
                referral_id=referral.id,
                system=name,
                message_id=message_id,
                state=report.state,
                number=clean_line(report.number)[:MAX_NUMBER],
                note=clean(report.note)[:MAX_NOTE],
                reported_at=report.reported_at,
            )
            _require_new(act, status)
            status.received_at = now()
            act.session.add(status)
            act.set_text(lambda: status.sealed_text, status)
            act.about(status, system=system_code(name), state=report.state)
            notice = OutsideStatusNotice(referral=referral.id, state=report.state)
            notify_participants(act, referral.proposal, notice)
    except _KnownStatus:
        return None
    return status


def _require_new(act: Act[...], status: OutsideStatus) -> None:
    is_same = select(OutsideStatus.id).where(
        OutsideStatus.referral_id == status.referral_id,
        OutsideStatus.message_id == status.message_id,
    )
    newest = newest_status(status.referral_id)
    says_the_same = newest is not None and (newest.state, newest.number, newest.note) == (
        status.state,
        status.number,
        status.note,
    )
    if says_the_same or act.session.scalar(is_same) is not None:
        raise _KnownStatus


def system_code(name: str) -> str:
    """Return the name of an outside system as the log writes it: a short code."""
    return "".join(c for c in name if c.isalnum() or c in "-.+")
