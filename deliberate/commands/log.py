"""`deliberate log`: check the sealed log, prove entries, read heads, change the key."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from deliberate import sealing
from deliberate.commands.cli_errors import FAILED, WRONG_USE, fail
from deliberate.config import Settings
from deliberate.database import db
from deliberate.operations.log import rotate_key
from deliberate.sealing.heads import signed
from deliberate.sealing.parts import Fault

command = AppGroup("log", help="Check the sealed log, prove entries, read heads, change the key.")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _newest() -> sealing.SignedHead:
    head = sealing.latest_head(db.session())
    return signed(head) if head else fail("nothing is sealed yet")


@command.command("verify")
@click.option("--heads", type=click.Path(exists=True, dir_okay=False), help="Heads kept elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="The faults as JSON.")
def verify(heads: str | None, as_json: bool) -> None:
    """Recompute the whole log: entries, heads, signatures, segments. Exit code 1 on a fault.

    With --heads it is compared with heads kept elsewhere, one JSON object a line: only so a log
    cut together with its heads, or written anew with the key, is found.
    """
    outside = read_heads(Path(heads)) if heads else []
    head = sealing.latest_head(db.session())
    size = head.size if head else 0
    with click.progressbar(length=size, label="Entries", file=sys.stderr, hidden=as_json) as bar:
        faults = sealing.verify(_settings().log_path, outside, bar.update)
    if as_json:
        found = [{"what": f.what, "where": f.where, "since": f.since or None} for f in faults]
        click.echo(json.dumps({"entries": size, "heads_outside": len(outside), "faults": found}))
    else:
        click.echo("\n".join(map(fault_said, faults)) or _whole(size, len(outside)))
    if faults:
        raise SystemExit(FAILED)


def fault_said(fault: Fault) -> str:
    """A fault in one line: what, where, since when."""
    where = "" if fault.where is None else f", entry {fault.where}"
    return f"{fault.what}{where}" + (f", changed after {fault.since}" if fault.since else "")


def _whole(size: int, outside: int) -> str:
    if outside:
        return f"{size} entries are as they were sealed, and as {outside} heads kept elsewhere say."
    return (
        f"{size} entries are as they were sealed. Whether the log was written anew or cut with its"
        " heads, only heads kept elsewhere tell: --heads FILE."
    )


def read_heads(path: Path) -> list[sealing.SignedHead]:
    """The heads somebody kept, one JSON object a line; anything else ends the command."""
    heads = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            given = json.loads(line)
            head = sealing.SignedHead(given["body"], given["signature"], given["key"])
            if not isinstance(head.said["size"], int):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            fail(f"{path}, line {number}: no head of a log", WRONG_USE)
        heads.append(head)
    return heads or fail(f"{path}: no heads", WRONG_USE)


@command.command("head")
def head() -> None:
    """Show the newest head as others may keep it: one line, as --heads reads it."""
    click.echo(json.dumps(_newest().as_json()))


@command.command("prove")
@click.argument("entry", type=click.IntRange(min=0))
def prove(entry: int) -> None:
    """Show the proof that the entry with this number lies in the log."""
    try:
        _print(sealing.prove(entry).as_json())
    except sealing.NotSealed as error:
        fail(str(error))


@command.command("consistency")
@click.argument("size1", type=click.IntRange(min=1))
@click.argument("size2", type=click.IntRange(min=1))
def consistency(size1: int, size2: int) -> None:
    """Show the proof that the log of SIZE1 entries begins the log of SIZE2."""
    try:
        path = sealing.consistency(size1, size2)
    except sealing.NotSealed as error:
        fail(str(error))
    _print({"first": size1, "second": size2, "path": [part.hex() for part in path]})


@command.command("key")
@click.option("--rotate", is_flag=True, help="Hand over to a new key; the old one is gone then.")
def key(rotate: bool) -> None:
    """Show the public key that heads are checked with."""
    if rotate:
        click.echo(rotate_key(None, _settings()))
    else:
        click.echo(sealing.public_key(sealing.own_key(_settings())))


@command.command("verifier", with_appcontext=False)
def verifier() -> None:
    """Print the program with which anybody checks the log at home: verify.py."""
    click.echo(sealing.verifier_program(), nl=False)


def _print(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, indent=1))
