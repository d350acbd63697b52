"""ConvoKit corpora: a conversation is a proposal, its other utterances are the thread below it.

The first utterance of a conversation becomes the proposal; where the corpus does not carry it, an
empty proposal stands in its place. Texts without an author, and what was deleted, stay.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deliberate.imports.columns import needed_moment, number_of, words
from deliberate.imports.profiles import Profile, ProposalColumns
from deliberate.imports.source import BadRow, Reject, Row, UnreadableSource, read_rows
from deliberate.imports.source_records import Author, FoundComment, FoundProposal
from deliberate.imports.table_reader import Reading
from deliberate.imports.threads import Stored, Threads
from deliberate.text import excerpt
from deliberate.vocabulary import AccountClass, Initiator, Role, Stance

FILE = "utterances.jsonl"
PROFILE = Profile(
    platform="convokit",
    label="A ConvoKit corpus: utterances.jsonl, conversations.json, speakers.json",
    title="ConvoKit",
    timezone="UTC",
    language="en",
    # Threads with their authors and times; no official answers, no votes by person.
    carries=("DQ1", "DQ2", "DQ4", "DQ5", "SP1", "SP2", "IN3"),
    proposals=ProposalColumns(file=FILE, id="id", title="text", at="timestamp"),
)
NOBODY = {"", "nobody", "[deleted]", "None"}


def read_corpus(
    profile: Profile,
    path: Path,
    zone: ZoneInfo,
    _accounts: Path | None,
    stored: Mapping[str, Stored],
) -> Reading:
    """Read a corpus folder; raises UnreadableSource before anything is in."""
    reading = Reading(profile, zone, {})
    about = _members(path / "conversations.json")
    _members(path / "speakers.json")
    rows = list(_utterances(reading, path / FILE))
    starts = _proposals(reading, rows, about)
    threads = Threads(stored, starts)
    for row in rows:
        if _name(row, "id") != _root(row):
            _comment(threads, row, starts)
    reading.rejects += threads.settle()
    reading.comments = len(threads.comments)
    reading.acts += threads.comments.values()
    reading.acts.sort(key=lambda act: act.turn)
    if not reading.acts:
        raise UnreadableSource(f"{path}: no utterance of it can be imported")
    return reading


def _members(path: Path) -> dict[str, Any]:
    """One of the corpus's JSON objects; both must be there, or it is half a download."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableSource(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(f"{path}: not JSON, perhaps half a download") from error
    if not isinstance(found, dict):
        raise UnreadableSource(f"{path}: no JSON object")
    return found


def _utterances(reading: Reading, path: Path) -> Iterator[Row]:
    seen: dict[str, int] = {}
    for row in read_rows(path, ",", set()):
        if isinstance(row, Reject):
            reading.rejects.append(row)
            continue
        try:
            number = _name(row, "id", needed=True)
            _moment(row)
            if number in seen:
                raise BadRow(f"{number} again, first on line {seen[number]}")
        except BadRow as error:
            reading.rejects.append(Reject(row.file, row.line, str(error), row.fields))
            continue
        seen[number] = row.line
        yield row


def _proposals(reading: Reading, rows: list[Row], about: Mapping[str, Any]) -> dict[str, datetime]:
    """Take the first utterances in as proposals; gives the moment of each."""
    starts: dict[str, datetime] = {}
    for row in sorted(rows, key=_moment):
        root = _root(row)
        if _name(row, "id") == root or root not in starts:
            starts[root] = min(starts.get(root, _moment(row)), _moment(row))
    first = {_name(row, "id"): row for row in rows if _name(row, "id") == _root(row)}
    for root, moment in starts.items():
        meta = about.get(root)
        told = meta.get("meta", meta) if isinstance(meta, dict) else {}
        act = _proposal(root, moment, first.get(root), told if isinstance(told, dict) else {})
        act.follow(moment)
        reading.acts.append(act)
    reading.proposals = len(starts)
    return starts


def _proposal(
    root: str, moment: datetime, row: Row | None, about: Mapping[str, Any]
) -> FoundProposal:
    text = words(row, "text") if row else ""
    title = str(about.get("title") or "") or excerpt(" ".join(text.split()), 120) or f"№ {root}"
    return FoundProposal(
        at=moment,
        proposal=root,
        author=_author(row) if row else None,
        title=title,
        body=text,
        markup="plain",
        initiator=Initiator.RESIDENT,
        decision=None,
        supports=0,
        topic=str(about.get("topic") or ""),
        area=str(about.get("area") or ""),
        url="",
        offices=(),
    )


def _comment(threads: Threads, row: Row, starts: Mapping[str, datetime]) -> None:
    root, parent = _root(row), _name(row, "reply-to") or _name(row, "reply_to")
    threads.add(
        FoundComment(
            at=max(_moment(row), starts[root]),
            proposal=root,
            author=_author(row),
            number=_name(row, "id"),
            parent="" if parent == root else parent,
            body=words(row, "text"),
            markup="plain",
            stance=_stance(row),
        ),
        row,
    )


def _name(row: Row, column: str, *, needed: bool = False) -> str:
    return number_of(row, column, needed=needed)


def _root(row: Row) -> str:
    """The conversation an utterance belongs to; corpora of older versions call it `root`."""
    return _name(row, "conversation_id") or _name(row, "root") or _name(row, "id")


def _author(row: Row) -> Author | None:
    speaker = _name(row, "speaker") or _name(row, "user")
    if speaker in NOBODY:
        return None
    is_staff = words(row, "meta.role") in {"staff", "moderator", "admin"}
    return Author(speaker, Role.STAFF if is_staff else Role.RESIDENT, AccountClass.PERSON)


def _stance(row: Row) -> int | None:
    said = words(row, "meta.stance")
    return int(said) if said in {str(stance.value) for stance in Stance} else None


def _moment(row: Row) -> datetime:
    """The time of an utterance: seconds since 1970, or a written time."""
    said = words(row, "timestamp")
    try:
        moment = datetime.fromtimestamp(float(said), UTC)
    except (ValueError, OverflowError, OSError):
        return needed_moment(row, "timestamp", ZoneInfo("UTC"))
    if moment.year < 1990 or moment > datetime.now(UTC):
        raise BadRow(f"timestamp: {said[:40]!r} is no time of the web")
    return moment
