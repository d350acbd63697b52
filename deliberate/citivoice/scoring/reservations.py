"""Marks that rest on counts: known sides, verified people, circles, repeated text, late sealing."""

from __future__ import annotations

from deliberate.citivoice.framework.catalogue import Formulas
from deliberate.citivoice.reduction.facts import Facts

LEAST_VERIFIED = 30
VERIFIED_ONLY = "verified_only"
REPEATED_SHARE, LATE_SHARE = 0.20, 0.05
OF_TALK, OF_SIDES = "DQ", "DQ3"
KNOWN_SIDES = 2 / 3
"""The share of replies whose sides must be known.

Leaving out the sides of the other third makes DQ3.1 at most 1.5 times as high, and deliberation
1.5 ** (1 / 8) times: by a twentieth.
"""


def reservations(facts: Facts, rules: Formulas, dimension: str) -> list[str]:
    """Return the marks of a dimension that no sensitivity run gives."""
    if "named_marks" not in rules.rules:
        return []
    marks = {"unverified": is_unverified(facts)}
    if dimension == OF_TALK:
        marks["sides_unstated"] = is_unsided(facts)
        marks["closed_circle"] = bool(len(facts["circle_facts"]["accounts"]))
        marks["repeated_text"] = _share(facts, "repeated_texts", "texts", REPEATED_SHARE)
    marks["sealed_late"] = _is_sealed_late(facts)
    return [mark for mark, applies in marks.items() if applies]


def _is_sealed_late(facts: Facts) -> bool:
    late = facts.one("window_facts", "sealed_late")
    rows = facts.one("window_facts", "rows")
    return bool(late and rows and late > LATE_SHARE * rows)


def is_unverified(facts: Facts) -> bool:
    """Return whether verified residents wrote less than half, or none is known to be verified."""
    accounts, all_comments, verified = (
        facts.one("verification_facts", column) or 0
        for column in ("accounts", "comments", "verified_comments")
    )
    return not accounts or 2 * verified < all_comments


def is_unsided(facts: Facts) -> bool:
    """Return whether a third of the replies, or more, cross no line because a side is unknown.

    A source that carries no sides, or that states none, has no figure of sides to be moved.
    """
    if facts.carries is not None and OF_SIDES not in facts.carries:
        return False
    threads = facts.scope("thread_facts", "counted")
    known, replies = (int(threads[name].sum()) for name in ("sided_replies", "replies_to_other"))
    return 0 < known < KNOWN_SIDES * replies


def enough_verified(facts: Facts) -> bool:
    """Return whether so many verified residents took part that they can be counted alone.

    A release has no figures of theirs by thread: they would reveal who is verified.
    """
    people = facts.one("verification_facts", "verified_people") or 0
    return people >= LEAST_VERIFIED and len(facts.scope("run_facts", VERIFIED_ONLY)["comments"]) > 0


def mostly_new(facts: Facts) -> bool:
    """Return whether most counted comments were written in their authors' first week."""
    settled = facts.scope("voice_facts", "without_new")
    later = int((settled["comments"] * settled["authors"]).sum())
    return 2 * later < int(facts.scope("thread_facts", "counted")["comments"].sum())


def _share(facts: Facts, part: str, whole: str, least: float) -> bool:
    texts = facts.one("window_facts", whole)
    return bool(texts) and (facts.one("window_facts", part) or 0) >= least * texts
