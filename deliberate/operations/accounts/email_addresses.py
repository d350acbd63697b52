"""The e-mail address of an account: given, confirmed, and changed with a yes of both mailboxes."""

from contextlib import suppress

from flask_babel import lazy_gettext as _
from sqlalchemy import delete

from deliberate.clock import now
from deliberate.database import db, new_id, transient, unrecorded
from deliberate.models import AddressChange, Notice, Person
from deliberate.notifications.preferences import ADDRESS_GIVEN, ADDRESS_LEFT, ADDRESS_NEW
from deliberate.operations.accounts.verified_residents import verify_from_list
from deliberate.operations.notices.notices import tell_person
from deliberate.permissions.decision import Refused, is_signed_in, require
from deliberate.queries.notices.messages import address_change_of
from deliberate.recording import Act, recorded
from deliberate.text import clean_line
from deliberate.vocabulary import Kind


def ask_to_confirm(act: Act, person: Person) -> None:
    """Ask for a new address to be confirmed; until then nothing else is mailed to it."""
    person.email_confirmed_at = None
    if person.email:
        act.session.flush()
        tell_person(act, ADDRESS_GIVEN, person)


def change_email(person: Person, email: str) -> bool:
    """Give an e-mail address, or take it away; True where it holds at once.

    A confirmed one is left only when its own mailbox agrees, and the new one too: whoever sits at
    somebody's open browser cannot move the way back into the account to themselves.
    """
    given = clean_line(email) or None
    if person.email_confirmed_at is not None and given != person.email:
        _wish_for(person, given or "")
        return False
    with recorded(person, Kind.EMAIL_CHANGED) as act:
        require(is_signed_in(act.locked(person)))
        if person.email_confirmed_at is not None and given != person.email:
            raise Refused(_("Your present address was confirmed meanwhile. Try again."))
        if given != person.email:
            person.email = given
            ask_to_confirm(act, person)
        act.about(person, given=int(person.email is not None))
    _forget_change(person)
    return True


def _wish_for(person: Person, address: str) -> None:
    """Keep the other address until both mailboxes agree, and ask them."""
    change = AddressChange(person_id=person.id, address=address, asked_at=now())
    change.old_agreed = change.new_agreed = False
    with transient() as store:
        store.merge(change)
    kinds = (ADDRESS_LEFT, ADDRESS_NEW) if address else (ADDRESS_LEFT,)
    with unrecorded("mails that ask for a yes") as session:
        session.add_all(
            Notice(act=new_id(), kind=kind, person_id=person.id, told={}, written_at=now())
            for kind in kinds
        )


def confirm_address(person_id: int, address: str) -> bool:
    """Note that an address is its person's; no for one that was changed meanwhile."""
    person = db.session.get(Person, person_id)
    if person is None or person.is_erased:
        return False
    if person.email == address:
        return _confirm_present(person, address) and _look_on_lists(person)
    change = address_change_of(person)
    if change is None or change.address != address:
        return False
    return _agree(person, change, is_new=True)


def _confirm_present(person: Person, address: str) -> bool:
    with unrecorded("which mails somebody wants") as session:
        session.refresh(person, with_for_update={"of": Person})
        if person.email != address:
            return False
        person.email_confirmed_at = person.email_confirmed_at or now()
        return True


def _look_on_lists(person: Person) -> bool:
    """A confirmed address may be a resident's; of two that confirm it at once, one is."""
    with suppress(Refused):
        verify_from_list(person)
    return True


def leave_address(person_id: int, present: str, address: str) -> bool:
    """Let go of the present address for another one, or for none; no for a link grown old."""
    person = db.session.get(Person, person_id)
    if person is None or person.email != present:
        return False
    change = address_change_of(person)
    if change is None or change.address != address:
        return False
    return _agree(person, change, is_new=False)


def _agree(person: Person, change: AddressChange, *, is_new: bool) -> bool:
    with transient() as store:
        kept = store.get(AddressChange, person.id, with_for_update=True)
        if kept is None or kept.address != change.address:
            return False
        kept.new_agreed, kept.old_agreed = kept.new_agreed or is_new, kept.old_agreed or not is_new
        is_agreed = kept.old_agreed and (kept.new_agreed or not kept.address)
    if is_agreed:
        move_address(person, change.address)
    return True


def move_address(person: Person, address: str) -> None:
    """The other address holds from now on: both mailboxes agreed."""
    with recorded(person, Kind.EMAIL_CHANGED) as act:
        require(is_signed_in(act.locked(person)))
        person.email = address or None
        person.email_confirmed_at = now() if address else None
        act.about(person, given=int(bool(address)))
    _forget_change(person)
    _look_on_lists(person)


def _forget_change(person: Person) -> None:
    with transient() as store:
        store.execute(delete(AddressChange).where(AddressChange.person_id == person.id))
