"""The three data files: flaws are reported, and the files alone define the formulas."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from deliberate.citivoice import get_formulas, load_formulas, reduce
from deliberate.citivoice.framework import catalogue
from deliberate.citivoice.framework.check import MEASURED, find_flaws
from deliberate.citivoice.scoring.judge import _measures
from deliberate.commands import cli
from tests.citivoice.data.data_files import copied, spoil
from tests.citivoice.log_rows import PROCESS, log_of, sample_rows


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return copies of the data files for a test to damage."""
    return copied(tmp_path)


def test_current_data_files_have_no_flaw() -> None:
    assert find_flaws() == []


def test_every_described_indicator_is_measured() -> None:
    measures, _ = _measures(reduce(log_of(sample_rows(2)), PROCESS), load_formulas())
    assert {name: " ".join(m.opportunities) for name, m in measures.items()} == MEASURED


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "what"),
    [
        ("indicators.toml", '"DQ1.1"]', '"DQ1.9"]', "DQ1.9", "is not measured"),
        ("indicators.toml", '"DQ1.1"]', '"DQ1.9"]', "DQ1.1", "is missing"),
        ("indicators.toml", "[0.0, 0.5,", "[0.5, 0.5,", "DQ1.1", "is not below"),
        ("indicators.toml", '0.5, "up"', '0.5, "left"', "DQ1.1", "neither up nor down"),
        ("indicators.toml", "comments = 100, threads = 10", "people = 1", "DQ1.1", "people"),
        (
            "indicators.toml",
            'id = "Kesetaraan suara dalam utas"',
            'id = ""',
            "DQ4.1",
            "no text in id",
        ),
        ("indicators.toml", 'core = ["RS1"]', 'core = ["DQ1"]', "RS", "core DQ1"),
        ("indicators.toml", '"verified_only"]', '"without_me"]', "DQ", "run without_me"),
        ("indicators.toml", "seed = 2019", 'seed = "x"', "seed", "is not a number"),
        ("headlines.toml", "low = 0.35", "low = 0.75", "low, high", "are not 0 < low"),
        ("headlines.toml", "[SP]", "[SQ]", "SQ", "is neither dimension nor indicator"),
        ("headlines.toml", 'id = "Sebagian kembali."', 'ID = "x"', "SP.middle", "text in id"),
        ("framework.toml", 'logged = ["RS4"]', 'logged = ["RS9"]', "DP2", "logged RS9"),
        (
            "framework.toml",
            "meetings_minuted / m",
            "minuted / m",
            "beside.meetings",
            "unknown column minuted",
        ),
        ("framework.toml", '"meetings"]', '"parties"]', "CC1", "logged parties is unknown"),
        ("framework.toml", "[criteria.CC2]", "[criteria.XX2]", "XX2", "begins with no category"),
        ("framework.toml", 'version = "2.0"', "", "version", "is missing"),
    ],
)
def test_check_names_file_and_place_of_a_flaw(
    files: Path, name: str, old: str, new: str, where: str, what: str
) -> None:
    spoil(files, name, old, new)
    assert any(f.file == name and f.where == where and what in f.what for f in find_flaws(files))


def test_check_command_prints_flaws_and_exit_code(files: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        found = CliRunner().invoke(cli, ["citivoice", "check", *words])
        return found.exit_code, found.output

    assert run() == (0, "All three files are consistent.\n")
    spoil(files, "headlines.toml", "low = 0.35", "low = 0.75")
    code, said = run(str(files), "--json")
    assert code == 1 and json.loads(said)["faults"][0]["file"] == "headlines.toml"
    spoil(files, "framework.toml", "[categories]", "[categories")
    code, said = run(str(files))
    assert code == 2 and "framework.toml" in said


def test_older_formula_versions_remain_available(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(files / "indicators.toml", files / "indicators-0.9.toml")
    spoil(files, "indicators-0.9.toml", 'version = "1.1"', 'version = "0.9"')
    monkeypatch.setattr(catalogue, "data_folder", lambda: files)
    assert get_formulas("0.9").version == "0.9"
    with pytest.raises(catalogue.UnknownFormulas, match=r"known are 0.9, 1.1"):
        get_formulas("2.0")
