"""Words somebody looks for: taken apart, in the forms Indonesian gives them, asked of the index."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    TableClause,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from deliberate.database import db

MOST = 8
"""Words of a question that are looked for."""
LONGEST = 40
"""Letters of a word that are looked at."""
WHOLE = 3
"""Words up to this length are found as they are; longer ones with any ending too."""
NEWEST = 1500
"""Texts looked at one by one before the index of all is asked."""
_WORD = re.compile(r"[^\W_]+")
_ENDINGS = re.compile(r"(?:nya|kan|an|i|(?<=[cs]h)es|(?<=[bcdfghjklmnpqrtvwxyz])s)$")
"""Of Indonesian words, and the plural of English ones where it cannot be mistaken."""
_BEFORE = re.compile(r"^(?:di|ber|ter|ke|se|per|be)(?=\w{4})")
_NASAL = re.compile(r"^(?:me|pe)(?:(ny)|(ng)|(m)(?=[^bfp])|(n)(?=[^cdjtz])|n|m)?(?=\w{3})")
_MELTS = {"s": "ny", "k": "ng", "p": "m", "t": "n"}
_NASALS = {
    **dict.fromkeys("bf", "m"),
    **dict.fromkeys("cdjz", "n"),
    **dict.fromkeys("aeghiou", "ng"),
}
_LOST = {"ny": ("s",), "ng": ("", "k"), "m": ("p", "m"), "n": ("t", "n")}
"""What a nasal stands for: menyapu is sapu, mengirim kirim, memukul pukul, menanam tanam."""


def words_asked(q: str, most: int = MOST) -> list[str]:
    """The words of a question as the index knows them: letters and digits, nothing that asks."""
    found = _WORD.findall(unicodedata.normalize("NFC", q[:2000]).casefold())
    return list(dict.fromkeys(word[:LONGEST] for word in found))[:most]


@lru_cache(maxsize=8192)
def forms_of(word: str) -> tuple[str, ...]:
    """A word and the roots it may be made of, the barest last.

    Light stemming in the spirit of Tala (2003): no dictionary, so a few roots too many.
    """
    bare = _ENDINGS.sub("", word)
    stems = [word, *([bare] if len(bare) > WHOLE else [])]
    roots = [root for stem in stems for root in _roots(stem) if len(root) > WHOLE]
    return tuple(dict.fromkeys([*stems, *roots]))


def _roots(word: str) -> Iterable[str]:
    if hit := _BEFORE.match(word):
        yield word[hit.end() :]
    if hit := _NASAL.match(word):
        nasal = next((part for part in hit.groups() if part), "")
        for begins in _LOST.get(nasal, ("",)):
            yield begins + word[hit.end() :]


def prefixes_of(word: str) -> list[str]:
    """Beginnings of the words that a word is looked for by, where no stemmer is at hand."""
    if len(word) <= WHOLE:
        return [word]
    made = [word]
    for root in _barest(forms_of(word)):
        made += [root, *(before + root for before in ("di", "ber", "ter", "ke", "se", "per"))]
        made += _with_nasal(root)
    return _barest(made)


def _barest(words: Sequence[str]) -> list[str]:
    """Words of which none begins with another one."""
    return [w for w in dict.fromkeys(words) if not any(w != o and w.startswith(o) for o in words)]


def _with_nasal(root: str) -> list[str]:
    """What me- and pe- make of a root."""
    first, rest = root[0], root[1:]
    changed = _MELTS[first] + rest if first in _MELTS else ""
    if not changed:
        changed = _NASALS.get(first, "") + root
    return ["me" + changed, "pe" + changed]


class SearchTerms:
    """Words that are looked for, as a reader of a text knows them again."""

    def __init__(self, words: Iterable[str]) -> None:
        asked = set(words)
        self.short = {word for word in asked if len(word) <= WHOLE}
        longer = asked - self.short
        self.beginnings = tuple(start for word in longer for start in prefixes_of(word))
        self.roots = {root for word in longer for root in forms_of(word)}

    def is_one(self, written: str) -> bool:
        """Whether a word of a text is one of them, or a form of one."""
        found = written.casefold()
        if len(found) <= WHOLE:
            return found in self.short
        return found.startswith(self.beginnings) or not self.roots.isdisjoint(forms_of(found))


def numbers_found(kind: str, words: Sequence[str]) -> Select[Any]:
    """The numbers of texts of a kind (proposal, comment, response) that have every word."""
    if _is_sqlite():
        return _in_fts(kind, " AND ".join(f"({_alternatives(word)})" for word in words))
    index = _vectors(kind)
    return select(index.c.id).where(index.c.words.op("@@")(_every(words)))


def newest_found(kind: str, words: Sequence[str], after: int | None) -> Select[Any] | None:
    """The same among the newest texts alone, to be asked first; None where that gains nothing.

    PostgreSQL misjudges how many texts have a word by its beginning: it would go through all of
    them to find a rare one, or fetch nearly all to show the newest with a common one. What is
    asked stands in a query of its own, or PostgreSQL would put it together anew for every text.
    """
    if _is_sqlite():
        return None
    index = _vectors(kind)
    newest = select(index.c.id, index.c.words).order_by(index.c.id.desc()).limit(NEWEST)
    some = (newest if after is None else newest.where(index.c.id < after)).subquery()
    asked_once = select(_every(words)).scalar_subquery()
    return select(some.c.id).where(some.c.words.op("@@")(asked_once))


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _vectors(kind: str) -> TableClause:
    return table(f"{kind}_words", column("id"), column("words"))


def _every(words: Sequence[str]) -> ColumnElement[Any]:
    every = _any_form(words[0])
    for word in words[1:]:
        every = every.op("&&")(_any_form(word))
    return every


def titles_found(words: Sequence[str], most: int) -> Select[Any]:
    """The numbers of proposals whose titles have some of the words, the likeliest first."""
    if _is_sqlite():
        asked = " OR ".join(_alternatives(word) for word in words)
        likely: ColumnElement[Any] = literal_column("bm25(proposal_words)")
        return _in_fts("proposal", f"title : ({asked})").order_by(likely).limit(most)
    some = _any_form(words[0], ":A")
    for word in words[1:]:
        some = some.op("||")(_any_form(word, ":A"))
    index = _vectors("proposal")
    return (
        select(index.c.id)
        .where(index.c.words.op("@@")(some))
        .order_by(func.ts_rank(index.c.words, some).desc(), index.c.id.desc())
        .limit(most)
    )


def _in_fts(kind: str, asked: str) -> Select[Any]:
    index = table(f"{kind}_words", column("rowid"))
    hit = literal_column(f"{kind}_words").op("MATCH")(asked)
    return select(index.c.rowid.label("id")).where(hit)


def _alternatives(word: str) -> str:
    star = "" if len(word) <= WHOLE else "*"
    return " OR ".join(f'"{prefix}"{star}' for prefix in prefixes_of(word))


def _any_form(word: str, weight: str = "") -> ColumnElement[Any]:
    """The word as it is written, by its English root, or by the root of any Indonesian form.

    Whole words, each once: a root named twice would be taken to be twice as common.
    """
    forms: Any = func.to_tsvector(_CONFIG["indonesian"], " ".join(prefixes_of(word)))
    for name in ("english", "simple"):
        forms = forms.op("||")(func.to_tsvector(_CONFIG[name], word))
    roots = func.tsvector_to_array(forms)
    return cast(func.array_to_string(roots, f"{weight} | ").op("||")(weight), TSQUERY)


_CONFIG: dict[str, ColumnElement[Any]] = {
    name: literal_column(f"'{name}'::regconfig") for name in ("indonesian", "english", "simple")
}
