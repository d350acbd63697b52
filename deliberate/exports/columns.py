"""Columns of every release file with their meaning, the source of the codebook."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deliberate import vocabulary
from deliberate.vocabulary import Visibility
from deliberate.vocabulary.events import EVENT_TYPES, kinds_with


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
        "kind of the act",
        kinds_with(Visibility.PUBLIC),
    ),
    Column(
        "actor_id", "string", "pseudonym of the actor, different in each release; empty: the system"
    ),
    Column("actor_role", "string", "role at the moment of the act", _codes(vocabulary.Role)),
    Column(
        "account_class",
        "string",
        "class of the account",
        _codes(vocabulary.AccountClass),
    ),
    Column("institution_id", "integer", "institution of the actor"),
    Column("process_id", "integer", "process of the act"),
    Column("proposal_id", "integer", "proposal of the act"),
    Column("subject_type", "string", "type of the subject of the act"),
    Column("subject_id", "integer", "id of the subject"),
    Column("parent_id", "integer", "parent comment; negative: missing in the imported source"),
    Column("stance", "integer", "stance towards the proposal", ("-1", "0", "1")),
    Column("origin", "string", "channel of the act", _codes(vocabulary.Origin)),
    Column("cause", "string", "SHA-256 of the id of the act whose rule made this row"),
    Column("content", "string", "HMAC of the text, under a salt that is erased with the text"),
    Column("details", "json", "numbers and short codes of the kind"),
    Column(
        "private_hash", "string", "SHA-256 of the row's private half; with it, its leaf follows"
    ),
)

PROPOSALS = (
    Column("proposal_id", "integer", "id of the proposal; its address is /p/<id>"),
    Column("author_id", "string", "pseudonym of the author; empty: none"),
    Column("coauthor_ids", "string", "pseudonyms of the present co-authors, separated by |"),
    Column("published_at", "datetime", "when it was published, in UTC, cut to the hour"),
    Column("initiator", "string", "initiator of the proposal", _codes(vocabulary.Initiator)),
    Column("institution_id", "integer", "institution that should respond"),
    Column("topic", "string", "topic; empty where the text is not shown"),
    Column("area", "string", "area; empty where the text is not shown"),
    Column(
        "place",
        "json",
        "place as its page shows it (RFC 7946 geometry): to 3 decimals of a degree unless the "
        "author shows 4; empty: none, or the text is not shown",
    ),
    Column("language", "string", "language it was written in"),
    Column("versions", "integer", "number of versions"),
    Column("supports", "integer", "number of supports when the release was built"),
    Column("comments", "integer", "number of comments in its thread"),
    Column(
        "decision",
        "string",
        "decision of the response in force",
        _codes(vocabulary.ResponseDecision),
    ),
    Column("qualified_at", "datetime", "when supports reached the threshold, cut to the hour"),
    Column("answered_at", "datetime", "when it was answered, cut to the hour"),
    Column("withdrawn_at", "datetime", "when the author withdrew it, cut to the hour"),
    Column("hidden_at", "datetime", "when a moderator hid it, cut to the hour"),
)

SCORES = (
    Column("id", "string", "indicator or dimension"),
    Column("version", "string", "version of the formulas"),
    Column("value", "number", "the value; empty: not enough data, never 0 for absence"),
    Column("state", "string", "", ("value", "structural_zero", "not_enough_data", "provisional")),
    Column("reason", "string", "why there is not enough data"),
    Column("n", "integer", "number of cases, compared with the minimum"),
    Column("numerator", "number", "numerator of the formula"),
    Column("denominator", "number", "denominator of the formula"),
    Column("ci_low", "number", "lower end of the 95 % interval"),
    Column("ci_high", "number", "upper end of the 95 % interval"),
    Column("normalised", "number", "value between its goalposts, 0 to 1"),
    Column("seed", "integer", "seed of the random draws"),
)

COMMENTS = (
    Column("comment_id", "integer", "id of the comment; its address is /c/<id>"),
    Column("proposal_id", "integer", "proposal of the thread"),
    Column("parent_id", "integer", "parent comment; negative: missing in the imported source"),
    Column("root_id", "integer", "top-level comment of its branch; empty for that comment itself"),
    Column("depth", "integer", "depth in the thread; 0 for a top-level comment"),
    Column("author_id", "string", "pseudonym of the author; empty: none"),
    Column(
        "author_role",
        "string",
        "role of the author at the moment of posting",
        _codes(vocabulary.Role),
    ),
    Column(
        "account_class", "string", "class of the author's account", _codes(vocabulary.AccountClass)
    ),
    Column("institution_id", "integer", "institution of the author"),
    Column("stance", "integer", "stance towards the proposal", ("-1", "0", "1")),
    Column("is_question", "boolean", "whether it is a question"),
    Column("posted_at", "datetime", "when it was posted, in UTC, cut to the hour"),
    Column("withdrawn_at", "datetime", "when the author withdrew it, cut to the hour"),
    Column("hidden_at", "datetime", "when it was hidden, cut to the hour; empty: it is visible"),
    Column("strong", "integer", "ratings as a strong argument when the release was built"),
    Column("weak", "integer", "ratings as a weak argument when the release was built"),
)

RESPONSES = (
    Column("response_id", "integer", "id of the response"),
    Column("proposal_id", "integer", "proposal it answers"),
    Column("version", "integer", "version; the highest is in force"),
    Column("institution_id", "integer", "responding institution"),
    Column("decision", "string", "decision of the response", _codes(vocabulary.ResponseDecision)),
    Column("published_at", "datetime", "when it was published, in UTC, cut to the hour"),
    Column("dated", "date", "date stated in the response"),
    Column("study_until", "date", "announced date of the final response to one that needs study"),
    Column("code", "string", "coded reason of a refusal, on platforms that have one"),
    Column("grounds", "string", "grounds of the response, separated by |"),
    Column("points", "integer", "number of points decided separately"),
    Column("answers", "integer", "number of comments that it answers"),
    Column("commitments", "integer", "number of commitments"),
    Column("fulfilled", "integer", "fulfilled commitments when the release was built"),
    Column("dropped", "integer", "dropped commitments when the release was built"),
    Column(
        "answers_yes",
        "integer",
        "residents who judged that it answers the proposal, as on its page",
    ),
    Column("answers_partly", "integer", "residents who judged that it answers in part"),
    Column("answers_no", "integer", "residents who judged that it does not answer"),
)

POLLS = (
    Column("poll_id", "integer", "id of the poll; its address is /v/<id>"),
    Column("proposal_id", "integer", "proposal of the poll; empty: a poll of the process"),
    Column("type", "string", "type of the poll", _codes(vocabulary.PollType)),
    Column(
        "counting", "string", "counting method of ranked ballots", _codes(vocabulary.CountingMethod)
    ),
    Column("secret", "boolean", "whether ballots are secret"),
    Column("quorum", "integer", "ballots needed for a result; 0: none"),
    Column("opens_at", "datetime", "when it opens, in UTC, cut to the hour"),
    Column("closes_at", "datetime", "when it closes, in UTC, cut to the hour"),
    Column("ballots", "integer", "counted ballots; empty: the result is not shown yet"),
    Column("table", "string", "table of the result: votes, rounds, pairwise and so on"),
    Column("option", "integer", "position of the option, from 1; empty: all options"),
    Column("label", "string", "text of the option; empty for statements of residents"),
    Column("column", "string", "meaning of the figure: a code, a rank, or another option"),
    Column("figure", "integer", "the figure"),
)

QUESTIONNAIRES = (
    Column(
        "audience",
        "string",
        "whom the questionnaire asked",
        _codes(vocabulary.QuestionnaireAudience),
    ),
    Column("version", "string", "version of the questions"),
    Column("answered", "integer", "people who answered the questionnaire"),
    Column("question", "string", "name of the statement, which stays with it for good"),
    Column("criterion", "string", "criterion it is shown beside; empty: the process as a whole"),
    Column("statement", "string", "the statement in English"),
    Column("could_say", "integer", "answers other than 'cannot say'; empty: too few to publish"),
    Column("agreed", "integer", "those who agreed or agreed strongly; empty: too few to publish"),
    Column("ci_low", "number", "lower end of the 95 % interval (Wilson) of the share that agreed"),
    Column("ci_high", "number", "upper end of the 95 % interval"),
)

TEXTS = (
    Column("id", "string", "id of the text in the ConvoKit corpus"),
    Column("subject_type", "string", "type of the subject", ("proposal", "comment", "response")),
    Column("subject_id", "integer", "id of the subject"),
    Column("language", "string", "language it was written in"),
    Column("title", "string", "title of a proposal, headline of a response"),
    Column("text", "string", "the text as written; only texts visible when the release was built"),
)

PRIVATE_ACTS = (
    Column("person_id", "string", "pseudonym of the person, only in private rows of this request"),
    Column("week", "date", "the Monday of the week of the act"),
    Column("process_id", "integer", "process of the act"),
    Column(
        "kind",
        "string",
        "kind of the act",
        kinds_with(Visibility.PRIVATE),
    ),
    Column("actor_role", "string", "role at the moment of the act", _codes(vocabulary.Role)),
    Column(
        "answer", "string", "detail of the kind: strong, answers_it, built, confirmed or reason"
    ),
)

FILES = {
    "events.csv": EVENTS,
    "proposals.csv": PROPOSALS,
    "comments.csv": COMMENTS,
    "responses.csv": RESPONSES,
    "polls.csv": POLLS,
    "questionnaires.csv": QUESTIONNAIRES,
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
    "thread_facts": "one row per proposal and scope: counts of its thread",
    "run_facts": "the same counts over all threads, for each sensitivity run",
    "response_facts": "one row per proposal: waiting time, response and its consequences",
    "person_cells": "numbers of people by the properties that the formulas use; no row is a person",
    "week_facts": "one row per week and scope",
    "arrival_facts": "numbers of groups that first took part on one proposal, by their sums",
    "active_facts": "numbers of people by the weeks in which they took part",
    "cohort_facts": "people by first week of participation and later weeks; from 10 people",
    "group_facts": "people by declared group; + has those of small groups, counted together",
    "coding_facts": "comments by the ratings of two coders",
    "author_facts": "numbers of authors by comments, days, weeks and months",
    "voice_facts": "numbers of authors by comments, for each run that leaves people out",
    "verification_facts": "verified accounts, people and comments",
    "circle_facts": "the largest circle of accounts that mostly answer one another",
    "month_facts": "one row per month and scope",
    "depth_facts": "comments by depth",
    "stance_facts": "top-level comments and replies by stance",
    "rhythm_facts": "numbers of people by the sums of the intervals between their comments",
    "excluded_facts": "accounts excluded from the scores, by reason",
    "process_facts": "one row per scope: pairs, moderators, latency",
    "window_facts": "what was scored: process, window, log head",
    "population_facts": "shares of the population that groups are compared with",
}
"""Fact files with their meaning; citivoice.facts defines their columns."""


def facts_columns(name: str) -> tuple[Column, ...]:
    """Return the columns of a fact file."""
    from deliberate.citivoice.reduction.facts import column_types  # late: it imports numpy

    types = {str: "string", int: "integer", float: "number"}
    columns = column_types(name).items()
    return tuple(Column(column, types[kind], FACTS[name]) for column, kind in columns)


def tables() -> dict[str, tuple[Column, ...]]:
    """Return every CSV file of a release with its columns."""
    return FILES | {f"facts/{name}.csv": facts_columns(name) for name in FACTS}


def codebook() -> Iterator[dict[str, str]]:
    """Yield every column of every file, every kind of act, and every detail of a kind."""
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
    for kind, event in EVENT_TYPES.items():
        yield {
            "file": "kinds",
            "name": kind,
            "type": "kind",
            "codes": "|".join(event.detail_meanings()),
            "class": event.VISIBILITY.value,
            "meaning": event.full_meaning(),
        }
        for name, meaning in event.detail_meanings().items():
            values, codes = event.detail_type(name)
            yield {
                "file": "details",
                "name": f"{kind}.{name}",
                "type": values,
                "codes": "|".join(codes),
                "class": event.VISIBILITY.value,
                "meaning": meaning,
            }
