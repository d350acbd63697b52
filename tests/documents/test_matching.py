"""The matcher of two versions: the true lineage of drafts whose lineage is known."""

import json

import pytest

from deliberate.legal_texts.matching import match_versions
from deliberate.legal_texts.parser import parse_text
from tests.documents.draft_texts import large_draft, read_draft, render, revised_draft

MAPPING = json.loads(read_draft("mapping.json"))


def lineage(old, new, corrections=None):
    return match_versions(parse_text(old).units, parse_text(new).units, corrections)


def version(number):
    return read_draft(f"participation-v{number}.txt")


@pytest.mark.parametrize("versions", ["1-2", "2-3", "1-3"])
def test_matcher_finds_at_least_95_percent_of_the_true_lineage(versions):
    old, new = versions.split("-")
    matches = {match.to: match for match in lineage(version(old), version(new)).matches}
    rows = MAPPING[versions]["units"]
    right = [row for row in rows if sorted(matches[row["to"]].sources) == sorted(row["from"])]
    assert len(right) >= 0.95 * len(rows)


@pytest.mark.parametrize("versions", ["1-2", "2-3"])
def test_statuses_and_dropped_units_are_the_true_ones(versions):
    old, new = versions.split("-")
    result = lineage(version(old), version(new))
    matches = {match.to: match for match in result.matches}
    rows = MAPPING[versions]["units"]
    right = [row for row in rows if matches[row["to"]].status == row["status"]]
    assert len(right) >= 0.95 * len(rows)
    assert result.dropped == MAPPING[versions]["dropped"]


@pytest.mark.parametrize("seed", range(5))
def test_moved_split_merged_and_renumbered_pasal_of_40_are_matched(seed):
    old, new, sources = revised_draft(seed)
    matches = {match.to: set(match.sources) for match in lineage(old, new).matches}
    right = [address for address, true in sources.items() if matches[address] == true]
    assert len(right) >= 0.95 * len(sources)


def test_equal_versions_of_200_pasal_are_kept_whole():
    text = render(large_draft(200))
    result = lineage(text, text)
    assert {match.status for match in result.matches} == {"kept"} and result.dropped == []


def test_correction_of_an_officer_is_taken_as_it_is():
    text = "Pasal 1\nSatu dua tiga empat.\n\nPasal 2\nLima enam tujuh delapan.\n"
    result = lineage(text, text, {"pasal-1": ["pasal-1", "pasal-2"], "pasal-2": []})
    matches = {match.to: (match.sources, match.status) for match in result.matches}
    assert matches == {
        "pasal-1": (("pasal-1", "pasal-2"), "merged"),
        "pasal-2": ((), "new"),
    }


def test_versions_without_common_units_are_new_and_dropped():
    result = lineage("Pasal 1\nSatu dua tiga.\n", "# Judul\n\nEmpat lima enam.\n")
    assert {match.status for match in result.matches} == {"new"}
    assert result.dropped == ["pasal-1"]
