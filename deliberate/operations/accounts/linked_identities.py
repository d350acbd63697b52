"""Signing in through another house, and linking an account to it; a role never comes from there."""

from flask_babel import lazy_gettext as _
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from deliberate.clock import now
from deliberate.models import LinkedIdentity, Person
from deliberate.operations.accounts.accounts import open_device
from deliberate.operations.accounts.identity_provider import Proven
from deliberate.operations.accounts.sign_in import CodeNeeded, InvalidCredentials
from deliberate.permissions.decision import Refused, is_signed_in, require
from deliberate.queries.accounts.linked_identities import get_person_by_public_id, link_of
from deliberate.queries.accounts.second_factor import factor_since
from deliberate.recording import Act, recorded
from deliberate.vocabulary import Kind, Role


def link_provider(person: Person, proven: Proven) -> None:
    """Let the other house open one's account from now on. Raises Refused where it opens another."""
    try:
        with recorded(person, Kind.PROVIDER_LINKED) as act:
            require(is_signed_in(act.locked(person)))
            if link_of(person) is not None or get_person_by_public_id(proven.mark) is not None:
                raise Refused(_("One of the two accounts is linked already."))
            link = LinkedIdentity(person_id=person.id, mark=proven.mark, linked_at=now())
            act.session.add(link)
            act.about(person)
            _verify(act, person, proven)
    except IntegrityError as error:  # the same account in two windows
        raise Refused(_("One of the two accounts is linked already.")) from error


def unlink_provider(person: Person) -> None:
    """Sign in by passphrase alone again; that one was verified stays."""
    with recorded(person, Kind.PROVIDER_UNLINKED) as act:
        require(is_signed_in(act.locked(person)))
        if link_of(person) is None:
            raise Refused(_("Your account is not linked."))
        act.session.execute(delete(LinkedIdentity).where(LinkedIdentity.person_id == person.id))
        act.about(person)


def sign_in_from_provider(
    proven: Proven, agent: str = "", leaving: str | None = None
) -> tuple[Person, str]:
    """Open the account that is linked. Raises WrongWords for none, and CodeNeeded."""
    person = get_person_by_public_id(proven.mark)
    if person is None or not person.is_active:
        raise InvalidCredentials
    if factor_since(person) is not None:
        raise CodeNeeded(person)
    with recorded(person, Kind.PERSON_SIGNED_IN) as act:
        act.about(act.locked(person))
        _verify(act, person, proven)
    return person, open_device(person, agent, leaving)


def _verify(act: Act, person: Person, proven: Proven) -> None:
    """The other house vouches for a resident; it takes nothing back, and gives no role."""
    if proven.is_verified and person.verified_at is None and person.role == Role.RESIDENT:
        person.verified_at = now()
        act.consequence(Kind.RESIDENT_VERIFIED, person, by="provider")
