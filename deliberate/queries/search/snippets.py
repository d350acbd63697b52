"""Snippets of search results: a line of the text around the first match."""

import re
from collections.abc import Sequence

from deliberate.queries.search.stemming import SearchTerms

CONTEXT = 80
"""Characters before the first match; twice as many follow it."""


def snippet_parts(text: str, terms: SearchTerms) -> list[tuple[str, bool]]:
    """Return a line of a text around its first match, cut at spaces.

    The line comes in parts, each with whether it matches one of the terms.
    """
    line = " ".join(text.split())
    matches = (word for word in re.finditer(r"[^\W_]+", line) if terms.matches(word.group()))
    first = next(matches, None)
    position = first.start() if first else 0
    start, end = max(0, position - CONTEXT), position + 2 * CONTEXT
    snippet, before, after = line[start:end], "", ""
    if start:
        before, snippet = "…", snippet.partition(" ")[2] or snippet
    if end < len(line):
        after, snippet = "…", snippet.rpartition(" ")[0] or snippet
    parts = re.split(r"([^\W_]+)", before + snippet + after)  # every second one is a word
    matched = [(part, at % 2 == 1 and terms.matches(part)) for at, part in enumerate(parts) if part]
    return _merge_plain_parts(matched)


def _merge_plain_parts(parts: Sequence[tuple[str, bool]]) -> list[tuple[str, bool]]:
    merged: list[tuple[str, bool]] = []
    for text, is_match in parts:
        if merged and not is_match and not merged[-1][1]:
            merged[-1] = (merged[-1][0] + text, False)
        else:
            merged.append((text, is_match))
    return merged
