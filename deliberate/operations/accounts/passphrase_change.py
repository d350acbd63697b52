"""Change the passphrase of an account with the present one as proof."""

from deliberate.models import Person
from deliberate.operations.accounts.devices import end_devices
from deliberate.operations.accounts.passphrases import hash_passphrase
from deliberate.operations.accounts.sign_in import verify_passphrase
from deliberate.permissions.decision import Refused, is_signed_in, require
from deliberate.queries.accounts.passphrase_policy import passphrase_problem
from deliberate.queries.accounts.second_factor import second_factor_added_at
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary.events.accounts import PassphraseChanged


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
    names = (person.sign_in_name or "", person.display_name)
    has_factor = second_factor_added_at(person) is not None
    if problem := passphrase_problem(passphrase, *names, has_factor=has_factor):
        raise Refused(problem)
    hashed = hash_passphrase(passphrase)
    with recorded(person, PassphraseChanged, context) as act:
        require(is_signed_in(act.lock(person)))
        person.passphrase_hash = hashed
        act.about(person)
    end_devices(person, except_token=token)
