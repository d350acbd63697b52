"""The columns of every file of a release, with their meaning: the codebook is made from this."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deliberate import vocabulary
from deliberate.vocabulary import Kind, Visibility


@dataclass(frozen=True)
class Column:
    """One column: type (integer, number, string, datetime, json), meaning, codes it may hold."""

    name: str
    type: str
    meaning: str
    codes: tuple[str, ...] = ()


def _codes(words: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(word) for word in words)


EVENTS = (
    Column("seq", "integer", "position in the sealed log; positions between belong to other acts"),
    Column("occurred_at", "datetime", "time of the act in UTC, cut to the hour"),
    Column(
        "kind",
        "string",
        "what was done",
        _codes(kind for kind in Kind if kind.visibility is Visibility.PUBLIC),
    ),
    Column("actor_id", "string", "pseudonym of the actor, made anew for each release; empty: none"),
    Column("actor_role", "string", "role at the moment of the act", _codes(vocabulary.Role)),
    Column(
        "account_class",
        "string",
        "who stands behind the account",
        _codes(vocabulary.AccountClass),
    ),
    Column("institution_id", "integer", "institution the actor worked for"),
    Column("process_id", "integer", "process it belongs to"),
    Column("proposal_id", "integer", "proposal it belongs to"),
    Column("subject_type", "string", "type of the thing the act is about"),
    Column("subject_id", "integer", "number of that thing"),
    Column("parent_id", "integer", "comment replied to; negative: the source did not carry it"),
    Column("stance", "integer", "stance towards the proposal", ("-1", "0", "1")),
    Column("origin", "string", "the door the act came through", _codes(vocabulary.Origin)),
    Column("cause", "string", "SHA-256 of the id of the act whose rule made this row"),
    Column("content", "string", "HMAC of what was written, under a salt erased with the text"),
    Column("details", "json", "numbers and short codes of the kind"),
    Column(
        "private_hash", "string", "SHA-256 of the row's private half; with it, its leaf follows"
    ),
)

PROPOSALS = (
    Column("proposal_id", "integer", "number of the proposal; /p/<number> is its address"),
    Column("published_at", "datetime", "when it was published, in UTC, cut to the hour"),
    Column("initiator", "string", "whose proposal it is", _codes(vocabulary.Initiator)),
    Column("institution_id", "integer", "institution asked to answer"),
    Column("topic", "string", "topic"),
    Column("area", "string", "area"),
    Column("language", "string", "language it was written in"),
    Column("versions", "integer", "how many versions it has"),
    Column("supports", "integer", "people supporting it when the release was built"),
    Column("comments", "integer", "comments in its thread"),
    Column("decision", "string", "decision of the response in force", _codes(vocabulary.Decision)),
    Column("qualified_at", "datetime", "when supports reached the threshold, cut to the hour"),
    Column("answered_at", "datetime", "when it was answered, cut to the hour"),
    Column("withdrawn_at", "datetime", "when its author took it back, cut to the hour"),
    Column("hidden_at", "datetime", "when a moderator hid it, cut to the hour"),
)

SCORES = (
    Column("id", "string", "indicator or dimension"),
    Column("version", "string", "version of the formulas"),
    Column("value", "number", "the value; empty: not enough data, never 0 for absence"),
    Column("state", "string", "", ("value", "structural_zero", "not_enough_data", "provisional")),
    Column("reason", "string", "why there is not enough data"),
    Column("n", "integer", "opportunities, held against the minimum"),
    Column("numerator", "number", "numerator of the formula"),
    Column("denominator", "number", "denominator of the formula"),
    Column("ci_low", "number", "lower end of the 95 % interval"),
    Column("ci_high", "number", "upper end of the 95 % interval"),
    Column("normalised", "number", "value between its goalposts, 0 to 1"),
    Column("seed", "integer", "seed of the random draws"),
)

FILES = {"events.csv": EVENTS, "proposals.csv": PROPOSALS, "scores.csv": SCORES}


def codebook() -> Iterator[dict[str, str]]:
    """Every column of every file, then every kind of act with its class and meaning."""
    for name, columns in FILES.items():
        for column in columns:
            yield {
                "file": name,
                "name": column.name,
                "type": column.type,
                "codes": "|".join(column.codes),
                "class": "",
                "meaning": column.meaning,
            }
    for kind in Kind:
        yield {
            "file": "kinds",
            "name": kind.value,
            "type": "kind",
            "codes": "|".join(kind.details),
            "class": kind.visibility.value,
            "meaning": kind.meaning,
        }
