"""Small logs for tests, one short call per act."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from deliberate.citivoice import Log, Process, Scores, score
from deliberate.citivoice.reduction.facts import Table, column_types, typed_column

Row = dict[str, Any]
MONDAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
END = datetime(2026, 7, 6, tzinfo=UTC)
PROCESS = Process("test", as_of=END)


def act(kind: str, actor: str | None, hours: float = 0, **more: Any) -> Row:
    """Return one act of a resident, `hours` after a Monday at eight."""
    details = more.pop("details", None)
    return {
        "kind": kind,
        "actor_id": actor,
        "occurred_at": MONDAY + timedelta(hours=hours),
        "actor_role": "resident",
        "account_class": "person",
        "process_id": "X",
        "proposal_id": "P1",
        "details": json.dumps(details) if details else None,
        **more,
    }


def proposal(name: str, author: str | None, hours: float = 0, **more: Any) -> Row:
    return act("proposal.submitted", author, hours, proposal_id=name, subject_id=name, **more)


def comment(name: str, author: str | None, hours: float = 1, **more: Any) -> Row:
    return act("comment.posted", author, hours, subject_id=name, **more)


def staff(row: Row) -> Row:
    return row | {"actor_role": "staff", "institution_id": "I1"}


def response(name: str, hours: float, **details: Any) -> Row:
    said = {"decision": "accepted", "reason_chars": 100, "grounds": 1} | details
    row = act(
        "response.published", "A1", hours, proposal_id=name, subject_id=f"r{name}", details=said
    )
    return staff(row)


def log_of(rows: list[Row]) -> Log:
    return Log.from_rows(sorted(rows, key=lambda row: row["occurred_at"]))


def sample_rows(threads: int = 12, people: int = 30) -> list[Row]:
    """Return a small process: every thread has turns, stances, a response and later visits."""
    rows: list[Row] = []
    for t in range(threads):
        name, at = f"P{t}", t * 60.0
        who = [f"u{(t * 5 + k) % people}" for k in range(6)]
        rows.append(proposal(name, who[0], at))
        rows += [
            act("support.given", who[k], at + 1, proposal_id=name, subject_id=name)
            for k in range(1, 6)
        ]
        rows += _thread(name, who, at)
        if t % 3:
            rows.append(response(name, at + 200 + t))
    return rows


def _thread(name: str, who: list[str], at: float) -> list[Row]:
    parents = [None, "0", "1", "2", None, "4", None, "3", "5", "7"]
    return [
        comment(
            f"{name}c{k}",
            who[(k * 7 + (k == 3)) % 6],
            at + 2 + 11.5 * k,
            proposal_id=name,
            parent_id=None if p is None else f"{name}c{p}",
            stance=(1, -1, 0, -1, 1)[k % 5],
        )
        for k, p in enumerate(parents)
    ]


def table_of(name: str, rows: list[Row]) -> Table:
    """Return a fact table of rows with only the given values; the rest is 0 or missing."""
    return {
        c: typed_column(kind, [row.get(c) for row in rows])
        for c, kind in column_types(name).items()
    }


def acclaimed(threads: int = 30) -> list[Row]:
    """Return a process where everyone agrees and no one replies."""
    return [
        row
        for t in range(threads)
        for row in (
            proposal(f"P{t}", f"u{t}", t),
            *(
                comment(f"c{t}-{k}", f"u{(t + k) % 60}", t + k + 1, proposal_id=f"P{t}", stance=1)
                for k in range(12)
            ),
        )
    ]


def exchanged(threads: int = 45, people: int = 60) -> list[Row]:
    """Return a process of real exchange: five people per thread who reply across stances."""
    rows: list[Row] = []
    for t in range(threads):
        name, who = f"P{t}", [f"u{(t * 7 + k) % people}" for k in range(6)]
        rows.append(proposal(name, who[5], t * 24))
        for root in range(2):
            # Two of each pair speak in turn: for, against, for, against.
            pair = who[2 * root : 2 * root + 2]
            rows += [
                comment(
                    f"{name}r{root}c{k}",
                    pair[k % 2],
                    t * 24 + 1 + root + k * 2,
                    proposal_id=name,
                    parent_id=f"{name}r{root}c{k - 1}" if k else None,
                    stance=1 if k % 2 else -1,
                )
                for k in range(5)
            ]
    return rows


def talk(threads: int, answered: bool, name: str) -> Scores:
    """Return the scores of threads of eight comments, which answer one another or not."""
    rows = [
        row
        for t in range(threads)
        for row in (
            proposal(f"P{t}", f"u{t}", t * 30),
            *(
                comment(
                    f"c{t}-{k}",
                    f"u{(t * 3 + k % 4) % 50}",
                    t * 30 + k + 1,
                    proposal_id=f"P{t}",
                    parent_id=f"c{t}-{k - 2}" if answered and k > 1 and (t + k) % 5 else None,
                    stance=1 if (k + t) % 3 else -1,
                )
                for k in range(8)
            ),
        )
    ]
    return score(log_of(rows), replace(PROCESS, slug=name))
