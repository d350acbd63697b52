"""`deliberate log`: verify the sealed log, print tree heads and proofs, rotate the key."""

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from deliberate import sealing
from deliberate.commands.backups.archive import BackupError, unpack
from deliberate.commands.cli_errors import FAILED, INCOMPARABLE, fail
from deliberate.config import Settings
from deliberate.database import db
from deliberate.exports.release_comparison import ReleaseFault, compare_releases
from deliberate.models.log.detached import SegmentMissing, show_whole_log
from deliberate.operations.log import rotate_key
from deliberate.queries.log.page_comparison import compare_pages
from deliberate.queries.log.page_faults import PageFault
from deliberate.queries.log.receipts import get_public_receipt
from deliberate.queries.log.stored_documents import compare_documents
from deliberate.queries.releases.study_plans import list_counted_plans
from deliberate.queries.site.counter_check import CounterMismatch, find_counter_mismatches
from deliberate.sealing.detaching import (
    BackedUpLog,
    NotDetachable,
    attach_month,
    detach_month,
)
from deliberate.sealing.partitions import NotPartitionable, partition_log

ANSWERS = {0: "holds", FAILED: "does not hold", INCOMPARABLE: "cannot be compared"}
"""The three answers of a verification by exit code; verify.py gives the same."""
AnyFault = sealing.Fault | PageFault | CounterMismatch | ReleaseFault
command = AppGroup(
    "log", help="Verify the sealed log, print tree heads and proofs, rotate the key."
)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _published_head() -> sealing.ExportedTreeHead:
    """Return the newest published head: no other one leaves the platform."""
    return sealing.latest_published_head(db.session()) or fail(
        "no tree head has been published yet: the jobs publish the first one at the full hour",
        INCOMPARABLE,
    )


@command.command("verify")
@click.option(
    "--heads",
    type=click.Path(exists=True, dir_okay=False),
    help="Tree heads stored elsewhere, or a mail with one as it was saved.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the faults as JSON.")
def verify(heads: str | None, as_json: bool) -> None:
    """Recompute the whole log and compare pages with it.

    Exit code 0: it holds. 1: it does not hold. 2: no fault, but a head given with --heads cannot be
    compared, as it is of another log.

    Entries, heads, signatures and segments are recomputed; the texts, stances, decisions, supports,
    documents and counters that pages show are compared with their entries.

    For each registered study plan it says before how much of the data it was registered.

    With --heads the log is compared with tree heads stored elsewhere: one JSON object per line, or
    a mail to a witness as a mail program saved it. Only this detects a log that was cut together
    with its heads, or rewritten with the key.
    """
    split = sealing.split_external_heads(
        db.session(), read_heads(Path(heads)) if heads else [], _settings().base_url
    )
    head = sealing.latest_tree_head(db.session())
    size = head.size if head else 0
    faults = _find_faults(size, split.comparable, is_silent=as_json)
    plans = [plan.sentence for plan in list_counted_plans()]
    answer = ANSWERS[exit_code(faults, split.reasons)]
    if as_json:
        counts = {"entries": size, "heads_outside": len(split.comparable)}
        rows = list(map(_fault_row, faults))
        result = {"answer": answer, **counts, "faults": rows, "not_compared": split.reasons}
        click.echo(json.dumps({**result, "plans": plans}))
    else:
        lines = [*map(format_fault, faults)] or [_success_message(size, len(split.comparable))]
        unclear = [f"cannot be compared: {reason}" for reason in split.reasons]
        click.echo("\n".join([f"{answer}:", *lines, *unclear, *plans]))
    raise SystemExit(exit_code(faults, split.reasons))


def _find_faults(
    size: int, heads: Sequence[sealing.ExportedTreeHead], *, is_silent: bool
) -> list[AnyFault]:
    settings, session = _settings(), db.session()
    with click.progressbar(length=size, label="Entries", file=sys.stderr, hidden=is_silent) as bar:
        log_faults = sealing.verify_log(settings.log_path, heads, bar.update)
        try:
            show_whole_log(session, settings.log_path)
        except SegmentMissing as error:
            return [*log_faults, sealing.Fault(str(error), None, "")]
        return [
            *log_faults,
            *compare_pages(session),
            *compare_documents(session, settings.upload_path),
            *find_counter_mismatches(session),
            *compare_releases(session, settings.releases_path, settings.log_path),
        ]


def exit_code(faults: Sequence[object], reasons: Sequence[str]) -> int:
    """Return the code of an answer: a fault weighs more than a head that cannot be compared."""
    if faults:
        return FAILED
    return INCOMPARABLE if reasons else 0


def format_fault(fault: AnyFault) -> str:
    """Return a fault as one line: problem, position and time."""
    position = "" if fault.position is None else f", entry {fault.position}"
    since = f", changed after {_since(fault)}" if _since(fault) else ""
    return f"{fault.problem}{position}{since}"


def _fault_row(fault: AnyFault) -> dict[str, object]:
    """Return a fault as the JSON result has it."""
    since = _since(fault) or None
    return {"what": fault.problem, "where": fault.position, "since": since}


