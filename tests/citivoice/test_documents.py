"""The document and records of scores, the package's files, and the ways rows come in."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import deliberate.citivoice as citivoice
from deliberate.citivoice import Log, Process, Scores, score
from deliberate.citivoice.engine import SQL
from tests.citivoice.log_rows import PROCESS, Row, comment, log_of, proposal, staff, town


def counted(rows: list[Row]) -> int:
    return int(score(log_of(rows), PROCESS).descriptives["counted"]["comments"])


def talk(threads: int, answered: bool, name: str) -> Scores:
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


def test_every_number_has_its_record() -> None:
    scores = score(log_of(town()), PROCESS)
    (record,) = [r for r in scores.records(datetime(2026, 7, 6, tzinfo=UTC)) if r["id"] == "DQ1.1"]
    assert {
        "version",
        "scope",
        "window",
        "value",
        "state",
        "n",
        "numerator",
        "denominator",
        "parts",
        "ci_low",
        "ci_high",
        "goalpost",
        "normalised",
        "seed",
        "code_version",
        "computed_at",
        "inputs_hash",
    } <= set(record)


def test_the_document_has_the_keys_it_is_known_by() -> None:
    document = score(log_of(town()), PROCESS).to_dict()
    assert list(document) == [
        "process",
        "formulas",
        "log_head",
        "window",
        "excluded_accounts",
        "descriptives",
        "indicators",
        "criteria",
        "dimensions",
        "headline",
    ]
    assert {"score", "ci", "weights_band", "state", "criteria_used", "marks"} <= set(
        document["dimensions"]["DQ"]
    )


def test_few_threads_give_a_provisional_score_or_a_narrow_one() -> None:
    total = talk(25, True, "small").totals["DQ"]
    assert total.ci is not None
    narrow = (total.ci[1] - total.ci[0]) / 2 <= 0.10
    assert total.state == ("value" if narrow else "provisional")


def test_reduce_runs_on_spark_s_dialect_too() -> None:
    sqlglot = pytest.importorskip("sqlglot")
    for file in sorted(path.name for path in SQL.iterdir() if path.name.endswith(".sql")):
        text = (SQL / file).read_text(encoding="utf-8")
        (spark,) = sqlglot.transpile(
            text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
        )
        assert spark, file


def test_the_package_knows_nothing_of_the_house() -> None:
    folder = Path(citivoice.__file__).parent
    text = "".join(path.read_text() for path in folder.glob("*.py"))
    assert not any(word in text for word in ("import flask", "sqlalchemy", "from deliberate."))


def test_a_process_of_another_zone_names_its_days_there() -> None:
    here = Process("kipp", timezone="Asia/Makassar", as_of=datetime(2026, 6, 30, 16, tzinfo=UTC))
    window = score(log_of(town()), here).to_dict()["window"]
    assert window == {"start": "2026-01-05", "as_of": "2026-07-01", "timezone": "Asia/Makassar"}


def test_batches_may_come_from_a_generator_of_numpy_columns() -> None:
    rows = town()
    batches = (
        {
            name: np.array([row.get(name) for row in part], dtype=object)
            for name in (
                "occurred_at",
                "kind",
                "actor_id",
                "actor_role",
                "account_class",
                "proposal_id",
                "subject_id",
                "parent_id",
                "stance",
                "details",
            )
        }
        | {"seq": np.arange(start, start + len(part))}
        for start, part in ((0, rows[:50]), (50, rows[50:]))
    )
    assert score(Log.from_columns(batches), PROCESS).findings["DQ1.1"].n == 120


def test_staff_answers_after_the_cut_do_not_count() -> None:
    rows = [comment("c1", "a"), staff(comment("c2", "s", 2))]
    assert counted(rows) == 1
