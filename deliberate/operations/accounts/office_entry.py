"""Entries at an office: accounts for people who have none, and the clerk who enters an act.

An entry is the person's own act, by the same operation as on the web. The context names the clerk:
the log then has the origin desk, the institution, and the clerk in a row that never leaves.
"""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from deliberate.clock import now
from deliberate.models import OfficeAccount, Person, Process, Proposal
from deliberate.models.accounts.office_account import PAPER_VALID_FOR
from deliberate.operations.accounts.devices import create_device, hash_token
from deliberate.operations.accounts.email_addresses import (
    request_email_confirmation,
    require_email_address,
)
from deliberate.operations.accounts.passphrases import hash_passphrase
from deliberate.operations.accounts.recovery_codes import new_recovery_code
from deliberate.operations.accounts.registration import (
    SIGN_IN_NAME,
    NameTaken,
    add_person,
    new_person,
    require_free_name,
)
from deliberate.operations.notices.notices import notify_person
from deliberate.operations.site.rate_limits import PAPER_CODES, limit_attempts
from deliberate.permissions.accounts.office_entry import is_clerk, may_claim, may_enter_for
from deliberate.permissions.decision import Refused, require
from deliberate.queries.accounts.office_entry import get_office_account
from deliberate.queries.accounts.passphrase_policy import passphrase_problem
from deliberate.recording import NO_REQUEST, Act, RequestContext, Subject, recorded
from deliberate.text import clean_line
from deliberate.vocabulary.events.accounts import AccountClaimed, EntryMade
from deliberate.vocabulary.notices import EntryMadeNotice

_CODE_CHECK_LENGTH = 4
"""How much of a printed code the clerk types from the paper."""


class UnknownPaper(ValueError):
    """No paper has this code, or it was used or has expired."""


def new_paper_code(clerk: Person, display_name: str) -> str:
    """Return the code for a paper that is printed before its account is opened.

    Nothing is saved, so that a page that never arrives leaves no account behind that nobody can
    reach. Raises NameTaken, and Refused.
    """
    require(is_clerk(clerk))
    new_person(None, display_name, None)
    return new_recovery_code()


def paper_valid_until() -> datetime:
    """Return until when a paper that is printed now is valid, without another visit."""
    return now() + PAPER_VALID_FOR


def is_code_printed(code: str, typed: str) -> bool:
    """Return whether the clerk typed the last characters of a code, or all of it."""
    typed_letters = _letters(typed)
    return len(typed_letters) >= _CODE_CHECK_LENGTH and _letters(code).endswith(typed_letters)


def open_office_account(
    clerk: Person,
    display_name: str,
    code: str,
    *,
    area: str = "",
    context: RequestContext = NO_REQUEST,
) -> OfficeAccount:
    """Open an account without sign-in name, for the person with the paper of this code.

    A paper opens one account, however often its page is sent. Raises NameTaken, and Refused.
    """
    require(is_clerk(clerk))
    if existing := get_office_account(hash_paper_code(code)):
        return existing
    person = new_person(None, display_name, None)
    person.area, person.language = clean_line(area), context.language
    account = OfficeAccount(
        person=person, institution_id=clerk.institution_id or 0, code_hash=hash_paper_code(code)
    )
    add_person(person, by=None, context=context, office_account=account)
    return account


def hash_paper_code(code: str) -> str:
    """Return the hash of the code on a paper, equal however it is typed."""
    letters = _letters(code)
    return hash_token(f"paper:{letters}") if letters else ""


def _letters(code: str) -> str:
    return "".join(letter for letter in code.lower() if letter.isalnum())


def find_by_paper(code: str, *, network: str) -> OfficeAccount:
    """Return the account of a paper. Raises UnknownPaper, and TooManyAttempts after guesses."""
    code_hash = hash_paper_code(code)
    with limit_attempts(PAPER_CODES, code_hash, network=network):
        account = get_office_account(code_hash)
        if account is None:
            raise UnknownPaper
    return account


def claim_account(
    code: str,
    sign_in_name: str,
    passphrase: str,
    *,
    display_name: str = "",
    email: str | None = None,
    agent: str = "",
    context: RequestContext = NO_REQUEST,
) -> tuple[Person, str]:
    """Take over an account with its paper, once; return the person and the token of a device.

    Another display name is for people whose name was given to an institution meanwhile. Raises
    UnknownPaper, NameTaken, TooManyAttempts, and Refused for a weak passphrase.
    """
    require_email_address(email)
    account = find_by_paper(code, network=context.network)
    person, name = account.person, clean_line(sign_in_name).casefold()
    public_name = clean_line(display_name) or person.display_name
    if problem := passphrase_problem(passphrase, name, public_name):
        raise Refused(problem)
    hashed = hash_passphrase(passphrase)
    try:
        with recorded(person, AccountClaimed, context) as act:
            act.lock(person)
            require(may_claim(act.lock(account)))
            is_renamed = public_name != person.display_name
            person.sign_in_name, person.passphrase_hash, person.email = name, hashed, email
            person.display_name = public_name
            require_free_name(act.session, person)
            account.claimed_at, account.code_hash = now(), ""
            request_email_confirmation(act, person)
            act.about(person, renamed=is_renamed)
    except IntegrityError as error:  # another account took the name at the same moment
        raise NameTaken(SIGN_IN_NAME) from error
    return person, create_device(person, agent)


def record_clerk(
    act: Act[...], context: RequestContext, person: Person, process: Process, subject: Subject
) -> None:
    """Log the clerk who enters an act of a person, and notify the person; nothing on the web.

    Called after about(). Raises Refused for a clerk whose institution has no part in the process.
    """
    clerk = context.clerk
    if clerk is None:
        return
    require(may_enter_for(act.lock(clerk), person, process))
    act.institution_id = clerk.institution_id
    act.consequence(EntryMade, subject, clerk=clerk.actor_id)
    notify_person(act, person, EntryMadeNotice(), _proposal_of(subject))
    paper = act.session.get(OfficeAccount, person.id)
    if paper is not None and paper.claimed_at is None:
        paper.valid_until = now() + PAPER_VALID_FOR


def _proposal_of(subject: Subject) -> Proposal | None:
    return subject if isinstance(subject, Proposal) else getattr(subject, "proposal", None)
