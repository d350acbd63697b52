"""Verify a resident by a one-time code from an office."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, ResidentEntry
from deliberate.operations.accounts.verified_residents import verify_with_entry
from deliberate.operations.polls.ballots import hash_code
from deliberate.operations.site.rate_limits import RESIDENT_CODES, limit_attempts
from deliberate.permissions.accounts.verification import may_be_verified
from deliberate.permissions.decision import (
    InvalidInput,
    require,
)
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary.events.accounts import ResidentVerified


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
        act.about(person, by="code")
