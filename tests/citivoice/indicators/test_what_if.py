"""What replies would change equals scoring the log with these replies appended."""

from datetime import timedelta

import pytest

from deliberate.citivoice import Process, load_formulas, score
from deliberate.citivoice.indicators.what_if import with_replies
from tests.citivoice.log_rows import END, MONDAY, acclaimed, comment, exchanged, log_of

LATE = (END - MONDAY) / timedelta(hours=1) - 100
PROCESS = Process("test", as_of=END)


def unanswered(count):
    """Return arguments of people who have a thread each, which nobody answers."""
    return [
        comment(f"lonely{n}", f"u{n}", LATE - 50 + n / 10, proposal_id=f"P{n}")
        for n in range(count)
    ]


def replies(count, who="u59"):
    return [
        comment(f"reply{n}", who, LATE + n / 10, proposal_id=f"P{n}", parent_id=f"lonely{n}")
        for n in range(count)
    ]


def scored(rows):
    return score(log_of(rows), PROCESS)


@pytest.mark.parametrize("count", [1, 7, 12])
@pytest.mark.parametrize("who", ["u59", "somebody new"])
def test_score_with_replies_equals_scoring_them(count, who):
    rows = exchanged() + acclaimed(20) + unanswered(12)
    before, after = scored(rows), scored(rows + replies(count, who))
    replied = with_replies(before.to_dict(), load_formulas(), count)
    assert replied.replies == count
    assert replied.now == pytest.approx(before.criteria["DQ1"], abs=1e-9)
    assert replied.then == pytest.approx(after.criteria["DQ1"], abs=1e-9)
    assert replied.then > replied.now


def test_no_figure_without_enough_comments():
    document = scored(unanswered(12)).to_dict()
    assert with_replies(document, load_formulas(), 3) is None


@pytest.mark.parametrize("count", [0, 10_000])
def test_no_figure_for_more_arguments_than_wait(count):
    assert with_replies(scored(exchanged()).to_dict(), load_formulas(), count) is None
