"""Shares answered within a time: what scipy estimates, and exact halves."""

import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from deliberate.queries.responses.waiting_times import answered_shares

waits = st.lists(st.integers(1, 40), max_size=30)


@given(waits.filter(bool), waits)
def test_shares_are_the_estimate_of_scipy(answered, unanswered):
    data = scipy.stats.CensoredData(uncensored=answered, right=unanswered)
    curve = scipy.stats.ecdf(data).sf
    shares = answered_shares(answered, unanswered)
    assert [wait for wait, _share in shares] == sorted(set(answered))
    for wait, share in shares:
        assert share == pytest.approx(1 - float(curve.evaluate(wait)), abs=1e-9)


@pytest.mark.parametrize("half", range(1, 40))
def test_half_of_the_cases_is_exactly_a_half(half):
    shares = answered_shares(range(half), [half] * half)
    assert shares[-1] == (half - 1, 0.5)


def test_nothing_is_answered_without_answers():
    assert answered_shares([], [3, 4]) == []
