"""A research release of a process, open tier: rows of public acts, facts, scores, codebook."""

import hashlib
import hmac
import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select

from deliberate import citivoice
from deliberate.clock import now
from deliberate.database import canonical, db
from deliberate.exports import columns
from deliberate.exports.tables import sha256_of, write_rows
from deliberate.models import Interaction, PersonKey, Process, Proposal
from deliberate.models.interaction import hash_half, private_half, public_half
from deliberate.queries.log import EVERYWHERE
from deliberate.queries.scores import scores_of
from deliberate.vocabulary import Kind, Visibility

LICENCE = "CC-BY-4.0"
Progress = Callable[[str, int], None]
PUBLIC_KINDS = [kind.value for kind in Kind if kind.visibility is Visibility.PUBLIC]


class Unwritable(ValueError):
    """The folder cannot take a release; the message says why."""


class Pseudonyms:
    """Names of one release: HMAC of a secret that is thrown away; the erased get numbers."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._living = set(db.session.scalars(select(PersonKey.actor_id)))
        self._known: dict[str, str] = {}

    def of(self, actor_id: str | None) -> str | None:
        """The pseudonym of an actor; None for nobody."""
        if actor_id is None:
            return None
        if actor_id not in self._known:
            self._known[actor_id] = self._new(actor_id)
        return self._known[actor_id]

    def _new(self, actor_id: str) -> str:
        if actor_id in self._living:
            return "p" + hmac.new(self._secret, actor_id.encode(), hashlib.sha256).hexdigest()[:24]
        return f"erased-{sum(name.startswith('erased') for name in self._known.values()) + 1}"


def build_release(process: Process, out: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Write the open tier of a process into a new folder; gives its manifest.

    It is built beside its place and moved there whole, so no half release is ever seen. Raises
    Unwritable if something is there already.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Unwritable(f"{out}: is there already; a release is never rebuilt in place")
    tell = progress or (lambda _name, _rows: None)
    building = out.with_name(f".{out.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        manifest = _fill(process, building, tell)
        if out.exists():
            out.rmdir()
        building.rename(out)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return manifest


def _fill(process: Process, folder: Path, tell: Progress) -> dict[str, Any]:
    scores = scores_of(process)
    size = int(scores.facts.one("window_facts", "log_size") or 0)
    rows = {
        "events.csv": _events(process, size),
        "proposals.csv": _proposals(process),
        "scores.csv": score_rows(scores),
    }
    counted = {}
    for name, found in rows.items():
        headings = [column.name for column in columns.FILES[name]]
        counted[name] = write_rows(folder / name, headings, found)
        tell(name, counted[name])
    book = list(columns.codebook())
    counted["codebook.csv"] = write_rows(folder / "codebook.csv", list(book[0]), book)
    for path in scores.facts.write(folder / "facts"):
        counted[f"facts/{path.name}"] = path.read_text(encoding="utf-8").count("\n") - 1
    (folder / "README.md").write_text(_readme(process), encoding="utf-8")
    manifest = _manifest(process, scores, folder, counted)
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return manifest


def _events(process: Process, size: int) -> Iterator[dict[str, Any]]:
    """The rows of public acts up to the head that was scored."""
    pseudonyms = Pseudonyms()
    found = db.session.scalars(
        select(Interaction)
        .where(Interaction.process_id == process.id, Interaction.seq < size)
        .where(Interaction.kind.in_(PUBLIC_KINDS))
        .order_by(Interaction.seq)
        .execution_options(yield_per=5000)
    )
    for row in found:
        yield {
            **{column.name: getattr(row, column.name, None) for column in columns.EVENTS},
            "actor_id": pseudonyms.of(row.actor_id),
            "cause": public_half(row)["cause"],
            "details": canonical(row.details),
            "private_hash": hash_half(private_half(row)).hex(),
        }
        db.session.expunge(row)


def _proposals(process: Process) -> Iterator[dict[str, Any]]:
    found = db.session.execute(
        select(
            Proposal.id.label("proposal_id"),
            Proposal.published_at,
            Proposal.initiator,
            Proposal.institution_id,
            Proposal.topic,
            Proposal.area,
            Proposal.language,
            Proposal.version.label("versions"),
            Proposal.support_count.label("supports"),
            Proposal.comment_count.label("comments"),
            Proposal.decision,
            Proposal.qualified_at,
            Proposal.answered_at,
            Proposal.withdrawn_at,
            Proposal.hidden_at,
        )
        .where(Proposal.process_id == process.id)
        .order_by(Proposal.id)
        .execution_options(yield_per=5000)
    )
    for row in found.mappings():
        yield dict(row)


def score_rows(scores: citivoice.Scores) -> Iterator[dict[str, Any]]:
    """One row an indicator, then one a dimension, as they stand in scores.csv."""
    yield from scores.records(now())
    for name, total in scores.to_dict()["dimensions"].items():
        low, high = total["ci"] or (None, None)
        yield {
            "id": name,
            "version": scores.formulas.version,
            "value": total["score"],
            "state": total["state"],
            "reason": total.get("reason"),
            "ci_low": low,
            "ci_high": high,
            "normalised": total["score"],
            "seed": scores.formulas.seed,
        }


def _manifest(
    process: Process, scores: citivoice.Scores, folder: Path, counted: dict[str, int]
) -> dict[str, Any]:
    files = {
        name: {"sha256": sha256_of(folder / name), "rows": rows} for name, rows in counted.items()
    }
    files["README.md"] = {"sha256": sha256_of(folder / "README.md")}
    size = int(scores.facts.one("window_facts", "log_size") or 0)
    return {
        "process": process.slug,
        "title": process.title,
        "tier": "open",
        "licence": LICENCE,
        "built_at": now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "formulas": scores.formulas.version,
        "log_head": {"size": size, "root": scores.facts.one("window_facts", "log_root")},
        "withheld": _withheld(process, size),
        "files": files,
    }


def _withheld(process: Process, size: int) -> dict[str, int]:
    """How many rows of each kind stayed in the house."""
    found = db.session.execute(
        select(Interaction.kind, func.count())
        .where(
            or_(Interaction.process_id == process.id, Interaction.kind.in_(EVERYWHERE)),
            Interaction.seq < size,
            Interaction.kind.not_in(PUBLIC_KINDS),
        )
        .group_by(Interaction.kind)
    )
    return dict(sorted((kind, count) for kind, count in found))


def _readme(process: Process) -> str:
    return f"""# {process.title}: research release, open tier

Rows of public acts of the participation process `{process.slug}`, with times cut to the hour and
without the texts, under pseudonyms made for this release alone.

| file | what |
|---|---|
| `events.csv` | one row for each public act, in the order of the sealed log |
| `proposals.csv` | one row for each proposal |
| `scores.csv` | the CitiVoice indicators and dimensions with n and interval |
| `facts/*.csv` | counts over everyone from which the scores follow, private acts included |
| `codebook.csv` | every column, code and kind of act |
| `manifest.json` | checksums, the log head, the formula version, what was withheld |

Those acts were done under a public name and can be traced to it through the pages: the pseudonym
groups them, it does not hide. Acts done in private (support, ballots, weighing) leave as totals.

    deliberate score .        # gives the numbers of the platform from these files alone

Licence: {LICENCE}.
"""
