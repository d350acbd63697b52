"""Readers that turn the open data files into rows of an interaction log."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
Row = dict[str, Any]


def shared(path: str) -> Path:
    """Return the path of shared data; skip the test where it is missing."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"open data not at hand: ../shared/{path}")
    return found


def vector(name: str) -> dict[str, Any]:
    return json.loads(shared(f"vectors/{name}.json").read_text(encoding="utf-8"))


def table(path: str) -> Iterator[Row]:
    with shared(path).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def utc(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def act(kind: str, moment: datetime, actor: str | None, **more: Any) -> Row:
    return {
        "kind": kind,
        "occurred_at": moment,
        "actor_id": actor,
        "process_id": "X",
        "actor_role": "resident",
        "account_class": "person" if actor else "system",
        "details": None,
        "parent_id": None,
        "stance": None,
        **more,
    }


def ordered(rows: list[Row]) -> list[Row]:
    """Return rows by time, proposals first, with dense `seq` from 1."""
    rows.sort(key=lambda row: (row["occurred_at"], row["kind"] == "comment.posted"))
    return [{"seq": place, **row} for place, row in enumerate(rows, 1)]


def barcelona() -> list[Row]:
    folder, zone = "data/decidim_barcelona_pam2016", "Europe/Madrid"
    initiators = {"official": "authority", "organization": "organisation", "citizen": "resident"}
    system = {row["author_id"] for row in table(f"{folder}/platform_accounts.csv")}

    def account(row: Row) -> Row:
        author = row["author_id"] or None
        kind = "system" if author is None or author in system else "person"
        return {"actor": author, "account_class": kind}

    rows = [
        act(
            "proposal.submitted",
            utc(p["created_on"], zone),
            proposal_id=p["id"],
            subject_id=f"p{p['id']}",
            details=json.dumps(
                {"initiator": initiators.get(p["source"], p["source"]), "decision": p["status"]}
            ),
            **_class(account(p), p["source"] == "organization"),
        )
        for p in table(f"{folder}/proposals.csv")
    ]
    rows += [
        act(
            "comment.posted",
            utc(c["created_at"], zone),
            proposal_id=c["proposal_id"],
            subject_id=c["id"],
            parent_id=c["parent_id"] or None,
            stance=int(c["alignment"]) if c["alignment"] else None,
            **account(c),
        )
        for c in table(f"{folder}/comments.csv")
    ]
    return ordered(rows)


def _class(account: Row, organisation: bool) -> Row:
    return account | ({"account_class": "organisation"} if organisation else {})


def madrid(*, with_blanks: bool = True) -> list[Row]:
    """Return the rows of Madrid; without blanks those of an import, which counts them nowhere."""
    folder, zone = "data/decide_madrid_2019", "Europe/Madrid"
    rows = [
        act(
            "proposal.submitted",
            utc(p["created_on"], zone),
            p["author_id"] or None,
            proposal_id=p["id"],
            subject_id=f"p{p['id']}",
            account_class="organisation" if p["is_association"] == "1" else "person",
        )
        for p in table(f"{folder}/proposals.csv")
    ]
    rows += [
        act(
            "comment.posted",
            utc(c["created_at"], zone),
            c["author_id"] or None,
            proposal_id=c["proposal_id"],
            subject_id=c["id"],
            parent_id=c["parent_id"] or None,
            actor_role="staff" if c["author_type"] == "Empleados públicos" else "resident",
            account_class="organisation" if c["author_type"] == "Colectivo" else "person",
        )
        for c in table(f"{folder}/comments.csv")
        if with_blanks or c["body"].strip()
    ]
    return ordered(rows)


def petitions() -> list[Row]:
    rows = []
    file = shared("data/uk_petitions_2020_2022/petitions.jsonl")
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            said = json.loads(line)
            rows += _petition(str(said["id"]), f"u{number}", said["attributes"])
    return ordered(rows)


def _petition(name: str, author: str, said: Row) -> list[Row]:
    def when(field: str) -> datetime:
        return datetime.fromisoformat(said[field])

    where = {"proposal_id": name, "subject_id": name}
    rows = [act("proposal.submitted", when("created_at"), author, **where)]
    if said["response_threshold_reached_at"]:
        rows.append(act("proposal.qualified", when("response_threshold_reached_at"), None, **where))
    if said["government_response_at"]:
        rows.append(
            act(
                "response.published",
                when("government_response_at"),
                "gov",
                actor_role="staff",
                details='{"decision": "not_accepted"}',
                **where,
            )
        )
    return rows


def polis(conversation: str) -> dict[int, list[tuple[int, int]]]:
    """Statements with (agree, votes) in each published group: a voter's last vote counts."""
    folder = f"data/polis_{conversation}"
    hidden = {
        row["comment-id"] for row in table(f"{folder}/comments.csv") if row["moderated"] == "-1"
    }
    found: dict[int, dict[str, list[int]]] = {}
    groups = set()
    for row in table(f"{folder}/participants-votes.csv"):
        group = row.pop("group-id")
        if group in ("", None):
            continue
        groups.add(group)
        for name, vote in row.items():
            if name.isdigit() and name not in hidden and vote:
                tally = found.setdefault(int(name), {}).setdefault(group, [0, 0])
                tally[0] += vote == "1"
                tally[1] += 1
    return {s: [tuple(t.get(g, [0, 0])) for g in sorted(groups)] for s, t in found.items()}
