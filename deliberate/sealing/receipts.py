"""Answering whoever holds a receipt or knows an entry's number: is it in the log as given out?"""

import json
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from deliberate.database import db
from deliberate.models import Interaction
from deliberate.sealing.proofs import Proof, prove
from deliberate.sealing.verifier import leaf_of


@dataclass(frozen=True)
class Answer:
    """What is known of a receipt or a number.

    `state`: sealed (with a proof), waiting for the head of the hour, changed (the entry is there,
    but is not what the receipt says), unknown (no such entry), not_given_out (no head given out
    covers this number), unreadable (no receipt at all).
    """

    state: str
    proof: Proof | None = None
    act: dict[str, Any] | None = None
    """The public half of the act, if a receipt was shown that holds."""


def answer_to(written: str, given_out: int) -> Answer:
    """Look up what somebody pasted: a receipt gets its act and a proof, a number only a proof.

    `given_out` is the size of the newest head given out, 0 before the first.
    """
    pasted = re.sub(r"\s", "", written)
    if re.fullmatch(r"\d{1,15}", pasted):
        return _answer_to_number(int(pasted), given_out)
    try:
        receipt = json.loads(pasted)
        public, private, entry = receipt["public"], receipt["private"], receipt["entry"]
        leaf = leaf_of(public, private)
    except (ValueError, KeyError, TypeError, RecursionError):
        return Answer("unreadable")
    if isinstance(entry, int):  # what pages carry of public acts names the number, not the id
        if not 0 <= entry < given_out:
            return Answer("not_given_out")
        return _answer_to_receipt(Interaction.seq == entry, leaf, public, given_out)
    return _answer_to_receipt(Interaction.id == str(entry), leaf, public, given_out)


def _answer_to_number(number: int, given_out: int) -> Answer:
    """Whether a younger entry exists is not said: it would tell the minute of every ballot."""
    if number >= given_out:
        return Answer("not_given_out")
    return Answer("sealed", prove(number, given_out))


def _answer_to_receipt(
    named: ColumnElement[bool], leaf: bytes, public: dict[str, Any], given_out: int
) -> Answer:
    row = db.session.execute(select(Interaction.seq, Interaction.leaf).where(named)).first()
    if row is None:
        return Answer("unknown")
    if row.leaf != leaf:
        return Answer("changed")
    if row.seq is None or row.seq >= given_out:
        return Answer("waiting", act=public)
    return Answer("sealed", prove(row.seq, given_out), public)
