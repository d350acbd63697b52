"""Translate what commands and start-up print, into the language of the terminal."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

CATALOG = Path(__file__).resolve().parents[1] / "translations" / "id" / "site.po"


def terminal_language(environ: Mapping[str, str] = os.environ) -> str:
    """Return the language of the terminal: id for an Indonesian locale, else en."""
    locale = next(filter(None, map(environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "id" if locale.lower().startswith("id") else "en"


def translate(message: str, **values: object) -> str:
    """Return a message in the language of the terminal, with these values in it."""
    translated = _catalog().get(message, message) if terminal_language() == "id" else message
    return translated % values


@cache
def _catalog() -> dict[str, str]:
    """Return the messages that have a translation; read when the first one is printed."""
    with CATALOG.open("rb") as file:
        messages = read_po(file, locale="id")
    return {str(message.id): str(message.string) for message in messages if message.string}
