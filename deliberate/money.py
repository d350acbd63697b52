"""Amounts of money of a process, in the currency of the country whose calendar it uses."""

from typing import Protocol

from babel.numbers import get_currency_symbol, get_territory_currencies
from flask_babel import format_decimal

SYMBOL_LOCALE = "id"
"""The locale of symbols in every language: it has "Rp" where English has "IDR"."""


class Payer(Protocol):
    """A process: what has the calendar of a country."""

    @property
    def calendar(self) -> str:
        """Return the code of the country, with that of its subdivision if it has one."""
        raise NotImplementedError


def currency_symbol(payer: Payer) -> str:
    """Return the symbol of the currency of a process, empty for a country without a known one."""
    currencies = get_territory_currencies(payer.calendar.partition("-")[0])
    return get_currency_symbol(currencies[0], locale=SYMBOL_LOCALE) if currencies else ""


def money(amount: int, payer: Payer) -> str:
    """Return an amount with its currency, its digits grouped as in the reader's language."""
    return f"{currency_symbol(payer)}\N{NO-BREAK SPACE}{format_decimal(amount)}".lstrip()
