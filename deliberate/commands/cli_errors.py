"""Errors of commands: one line on stderr and an exit code."""

import sys
from typing import NoReturn

import click

FAILED, WRONG_USE = 1, 2
INCOMPARABLE = 2
"""Exit code of a verification that lacks what a comparison needs: no fault was found."""


def fail(reason: str, code: int = FAILED) -> NoReturn:
    """Print what is wrong in one line and exit."""
    click.echo(f"deliberate: {reason}", err=True)
    sys.exit(code)
