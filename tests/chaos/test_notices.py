"""Jobs that deliver notices are killed: everybody gets each notice once."""

from tests.chaos.notices import kill_notices


def test_killed_fan_out_and_weekly_mails_reach_everybody_once(installation):
    outcome = kill_notices(installation, kills=4, followers=120)
    assert (outcome.kills, outcome.twice, outcome.missed) == (4, 0, 0)
    assert outcome.notices >= 5
