"""Verified residents: by a confirmed address that is on a list, or by a one-time code on paper.

Only hashes and an area are stored. The office knows who received a code; national identity numbers
stay there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from deliberate.clock import now
from deliberate.models import Person, ResidentEntry, ResidentList
from deliberate.operations.accounts.resident_csv import MAX_ROWS, looks_like_identity_number
from deliberate.operations.notices.notices import notify_person
from deliberate.operations.polls.ballots import hash_code, new_code
from deliberate.operations.site.rate_limits import RESIDENT_CODES, limit_attempts
from deliberate.permissions.accounts.verification import may_be_verified, may_end_verification
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.processes import may_set_up
from deliberate.queries.accounts.verified_residents import (
    email_hashes,
    entry_of_address,
    is_on_resident_list,
)
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary import VerificationEndReason
from deliberate.vocabulary.events.accounts import (
    ResidentsInvited,
    ResidentsListed,
    ResidentVerified,
    VerificationEnded,
)
from deliberate.vocabulary.notices import VerificationEndedNotice, VerifiedNotice

MAX_CODES = 1000
BATCH_SIZE = 500


def create_resident_codes(
    admin: Person, count: int, area: str, *, context: RequestContext = NO_REQUEST
) -> list[str]:
    """Create one-time codes for residents of an area; return them to be printed, once.

    Raises Refused.
    """
    area = clean_line(area)[:80]
    with recorded(admin, ResidentsInvited, context) as act:
        require(may_set_up(act.lock(admin)))
        if not 0 < count <= MAX_CODES:
            raise InvalidInput(_("Create between 1 and %(n)s codes at a time.", n=MAX_CODES))
        _refuse_identity_number(area)
        batch = _create_list(act, admin, "codes", count, area)
        codes = [new_code(groups=4) for _code in range(count)]
        act.session.add_all(
            ResidentEntry(key=hash_code(code), list_id=batch.id, area=area) for code in codes
        )
        act.about(batch, count=count)
    return codes


def _refuse_identity_number(text: str) -> None:
    if looks_like_identity_number(text):
        raise InvalidInput(
            _("This looks like an identity number. Identity numbers are not stored here.")
        )


def _create_list(
    act: Act[...], admin: Person, kind: str, size: int, area: str = ""
) -> ResidentList:
    batch = ResidentList(kind=kind, size=size, area=area, created_by_id=admin.id, created_at=now())
    act.session.add(batch)
    act.session.flush()
    return batch


def add_resident_list(
    admin: Person, areas: Mapping[str, str], *, context: RequestContext = NO_REQUEST
) -> int:
    """Add addresses of residents, each with its area; return how many were verified at once.

    The others are verified when they confirm their address. An address counts for one resident:
    accounts that share a mailbox are not verified. Raises Refused.
    """
    try:
        with recorded(admin, ResidentsListed, context) as act:
            require(may_set_up(act.lock(admin)))
            if not 0 < len(areas) <= MAX_ROWS:
                raise InvalidInput(_("Add between 1 and %(n)s addresses at a time.", n=MAX_ROWS))
            batch = _create_list(act, admin, "addresses", len(areas))
            verified = 0
            rows = list(areas.items())
            for start in range(0, len(rows), BATCH_SIZE):
                verified += _add_batch(act, batch, dict(rows[start : start + BATCH_SIZE]))
            act.about(batch, count=len(areas))
    except IntegrityError as error:
        raise Refused(_("The same addresses were added at the same moment. Try again.")) from error
    return verified


def _add_batch(act: Act[...], batch: ResidentList, areas: Mapping[str, str]) -> int:
    """Add some addresses and verify their confirmed holders; used entries stay used."""
    entries = _entries_of(act, areas)
    for address, entry in entries.items():
        if not entry.is_used:
            entry.list_id, entry.area = batch.id, areas[address]
    act.session.add_all(entries.values())
    verified = 0
    for person in _sole_holders(act, list(areas)):
        entry = entries[(person.email or "").lower()]
        if not entry.is_used:
            verify_with_entry(act, person, entry)
            act.consequence(ResidentVerified, person, by="list", account=person.actor_id or "")
            verified += 1
    return verified


def _entries_of(act: Act[...], addresses: Iterable[str]) -> dict[str, ResidentEntry]:
    """Return the stored entry of each address, locked, or a new one."""
    hashes = {address: email_hashes(address) for address in addresses}
    keys = list(chain.from_iterable(hashes.values()))
    known = select(ResidentEntry).where(ResidentEntry.key.in_(keys)).with_for_update()
    stored = {entry.key: entry for entry in act.session.scalars(known)}
    entries: dict[str, ResidentEntry] = {}
    for address, candidates in hashes.items():
        key = next((key for key in candidates if key in stored), None)
        entries[address] = stored[key] if key else ResidentEntry(key=candidates[0], is_used=False)
    return entries


def _sole_holders(act: Act[...], addresses: Sequence[str]) -> Iterator[Person]:
    """Return unverified residents who alone have confirmed one of the addresses."""
    confirmed = (
        select(Person)
        .where(
            func.lower(Person.email).in_(addresses),
            Person.email_confirmed_at.is_not(None),
            Person.erased_at.is_(None),
        )
        .order_by(Person.id)
        .with_for_update(of=Person)
    )
    holders: dict[str, list[Person]] = {}
    for person in act.session.scalars(confirmed):
        holders.setdefault((person.email or "").lower(), []).append(person)
    return (p[0] for p in holders.values() if len(p) == 1 and may_be_verified(p[0]))


def verify_from_list(person: Person, *, context: RequestContext = NO_REQUEST) -> bool:
    """Verify a resident whose confirmed address is on a list; return whether it is.

    Raises Refused if another account used the entry meanwhile.
    """
    if not may_be_verified(person) or not is_on_resident_list(person):
        return False
    with recorded(person, ResidentVerified, context) as act:
        require(may_be_verified(act.lock(person)))
        entry = act.session.scalar(entry_of_address(person.email or "").with_for_update())
        if entry is None or entry.is_used:
            raise Refused(_("This address has been used already."))
        verify_with_entry(act, person, entry)
        act.about(person, by="list", account=person.actor_id or "")
    return True


def verify_with_entry(act: Act[...], person: Person, entry: ResidentEntry) -> None:
    """Use up an entry, verify the person with it, and notify the person."""
    entry.is_used = True
    person.verified_at = now()
    if entry.area:
        person.area, person.area_is_verified = entry.area, True
    notify_person(act, person, VerifiedNotice())


def end_verification(
    admin: Person,
    person: Person,
    reason: VerificationEndReason,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """End a resident's verification; the person may change the area again. Raises Refused."""
    with recorded(admin, VerificationEnded, context) as act:
        require(may_end_verification(act.lock(admin), act.lock(person)))
        person.verified_at, person.area_is_verified = None, False
        act.about(person, reason=reason, account=person.actor_id or "")
        notify_person(act, person, VerificationEndedNotice())


def verify_by_code(person: Person, code: str, *, context: RequestContext = NO_REQUEST) -> None:
    """Verify a resident by a code, which is used up.

    Raises Refused for an unknown or used code, TooManyAttempts after many of them.
    """
    with (
        limit_attempts(RESIDENT_CODES, str(person.id)),
        recorded(person, ResidentVerified, context) as act,
    ):
        require(may_be_verified(act.lock(person)))
        entry = act.session.get(ResidentEntry, hash_code(code), with_for_update=True)
        if entry is None:
            raise InvalidInput(_("This code is not valid. Check every letter and number."))
        if entry.is_used:
            raise InvalidInput(_("This code has been used already. Ask for another one."))
        verify_with_entry(act, person, entry)
        act.about(person, by="code", account=person.actor_id or "")
