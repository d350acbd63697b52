"""Becoming a verified resident by a code from an office."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, ResidentEntry
from deliberate.operations.accounts.sign_in import counting_guesses
from deliberate.operations.accounts.verified_residents import take_entry
from deliberate.operations.polls.ballots import hash_code
from deliberate.permissions.accounts.verification import may_be_verified
from deliberate.permissions.decision import Refused, require
from deliberate.recording import recorded
from deliberate.vocabulary import Kind


def verify_by_code(person: Person, code: str) -> None:
    """Become a verified resident by a code from an office, which is used up.

    Raises Refused for a code that is none or was used, TooManyTries after many such.
    """
    with (
        counting_guesses("resident", person),
        recorded(person, Kind.RESIDENT_VERIFIED) as act,
    ):
        require(may_be_verified(act.locked(person)))
        entry = act.session.get(ResidentEntry, hash_code(code), with_for_update=True)
        if entry is None:
            raise Refused(_("This is no code of ours. Check every letter and number."))
        if entry.is_used:
            raise Refused(_("This code was used already; it counts once. Ask for another one."))
        take_entry(act, person, entry)
        act.about(person, by="code")
