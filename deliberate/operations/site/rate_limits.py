"""Rate limits: windows for writing, and growing delays after failed attempts.

A `RateLimit` counts what an account and a network write within fixed windows; its counters are in
the transient store, or in Redis where one is configured. An `AttemptLimit` counts attempts to prove
an identity; its counters are always in the transient store, so that an unreachable Redis does not
let guesses through.
"""

import hmac
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address

from flask import current_app
from limits import RateLimitItem, parse_many
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import transient
from deliberate.extensions import limiter
from deliberate.keys import keyed_hash
from deliberate.models import Person, RateLimitWindow
from deliberate.operations.site.rate_limit_storage import lock_window
from deliberate.vocabulary import Role

NEW_ACCOUNT_AGE = timedelta(days=1)
"""The age up to which the stricter limits of new accounts apply."""
FIRST_DELAY, LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=1)
ATTEMPTS_EXPIRE_AFTER = timedelta(hours=24)
"""Failed attempts are forgotten this long after the last one."""

_log = logging.getLogger(__name__)


class TooManyAttempts(Exception):
    """A limit is exceeded; `retry_at` is the time of the next permitted attempt."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(retry_at.isoformat())
        self.retry_at = retry_at


# Windows of writing.


@dataclass(frozen=True)
class RateLimit:
    """Number of actions per window: for a new account, an established account, and a network."""

    name: str
    new_account: str
    account: str
    network: str
    """Generous, because a whole village may share one network address."""


TEXTS = RateLimit(
    "text",
    new_account="5 per 10 minutes; 20 per day",
    account="20 per 10 minutes; 120 per day",
    network="100 per 10 minutes; 1000 per day",
)
CLICKS = RateLimit(
    "press",
    new_account="60 per 10 minutes",
    account="120 per 10 minutes",
    network="1200 per 10 minutes",
)
UPLOADS = RateLimit(
    "upload",
    new_account="10 per 10 minutes; 30 per day",
    account="20 per 10 minutes; 100 per day",
    network="100 per 10 minutes; 1000 per day",
)
"""Files, refused ones too, because checking a file costs as much as storing it."""
REPORTS = RateLimit(
    "report",
    new_account="5 per hour",
    account="20 per hour",
    network="100 per hour",
)
RECOVERIES = RateLimit(
    "recovery",
    new_account="20 per day",
    account="20 per day",
    network="200 per day",
)
"""Account recoveries that one officer begins at the desk."""
INVITATIONS = RateLimit(
    "invitation",
    new_account="100 per day",
    account="100 per day",
    network="500 per day",
)
"""Invitations to a role that one administrator sends."""
Consumed = list[tuple[RateLimitItem, str]]


def consume(limit: RateLimit, network: str | None, person: Person | None = None) -> Consumed:
    """Count an action, and return what `refund` takes back.

    The action is counted before it is done, so that parallel requests cannot exceed the limit;
    `network` is None where all people of a channel share one. Raises TooManyAttempts.
    Returns an empty list without counting if the counters are unreachable.
    """
    return _consume(_windows(limit, network, person))


def _consume(windows: Consumed) -> Consumed:
    if not current_app.config["RATELIMIT_ENABLED"]:
        return []
    consumed: Consumed = []
    try:
        for item, key in windows:
            consumed.append((item, key))
            if not limiter.limiter.hit(item, key):
                refund(consumed)
                raise TooManyAttempts(_window_end(item, key))
    except _storage_errors() as error:
        _log.warning("rate limits are not counted: %s", type(error).__name__)
        return []
    return consumed


def consume_hourly(name: str, key: str, amount: int) -> Consumed:
    """Count a request of a machine that may send so many in an hour. Raises TooManyAttempts."""
    return _consume([(item, f"{name}.{key}") for item in parse_many(f"{amount} per hour")])


def refund(consumed: Consumed) -> None:
    """Take back what was counted for an action that did not happen."""
    if not consumed:
        return
    with suppress(OperationalError, *_storage_errors()):
        for item, key in consumed:
            limiter.storage.incr(item.key_for(key), item.get_expiry(), amount=-1)


def _storage_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions an external store of counters raises when it is unreachable."""
    errors = limiter.storage.base_exceptions
    return errors if isinstance(errors, tuple) else (errors,)


def _windows(limit: RateLimit, network: str | None, person: Person | None) -> Consumed:
    windows: Consumed = []
    if network is not None:
        windows += [(item, network_hash(network, limit.name)) for item in parse_many(limit.network)]
    if person is not None:
        is_new = person.role == Role.RESIDENT and now() - person.joined_at < NEW_ACCOUNT_AGE
        rates = parse_many(limit.new_account if is_new else limit.account)
        windows += [(item, f"{limit.name}.{person.id}") for item in rates]
    return windows


