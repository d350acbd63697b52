"""`deliberate mail`: take in a mail to the platform."""

import sys
import traceback
from email import message_from_bytes
from email.policy import default

import click
from flask.cli import with_appcontext

from deliberate.commands.cli_errors import fail
from deliberate.database import UNAVAILABLE_ERRORS
from deliberate.operations.notices.incoming_mail import accept_mail
from deliberate.operations.site.rate_limits import TooManyAttempts
from deliberate.permissions.decision import Refused

NO_PERMISSION, TEMPORARY_FAILURE = 77, 75
"""Exit codes (sysexits.h) by which a mail server returns a mail, or tries again later."""


@click.command("mail")
@click.argument("recipient")
@with_appcontext
def command(recipient: str) -> None:
    """Take in the mail on standard input to RECIPIENT: a failure report or a reply.

    A mail server pipes mails here: docs/operate-reference.md.
    """
    try:
        mail = message_from_bytes(sys.stdin.buffer.read(), policy=default)
        click.echo(accept_mail(mail, recipient))
    except Refused as refused:
        click.echo(str(refused.reason), err=True)
        sys.exit(NO_PERMISSION)
    except TooManyAttempts as error:
        click.echo(f"too many texts: again at {error.retry_at:%Y-%m-%d %H:%M} UTC", err=True)
        sys.exit(TEMPORARY_FAILURE)
    except UNAVAILABLE_ERRORS:
        click.echo("the database is not available", err=True)
        sys.exit(TEMPORARY_FAILURE)
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
        fail(f"mail: {type(error).__name__} in {place}")  # its message may contain the text
