"""Every kind of act is in the codebook once, and does not change once released."""

from deliberate.exports.columns import codebook
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
