"""Every kind of act is in the codebook with one class, and never changes once released."""

from deliberate.exports.columns import codebook
from deliberate.vocabulary import Kind, Visibility
from tests.structure.source import ROOT

FROZEN = ROOT / "tests" / "structure" / "kinds.txt"
"""One kind a line: its name, its class, the details its rows may hold. Lines are only added."""


def lines():
    return sorted(
        " ".join([kind.value, kind.visibility.value, *sorted(kind.details)]) for kind in Kind
    )


def test_the_kinds_are_those_written_down():
    assert lines() == FROZEN.read_text(encoding="utf-8").splitlines()


def test_every_kind_has_a_class_and_a_meaning():
    for kind in Kind:
        assert kind.visibility in Visibility
        assert kind.meaning and kind.value.count(".") == 1


def test_the_codebook_names_every_kind_once():
    named = [row for row in codebook() if "kind" in " ".join(map(str, row.values()))]
    told = [value for row in named for value in row.values()]
    for kind in Kind:
        assert told.count(kind.value) == 1, kind.value
