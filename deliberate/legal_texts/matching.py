"""Where each unit of a version comes from in the version before it.

Pasal are matched first: by their words, weighted by how rare these are, their number and their
neighbours, as an optimal assignment; what an heir does not explain is looked for as a split or a
merger. Ayat, huruf and angka are matched among the parts of their Pasal's sources, then anywhere.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from deliberate.legal_texts.comparison import text_change
from deliberate.legal_texts.units import CONTAINERS, PARTS, Unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TOKEN = re.compile(r"\w+")
_NUMBER_OF_PASAL = re.compile(r"\bpasal\s+\d+[a-z]{0,2}\b", re.IGNORECASE)
LIKE_ENOUGH, NEIGHBOUR_LIKE = 0.34, 0.1
"""The least likeness of an heir, and of one whose neighbours are heirs of its neighbours."""
PART_LIKE, MOVED_LIKE = 0.3, 0.5
"""The least likeness of parts within their Pasal, and anywhere."""
SHARE_OF_SOURCE = 0.5
"""The least share of a unit that must come from another for a split or a merger."""
NUMBER_BONUS, PLACE_BONUS = 0.15, 0.1


@dataclass(frozen=True)
class Match:
    """The lineage of a unit: addresses of its sources, the first of which it continues.

    `status` is the first that is true of new, merged, split, moved, changed, renumbered, kept.
    `likeness`, from 0 to 1, is that with its first source.
    """

    to: str
    sources: tuple[str, ...]
    kind: str
    status: str = "new"
    text: str = ""
    is_moved: bool = False
    is_renumbered: bool = False
    likeness: float = 0.0


@dataclass(frozen=True)
class Lineage:
    """The lineage of all units of a version, and the units without an heir."""

    matches: list[Match]
    dropped: list[str]


def match_versions(
    old: Sequence[Unit],
    new: Sequence[Unit],
    corrections: Mapping[str, Sequence[str]] | None = None,
) -> Lineage:
    """Return where the units of a new version come from.

    `corrections` are sources stated by a person, by address of the new unit; an empty list is a
    unit that is new. They are taken as they are.
    """
    return _Matcher(old, new, corrections or {}).lineage()


class _Matcher:
    def __init__(
        self, old: Sequence[Unit], new: Sequence[Unit], corrections: Mapping[str, Sequence[str]]
    ) -> None:
        self.old, self.new = old, new
        self.old_by_address = {unit.address: unit for unit in old}
        self.new_by_address = {unit.address: unit for unit in new}
        self.corrections = corrections
        self.sources: dict[str, list[str]] = {}
        self.likeness: dict[str, float] = {}
        self.old_texts, self.new_texts = whole_texts(old), whole_texts(new)

    def lineage(self) -> Lineage:
        self._match_tops("pasal")
        self._match_tops("annex")
        self._match_tops("heading")
        self._match_containers()
        self._correct()
        self._match_parts()
        self._follow_parts()
        self._correct()
        matches = [self._described(unit) for unit in self.new]
        used = self._used_sources()
        dropped = [unit.address for unit in self.old if unit.address not in used]
        return Lineage(_with_moves(matches, self.old), dropped)

    def _match_tops(self, kind: str) -> None:
        old, new = _of_kinds(self.old, (kind,)), _of_kinds(self.new, (kind,))
        if not old or not new:
            return
        table = _Likeness(
            [self.old_texts[unit.address] for unit in old],
            [self.new_texts[unit.address] for unit in new],
        )
        pairs = table.assign(_bonus(old, new), LIKE_ENOUGH)
        for j, i in (*pairs.items(), *table.splits(pairs).items()):
            self._set(new[j], [old[i].address], table.dice[i, j])
        for i, j in table.mergers(pairs).items():
            self.sources[new[j].address].append(old[i].address)

    def _match_containers(self) -> None:
        """Match BAB, Bagian and Paragraf by their headings, then by most of their Pasal."""
        free = _of_kinds(self.old, CONTAINERS)
        for unit in _of_kinds(self.new, CONTAINERS):
            best = _same_container(unit, free)
            if best is not None:
                free.remove(best)
                self._set(unit, [best.address], 1.0)

    def _match_parts(self) -> None:
        old, new = _of_kinds(self.old, PARTS), _of_kinds(self.new, PARTS)
        old_groups = _by_top(old)
        free_old = {unit.address for unit in old}
        for top, parts in _by_top(new).items():
            candidates = [
                u for source in self.sources.get(top, []) for u in old_groups.get(source, [])
            ]
            candidates = [u for u in candidates if u.address in free_old]
            self._assign_parts(candidates, parts, PART_LIKE, free_old)
        rest = [u for u in new if u.address not in self.sources and len(_tokens(u.text)) > 2]
        left = [u for u in old if u.address in free_old]
        self._assign_parts(left, rest, MOVED_LIKE, free_old)

    def _assign_parts(
        self, old: Sequence[Unit], new: Sequence[Unit], least: float, free: set[str]
    ) -> None:
        if not old or not new:
            return
        table = _Likeness([unit.text for unit in old], [unit.text for unit in new])
        pairs = table.assign(_part_bonus(old, new), least)
        for j, i in pairs.items():
            self._set(new[j], [old[i].address], table.dice[i, j])
            free.discard(old[i].address)

    def _follow_parts(self) -> None:
        """Take a Pasal without a source, or without an heir, for that of most of its parts."""
        used = self._used_sources()
        moves = [
            (_root(sources[0]), _root(address))
            for address, sources in self.sources.items()
            if "/" in address and sources
        ]
        self._follow_origins(moves)
        self._follow_heirs(moves, used)

    def _used_sources(self) -> set[str]:
        return set(chain.from_iterable(self.sources.values()))

    def _follow_origins(self, moves: Sequence[tuple[str, str]]) -> None:
        """Take the Pasal from which most parts of a new one without a source came for its own."""
        for unit in _of_kinds(self.new, ("pasal",)):
            origins = [old for old, new in moves if new == unit.address]
            if unit.address not in self.sources and origins:
                self._set(unit, [max(origins, key=origins.count)], PART_LIKE)

    def _follow_heirs(self, moves: Sequence[tuple[str, str]], used: Collection[str]) -> None:
        """Make an unused Pasal a source of the one to which at least half of its parts went."""
        for unit in _of_kinds(self.old, ("pasal",)):
            heirs = [new for old, new in moves if old == unit.address]
            parts = sum(part.parent == unit.address for part in self.old)
            if unit.address not in used and 2 * len(heirs) >= parts > 0:
                self.sources.setdefault(max(heirs, key=heirs.count), []).append(unit.address)

    def _correct(self) -> None:
        for address, sources in self.corrections.items():
            if address in self.new_by_address:
                known = [source for source in sources if source in self.old_by_address]
                if set(known) == set(self.sources.get(address, [])):
                    continue  # confirmed: what it continues and how like it is stay
                self.sources[address] = known
                self.likeness[address] = 1.0

    def _set(self, unit: Unit, sources: list[str], likeness: float) -> None:
        self.sources[unit.address] = sources
        self.likeness[unit.address] = round(float(likeness), 3)

    def _described(self, unit: Unit) -> Match:
        sources = self.sources.get(unit.address, [])
        if not sources:
            return Match(unit.address, (), unit.kind)
        first = self.old_by_address[sources[0]]
        heirs = sum(
            sources[0] in others
            for address, others in self.sources.items()
            if self.new_by_address[address].kind == unit.kind
        )
        change = text_change(self.old_texts[first.address], self.new_texts[unit.address])
        status = "merged" if len(sources) > 1 else "split" if heirs > 1 else "kept"
        return Match(
            unit.address,
            tuple(sources),
            unit.kind,
            status,
            change,
            self._is_under_another(unit, first),
            (unit.kind, unit.number) != (first.kind, first.number),
            self.likeness.get(unit.address, 0.0),
        )

    def _is_under_another(self, unit: Unit, source: Unit) -> bool:
        if not unit.parent or not source.parent:
            return bool(unit.parent) != bool(source.parent)
        if unit.kind == "pasal":
            old_bab, new_bab = _root(source.parent), _root(unit.parent)
            return old_bab not in self.sources.get(new_bab, [])
        return source.parent not in self.sources.get(unit.parent, [])


def _of_kinds(units: Iterable[Unit], kinds: Collection[str]) -> list[Unit]:
    return [unit for unit in units if unit.kind in kinds]


def _same_container(unit: Unit, free: Sequence[Unit]) -> Unit | None:
    """Return the container with the heading of a unit, else the one at its address, or None."""
    same = [o for o in free if o.kind == unit.kind and _is_same_heading(o, unit)]
    same = same or [o for o in free if o.address == unit.address]
    return next((o for o in same if o.address == unit.address), next(iter(same), None))


def whole_texts(units: Sequence[Unit]) -> dict[str, str]:
    """Return the text of each unit with those of its parts, in order; headings for containers."""
    texts = {unit.address: [unit.heading, unit.text] for unit in units}
    parents = {unit.address: unit.parent for unit in units}
    for unit in units:
        if unit.kind in PARTS:
            around = parents[unit.address]
            while around in texts and not _is_container(around):
                texts[around].append(unit.text)
                around = parents[around]
    return {address: "\n".join(filter(None, lines)) for address, lines in texts.items()}


def _is_container(address: str) -> bool:
    return address.rsplit("/", 1)[-1].split("-", 1)[0] in CONTAINERS


def _root(address: str) -> str:
    return address.split("/", 1)[0]


def _is_same_heading(old: Unit, new: Unit) -> bool:
    return bool(new.heading) and old.heading.casefold() == new.heading.casefold()


def _by_top(units: Sequence[Unit]) -> dict[str, list[Unit]]:
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        groups.setdefault(_root(unit.address), []).append(unit)
    return groups


def _tokens(text: str) -> list[str]:
    words = _TOKEN.findall(_NUMBER_OF_PASAL.sub("pasal", text.lower()))
    return words + [f"{a} {b}" for a, b in pairwise(words)]


class _Likeness:
    """How much of the words of old and new texts is common, rare words counting more."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        import numpy as np

        old_sets = [set(_tokens(text)) for text in old]
        new_sets = [set(_tokens(text)) for text in new]
        index: dict[str, int] = {}
        for tokens in (*old_sets, *new_sets):
            for token in tokens:
                index.setdefault(token, len(index))
        self.old, self.new = _table(old_sets, index), _table(new_sets, index)
        frequency = self.old.sum(axis=0) + self.new.sum(axis=0)
        total = len(old) + len(new)
        self.weights = np.log((total + 2) / np.maximum(frequency, 1)).astype(np.float32)
        weighted = self.old * self.weights
        self.common = weighted @ self.new.T
        self.old_weight = np.maximum(weighted.sum(axis=1), 1e-6)
        self.new_weight = np.maximum((self.new * self.weights).sum(axis=1), 1e-6)
        self.dice = 2 * self.common / (self.old_weight[:, None] + self.new_weight[None, :])

    def assign(self, bonus: "NDArray[Any]", least: float) -> dict[int, int]:
        """Return the old unit of each new one that is like enough, as indices."""
        from scipy.optimize import linear_sum_assignment

        rows, columns = linear_sum_assignment(self.dice + bonus, maximize=True)
        pairs = {
            int(j): int(i) for i, j in zip(rows, columns, strict=True) if self.dice[i, j] >= least
        }
        return self._with_neighbours(pairs)

    def _with_neighbours(self, pairs: dict[int, int]) -> dict[int, int]:
        """Return the pairs with units that were rewritten between neighbours that were not."""
        free = set(range(len(self.old))) - set(pairs.values())
        for j in range(len(self.new)):
            likeness = {i: self.dice[i, j] for i in _between_neighbours(pairs, j) if i in free}
            near = [i for i in likeness if likeness[i] >= NEIGHBOUR_LIKE]
            if j not in pairs and near:
                pairs[j] = max(near, key=lambda i: likeness[i])
                free.discard(pairs[j])
        return pairs

    def splits(self, pairs: Mapping[int, int]) -> dict[int, int]:
        """Return the old unit from which a new one without an own source was taken."""
        return _taken(self.new, self.old, {i: j for j, i in pairs.items()}, self.weights)

    def mergers(self, pairs: Mapping[int, int]) -> dict[int, int]:
        """Return the new unit into which an old one without an own heir was taken."""
        return _taken(self.old, self.new, pairs, self.weights)


