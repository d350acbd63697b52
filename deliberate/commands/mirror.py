"""`deliberate mirror`: keep and verify a copy of the public log of an installation."""

import json
from dataclasses import asdict
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from time import sleep
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, build_opener

import click

from deliberate.citivoice import KINDS_OF_EVERY_PROCESS
from deliberate.commands.cli_errors import FAILED, WRONG_USE, fail
from deliberate.exports.installations.release_archives import SameHost, without_credentials
from deliberate.sealing.kept_outside.mirror import Fetch, Mirror, MirrorReport
from deliberate.sealing.verifier import VerificationError

TIMEOUT_SECONDS = 30
MAX_ANSWER_BYTES = 64 * 1024 * 1024
TRIES, MAX_WAIT_SECONDS = 5, 60
"""How often a path is asked for while there are too many requests, and the longest wait between."""


@click.command("mirror")
@click.argument("url")
@click.option("--out", type=click.Path(file_okay=False), required=True, help="Folder of the copy.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(url: str, out: str, as_json: bool) -> None:
    """Copy the public log of an installation and verify it; run again, it goes on.

    Every act is proven to be an entry of the log that the published tree heads sign, every head to
    continue the one before, and the number of acts of a process to be that of each of its releases.

    Exit code 0: verified; 1: not what the log says; 2: it cannot be read.
    """
    if urlsplit(url).scheme not in {"http", "https"}:
        fail(f"{url}: not an address that begins with https://", WRONG_USE)
    try:
        report = Mirror(Path(out)).update(_fetch_from(url), sorted(KINDS_OF_EVERY_PROCESS))
    except VerificationError as error:
        _print_fault(str(error), as_json=as_json)
        raise SystemExit(FAILED) from error
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        fail(f"{without_credentials(url)} cannot be read: {error!r}", WRONG_USE)
    click.echo(json.dumps(asdict(report)) if as_json else _sentence(report))


def _print_fault(reason: str, *, as_json: bool) -> None:
    click.echo(json.dumps({"fault": reason}) if as_json else f"not verified: {reason}")


def _sentence(report: MirrorReport) -> str:
    lines = [
        f"verified: {report.acts} public acts among {report.entries} entries,"
        f" under {report.heads} tree heads"
    ]
    lines += [
        f"process {process}: no public act is missing below entry {size}, by its release"
        for process, size in report.complete_below.items()
    ]
    return "\n".join(lines)


def _fetch_from(url: str) -> Fetch:
    """Return a function that reads a path of the installation, on its host alone."""
    opener = build_opener(SameHost)

    def fetch(path: str) -> bytes:
        address = urljoin(url, path)
        request = Request(address, headers={"User-Agent": "deliberate-mirror"})  # noqa: S310  # http or https, see command()
        for _try in range(TRIES):
            try:
                with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                    return bytes(answer.read(MAX_ANSWER_BYTES))
            except HTTPError as error:
                error.close()
                status, wait = error.code, error.headers.get("Retry-After", "")
            if status != HTTPStatus.TOO_MANY_REQUESTS:
                break
            sleep(_wait_seconds(wait))
        raise OSError(f"{path}: status {status}")

    return fetch


def _wait_seconds(stated: str) -> int:
    """Return how long to wait before the next try: what the installation says, within reason."""
    seconds = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 6 else 1
    return min(seconds, MAX_WAIT_SECONDS)
