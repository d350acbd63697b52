"""E-mail addresses: confirm them, and change them with the consent of both mailboxes."""

from contextlib import suppress

from flask_babel import lazy_gettext as _
from sqlalchemy import delete

from deliberate.clock import now
from deliberate.database import db, new_id, transient, unrecorded
from deliberate.models import EmailChange, Notice, Person
from deliberate.operations.accounts.verified_residents import verify_from_list
from deliberate.operations.notices.failing_addresses import forget_failures
from deliberate.operations.notices.notices import notify_person
from deliberate.permissions.decision import InvalidInput, Refused, is_signed_in, require
from deliberate.queries.notices.failing_addresses import is_address_set_aside
from deliberate.queries.notices.messages import pending_email_change
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean_line, is_email_address
from deliberate.vocabulary.events.accounts import EmailChanged
from deliberate.vocabulary.notices import AddressGivenNotice, AddressLeftNotice, NewAddressNotice


def request_email_confirmation(act: Act[...], person: Person) -> None:
    """Ask for confirmation of a new address; until then nothing else is mailed to it."""
    person.email_confirmed_at = None
    act.session.flush()
    forget_failures(act.session, person)
    if person.email:
        notify_person(act, person, AddressGivenNotice())


def require_email_address(email: str | None) -> None:
    """Raise InvalidInput for an address to which no mail can be sent; None is no address."""
    if email is not None and not is_email_address(email):
        raise InvalidInput(_("An e-mail address looks like name@example.org."))


def change_email(person: Person, email: str, *, context: RequestContext = NO_REQUEST) -> bool:
    """Set or remove the e-mail address; return whether it applies at once.

    A confirmed address changes only after the old and the new mailbox have confirmed, so that an
    unattended browser is not enough to redirect account recovery.
    """
    new_email = clean_line(email) or None
    require_email_address(new_email)
    if person.email_confirmed_at is not None and new_email != person.email:
        _request_change(person, new_email or "")
        return False
    with recorded(person, EmailChanged, context) as act:
        require(is_signed_in(act.lock(person)))
        if person.email_confirmed_at is not None and new_email != person.email:
            raise Refused(_("Your present address was confirmed meanwhile. Try again."))
        if new_email != person.email or is_address_set_aside(person):
            person.email = new_email
            request_email_confirmation(act, person)
        act.about(person, given=person.email is not None)
    _delete_change(person)
    return True


def _request_change(person: Person, email: str) -> None:
    """Store the new address until both mailboxes confirm, and mail to both."""
    change = EmailChange(person_id=person.id, email=email, requested_at=now())
    change.old_confirmed = change.new_confirmed = False
    with transient() as store:
        store.merge(change)
    events = (AddressLeftNotice, NewAddressNotice) if email else (AddressLeftNotice,)
    with unrecorded("mails that ask for confirmation") as session:
        session.add_all(
            Notice(key=new_id(), kind=event.KIND, person_id=person.id, details={}, created_at=now())
            for event in events
        )


def confirm_email(person_id: int, email: str) -> bool:
    """Confirm the present or the requested address; return False if it changed meanwhile."""
    person = db.session.get(Person, person_id)
    if person is None or person.is_erased:
        return False
    if person.email == email:
        return _confirm_current(person, email) and _verify_if_listed(person)
    change = pending_email_change(person)
    if change is None or change.email != email:
        return False
    return _record_approval(person, change, is_new=True)


def _confirm_current(person: Person, email: str) -> bool:
    with unrecorded("confirmed e-mail address") as session:
        session.refresh(person, with_for_update={"of": Person})
        if person.email != email:
            return False
        person.email_confirmed_at = person.email_confirmed_at or now()
        return True


def _verify_if_listed(person: Person) -> bool:
    """Verify a resident whose confirmed address is on a list; return True in any case."""
    with suppress(Refused):  # another account used the entry at the same moment
        verify_from_list(person)
    return True


def approve_email_change(person_id: int, present: str, email: str) -> bool:
    """Approve a change as the present mailbox; return False if the link is out of date."""
    person = db.session.get(Person, person_id)
    if person is None or person.email != present:
        return False
    change = pending_email_change(person)
    if change is None or change.email != email:
        return False
    return _record_approval(person, change, is_new=False)


def _record_approval(person: Person, change: EmailChange, *, is_new: bool) -> bool:
    """Record the approval of one mailbox; apply the change once both have approved."""
    with transient() as store:
        row = store.get(EmailChange, person.id, with_for_update=True)
        if row is None or row.email != change.email:
            return False
        row.new_confirmed = row.new_confirmed or is_new
        row.old_confirmed = row.old_confirmed or not is_new
        is_approved = row.old_confirmed and (row.new_confirmed or not row.email)
    if is_approved:
        apply_email_change(person, change.email)
    return True


def apply_email_change(person: Person, email: str, *, context: RequestContext = NO_REQUEST) -> None:
    """Change the address after both mailboxes have approved."""
    with recorded(person, EmailChanged, context) as act:
        require(is_signed_in(act.lock(person)))
        person.email = email or None
        person.email_confirmed_at = now() if email else None
        act.about(person, given=bool(email))
    _delete_change(person)
    _verify_if_listed(person)


def _delete_change(person: Person) -> None:
    with transient() as store:
        store.execute(delete(EmailChange).where(EmailChange.person_id == person.id))
