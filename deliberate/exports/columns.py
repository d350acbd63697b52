"""Columns of every release file with their meaning, the source of the codebook."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deliberate import vocabulary
from deliberate.citivoice.reduction.facts import column_types
from deliberate.vocabulary import Kind, Visibility


@dataclass(frozen=True)
class Column:
    """A column: its type (one of duckdb_workspace.SQL_TYPES), meaning and codes."""

    name: str
    type: str
    meaning: str
    codes: tuple[str, ...] = ()


def _codes(codes: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(code) for code in codes)


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
    Column("author_id", "string", "pseudonym of its author; empty: nobody's"),
    Column("published_at", "datetime", "when it was published, in UTC, cut to the hour"),
    Column("initiator", "string", "whose proposal it is", _codes(vocabulary.Initiator)),
    Column("institution_id", "integer", "institution asked to answer"),
    Column("topic", "string", "topic; empty where the text is not shown"),
    Column("area", "string", "area; empty where the text is not shown"),
    Column("language", "string", "language it was written in"),
    Column("versions", "integer", "how many versions it has"),
    Column("supports", "integer", "people supporting it when the release was built"),
    Column("comments", "integer", "comments in its thread"),
    Column(
        "decision",
        "string",
        "decision of the response in force",
        _codes(vocabulary.ResponseDecision),
    ),
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

COMMENTS = (
    Column("comment_id", "integer", "number of the comment; /c/<number> is its address"),
    Column("proposal_id", "integer", "proposal in whose thread it stands"),
    Column("parent_id", "integer", "comment replied to; negative: the source did not carry it"),
    Column("root_id", "integer", "top-level comment of its branch; empty: it is one itself"),
    Column("depth", "integer", "how deep it stands; 0 for a top-level comment"),
    Column("author_id", "string", "pseudonym of its author; empty: nobody's"),
    Column("author_role", "string", "role at that moment", _codes(vocabulary.Role)),
    Column("account_class", "string", "who stands behind it", _codes(vocabulary.AccountClass)),
    Column("institution_id", "integer", "institution its author worked for"),
    Column("stance", "integer", "stance towards the proposal", ("-1", "0", "1")),
    Column("is_question", "boolean", "whether it asks"),
    Column("posted_at", "datetime", "when it was posted, in UTC, cut to the hour"),
    Column("withdrawn_at", "datetime", "when its author took it back, cut to the hour"),
    Column("hidden_at", "datetime", "when it was hidden, cut to the hour; empty: it is shown"),
    Column("strong", "integer", "people who weighed it as a strong point, when built"),
    Column("weak", "integer", "people who weighed it as a weak point, when built"),
)

RESPONSES = (
    Column("response_id", "integer", "number of the response"),
    Column("proposal_id", "integer", "proposal it answers"),
    Column("version", "integer", "its version; the highest is in force"),
    Column("institution_id", "integer", "institution that answers"),
    Column("decision", "string", "what it decides", _codes(vocabulary.ResponseDecision)),
    Column("published_at", "datetime", "when it was published, in UTC, cut to the hour"),
    Column("dated", "date", "the date it bears"),
    Column("study_until", "date", "second date of an answer that needs study"),
    Column("code", "string", "coded reason of a refusal, as some platforms give it"),
    Column("grounds", "string", "on what it rests, parted by |"),
    Column("points", "integer", "points it answers one by one"),
    Column("answers", "integer", "comments it says it answers"),
    Column("commitments", "integer", "promises it makes"),
    Column("fulfilled", "integer", "promises kept when built"),
    Column("dropped", "integer", "promises given up when built"),
    Column("answers_yes", "integer", "residents who said it answers, as on its page"),
    Column("answers_partly", "integer", "residents who said it answers in part"),
    Column("answers_no", "integer", "residents who said it does not answer"),
)

POLLS = (
    Column("poll_id", "integer", "number of the poll; /v/<number> is its address"),
    Column("proposal_id", "integer", "proposal it stands on; empty: on the process"),
    Column("type", "string", "what it asks for", _codes(vocabulary.PollType)),
    Column(
        "counting", "string", "how ranked ballots are counted", _codes(vocabulary.CountingMethod)
    ),
    Column("secret", "boolean", "whether ballots and voters are kept apart"),
    Column("quorum", "integer", "ballots needed; 0: none"),
    Column("opens_at", "datetime", "when it opens, in UTC, cut to the hour"),
    Column("closes_at", "datetime", "when it closes, in UTC, cut to the hour"),
    Column("ballots", "integer", "ballots counted; empty: its result is not shown yet"),
    Column("table", "string", "which table of the result: votes, rounds, pairwise and so on"),
    Column("option", "integer", "place of the option in the list, from 1; empty: all of them"),
    Column("label", "string", "the option in the poll's words; empty for residents' statements"),
    Column("column", "string", "what the figure counts: a code, a rank, or another option"),
    Column("figure", "integer", "the figure"),
)

TEXTS = (
    Column("id", "string", "the text's name in the convokit corpus"),
    Column("subject_type", "string", "whose text it is", ("proposal", "comment", "response")),
    Column("subject_id", "integer", "number of that thing"),
    Column("language", "string", "language it was written in"),
    Column("title", "string", "title of a proposal, headline of a response"),
    Column("text", "string", "as it was written; only what is shown when the release is built"),
)

PRIVATE_ACTS = (
    Column("person_id", "string", "pseudonym of the person, in private rows of this request alone"),
    Column("week", "date", "the Monday of the week of the act"),
    Column("process_id", "integer", "process it belongs to"),
    Column(
        "kind",
        "string",
        "what was done",
        _codes(kind for kind in Kind if kind.visibility is Visibility.PRIVATE),
    ),
    Column("actor_role", "string", "role at the moment of the act", _codes(vocabulary.Role)),
    Column("answer", "string", "the code its kind holds: strong, answers_it, built, reason"),
)

FILES = {
    "events.csv": EVENTS,
    "proposals.csv": PROPOSALS,
    "comments.csv": COMMENTS,
    "responses.csv": RESPONSES,
    "polls.csv": POLLS,
    "texts.csv": TEXTS,
    "private_acts.csv": PRIVATE_ACTS,
    "scores.csv": SCORES,
}
"""The columns of each table. texts.csv and private_acts.csv are in the protected tier only."""

PRIMARY_KEYS = {
    "events.csv": ("seq",),
    "proposals.csv": ("proposal_id",),
    "comments.csv": ("comment_id",),
    "responses.csv": ("response_id",),
    "scores.csv": ("id",),
}
"""The key columns of each file."""

FOREIGN_KEYS = {
    "comments.csv": {"proposal_id": "proposals.csv"},
    "responses.csv": {"proposal_id": "proposals.csv"},
}
"""Columns that refer to a row of another file by a column of the same name."""

FACTS = {
    "thread_facts": "one row a proposal and scope: its thread in counts",
    "run_facts": "the same counts over everything, in each sensitivity run",
    "response_facts": "one row a proposal: its wait, its answer, what followed",
    "person_cells": "numbers of people by what the formulas ask of them; no row is a person",
    "week_facts": "one row a week and scope",
    "active_facts": "numbers of people by the weeks in which they took part",
    "cohort_facts": "people who first came in a week, by later weeks; from 10 people on",
    "group_facts": "people by the bands they declared; small cells, and what tells them, left out",
    "coding_facts": "comments by the grades two coders gave",
    "author_facts": "numbers of authors by comments, days, weeks and months",
    "month_facts": "one row a month and scope",
    "depth_facts": "comments by depth",
    "stance_facts": "top-level comments and replies by stance",
    "rhythm_facts": "numbers of people by the sums over their pauses between comments",
    "excluded_facts": "accounts left out of the scores, by reason",
    "process_facts": "one row a scope: pairs, moderators, latency",
    "window_facts": "what was counted: the process, its window, the log head",
    "population_facts": "shares of the population that groups are held against",
}
"""Fact files with their meaning; citivoice.facts defines their columns."""


def facts_columns(name: str) -> tuple[Column, ...]:
    """Return the columns of a fact file."""
    types = {str: "string", int: "integer", float: "number"}
    columns = column_types(name).items()
    return tuple(Column(column, types[kind], FACTS[name]) for column, kind in columns)


def tables() -> dict[str, tuple[Column, ...]]:
    """Return every CSV file of a release with its columns."""
    return FILES | {f"facts/{name}.csv": facts_columns(name) for name in FACTS}


def codebook() -> Iterator[dict[str, str]]:
    """Yield every column of every file, then every kind of act with its class and meaning."""
    for name, columns in tables().items():
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
