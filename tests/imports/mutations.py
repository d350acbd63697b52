"""Mutated profiles and files: each is read, or refused in one line, never with another error.

python -m tests.imports.mutations [PROFILES] [FILES]
"""

import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from deliberate.imports import profiles
from deliberate.imports.formats.convokit import PROFILE as CONVOKIT
from deliberate.imports.formats.convokit import read_corpus
from deliberate.imports.formats.pabulib_files import opened_election
from deliberate.imports.formats.polis_files import read_conversation
from deliberate.imports.profiles import Profile
from deliberate.imports.report import report_lines
from deliberate.imports.source import UnreadableSource
from deliberate.imports.table_reader import SourceData, read_source

Reading = Callable[[], object]
PIECES = [
    *("", "\0", "\n", '"', "'", ";", ",", "[", "{", "}", "=", "\\", "é", "\ufeff", "\u200d", "-1"),
    *("1e9", "NaN", "null", "true", "9" * 40, "2024-13-01", "2024-02-30 25.61", "0001-01-01"),
    *("title/*", "a.b.c", "(", "((?:", "x|y?", "alien", "/proposals/1", "🏡", "\r", "\t", "1.0"),
]
CSV = {
    "p.csv": "id,title,created_at,author_id,body,votes,state\n"
    "1,Halte,2024-01-01 18.30,3,Atap,2,yes\n2,Taman,2024-01-02,4.0,Pohon,,no\n",
    "c.csv": "id,at,text,user,proposal,parent,side\n"
    "5,2024-01-02T00:00:00Z,Ya,3,1,,for\n6,2024-01-03,Tidak,4,1,5,against\n7,2024-01-03,x,4,2,,\n",
}
PROFILE = """platform = "mutan"
label = "x"
title = "x"
timezone = "Asia/Makassar"
language = "id"
carries = ["DQ1", "DQ3"]
[proposals]
file = "p.csv|p.json|p.jsonl"
id = "id"
title = "title"
at = "created_at"
author = "author_id"
body = ["body"]
supports = "votes?"
decision = { column = "state?", values = { yes = "accepted", no = "not_accepted" } }
[[proposals.leave_out]]
column = "state?"
values = ["test"]
name = "tests"
[comments]
file = "c.csv"
id = "id"
at = "at"
body = "text"
author = "user"
proposal = { column = "proposal", match = "([0-9]+)" }
parent = "parent"
stance = { column = "side", values = { for = 1, against = -1 } }
"""
UTTERANCES = [
    {
        "id": name,
        "conversation_id": conversation,
        "speaker": "u1",
        "reply_to": parent,
        "timestamp": 1546300800 + number,
        "text": "Kata.",
        "meta": {"stance": 1.0},
    }
    for number, (name, conversation, parent) in enumerate(
        [("x", "v", None), ("y", "v", "x"), ("z", None, "y"), ("a", "a", None)]
    )
]
POLIS = {
    "comments.csv": "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,"
    "comment-body\n1600000000000,x,0,5,1,0,1,Halte\n1600000001000,x,1,6,0,0,-1,Taman\n",
    "votes.csv": "timestamp,datetime,comment-id,voter-id,vote\n1600000100000,x,0,7,1\n",
    "participants-votes.csv": "participant,group-id,n-votes,0,1\n7,0,1,1,\n",
    "summary.csv": "topic,Jalan\nurl,https://example.org\n",
    "math.json": '{"base-clusters": {"id": [1], "members": [[7]]}, '
    '"group-clusters": [{"id": 0, "members": [1]}]}',
}

PABULIB = (
    "META\nkey;value\ndescription;Taman\nbudget;900\nvote_type;cumulative\n"
    "date_begin;01.06.2021\ndate_end;2.6.2021\nnum_votes;3\n"
    'PROJECTS\nproject_id;cost;score;name;selected\n1;600;7;Taman;1\n2;500;3;"Bangku; kayu";0\n'
    "VOTES\nvoter_id;age;vote;points\na;40;1,2;4,2\nb;;1;3\nc;20;2;1\n"
)


