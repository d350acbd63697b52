"""Test imports of votes on projects as Pabulib has them, and their export with the same figures."""

import gzip
import json
import zipfile
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from deliberate import sealing
from deliberate.commands import cli
from deliberate.database import db
from deliberate.exports.release_builder import build_release
from deliberate.imports.formats.pabulib_files import opened_election
from deliberate.imports.formats.pabulib_poll import ElectionRequest, import_election
from deliberate.imports.source import UnreadableSource
from deliberate.models import Ballot, Poll, Process, Proposal
from deliberate.operations.polls.ballots import cast_ballot
from deliberate.operations.polls.polls import PollRules
from deliberate.queries.log.page_comparison import compare_pages
from deliberate.queries.polls.results import count_ballots
from deliberate.queries.processes.processes import get_process
from deliberate.vocabulary import PollType
from tests import factories

ZONE = ZoneInfo("Europe/Warsaw")
META = """META
key;value
description;Budżet osiedla
country;Poland
unit;Wieś
instance;2021
num_projects;3
num_votes;5
budget;1000.00
vote_type;approval
rule;greedy
date_begin;01.06.2021
date_end;15.06.2021
"""
APPROVAL = """PROJECTS
project_id;cost;votes;name;category;target;selected
11;600;3;"Park; mały";zieleń,sport;children;1
12;500;2;Ławki;;;0
13;400.0;2;Oświetlenie;drogi;;1
"""
VOTES = """VOTES
voter_id;age;sex;vote
0;44;F;11,13
1;;M;11,12
2;;;12
3;;;11
4;;;13
"""


def write(folder, content, name="wies.pb"):
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def other(vote_type, projects, votes, budget="1000"):
    meta = META.replace("vote_type;approval", f"vote_type;{vote_type}").replace("1000.00", budget)
    return (
        f"{meta.replace('num_votes;5', f'num_votes;{votes.count(chr(10)) - 2}')}{projects}{votes}"
    )


KINDS = {
    "approval": META + APPROVAL + VOTES,
    "choose-1": other(
        "choose-1",
        APPROVAL.replace(";3;", ";2;").replace("500;2", "500;1").replace("400.0;2", "400;0"),
        "VOTES\nvoter_id;vote\na;11\nb;11\nc;12\n",
    ),
    "cumulative": other(
        "cumulative",
        APPROVAL.replace("votes;name", "score;name")
        .replace("600;3", "600;12")
        .replace("500;2", "500;7")
        .replace("400.0;2", "400;1"),
        "VOTES\nvoter_id;vote;points\na;11,12;8,2\nb;12,11,13;5,4,1\n",
    ),
    "ordinal": other(
        "ordinal",
        APPROVAL.replace("600;3", "600;2").replace("500;2", "500;3").replace("400.0;2", "400;1"),
        "VOTES\nvoter_id;vote\na;12,11\nb;12,13,11\nc;12\n",
    ),
}


def run(path, slug="wies", zone=ZONE, **options):
    with opened_election(path, zone) as election:
        summary = import_election(election, ElectionRequest(slug, "CC0-1.0", **options))
    db.session.expire_all()
    return election, summary


def figures(poll):
    """Return what was counted, by the ids of the source."""
    tally = count_ballots(poll)
    names = {option.id: option.source_id for option in poll.options}
    return {
        "ballots": tally.ballots,
        "votes": {names[n]: votes for n, votes in tally.votes.items()},
        "distribution": {names[n]: row for n, row in tally.distribution.items()},
        "pairwise": {(names[a], names[b]): n for (a, b), n in tally.pairwise.items()},
        "funded": {names[n] for n in tally.funded},
        "spent": tally.spent,
        "not sure": tally.passes,
    }


def test_pabulib_vote_is_a_poll_with_proposals_and_one_act_a_ballot(app, tmp_path, log):
    _election, summary = run(write(tmp_path, KINDS["approval"]))
    poll = db.session.get_one(Poll, summary.poll)
    assert Counter(entry.kind for entry in log()) == {
        "process.imported": 1,
        "proposal.submitted": 3,
        "poll.opened": 1,
        "ballot.cast": 5,
    }
    assert figures(poll) | {"distribution": {}} == {
        "ballots": 5,
        "votes": {"11": 3, "12": 2, "13": 2},
        "distribution": {},
        "pairwise": {},
        "funded": {"11", "13"},
        "spent": 1000,
        "not sure": 0,
    }
    assert (poll.amount, poll.ballot_count, summary.differences) == (1000, 5, [])
    proposals = db.session.scalars(select(Proposal).order_by(Proposal.id)).all()
    assert [(p.title, p.topic, p.support_count, p.decision) for p in proposals] == [
        ("Park; mały", "zieleń", 3, "accepted"),
        ("Ławki", "", 2, "not_accepted"),
        ("Oświetlenie", "drogi", 2, "accepted"),
    ]
    assert {p.author_id for p in proposals} == {None}
    opened = poll.opens_at.astimezone(ZONE), poll.closes_at.astimezone(ZONE)
    assert [t.strftime("%d.%m %H") for t in opened] == ["01.06 00", "16.06 00"]


