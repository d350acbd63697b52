"""What needs no honest participation raises no score by more than .05 without a mark."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from deliberate.citivoice import Process, Scores, get_formulas, judge, reduce
from tests.citivoice.known_groups import Manner, few_voices, town, verified
from tests.citivoice.log_rows import MONDAY, PROCESS, Row, act, comment, log_of

IMPORTED = replace(
    PROCESS, carries=frozenset(["DQ1", "DQ2", "DQ3", "DQ4", "SP1", "SP2", "SP4", "IN3"])
)
RAISED = 0.05


def scored(rows: list[Row], process: Process = IMPORTED) -> Scores:
    return judge(reduce(log_of(rows), process))


def known(rows: list[Row]) -> list[Row]:
    """Return a log in which everybody who wrote is verified: it has no mark to begin with."""
    people = {row["actor_id"] for row in rows if row["kind"] == "comment.posted"}
    return rows + [verified(who) for who in sorted(people)]


def rises_unmarked(before: Scores, after: Scores, dimension: str) -> bool:
    """Return whether a score rose by more than .05 and no mark came that was not there."""
    one, other = before.totals[dimension], after.totals[dimension]
    assert one.score is not None
    new = set(other.marks) - set(one.marks)
    return other.score is not None and other.score > one.score + RAISED and not new


def raises_nothing(before: Scores, after: Scores) -> bool:
    """Return whether neither number that has a score rose by more than .05 without a mark."""
    known = [name for name in ("DQ", "SP") if before.totals[name].score is not None]
    assert "DQ" in known
    return not any(rises_unmarked(before, after, name) for name in known)


def comments_of(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["kind"] == "comment.posted"]


CAMPS, THREADS = Manner(cross=0.25, turn=0.25), 22


@pytest.fixture(scope="module")
def camps() -> list[Row]:
    return known(town("camps", CAMPS, threads=THREADS))


@pytest.fixture(scope="module")
def of_camps(camps: list[Row]) -> Scores:
    return scored(camps)


def test_process_to_manipulate_has_both_numbers(of_camps: Scores) -> None:
    assert all(of_camps.totals[name].score is not None for name in ("DQ", "SP"))


@pytest.mark.parametrize("left", [None, 0])
def test_leaving_out_stances(camps: list[Row], of_camps: Scores, left: int | None) -> None:
    """Replies within one's camp lose their stance, or are called neutral."""
    sides = {row["subject_id"]: row["stance"] for row in comments_of(camps)}
    bare = [
        row | {"stance": left}
        if row.get("parent_id") and sides[row["parent_id"]] == row["stance"]
        else row
        for row in camps
    ]
    assert raises_nothing(of_camps, scored(bare))


def test_leaving_out_sides_where_almost_nobody_crosses() -> None:
    """Near the floor a small rise weighs much: half of those in their own camp name no side."""
    rows = known(town("apart", Manner(cross=0.03, turn=0.25), threads=THREADS))
    sides = {row["subject_id"]: row["stance"] for row in comments_of(rows)}
    keeping = {
        (row["proposal_id"], row["actor_id"])
        for row in comments_of(rows)
        if row.get("parent_id") and sides[row["parent_id"]] != row["stance"]
    }
    draw = random.Random("sides")
    writers = sorted({(row["proposal_id"], row["actor_id"]) for row in comments_of(rows)})
    keeping |= {writer for writer in writers if draw.random() < 0.5}
    bare = [
        row if (row.get("proposal_id"), row["actor_id"]) in keeping else row | {"stance": None}
        for row in rows
    ]
    before, after = scored(rows).totals["DQ"], scored(bare).totals["DQ"]
    assert before.score is not None
    assert after.score is not None
    assert after.score > before.score + RAISED
    assert (before.marks, after.marks) == ((), ("sides_unstated",))


def test_splitting_accounts() -> None:
    """Three people who write four fifths write from thirty accounts instead."""
    rows = known(few_voices("split", closed=True))
    draw = random.Random("split")
    split = [
        row | {"actor_id": f"{row['actor_id']}-{draw.randrange(10)}"}
        if row["kind"] == "comment.posted" and "loud" in row["actor_id"]
        else row
        for row in rows
    ]
    assert raises_nothing(scored(rows), scored(split))


def test_replying_to_oneself(camps: list[Row], of_camps: Scores) -> None:
    selves = [
        comment(
            f"{row['subject_id']}self",
            row["actor_id"],
            proposal_id=row["proposal_id"],
            parent_id=row["subject_id"],
            stance=-row["stance"],
        )
        | {"occurred_at": row["occurred_at"] + timedelta(hours=3)}
        for row in comments_of(camps)
    ]
    assert raises_nothing(of_camps, scored([*camps, *selves]))


