"""What people change of their account: name, area, consent to research, passphrase."""

from sqlalchemy.exc import IntegrityError

from deliberate.models import Person
from deliberate.operations.accounts.devices import end_devices
from deliberate.operations.accounts.passphrases import hash_passphrase, require_strong_passphrase
from deliberate.operations.accounts.registration import DISPLAY_NAME, NameTaken, require_free_name
from deliberate.operations.accounts.sign_in import verify_passphrase
from deliberate.permissions.accounts.profiles import may_change_area
from deliberate.permissions.decision import is_signed_in, require
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary.events.accounts import (
    ConsentChanged,
    PassphraseChanged,
    PersonMoved,
    PersonRenamed,
)


def rename_person(
    person: Person, display_name: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Change the display name, also on texts already written. Raises NameTaken."""
    try:
        with recorded(person, PersonRenamed, context) as act:
            require(is_signed_in(act.lock(person)))
            person.display_name = clean_line(display_name)
            require_free_name(act.session, person)
            act.about(person)
    except IntegrityError as error:  # another account took the name at the same moment
        raise NameTaken(DISPLAY_NAME) from error


def move_person(person: Person, area: str, *, context: RequestContext = NO_REQUEST) -> None:
    """Change the area a person lives in; an empty area removes it. Raises Refused."""
    with recorded(person, PersonMoved, context) as act:
        require(may_change_area(act.lock(person)))
        person.area = clean_line(area)
        act.about(person)


def change_consent(person: Person, research: bool, *, context: RequestContext = NO_REQUEST) -> None:
    """Grant or withdraw consent to research."""
    with recorded(person, ConsentChanged, context) as act:
        act.lock(person)
        person.research_consent = research
        act.about(person, research=research)


def change_passphrase(
    person: Person,
    present: str,
    passphrase: str,
    token: str = "",
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Change the passphrase; sign out every device except the one with the token.

    Raises InvalidCredentials and TooManyAttempts for the present passphrase, Refused for a weak
    new one.
    """
    verify_passphrase(person.sign_in_name or "", present, "", [person.device_cookie])
    require_strong_passphrase(person, passphrase)
    hashed = hash_passphrase(passphrase)
    with recorded(person, PassphraseChanged, context) as act:
        require(is_signed_in(act.lock(person)))
        person.passphrase_hash = hashed
        act.about(person)
    end_devices(person, except_token=token)
