"""What people change about their own account: the name shown, e-mail, area, passphrase."""

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from deliberate.database import transient
from deliberate.models import Device, Person
from deliberate.operations.accounts.accounts import (
    DISPLAY_NAME,
    NameTaken,
    hash_passphrase,
    hash_token,
    refuse_taken_name,
)
from deliberate.operations.accounts.sign_in import prove
from deliberate.permissions.accounts.accounts import may_move_house
from deliberate.permissions.decision import Refused, is_signed_in, require
from deliberate.queries.accounts.second_factor import factor_since
from deliberate.queries.accounts.weak_passphrases import weakness
from deliberate.recording import recorded
from deliberate.text import clean_line
from deliberate.vocabulary import Kind


def rename_person(person: Person, display_name: str) -> None:
    """Stand beside one's texts under another name or alias. Raises NameTaken."""
    try:
        with recorded(person, Kind.PERSON_RENAMED) as act:
            require(is_signed_in(act.locked(person)))
            person.display_name = clean_line(display_name)
            refuse_taken_name(act.session, person)
            act.about(person)
    except IntegrityError as error:  # somebody else took the name in this very moment
        raise NameTaken(DISPLAY_NAME) from error


def move_person(person: Person, area: str) -> None:
    """Say in which area one lives; empty says no more."""
    with recorded(person, Kind.PERSON_MOVED) as act:
        require(may_move_house(act.locked(person)))
        person.area = clean_line(area)
        act.about(person)


def change_passphrase(person: Person, present: str, passphrase: str, device: str = "") -> None:
    """Choose a new passphrase; every device but the one this is done on is signed out.

    Raises WrongWords and TooManyTries for the present one, Refused for a new one that is weak.
    """
    prove(person.sign_in_name or "", present, "", [person.device_mark])
    names = (person.sign_in_name or "", person.display_name)
    if weak := weakness(passphrase, *names, has_factor=factor_since(person) is not None):
        raise Refused(weak)
    hashed = hash_passphrase(passphrase)
    with recorded(person, Kind.PASSPHRASE_CHANGED) as act:
        require(is_signed_in(act.locked(person)))
        person.passphrase_hash = hashed
        act.about(person)
    with transient() as store:
        others = delete(Device).where(Device.person_id == person.id)
        store.execute(others.where(Device.token_hash != hash_token(device)))