def test_copying_texts(camps: list[Row], of_camps: Scores) -> None:
    """The other camp's members answer every second comment with one copied sentence."""
    draw, copies = random.Random("copies"), []
    for row in comments_of(camps)[::2]:
        others = [one for one in comments_of(camps) if one["proposal_id"] == row["proposal_id"]]
        other = draw.choice([o for o in others if o["actor_id"] != row["actor_id"]])
        copies.append(
            comment(
                f"{row['subject_id']}copy",
                other["actor_id"],
                proposal_id=row["proposal_id"],
                parent_id=row["subject_id"],
                stance=-row["stance"],
            )
            | {"occurred_at": row["occurred_at"] + timedelta(hours=200)}
        )
    rows = [*camps, *copies]
    counted = replace(IMPORTED, texts=len(comments_of(rows)), repeated_texts=len(copies))
    assert raises_nothing(of_camps, scored(rows, counted))
    assert "repeated_text" in scored(rows, counted).totals["DQ"].marks


def test_dropping_the_coding(camps: list[Row]) -> None:
    """Reasons that two people found poor stand beside the score, not in it."""
    coded = [
        act(
            "comment.coded",
            coder,
            2500,
            subject_id=row["subject_id"],
            proposal_id=row["proposal_id"],
            actor_role="researcher",
            details={"reason": 0 if k % 5 else 1},
        )
        for k, row in enumerate(comments_of(camps)[:80])
        for coder in ("A", "B")
    ]
    with_codes = scored([*camps, *coded], PROCESS)
    assert with_codes.findings["DQ5.1"].value is not None
    assert raises_nothing(with_codes, scored(camps, PROCESS))


def test_opening_and_closing_phases() -> None:
    """Phases are declared open only in the weeks around those who came back."""
    draw, rows = random.Random("phases"), []
    for week in range(20):
        stays = week < 6
        for k in range(12):
            who = f"u{k}" if stays else f"v{week}-{k}"
            rows.append(comment(f"c{week}-{k}", who, week * 168 + draw.randrange(90)))
    late = [row for row in rows if row["actor_id"].startswith("v")]
    rows += [
        row | {"actor_id": f"w{row['actor_id']}", "subject_id": f"w{row['subject_id']}"}
        for row in late[::2]
    ]
    early = [f"u{k}" for k in range(12, 50)]
    rows += [comment(f"e{w}-{who}", who, w * 168 + 5) for who in early for w in (0, 2)]
    rows = known(rows)
    phase = act(
        "phase.scheduled",
        None,
        3000,
        subject_id="f",
        actor_role="staff",
        details={
            "phase": "talk",
            "opens": MONDAY.isoformat(),
            "closes": (MONDAY + timedelta(weeks=5)).isoformat(),
        },
    )
    carried = replace(PROCESS, carries=frozenset({"SP1", "SP2"}))
    before, after = scored(rows, carried), scored([*rows, phase], carried)
    assert not rises_unmarked(before, after, "SP")
    assert "weeks_closed" in after.totals["SP"].marks


def test_deleting_and_posting_again(camps: list[Row], of_camps: Scores) -> None:
    """Comments that nobody answered are taken back and posted again under others."""
    answered = {row.get("parent_id") for row in comments_of(camps)}
    rows = list(camps)
    for row in comments_of(camps):
        if row["subject_id"] in answered:
            continue
        gone = act(
            "comment.withdrawn",
            row["actor_id"],
            subject_id=row["subject_id"],
            proposal_id=row["proposal_id"],
        )
        again = row | {"subject_id": f"{row['subject_id']}again"}
        rows += [
            one | {"occurred_at": row["occurred_at"] + timedelta(hours=hours)}
            for one, hours in ((gone, 1), (again, 2))
        ]
    assert raises_nothing(of_camps, scored(rows))


def test_marks_of_rows_sealed_late() -> None:
    rows = known(town("late", threads=24))
    late = scored(rows, replace(IMPORTED, sealed_late=len(rows) // 10))
    assert "sealed_late" in late.totals["DQ"].marks
    few = scored(rows, replace(IMPORTED, sealed_late=len(rows) // 30))
    assert "sealed_late" not in few.totals["DQ"].marks


def test_first_formulas_can_be_raised_by_unstated_replies() -> None:
    """The test of a test: what 1.1 withstands does raise 1.0."""
    rows = town("camps", CAMPS, threads=THREADS)
    sides = {row["subject_id"]: row["stance"] for row in comments_of(rows)}
    bare = [
        row | {"stance": None}
        if row.get("parent_id") and sides[row["parent_id"]] == row["stance"]
        else row
        for row in rows
    ]
    first = get_formulas("1.0")
    one, other = (
        judge(reduce(log_of(given), IMPORTED), first).totals["DQ"].score for given in (rows, bare)
    )
    assert one is not None
    assert other is not None
    assert other > one + 0.8 * RAISED
