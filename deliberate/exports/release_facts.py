"""Comparison of the fact files of a release with facts counted again from the log.

The log below the tree head of a release has all that its facts were counted from, private acts
too. Only facts of the current formulas are compared: other versions counted otherwise. How many
texts repeat one another is not compared: texts are not in the log, and may have been erased.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from deliberate import citivoice
from deliberate.exports.suppression import without_few_excluded, without_verified_alone
from deliberate.models import Process, SignedTreeHead
from deliberate.queries.log.sealed_log import load_process_log
from deliberate.queries.log.tree_heads import count_sealed_dates

SUPPRESSED = "group_facts"
"""The only table that may lack some of the rows to release: small groups are left out."""


def compare_release_facts(
    session: Session, folder: Path, log_path: Path, process: Process, manifest: dict[str, Any]
) -> Iterator[str]:
    """Yield each fact file of a release that does not follow from the rows of the log."""
    if manifest["formulas"] != citivoice.load_formulas().version:
        return
    size = int(manifest["log_head"]["size"])
    released = without_few_excluded(citivoice.Facts.read(folder / "facts"))
    log = load_process_log(log_path, process.id, below=size)
    stated = citivoice.process_from_facts(released)
    counted = citivoice.reduce(log, _scored_process(session, process, stated, size))
    counted = without_few_excluded(without_verified_alone(counted))
    for name in citivoice.differing_tables(counted, released):
        if name != SUPPRESSED or not _rows(released) <= _rows(counted):
            yield f"facts/{name}.csv: differs from what the log has"


def _scored_process(
    session: Session, process: Process, stated: citivoice.Process, size: int
) -> citivoice.Process:
    """Return what the log did not hold about the process when the release was built."""
    head = session.get(SignedTreeHead, size)
    dates = count_sealed_dates(process.id, size)
    return citivoice.Process(
        slug=process.slug,
        timezone=stated.timezone,
        process_id=str(process.id),
        log_size=size,
        log_root=head.root if head else None,
        sealed_at=head.made_at if head else None,
        sealed_late=dates.late,
        source_dated=dates.dated,
        texts=stated.texts,
        repeated_texts=stated.repeated_texts,
        population=stated.population,
        districts=stated.districts,
    )


def _rows(facts: citivoice.Facts) -> set[tuple[Any, ...]]:
    table = facts[SUPPRESSED]
    return set(zip(*(table[column].tolist() for column in sorted(table)), strict=True))
