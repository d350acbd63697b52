"""Errors of a field that proves who uses the account: a passphrase or a code."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from deliberate.operations.accounts.sign_in import InvalidCredentials
from deliberate.operations.site.rate_limits import TooManyAttempts
from deliberate.permissions.decision import Refused
from deliberate.views.site.rate_limits import refuse_attempt

if TYPE_CHECKING:
    from wtforms import Field


@contextmanager
def credential_errors(
    field: "Field", message: str = "", refusal_field: "Field | None" = None
) -> Iterator[None]:
    """Turn wrong credentials, too many attempts and refusals inside the block into field errors.

    `message` replaces the message for a wrong passphrase; a refusal is shown at `refusal_field`,
    or at the same field where there is none.
    """
    try:
        yield
    except InvalidCredentials:
        field.errors = [message or _("This is not your present passphrase.")]
    except TooManyAttempts as error:
        refuse_attempt(field, error)
    except Refused as error:
        (refusal_field or field).errors = [str(error.reason)]
