"""`deliberate keys`: the key ring, from which the keys of all purposes are derived."""

import json
from datetime import timedelta

import click
from flask.cli import AppGroup

from deliberate.clock import now
from deliberate.commands.cli_errors import fail
from deliberate.config.terminal import translate as _
from deliberate.keys import Key, add_key, current_ring
from deliberate.operations.site.key_rotation import (
    UNREADABLE,
    count_values_by_key,
    encrypt_again,
)

command = AppGroup("keys", help="List the keys of the ring, add a new one, encrypt again with it.")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the keys as JSON.")
def list_keys(as_json: bool) -> None:
    """List the keys, the one that writes first, with the number of values encrypted under each.

    Exit code 1 if a value is encrypted under a key that is not in the ring.
    """
    ring, counts = current_ring(), count_values_by_key()
    writer = ring.writer()
    rows = [_row(key, key == writer, counts[key.id]) for key in ring.all_keys()]
    if as_json:
        click.echo(json.dumps({"keys": rows, "unreadable": counts[UNREADABLE]}, indent=1))
    else:
        for row in rows:
            click.echo("  ".join(str(cell) for cell in row.values()))
    if counts[UNREADABLE]:
        fail(_("values under a key that is not in the ring: %(n)s", n=counts[UNREADABLE]))


def _row(key: Key, is_writer: bool, encrypted: int) -> dict[str, str | int]:
    starts = key.starts.isoformat() if key.starts else "–"
    return {
        "id": key.id,
        "starts": starts,
        "state": "writes" if is_writer else "reads",
        "encrypted": encrypted,
    }


@command.command("rotate")
@click.option(
    "--after",
    metavar="MINUTES",
    type=click.IntRange(0, 60 * 24 * 30),
    default=0,
    help="Write with it only then, so that other hosts can be given the file first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def rotate(after: int, as_json: bool) -> None:
    """Add a new key to the ring, and encrypt stored values again with it.

    The earlier keys go on reading: sessions, links and lists stay valid. Running processes read
    the file again by themselves.
    """
    ring = current_ring()
    try:
        key = add_key(ring.path, now() + timedelta(minutes=after))
    except OSError as error:
        fail(f"{ring.path}: {error.strerror}")
    changed = 0 if after else encrypt_again()
    if as_json:
        click.echo(json.dumps({"id": key.id, "path": str(ring.path), "encrypted_again": changed}))
    elif after:
        click.echo(_("key %(id)s writes later (minutes: %(n)s); then run:", id=key.id, n=after))
        click.echo("deliberate keys encrypt-again")
    else:
        click.echo(_("key %(id)s writes; values encrypted again: %(n)s", id=key.id, n=changed))


@command.command("encrypt-again")
def encrypt_stored_values() -> None:
    """Encrypt stored values that are under earlier keys with the one that writes."""
    click.echo(_("values encrypted again: %(n)s", n=encrypt_again()))
