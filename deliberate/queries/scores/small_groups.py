"""Small-cell suppression: which groups are so small that showing them could identify people."""

from collections.abc import Sequence


def suppress_small_cells(people: Sequence[int], least: int) -> list[bool]:
    """Return which bands of a field may be released: none under `least`, nor any that reveals one.

    Where a band is suppressed, the next larger ones are too until at least two bands and `least`
    people are missing: otherwise the total would reveal it.
    """
    released = [True] * len(people)
    if min(people, default=least) >= least:
        return released
    missing, bands = 0, 0
    for band in sorted(range(len(people)), key=lambda i: (people[i], i)):
        if people[band] >= least and bands >= 2 and missing >= least:
            break
        released[band] = False
        missing, bands = missing + people[band], bands + 1
    return released
