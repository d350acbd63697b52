"""The notebook of a release counts its numbers again, and stops at one that differs."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import duckdb
import pytest

from deliberate import citivoice, clock
from deliberate.citivoice.reduction.facts import table_from_rows
from deliberate.exports.columns import SCORES
from deliberate.exports.csv_writer import write_rows
from deliberate.exports.documents.notebook import write_notebook
from deliberate.exports.release_builder import build_release, score_rows
from deliberate.queries.processes.processes import get_process
from deliberate.queries.releases.release_files import sha256_of, verify_manifest
from deliberate.sealing import seal_log
from deliberate.vocabulary import Role
from tests import factories
from tests.citivoice.log_rows import exchanged, log_of
from tests.databases import release_connections
from tests.sample_city import CITY_NOW, create_city_app
from tests.scores.questionnaires.test_reason_surveys import answered_by, open_survey


@pytest.fixture(scope="module")
def release_folder(city_folder, tmp_path_factory):
    """Return a folder with a release of the first process of the sample city."""
    folder = tmp_path_factory.mktemp("notebook")
    app = create_city_app(shutil.copytree(city_folder, folder / "city"))
    with app.app_context(), clock.override_now(CITY_NOW):
        build_release(get_process("kipp-1a"), folder / "r")
    release_connections(app)
    return folder / "r"


@pytest.fixture
def copied(release_folder, tmp_path):
    return shutil.copytree(release_folder, tmp_path / "r")


def code_cells(folder: Path) -> list[str]:
    notebook = json.loads((folder / "notebook.ipynb").read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run(folder: Path, monkeypatch) -> dict[str, object]:
    """Run the cells one after another, as Jupyter does, and return their names."""
    monkeypatch.setenv("RELEASE", str(folder))
    names: dict[str, object] = {}
    for number, cell in enumerate(code_cells(folder)):
        exec(compile(cell, f"cell {number}", "exec"), names)  # the program under test
    return names


def change(folder: Path, name: str, edit) -> None:
    """Change the rows of a CSV, and the manifest with it, as somebody who can compute a hash."""
    path = folder / name
    path.chmod(0o600)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert edit(rows) is None
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name]["sha256"] = sha256_of(path)
    (folder / "manifest.json").chmod(0o600)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def with_value(rows, name):
    return next(row for row in rows if row["id"] == name and row["value"])


def test_notebook_counts_every_indicator_again(release_folder, monkeypatch):
    names = run(release_folder, monkeypatch)
    assert names["found"].keys() == citivoice.load_formulas().indicators.keys()
    assert sum(found["value"] is not None for found in names["found"].values()) >= 8


def test_notebook_uses_pandas_and_duckdb_alone(release_folder):
    lines = "\n".join(code_cells(release_folder)).splitlines()
    imported = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    assert imported - {"hashlib", "json", "math", "os", "pathlib", "random"} == {"duckdb", "pandas"}


@pytest.mark.parametrize("column", ["value", "n", "numerator", "denominator", "normalised"])
def test_notebook_stops_at_a_changed_number(copied, monkeypatch, column):
    def edit(rows):
        row = with_value(rows, "DQ1.1")
        row[column] = f"{float(row[column]) + 0.0003:.4f}"

    change(copied, "scores.csv", edit)
    with pytest.raises(AssertionError, match=f"DQ1.1: {column}"):
        run(copied, monkeypatch)


def test_notebook_stops_at_a_changed_dimension(copied, monkeypatch):
    def edit(rows):
        row = with_value(rows, "DQ")
        row["value"] = f"{float(row['value']) + 0.01:.4f}"

    change(copied, "scores.csv", edit)
    with pytest.raises(AssertionError, match="DQ: "):
        run(copied, monkeypatch)


def test_notebook_stops_at_changed_counts(copied, monkeypatch):
    def edit(rows):
        row = next(row for row in rows if row["scope"] == "counted" and int(row["comments"]) > 9)
        row["answered_by_other"] = int(row["answered_by_other"]) + 1

    change(copied, "facts/thread_facts.csv", edit)
    with pytest.raises(AssertionError, match=r"DQ1\.1"):
        run(copied, monkeypatch)


def test_notebook_stops_at_a_file_that_is_not_of_the_manifest(copied, monkeypatch):
    path = copied / "codebook.csv"
    path.chmod(0o600)
    path.write_text(path.read_text() + "x\n")
    with pytest.raises(AssertionError, match=r"codebook\.csv is not the file"):
        run(copied, monkeypatch)


def test_notebook_of_a_process_without_acts_runs(app, tmp_path, monkeypatch):
    build_release(factories.create_process(), tmp_path / "r")
    assert run(tmp_path / "r", monkeypatch)["found"]["DQ1.1"]["value"] is None


def response_row(number: int, draw: Random) -> list[object]:
    decision = draw.choice(["accepted", "declined", "needs_study", None])
    initiator = "authority" if number % 9 == 0 else "citizen"
    flags = [draw.randrange(2) for _ in range(9)]
    answered, audited = int(decision is not None), flags[2]
    return [
        *(str(number), initiator, "1", decision, draw.choice([100, 2000, 2000])),
        *(draw.choice([24, 240, 720, 900]), answered, 300 * flags[0], flags[1], 0),
        *(audited, audited * int(draw.random() < 0.95), answered * flags[3]),
        *(flags[4], 5 + number, number, 4, 1, flags[5], flags[5] * flags[6]),
    ]


def synthetic_facts(seed: int, *, is_merged: bool) -> citivoice.Facts:
    """Return facts with a value of every indicator: long talk, answers, declared groups."""
    draw = Random(seed)
    facts = citivoice.score(log_of(exchanged()), citivoice.Process("p", "UTC")).facts
    bands = [("age", band, draw.randrange(10, 90)) for band in ("a", "b", "c")]
    bands += [("district", f"d{n}", draw.randrange(10, 80)) for n in range(6)]
    if is_merged:
        bands = [*bands[1:], ("age", "+", 17)]
    shares = [("age", band, share) for band, share in (("a", 0.2), ("b", 0.3), ("c", 0.5))]
    shares += [("district", f"d{n}", None if n == 6 else 1 / 6) for n in range(7)]
    coded = [(a, b, 20 if a == b else 2) for a in range(4) for b in range(4)]
    units = [
        (f"1.{n}", 2 * old + new, 2 * old, draw.randrange(2 * old + 1))
        for n, (old, new) in enumerate((draw.randrange(5), draw.randrange(3)) for _ in range(30))
    ]
    tables = {
        "consultation_facts": table_from_rows("consultation_facts", units),
        "response_facts": table_from_rows(
            "response_facts", [response_row(number, draw) for number in range(90)]
        ),
        "group_facts": table_from_rows("group_facts", bands),
        "population_facts": table_from_rows("population_facts", shares),
        "coding_facts": table_from_rows("coding_facts", coded),
    }
    return replace(facts, tables={**facts.tables, **tables})


def write_release(folder: Path, scores: citivoice.Scores) -> None:
    """Write what the notebook reads of a release of these scores."""
    folder.mkdir()
    scores.facts.write(folder / "facts")
    write_rows(folder / "scores.csv", [column.name for column in SCORES], score_rows(scores))
    rows = "SELECT 0 AS seq, 'comment.posted' AS kind"
    duckdb.sql(f"COPY ({rows}) TO '{folder / 'events.parquet'}' (FORMAT parquet)")
    manifest = {"files": {"events.csv": {"rows": 1}}, "log_head": {"size": 1}}
    (folder / "events.csv").write_text("seq,kind\n")
    manifest["files"]["events.csv"]["sha256"] = sha256_of(folder / "events.csv")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    write_notebook(folder, "x", scores.formulas)


@pytest.mark.parametrize(("seed", "is_merged"), [(1, False), (2, True), (3, False)])
def test_notebook_equals_every_indicator_that_has_a_value(tmp_path, monkeypatch, seed, is_merged):
    scores = citivoice.judge(synthetic_facts(seed, is_merged=is_merged))
    write_release(tmp_path / "r", scores)
    found = run(tmp_path / "r", monkeypatch)["found"]
    without = {name for name, finding in scores.findings.items() if finding.value is None}
    assert without <= {"DQ5.1", "DQ6.1", "SP4.1", "SP1.1", "SP2.1"}
    assert {name for name in found if found[name]["value"] is None} == without


def test_notebook_is_the_same_for_the_same_formulas(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_notebook(tmp_path / name, 'Air "bersih" {}', citivoice.load_formulas())
    first, second = ((tmp_path / name / "notebook.ipynb").read_bytes() for name in ("a", "b"))
    assert first == second and 'Air \\"bersih\\" {}' in first.decode()


def test_manifest_covers_notebook_and_notice(release_folder):
    manifest = verify_manifest(release_folder)
    assert {"notebook.ipynb", "NOTICE"} <= manifest["files"].keys()
    notice = (release_folder / "NOTICE").read_text(encoding="utf-8")
    assert "Simonofski" in notice and "CC-BY-4.0" in notice and "operationalisation" in notice
    assert f"log entry {manifest['log_head']['size']}" in notice


@pytest.fixture
def with_reasons(app, clock, tmp_path):
    """Return a folder with a release of a process whose survey of reasons has ended."""
    process = factories.create_process(days=60)
    survey = open_survey(factories.create_staff(role=Role.EVALUATOR), process)
    answered_by(survey, clock, 32)
    seal_log(app.config["SETTINGS"])
    build_release(process, tmp_path / "reasons")
    return tmp_path / "reasons"


def test_notebook_counts_the_reason_index_again(with_reasons, monkeypatch):
    names = run(with_reasons, monkeypatch)
    assert names["stage"] == "after" and names["reasons"]["n"] == 32


@pytest.mark.parametrize("column", ["value", "chance", "p"])
def test_notebook_stops_at_a_changed_reason_index(with_reasons, monkeypatch, column):
    def edit(rows):
        rows[0][column] = str(float(rows[0][column]) + 1e-6)

    change(with_reasons, "reason_index.csv", edit)
    with pytest.raises(AssertionError, match=f"reason index before: {column}"):
        run(with_reasons, monkeypatch)
