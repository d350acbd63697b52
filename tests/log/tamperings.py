"""What an operator with the database can try on the log prepared by prepared_log.

tests/log/test_tamperings.py tries each, and docs/log.md has the table made from this module.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

THIRD = "WHERE id = (SELECT entry FROM position WHERE seq = 3)"
COMMENTED = "WHERE kind = 'comment.posted' AND stance = 1"
REST = "(SELECT entry FROM position WHERE seq > 20)"


@dataclass(frozen=True)
class Tampering:
    """A change of the database that each verification must find; `what` is a phrase."""

    what: str
    statements: tuple[str, ...]


def _entry(what: str, change: str, where: str = THIRD) -> Tampering:
    return Tampering(what, (f"UPDATE interaction SET {change} {where}",))


def _table(what: str, table: str, change: str) -> Tampering:
    return Tampering(what, (f"UPDATE {table} SET {change}",))


ROWS = (
    _entry("change the subject of an entry", "subject_id = 77"),
    _entry("change the type of the subject", "subject_type = 'kata'"),
    _entry("change the details", "details = '[9]'"),
    _entry("change the actor", "actor_id = 'somebody'"),
    _entry("change the role", "actor_role = 'admin'"),
    _entry("change the class of the account", "account_class = 'system'"),
    _entry("change the kind", "kind = 'person.moved'"),
    _entry("change the institution", "institution_id = 9"),
    _entry("change the process", "process_id = 9"),
    _entry("change the proposal", "proposal_id = 9"),
    _entry("change a stance", "stance = -1", COMMENTED),
    _entry("change a parent", "parent_id = 1", COMMENTED),
    _entry("change the mark of a text", "content = 'aa'", COMMENTED),
    _entry("date an entry back", "occurred_at = '2020-01-01 00:00:00.000000'"),
    _entry("call an entry an import", "origin = 'import'"),
    _entry("change the cause", "cause = 'aa'"),
    Tampering(
        "swap two entries",
        (
            "UPDATE position SET seq = -1 WHERE seq = 3",
            "UPDATE position SET seq = 3 WHERE seq = 4",
            "UPDATE position SET seq = 4 WHERE seq = -1",
        ),
    ),
    Tampering(
        "delete an entry",
        (f"DELETE FROM interaction {THIRD}", "DELETE FROM position WHERE seq = 3"),
    ),
    Tampering(
        "cut the end of the log",
        (f"DELETE FROM interaction WHERE id IN {REST}", "DELETE FROM position WHERE seq > 20"),
    ),
)
"""Each is tried as it is, and again by an operator who signs the rewritten log with the key."""
SEALS = (
    _table("leave a gap in the positions", "position", "seq = 1000 WHERE seq = 3"),
    Tampering("delete a position", ("DELETE FROM position WHERE seq = 3",)),
    _entry("change the leaf hash", "leaf = salt"),
    _entry("change the salt", "salt = substr(salt, 2)"),
    _table("change the text of a tree head", "signed_tree_head", "body = replace(body, ':', ': ')"),
    _table("change the root of a tree head", "signed_tree_head", "root = 'aa'"),
    _table("change the signature of a tree head", "signed_tree_head", "signature = '00'"),
    _table("change the time of a tree head", "signed_tree_head", "made_at = '2020-01-01 00:00:00'"),
    Tampering(
        "delete a tree head",
        ("DELETE FROM signed_tree_head WHERE size = (SELECT min(size) FROM signed_tree_head)",),
    ),
    _table("change the hash of a segment", "segment", "sha256 = 'aa'"),
)
PAGES = (
    _table("change the title of a proposal", "proposal", "title = 'Lain'"),
    _table("change the text of a proposal", "proposal", "body = 'Lain'"),
    _table("change an earlier version", "proposal_version", "body = 'Lain'"),
    _table("give a proposal another author", "proposal", "author_id = author_id + 1"),
    _table("make a text look erased", "comment", "salt = NULL"),
    _table("change a comment", "comment", "body = 'Lain'"),
    _table("change the stance of a comment", "comment", "stance = -stance WHERE stance <> 0"),
    _table(
        "hang a reply elsewhere",
        "comment",
        "parent_id = parent_id + 1 WHERE parent_id IS NOT NULL",
    ),
    _table("change the role of an author", "comment", "author_role = 'staff'"),
    _table("remove a correction", "comment", "corrections = '[]' WHERE corrections <> '[]'"),
    _table("change a rating", "rating", "is_strong = NOT is_strong"),
    _table("change an official answer", "response", "headline = 'Kami menolak'"),
    _table("change a point of an answer", "response", "points = '[]'"),
    _table("change a decision", "response", "decision = 'rejected'"),
    _table("change a step of a commitment", "commitment_step", "note = 'Lain'"),
    _table("change a summary", "summary", "best_for = 'Lain'"),
    _table("change a published assessment", "assessment", "document = '{}'"),
    _table("change the outcome of a poll", "poll_outcome", "body = 'Lain'"),
    _table("change a statement", "poll_option", "label = 'Lain' WHERE salt IS NOT NULL"),
    _table("change an option after the close", "poll_option", "label = 'Lain' WHERE salt IS NULL"),
    _table("change the question after the close", "poll", "question = 'Lain'"),
    _table("change a ballot after the close", "poll_ballot", "choice = '[[99,1]]'"),
    Tampering(
        "drop a ballot after the close",
        ("DELETE FROM poll_ballot WHERE key = (SELECT min(key) FROM poll_ballot)",),
    ),
    Tampering(
        "add a ballot after the close",
        ("INSERT INTO poll_ballot (key, poll_id, choice, area) VALUES ('0', 1, '[[1,1]]', '')",),
    ),
    _table("change the page that a text is rendered to", "comment", "body_html = '<p>Lain</p>'"),
    _table(
        "name another renderer for it",
        "proposal",
        "body_html = '<p>Lain</p>', renderer = 'md1'",
    ),
    Tampering("delete a proposal", ("DELETE FROM proposal WHERE id = (SELECT 1)",)),
    Tampering("delete an official answer", ("DELETE FROM response",)),
    Tampering("delete a comment", ("DELETE FROM comment WHERE parent_id IS NOT NULL",)),
    _table("change what a process can decide", "process", "fixed_points = 'Lain'"),
    _table("change the threshold of a process", "process", "support_threshold = 5"),
    _table("change the reason of a change", "process_change", "reason = 'Lain'"),
    Tampering("delete a change of a process", ("DELETE FROM process_change",)),
    _table("change the rules", "rules_version", "body = 'Lain'"),
    _table("change the minutes of a meeting", "meeting", "minutes = 'Lain'"),
    _table("change a version of a draft text", "document_version", "source = 'Lain'"),
    _table("change the words of a unit of a draft text", "unit_text", "body = 'Lain'"),
    _table("change an answer on a draft text", "unit_answer", "decision = 'adopted'"),
    _table("change the words of an amendment", "unit_contribution", "replacement = 'Lain'"),
    _table("change how many people attended", "meeting", "attended = 240"),
    Tampering("leave out who attended a meeting", ("DELETE FROM attendance",)),
    Tampering(
        "say that somebody else attended it",
        (
            "INSERT INTO attendance (meeting_id, person_id, noted_at)"
            " SELECT meeting_id, 1, noted_at FROM attendance",
        ),
    ),
    _table("date an attendance back", "attendance", "noted_at = '2020-01-01 00:00:00'"),
    _table("change what an outside system reported", "outside_status", "state = 'completed'"),
    _table("change which system reported", "outside_status", "system = 'Lain'"),
    _table("date a status back", "outside_status", "received_at = '2020-01-01 00:00:00'"),
    Tampering("delete a status of an outside system", ("DELETE FROM outside_status",)),
    _table("change the rule of a mandate", "mandate", "basis = 'Lain'"),
    _table("give a mandate to another institution", "mandate", "institution_id = 99"),
    _table("change why an overlap was opened", "overlap", "reason = 'Lain'"),
    _table("change how an overlap was settled", "overlap_decision", "decision = 'Lain'"),
    _table("change a registered study plan", "study_plan", "hypotheses = 'Lain'"),
    _table("change who registered a study plan", "study_plan", "registered_by_id = 1"),
    _table("date a study plan back", "study_plan", "registered_at = '2020-01-01 00:00:00'"),
    _table("change the correction of a meeting", "meeting_correction", "attended = 240"),
    _table("change why a meeting was corrected", "meeting_correction", "reason = 'Lain'"),
    Tampering("delete the correction of a meeting", ("DELETE FROM meeting_correction",)),
    _table("change what a comment on a draft text quotes", "unit_contribution", "quoted = 'Lain'"),
    _table(
        "change the side of a comment on a draft text",
        "unit_contribution",
        "stance = -1 WHERE stance = 1",
    ),
    _table(
        "give a comment on a draft text another author",
        "unit_contribution",
        "author_id = author_id + 1",
    ),
    _table(
        "hide a comment on a draft text without an act",
        "unit_contribution",
        "hidden_at = '2030-01-01 00:00:00'",
    ),
    _table("move a comment to another unit", "unit_contribution", "unit_id = unit_id + 1"),
    Tampering(
        "change where a unit of a new version comes from",
        (
            "INSERT INTO unit_source (version_id, unit_id, source_id)"
            " SELECT max(version_id), min(unit_id), max(unit_id) FROM unit_text",
        ),
    ),
    _table(
        "change what happened to a unit",
        "unit_text",
        "status = 'kept' WHERE status <> 'kept'",
    ),
    _table("change an earlier wording of an amendment", "amendment_version", "body = 'Lain'"),
    _table("change the number of its wording", "unit_contribution", "number = 7"),
    _table("hang a comment on a draft text elsewhere", "unit_contribution", "parent_id = 1"),
    _table("say that a proposal was made of it", "unit_contribution", "promoted_to_id = 1"),
    _table("put another person in place of a co-author", "coauthor", "person_id = 1"),
    Tampering("leave out a co-author", ("DELETE FROM coauthor",)),
    _table(
        "decide on a withdrawal earlier", "withdrawal_request", "due_at = '2020-01-01 00:00:00'"
    ),
    _table("count an author who did not agree", "withdrawal_request", "agreed_ids = '[1, 2, 3]'"),
    _table("end a requested withdrawal", "withdrawal_request", "ended_at = requested_at"),
    Tampering("delete a requested withdrawal", ("DELETE FROM withdrawal_request",)),
    Tampering("withdraw a person from an amendment", ("DELETE FROM amendment_join",)),
    _table("raise the number of people who joined", "unit_contribution", "join_count = 9"),
    Tampering("answer other contributions on a draft", ("DELETE FROM answered_contribution",)),
    _table("close a draft text without an act", "document", "closed_at = '2030-01-01 00:00:00'"),
    _table("put another version of a draft in force", "document", "version = 1"),
    _table("end a mandate without an act", "mandate", "ended_at = '2030-01-01 00:00:00'"),
    _table("change the date of an overlap", "overlap", "due_on = '2030-01-01'"),
    _table("change the ground of an official answer", "response", "grounds = '[\"law\"]'"),
    _table("date an official answer back", "response", "published_at = '2020-01-01 00:00:00'"),
    _table("give an answer to another institution", "response", "institution_id = 99"),
    _table("change what a resident judged", "judgement", "answer = 'yes'"),
    _table("change the number of judgements", "response", "answers_no = 7"),
    _table("change why a proposal was referred", "referral", "reason = 'Lain'"),
    _table("change why a referral was declined", "referral", "declined_reason = 'Lain'"),
    _table("change where a proposal was referred", "referral", "to_id = 99"),
    Tampering(
        "say that an answer answers another comment",
        (
            "INSERT INTO answered_comment (response_id, comment_id, point)"
            " SELECT max(response.id), max(comment.id), 0 FROM response, comment",
        ),
    ),
    _table("change who merged a proposal", "merger", "moderator_id = 1"),
    _table("hide the result of a questionnaire", "questionnaire", "published_at = NULL"),
    _table("change a commitment", "commitment", "what = 'Lain'"),
    _table("move the date of a commitment", "commitment", "due_on = '2030-01-01'"),
    _table("call a dropped commitment fulfilled", "commitment_step", "state = 'fulfilled'"),
    _table("change the decision that lists show", "proposal", "decision = 'rejected'"),
    _table("date a proposal back", "proposal", "published_at = '2020-01-01 00:00:00'"),
    _table("date a comment back", "comment", "posted_at = '2020-01-01 00:00:00'"),
    _table("change the source of a comment", "comment", "source_note = 'Lain'"),
    _table("hide a proposal without an act", "proposal", "hidden_at = '2030-01-01 00:00:00'"),
    _table(
        "show a proposal as merged into another",
        "proposal",
        "merged_into_id = merged_into_id - 1 WHERE merged_into_id IS NOT NULL",
    ),
    Tampering("open a settled question again", ("DELETE FROM settled_question",)),
    _table("move a phase", "phase", "closes_at = '2031-01-01 00:00:00'"),
    _table("change what residents can do in a phase", "phase", "switches = '[]'"),
    _table("remove a day off", "process", "days_off = '{}' WHERE days_off <> '{}'"),
    _table("give a process to another institution", "process_institution", "part = 'consulted'"),
    _table("close a process without an act", "process", "closed_at = '2031-01-01 00:00:00'"),
    _table("move the close of a poll", "poll", "closes_at = '2031-01-01 00:00:00'"),
    _table("change who may vote", "poll", "electorate = 'verified'"),
    _table("change who moved the close", "poll_change", "changed_by_id = 1"),
    _table("change who hid a contribution", "moderation_decision", "moderator_id = 1"),
    _table("change who stated an outcome", "poll_outcome", "stated_by_id = 1"),
    _table("change a rating of a frozen assessment", "criterion_rating", "reason = 'Lain'"),
    _table("change a share of the population", "population_band", "share_millionths = 1"),
    _table("change an answer to a questionnaire", "questionnaire_answer", "value = 1"),
    Tampering("drop the answers to a questionnaire", ("DELETE FROM questionnaire_answer",)),
    _table("change a statement of a survey of reasons", "reason_item", "text_en = 'Other'"),
    _table("change an answer to a survey of reasons", "reason_answer", "value = 8 - value"),
    _table("change the index of a survey of reasons", "reason_survey", "result = '{}'"),
    _table(
        "give more time for the answers before",
        "reason_survey",
        "before_closes_at = '2031-01-01 00:00:00'",
    ),
    _table("put off the answers after", "reason_survey", "after_opens_at = '2031-01-01 00:00:00'"),
    _table("move the end of a survey of reasons", "reason_survey", "closes_at = opened_at"),
    _table("move the end of a questionnaire", "questionnaire", "closes_at = opened_at"),
    _table("change who opened a survey of reasons", "reason_survey", "opened_by_id = 1"),
    _table("raise a figure of a consultation report", "consultation_report", "explained = 9"),
    _table("raise another figure of it", "consultation_report", "considered = 9"),
    Tampering("delete a consultation report", ("DELETE FROM consultation_report",)),
    _table("change news", "process_news", "body = 'Lain'"),
    _table("change a document", "process_document", "url = 'https://example.org/lain'"),
    _table("change a contact person", "process_contact", "reach = 'Lain'"),
    _table("change the background of a poll", "poll", "background = 'Lain'"),
    _table("change the reason of a moved close", "poll_change", "reason = 'Lain'"),
    _table("change the note of a moderator", "moderation_decision", "note = 'Lain'"),
    _table("change what a moderator decided", "moderation_decision", "outcome = 'kept'"),
    Tampering(
        "delete a decision of a moderator",
        ("DELETE FROM appeal", "DELETE FROM moderation_decision"),
    ),
    _table("change an appeal", "appeal", "reason = 'Lain'"),
    _table("change the decision on an appeal", "appeal", "outcome = 'granted'"),
    _table(
        "change why a proposal was withdrawn",
        "proposal",
        "withdrawn_reason = 'Lain' WHERE withdrawn_reason <> ''",
    ),
    _table("change the number of supports", "proposal", "support_count = support_count + 1"),
    _table("change the number of comments", "proposal", "comment_count = comment_count + 1"),
    Tampering("remove supports", ("DELETE FROM support",)),
    _table(
        "say that a proposal qualified earlier", "proposal", "qualified_at = '2020-01-01 00:00:00'"
    ),
    _table("say that a proposal never qualified", "proposal", "qualified_at = NULL"),
    _table("say that an institution signed an answer", "response", "signatories = '[99]'"),
    _table(
        "count an option of a poll as not sure",
        "poll_option",
        "is_pass = true WHERE poll_id = (SELECT min(id) FROM poll)",
    ),
)
"""Changes of what pages show; the log itself is left as it is."""


Rows = list[dict[str, Any]]
Manifest = dict[str, Any]


@dataclass(frozen=True)
class ReleaseTampering:
    """Other rows or totals in a release that is built, and logged, to match; and what is found."""

    what: str
    change: Callable[[Rows, Manifest], Rows]
    problem: str


def _drop_row(rows: Rows, _manifest: Manifest) -> Rows:
    return rows[:3] + rows[4:]


def _drop_last_row(rows: Rows, _manifest: Manifest) -> Rows:
    return rows[:-1]


def _repeat_row(rows: Rows, _manifest: Manifest) -> Rows:
    return [*rows[:4], rows[3], *rows[4:]]


def _change_row(rows: Rows, _manifest: Manifest) -> Rows:
    return [row | {"stance": 1} if row["kind"] == "comment.posted" else row for row in rows]


def _join_pseudonyms(rows: Rows, _manifest: Manifest) -> Rows:
    return [row | {"actor_id": "p1"} if row["kind"] == "comment.posted" else row for row in rows]


def _split_pseudonym(rows: Rows, _manifest: Manifest) -> Rows:
    author = next(row["actor_id"] for row in rows if row["kind"] == "proposal.submitted")
    return [
        row | {"actor_id": "p1"}
        if row["actor_id"] == author and row["kind"] == "comment.posted"
        else row
        for row in rows
    ]


def _state_fewer_withheld(rows: Rows, manifest: Manifest) -> Rows:
    manifest["withheld"]["support.given"] = 1
    return rows


RELEASES = (
    ReleaseTampering("drop a row of a release", _drop_row, "of the log is missing"),
    ReleaseTampering("drop its last row", _drop_last_row, "of the log is missing"),
    ReleaseTampering("put a row of a release twice", _repeat_row, "or is there twice"),
    ReleaseTampering("change a row of a release", _change_row, "of the log is another act"),
    ReleaseTampering(
        "put the acts of several people under one pseudonym",
        _join_pseudonyms,
        "has the pseudonym of another actor",
    ),
    ReleaseTampering(
        "put the acts of one person under two pseudonyms",
        _split_pseudonym,
        "has another pseudonym than earlier acts",
    ),
    ReleaseTampering(
        "state fewer withheld acts",
        _state_fewer_withheld,
        "withheld support.given: 1, the log has 2",
    ),
)
"""Tried on a release with three comments, and two supports that are withheld."""


@dataclass(frozen=True)
class FactTampering:
    """Another fact in a file of a release that is built, and logged, to match."""

    what: str
    table: str
    change: Callable[[Rows], Rows]


def _raise_numbers(column: str) -> Callable[[Rows], Rows]:
    return lambda rows: [row | {column: str(int(row[column] or 0) + 1)} for row in rows]


def _move_end(rows: Rows) -> Rows:
    return [row | {"as_of": "2030-01-01T00:00:00+00:00"} for row in rows]


FACTS = (
    FactTampering(
        "raise a number of replies in the facts of a release",
        "thread_facts",
        _raise_numbers("replies_to_other"),
    ),
    FactTampering(
        "raise a total of private acts in the facts of a release",
        "active_facts",
        _raise_numbers("people"),
    ),
    FactTampering("state another end of what was counted", "window_facts", _move_end),
    FactTampering("leave a row out of the facts of a release", "week_facts", lambda rows: rows[1:]),
)
"""Tried on the same release; the rows and totals of its other files are left as they are."""
