"""A release of the sample city opens in the tools that researchers have, and proves itself."""

import csv
import json
import shutil
import subprocess
import sys
from datetime import timedelta

import duckdb
import frictionless
import pandas
import pytest

from deliberate import citivoice, clock, sealing
from deliberate.exports.formats import FORMATS
from deliberate.exports.release import build_release
from deliberate.exports.tables import FORMULA
from deliberate.queries.releases.release_files import judged_in
from deliberate.queries.scores.process_scores import process_named, scores_of
from tests.exports.release_reader import rows
from tests.live_server import PRESENT, city_app, let_go


@pytest.fixture(scope="module")
def built(city_folder, tmp_path_factory):
    """A folder with a release of the sample city, and what its log gave out."""
    folder = tmp_path_factory.mktemp("release")
    app = city_app(shutil.copytree(city_folder, folder / "city"))
    settings = app.config["SETTINGS"]
    with app.app_context(), clock.set_to(PRESENT):
        process = process_named("kipp-1a")
        build_release(process, folder / "r", formats=tuple(FORMATS))
        (folder / "scores.json").write_text(scores_of(process).to_json())
        sealing.publish_heads(until=PRESENT + timedelta(hours=1))
        sealing.write_leaves(settings.log_path)
        lines = (json.dumps(head) + "\n" for head in sealing.published_heads())
        (folder / "heads.jsonl").write_text("".join(lines))
    let_go(app)
    return folder


def test_frictionless_finds_every_table_as_described(built):
    package = frictionless.Package(str(built / "r" / "datapackage.json"))
    assert {r.name for r in package.resources} >= {"events", "comments", "facts-week-facts"}
    report = package.validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])[:5]


def test_pandas_reads_all_three_shapes_of_the_events_alike(built):
    release = built / "r"
    from_csv = pandas.read_csv(release / "events.csv", parse_dates=["occurred_at"])
    from_lines = pandas.read_json(release / "events.jsonl", lines=True)
    read = duckdb.sql(f"FROM '{release / 'events.parquet'}'").df()
    assert len(from_csv) == len(from_lines) == len(read) > 100
    assert list(from_csv["seq"]) == list(from_lines["seq"]) == list(read["seq"])
    assert from_csv["seq"].is_monotonic_increasing
    assert (from_csv["kind"] == read["kind"]).all()


def test_threads_join_to_proposals_in_sql(built):
    release = built / "r"
    counted = duckdb.sql(
        f"SELECT p.proposal_id, any_value(p.comments), count(c.comment_id)"
        f" FROM '{release}/proposals.csv' AS p LEFT JOIN '{release}/comments.csv' AS c"
        " USING (proposal_id) GROUP BY 1"
    ).fetchall()
    assert counted and all(said == found for _proposal, said, found in counted)


def test_the_files_are_in_the_layout_r_reads_without_being_told(built):
    for path in (built / "r").rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.reader(file, strict=True)
            header = next(table)
            assert all(len(line) == len(header) for line in table), path
        assert len(set(header)) == len(header) and b"\r" not in path.read_bytes()


def test_no_cell_of_text_is_a_formula(built):
    for path in (built / "r").glob("*.csv"):
        for row in rows(path):
            for name, value in row.items():
                is_number = value.lstrip("-").replace(".", "", 1).isdecimal()
                assert is_number or not value.startswith(FORMULA), (path.name, name, value)


@pytest.mark.parametrize("name", ["events.csv", "events.parquet"])
def test_it_scores_as_the_platform_does_from_either_shape(built, name):
    withheld = json.loads((built / "r" / "manifest.json").read_text())["withheld"]
    scores = citivoice.score_release(
        [built / "r" / name],
        built / "r" / "facts",
        withheld=withheld,
        judged=judged_in(built / "r"),
    )
    assert scores.to_json() == (built / "scores.json").read_text()


@pytest.mark.parametrize("name", ["events.csv", "events.jsonl"])
def test_the_single_file_verifier_finds_every_row_in_the_sealed_log(built, name):
    program = built / "verify.py"
    program.write_text(sealing.verifier_program(), encoding="utf-8")
    leaves = built / "city" / "log" / sealing.LEAVES
    words = ["release", f"r/{name}", "--heads", "heads.jsonl", "--leaves", str(leaves)]
    done = subprocess.run(
        [sys.executable, str(program), *words],
        check=False,
        cwd=built,
        capture_output=True,
        text=True,
    )
    count = len(rows(built / "r" / "events.csv"))
    assert done.returncode == 0 and f"all {count} rows are entries" in done.stdout, done
