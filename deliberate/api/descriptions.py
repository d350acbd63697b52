"""The descriptions of the API in the language of a reader.

The code and the OpenAPI document hold them in English; `descriptions.toml` has the Indonesian ones.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from deliberate.exports.columns import indonesian_meanings


@cache
def indonesian_descriptions() -> Mapping[str, str]:
    """Return the Indonesian descriptions by the English ones, without those of releases."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {
        english: description
        for entries in tomllib.loads(text).values()
        for english, description in entries.items()
    }


def description_in(language: str, english: str) -> str:
    """Return a description in a language; it must be among those of the API or the releases."""
    if language == "en" or not english:
        return english
    own = indonesian_descriptions()
    return own[english] if english in own else indonesian_meanings()[english]
