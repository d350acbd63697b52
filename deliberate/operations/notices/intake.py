"""Intake channels: tokens of administrators, and links by which people act through a channel.

A channel names a person as it likes, by a telephone number for instance; only a keyed hash of that
is stored. What people enter through a channel runs through the operations of the pages.
"""

import re
import secrets
from collections.abc import Collection

from flask_babel import lazy_gettext as _
from sqlalchemy import delete

from deliberate.clock import now
from deliberate.database import transient
from deliberate.keys import keyed_hash
from deliberate.models import IntakeChannel, IntakeLink, IntakeLinkCode, Person
from deliberate.operations.accounts.devices import hash_token
from deliberate.operations.site.rate_limits import (
    CHANNEL_CODE_TRIES,
    CHANNEL_CODES,
    CODE_TRIES_OF_CHANNEL,
    count_attempt,
    limit_attempts,
)
from deliberate.permissions.decision import InvalidInput, RefusalKind, Refused, require
from deliberate.permissions.notices import may_use_channels
from deliberate.permissions.processes import may_set_up
from deliberate.queries.notices.intake import (
    CODE,
    USER,
    get_channel_of_token,
    get_link,
    get_person_of_code,
    user_message,
)
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary import IntakeScope
from deliberate.vocabulary.events.notices import (
    IntakeLinked,
    IntakeUnlinked,
    TokenIssued,
    TokenRevoked,
)

PREFIX = "dlb_"
CODE_DIGITS = 8
MAX_USER = 200
"""Longest name of a person in a channel."""
MIN_HOURLY, MAX_HOURLY = 1, 100_000
"""Requests in an hour that a token may be given."""


def issue_token(
    admin: Person,
    name: str,
    scopes: Collection[IntakeScope],
    hourly_limit: int,
    *,
    context: RequestContext = NO_REQUEST,
) -> tuple[IntakeChannel, str]:
    """Set up a channel; return it and its token, which is shown once. Raises Refused."""
    token = PREFIX + secrets.token_urlsafe(32)
    with recorded(admin, TokenIssued, context) as act:
        require(may_set_up(act.lock(admin)))
        if not clean_line(name):
            raise InvalidInput(_("Write the name of the channel."))
        if not scopes:
            raise InvalidInput(_("Choose what the channel may enter."))
        if not MIN_HOURLY <= hourly_limit <= MAX_HOURLY:
            raise InvalidInput(
                _("Choose a number from %(least)s to %(most)s.", least=MIN_HOURLY, most=MAX_HOURLY)
            )
        channel = IntakeChannel(
            owner_id=admin.id,
            name=clean_line(name),
            scopes=sorted(scope.value for scope in scopes),
            hourly_limit=hourly_limit,
            token_hash=hash_token(token),
            issued_at=now(),
        )
        act.session.add(channel)
        act.session.flush()
        act.about(channel, scope="+".join(channel.scopes))
    return channel, token


def revoke_token(
    admin: Person, channel: IntakeChannel, *, context: RequestContext = NO_REQUEST
) -> None:
    """End a channel: its token is refused, and the links of people are deleted. Raises Refused."""
    with recorded(admin, TokenRevoked, context) as act:
        require(may_set_up(act.lock(admin)))
        if act.lock(channel).revoked_at is not None:
            raise Refused(_("This token was revoked already."))
        channel.revoked_at = now()
        act.session.execute(delete(IntakeLink).where(IntakeLink.channel_id == channel.id))
        act.about(channel)


def channel_of(token: str) -> IntakeChannel | None:
    """Return the channel whose token this is, None for a revoked or unknown one."""
    return get_channel_of_token(hash_token(token)) if token.startswith(PREFIX) else None


def request_link_code(person: Person) -> str:
    """Return a new code that links a channel to the account; the one before is void.

    Raises Refused, or TooManyAttempts after many codes.
    """
    require(may_use_channels(person))
    count_attempt(CHANNEL_CODES, str(person.id))
    code = str(secrets.randbelow(10**CODE_DIGITS)).zfill(CODE_DIGITS)
    with transient() as store:
        store.merge(
            IntakeLinkCode(
                person_id=person.id, code_hash=keyed_hash(CODE, code), requested_at=now()
            )
        )
    return code


def link_channel(
    channel: IntakeChannel, user: str, code: str, *, context: RequestContext = NO_REQUEST
) -> IntakeLink:
    """Link a person of a channel to the account that asked for a code; the code is used up.

    Raises InvalidInput for another code, Refused for a person who is linked to another account,
    TooManyAttempts.
    """
    given = re.sub(r"\s", "", code)
    # the channel is counted beside its person, so that nobody tries codes under many names
    with (
        limit_attempts(CHANNEL_CODE_TRIES, str(channel.id), user),
        limit_attempts(CODE_TRIES_OF_CHANNEL, str(channel.id)),
    ):
        person = get_person_of_code(given)
        if person is None:
            raise InvalidInput(_("This code is not valid. Ask for a new one in your account."))
    linked = get_link(channel, user)
    if linked is not None and linked.person_id != person.id:
        raise Refused(_("This channel is linked to another account. End that link first."))
    if linked is None:
        linked = _add_link(person, channel, user, context)
    _forget_code(person.id)
    return linked


def _add_link(
    person: Person, channel: IntakeChannel, user: str, context: RequestContext
) -> IntakeLink:
    with recorded(person, IntakeLinked, context) as act:
        if act.lock(channel).revoked_at is not None:
            raise Refused(_("This token was revoked already."))
        require(may_use_channels(act.lock(person)))
        link = IntakeLink(
            channel_id=channel.id,
            user_hash=keyed_hash(USER, user_message(channel, user)),
            person_id=person.id,
            linked_at=now(),
        )
        act.session.add(link)
        act.session.flush()
        act.about(link)
    return link


def _forget_code(person_id: int) -> None:
    with transient() as store:
        request = store.get(IntakeLinkCode, person_id)
        if request is not None:
            store.delete(request)


def unlink_channel(
    person: Person, link: IntakeLink, *, context: RequestContext = NO_REQUEST
) -> None:
    """End the link of a channel to the person's account."""
    with recorded(person, IntakeUnlinked, context) as act:
        if act.lock(link).person_id != person.id:
            raise Refused(_("This is not your channel."), RefusalKind.PERSON)
        act.about(link)
        act.session.delete(link)


def linked_person(channel: IntakeChannel, user: str, scope: IntakeScope) -> Person:
    """Return the account through which a person of a channel acts.

    Raises Refused for a channel that may not enter this, and for a person who is not linked.
    """
    if scope not in channel.scopes:
        raise Refused(_("This channel may not enter this."), RefusalKind.ROLE)
    link = get_link(channel, user)
    person = link.person if link is not None else None
    if person is None:
        raise Refused(_("Link this channel to an account first."), RefusalKind.PERSON)
    require(may_use_channels(person))
    return person
