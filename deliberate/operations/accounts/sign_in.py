"""Signing in by passphrase: few wrong tries from one place, then growing waits."""

import hashlib
import hmac
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import delete
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import transient
from deliberate.models import Person, SignInAttempts
from deliberate.operations.accounts.accounts import authenticate, open_device
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.accounts import person_named
from deliberate.queries.accounts.second_factor import factor_since
from deliberate.queries.accounts.weak_passphrases import SHORTEST
from deliberate.recording import recorded
from deliberate.text import clean_line
from deliberate.vocabulary import Kind

TRIES_OF_ACCOUNT, TRIES_OF_NETWORK = 10, 50
"""A whole village may stand behind one network address, so a network has more tries."""
WISHES, WISHES_OF_NETWORK = 3, 30
"""Mails to come back with, for one name and for all names, before one waits."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(hours=24)


class InvalidCredentials(ValueError):
    """Sign-in name and passphrase do not belong together; it is not said which is wrong."""


class TooManyAttempts(Exception):
    """This place tried too often; `again_at` is when it may go on."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__(again_at.isoformat())
        self.again_at = again_at


class CodeNeeded(Exception):
    """The passphrase is right, and the account has a second factor: no device is open yet."""

    def __init__(self, person: Person) -> None:
        super().__init__(person.id)
        self.person = person


def sign_in_by_passphrase(
    sign_in_name: str,
    passphrase: str,
    *,
    network: str,
    marks: Collection[str] = (),
    agent: str = "",
    leaving: str | None = None,
) -> tuple[Person, str]:
    """Sign somebody in; gives the account and the token of the device.

    `marks` are those this browser got when accounts signed in on it: its tries are counted apart,
    so that nobody can lock an account's own devices out. Raises WrongWords, TooManyTries, and
    CodeNeeded where the account has a second factor.
    """
    person = prove(sign_in_name, passphrase, network, marks)
    if factor_since(person) is not None:
        raise CodeNeeded(person)
    if len(passphrase) < SHORTEST:  # chosen beside a second factor that is gone
        raise Refused(
            _("This passphrase is too short without a second factor: choose another by recovering.")
        )
    with recorded(person, Kind.PERSON_SIGNED_IN) as act:
        act.about(act.locked(person))
    return person, open_device(person, agent, leaving)


def prove(sign_in_name: str, passphrase: str, network: str, marks: Collection[str] = ()) -> Person:
    """The account these words open, each wrong try counted. Raises WrongWords and TooManyTries."""
    limits = _limits(sign_in_name, network, marks)
    _count_try(limits)
    person = authenticate(sign_in_name, passphrase)
    if person is None:
        raise InvalidCredentials
    _forgive(limits)
    return person


@contextmanager
def counting_tries(sign_in_name: str, network: str) -> Iterator[None]:
    """Count what is tried inside as a wrong sign-in unless it ends well; raises TooManyTries."""
    limits = _limits(sign_in_name, network, ())
    _count_try(limits)
    yield
    _forgive(limits)


@contextmanager
def counting_codes(person: Person, marks: Collection[str]) -> Iterator[None]:
    """Count wrong codes of a second factor, wherever they come from; raises TooManyTries.

    Whoever gets here knows the passphrase, so the account's own devices are counted apart.
    """
    is_known = person.device_mark in marks
    place = person.device_mark if is_known else "elsewhere"
    limits = {_key("code", str(person.id), place): TRIES_OF_ACCOUNT}
    _count_try(limits)
    yield
    _forgive(limits)


@contextmanager
def counting_guesses(what: str, person: Person) -> Iterator[None]:
    """Count what somebody signed in enters as proof, unless it is right; raises TooManyTries."""
    limits = {_key(what, str(person.id)): TRIES_OF_ACCOUNT}
    _count_try(limits)
    yield
    _forgive(limits)


def counting_wishes(words: str, network: str) -> None:
    """Count a mail that somebody asks for without signing in; raises TooManyTries."""
    place = network_of(network)
    _count_try({_key("wish", words, place): WISHES, _key("wish", place): WISHES_OF_NETWORK})


def _limits(sign_in_name: str, network: str, marks: Collection[str]) -> dict[str, int]:
    """The counters this try falls under and how many wrong tries each takes."""
    name = clean_line(sign_in_name).casefold()
    person = person_named(name)
    if person is not None and person.device_mark in marks:
        return {_key("device", name, person.device_mark): TRIES_OF_ACCOUNT}
    place = network_of(network)
    return {
        _key("account", name, place): TRIES_OF_ACCOUNT,
        _key("network", place): TRIES_OF_NETWORK,
    }


def network_of(address: str) -> str:
    """The network an address stands for: itself, or the /64 one household of IPv6 has."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    return str(IPv6Address(int(found) >> 64 << 64)) if found.version == 6 else str(found)


def network_mark(address: str, purpose: str) -> str:
    """What may be kept of a network for a while: equal for equal ones, and nothing else."""
    return _key(purpose, network_of(address))


def _key(*parts: str) -> str:
    """Counters stand under a keyed hash: no address and no name is kept."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def _count_try(limits: dict[str, int]) -> None:
    """Count the try before it is made, so that many at once count as many; raises TooManyTries."""
    moment = now()
    with transient() as store:
        found = {key: _tries(store, key, moment) for key in limits}
        waits = [tries.again_at for tries in found.values() if tries.again_at > moment]
        if waits:
            raise TooManyAttempts(max(waits))
        for key, tries in found.items():
            tries.count, tries.last_at = tries.count + 1, moment
            tries.again_at = moment + _wait(tries.count - limits[key])


def _tries(store: Session, key: str, moment: datetime) -> SignInAttempts:
    tries = store.get(SignInAttempts, key, with_for_update=True)
    if tries is None:
        tries = SignInAttempts(key=key, count=0, last_at=moment, again_at=moment)
        store.add(tries)
    elif moment - tries.last_at > FORGOTTEN_AFTER:
        tries.count, tries.again_at = 0, moment
    return tries


def _wait(beyond: int) -> timedelta:
    """How long after the last free try, then double each time, at most an hour."""
    if beyond < 0:
        return timedelta()
    return min(FIRST_WAIT * (1 << min(beyond, 12)), LONGEST_WAIT)


def _forgive(limits: dict[str, int]) -> None:
    """The right words were said: the account's tries are forgotten, the network's are one less."""
    moment = now()
    with transient() as store:
        for key, limit in limits.items():
            if limit == TRIES_OF_ACCOUNT:
                store.execute(delete(SignInAttempts).where(SignInAttempts.key == key))
            elif (tries := store.get(SignInAttempts, key, with_for_update=True)) is not None:
                tries.count = max(0, tries.count - 1)
                tries.again_at = moment + _wait(tries.count - limit)
