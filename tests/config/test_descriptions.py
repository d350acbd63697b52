"""Every setting is described, has an effect and is printed without secrets."""

import ast
from dataclasses import fields

import pytest

from deliberate.config import Settings
from deliberate.config.descriptions import TEXTS, describe_settings
from deliberate.config.settings_file import Variables
from tests.structure.source_tree import modules

DERIVED = {
    "database_url": "database_uri",
    "data_dir": "data_path",
    "log_dir": "log_path",
    "upload_dir": "upload_path",
    "shared_dir": "releases_path",
    "read_url": "read_uri",
    "key_ring_file": "key_ring_path",
}
"""Settings that are read through a property of another name."""


def read_attributes() -> set[str]:
    """Return the names of all attributes that the program reads outside its configuration."""
    return {
        node.attr
        for path, tree in modules()
        if not path.startswith("deliberate/config/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }


def test_every_setting_is_read_outside_the_configuration():
    names = {DERIVED.get(spec.name, spec.name) for spec in fields(Settings)}
    assert names - read_attributes() == set()


def test_every_setting_has_a_meaning_and_an_effect():
    assert list(TEXTS) == [spec.name for spec in fields(Settings)]
    assert all(meaning and effect for meaning, effect in TEXTS.values())


def describe(**given):
    values = {f"DELIBERATE_{name}": value for name, value in given.items()}
    described = describe_settings(Variables(values, frozenset(), None))
    return {setting.name.removeprefix("DELIBERATE_"): setting for setting in described}


def test_secret_is_not_printed(tmp_path):
    (tmp_path / "key").write_text("rahasia-metrik-saya")
    described = describe(SECRET_KEY="rahasia" * 9, METRICS_TOKEN_FILE=str(tmp_path / "key"))
    assert "rahasia" not in str(described)
    assert described["SECRET_KEY"].value == described["METRICS_TOKEN"].value == "…"
    assert described["SECRET_KEY"].source == "environment"
    assert described["METRICS_TOKEN"].source == "DELIBERATE_METRICS_TOKEN_FILE (environment)"


@pytest.mark.parametrize(("name", "value"), [("MIN_CELL", "two"), ("LIMITS", "perhaps")])
def test_value_that_cannot_be_read_is_printed_as_given(name, value):
    assert describe(**{name: value})[name].value == value
