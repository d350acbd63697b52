"""Telephone numbers for short texts: confirmed by a code, removed, set aside when unreachable."""

import hmac
import re

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import select, update

from deliberate.clock import now
from deliberate.database import db, new_id, transient, unrecorded
from deliberate.keys import keyed_hashes
from deliberate.models import Person, PhoneConfirmation, PhoneNumber
from deliberate.operations.site.rate_limits import (
    PHONE_CODE_TRIES,
    PHONE_CODES,
    count_attempt,
    limit_attempts,
)
from deliberate.permissions.decision import InvalidInput, Refused, is_signed_in, require
from deliberate.queries.notices.phone_numbers import pending_phone_number
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary.events.accounts import ChannelLinked, ChannelUnlinked
from deliberate.vocabulary.notices import Channel

MAX_FAILURES = 3
"""The number of texts that do not reach a number after which none is sent to it."""
CODE_DIGITS = 6
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{7,14}")


def international_number(written: str, country: str) -> str:
    """Return a number as it is written in a country in its international form (E.164).

    Raises InvalidInput.
    """
    digits = re.sub(r"[\s().\-/]", "", written)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = f"+{country}{digits[1:]}"
    elif digits.startswith(country):
        digits = f"+{digits}"
    if not _INTERNATIONAL.fullmatch(digits):
        raise InvalidInput(_("A number looks like 0812 3456 7890 or +62 812 3456 7890."))
    return digits


def request_phone_code(person: Person, written: str) -> None:
    """Have a code sent to a number, by which the person proves that it is theirs.

    Raises InvalidInput for what is no number, TooManyAttempts after a few codes.
    """
    number = international_number(written, current_app.config["SETTINGS"].phone_country)
    require(is_signed_in(person))
    count_attempt(PHONE_CODES, str(person.id))
    count_attempt(PHONE_CODES, "number", number)
    request = PhoneConfirmation(
        person_id=person.id, number=number, seed=new_id()[:32], requested_at=now()
    )
    request.sent_at, request.is_unreachable = None, False
    with transient() as store:
        store.merge(request)


def code_of(request: PhoneConfirmation) -> str:
    """Return the code of a request, which only the key ring and the seed give."""
    return _codes_of(request)[0]


def _codes_of(request: PhoneConfirmation) -> list[str]:
    """Return the codes of a request under every key; one sent earlier is under an earlier key."""
    message = f"phone code\n{request.person_id}\n{request.number}\n{request.seed}"
    numbers = [int(hashed[:16], 16) for hashed in keyed_hashes("phone code", message)]
    return [str(number % 10**CODE_DIGITS).zfill(CODE_DIGITS) for number in numbers]


def confirm_phone_number(
    person: Person, code: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Confirm the number to which a code was sent.

    Raises InvalidInput for another code, Refused if there is none, TooManyAttempts.
    """
    with limit_attempts(PHONE_CODE_TRIES, str(person.id)):
        request = pending_phone_number(person)
        if request is None:
            raise Refused(_("The code is no longer valid. Give your number again."))
        given = re.sub(r"\s", "", code)
        codes = [code.encode() for code in _codes_of(request)]
        if not any(hmac.compare_digest(given.encode(), code) for code in codes):
            raise InvalidInput(_("This is not the code of the text."))
    with recorded(person, ChannelLinked, context) as act:
        require(is_signed_in(act.lock(person)))
        act.session.merge(
            PhoneNumber(person_id=person.id, number=request.number, confirmed_at=now(), failures=0)
        )
        act.about(person, channel=Channel.PHONE)
    _forget_request(person.id)


def remove_phone_number(person: Person, *, context: RequestContext = NO_REQUEST) -> None:
    """Remove the telephone number of a person. Raises Refused if there is none."""
    with recorded(person, ChannelUnlinked, context) as act:
        phone = act.session.get(PhoneNumber, person.id, with_for_update=True)
        if phone is None:
            raise Refused(_("You gave no telephone number."))
        act.session.delete(phone)
        act.about(person, channel=Channel.PHONE)


def _forget_request(person_id: int) -> None:
    with transient() as store:
        request = store.get(PhoneConfirmation, person_id)
        if request is not None:
            store.delete(request)


def record_unreachable(person_id: int, number: str) -> None:
    """Count that a text did not reach a number; the last time sets it aside."""
    with unrecorded("failures of an address") as session:
        phone = session.get(PhoneNumber, person_id, with_for_update=True)
        if phone is None or phone.number != number:
            return
        phone.failures += 1
        if phone.failures >= MAX_FAILURES:
            phone.confirmed_at = None


def record_reached(number: str) -> None:
    """Forget the failures of a number that a text reached: only those in a row set it aside."""
    is_failing = (PhoneNumber.number == number) & (PhoneNumber.failures > 0)
    if db.session.scalar(select(PhoneNumber.person_id).where(is_failing).limit(1)) is None:
        return
    with unrecorded("failures of an address") as session:
        session.execute(update(PhoneNumber).where(is_failing).values(failures=0))
