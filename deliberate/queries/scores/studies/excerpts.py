"""Excerpts of the sources of a study: their codes, agreement of coders, codes that go together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from deliberate.citivoice import load_framework
from deliberate.database import db
from deliberate.models import Excerpt, ExcerptCode, StudySource
from deliberate.models.scores.study import NO_CODE

MAX_EXCERPTS = 1000
CODE_LISTS = ("criteria", "enabling_conditions", "barriers")


@cache
def code_names() -> Mapping[str, Mapping[str, str]]:
    """Return the codes that excerpts are given, with their names by language."""
    framework = load_framework()
    return {
        code: {language: entry[language] for language in ("en", "id")}
        for part in CODE_LISTS
        for code, entry in framework[part].items()
    }


def list_excerpts(process_id: int, source_id: int | None = None) -> Sequence[Excerpt]:
    """Return the excerpts of a study, or of one source, in the order they were added."""
    query = (
        select(Excerpt)
        .join(Excerpt.source)
        .where(StudySource.process_id == process_id)
        .order_by(Excerpt.id)
        .limit(MAX_EXCERPTS)
        .options(
            contains_eager(Excerpt.source),
            selectinload(Excerpt.codes),
            selectinload(Excerpt.memos),
        )
    )
    if source_id is not None:
        query = query.where(Excerpt.source_id == source_id)
    return db.session.scalars(query).all()


def count_excerpts(process_id: int) -> int:
    """Return the number of excerpts of a study."""
    query = select(func.count(Excerpt.id)).join(Excerpt.source)
    return db.session.scalar(query.where(StudySource.process_id == process_id)) or 0


def get_excerpt(excerpt_id: int) -> Excerpt | None:
    """Return an excerpt with its source and codes, or None."""
    return db.session.scalar(
        select(Excerpt)
        .where(Excerpt.id == excerpt_id)
        .options(
            joinedload(Excerpt.source).joinedload(StudySource.process),
            selectinload(Excerpt.codes),
            selectinload(Excerpt.memos),
        )
    )


def codes_by(excerpt: Excerpt, coder_id: int) -> set[str]:
    """Return the codes of one coder; empty while they have not coded the excerpt."""
    return {row.code for row in excerpt.codes if row.coder_id == coder_id}


def memo_by(excerpt: Excerpt, coder_id: int) -> str:
    """Return what one coder noted on an excerpt."""
    return next((row.memo for row in excerpt.memos if row.coder_id == coder_id), "")


def visible_codes(excerpt: Excerpt, coder_id: int) -> list[str]:
    """Return the codes that a coder may see: their own first, then everybody's.

    The codes of others stay hidden until one has coded the excerpt oneself.
    """
    own = codes_by(excerpt, coder_id)
    codes = {row.code for row in excerpt.codes} if own else set()
    return sorted(codes - {NO_CODE})


def differing_codes(excerpt: Excerpt, coder_id: int) -> list[str]:
    """Return the codes that only some coders of an excerpt gave, once one has coded it oneself."""
    coders = {row.coder_id for row in excerpt.codes}
    if coder_id not in coders or len(coders) < 2:
        return []
    given = Counter(row.code for row in excerpt.codes if row.code != NO_CODE)
    return sorted(code for code, count in given.items() if count < len(coders))


@dataclass(frozen=True)
class CodeAgreement:
    """Cohen's kappa of two coders on the excerpts that both have coded.

    `kappa` is over all decisions, each code on each excerpt; `by_code` has the codes that
    somebody gave, with None where it is not defined.
    """

    excerpts: int
    kappa: float | None
    by_code: Mapping[str, float | None]

    @property
    def weakest(self) -> str:
        """Return the code with the lowest kappa, or an empty string."""
        known = {code: value for code, value in self.by_code.items() if value is not None}
        return min(known, key=lambda code: (known[code], code), default="")


def coder_agreement(excerpts: Sequence[Excerpt]) -> CodeAgreement:
    """Return the agreement of the two people who coded most of the same excerpts."""
    pair = _busiest_pair(excerpts)
    shared = [row for row in excerpts if pair and all(codes_by(row, coder) for coder in pair)]
    decisions = {
        code: [tuple(int(code in codes_by(row, coder)) for coder in pair) for row in shared]
        for code in code_names()
        if any(code in codes_by(row, coder) for row in shared for coder in pair)
    }
    together = [decision for rows in decisions.values() for decision in rows]
    return CodeAgreement(
        len(shared),
        _cohen(together),
        {code: _cohen(rows) for code, rows in decisions.items()},
    )


def _busiest_pair(excerpts: Sequence[Excerpt]) -> tuple[int, ...]:
    pairs = Counter(
        pair
        for row in excerpts
        for pair in combinations(sorted({code.coder_id for code in row.codes}), 2)
    )
    return min(pairs, key=lambda pair: (-pairs[pair], pair), default=())


def _cohen(decisions: Sequence[tuple[int, ...]]) -> float | None:
    if not decisions:
        return None
    from deliberate.citivoice.indicators.formulas import cross_table, kappa

    first, second = zip(*decisions, strict=True)
    return kappa(cross_table(first, second, 2))


def cooccurrences(excerpts: Sequence[Excerpt]) -> dict[tuple[str, str], int]:
    """Return in how many excerpts two codes stand together, by pair, most frequent first."""
    pairs = Counter(
        pair
        for row in excerpts
        for pair in combinations(sorted({code.code for code in row.codes} - {NO_CODE}), 2)
    )
    return dict(sorted(pairs.items(), key=lambda item: (-item[1], item[0])))


def coded_by_both(excerpts: Sequence[Excerpt], coder_id: int) -> list[Excerpt]:
    """Return the excerpts that one has coded oneself: only of these the codes of others count."""
    return [row for row in excerpts if codes_by(row, coder_id)]


def own_codes(codes: Sequence[ExcerptCode], coder_id: int) -> list[ExcerptCode]:
    """Return the rows of one coder."""
    return [row for row in codes if row.coder_id == coder_id]
