"""`deliberate score` on the files of a release, valid or damaged."""

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deliberate.citivoice import COLUMNS, Log, judge, reduce
from deliberate.citivoice.framework import catalogue
from deliberate.commands import cli
from deliberate.exports.release_builder import score_rows
from tests.citivoice.data.data_files import copied, spoil
from tests.citivoice.log_rows import PROCESS, Row, act, log_of, sample_rows

KEEP = ("DQ1.1", "SP1.1")


def write_events(folder: Path, rows: list[Row], columns: tuple[str, ...] = tuple(COLUMNS)) -> None:
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        for position, row in enumerate(sorted(rows, key=lambda row: row["occurred_at"]), 1):
            writer.writerow({"seq": position, **row})


def write_release(folder: Path, rows: list[Row], **fields: Any) -> Path:
    """Write a release of these rows with its facts and checksums, and return its folder."""
    folder.mkdir(exist_ok=True)
    write_events(folder, rows)
    reduce(Log.from_files(folder / "events.csv"), PROCESS).write(folder / "facts")
    files = [folder / "events.csv", *sorted((folder / "facts").iterdir())]
    manifest = {
        "formulas": "1.0",
        "withheld": {},
        "files": {
            str(path.relative_to(folder)): {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            for path in files
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest | fields), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("release"), sample_rows())


def score(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["score", *map(str, arguments)])


def is_refused(result: Result, message: str) -> bool:
    lines = result.stderr.strip().splitlines()
    return result.exit_code == 2 and len(lines) == 1 and message in lines[0]


def test_score_command_uses_the_given_formulas(release: Path) -> None:
    assert score(release, "--formulas", "1.0").stdout == score(release).stdout


def test_score_command_lists_known_formulas(release: Path) -> None:
    assert is_refused(score(release, "--formulas", "9.9"), "no formulas '9.9'; known are 1.0")


def test_score_command_refuses_a_release_of_unknown_formulas(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r", sample_rows(2), formulas="0.1")
    assert is_refused(score(folder), "no formulas '0.1'; known are 1.0")
    assert score(folder, "--formulas", "1.0").exit_code == 0


def test_score_command_as_of_counts_earlier_acts_only(release: Path) -> None:
    counts = [
        json.loads(score(release, "--json", *options).stdout)["indicators"]["DQ1.1"]["n"]
        for options in ([], ["--as-of", "2026-01-15"])
    ]
    assert counts[0] == 120 > counts[1] > 0


def test_score_command_compares_a_release_with_itself(release: Path) -> None:
    result = json.loads(score(release, "--compare", release, "--json").stdout)
    assert result["comparison"]["DQ"]["claim"] == "no difference can be claimed"


def test_score_command_names_a_missing_column(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r", sample_rows(2), files={})
    write_events(folder, sample_rows(2), ("seq", "kind"))
    assert is_refused(score(folder), "the log has no column occurred_at")


def replace_text(name: str, old: str, new: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return damage


def write_text_to(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8") and None


def add_act(kind: str, **details: Any) -> Callable[[Path], None]:
    row = act(kind, None, 5, details=details)
    return lambda folder: write_events(folder, [*sample_rows(2), row])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (replace_text("events.csv", "\n3,", "\nthree,"), "'three'"),
        (replace_text("events.csv", "\n3,", "\n2,"), "duplicate seq 2 in the log"),
        (replace_text("events.csv", '{""decision""', "{decision"), "Malformed JSON"),
        (write_text_to("events.csv", ""), "no column seq"),
        (add_act("process.imported", carries=5), "not a list of criteria"),
        (add_act("phase.scheduled", opens="soon"), "'soon'"),
        (replace_text("facts/week_facts.csv", ",1,", ",many,"), "week_facts.csv: invalid literal"),
        (write_text_to("facts/window_facts.csv", "x\n1\n"), "window_facts.csv does not say"),
        (write_text_to("assessments.json", "{}"), "has no valid judged scores"),
        (write_text_to("assessments.json", '{"judged": {"ZZ9": {}}}'), "unknown criteria: ZZ9"),
        (
            write_text_to("manifest.json", '{"withheld": {}, "files": {"a": 1}}'),
            "not a release manifest",
        ),
    ],
)
def test_score_command_names_unreadable_input_in_one_line(
    tmp_path: Path, damage: Callable[[Path], None], message: str
) -> None:
    folder = write_release(tmp_path / "r", sample_rows(2), files={}, withheld={"support.given": 1})
    damage(folder)
    assert is_refused(score(folder), message)


def test_score_command_requires_facts_listed_in_the_manifest(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r", sample_rows(2))
    (folder / "facts/person_cells.csv").unlink()
    assert is_refused(score(folder), "facts/person_cells.csv is missing")


def test_score_command_refuses_a_broken_zip(tmp_path: Path) -> None:
    (tmp_path / "r.zip").write_bytes(b"PK")
    assert is_refused(score(tmp_path / "r.zip"), "not a ZIP file")


def test_score_command_ignores_unknown_columns(release: Path, tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r", sample_rows(), files={})
    write_events(folder, [row | {"mood": "x"} for row in sample_rows()], (*COLUMNS, "mood"))
    assert score(folder).stdout == score(release).stdout


def test_score_command_refuses_a_file_with_another_checksum(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r", sample_rows(2))
    write_events(folder, sample_rows(1))
    assert is_refused(score(folder), "events.csv is not the file of the manifest")


def test_score_command_refuses_invalid_times(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r", sample_rows(1), files={})
    text = (folder / "events.csv").read_text(encoding="utf-8")
    (folder / "events.csv").write_text(text.replace("2026-01-05", "yesterday"), encoding="utf-8")
    result = score(folder)
    assert result.exit_code == 2 and "yesterday" in result.stderr


@pytest.mark.parametrize("text", ["{", "[]", '{"formulas": "1.0"}'])
def test_score_command_refuses_an_invalid_manifest(tmp_path: Path, text: str) -> None:
    folder = write_release(tmp_path / "r", sample_rows(1))
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    assert is_refused(score(folder), "manifest.json")


def test_score_command_scores_an_empty_release_without_error(tmp_path: Path) -> None:
    result = score(write_release(tmp_path / "r", []), "--json")
    states = {indicator["state"] for indicator in json.loads(result.stdout)["indicators"].values()}
    assert result.exit_code == 0 and states == {"not_enough_data"}


def test_score_command_reports_unknown_kinds(release: Path, tmp_path: Path) -> None:
    unknown_acts = [act("kite.flown", f"u{k}", 3000 + k) for k in range(3)]
    result = score(write_release(tmp_path / "r", [*sample_rows(), *unknown_acts]))
    assert result.exit_code == 0 and "not scored: kite.flown (3)" in result.stderr
    assert result.stdout == score(release).stdout


def test_score_command_ignores_the_order_of_rows(release: Path, tmp_path: Path) -> None:
    """A later log entry may have happened earlier, as in imports."""
    folder = write_release(tmp_path / "r", sample_rows(), files={})
    with (folder / "events.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *reversed(rows)])
    assert score(folder).stdout == score(release).stdout


def test_score_command_and_export_use_the_definition_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = write_release(
        tmp_path / "r", sample_rows(), formulas=catalogue.load_formulas().version
    )
    files = copied(tmp_path)
    spoil(files, "indicators.toml", "[0.2, 0.6,", "[0.1, 0.7,")
    spoil(files, "headlines.toml", "Too little talk to judge yet.", "Say more.")
    monkeypatch.setattr(catalogue, "data_folder", lambda: files)
    document = json.loads(score(release, "--json").stdout)
    assert document["indicators"]["DQ4.1"]["goalpost"] == [0.1, 0.7, "down"]
    assert document["headline"]["en"].startswith("Say more.")
    scores = judge(reduce(log_of(sample_rows()), PROCESS))
    (row,) = [row for row in score_rows(scores) if row["id"] == "DQ4.1"]
    assert row["normalised"] == pytest.approx((0.7 - row["value"]) / 0.6, abs=1e-3)
