"""The document and records of scores, the package's files, and the ways rows come in."""

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import deliberate.citivoice as citivoice
from deliberate.citivoice import Log, Process, score
from deliberate.citivoice.reduction.declarations import SQL_FOLDER
from tests.citivoice.log_rows import (
    PROCESS,
    Row,
    comment,
    log_of,
    sample_rows,
    staff,
    talk,
)


def counted(rows: list[Row]) -> int:
    return int(score(log_of(rows), PROCESS).descriptives["counted"]["comments"])


def test_every_indicator_has_a_record() -> None:
    scores = score(log_of(sample_rows()), PROCESS)
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


def test_score_document_has_its_published_keys() -> None:
    document = score(log_of(sample_rows()), PROCESS).to_dict()
    assert list(document) == [
        "process",
        "formulas",
        "log_head",
        "sealing",
        "window",
        "excluded_accounts",
        "descriptives",
        "indicators",
        "criteria",
        "dimensions",
        "headline",
        "verification",
        "texts",
    ]
    assert {"score", "ci", "weights_band", "state", "criteria_used", "marks"} <= set(
        document["dimensions"]["DQ"]
    )


def test_few_threads_give_a_provisional_score_or_a_narrow_one() -> None:
    total = talk(25, True, "small").totals["DQ"]
    assert total.ci is not None
    narrow = (total.ci[1] - total.ci[0]) / 2 <= 0.10
    assert total.state == ("value" if narrow else "provisional")


def test_sql_steps_translate_to_spark() -> None:
    sqlglot = pytest.importorskip("sqlglot")
    for file in sorted(Path(str(SQL_FOLDER)).rglob("*.sql")):
        text = file.read_text(encoding="utf-8")
        (spark,) = sqlglot.transpile(
            text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
        )
        assert spark, file


def test_citivoice_imports_neither_flask_nor_the_database() -> None:
    folder = Path(citivoice.__file__).parent
    text = "".join(path.read_text() for path in folder.rglob("*.py"))
    others = r"import flask|sqlalchemy|from deliberate\.(?!citivoice|lazy_imports)"
    assert not re.search(others, text)


def test_process_window_uses_its_own_time_zone() -> None:
    here = Process("kipp", timezone="Asia/Makassar", as_of=datetime(2026, 6, 30, 16, tzinfo=UTC))
    window = score(log_of(sample_rows()), here).to_dict()["window"]
    assert window == {"start": "2026-01-05", "as_of": "2026-07-01", "timezone": "Asia/Makassar"}


def test_batches_may_come_from_a_generator_of_numpy_columns() -> None:
    rows = sample_rows()
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
