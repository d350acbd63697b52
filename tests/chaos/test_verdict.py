"""The long run of `make chaos` names each missed limit and judges seconds unless told not to."""

from tests.chaos.__main__ import Verdict


def test_missed_limit_is_printed_and_noted(capsys):
    verdict = Verdict()
    verdict.at_most("lost", 1, 0)
    verdict.at_most("growth", 4.9, 5, " %")
    verdict.seconds("front page", 1.22, 1.0)
    assert verdict.missed == ["lost", "front page"]
    assert capsys.readouterr().out.splitlines() == [
        "lost: 1.00, limit 0.00: MISSED",
        "growth: 4.90 %, limit 5.00 %: ok",
        "front page: 1.22 s, limit 1.00 s: MISSED",
    ]


def test_seconds_are_not_judged_on_a_machine_with_other_work(capsys):
    verdict = Verdict(is_busy=True)
    verdict.seconds("front page", 1.22, 1.0)
    verdict.at_most("lost", 1, 0)
    assert verdict.missed == ["lost"]
    assert "not judged" in capsys.readouterr().out