def _between_neighbours(pairs: Mapping[int, int], j: int) -> Iterator[int]:
    """Yield the old units next to those of which the neighbours of a new one are heirs."""
    if j - 1 in pairs:
        yield pairs[j - 1] + 1
    elif j == 0:
        yield 0
    if j + 1 in pairs:
        yield pairs[j + 1] - 1


def _taken(
    free: "NDArray[Any]", paired: "NDArray[Any]", pairs: Mapping[int, int], weights: "NDArray[Any]"
) -> dict[int, int]:
    """Return the paired row with most words of each free row that its partner does not have.

    `free` has both the free rows and the partners: `pairs` is a partner by its paired row.
    """
    rows = list(pairs)
    partners = set(pairs.values())
    if not rows:
        return {}
    unexplained = paired[rows] * (1 - free[[pairs[row] for row in rows]]) * weights
    found: dict[int, int] = {}
    for index in (index for index in range(len(free)) if index not in partners):
        shares = unexplained @ free[index] / max(float(free[index] @ weights), 1e-6)
        if shares.max() >= SHARE_OF_SOURCE:
            found[index] = rows[int(shares.argmax())]
    return found


def _table(sets: Sequence[set[str]], index: Mapping[str, int]) -> "NDArray[Any]":
    import numpy as np

    table = np.zeros((len(sets), len(index)), dtype=np.float32)
    for row, tokens in enumerate(sets):
        table[row, [index[token] for token in tokens]] = 1
    return table


