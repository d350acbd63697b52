"""A release of the sample city opens in researchers' tools and reproduces its scores and proofs."""

import csv
import json
import shutil
import subprocess
import sys
from datetime import timedelta

import duckdb
import pytest

from deliberate import citivoice, clock, sealing
from deliberate.exports.csv_writer import FORMULA_PREFIXES
from deliberate.exports.formats import FORMATS
from deliberate.exports.release_builder import build_release
from deliberate.queries.processes.processes import get_process
from deliberate.queries.releases.release_files import read_judged
from deliberate.queries.scores.computed_scores import compute_scores
from tests.databases import release_connections
from tests.exports.release_reader import csv_rows
from tests.sample_city import CITY_NOW, create_city_app


@pytest.fixture(scope="module")
def release_folder(city_folder, tmp_path_factory):
    """Return a folder with a release of the sample city, its scores and published tree heads."""
    folder = tmp_path_factory.mktemp("release")
    app = create_city_app(shutil.copytree(city_folder, folder / "city"))
    settings = app.config["SETTINGS"]
    with app.app_context(), clock.override_now(CITY_NOW):
        process = get_process("kipp-1a")
        build_release(process, folder / "r", formats=tuple(FORMATS))
        (folder / "scores.json").write_text(compute_scores(process).to_json())
        sealing.publish_heads(until=CITY_NOW + timedelta(hours=1))
        sealing.write_leaf_file(settings.log_path)
        lines = (json.dumps(head) + "\n" for head in sealing.published_heads_json())
        (folder / "heads.jsonl").write_text("".join(lines))
    release_connections(app)
    return folder


def test_data_package_is_valid_for_frictionless(release_folder):
    import frictionless

    package = frictionless.Package(str(release_folder / "r" / "datapackage.json"))
    assert {r.name for r in package.resources} >= {"events", "comments", "facts-week-facts"}
    report = package.validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])[:5]


def test_events_are_equal_in_csv_json_and_parquet(release_folder):
    import pandas

    release = release_folder / "r"
    from_csv = pandas.read_csv(release / "events.csv", parse_dates=["occurred_at"])
    from_lines = pandas.read_json(release / "events.jsonl", lines=True)
    from_parquet = duckdb.sql(f"FROM '{release / 'events.parquet'}'").df()
    assert len(from_csv) == len(from_lines) == len(from_parquet) > 100
    assert list(from_csv["seq"]) == list(from_lines["seq"]) == list(from_parquet["seq"])
    assert from_csv["seq"].is_monotonic_increasing
    assert (from_csv["kind"] == from_parquet["kind"]).all()


def test_comment_counts_agree_with_proposals(release_folder):
    release = release_folder / "r"
    counts = duckdb.sql(
        f"SELECT p.proposal_id, any_value(p.comments), count(c.comment_id)"
        f" FROM '{release}/proposals.csv' AS p LEFT JOIN '{release}/comments.csv' AS c"
        " USING (proposal_id) GROUP BY 1"
    ).fetchall()
    assert counts and all(
        released == counted_comments for _proposal, released, counted_comments in counts
    )


def test_csv_files_have_a_plain_layout(release_folder):
    for path in (release_folder / "r").rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.reader(file, strict=True)
            header = next(table)
            assert all(len(line) == len(header) for line in table), path
        assert len(set(header)) == len(header) and b"\r" not in path.read_bytes()


def test_csv_files_contain_no_formulas(release_folder):
    for path in (release_folder / "r").glob("*.csv"):
        for row in csv_rows(path):
            for name, value in row.items():
                is_number = value.lstrip("-").replace(".", "", 1).isdecimal()
                assert is_number or not value.startswith(FORMULA_PREFIXES), (path.name, name, value)


@pytest.mark.parametrize("name", ["events.csv", "events.parquet"])
def test_release_scores_equal_platform_scores_from_csv_and_parquet(release_folder, name):
    withheld = json.loads((release_folder / "r" / "manifest.json").read_text())["withheld"]
    scores = citivoice.score_release(
        [release_folder / "r" / name],
        release_folder / "r" / "facts",
        withheld=withheld,
        judged=read_judged(release_folder / "r"),
    )
    assert scores.to_json() == (release_folder / "scores.json").read_text()


@pytest.mark.parametrize("name", ["events.csv", "events.jsonl"])
def test_verifier_program_proves_every_release_row(release_folder, name):
    program = release_folder / "verify.py"
    program.write_text(sealing.verifier_program(), encoding="utf-8")
    leaves = release_folder / "city" / "log" / sealing.LEAF_FOLDER
    arguments = ["release", f"r/{name}", "--heads", "heads.jsonl", "--leaves", str(leaves)]
    result = subprocess.run(
        [sys.executable, str(program), *arguments],
        check=False,
        cwd=release_folder,
        capture_output=True,
        text=True,
    )
    count = len(csv_rows(release_folder / "r" / "events.csv"))
    assert result.returncode == 0 and f"all {count} rows are entries" in result.stdout, result
