"""`deliberate score` on the files of a release: as it should be, and spoilt in every way."""

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deliberate.citivoice import COLUMNS, Log, catalogue, judge, reduce
from deliberate.commands import cli
from deliberate.exports.release import score_rows
from tests.citivoice.data_files import copied, spoil
from tests.citivoice.log_rows import PROCESS, Row, act, log_of, town

KEEP = ("DQ1.1", "SP1.1")


def write_events(folder: Path, rows: list[Row], columns: tuple[str, ...] = tuple(COLUMNS)) -> None:
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        for place, row in enumerate(sorted(rows, key=lambda row: row["occurred_at"]), 1):
            writer.writerow({"seq": place, **row})


def write_release(folder: Path, rows: list[Row], **said: Any) -> Path:
    """A release of these rows with its facts and the hashes of its files."""
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
    (folder / "manifest.json").write_text(json.dumps(manifest | said), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("release"), town())


def score(*words: object) -> Result:
    return CliRunner().invoke(cli, ["score", *map(str, words)])


def refused(found: Result, word: str) -> bool:
    lines = found.stderr.strip().splitlines()
    return found.exit_code == 2 and len(lines) == 1 and word in lines[0]


def test_a_release_is_scored_by_the_formulas_named(release: Path) -> None:
    assert score(release, "--formulas", "1.0").stdout == score(release).stdout


def test_unknown_formulas_are_answered_with_those_there_are(release: Path) -> None:
    assert refused(score(release, "--formulas", "9.9"), "no formulas '9.9'; known are 1.0")


def test_a_release_of_unknown_formulas_is_not_guessed_at(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r", town(2), formulas="0.1")
    assert refused(score(folder), "no formulas '0.1'; known are 1.0")
    assert score(folder, "--formulas", "1.0").exit_code == 0


def test_an_earlier_day_leaves_fewer_acts(release: Path) -> None:
    n = [
        json.loads(score(release, "--json", *more).stdout)["indicators"]["DQ1.1"]["n"]
        for more in ([], ["--as-of", "2026-01-15"])
    ]
    assert n[0] == 120 > n[1] > 0


def test_a_release_is_compared_with_itself(release: Path) -> None:
    found = json.loads(score(release, "--compare", release, "--json").stdout)
    assert found["comparison"]["DQ"]["claim"] == "no difference can be claimed"


def test_columns_that_are_missing_are_named(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r", town(2), files={})
    write_events(folder, town(2), ("seq", "kind"))
    assert refused(score(folder), "the log has no column occurred_at")


def rewritten(name: str, old: str, new: str) -> Callable[[Path], None]:
    def harm(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return harm


def written(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8") and None


def told(kind: str, **details: Any) -> Callable[[Path], None]:
    row = act(kind, None, 5, details=details)
    return lambda folder: write_events(folder, [*town(2), row])


@pytest.mark.parametrize(
    ("harm", "word"),
    [
        (rewritten("events.csv", "\n3,", "\nthree,"), "'three'"),
        (rewritten("events.csv", "\n3,", "\n2,"), "entry 2 stands in the log twice"),
        (rewritten("events.csv", '{""decision""', "{decision"), "Malformed JSON"),
        (written("events.csv", ""), "no column seq"),
        (told("process.imported", carries=5), "no list of criteria"),
        (told("phase.scheduled", opens="soon"), "'soon'"),
        (rewritten("facts/week_facts.csv", ",1,", ",many,"), "week_facts.csv: invalid literal"),
        (written("facts/window_facts.csv", "x\n1\n"), "window_facts.csv does not say"),
        (written("assessments.json", "{}"), "does not say how it was judged"),
        (written("assessments.json", '{"judged": {"ZZ9": {}}}'), "no question asks: ZZ9"),
        (written("manifest.json", '{"withheld": {}, "files": {"a": 1}}'), "no manifest"),
    ],
)
def test_what_cannot_be_read_is_named_in_a_line_and_never_guessed_at(
    tmp_path: Path, harm: Callable[[Path], None], word: str
) -> None:
    folder = write_release(tmp_path / "r", town(2), files={}, withheld={"support.given": 1})
    harm(folder)
    assert refused(score(folder), word)


def test_facts_that_the_manifest_names_are_not_done_without(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r", town(2))
    (folder / "facts/person_cells.csv").unlink()
    assert refused(score(folder), "facts/person_cells.csv is missing")


def test_what_is_no_zip_is_named(tmp_path: Path) -> None:
    (tmp_path / "r.zip").write_bytes(b"PK")
    assert refused(score(tmp_path / "r.zip"), "no ZIP")


def test_foreign_columns_change_nothing(release: Path, tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r", town(), files={})
    write_events(folder, [row | {"mood": "x"} for row in town()], (*COLUMNS, "mood"))
    assert score(folder).stdout == score(release).stdout


def test_a_file_that_is_not_the_manifest_s_is_refused(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r", town(2))
    write_events(folder, town(1))
    assert refused(score(folder), "events.csv is not the file of the manifest")


def test_times_that_are_no_times_are_refused(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "r", town(1), files={})
    text = (folder / "events.csv").read_text(encoding="utf-8")
    (folder / "events.csv").write_text(text.replace("2026-01-05", "yesterday"), encoding="utf-8")
    found = score(folder)
    assert found.exit_code == 2 and "yesterday" in found.stderr


@pytest.mark.parametrize("text", ["{", "[]", '{"formulas": "1.0"}'])
def test_a_manifest_that_says_nothing_is_refused(tmp_path: Path, text: str) -> None:
    folder = write_release(tmp_path / "r", town(1))
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    assert refused(score(folder), "manifest.json")


def test_no_rows_are_too_little_data_and_no_error(tmp_path: Path) -> None:
    found = score(write_release(tmp_path / "r", []), "--json")
    states = {one["state"] for one in json.loads(found.stdout)["indicators"].values()}
    assert found.exit_code == 0 and states == {"not_enough_data"}


def test_unknown_kinds_are_counted_and_not_scored(release: Path, tmp_path: Path) -> None:
    kites = [act("kite.flown", f"u{k}", 3000 + k) for k in range(3)]
    found = score(write_release(tmp_path / "r", [*town(), *kites]))
    assert found.exit_code == 0 and "not scored: kite.flown (3)" in found.stderr
    assert found.stdout == score(release).stdout


def test_times_out_of_order_change_nothing(release: Path, tmp_path: Path) -> None:
    """What came later in the log may have happened before: imports do so."""
    folder = write_release(tmp_path / "r", town(), files={})
    with (folder / "events.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *reversed(rows)])
    assert score(folder).stdout == score(release).stdout


def test_words_and_goalposts_of_the_files_reach_command_and_export(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = copied(tmp_path)
    spoil(files, "indicators.toml", "[0.2, 0.6,", "[0.1, 0.7,")
    spoil(files, "headlines.toml", "Too little talk to judge yet.", "Say more.")
    monkeypatch.setattr(catalogue, "folder", lambda: files)
    document = json.loads(score(release, "--json").stdout)
    assert document["indicators"]["DQ4.1"]["goalpost"] == [0.1, 0.7, "down"]
    assert document["headline"]["en"].startswith("Say more.")
    scores = judge(reduce(log_of(town()), PROCESS))
    (row,) = [row for row in score_rows(scores) if row["id"] == "DQ4.1"]
    assert row["normalised"] == pytest.approx((0.7 - row["value"]) / 0.6, abs=1e-3)
