"""Spark counts the same facts as DuckDB, from the same SQL, and so gives the same numbers."""

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deliberate.citivoice import Facts, Log, Process, judge, load_formulas, reduce
from deliberate.citivoice.reduction.engine import MissingEngine
from deliberate.citivoice.reduction.reduce import ENGINES
from deliberate.citivoice.reduction.spark import NEEDS_SPARK
from tests.citivoice.data import open_data
from tests.citivoice.log_rows import PROCESS, Row, act, comment, sample_rows
from tests.commands.test_score import score, write_events, write_release

pytestmark = pytest.mark.java
LOOSE = load_formulas().relaxed()


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One session on this machine for all tests; without Java they are skipped."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    pytest.importorskip("sqlglot", reason="sqlglot is not installed")
    if shutil.which("java") is None:
        pytest.skip("java is not installed: apt-get install default-jre-headless")
    logging.getLogger("py4j").setLevel(logging.ERROR)
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.log.level", "ERROR")
        .config("spark.local.dir", str(tmp_path_factory.mktemp("spark")))
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        .getOrCreate()
    )
    yield
    session.stop()


def lines(facts: Facts) -> dict[str, list[str]]:
    return {
        name: sorted(map(repr, zip(*(c.tolist() for c in table.values()), strict=True)))
        for name, table in facts.tables.items()
    }


def tangled() -> list[Row]:
    """Return the sample rows with a cycle, an orphan, a self-reply and an unknown kind."""
    return [
        *sample_rows(),
        comment("a", "u1", 30, parent_id="b", proposal_id="P1"),
        comment("b", "u2", 31, parent_id="a", proposal_id="P1"),
        comment("c", "u3", 32, parent_id="nowhere", proposal_id="P1"),
        comment("d", "u3", 33, parent_id="c", proposal_id="P1"),
        act("kite.flown", "u4", 34),
    ]


def alike(log: Callable[[], Log], process: Process) -> None:
    here, there = (reduce(log(), process, engine=engine) for engine in ("duckdb", "spark"))
    assert lines(there) == lines(here)
    assert judge(there, LOOSE).to_json() == judge(here, LOOSE).to_json()


def test_spark_release_gives_equal_facts_and_scores(spark: None, tmp_path: Path) -> None:
    write_events(tmp_path, tangled())
    alike(lambda: Log.from_files(tmp_path / "events.csv"), PROCESS)


def test_spark_madrid_gives_equal_facts_and_scores(spark: None) -> None:
    rows = open_data.madrid()
    alike(lambda: Log.from_rows(rows), Process("madrid", timezone="Europe/Madrid"))


def test_spark_refuses_an_invalid_log(spark: None, tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r", sample_rows(1), files={})
    write_events(folder, sample_rows(1), ("seq", "kind"))
    found = score(folder, "--engine", "spark")
    assert found.exit_code == 2 and "the log has no column occurred_at" in found.stderr


def test_missing_spark_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def missing(_spill: str) -> None:
        raise MissingEngine(NEEDS_SPARK)

    monkeypatch.setitem(ENGINES, "spark", missing)
    found = score(write_release(tmp_path / "r", sample_rows(1)), "--engine", "spark")
    assert found.exit_code == 2 and "-r requirements-spark.lock" in found.stderr
