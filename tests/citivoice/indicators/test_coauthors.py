"""Co-authors count as the author of their proposal in every score."""

from typing import Any

from deliberate.citivoice import reduce
from tests.citivoice.log_rows import PROCESS, Row, act, comment, log_of, proposal, sample_rows


def joined(name: str, hours: float) -> Row:
    return act("coauthor.joined", name, hours, subject_id="P1")


def left(name: str, hours: float) -> Row:
    return act("coauthor.left", name, hours, subject_id="P1")


def talk(*more: Row) -> list[Row]:
    """Return a thread in which b, who may be a co-author, answers x and is answered by a."""
    return [
        proposal("P1", "a", 0),
        *more,
        comment("c1", "x", 2, stance=1),
        comment("c2", "b", 3, parent_id="c1"),
        comment("c3", "a", 4, parent_id="c2"),
        comment("c4", "x", 5, parent_id="c2"),
    ]


def thread_of(rows: list[Row], scope: str = "counted") -> dict[str, Any]:
    table = reduce(log_of(rows), PROCESS).scope("thread_facts", scope)
    return {name: values[0] for name, values in table.items()}


def test_coauthor_who_answers_takes_the_turn_of_the_author() -> None:
    names = ("turns", "replies_to_other", "answered_by_other", "self_replies")
    alone, together = thread_of(talk()), thread_of(talk(joined("b", 1)))
    # c2 answers a comment on the proposal: of an author it is the third turn; c4 is one in both.
    assert together["turns"] == alone["turns"] + 1
    # c3 answers c2: between authors it is a reply to oneself.
    assert (alone["self_replies"], together["self_replies"]) == (0, 1)
    assert together["replies_to_other"] == alone["replies_to_other"] - 1
    as_author = [row | {"actor_id": "a"} if row["actor_id"] == "b" else row for row in talk()]
    assert {n: together[n] for n in names} == {n: thread_of(as_author)[n] for n in names}


def test_replies_among_authors_make_no_pairs() -> None:
    alone, together = thread_of(talk()), thread_of(talk(joined("b", 1)))
    assert together["pairs"] == alone["pairs"] - 1


def test_who_has_left_or_not_yet_joined_is_no_author() -> None:
    alone = thread_of(talk())
    for rows in (talk(joined("b", 6)), talk(joined("b", 1), left("b", 1.5))):
        assert thread_of(rows) == alone


def test_first_author_who_left_answers_the_others_as_another() -> None:
    rows = talk(joined("b", 1), left("a", 1.5))
    assert thread_of(rows)["self_replies"] == 0


def test_joining_counts_as_proposing() -> None:
    def proposals(rows: list[Row]) -> int:
        facts = reduce(log_of(rows), PROCESS, people=True)
        return int(sum((facts.person_facts or {})["proposals"]))

    assert proposals(talk(joined("b", 1))) == proposals(talk()) + 1


def test_facts_without_coauthors_are_those_of_other_kinds() -> None:
    rows = sample_rows()
    other = act("coauthor.joined", "stranger", 9, proposal_id=None, subject_id="amendment")
    plain = reduce(log_of(rows), PROCESS)
    joint = reduce(log_of([*rows, other]), PROCESS)
    table = plain.scope("thread_facts", "counted")
    again = joint.scope("thread_facts", "counted")
    assert all(list(table[name]) == list(again[name]) for name in table)