def test_pabulib_columns_and_keys_that_nothing_reads_are_named(app, tmp_path):
    election, _summary = run(write(tmp_path, KINDS["approval"]))
    unread = {f.section: f.unread_columns for f in election.report.files.values()}
    assert unread == {
        "META": ["country", "unit", "rule"],
        "PROJECTS": ["target"],
        "VOTES": ["age", "sex"],
    }
    notes = {n for f in election.report.files.values() for n in f.notes}
    assert notes == {"category has several: the first is read"}


@pytest.mark.parametrize(
    ("kind", "poll_type", "votes"),
    [
        ("choose-1", "single", {"11": 2, "12": 1, "13": 0}),
        ("cumulative", "score", {"11": 12, "12": 7, "13": 1}),
        ("ordinal", "ranked", {"11": 1, "12": 6, "13": 1}),
    ],
)
def test_pabulib_ballots_of_each_type_are_counted(app, tmp_path, kind, poll_type, votes):
    _election, summary = run(write(tmp_path, KINDS[kind]))
    poll = db.session.get_one(Poll, summary.poll)
    assert (poll.type, figures(poll)["votes"]) == (poll_type, votes)
    assert summary.differences == []


@pytest.mark.parametrize("kind", KINDS)
def test_pabulib_vote_round_trips_through_a_release(app, tmp_path, kind):
    _election, summary = run(write(tmp_path, KINDS[kind]))
    first = figures(db.session.get_one(Poll, summary.poll))
    sealing.seal_log(app.config["SETTINGS"])
    build_release(get_process("wies"), tmp_path / "r", formats=["pabulib"])
    (exported,) = (tmp_path / "r" / "pabulib").iterdir()
    _again, second = run(exported, "lagi")
    poll = db.session.get_one(Poll, second.poll)
    assert figures(poll) == first
    assert second.differences == []
    assert poll.closes_at == db.session.get_one(Poll, summary.poll).closes_at
    assert [o.label for o in poll.options] == [
        o.label for o in db.session.get_one(Poll, summary.poll).options
    ]


def test_public_poll_held_here_round_trips_as_pabulib(app, tmp_path):
    process = factories.create_process()
    rules = PollRules(type=PollType.BUDGET, is_secret=False, amount=1000, costs=(600, 500, 400))
    poll = factories.create_poll(process, "Taman", "Bangku", "Lampu", rules=rules)
    taman, bangku, lampu = poll.options
    for chosen in ([taman, lampu], [taman], [bangku]):
        cast_ballot(factories.create_resident(), poll, [(option.id, 1) for option in chosen])
    factories.close_poll(poll)
    sealing.seal_log(app.config["SETTINGS"])
    build_release(process, tmp_path / "r", formats=["pabulib"])
    (exported,) = (tmp_path / "r" / "pabulib").iterdir()
    _election, summary = run(exported, "lagi", ZoneInfo(process.timezone))
    again = count_ballots(db.session.get_one(Poll, summary.poll))
    first = count_ballots(db.session.get_one(Poll, poll.id))
    # Tallies are in the order of the lot, which is another one for each poll.
    votes = [[n for _option, n in sorted(tally.votes.items())] for tally in (again, first)]
    assert votes == [[2, 1, 1]] * 2
    assert again.spent == first.spent and again.ballots == 3


def test_secret_poll_is_not_exported_as_pabulib(app, tmp_path):
    process = factories.create_process()
    poll = factories.create_poll(process, "Taman", "Bangku")
    cast_ballot(factories.create_resident(), poll, poll.options[0])
    factories.close_poll(poll)
    sealing.seal_log(app.config["SETTINGS"])
    build_release(process, tmp_path / "r", formats=["pabulib"])
    assert list((tmp_path / "r" / "pabulib").iterdir()) == []


def test_pabulib_ballot_without_a_project_is_not_sure(app, tmp_path):
    content = KINDS["approval"].replace("4;;;13", "4;;;")
    _election, summary = run(write(tmp_path, content))
    assert figures(db.session.get_one(Poll, summary.poll))["not sure"] == 1
    assert summary.differences == ["13"]