def _bonus(old: Sequence[Unit], new: Sequence[Unit]) -> "NDArray[Any]":
    """Return what the same number and a near place add to the likeness."""
    import numpy as np

    numbers = np.array([u.number for u in old])[:, None] == np.array([u.number for u in new])
    places = np.linspace(0, 1, len(old))[:, None] - np.linspace(0, 1, len(new))[None, :]
    return np.asarray(NUMBER_BONUS * numbers + PLACE_BONUS * (1 - np.abs(places)))


def _part_bonus(old: Sequence[Unit], new: Sequence[Unit]) -> "NDArray[Any]":
    bonus = _bonus(old, new)
    for j, unit in enumerate(new):
        for i, candidate in enumerate(old):
            if candidate.kind == unit.kind:
                bonus[i, j] += NUMBER_BONUS
    return bonus


def _with_moves(matches: list[Match], old: Sequence[Unit]) -> list[Match]:
    """Return matches with Pasal out of the order of their neighbours marked, and their status."""
    place = {unit.address: index for index, unit in enumerate(old)}
    pasal = _likest_heirs(matches)
    in_order = _longest_rise([place[m.sources[0]] for m in pasal])
    out_of_order = {m.to for index, m in enumerate(pasal) if index not in in_order}
    return [_with_status(m, m.is_moved or m.to in out_of_order) for m in matches]