def _window_end(item: RateLimitItem, key: str) -> datetime:
    reset_time = limiter.limiter.get_window_stats(item, key).reset_time
    return datetime.fromtimestamp(reset_time, UTC)


# Delays after failed attempts.


@dataclass(frozen=True)
class AttemptLimit:
    """Number of failed attempts without a delay; each further attempt waits.

    For an account, in one network if one is given, a minute, then twice as long as before, an hour
    at most. For all accounts of a network seconds, because thousands of people may share its
    address. For an account in all networks together (`everywhere`) minutes.
    """

    name: str
    account: int
    network: int = 0
    everywhere: int = 0


FRESH_ATTEMPTS, FRESH_FACTOR = 3, 10
"""An account with fewer failures in a network is delayed by those of others ten times later."""
SIGN_IN = AttemptLimit("sign-in", account=10, network=50, everywhere=100)
SECOND_FACTOR_CODES = AttemptLimit("second-factor-code", account=10)
JOINING = AttemptLimit("join", account=10, network=30, everywhere=100)
"""Attempts to join, by sign-in name and network; those that succeed count too."""
JOIN_WINDOW, LONGEST_JOIN_DELAY = timedelta(hours=1), timedelta(minutes=1)
RESIDENT_CODES = AttemptLimit("resident-code", account=10)
PAPER_CODES = AttemptLimit("paper-code", account=10, network=30)
INVITED_SIGN_UPS = AttemptLimit("invited-sign-up", account=10)
"""Forms sent with one invitation: each tells whether a name is taken."""
PHONE_CODES = AttemptLimit("phone-code", account=3)
"""Codes sent to telephone numbers, by account and by number: nobody is flooded with texts."""
PHONE_CODE_TRIES = AttemptLimit("phone-code-try", account=5)
CHANNEL_CODES = AttemptLimit("channel-code", account=30)
"""Codes that link an intake channel, by the account that asks for them."""
CHANNEL_CODE_TRIES = AttemptLimit("channel-code-try", account=5)
"""Wrong codes of one person of an intake channel."""
CODE_TRIES_OF_CHANNEL = AttemptLimit("channel-codes", account=300)
"""Wrong codes of all people of an intake channel, one of whom could try under many names."""
RECOVERY_MAILS = AttemptLimit("recovery-mail", account=3, network=30)


@contextmanager
def limit_attempts(
    limit: AttemptLimit, *account: str, network: str | None = None
) -> Iterator[None]:
    """Count the attempt inside the block as failed unless the block succeeds.

    `account` is what identifies the account or device. With a network the account is counted
    separately for each network, and the network itself is limited too. Raises TooManyAttempts.
    """
    count_attempt(limit, *account, network=network)
    yield
    _forgive_attempt(limit, *account, network=network)


def count_attempt(limit: AttemptLimit, *account: str, network: str | None = None) -> None:
    """Count an attempt before it is made, so that parallel ones are limited too.

    Raises TooManyAttempts, in which case nothing is counted.
    """
    moment = now()
    counters = _attempt_counters(limit, account, network)
    with transient() as store:
        windows = [lock_window(store, counter.key, moment) for counter in counters]
        is_fresh = windows[0].count < FRESH_ATTEMPTS
        retry_at = max(
            counter.retry_at(window, moment, is_fresh=is_fresh)
            for counter, window in zip(counters, windows, strict=True)
        )
        if retry_at > moment:
            raise TooManyAttempts(retry_at)
        for window in windows:
            window.count += 1
            window.ends_at = moment + ATTEMPTS_EXPIRE_AFTER


def count_join(name: str, network: str, ticket: str = "") -> None:
    """Count an attempt to join before it is made. Raises TooManyAttempts.

    A mobile operator's address is shared by a city. So a busy network delays each person a minute
    at most, and nobody can use up the turn of others: who has waited shows the ticket of the
    refusal (`join_ticket`) and joins, whatever the network did meanwhile.
    """
    if not current_app.config["RATELIMIT_ENABLED"]:
        return
    moment = now()
    of_name, _of_network, *others = _attempt_counters(JOINING, (name,), network)
    has_waited = _is_ticket_due(ticket, name, network, moment)
    with transient() as store:
        windows = [(c, lock_window(store, c.key, moment)) for c in (of_name, *others)]
        retry_at = max(c.retry_at(window, moment, is_fresh=False) for c, window in windows)
        if retry_at > moment:
            raise TooManyAttempts(retry_at)
        _count_join_in_network(store, network, moment, has_waited=has_waited)
        for _counter, window in windows:
            window.count, window.ends_at = window.count + 1, moment + ATTEMPTS_EXPIRE_AFTER


