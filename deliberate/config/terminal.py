"""Translate what commands and start-up print, into the language of the terminal."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parents[1] / "translations" / "id"


def terminal_language(environ: Mapping[str, str] = os.environ) -> str:
    """Return the language of the terminal: id for an Indonesian locale, else en."""
    locale = next(filter(None, map(environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "id" if locale.lower().startswith("id") else "en"


def translate(message: str, **values: object) -> str:
    """Return a message in the language of the terminal, with these values in it."""
    translated = _in_indonesian(message) if terminal_language() == "id" else message
    return translated % values


def _in_indonesian(message: str) -> str:
    """Return a translated message: from the catalog of the site, or of another subject."""
    paths = sorted(FOLDER.glob("*.po"), key=lambda path: path.stem != "site")
    return next((text for path in paths if (text := _catalog(path).get(message))), message)


@cache
def _catalog(path: Path) -> dict[str, str]:
    """Return the translated messages of a catalog; read when the first one is printed."""
    with path.open("rb") as file:
        messages = read_po(file, locale="id")
    return {str(message.id): str(message.string) for message in messages if message.string}