def _since(fault: AnyFault) -> str:
    return fault.since if isinstance(fault, sealing.Fault) else ""


def _success_message(size: int, external_heads: int) -> str:
    if external_heads:
        return f"{size} entries are unchanged and match {external_heads} external tree heads."
    return (
        f"{size} entries are unchanged. To detect a log that was rewritten or cut together with"
        " its tree heads, compare with heads stored elsewhere: --heads FILE."
    )


def read_heads(path: Path) -> list[sealing.ExportedTreeHead]:
    """Return the tree heads of a file or of a saved mail; exit if it has none."""
    from deliberate.sealing import verifier

    try:
        heads = [head for _place, head in verifier.parse_heads(path)]
    except verifier.IncomparableError as error:
        fail(f"cannot be compared: {error}", INCOMPARABLE)
    if not heads:
        fail(f"cannot be compared: {path}: no tree heads", INCOMPARABLE)
    return [
        sealing.ExportedTreeHead(head["body"], head["signature"], head["key"]) for head in heads
    ]


@command.command("head")
def head() -> None:
    """Print the newest published tree head as one line, as --heads reads it."""
    click.echo(json.dumps(_published_head().as_json()))


@command.command("prove")
@click.argument("entry", type=click.IntRange(min=0))
def prove(entry: int) -> None:
    """Print the proof that the entry at this position is in the log of the published head."""
    try:
        size = _published_head().fields["size"]
        _print_json(sealing.inclusion_proof(entry, size).as_json())
    except sealing.NotSealed as error:
        fail(str(error))


@command.command("receipt")
@click.argument("entry", type=click.IntRange(min=0))
def receipt(entry: int) -> None:
    """Print the receipt of the public act at this position, as verify.py reads it."""
    found = get_public_receipt(entry)
    if found is None:
        fail(f"entry {entry} is no public act")
    click.echo(found.code)


@command.command("consistency")
@click.argument("size1", type=click.IntRange(min=1))
@click.argument("size2", type=click.IntRange(min=1))
def consistency(size1: int, size2: int) -> None:
    """Print the proof that the log of SIZE1 entries is a prefix of the log of SIZE2."""
    try:
        path = sealing.consistency_proof(size1, size2)
    except sealing.NotSealed as error:
        fail(str(error))
    _print_json({"first": size1, "second": size2, "path": [part.hex() for part in path]})


@command.command("partition")
def partition() -> None:
    """Partition the log by month (PostgreSQL), and create the months ahead."""
    try:
        created = partition_log()
    except NotPartitionable as error:
        fail(str(error))
    click.echo(f"created: {', '.join(created) or 'nothing to do'}")


@command.command("detach")
@click.argument("name")
@click.option(
    "--backup",
    "backups",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A backup that has the month; give two of different times.",
)
def detach(name: str, backups: tuple[Path, ...]) -> None:
    """Let the private rows of a month leave the database (PostgreSQL); its segments have them.

    NAME is a partition, such as interaction_2026_04. Segments and backups are verified before.
    Public acts stay; everything else is read from the segments. The rows remain in the table
    NAME_detached until you drop it.
    """
    try:
        leaving = detach_month(name, _settings().log_path, [_read_backup(file) for file in backups])
    except (NotDetachable, BackupError) as error:
        fail(f"{name} stays: {error}")
    click.echo(f"{leaving} rows of {name} are read from the segments; drop {name}_detached")


@command.command("attach")
@click.argument("name")
def attach(name: str) -> None:
    """Put the rows of a detached month back into the database, from the table NAME_detached."""
    try:
        attach_month(name, _settings().log_path)
    except NotDetachable as error:
        fail(str(error))
    click.echo(f"{name} is whole again")


def _read_backup(file: Path) -> BackedUpLog:
    """Return what a backup has of the log; its hashes are verified. Raises BackupError."""
    with tempfile.TemporaryDirectory(dir=_settings().log_path.parent) as folder:
        manifest = unpack(file, Path(folder), lambda _bytes: None)
    prefix = "log/segments/"
    segments = {
        entry["name"].removeprefix(prefix): entry["sha256"]
        for entry in manifest["files"]
        if entry["name"].startswith(prefix)
    }
    return BackedUpLog(file.name, manifest["made_at"], manifest["log"]["entries"], segments)


@command.command("key")
@click.option("--rotate", is_flag=True, help="Replace the key by a new one; the old one is lost.")
def key(rotate: bool) -> None:
    """Print the public key of the tree heads."""
    if rotate:
        click.echo(rotate_key(None, _settings()))
    else:
        click.echo(sealing.public_key_hex(sealing.current_signing_key(_settings())))


@command.command("verifier", with_appcontext=False)
def verifier() -> None:
    """Print verify.py, the program with which anybody can verify the log."""
    click.echo(sealing.verifier_program(), nl=False)


def _print_json(value: Mapping[str, object]) -> None:
    click.echo(json.dumps(value, indent=1))