@pytest.mark.parametrize(
    ("before", "after", "line", "reason"),
    [
        ("2;;;12", "2;;;99", 23, "vote: '99' is no project of the file"),
        ("2;;;12", "1;;;12", 23, "voter_id: '1' is a duplicate"),
        ("2;;;12", "2;;;12,12", 23, "vote names a project twice"),
        ("2;;;12", ";;;12", 23, "voter_id: '' is not an id"),
        ("2;;;12", "2;;;12;4", 23, "5 fields where the header has 4"),
        ("12;500;", "12;x;", 17, "cost: 'x' is not a whole number"),
        ("12;500;", "12;500.5;", 17, "cost: '500.5' is not a whole number"),
        ("12;500;", "11;500;", 17, "project_id: '11' is a duplicate"),
    ],
)
def test_pabulib_bad_row_is_rejected_with_its_line(app, tmp_path, before, after, line, reason):
    path = write(tmp_path, KINDS["approval"].replace(before, after))
    with opened_election(path, ZONE) as election:
        first = election.rejects[0]
    assert (first.line, first.reason) == (line, reason)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("vote_type;approval", "vote_type;veto", "vote_type is 'veto'; read are approval"),
        ("vote_type;approval\n", "", "META: no column vote_type"),
        ("budget;1000.00", "budget;banyak", "budget: 'banyak' is not a whole number"),
        ("date_begin;01.06.2021", "date_begin;kemarin", "date_begin 'kemarin' is not a day"),
        ("date_begin;01.06.2021", "date_begin;31.06.2021", "date_begin '31.06.2021' is no day"),
        ("date_end;15.06.2021", "date_end;15.05.2021", "date_end is before date_begin"),
        ("date_end;15.06.2021", "date_end;15.06.2999", "the vote ends in the future"),
        ("\nVOTES\n", "\nBALLOTS\n", "no section VOTES"),
        ("voter_id;age;sex;vote", "voter;age;sex;vote", "VOTES: no column voter_id"),
        ("voter_id;age;sex;vote", "voter_id;age;age;vote", "the column age is there twice"),
    ],
)
def test_pabulib_file_that_cannot_be_read_leaves_nothing(app, tmp_path, before, after, message):
    assert before in KINDS["approval"]
    path = write(tmp_path, KINDS["approval"].replace(before, after))
    with pytest.raises(UnreadableSource, match=message):
        run(path)
    assert db.session.scalar(select(Process)) is None


def test_pabulib_year_alone_is_noted(app, tmp_path):
    content = KINDS["approval"].replace("01.06.2021", "2021").replace("15.06.2021", "2021")
    election, _summary = run(write(tmp_path, content))
    assert set(election.report.files["wies.pb", "META"].notes) == {
        "date_begin is a year: read as its first day",
        "date_end is a year: read as its last day",
    }


def test_pabulib_is_read_from_zip_and_gzip(app, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("folder/wies.PB", KINDS["approval"])
    (tmp_path / "b.pb.gz").write_bytes(gzip.compress(KINDS["approval"].encode()))
    assert run(tmp_path / "a.zip", "a")[1].ballots == 5
    assert run(tmp_path / "b.pb.gz", "b")[1].ballots == 5


def test_interrupted_pabulib_import_continues_without_duplicates(app, tmp_path, log, monkeypatch):
    monkeypatch.setattr("deliberate.imports.formats.pabulib_poll.MAX_BATCH_SIZE", 2)
    path = write(tmp_path, KINDS["approval"])

    def stop(_number):
        raise KeyboardInterrupt

    with opened_election(path, ZONE) as election, pytest.raises(KeyboardInterrupt):
        import_election(election, ElectionRequest("wies", "CC0-1.0"), stop)
    assert len(db.session.scalars(select(Ballot)).all()) == 2
    _election, summary = run(path)
    assert summary.acts == 3 and len(log()) == 10
    assert run(path)[1].acts == 0
    assert figures(db.session.get_one(Poll, summary.poll))["votes"] == {"11": 3, "12": 2, "13": 2}


def test_pabulib_command_reports_and_seals(app, tmp_path):
    path = write(tmp_path, KINDS["approval"].replace("num_votes;5", "num_votes;7"))
    arguments = ["import", "pabulib", str(path), "--process", "wies", "--licence", "CC0-1.0"]
    arguments += ["--timezone", "Europe/Warsaw", "--json"]
    result = app.test_cli_runner().invoke(cli, arguments)
    assert result.exit_code == 0, result.stderr
    summary = json.loads(result.stdout)
    assert (summary["ballots"], summary["acts"], summary["type"]) == (5, 10, "budget")
    (notes,) = [f["notes"] for f in summary["files"] if f["section"] == "VOTES"]
    assert notes[0]["text"] == "num_votes is 7, the section has 5 rows"
    assert sealing.verify_log() == []
    assert list(compare_pages(db.session())) == []


def test_pabulib_command_without_a_licence_is_refused(app, tmp_path):
    path = write(tmp_path, KINDS["approval"])
    result = app.test_cli_runner().invoke(cli, ["import", "pabulib", str(path), "--process", "w"])
    assert result.exit_code == 2 and "--licence" in result.stderr