def _likest_heirs(matches: Iterable[Match]) -> list[Match]:
    """Return the Pasal that are the likest heir of their source and not known to have moved."""
    heirs = {m.sources[0]: m for m in sorted(matches, key=lambda m: m.likeness) if m.sources}
    return [
        m
        for m in matches
        if m.kind == "pasal" and m.sources and not m.is_moved and heirs[m.sources[0]] is m
    ]


def _with_status(match: Match, is_moved: bool) -> Match:
    status = match.status
    if status == "kept":
        if is_moved:
            status = "moved"
        elif match.text == "changed":
            status = "changed"
        elif match.is_renumbered:
            status = "renumbered"
    return replace(match, is_moved=is_moved, status=status)


def _longest_rise(values: Sequence[int]) -> set[int]:
    """Return the positions of a longest not falling part of a sequence."""
    ends: list[int] = []
    end_positions: list[int] = []
    before: list[int] = []
    for position, value in enumerate(values):
        at = bisect_left(ends, value + 1)
        before.append(end_positions[at - 1] if at else -1)
        if at == len(ends):
            ends.append(value)
            end_positions.append(position)
        else:
            ends[at], end_positions[at] = value, position
    rise: set[int] = set()
    position = end_positions[-1] if end_positions else -1
    while position >= 0:
        rise.add(position)
        position = before[position]
    return rise
