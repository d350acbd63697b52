"""Texts of people that sentences of the site quote, each marked with its language."""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

Quote = tuple[str, str]
"""A text of a person and its language, empty if that is unknown."""


def mark_quotes(sentence: str, quotes: Sequence[Quote]) -> Markup:
    """Return a sentence in which each quoted text of a person names its language."""
    languages = {text: language for text, language in quotes if text}
    if not languages:
        return escape(sentence)
    longest_first = sorted(languages, key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", sentence)
    span = Markup('<span lang="{}" dir="auto">{}</span>')
    marked = [
        span.format(languages[part], part) if part in languages else escape(part) for part in parts
    ]
    return Markup("").join(marked)
