"""Link an account to an identity of the provider, and sign in with it; it gives no role."""

from flask_babel import lazy_gettext as _
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from deliberate.clock import now
from deliberate.models import LinkedIdentity, Person
from deliberate.operations.accounts.devices import create_device
from deliberate.operations.accounts.identity_provider import ProvenIdentity
from deliberate.operations.accounts.sign_in import InvalidCredentials, SecondFactorRequired
from deliberate.permissions.decision import Refused, is_signed_in, require
from deliberate.queries.accounts.linked_identities import (
    get_linked_identity,
    get_person_by_subject_hashes,
)
from deliberate.queries.accounts.second_factor import second_factor_added_at
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.vocabulary import Role
from deliberate.vocabulary.events.accounts import (
    PersonSignedIn,
    ProviderLinked,
    ProviderUnlinked,
    ResidentVerified,
)


def link_provider(
    person: Person, identity: ProvenIdentity, *, context: RequestContext = NO_REQUEST
) -> None:
    """Link an identity to an account. Raises Refused if either is linked already."""
    try:
        with recorded(person, ProviderLinked, context) as act:
            require(is_signed_in(act.lock(person)))
            linked_person = get_person_by_subject_hashes(identity.hashes)
            if get_linked_identity(person) is not None or linked_person is not None:
                raise Refused(_("One of the two accounts is linked already."))
            act.session.add(
                LinkedIdentity(
                    person_id=person.id, subject_hash=identity.subject_hash, linked_at=now()
                )
            )
            act.about(person)
            _verify(act, person, identity)
    except IntegrityError as error:  # linked in two windows at the same moment
        raise Refused(_("One of the two accounts is linked already.")) from error


def unlink_provider(person: Person, *, context: RequestContext = NO_REQUEST) -> None:
    """Remove the link of an account; a verification stays. Raises Refused without a link."""
    with recorded(person, ProviderUnlinked, context) as act:
        require(is_signed_in(act.lock(person)))
        if get_linked_identity(person) is None:
            raise Refused(_("Your account is not linked."))
        act.session.execute(delete(LinkedIdentity).where(LinkedIdentity.person_id == person.id))
        act.about(person)


def sign_in_from_provider(
    identity: ProvenIdentity,
    agent: str = "",
    replaced_token: str | None = None,
    *,
    context: RequestContext = NO_REQUEST,
) -> tuple[Person, str]:
    """Sign in to the linked account; return it and the token of the new device.

    Raises InvalidCredentials if no active account is linked, and SecondFactorRequired.
    """
    person = get_person_by_subject_hashes(identity.hashes)
    if person is None or not person.is_active:
        raise InvalidCredentials
    if second_factor_added_at(person) is not None:
        raise SecondFactorRequired(person)
    with recorded(person, PersonSignedIn, context) as act:
        act.about(act.lock(person))
        _renew_hash(person, identity)
        _verify(act, person, identity)
    return person, create_device(person, agent, replaced_token)


def _renew_hash(person: Person, identity: ProvenIdentity) -> None:
    """Store the hash under the newest key, so that earlier keys can be removed in time."""
    link = get_linked_identity(person)
    if link is not None:
        link.subject_hash = identity.subject_hash


def _verify(act: Act[...], person: Person, identity: ProvenIdentity) -> None:
    """Verify a resident whose identity the provider verified; never end a verification."""
    if identity.is_verified and person.verified_at is None and person.role == Role.RESIDENT:
        person.verified_at = now()
        act.consequence(ResidentVerified, person, by="provider", account=person.actor_id or "")
