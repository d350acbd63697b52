"""Every kind of act is in the codebook once, and does not change once released."""

import pytest

from deliberate.citivoice.framework.catalogue import read_toml
from deliberate.citivoice.reduction.facts import SCHEMA, column_types
from deliberate.exports.columns import codebook, fact_meaning, indonesian_meanings
from deliberate.vocabulary import Visibility
from deliberate.vocabulary.events import EVENT_TYPES
from tests.structure.source_tree import ROOT

FROZEN = ROOT / "tests" / "structure" / "kinds.txt"
"""One kind per line: name, visibility, names of the details. Lines are only added."""


def kind_lines():
    return sorted(
        " ".join([kind, event.VISIBILITY.value, *sorted(event.detail_meanings())])
        for kind, event in EVENT_TYPES.items()
    )


def test_kinds_are_the_frozen_ones():
    assert kind_lines() == FROZEN.read_text(encoding="utf-8").splitlines()


def test_every_kind_has_a_visibility_and_a_meaning():
    for kind, event in EVENT_TYPES.items():
        assert event.VISIBILITY in Visibility
        assert event.meaning() and kind.count(".") == 1


def test_every_detail_has_a_meaning_and_a_type_in_the_codebook():
    rows = {row["name"]: row for row in codebook() if row["file"] == "details"}
    for kind, event in EVENT_TYPES.items():
        for name in event.detail_meanings():
            row = rows[f"{kind}.{name}"]
            assert row["meaning"] and row["type"] in {"integer", "string", "list"}, row
    assert rows["role.granted.role"]["codes"].startswith("resident|")


def test_codebook_names_every_kind_once():
    rows = [row for row in codebook() if "kind" in " ".join(map(str, row.values()))]
    values = [value for row in rows for value in row.values()]
    for kind in EVENT_TYPES:
        assert values.count(kind) == 1, kind


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_column_of_the_facts_has_a_meaning_in_both_languages(language):
    columns = [(table, name) for table in SCHEMA for name in column_types(table)]
    assert all(len(fact_meaning(*column, language)) > 4 for column in columns)
    assert all(fact_meaning(*column, "en") != fact_meaning(*column, "id") for column in columns)


def test_dictionary_explains_no_column_that_does_not_exist():
    dictionary = read_toml("facts.toml")
    common = dictionary.pop("common")
    known = {name for table in SCHEMA for name in column_types(table)}
    assert set(common) <= known
    assert all(set(entries) <= set(column_types(table)) for table, entries in dictionary.items())


def test_codebook_has_every_meaning_in_both_languages():
    rows = list(codebook())
    facts = [row for row in rows if row["file"].startswith("facts/")]
    assert len(facts) == sum(len(column_types(table)) for table in SCHEMA)
    missing = [row["name"] for row in rows if not row["meaning"] or not row["meaning_id"]]
    untranslated = [row["name"] for row in rows if row["meaning"] == row["meaning_id"]]
    assert (missing, untranslated) == ([], [])


def test_no_meaning_is_translated_that_no_column_and_no_detail_has():
    used = {row["meaning"] for row in codebook()}
    assert [meaning for meaning in indonesian_meanings() if meaning not in used] == []
