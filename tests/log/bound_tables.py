"""Tables that `log verify` does not compare with the log, with the reason.

tests/log/test_bound_tables.py requires a tampering for every other table; docs/log.md has the
table made from this module.
"""

OF_THE_LOG = "the log and its seals: recomputed entry by entry (above), not compared with pages"
NOT_SHOWN = (
    "seen by its owner or by an office only: no public word, figure or decision stands in it"
)
COUNTED_AGAIN = "computed from the log or from other tables, and computed again"
CODED = "scores read samples and coded values from the log, not from these tables"
FROZEN = (
    "compared as a whole through the document of a frozen assessment; before that nothing is bound"
)
NEVER_LOGGED = "the log never has who is in it together with what, so that nobody can join them"
COMPARED_AS_FILES = "compared with its entry by the manifest and the rows of the release (above)"
OF_ITS_TEXT = "its kind is bound, with its words, in the text of the unit in each version"
ROUNDS = (
    "numbers of small groups: compared with the entries of the last count, tried in its own tests"
)
DIRECTORY = "names, addresses and accounts that change with time: acts name the id, not these words"
NO_MARK = "public words without a mark: their acts bind that and when they were written, not what"

TABLES = {
    OF_THE_LOG: (
        "interaction position unsealed_entry form_key signed_tree_head published_tree_head segment"
        " subtree sealed_dates detached_partition"
    ),
    NOT_SHOWN: (
        "delivery digest_choice digest_trial draft failing_address follow notice notice_setting"
        " phone_number push_subscription linked_identity second_factor office_account"
        " office_recovery invitation person_key case_note escalation edit_request report"
        " sanction response_draft response_template signature resident_entry resident_list"
        " respondent_name data_access_request webhook webhook_try poll_code office_ballot"
        " reclassification study_excerpt study_excerpt_code study_excerpt_memo study_file"
        " outside_system outside_case intake_channel intake_link"
        " unit_assignment unit_answer_draft unit_answer_signature"
    ),
    NEVER_LOGGED: "poll_voter questionnaire_roll reason_roll group_declaration",
    COUNTED_AGAIN: ("data_version score_snapshot compared_score study_plan_share notice_effects"),
    CODED: "coding sample sampled_item",
    FROZEN: (
        "adjudication assessor context_note evidence finding finding_source"
        " pledge pledge_outcome practice study_source"
    ),
    COMPARED_AS_FILES: "release",
    OF_ITS_TEXT: "document_unit",
    ROUNDS: "group_count group_round",
    DIRECTORY: "institution office person map_feature picture attachment",
    NO_MARK: "assessment_reply desk_case machine_coding",
}
"""Tables that are not compared row by row, by reason."""


def not_compared() -> set[str]:
    """Return the names of the tables of which nothing is compared."""
    return {name for names in TABLES.values() for name in names.split()}


KEY = "an id that foreign keys keep, or that nothing shows; the entries name the rows themselves"
SALT = "the salt of a mark, which the database never lets be empty; another one changes the mark"
CLOCK = "a date that follows from acts and the calendar, or stands beside the compared one"
DEADLINE = (
    "follows from when the proposal qualified, which is compared, from the holidays and settings of"
    " that day, and from pauses: no entry has their days, and later settings would count others"
)
COUNTED = "a number or an order made from other columns, and made again"
NAMES = "a name, address, topic, place or language: shown, but its words are in no act"
SOURCE = "of the source of an import, whose own data has it"
BALLOT = "what a ballot is kept with; the box itself is compared"
BEFORE = "of the suggestion before the act that is compared"
WORDS = "words whose act binds that they were written, not what"

UNBOUND_COLUMNS: dict[str, dict[str, str]] = {
    KEY: {
        "process": "id",
        "assessment": "process_id",
        "phase": "process_id",
        "population_band": "id",
        "process_institution": "id",
        "document": "id process_id opened_by_id institution_id",
        "process_change": "id",
        "process_document": "replaced_by_id",
        "proposal": "process_id institution_id desk_institution_id",
        "study_plan": "first_id entry",
        "comment": "desk_institution_id",
        "criterion_rating": "id",
        "document_version": "id document_id",
        "meeting_correction": "id institution_id",
        "merger": "id",
        "moderation_decision": "proposal_id document_id",
        "proposal_version": "id proposal_id",
        "reason_item": "id",
        "summary": "id proposal_id",
        "support": "id merged_from_id",
        "appeal": "id",
        "judgement": "id",
        "poll_change": "id",
        "poll_outcome": "id",
        "poll_option": "author_id",
        "rating": "id",
        "unit_answer": "document_id",
        "unit_contribution": "id version_id",
        "unit_text": "id",
        "amendment_version": "id contribution_id",
        "coauthor": "id proposal_id invited_by_id token_hash",
        "commitment_step": "id commitment_id",
        "withdrawal_request": "id proposal_id",
    },
    SALT: {"study_plan": "salt", "poll": "salt", "poll_outcome": "salt"},
    CLOCK: {
        "process": "opened_at",
        "assessment": "begun_at",
        "document": "opened_at",
        "proposal": "merged_at",
        "comment": "edited_at",
        "merger": "undone_at previous_qualified_at previous_due_at",
        "proposal_version": "written_at",
        "referral": "accept_by",
        "support": "given_at",
        "rating": "rated_at",
        "settled_question": "settled_at",
        "unit_contribution": "edited_at",
        "amendment_join": "joined_at",
        "amendment_version": "written_at",
        "coauthor": "invited_at expires_at declined_at revoked_at",
    },
    DEADLINE: {"proposal": "due_at"},
    COUNTED: {
        "proposal": "version activity_count",
        "comment": "strength is_answered is_orphan",
        "rules_version": "version renderer",
        "study_plan": "version",
        "moderation_decision": "stance report_count",
        "proposal_version": "number credits",
        "response": "version",
        "support": "version replaced",
        "poll_option": "position",
        "poll_outcome": "renderer",
        "unit_text": "position",
        "document_version": "counts",
    },
    NAMES: {
        "phase": "name name_en",
        "process": "topics areas allows_other timezone calendar",
        "process_document": "name kind size",
        "process_news": "language",
        "proposal": (
            "initiator slug language topic area place place_is_exact map_x map_y hidden_ground"
        ),
        "comment": "language hidden_ground",
        "proposal_version": "note place place_is_exact hidden_ground",
        "response": "language",
        "unit_contribution": "language hidden_ground",
        "amendment_version": "hidden_ground",
    },
    SOURCE: {
        "process": "began_on",
        "proposal": "source_id source_url",
        "comment": "source_id",
        "poll": "source",
        "poll_option": "source_id source_counts",
    },
    BALLOT: {
        "poll": "ballot_version areas entitled_count box_root",
        "poll_ballot": "person_id source_group",
        "questionnaire": "box_root",
        "reason_survey": "link_key box_root",
    },
    BEFORE: {"summary": "revision written_by_id written_at agreed_by_id agreed_at"},
    WORDS: {
        "commitment": "dropped_reason",
        "judgement": "reason",
        "withdrawal_request": "reason",
    },
}
"""Columns of compared tables that are not compared themselves, by reason."""
