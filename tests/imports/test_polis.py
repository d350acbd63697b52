"""Test imports of Polis conversations: every vote is logged, the last one counts."""

import csv
from collections import Counter

import pytest
from sqlalchemy import func, select

from deliberate.database import db
from deliberate.imports.formats.polis_files import read_conversation
from deliberate.imports.formats.polis_poll import import_conversation
from deliberate.imports.source import UnreadableSource
from deliberate.models import Ballot, Interaction, Option, Person, Poll
from deliberate.queries.polls.results import count_ballots
from tests import factories
from tests.citivoice.data.open_data import shared

CONVERSATIONS = (
    "polis_brexit-consensus",
    "polis_london.youth.policing",
    "polis_scoop-hivemind.ubi",
    "polis_vtaiwan.uberx",
)
FILES = {
    "summary.csv": "topic,Jalan mana dahulu?\nurl,https://example.org/abc\n",
    "comments.csv": (
        "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
        "1600001000000,,1,7,2,1,1,Trotoar dahulu\n"
        "1600001500000,,2,8,0,0,-1,Beli sekarang\n"
        '1600002000000,,3,7,1,1,0,"Bus gratis, juga malam"\n'
    ),
    "votes.csv": (
        "timestamp,datetime,comment-id,voter-id,vote\n"
        "1600004000000,,1,8,-1\n"
        "1600003000000,,1,8,1\n"
        "1600003500000,,3,8,-1\n"
        "1600003600000,,1,9,1\n"
        "1600003700000,,3,9,1\n"
        "1600003800000,,3,8,0\n"
    ),
    "participants-votes.csv": (
        "participant,xid,group-id,n-comments,n-votes,n-agree,n-disagree,1,3\n"
        "8,,0,0,2,0,1,-1,0\n"
        "9,,1,0,2,2,0,1,1\n"
    ),
}


@pytest.fixture
def folder(tmp_path):
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_polis_rows_are_all_logged_and_the_last_vote_counts(app, folder, log):
    summary = import_conversation(read_conversation(folder), "polis-kecil")
    kinds = Counter(entry.kind for entry in log())
    assert kinds == {
        "process.imported": 1,
        "poll.opened": 1,
        "statement.suggested": 3,
        "ballot.cast": 2,
        "ballot.changed": 4,
    }
    assert (summary.statements, summary.votes, summary.participants, summary.differences) == (
        3,
        6,
        2,
        0,
    )
    poll = db.session.scalar(select(Poll))
    first, _declined, third = poll.options
    tally = count_ballots(poll)
    assert tally.distribution == {first.id: (1, 1, 0), third.id: (1, 0, 1)}
    assert first.source_counts == {"agree": 2, "disagree": 1, "pass": 0}


def test_polis_rows_have_their_time_and_origin_but_no_vote(app, folder, log):
    import_conversation(read_conversation(folder), "polis-kecil")
    votes = [entry for entry in log() if entry.kind.startswith("ballot")]
    assert [entry.occurred_at.timestamp() for entry in votes] == [
        1_600_003_000,
        1_600_003_500,
        1_600_003_600,
        1_600_003_700,
        1_600_003_800,
        1_600_004_000,
    ]
    assert {entry.origin for entry in votes} == {"import"}
    assert all(entry.details == {} and entry.stance is None for entry in votes)


def test_polis_published_groups_are_stored(app, folder):
    import_conversation(read_conversation(folder), "polis-kecil")
    rows = db.session.execute(
        select(Person.source, Ballot.source_group).join(Person, Person.id == Ballot.person_id)
    )
    assert {row.source.rpartition(":")[2]: row.source_group for row in rows} == {"8": 0, "9": 1}


def test_polis_interrupted_import_continues_without_duplicates(app, folder, log, monkeypatch):
    monkeypatch.setattr("deliberate.imports.formats.polis_poll.MAX_BATCH_SIZE", 2)

    def stop(_number):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_conversation(read_conversation(folder), "polis-kecil", stop)
    rows_before = len(log())
    again = import_conversation(read_conversation(folder), "polis-kecil")
    assert (rows_before, again.acts, len(log())) == (4, 7, 7)
    assert import_conversation(read_conversation(folder), "polis-kecil").acts == 0
    poll = db.session.scalar(select(Poll))
    assert poll.ballot_count == count_ballots(poll).ballots == 2


def test_polis_invalid_rows_are_rejected_with_their_lines(app, folder):
    with (folder / "votes.csv").open("a") as votes:
        votes.write("1600003900000,,99,9,1\n1600003900000,,1,9,5\nx,,1,9,1\n1600003900000,,1\n")
    conversation = read_conversation(folder)
    assert [reject.line for reject in conversation.rejects] == [11, 8, 9, 10]
    assert len(conversation.votes()) == 6


def test_polis_invalid_files_are_refused(app, folder):
    (folder / "votes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UnreadableSource, match=r"votes\.csv: no column"):
        read_conversation(folder)
    process = factories.create_process()
    (folder / "votes.csv").write_text(FILES["votes.csv"])
    with pytest.raises(UnreadableSource, match="did not come from polis"):
        import_conversation(read_conversation(folder), process.slug)


def read_rows(name, file):
    with (shared(f"data/{name}") / file).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.data
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_polis_real_conversation_matches_the_published_figures(app, name):
    summary = import_conversation(read_conversation(shared(f"data/{name}")), "percakapan")
    poll = db.session.get_one(Poll, summary.poll)
    votes = read_rows(name, "votes.csv")
    cast = Interaction.kind.in_(["ballot.cast", "ballot.changed"])
    assert (summary.differences, len(summary.rejects)) == (0, 0)
    assert db.session.scalar(select(func.count(Interaction.id)).where(cast)) == len(votes)
    for comment in read_rows(name, "comments.csv"):
        option = db.session.scalar(
            select(Option).where(
                Option.poll_id == poll.id, Option.source_id == comment["comment-id"]
            )
        )
        assert option.source_counts["agree"] == int(comment["agrees"])
        assert option.source_counts["disagree"] == int(comment["disagrees"])
    assert stored_matrix(poll) == published_matrix(name)


def stored_matrix(poll):
    source_ids = {option.id: option.source_id for option in poll.options}
    rows = db.session.execute(
        select(Person.source, Ballot.choice, Ballot.source_group)
        .join(Person, Person.id == Ballot.person_id)
        .where(Ballot.poll_id == poll.id)
    )
    return {
        row.source.rpartition(":")[2]: (
            row.source_group,
            {source_ids[option]: view for option, view in row.choice},
        )
        for row in rows
    }


def published_matrix(name):
    return {
        row["participant"]: (
            int(row["group-id"]) if row["group-id"] else None,
            {column: int(v) for column, v in row.items() if column.isdigit() and v},
        )
        for row in read_rows(name, "participants-votes.csv")
    }
