"""Errors of commands: one line on stderr and an exit code."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from deliberate.permissions.decision import Refused

FAILED, WRONG_USE = 1, 2
INCOMPARABLE = 2
"""Exit code of a verification that lacks what a comparison needs: no fault was found."""


def fail(reason: str, code: int = FAILED) -> NoReturn:
    """Print what is wrong in one line and exit."""
    click.echo(f"deliberate: {reason}", err=True)
    sys.exit(code)


@contextmanager
def fail_when_refused() -> Iterator[None]:
    """End the command with the reason of what an operation refuses. It is a decorator, too."""
    try:
        yield
    except Refused as refused:
        fail(str(refused.reason), WRONG_USE)
