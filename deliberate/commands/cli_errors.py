"""How commands say that they could not: one line, and an exit code others can test."""

import sys
from typing import NoReturn

import click

FAILED, WRONG_USE = 1, 2


def fail(reason: str, code: int = FAILED) -> NoReturn:
    """Say in one line what is wrong and where, and stop."""
    click.echo(f"deliberate: {reason}", err=True)
    sys.exit(code)
