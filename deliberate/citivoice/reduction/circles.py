"""Closed circles: a few accounts that mostly answer one another."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy  # submodules are loaded on first use
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]
NAMES = ("accounts", "replies_inside", "replies_received", "replies_given", "replies")
FEW_ACCOUNTS, FEW_SHARE = 5, 0.05
INSIDE, HELD = 0.8, 0.3


def closed_circle(pairs: Columns) -> Columns:
    """Return size and replies of the largest closed circle; no row without one.

    `pairs` are persons, those they answered and how often. A circle is a set of at most five
    accounts or five per cent, whose comments get four fifths of their replies from inside the set
    and which writes three tenths of all replies. It is grown from the pair with most replies, one
    account at a time, the one with most replies from and to the set; among equals the earliest.
    """
    if not len(pairs["replies"]):
        return dict.fromkeys(NAMES, np.empty(0, dtype=np.int64))
    sizes = _growing_circle(*(np.asarray(pairs[c], dtype=np.int64) for c in pairs))
    held = (sizes[:, 1] >= INSIDE * sizes[:, 2]) & (sizes[:, 3] >= HELD * sizes[:, 4])
    closed = sizes[held][-1:]
    return {name: closed[:, place] for place, name in enumerate(NAMES)}


def _growing_circle(
    persons: NDArray[np.int64], answered: NDArray[np.int64], replies: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the figures of the circle at each size, from two accounts on."""
    known, places = np.unique(np.concatenate([persons, answered]), return_inverse=True)
    given, taken = places[: len(persons)], places[len(persons) :]
    shape = (len(known), len(known))
    directed = scipy.sparse.csr_array((replies, (given, taken)), shape=shape)
    both = (directed + directed.T).tocsr()
    sent, received = (np.asarray(directed.sum(axis=axis)).ravel() for axis in (1, 0))
    first = _strongest_pair(both)
    ties = np.zeros(len(known), dtype=np.int64)
    free = np.ones(len(known), dtype=bool)
    inside, rows = 0, []
    most = min(max(FEW_ACCOUNTS, int(FEW_SHARE * len(known))), len(known))
    for size in range(1, most + 1):
        place = first[size - 1] if size <= 2 else int(np.argmax(np.where(free, ties, -1)))
        inside, free[place] = inside + int(ties[place]), False
        start, end = both.indptr[place : place + 2]
        ties[both.indices[start:end]] += both.data[start:end]
        members = ~free
        rows.append((size, inside, received[members].sum(), sent[members].sum(), replies.sum()))
    return np.array(rows[1:], dtype=np.int64)


def _strongest_pair(both: Any) -> tuple[int, int]:
    pairs = scipy.sparse.triu(both, k=1).tocoo()
    order = np.lexsort((pairs.col, pairs.row, -pairs.data))
    return int(pairs.row[order[0]]), int(pairs.col[order[0]])
