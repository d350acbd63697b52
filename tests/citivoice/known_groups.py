"""Made-up processes of known truth: the same talk with one thing changed at a time."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.citivoice.log_rows import Row, act, comment, proposal

WEEKS, THREADS, PEOPLE, QUIET = 12, 40, 60, 40
HOURS_OF_WEEK = 168


@dataclass
class Said:
    """A comment of a made-up thread."""

    name: str
    author: str
    parent: "Said | None"
    hour: float
    answered_by: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Manner:
    """How people talk in a thread.

    `reply` and `turn` are the chances that a comment replies, and that it replies to a reply that
    its author got; `cross` the chance to look for the other side (None: without looking).
    """

    size: int = 20
    comments: int = 20
    reply: float = 0.62
    turn: float = 0.36
    cross: float | None = None
    balanced: bool = True
    stance: Callable[[Said, int], int | None] = lambda said, side: side
    span: float = 100.0


def thread(
    draw: random.Random,
    name: str,
    people: Sequence[str],
    sides: dict[str, int],
    start: float,
    manner: Manner,
    weights: Sequence[float] | None = None,
) -> list[Row]:
    """Return the proposal and the comments of one thread."""
    said: list[Said] = []
    for k in range(manner.comments):
        hour = start + 1 + manner.span * k / manner.comments
        author, parent = _next(draw, people, sides, said, manner, weights)
        said.append(Said(f"{name}c{k}", author, parent, hour))
        if parent is not None:
            parent.answered_by.add(author)
    comments = [
        comment(
            one.name,
            one.author,
            one.hour,
            proposal_id=name,
            parent_id=one.parent.name if one.parent else None,
            stance=manner.stance(one, sides[one.author]),
        )
        for one in said
    ]
    return [proposal(name, people[0], start), *comments]


def _next(
    draw: random.Random,
    people: Sequence[str],
    sides: dict[str, int],
    said: list[Said],
    manner: Manner,
    weights: Sequence[float] | None,
) -> tuple[str, Said | None]:
    if said and draw.random() < manner.reply:
        waiting = [
            (one.parent.author, one)
            for one in said
            if one.parent is not None
            and one.author != one.parent.author
            and one.parent.author not in one.answered_by
        ]
        if waiting and draw.random() < manner.turn:
            return draw.choice(waiting)
        author = _author(draw, people, weights)
        others = [one for one in said if one.author != author]
        if manner.cross is not None:
            other_side = draw.random() < manner.cross
            others = [one for one in others if (sides[one.author] != sides[author]) is other_side]
        if others:
            return author, draw.choice(others)
    return _author(draw, people, weights), None


def _author(draw: random.Random, people: Sequence[str], weights: Sequence[float] | None) -> str:
    return draw.choices(people, weights)[0] if weights else draw.choice(people)


def town(
    name: str,
    manner: Manner | None = None,
    *,
    threads: int = THREADS,
    people: int = PEOPLE,
    weeks: float = WEEKS,
    per_thread: int = 8,
    newcomers: bool = False,
) -> list[Row]:
    """Return a process whose threads begin evenly over the weeks, by people drawn for each."""
    manner = manner or Manner()
    draw = random.Random(name)
    everybody = [f"{name}-{k}" for k in range(people)]
    rows: list[Row] = []
    for t in range(threads):
        start = t * weeks * HOURS_OF_WEEK / threads
        if newcomers:
            chosen = [f"{name}-{t}-{k}" for k in range(per_thread)]
        else:
            chosen = draw.sample(everybody, per_thread)
        sides = {who: 1 if k % 2 or not manner.balanced else -1 for k, who in enumerate(chosen)}
        rows += thread(draw, f"P{t}", chosen, sides, start, manner)
    return rows


def few_voices(name: str, *, closed: bool) -> list[Row]:
    """Return a process in which three people write four fifths, among themselves or to all."""
    draw, rows = random.Random(name), []
    three = [f"{name}-loud{k}" for k in range(3)]
    for t in range(THREADS):
        start = t * WEEKS * HOURS_OF_WEEK / THREADS
        others = [f"{name}-{(t * 4 + k) % QUIET}" for k in range(4)]
        people = [*three, *others]
        sides = {who: 1 if k % 2 else -1 for k, who in enumerate(people)}
        if closed:
            inner = thread(draw, f"P{t}", three, sides, start, Manner(comments=16, reply=0.8))
            rows += inner
            rows += [
                comment(f"P{t}x{k}", who, start + 120 + k, proposal_id=f"P{t}", stance=sides[who])
                for k, who in enumerate(others)
            ]
        else:
            weights = [16 / 3] * 3 + [1.0] * 4
            rows += thread(draw, f"P{t}", people, sides, start, Manner(), weights)
    return rows


def duels(name: str) -> list[Row]:
    """Return a process in which two people speak in turn in every thread."""
    draw, rows = random.Random(name), []
    for t in range(THREADS):
        start = t * WEEKS * HOURS_OF_WEEK / THREADS
        pair = draw.sample([f"{name}-{k}" for k in range(PEOPLE)], 2)
        rows.append(proposal(f"P{t}", pair[0], start))
        rows += [
            comment(
                f"P{t}c{k}",
                pair[k % 2],
                start + 1 + k,
                proposal_id=f"P{t}",
                parent_id=f"P{t}c{k - 1}" if k else None,
                stance=1 if k % 2 else -1,
            )
            for k in range(12)
        ]
    return rows


def puppets(name: str, honest: int = 40) -> list[Row]:
    """Return lonely comments of verified people, and a lively talk of one person's accounts."""
    manner = Manner(reply=0.0, comments=6)
    rows = town(name, manner, people=honest, per_thread=6)
    draw = random.Random(f"{name}-puppets")
    dolls = [f"{name}-doll{k}" for k in range(12)]
    for t in range(THREADS):
        start = t * WEEKS * HOURS_OF_WEEK / THREADS + 8
        chosen = draw.sample(dolls, 8)
        sides = {who: 1 if k % 2 else -1 for k, who in enumerate(chosen)}
        rows += [
            row
            | {
                "subject_id": f"d{row['subject_id']}",
                "parent_id": row.get("parent_id") and f"d{row['parent_id']}",
            }
            for row in thread(draw, f"P{t}", chosen, sides, start, Manner(comments=24))[1:]
        ]
    return rows + [verified(f"{name}-{k}") for k in range(honest)]


