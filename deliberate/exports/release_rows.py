"""Comparison of the rows of a release with the log: none missing, none other, grouped alike.

Only an installation with its database can do this: the log's actors name people to it, and the
pseudonyms of a release are made with a secret. The result names nobody.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deliberate.citivoice import KINDS_OF_EVERY_PROCESS
from deliberate.models import Interaction, Position
from deliberate.sealing.verifier import leaf_hash, public_half, read_events
from deliberate.vocabulary import Visibility
from deliberate.vocabulary.events import kinds_with

EVENT_FILES = ("events.parquet", "events.csv", "events.jsonl")
PUBLIC_KINDS = frozenset(kinds_with(Visibility.PUBLIC))
KINDS_OF_EVERY_PROCESS_AT_FIRST = ("account.reclassified", "group.declared")
"""Those of the releases whose manifest does not name its format."""
ROWS_PER_QUERY = 5000
ReleaseRow = dict[str, Any]
SealedRow = Any
"""Position, kind, actor and leaf of a row of the log."""


def compare_release_rows(
    session: Session, folder: Path, process_id: int, manifest: dict[str, Any]
) -> Iterator[str]:
    """Yield in what the rows of a release differ from the log up to its tree head, one a file."""
    size = int(manifest["log_head"]["size"])
    has_format = "format" in manifest
    everywhere = KINDS_OF_EVERY_PROCESS if has_format else KINDS_OF_EVERY_PROCESS_AT_FIRST
    for name in EVENT_FILES:
        if (folder / name).is_file():
            rows = _sealed_rows(session, process_id, size, everywhere)
            problem = _first_difference(_release_rows(folder / name), rows)
            if problem:
                yield f"{name}: {problem}"
    rows = _sealed_rows(session, process_id, size, everywhere)
    yield from _compare_withheld(rows, manifest["withheld"])


def _compare_withheld(rows: Iterable[SealedRow], stated: Mapping[str, int]) -> Iterator[str]:
    """Yield the kinds of which a manifest states another number of withheld rows than the log."""
    withheld = Counter(row.kind for row in rows if row.kind not in PUBLIC_KINDS)
    for kind in sorted(withheld.keys() | stated.keys()):
        count = stated.get(kind, 0)
        if withheld[kind] != count:
            yield f"manifest.json: withheld {kind}: {count}, the log has {withheld[kind]}"


def _first_difference(released: Iterator[ReleaseRow], sealed: Iterator[SealedRow]) -> str:
    """Return the first difference of a file from the public rows of the log, or an empty text."""
    pseudonyms: dict[str, str] = {}
    actors: dict[str, str] = {}
    for row in sealed:
        if row.kind not in PUBLIC_KINDS:
            continue
        found = next(released, None)
        if found is None or found["seq"] > row.seq:
            return f"entry {row.seq} of the log is missing"
        if found["seq"] < row.seq:
            return f"entry {found['seq']} is no public act of the process, or is there twice"
        if leaf_hash(public_half(found), found["private_hash"]) != row.leaf:
            return f"entry {row.seq} of the log is another act"
        actor, pseudonym = row.actor_id or "", found["actor_id"] or ""
        if pseudonyms.setdefault(actor, pseudonym) != pseudonym:
            return f"entry {row.seq} has another pseudonym than earlier acts of its actor"
        if actors.setdefault(pseudonym, actor) != actor:
            return f"entry {row.seq} has the pseudonym of another actor"
    extra = next(released, None)
    return "" if extra is None else f"entry {extra['seq']} is no public act of the process"


def _sealed_rows(
    session: Session, process_id: int, size: int, everywhere: Collection[str]
) -> Iterator[SealedRow]:
    is_of_process = or_(Interaction.process_id == process_id, Interaction.kind.in_(everywhere))
    query = (
        select(Position.seq, Interaction.kind, Interaction.actor_id, Interaction.leaf)
        .join(Interaction, Interaction.id == Position.entry)
        .where(Position.seq < size, is_of_process)
        .order_by(Position.seq)
    )
    yield from session.execute(query.execution_options(yield_per=ROWS_PER_QUERY))


def _release_rows(file: Path) -> Iterator[ReleaseRow]:
    if file.suffix != ".parquet":
        yield from read_events(file)
        return
    with duckdb.connect(":memory:") as con:
        con.execute("SET threads = 1; SET enable_progress_bar = false")
        result = con.execute("SELECT * FROM read_parquet(?)", [str(file)])
        names = [column[0] for column in result.description]
        while rows := result.fetchmany(ROWS_PER_QUERY):
            yield from (dict(zip(names, row, strict=True)) for row in rows)
