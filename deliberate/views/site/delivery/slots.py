"""Slots: places in a kept page that are filled for each signed-in reader.

A page with slots is made for a resident who does not exist, so it holds nobody's name, token or
text. The marks of slots contain a secret of the process: no text of a page can forge one.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from flask import g

from deliberate.queries.accounts.people import placeholder_resident

_MARK = f"slot-{secrets.token_hex(16)}-"


class Slot(StrEnum):
    """What differs between the pages of two readers."""

    ACCOUNT_MENU = "account-menu"
    OWNER = "owner"
    FORM_KEY = "form-key"
    CSRF_TOKEN = "csrf-token"  # noqa: S105  # the name of a place


_SLOT = re.compile(f"{_MARK}({'|'.join(Slot)});".encode())


@contextmanager
def slots_in_page() -> Iterator[None]:
    """Make the page of a resident who does not exist, with slots."""
    person = g.get("_login_user")
    g._login_user, g.has_slots = placeholder_resident(), True  # where Flask-Login reads it
    try:
        yield
    finally:
        g._login_user, g.has_slots = person, False


def slot_or(slot: Slot, value: Callable[[], str]) -> str:
    """Return the mark of a slot in a page with slots, else the value for the reader."""
    return f"{_MARK}{slot};" if g.get("has_slots") else value()


def fill(page: bytes, values: dict[Slot, Callable[[], str]]) -> bytes:
    """Return a page with the values of its reader; each slot asks for its value anew."""
    return _SLOT.sub(lambda match: values[Slot(match[1].decode())]().encode(), page)
