"""Verified residents: found on a list by a confirmed address, or by a one-time code on paper.

Kept are hashes and an area. Who a code was handed to, and every number by which a state knows its
people, stays with the office.
"""

from collections.abc import Iterator, Mapping, Sequence

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from deliberate.clock import now
from deliberate.models import Person, ResidentEntry, ResidentList
from deliberate.notifications.preferences import VERIFICATION_ENDED, VERIFIED
from deliberate.operations.accounts.resident_csv import MOST_ROWS, looks_like_identity
from deliberate.operations.notices.notices import tell_person
from deliberate.operations.polls.ballots import hash_code, new_code
from deliberate.permissions.accounts.verification import may_be_verified, may_end_verification
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.processes import may_set_up
from deliberate.queries.accounts.verified_residents import address_key, is_listed
from deliberate.recording import Act, recorded
from deliberate.text import clean_line
from deliberate.vocabulary import Kind, VerificationEnd

MOST_CODES = 1000
AT_ONCE = 500


def make_resident_codes(admin: Person, number: int, area: str) -> list[str]:
    """Make one-time codes for residents of an area; they are given here, to print, and never again.

    Each makes whoever enters it first a verified resident.
    """
    place = clean_line(area)[:80]
    with recorded(admin, Kind.RESIDENTS_INVITED) as act:
        require(may_set_up(act.locked(admin)))
        if not 0 < number <= MOST_CODES:
            raise Refused(_("Between 1 and %(n)s codes are made at once.", n=MOST_CODES))
        if looks_like_identity(place):
            raise Refused(_("This looks like an identity number; none is kept here."))
        made = _begin_list(act, admin, "codes", number, place)
        codes = [new_code(groups=4) for _number in range(number)]
        act.session.add_all(
            ResidentEntry(key=hash_code(code), list_id=made.id, area=place) for code in codes
        )
        act.about(made, count=number)
    return codes


def _begin_list(act: Act, admin: Person, kind: str, size: int, area: str = "") -> ResidentList:
    made = ResidentList(kind=kind, size=size, area=area, made_by_id=admin.id, made_at=now())
    act.session.add(made)
    act.session.flush()
    return made


def list_residents(admin: Person, areas: Mapping[str, str]) -> int:
    """Put in addresses of residents, each with its area; gives how many were verified at once.

    Whoever confirms one of the other addresses later is verified then. An address is one resident:
    where several accounts share a mailbox, nobody is chosen by us.
    """
    try:
        with recorded(admin, Kind.RESIDENTS_LISTED) as act:
            require(may_set_up(act.locked(admin)))
            if not 0 < len(areas) <= MOST_ROWS:
                raise Refused(_("Between 1 and %(n)s addresses are put in at once.", n=MOST_ROWS))
            made = _begin_list(act, admin, "addresses", len(areas))
            verified = 0
            given = list(areas.items())
            for start in range(0, len(given), AT_ONCE):
                verified += _list_some(act, made, dict(given[start : start + AT_ONCE]))
            act.about(made, count=len(areas))
    except IntegrityError as error:
        raise Refused(_("Somebody put in the same addresses just now. Try again.")) from error
    return verified


def _list_some(act: Act, made: ResidentList, areas: Mapping[str, str]) -> int:
    """Keep some addresses and verify whoever has confirmed one; what was used before stays used."""
    keys = {address_key(address): address for address in areas}
    known = select(ResidentEntry).where(ResidentEntry.key.in_(keys)).with_for_update()
    entries = {entry.key: entry for entry in act.session.scalars(known)}
    for key, address in keys.items():
        entry = entries.setdefault(key, ResidentEntry(key=key, is_used=False))
        if not entry.is_used:
            entry.list_id, entry.area = made.id, areas[address]
    act.session.add_all(entries.values())
    verified = 0
    for person in _alone_at(act, list(areas)):
        entry = entries[address_key(person.email or "")]
        if not entry.is_used:
            take_entry(act, person, entry)
            act.consequence(Kind.RESIDENT_VERIFIED, person, by="list")
            verified += 1
    return verified


def _alone_at(act: Act, addresses: Sequence[str]) -> Iterator[Person]:
    """Residents not verified yet who have confirmed one of these addresses, and nobody else has."""
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
    sharing: dict[str, list[Person]] = {}
    for person in act.session.scalars(confirmed):
        sharing.setdefault((person.email or "").lower(), []).append(person)
    return (one[0] for one in sharing.values() if len(one) == 1 and may_be_verified(one[0]))


def verify_from_list(person: Person) -> bool:
    """Become a verified resident by the address one has just confirmed, if it is on a list."""
    if not may_be_verified(person) or not is_listed(person):
        return False
    with recorded(person, Kind.RESIDENT_VERIFIED) as act:
        require(may_be_verified(act.locked(person)))
        key = address_key(person.email or "")
        entry = act.session.get(ResidentEntry, key, with_for_update=True)
        if entry is None or entry.is_used:
            raise Refused(_("This address was used already; it counts once."))
        take_entry(act, person, entry)
        act.about(person, by="list")
    return True


def take_entry(act: Act, person: Person, entry: ResidentEntry) -> None:
    """Use an entry of a list up for somebody, who is verified from now on, and told."""
    entry.is_used = True
    person.verified_at = now()
    if entry.area:
        person.area, person.area_is_verified = entry.area, True
    tell_person(act, VERIFIED, person)


def end_verification(admin: Person, person: Person, reason: VerificationEnd) -> None:
    """Take back that somebody is a verified resident; the area is theirs to say again."""
    with recorded(admin, Kind.VERIFICATION_ENDED) as act:
        require(may_end_verification(act.locked(admin), act.locked(person)))
        person.verified_at, person.area_is_verified = None, False
        act.about(person, reason=reason.value)
        tell_person(act, VERIFICATION_ENDED, person)
