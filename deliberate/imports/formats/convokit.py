"""Import of ConvoKit corpora: a conversation is a proposal, its other utterances are the thread.

The first utterance of a conversation becomes the proposal; where the corpus lacks it, an empty
proposal takes its place. Texts without author and deleted texts are imported too.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deliberate.imports.columns import cell_text, cell_value, required_timestamp, source_id
from deliberate.imports.files.packed import unpacked
from deliberate.imports.files.reading import Layout, find_files, read_rows
from deliberate.imports.profiles import Profile, ProposalColumns
from deliberate.imports.source import BadRow, Reject, Row, UnreadableSource, reject
from deliberate.imports.source_records import Author, SourceComment, SourceProposal, StoredComment
from deliberate.imports.table_reader import NOTHING_TO_READ, SourceData
from deliberate.imports.threads import ThreadBuilder
from deliberate.text import excerpt, has_visible_sign
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
COLUMNS = (
    *("id", "conversation_id", "root", "reply-to", "reply_to", "speaker", "user"),
    *("timestamp", "text", "meta.stance", "meta.role"),
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
    with unpacked(path) as folder:
        corpus = _corpus_folder(folder)
        conversations = _read_json_objects(corpus / "conversations.json")
        _read_json_objects(corpus / "speakers.json")
        (file,) = find_files(corpus, UTTERANCES_FILE)
        rows = {_source_id(row, "id"): row for row in _utterances(data, file)}
    conversation_ids = _conversation_ids(rows)
    first = _first_utterances(rows, conversation_ids)
    starts = _proposals(data, rows, conversation_ids, first, conversations)
    # A corpus may withhold every text, as that of an open release does: then none is blank.
    has_texts = any(has_visible_sign(cell_text(row, "text")) for row in rows.values())
    threads = ThreadBuilder(data.acts, stored, starts)
    for utterance_id, row in rows.items():
        conversation_id = conversation_ids[utterance_id]
        if first.get(conversation_id) != utterance_id:
            first_id = first.get(conversation_id, conversation_id)
            _comment(data, threads, row, conversation_id, first_id, has_texts=has_texts)
    data.rejects += threads.place_comments()
    data.comments = len(threads)
    data.report.count_rejects(data.rejects)
    return data


def _corpus_folder(folder: Path) -> Path:
    """Return the folder of the corpus: a ZIP of one has it inside."""
    inner = next(iter(sorted(folder.rglob(UTTERANCES_FILE))), None)
    return inner.parent if inner else folder


def _parent_id(row: Row) -> str:
    return _source_id(row, "reply-to") or _source_id(row, "reply_to")


def _conversation_ids(rows: Mapping[str, Row]) -> dict[str, str]:
    """Return the conversation of each utterance: its own, that of its parents, or its id.

    The walk goes up, each utterance once.
    """
    ids: dict[str, str] = {}
    for start in rows:
        chain: list[str] = []
        current = start
        while current in rows and current not in ids and current not in chain[-1:]:
            chain.append(current)
            row = rows[current]
            ids[current] = _stated_conversation(row)  # empty: a cycle of parents ends here
            if ids[current]:
                break
            current = _parent_id(row)
        found = ids.get(current) or chain[-1] if chain else ""
        ids |= dict.fromkeys(chain, found)
    return ids


def _stated_conversation(row: Row) -> str:
    """Return the conversation that an utterance states; older corpora call the field `root`."""
    return _source_id(row, "conversation_id") or _source_id(row, "root")


def _first_utterances(rows: Mapping[str, Row], conversations: Mapping[str, str]) -> dict[str, str]:
    """Return the utterance that begins each conversation: that of its id, else the earliest reply
    to nothing.
    """
    first: dict[str, str] = {}
    for utterance_id in sorted(rows, key=lambda name: (_timestamp(rows[name]), name)):
        conversation_id = conversations[utterance_id]
        if utterance_id == conversation_id:
            first[conversation_id] = utterance_id
        elif not _parent_id(rows[utterance_id]):
            first.setdefault(conversation_id, utterance_id)
    return first


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
    report = data.report.open(path.name, "")
    for row in read_rows(path, Layout(), set()):
        report.rows += 1
        if isinstance(row, Reject):
            data.rejects.append(row)
            continue
        data.report.see_columns(row, COLUMNS, is_table=False)
        try:
            utterance_id = _source_id(row, "id", required=True)
            _timestamp(row)
            _check_ids(row)
            if utterance_id in seen:
                raise BadRow(f"{utterance_id} is a duplicate of line {seen[utterance_id]}")
        except BadRow as error:
            data.rejects.append(reject(row, error))
            continue
        seen[utterance_id] = row.line
        yield row


def _check_ids(row: Row) -> None:
    """Raise BadRow for an id, text or stance that cannot be read."""
    for column in ("conversation_id", "root", "reply-to", "reply_to", "speaker", "user"):
        _source_id(row, column)
    cell_text(row, "text")
    _stance(row)


def _proposals(
    data: SourceData,
    rows: Mapping[str, Row],
    conversation_ids: Mapping[str, str],
    first: Mapping[str, str],
    conversations: Mapping[str, Any],
) -> dict[str, datetime]:
    """Add the first utterances as proposals; return the time of each."""
    starts: dict[str, datetime] = {}
    for utterance_id, row in sorted(rows.items(), key=lambda item: _timestamp(item[1])):
        conversation_id = conversation_ids[utterance_id]
        if first.get(conversation_id, utterance_id) == utterance_id:
            starts.setdefault(conversation_id, _timestamp(row))
    for root, moment in starts.items():
        conversation = conversations.get(root)
        meta = conversation.get("meta", conversation) if isinstance(conversation, dict) else {}
        beginning = rows[first[root]] if root in first else None
        act = _proposal(root, moment, beginning, meta if isinstance(meta, dict) else {})
        act.set_sort_key(moment)
        data.acts.add(act)
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


def _comment(
    data: SourceData,
    threads: ThreadBuilder,
    row: Row,
    conversation_id: str,
    first_id: str,
    *,
    has_texts: bool,
) -> None:
    parent, moment = _parent_id(row), _timestamp(row)
    text = cell_text(row, "text")
    if is_blank := has_texts and not has_visible_sign(text):
        data.report.note(row, NOTHING_TO_READ)
    threads.add(
        SourceComment(
            at=moment,
            proposal=conversation_id,
            author=_author(row),
            source_id=_source_id(row, "id"),
            parent="" if parent == first_id else parent,
            body=text,
            markup="plain",
            stance=_stance(row),
            is_blank=is_blank,
        ),
        row,
    )


def _source_id(row: Row, column: str, *, required: bool = False) -> str:
    return source_id(row, column, required=required)


def _author(row: Row) -> Author | None:
    speaker = _source_id(row, "speaker") or _source_id(row, "user")
    if speaker in UNKNOWN_SPEAKERS:
        return None
    is_staff = cell_text(row, "meta.role") in {"staff", "moderator", "admin"}
    return Author(speaker, Role.STAFF if is_staff else Role.RESIDENT, AccountClass.PERSON)


def _stance(row: Row) -> int | None:
    """Return the stance of an utterance; other corpora use the name for something else."""
    value = cell_value(row, "meta.stance")
    text = str(value).removesuffix(".0") if isinstance(value, str | int | float) else ""
    return int(text) if text in {str(stance.value) for stance in Stance} else None


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
