"""A secret poll with few ballots publishes its quorum and winner, and no figure."""

import pytest

from deliberate.database import db
from deliberate.exports.tables.polls_csv import write_polls
from deliberate.operations.polls.ballots import cast_ballot
from deliberate.operations.polls.polls import PollRules
from deliberate.queries.polls.results import count_ballots, get_public_tally
from deliberate.sealing import latest_tree_head, seal_log
from deliberate.vocabulary import PollType
from tests import factories
from tests.client import anonymous_client
from tests.exports.release_reader import csv_rows

REASON = "This secret poll has fewer than 10 ballots"


def closed_poll(ballots, *, proposal=None, **rules):
    process = proposal.process if proposal else factories.create_process()
    poll = factories.create_poll(process, proposal=proposal, quorum=2, rules=PollRules(**rules))
    for number in range(ballots):
        chosen = poll.options[1 if number else 0].id
        kept = [(chosen, 1)] if poll.type != PollType.STATEMENTS else [(chosen, -1)]
        cast_ballot(factories.create_resident(), poll, kept)
    factories.close_poll(poll)
    return poll


def test_page_of_a_small_secret_poll_names_the_winner_and_why_nothing_else(app, clock):
    poll = closed_poll(9)
    page = anonymous_client(app).get(f"/en/polls/{poll.id}").text
    assert REASON in page and "The quorum of 2 is reached." in page
    assert "In first place:" in page and "The numbers as a table" not in page
    assert "Shares are of" not in page
    figures = page.partition("Result</h2>")[2].partition("</section>")[0]
    assert "%" not in figures


def test_card_of_a_small_secret_poll_on_its_proposal_has_no_figures(app, clock):
    proposal = factories.create_proposal()
    closed_poll(5, proposal=proposal)
    page = anonymous_client(app).get(f"/en/proposals/{proposal.id}", follow_redirects=True).text
    assert REASON in page and "Shares are of" not in page


@pytest.mark.parametrize("ballots", [1, 2, 4])
def test_winner_that_tells_votes_is_nowhere(app, clock, tmp_path, ballots):
    poll = closed_poll(ballots)
    client = anonymous_client(app)
    page = client.get(f"/en/polls/{poll.id}").text
    assert "so only the quorum is published" in page and "In first place:" not in page
    assert "jadi hanya kuorumnya yang diumumkan" in client.get(f"/id/polls/{poll.id}").text
    tally = client.get(f"/polls/{poll.id}/tally.json").json
    assert "winners" not in tally and tally["places"] == tally["tables"] == []
    assert "winner" not in client.get(f"/polls/{poll.id}/result.csv").text
    recount = app.test_cli_runner().invoke(args=["poll", "recount", str(poll.id)])
    assert recount.exit_code == 0 and "winner: withheld" in recount.output
    seal_log(app.config["SETTINGS"])
    write_polls(tmp_path, poll.process, latest_tree_head(db.session).size)
    assert {r["table"] for r in csv_rows(tmp_path / "polls.csv")} == {"all"}


def test_budget_of_a_small_secret_poll_names_no_funded_project(app, clock):
    rules = PollRules(type=PollType.BUDGET, costs=(400, 600), amount=1000)
    poll = factories.create_poll(None, "Halte", "Taman", rules=rules)
    for _ in range(9):
        cast_ballot(factories.create_resident(), poll, [(poll.options[0].id, 1)])
    factories.close_poll(poll)
    assert (get_public_tally(poll).funded, get_public_tally(poll).spent) == ((), 0)


def test_winner_is_named_whether_or_not_all_agree(app, clock):
    poll = factories.create_poll()
    for _ in range(5):
        cast_ballot(factories.create_resident(), poll, poll.options[0])
    factories.close_poll(poll)
    assert get_public_tally(poll).winners == (poll.options[0].id,)


def test_files_of_a_small_secret_poll_have_the_winner_alone(app, clock):
    poll = closed_poll(9)
    client = anonymous_client(app)
    tally = client.get(f"/polls/{poll.id}/tally.json").json
    assert tally["tables"] == [] and tally["winners"] == [1] and tally["places"] == [[1]]
    assert tally["withheld_below"] == 10 and not tally.keys() & {"not_sure", "not_counted"}
    assert client.get(f"/polls/{poll.id}/result.csv").text.splitlines() == [
        "table,option,column,figure",
        "all,,ballots,9",
        "all,,withheld_below,10",
        "winner,Rute 2,,1",
    ]


def test_release_has_the_winner_of_a_small_secret_poll_alone(app, clock, tmp_path):
    poll = closed_poll(9)
    seal_log(app.config["SETTINGS"])
    write_polls(tmp_path, poll.process, latest_tree_head(db.session).size)
    rows = {
        (r["table"], r["option"], r["column"], r["figure"])
        for r in csv_rows(tmp_path / "polls.csv")
    }
    assert rows == {
        ("all", "", "ballots", "9"),
        ("all", "", "withheld_below", "10"),
        ("winner", "2", "", "1"),
    }


@pytest.mark.parametrize("type_", [PollType.STATEMENTS, PollType.MULTIPLE])
def test_small_secret_polls_of_other_types_have_no_figures(app, clock, type_):
    poll = closed_poll(5, type=type_)
    tally = get_public_tally(poll)
    figures = (tally.votes, tally.distribution, tally.pairwise, tally.rounds, tally.passes)
    assert not any(figures) and tally.ballots == 5
    assert bool(tally.winners) == (type_ == PollType.MULTIPLE)


@pytest.mark.parametrize(("ballots", "is_secret"), [(10, True), (3, False)])
def test_larger_and_public_polls_show_their_figures(app, clock, ballots, is_secret):
    poll = closed_poll(ballots, is_secret=is_secret)
    assert get_public_tally(poll) == count_ballots(poll)
    assert REASON not in anonymous_client(app).get(f"/en/polls/{poll.id}").text
