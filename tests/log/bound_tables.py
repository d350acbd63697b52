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