def verified(who: str) -> Row:
    """Return the act that makes an account a verified resident's."""
    return act(
        "resident.verified", who, 0, subject_id=who, proposal_id=None, details={"by": "list"}
    )


def unstated_replies(said: Said, side: int) -> int | None:
    return side if said.parent is None else None


PROCESSES: dict[str, Callable[[], list[Row]]] = {
    "deliberative": lambda: town("deliberative"),
    "deliberative, longer threads": lambda: town(
        "longer", Manner(comments=40, span=160), per_thread=10
    ),
    "deliberative, stances left off replies": lambda: town(
        "unstated", Manner(stance=unstated_replies)
    ),
    "deliberative, verified": lambda: (
        town("verified") + [verified(f"verified-{k}") for k in range(PEOPLE)]
    ),
    "duels": lambda: duels("duels"),
    "camps that sometimes cross": lambda: town("sometimes", Manner(cross=0.25, turn=0.25)),
    "blind talk without turns": lambda: town("blind", Manner(turn=0.0), per_thread=12),
    "three people, open": lambda: few_voices("open", closed=False),
    "three people, closed": lambda: few_voices("closed", closed=True),
    "camps that never cross": lambda: town("never", Manner(cross=0.0, turn=0.22)),
    "one-sided": lambda: town("onesided", Manner(balanced=False)),
    "lonely": lambda: town("lonely", Manner(reply=0.0)),
    "acclamation": lambda: town("acclaimed", Manner(reply=0.0, balanced=False)),
    "puppets": lambda: puppets("puppets"),
    "burst": lambda: town("burst", Manner(span=20), weeks=0.8),
    "nobody came back": lambda: town("newcomers", Manner(span=6), newcomers=True),
    "no sides at all": lambda: town("unsided", Manner(stance=lambda said, side: None)),
    "small": lambda: town("small", threads=12),
    "one star": lambda: few_voices_star("star"),
}


def few_voices_star(name: str) -> list[Row]:
    """Return lively threads in each of which one other person writes half."""
    draw, rows = random.Random(name), []
    for t in range(THREADS):
        start = t * WEEKS * HOURS_OF_WEEK / THREADS
        people = draw.sample([f"{name}-{k}" for k in range(PEOPLE)], 8)
        sides = {who: 1 if k % 2 else -1 for k, who in enumerate(people)}
        rows += thread(draw, f"P{t}", people, sides, start, Manner(), [7.0, *[1.0] * 7])
    return rows


def import_tables(rows: list[Row]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return proposals and comments as Decidim exports them (UTC)."""
    proposals = [
        {
            "id": row["proposal_id"],
            "title": row["proposal_id"],
            "summary": "x",
            "source": "citizen",
            "author_id": row["actor_id"],
            "created_on": f"{row['occurred_at']:%Y-%m-%d %H:%M:%S}",
        }
        for row in rows
        if row["kind"] == "proposal.submitted"
    ]
    comments = [
        {
            "id": row["subject_id"],
            "proposal_id": row["proposal_id"],
            "parent_id": row.get("parent_id") or "",
            "author_id": row["actor_id"],
            "created_at": f"{row['occurred_at']:%Y-%m-%dT%H:%M:%S}",
            "alignment": "" if row.get("stance") is None else row["stance"],
            "body_html": f"<p>{row.get('text', row['subject_id'])}</p>",
        }
        for row in rows
        if row["kind"] == "comment.posted"
    ]
    return proposals, comments
