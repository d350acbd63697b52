"""Sign in by passphrase; failed attempts are limited for each account and network."""

from collections.abc import Collection

from flask_babel import lazy_gettext as _

from deliberate.models import Person
from deliberate.operations.accounts.devices import create_device
from deliberate.operations.accounts.passphrases import authenticate
from deliberate.operations.site.rate_limits import SIGN_IN, limit_attempts
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.passphrase_policy import MIN_LENGTH
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from deliberate.queries.accounts.second_factor import second_factor_added_at
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary.events.accounts import PersonSignedIn


class InvalidCredentials(ValueError):
    """The sign-in name and passphrase do not match; which one is wrong is not disclosed."""


class SecondFactorRequired(Exception):
    """The passphrase is right, but the account has a second factor: no device exists yet."""

    def __init__(self, person: Person) -> None:
        super().__init__(person.id)
        self.person = person


def sign_in_by_passphrase(
    sign_in_name: str,
    passphrase: str,
    *,
    device_cookies: Collection[str] = (),
    agent: str = "",
    replaced_token: str | None = None,
    context: RequestContext = NO_REQUEST,
) -> tuple[Person, str]:
    """Sign a person in; return the account and the token of the new device.

    `device_cookies` are the cookies of accounts that signed in with this browser before. Raises
    InvalidCredentials, TooManyAttempts, SecondFactorRequired, and Refused for a passphrase that
    is too short without a second factor.
    """
    person = verify_passphrase(sign_in_name, passphrase, context.network, device_cookies)
    if second_factor_added_at(person) is not None:
        raise SecondFactorRequired(person)
    if len(passphrase) < MIN_LENGTH:  # chosen with a second factor that was removed since
        raise Refused(
            _(
                "This passphrase is too short without a second factor. Recover your account to "
                "choose another."
            )
        )
    with recorded(person, PersonSignedIn, context) as act:
        act.about(act.lock(person))
    return person, create_device(person, agent, replaced_token)


def verify_passphrase(
    sign_in_name: str, passphrase: str, network: str, device_cookies: Collection[str] = ()
) -> Person:
    """Return the account with this name and passphrase.

    Attempts are counted for the account in this network and for the network; a browser with the
    account's device cookie has attempts of its own, in any network. Raises InvalidCredentials and
    TooManyAttempts.
    """
    name = clean_line(sign_in_name).casefold()
    person = get_person_by_sign_in_name(name)
    if person is not None and person.device_cookie in device_cookies:
        attempt = limit_attempts(SIGN_IN, name, person.device_cookie)
    else:
        attempt = limit_attempts(SIGN_IN, name, network=network)
    with attempt:
        authenticated = authenticate(sign_in_name, passphrase)
        if authenticated is None:
            raise InvalidCredentials
    return authenticated
