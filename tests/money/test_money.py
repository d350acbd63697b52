"""Amounts of money: the currency of the country, grouped as the reader's language does."""

import pytest
from flask_babel import force_locale

from deliberate.models import Process
from deliberate.money import currency_symbol, money


@pytest.mark.parametrize(
    ("calendar", "symbol"), [("ID", "Rp"), ("GB-ENG", "£"), ("DE", "€"), ("XX", "")]
)
def test_currency_is_that_of_the_country_of_the_calendar(calendar, symbol):
    assert currency_symbol(Process(calendar=calendar)) == symbol


@pytest.mark.parametrize(
    ("language", "calendar", "text"),
    [
        ("id", "ID", "Rp\N{NO-BREAK SPACE}1.500.000"),
        ("en", "ID", "Rp\N{NO-BREAK SPACE}1,500,000"),
        ("en", "XX", "1,500,000"),
    ],
)
def test_amount_is_grouped_by_language_and_carries_its_currency(app, language, calendar, text):
    with force_locale(language):
        assert money(1_500_000, Process(calendar=calendar)) == text