def _count_join_in_network(
    store: Session, network: str, moment: datetime, *, has_waited: bool
) -> None:
    """Count an attempt to join; a busy network delays who has not waited yet."""
    window = lock_window(store, network_hash(network, JOINING.name), moment)
    if window.count >= JOINING.network and not has_waited:
        raise TooManyAttempts(moment + _join_delay(window.count - JOINING.network))
    window.ends_at = window.ends_at if window.count else moment + JOIN_WINDOW
    window.count += 1


def _join_delay(beyond: int) -> timedelta:
    """Return how long the next person waits, from two seconds to a minute."""
    return min(timedelta(seconds=2 << min(beyond, 10)), LONGEST_JOIN_DELAY)


def join_ticket(name: str, network: str, retry_at: datetime) -> str:
    """Return the proof that a name was asked to wait until a moment in this network."""
    due = int(retry_at.timestamp()) + 1
    return f"{due}.{_keyed_hash('join ticket', name, network_of(network), str(due))}"


def _is_ticket_due(ticket: str, name: str, network: str, moment: datetime) -> bool:
    due, _dot, _hash = ticket.partition(".")
    if not (due.isascii() and due.isdigit() and len(due) < 12):
        return False
    expected = f"{due}.{_keyed_hash('join ticket', name, network_of(network), due)}"
    waited = moment.timestamp() - int(due)
    return hmac.compare_digest(ticket.encode(), expected.encode()) and (
        0 <= waited < JOIN_WINDOW.total_seconds()
    )


def _forgive_attempt(limit: AttemptLimit, *account: str, network: str | None) -> None:
    """Reset the account's counter, and take the successful attempt off the other counters."""
    of_account, *others = _attempt_counters(limit, account, network)
    with transient() as store:
        store.execute(delete(RateLimitWindow).where(RateLimitWindow.key == of_account.key))
        for counter in others:
            window = lock_window(store, counter.key, now())
            window.count = max(0, window.count - 1)


@dataclass(frozen=True)
class _AttemptCounter:
    """The key of a counter of failed attempts, and how it delays further ones."""

    key: str
    free: int
    first_delay: timedelta = FIRST_DELAY
    longest_delay: timedelta = LONGEST_DELAY
    fresh_factor: int = 1

    def retry_at(self, window: RateLimitWindow, moment: datetime, *, is_fresh: bool) -> datetime:
        """Return when the next attempt is permitted; a delay starts at the last attempt."""
        beyond = window.count - self.free * (self.fresh_factor if is_fresh else 1)
        if beyond < 0:
            return moment
        last_at = window.ends_at - ATTEMPTS_EXPIRE_AFTER
        return last_at + min(self.first_delay * (1 << min(beyond, 12)), self.longest_delay)


def _attempt_counters(
    limit: AttemptLimit, account: tuple[str, ...], network: str | None
) -> list[_AttemptCounter]:
    """Return the counters of an attempt, the account's first."""
    if network is None:
        return [_AttemptCounter(_keyed_hash(limit.name, *account), limit.account)]
    place = network_of(network)
    counters = [
        _AttemptCounter(_keyed_hash(limit.name, *account, place), limit.account),
        _AttemptCounter(
            _keyed_hash(limit.name, place),
            limit.network,
            first_delay=timedelta(seconds=1),
            longest_delay=timedelta(seconds=10),
            fresh_factor=FRESH_FACTOR,
        ),
    ]
    if limit.everywhere:
        key = _keyed_hash(limit.name, *account, "in all networks")
        counters.append(_AttemptCounter(key, limit.everywhere, longest_delay=timedelta(minutes=5)))
    return counters


def network_of(address: str) -> str:
    """Return the network an address belongs to: an IPv4 address itself, or the /64 of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    return str(IPv6Address(int(parsed) >> 64 << 64)) if parsed.version == 6 else str(parsed)


def network_hash(address: str, purpose: str) -> str:
    """Return a keyed hash of an address's network, different for each purpose."""
    return _keyed_hash(purpose, network_of(address))


def _keyed_hash(*parts: str) -> str:
    """Return the key of a counter; it does not reveal the address or name."""
    return keyed_hash("rate limit", "\n".join(parts))
