"""Columns of every release file with their meaning, the source of the codebook."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deliberate import vocabulary
from deliberate.citivoice.framework.catalogue import read_toml
from deliberate.extensions import load_translations
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
    Column(
        "state",
        "string",
        "whether there is a value, and of what kind",
        ("value", "structural_zero", "not_enough_data", "provisional"),
    ),
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

DOCUMENTS = (
    Column("version_id", "integer", "id of the version, the subject of its act"),
    Column("document_id", "integer", "id of the draft text, the same in every version"),
    Column("version", "integer", "number of the version; the highest is in force"),
    Column("title", "string", "title of the draft text"),
    Column("language", "string", "language it is written in"),
    Column("institution_id", "integer", "institution that opened the consultation"),
    Column("published_at", "datetime", "when the version was published, in UTC, cut to the hour"),
    Column("closed_at", "datetime", "when the consultation was closed, cut to the hour"),
)

UNITS = (
    Column("version_id", "integer", "version that has this text of the unit"),
    Column("document_id", "integer", "draft text of the unit"),
    Column("version", "integer", "number of the version"),
    Column("unit_id", "integer", "id of the unit, the same in every version, whatever its number"),
    Column("position", "integer", "place in the version, from 0"),
    Column("kind", "string", "level of the unit, such as pasal, ayat, huruf or heading"),
    Column("number", "string", "number of the unit in the version, such as 12A"),
    Column("address", "string", "address of the unit in the version, such as pasal-12A/ayat-1"),
    Column("parent", "string", "address of the unit around it; empty at the top"),
    Column(
        "status",
        "string",
        "what happened since the version before; empty in the first version",
        ("new", "merged", "split", "moved", "changed", "renumbered", "kept"),
    ),
    Column("moved", "boolean", "whether it is in another place than in the version before"),
    Column(
        "sources",
        "string",
        "units of the version before that it comes from, itself first, separated by |; empty: none",
    ),
    Column("heading", "string", "heading of the unit"),
    Column("text", "string", "words of the unit, without those of the units in it"),
)

AMENDMENTS = (
    Column("contribution_id", "integer", "id of the contribution"),
    Column("document_id", "integer", "draft text of the contribution"),
    Column("unit_id", "integer", "unit it was written on"),
    Column("version", "integer", "number of the version it was written on"),
    Column("kind", "string", "what the contribution is", ("amendment", "comment", "question")),
    Column("stance", "integer", "stance towards the unit", ("-1", "0", "1")),
    Column("author_id", "string", "pseudonym of the author"),
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
    Column("posted_at", "datetime", "when it was posted, in UTC, cut to the hour"),
    Column("withdrawn_at", "datetime", "when the author withdrew it, cut to the hour"),
    Column("hidden_at", "datetime", "when it was hidden, cut to the hour; empty: it is visible"),
    Column("joins", "integer", "people who joined an amendment when the release was built"),
    Column("considered", "boolean", "whether an answer names it"),
    Column("explained", "boolean", "whether an answer with a reason names it"),
)

ANSWERS = (
    Column("answer_id", "integer", "id of the answer"),
    Column("document_id", "integer", "draft text of the answer"),
    Column("unit_id", "integer", "unit under which it was given"),
    Column("version", "integer", "number of the version in which it was given"),
    Column(
        "decision",
        "string",
        "decision on the contributions that it names",
        _codes(vocabulary.UnitDecision),
    ),
    Column("ground", "string", "ground of the decision", _codes(vocabulary.ResponseGround)),
    Column("reason_chars", "integer", "length of the reason; 0: none was given"),
    Column("institution_id", "integer", "institution that answered"),
    Column("answered_at", "datetime", "when it was published, in UTC, cut to the hour"),
    Column("contributions", "string", "ids of the contributions that it names, separated by |"),
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

REASON_ITEMS = (
    Column("item", "string", "name of the statement: C and a number, or P and a number"),
    Column("part", "string", "part of the survey", ("consideration", "preference")),
    Column("text_id", "string", "the statement in Indonesian"),
    Column("text_en", "string", "the statement in English"),
)

REASON_ANSWERS = (
    Column("participant", "integer", "number of the person in this file alone; in no other order"),
    Column("stage", "string", "when it was answered", _codes(vocabulary.ReasonStage)),
    Column("item", "string", "name of the statement in reason_items.csv"),
    Column(
        "value",
        "integer",
        "consideration: 1 disagree strongly to 7 agree strongly; option: its place, 1 first; "
        "empty: cannot say",
    ),
)

REASON_INDEX = (
    Column("stage", "string", "before or after", _codes(vocabulary.ReasonStage)),
    Column("participant", "integer", "the person in reason_answers.csv; empty: the group"),
    Column("state", "string", "state of the figure", ("value", "not_enough_data")),
    Column("n", "integer", "people counted before and after; empty: too few to publish"),
    Column("value", "number", "Deliberative Reason Index of the group or person"),
    Column("chance", "number", "mean index of 1,000 random assignments of the preferences"),
    Column("above_chance", "number", "value minus chance"),
    Column("p", "number", "share of random assignments with an index at least as high"),
)

TEXTS = (
    Column("id", "string", "id of the text in the ConvoKit corpus"),
    Column(
        "subject_type",
        "string",
        "type of the subject",
        ("proposal", "comment", "response", "unit_contribution", "unit_answer"),
    ),
    Column("subject_id", "integer", "id of the subject"),
    Column("language", "string", "language it was written in"),
    Column("title", "string", "title of a proposal, headline of a response, words of an amendment"),
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
    "documents.csv": DOCUMENTS,
    "units.csv": UNITS,
    "amendments.csv": AMENDMENTS,
    "answers.csv": ANSWERS,
    "polls.csv": POLLS,
    "questionnaires.csv": QUESTIONNAIRES,
    "reason_items.csv": REASON_ITEMS,
    "reason_answers.csv": REASON_ANSWERS,
    "reason_index.csv": REASON_INDEX,
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
    "documents.csv": ("version_id",),
    "units.csv": ("version_id", "unit_id"),
    "amendments.csv": ("contribution_id",),
    "answers.csv": ("answer_id",),
    "scores.csv": ("id",),
}
"""The key columns of each file."""

FOREIGN_KEYS = {
    "comments.csv": {"proposal_id": "proposals.csv"},
    "responses.csv": {"proposal_id": "proposals.csv"},
    "units.csv": {"version_id": "documents.csv"},
    "amendments.csv": {"document_id": "documents.csv"},
    "answers.csv": {"document_id": "documents.csv"},
}
"""Columns that refer to a row of another file by a column of the same name."""

FACTS = {
    "thread_facts": "one row per proposal and scope: counts of its thread",
    "run_facts": "the same counts over all threads, for each sensitivity run",
    "response_facts": "one row per proposal: waiting time, response and its consequences",
    "consultation_facts": "one row per unit of a draft text: contributions and those explained",
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
    return tuple(
        Column(column, types[kind], fact_meaning(name, column, "en")) for column, kind in columns
    )


@cache
def _fact_meanings() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return read_toml("facts.toml")


def fact_meaning(table: str, column: str, language: str) -> str:
    """Return what a column of a fact file holds, in a language."""
    meanings = _fact_meanings()
    entry = meanings.get(table, {}).get(column) or meanings["common"][column]
    return entry[language]


def tables() -> dict[str, tuple[Column, ...]]:
    """Return every CSV file of a release with its columns."""
    return FILES | {f"facts/{name}.csv": facts_columns(name) for name in FACTS}


@cache
def indonesian_meanings() -> Mapping[str, str]:
    """Return the Indonesian meanings of columns and details by the English ones."""
    text = (Path(__file__).parent / "meanings.toml").read_text(encoding="utf-8")
    return {
        english: meaning
        for entries in tomllib.loads(text).values()
        for english, meaning in entries.items()
    }


def column_meaning(file: str, column: Column, language: str) -> str:
    """Return what a column of a file of a release holds, in a language."""
    if language == "en":
        return column.meaning
    if file.startswith("facts/"):
        table = file.removeprefix("facts/").removesuffix(".csv")
        return fact_meaning(table, column.name, language)
    return indonesian_meanings()[column.meaning]


def codebook() -> Iterator[dict[str, str]]:
    """Yield every column of every file, every kind of act, and every detail of a kind."""
    kind_meanings = load_translations("id")
    for name, columns in tables().items():
        for column in columns:
            yield {
                "file": name,
                "name": column.name,
                "type": column.type,
                "codes": "|".join(column.codes),
                "class": "",
                "meaning": column.meaning,
                "meaning_id": column_meaning(name, column, "id"),
            }
    for kind, event in EVENT_TYPES.items():
        yield {
            "file": "kinds",
            "name": kind,
            "type": "kind",
            "codes": "|".join(event.detail_meanings()),
            "class": event.VISIBILITY.value,
            "meaning": event.full_meaning(),
            "meaning_id": kind_meanings.gettext(event.meaning()),
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
                "meaning_id": indonesian_meanings()[meaning],
            }
