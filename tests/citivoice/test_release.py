"""A release gives the platform's numbers: from its rows, and from its facts where withheld."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from deliberate.citivoice import (
    Facts,
    Log,
    Scores,
    UnreadableFacts,
    UnreadableLog,
    complete_facts,
    differing_tables,
    judge,
    process_from_facts,
    reduce,
    score,
    score_release,
)
from tests.citivoice.log_rows import PROCESS, Row, act, comment, log_of, sample_rows, staff

PRIVATE = {
    "support.given",
    "support.taken_back",
    "ballot.cast",
    "attendance.noted",
    "comment.coded",
    "answer.audited",
    "group.declared",
    "account.reclassified",
}
POPULATION = replace(
    PROCESS,
    population={"age": {"young": 0.4, "old": 0.6}},
    districts=("East", "West"),
    log_size=100_000,
    log_root="9f2c",
)


def full_town() -> list[Row]:
    rows = sample_rows(threads=40, people=60)
    extra = [
        act(
            "group.declared",
            f"u{k}",
            2500 + k,
            subject_id=f"u{k}",
            proposal_id=None,
            details={"field": field, "band": bands[k % 2]},
        )
        for k in range(60)
        for field, bands in (("age", ("young", "old")), ("district", ("East", "West")))
    ]
    coded = [
        act(
            "comment.coded",
            coder,
            2600,
            subject_id=f"P{t}c{k}",
            proposal_id=f"P{t}",
            actor_role="researcher",
            details={"reason": (t + k + (coder == "B" and t == 0)) % 4},
        )
        for t in range(20)
        for k in range(4)
        for coder in ("A", "B")
    ]
    audited = [
        act(
            "answer.audited",
            "Q",
            2700,
            proposal_id=f"P{t}",
            actor_role="evaluator",
            details={"confirmed": True},
        )
        for t in range(40)
        if t % 3
    ]
    return rows + extra + coded + audited


def ordered(rows: list[Row]) -> list[Row]:
    rows = sorted(rows, key=lambda row: row["occurred_at"])
    return [{"seq": place, **row} for place, row in enumerate(rows)]


def open_tier(rows: list[Row]) -> list[Row]:
    """Rows of public acts under new pseudonyms, times cut to the hour."""
    return [
        row
        | {
            "actor_id": None if row["actor_id"] is None else f"r{hash(row['actor_id'])}",
            "occurred_at": row["occurred_at"].replace(minute=0, second=0),
        }
        for row in rows
        if row["kind"] not in PRIVATE
    ]


def write_events(rows: list[Row], path: Path) -> Path:
    columns: dict[str, Any] = {
        name: [row.get(name) for row in rows]
        for name in (
            "seq",
            "kind",
            "actor_id",
            "actor_role",
            "account_class",
            "institution_id",
            "process_id",
            "proposal_id",
            "subject_id",
            "parent_id",
            "stance",
            "details",
        )
    }
    columns["occurred_at"] = [row["occurred_at"].isoformat() for row in rows]
    from deliberate.citivoice.inputs.log import _array

    arrays = {name: _array(name, column) for name, column in columns.items()}
    con = duckdb.connect()
    con.register("events", arrays)
    con.execute(f"COPY events TO '{path}'")
    return path


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return ordered(full_town())


@pytest.fixture(scope="module")
def platform(rows: list[Row]) -> Scores:
    return score(Log.from_rows(rows), POPULATION)


def test_synthetic_process_is_scored_on_every_supported_criterion(platform: Scores) -> None:
    known = {name for name, f in platform.findings.items() if f.value is not None}
    assert {"DQ1.1", "DQ5.1", "RS1.1", "RS2.1", "SP1.1", "SP3.1", "SP5.1", "IN3.1"} <= known


def test_facts_come_back_from_files_as_they_were(platform: Scores, tmp_path: Path) -> None:
    platform.facts.write(tmp_path)
    assert judge(Facts.read(tmp_path)).to_json() == platform.to_json()


@pytest.mark.parametrize("name", ["events.parquet", "events.csv"])
def test_public_rows_and_facts_give_the_same_document(
    platform: Scores, rows: list[Row], tmp_path: Path, name: str
) -> None:
    platform.facts.write(tmp_path / "facts")
    events = write_events(open_tier(rows), tmp_path / name)
    release = score_release([events], tmp_path / "facts")
    assert release.to_json() == platform.to_json()
    origin = release.facts.origin
    assert origin["month_facts"] == "rows"
    assert origin["person_cells"] == "facts"
    assert origin["thread_facts"] == "rows; coded, reason_sum from facts"


def test_reclassified_accounts_make_facts_authoritative(rows: list[Row], tmp_path: Path) -> None:
    word = act(
        "account.reclassified",
        "boss",
        3000,
        subject_id="u1",
        proposal_id=None,
        actor_role="admin",
        details={"to": "system", "reason": "support"},
    )
    more = ordered([*rows, word])
    platform = score(Log.from_rows(more), POPULATION)
    platform.facts.write(tmp_path / "facts")
    events = write_events(open_tier(more), tmp_path / "events.parquet")
    release = score_release([events], tmp_path / "facts")
    assert release.to_json() == platform.to_json()
    assert release.facts.origin["thread_facts"] == "facts"


def test_differences_between_rows_and_facts_are_reported(
    platform: Scores, rows: list[Row], tmp_path: Path
) -> None:
    platform.facts.write(tmp_path / "facts")
    carried = Facts.read(tmp_path / "facts")
    public = reduce(Log.from_rows(open_tier(rows)), process_from_facts(carried))
    assert differing_tables(complete_facts(public, carried), carried) == []
    fewer = [row for row in open_tier(rows) if row["subject_id"] != "P3c1"]
    cut = reduce(Log.from_rows(fewer), process_from_facts(carried))
    assert "thread_facts" in differing_tables(complete_facts(cut, carried), carried)


def test_facts_name_no_person(platform: Scores, tmp_path: Path) -> None:
    written = platform.facts.write(tmp_path)
    assert not any("u1" in path.read_text().replace(",", " ").split() for path in written)
    assert not any("person_facts" in path.name for path in written)


def test_every_input_format_gives_the_same_scores(rows: list[Row], tmp_path: Path) -> None:
    half = len(rows) // 2
    columns = {name: [row.get(name) for row in rows[half:]] for name in rows[0]} | {
        "stance": [row.get("stance") for row in rows[half:]],
        "parent_id": [row.get("parent_id") for row in rows[half:]],
        "subject_id": [row.get("subject_id") for row in rows[half:]],
    }
    first = write_events(rows[:half], tmp_path / "segment.parquet")
    mixed = Log.from_files(first) + Log.from_columns(columns)
    assert score(mixed, POPULATION).to_json() == score(Log.from_rows(rows), POPULATION).to_json()


def test_only_rows_below_the_head_and_before_the_day_count(rows: list[Row]) -> None:
    cut = replace(PROCESS, log_size=200)
    expected = score(Log.from_rows(rows[:200]), PROCESS).to_dict()["indicators"]
    assert score(Log.from_rows(rows), cut).to_dict()["indicators"] == expected
    early = replace(PROCESS, as_of=rows[150]["occurred_at"])
    assert score(Log.from_rows(rows), early).findings["DQ1.1"].n < 100


def test_process_id_selects_one_process(rows: list[Row]) -> None:
    other = [row | {"process_id": "Y", "seq": 10_000 + row["seq"]} for row in rows]
    mine = replace(POPULATION, process_id="X")
    assert (
        score(Log.from_rows(rows + other), mine).to_json()
        == score(Log.from_rows(rows), mine).to_json()
    )


def test_invalid_log_is_refused_with_a_message(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n")
    with pytest.raises(UnreadableLog, match="no column seq"):
        score(Log.from_files(bad), PROCESS)
    with pytest.raises(UnreadableLog):
        score(Log.from_files(tmp_path / "absent.parquet"), PROCESS)


def test_staff_comments_are_in_everyone_only() -> None:
    rows = [comment("c1", "a"), staff(comment("c2", "s", 2, parent_id="c1"))]
    blocks = score(log_of(rows), PROCESS).descriptives
    assert (blocks["everyone"]["comments"], blocks["counted"]["comments"]) == (2, 1)
    assert (blocks["everyone"]["share_replied"], blocks["counted"]["share_replied"]) == (0.5, 0.0)


def test_folder_without_facts_is_refused_with_a_message(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFacts, match="no window_facts"):
        Facts.read(tmp_path)
