"""The settings file: systemd's rules, precedence of the environment, faults by line."""

import pytest

from deliberate.config import InvalidSetting
from deliberate.config.settings_file import parse_settings, read_variables

CASES = {
    "A=b": "b",
    "A = b c ": "b c",
    "  A=b": "b",
    "A=": "",
    "A='b c'": "b c",
    'A="b c"': "b c",
    "A='b\\nc'": "b\\nc",
    'A="b\\"c"': 'b"c',
    'A="b\\$c"': "b$c",
    'A="b\\nc"': "b\\nc",
    'A="b" "c"': "bc",
    "A=b\\ c": "b c",
    "A=b\\\nc": "bc",
    'A="b\nc"': "b\nc",
    'A="b\\\nc"': "bc",
    "A=b # c": "b # c",
    "A=b'c'": "b'c'",
    "A=$HOME": "$HOME",
    "A=b=c": "b=c",
    "# A=x\n; A=y\nA=b": "b",
    "A=x\nA=b": "b",
    "A=b\r\n": "b",
    "A=b\\ ": "b ",
    'A="b"c': "bc",
}


@pytest.mark.parametrize("text", CASES)
def test_settings_file_is_read_by_the_rules_of_systemd(text):
    assert parse_settings(text) == {"A": CASES[text]}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("export DELIBERATE_MODE=test", "without “export”"),
        ("DELIBERATE_MODE", "must be NAME=value"),
        ("1A=b", "must be NAME=value"),
        ("=b", "must be NAME=value"),
    ],
)
def test_line_that_is_no_assignment_is_named(line, fault):
    with pytest.raises(InvalidSetting, match=f"kota.env:3: .*{fault}"):
        parse_settings(f"# Kota\nA=b\n{line}\nC=d\n", "kota.env")


def test_environment_wins_over_the_settings_file(tmp_path):
    path = tmp_path / "kota.env"
    path.write_text("DELIBERATE_MODE=test\nDELIBERATE_MIN_CELL=11\n")
    environ = {"DELIBERATE_SETTINGS_FILE": str(path), "DELIBERATE_MODE": "demo"}
    variables = read_variables(environ)
    assert variables.values["DELIBERATE_MODE"] == "demo"
    assert variables.values["DELIBERATE_MIN_CELL"] == "11"
    assert variables.from_file == {"DELIBERATE_MIN_CELL"}


def test_secret_of_the_environment_wins_over_a_file_that_the_settings_file_names(tmp_path):
    path = tmp_path / "kota.env"
    path.write_text("DELIBERATE_SECRET_KEY_FILE=/does/not/exist\n")
    environ = {"DELIBERATE_SETTINGS_FILE": str(path), "DELIBERATE_SECRET_KEY": "s" * 40}
    assert "DELIBERATE_SECRET_KEY_FILE" not in read_variables(environ).values


def test_settings_file_that_is_named_and_missing_is_reported(tmp_path):
    with pytest.raises(InvalidSetting, match="DELIBERATE_SETTINGS_FILE: cannot read /nowhere"):
        read_variables({"DELIBERATE_SETTINGS_FILE": "/nowhere"})


def test_settings_file_that_is_no_text_is_reported(tmp_path):
    path = tmp_path / "kota.env"
    path.write_bytes(b"A=\xff")
    with pytest.raises(InvalidSetting, match="UTF-8"):
        read_variables({"DELIBERATE_SETTINGS_FILE": str(path)})
