"""Every kind of act is in the codebook once, and does not change once released."""

from deliberate.exports.columns import codebook
from deliberate.vocabulary import Kind, Visibility
from tests.structure.source_tree import ROOT

FROZEN = ROOT / "tests" / "structure" / "kinds.txt"
"""One kind per line: name, visibility, names of the details. Lines are only added."""


def kind_lines():
    return sorted(
        " ".join([kind.value, kind.visibility.value, *sorted(kind.details)]) for kind in Kind
    )


def test_kinds_are_the_frozen_ones():
    assert kind_lines() == FROZEN.read_text(encoding="utf-8").splitlines()


def test_every_kind_has_a_visibility_and_a_meaning():
    for kind in Kind:
        assert kind.visibility in Visibility
        assert kind.meaning and kind.value.count(".") == 1


def test_codebook_names_every_kind_once():
    rows = [row for row in codebook() if "kind" in " ".join(map(str, row.values()))]
    values = [value for row in rows for value in row.values()]
    for kind in Kind:
        assert values.count(kind.value) == 1, kind.value
