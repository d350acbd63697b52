"""Light stemming for search: terms of a query, their stems and the prefixes to look up."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

MAX_TERMS = 8
"""Terms of a query that are searched."""
MAX_TERM_LENGTH = 40
EXACT_LENGTH = 3
"""Terms up to this length match exactly; longer ones match with any ending."""
_WORD = re.compile(r"[^\W_]+")
_DIACRITICS = re.compile("([A-Za-z])[\u0300-\u036f]+")
_SUFFIXES = re.compile(r"(?:nya|kan|an|i|(?<=[cs]h)es|(?<=[bcdfghjklmnpqrtvwxyz])s)$")
"""Indonesian suffixes, and the English plural where it is unambiguous."""
_PREFIX = re.compile(r"^(?:di|ber|ter|ke|se|per|be)(?=\w{4})")
_NASAL_PREFIX = re.compile(r"^(?:me|pe)(?:(ny)|(ng)|(m)(?=[^bfp])|(n)(?=[^cdjtz])|n|m)?(?=\w{3})")
_NASAL_REPLACING = {"s": "ny", "k": "ng", "p": "m", "t": "n"}
"""The nasal that replaces an initial consonant after me- and pe-."""
_NASAL_BEFORE = {
    **dict.fromkeys("bf", "m"),
    **dict.fromkeys("cdjz", "n"),
    **dict.fromkeys("aeghiou", "ng"),
}
"""The nasal that is inserted before an initial letter after me- and pe-."""
_REPLACED_BY_NASAL = {"ny": ("s",), "ng": ("", "k"), "m": ("p", "m"), "n": ("t", "n")}
"""Initial consonants a nasal replaces: menyapu from sapu, mengirim from kirim."""


def tokenize(q: str, limit: int = MAX_TERMS) -> list[str]:
    """Return the distinct terms of a text, lower-cased, without query syntax."""
    words = _WORD.findall(fold(q[:2000]))
    return list(dict.fromkeys(word[:MAX_TERM_LENGTH] for word in words))[:limit]


def fold(text: str) -> str:
    """Return a text in small letters, Latin ones without diacritics, as the index has it."""
    if text.isascii():
        return text.lower()
    decomposed = _DIACRITICS.sub(r"\1", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", decomposed).casefold()


@lru_cache(maxsize=8192)
def word_stems(word: str) -> tuple[str, ...]:
    """Return a word and its possible stems, the shortest last.

    Light stemming after Tala (2003): without a dictionary it returns a few wrong stems too.
    """
    bare = _SUFFIXES.sub("", word)
    stems = [word, *([bare] if len(bare) > EXACT_LENGTH else [])]
    roots = [root for stem in stems for root in _roots(stem) if len(root) > EXACT_LENGTH]
    return tuple(dict.fromkeys([*stems, *roots]))


def _roots(word: str) -> Iterable[str]:
    if match := _PREFIX.match(word):
        yield word[match.end() :]
    if match := _NASAL_PREFIX.match(word):
        nasal = next((group for group in match.groups() if group), "")
        for initial in _REPLACED_BY_NASAL.get(nasal, ("",)):
            yield initial + word[match.end() :]


def search_prefixes(word: str) -> list[str]:
    """Return the prefixes that find a word and its affixed forms in an index without a stemmer."""
    if len(word) <= EXACT_LENGTH:
        return [word]
    prefixes = [word]
    for root in _without_redundant(word_stems(word)):
        prefixes += [root, *(affix + root for affix in ("di", "ber", "ter", "ke", "se", "per"))]
        prefixes += _nasal_forms(root)
    return _without_redundant(prefixes)


def _without_redundant(words: Sequence[str]) -> list[str]:
    """Return the words that do not begin with another word of the sequence."""
    return [w for w in dict.fromkeys(words) if not any(w != o and w.startswith(o) for o in words)]


def _nasal_forms(root: str) -> list[str]:
    """Return the forms of a root with the prefixes me- and pe-."""
    initial, rest = root[0], root[1:]
    if initial in _NASAL_REPLACING:
        form = _NASAL_REPLACING[initial] + rest
    else:
        form = _NASAL_BEFORE.get(initial, "") + root
    return ["me" + form, "pe" + form]


class SearchTerms:
    """The terms of a query, matched against the words of a text."""

    def __init__(self, terms: Iterable[str]) -> None:
        distinct = set(terms)
        self.exact = {term for term in distinct if len(term) <= EXACT_LENGTH}
        longer = distinct - self.exact
        self.prefixes = tuple(prefix for term in longer for prefix in search_prefixes(term))
        self.stems = {stem for term in longer for stem in word_stems(term)}
        self._has_part = re.compile("|".join(sorted(stem[1:] for stem in self.stems)) or "(?!)")
        """Part of every form of a term: only the first letter of a stem can be replaced in one."""

    def matches(self, word: str) -> bool:
        """Return whether a word of a text is one of the terms or a form of one."""
        folded = fold(word)
        if len(folded) <= EXACT_LENGTH:
            return folded in self.exact
        if self._has_part.search(folded) is None:  # most words, without a look at their stems
            return False
        return folded.startswith(self.prefixes) or not self.stems.isdisjoint(word_stems(folded))
