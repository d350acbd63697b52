"""Import of ConvoKit corpora: a conversation is a proposal, its other utterances are the thread.

The first utterance of a conversation becomes the proposal; where the corpus lacks it, an empty
proposal takes its place. Texts without author and deleted texts are imported too.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deliberate.imports.columns import cell_text, required_timestamp, source_id
from deliberate.imports.profiles import Profile, ProposalColumns
from deliberate.imports.source import BadRow, Reject, Row, UnreadableSource, read_rows
from deliberate.imports.source_records import Author, SourceComment, SourceProposal
from deliberate.imports.table_reader import SourceData
from deliberate.imports.threads import StoredComment, ThreadBuilder
from deliberate.text import excerpt
from deliberate.vocabulary import AccountClass, Initiator, Role, Stance

UTTERANCES_FILE = "utterances.jsonl"
PROFILE = Profile(
    platform="convokit",
    label="A ConvoKit corpus: utterances.jsonl, conversations.json, speakers.json",
    title="ConvoKit",
    timezone="UTC",
    language="en",
    # Threads with authors and times; no official responses and no votes by person.
    carries=("DQ1", "DQ2", "DQ4", "DQ5", "SP1", "SP2", "IN3"),
    proposals=ProposalColumns(file=UTTERANCES_FILE, id="id", title="text", at="timestamp"),
)
UNKNOWN_SPEAKERS = {"", "nobody", "[deleted]", "None"}


def read_corpus(
    profile: Profile,
    path: Path,
    zone: ZoneInfo,
    _accounts: Path | None,
    stored: Mapping[str, StoredComment],
) -> SourceData:
    """Return the acts of a corpus folder; raises UnreadableSource before anything is written."""
    data = SourceData(profile, zone, {})
    conversations = _read_json_objects(path / "conversations.json")
    _read_json_objects(path / "speakers.json")
    rows = list(_utterances(data, path / UTTERANCES_FILE))
    starts = _proposals(data, rows, conversations)
    threads = _build_threads(rows, starts, stored)
    data.rejects += threads.place_comments()
    data.comments = len(threads.comments)
    data.acts += threads.comments.values()
    data.acts.sort(key=lambda act: act.sort_key)
    if not data.acts:
        raise UnreadableSource(f"{path}: no utterance of it can be imported")
    return data


def _build_threads(
    rows: Iterable[Row], starts: Mapping[str, datetime], stored: Mapping[str, StoredComment]
) -> ThreadBuilder:
    """Return the threads of all utterances but those that begin a conversation."""
    threads = ThreadBuilder(stored, starts)
    for row in rows:
        if _source_id(row, "id") != _conversation_id(row):
            _comment(threads, row, starts)
    return threads


def _read_json_objects(path: Path) -> dict[str, Any]:
    """Return one of the corpus's JSON files; both are required, else the download is incomplete."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableSource(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(f"{path}: not JSON, or an incomplete download") from error
    if not isinstance(content, dict):
        raise UnreadableSource(f"{path}: not a JSON object")
    return content


def _utterances(data: SourceData, path: Path) -> Iterator[Row]:
    seen: dict[str, int] = {}
    for row in read_rows(path, ",", set()):
        if isinstance(row, Reject):
            data.rejects.append(row)
            continue
        try:
            utterance_id = _source_id(row, "id", required=True)
            _timestamp(row)
            if utterance_id in seen:
                raise BadRow(f"{utterance_id} is a duplicate of line {seen[utterance_id]}")
        except BadRow as error:
            data.rejects.append(Reject(row.file, row.line, str(error), row.fields))
            continue
        seen[utterance_id] = row.line
        yield row


def _proposals(
    data: SourceData, rows: list[Row], conversations: Mapping[str, Any]
) -> dict[str, datetime]:
    """Add the first utterances as proposals; return the time of each."""
    starts: dict[str, datetime] = {}
    for row in sorted(rows, key=_timestamp):
        root = _conversation_id(row)
        if _source_id(row, "id") == root or root not in starts:
            starts[root] = min(starts.get(root, _timestamp(row)), _timestamp(row))
    first = {
        _source_id(row, "id"): row for row in rows if _source_id(row, "id") == _conversation_id(row)
    }
    for root, moment in starts.items():
        conversation = conversations.get(root)
        meta = conversation.get("meta", conversation) if isinstance(conversation, dict) else {}
        act = _proposal(root, moment, first.get(root), meta if isinstance(meta, dict) else {})
        act.set_sort_key(moment)
        data.acts.append(act)
    data.proposals = len(starts)
    return starts


def _proposal(
    root: str, moment: datetime, row: Row | None, meta: Mapping[str, Any]
) -> SourceProposal:
    text = cell_text(row, "text") if row else ""
    title = str(meta.get("title") or "") or excerpt(" ".join(text.split()), 120) or f"№ {root}"
    return SourceProposal(
        at=moment,
        proposal=root,
        author=_author(row) if row else None,
        title=title,
        body=text,
        markup="plain",
        initiator=Initiator.RESIDENT,
        decision=None,
        supports=0,
        topic=str(meta.get("topic") or ""),
        area=str(meta.get("area") or ""),
        url="",
        institutions=(),
    )


def _comment(threads: ThreadBuilder, row: Row, starts: Mapping[str, datetime]) -> None:
    root, parent = _conversation_id(row), _source_id(row, "reply-to") or _source_id(row, "reply_to")
    threads.add(
        SourceComment(
            at=max(_timestamp(row), starts[root]),
            proposal=root,
            author=_author(row),
            source_id=_source_id(row, "id"),
            parent="" if parent == root else parent,
            body=cell_text(row, "text"),
            markup="plain",
            stance=_stance(row),
        ),
        row,
    )


def _source_id(row: Row, column: str, *, required: bool = False) -> str:
    return source_id(row, column, required=required)


def _conversation_id(row: Row) -> str:
    """Return the conversation of an utterance; older corpora call the field `root`."""
    return _source_id(row, "conversation_id") or _source_id(row, "root") or _source_id(row, "id")


def _author(row: Row) -> Author | None:
    speaker = _source_id(row, "speaker") or _source_id(row, "user")
    if speaker in UNKNOWN_SPEAKERS:
        return None
    is_staff = cell_text(row, "meta.role") in {"staff", "moderator", "admin"}
    return Author(speaker, Role.STAFF if is_staff else Role.RESIDENT, AccountClass.PERSON)


def _stance(row: Row) -> int | None:
    value = cell_text(row, "meta.stance")
    return int(value) if value in {str(stance.value) for stance in Stance} else None


def _timestamp(row: Row) -> datetime:
    """Return the time of an utterance: seconds since 1970, or an ISO time."""
    value = cell_text(row, "timestamp")
    try:
        moment = datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        return required_timestamp(row, "timestamp", ZoneInfo("UTC"))
    if moment.year < 1990 or moment > datetime.now(UTC):
        raise BadRow(f"timestamp: {value[:40]!r} is not a time between 1990 and now")
    return moment