def mutate(rng: random.Random, content: bytes) -> bytes:
    """Return bytes with one to four small changes."""
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(content) + 1)
        end = min(len(content), start + rng.choice((0, 1, 3, 12)))
        piece = rng.choice(PIECES).encode() if rng.random() < 0.8 else rng.randbytes(2)
        if rng.random() < 0.2:
            other = rng.randrange(len(content) + 1)
            piece = content[other : other + 20]
        content = content[:start] + piece + content[end:]
    return content


def mutated_profiles(
    rng: random.Random, folder: Path, count: int
) -> Iterator[Callable[[], object]]:
    """Yield the reading of the same files by mutated profiles."""
    for name, content in CSV.items():
        (folder / name).write_text(content, encoding="utf-8")
    for _ in range(count):
        (folder / "own.toml").write_bytes(mutate(rng, PROFILE.encode()))
        yield lambda: _read(profiles.load_profile(folder / "own.toml"), folder)


def mutated_files(rng: random.Random, folder: Path, count: int) -> Iterator[Reading]:
    """Yield the reading of mutated tables, JSON files, corpora and conversations."""
    (folder / "own.toml").write_text(PROFILE, encoding="utf-8")
    own = profiles.load_profile(folder / "own.toml")
    utterances = "".join(json.dumps(entry) + "\n" for entry in UTTERANCES)
    corpus = {"utterances.jsonl": utterances, "conversations.json": "{}", "speakers.json": "{}"}
    rows = [dict(zip(*(line.split(",") for line in pair), strict=True)) for pair in _pairs()]
    documents = {"p.json": json.dumps(rows), "c.csv": CSV["c.csv"]}
    sets: list[tuple[dict[str, str], Callable[[Path], object]]] = [
        (CSV, lambda path: _read(own, path)),
        (documents, lambda path: _read(own, path)),
        (corpus, lambda path: read_corpus(CONVOKIT, path, ZoneInfo("UTC"), None, {})),
        (POLIS, read_conversation),
        ({"vote.pb": PABULIB}, _read_election),
    ]
    for number in range(count):
        files, read = sets[number % len(sets)]
        target = folder / str(number)
        target.mkdir()
        changed = rng.choice(list(files))
        for name, content in files.items():
            data = content.encode()
            (target / name).write_bytes(mutate(rng, data) if name == changed else data)
        yield partial(read, target)


def _pairs() -> list[tuple[str, str]]:
    header, *lines = CSV["p.csv"].splitlines()
    return [(header, line) for line in lines]


def _read(profile: Profile, path: Path) -> SourceData:
    data = read_source(profile, path, ZoneInfo(profile.timezone), None, {})
    report_lines(data.report)
    for file in data.report.files.values():
        if file.imported < 0 or (file.rows and not (file.columns or file.rejected)):
            raise AssertionError(f"the report of {file.file} does not add up: {file}")
    return data


def _read_election(path: Path) -> int:
    with opened_election(path, ZoneInfo("UTC")) as election:
        report_lines(election.report)
        ballots = sum(1 for _ballot in election.ballots())
        if ballots != election.ballot_count:
            raise AssertionError(f"{ballots} ballots where {election.ballot_count} were counted")
    return ballots


def outcome(read: Callable[[], object]) -> str:
    """Return how a reading ended; raises what is neither content nor a refusal in one line."""
    try:
        read()
    except UnreadableSource as error:
        if "\n" in str(error):
            raise AssertionError(f"more than one line: {error}") from error
        return "refused"
    return "read"


def run(seed: int, profile_count: int, file_count: int) -> Counter[str]:
    """Return how many mutants were read and refused."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        outcomes = Counter(map(outcome, mutated_profiles(rng, Path(first), profile_count)))
        return outcomes + Counter(map(outcome, mutated_files(rng, Path(second), file_count)))


if __name__ == "__main__":
    counts = [int(argument) for argument in sys.argv[1:]] or [2000, 5000]
    started = time.perf_counter()
    print(run(1, counts[0], counts[-1]), f"{time.perf_counter() - started:.0f} s")
