"""Operations: one act of one kind, actor first; unrecorded writes only in the listed modules."""

import ast
import re
from collections import defaultdict
from functools import cache

from deliberate.vocabulary.events import EVENT_TYPES
from tests.structure.source_tree import PACKAGE, calls_of, functions, importers, modules

UNRECORDED = {
    "deliberate/commands/databases/copying.py",
    "deliberate/notifications/digests.py",
    "deliberate/notifications/fanout.py",
    "deliberate/notifications/invitations.py",
    "deliberate/notifications/reminders.py",
    "deliberate/notifications/delivery.py",
    "deliberate/operations/proposals/joint_withdrawals.py",
    "deliberate/operations/scores/assessment_publishing.py",
    "deliberate/operations/scores/assessments.py",
    "deliberate/operations/scores/excerpts.py",
    "deliberate/operations/scores/findings.py",
    "deliberate/operations/scores/settling.py",
    "deliberate/operations/scores/study_files.py",
    "deliberate/operations/scores/study_sources.py",
    "deliberate/operations/accounts/email_addresses.py",
    "deliberate/operations/polls/ballot_box.py",
    "deliberate/operations/polls/office_ballots.py",
    "deliberate/operations/site/counter_repair.py",
    "deliberate/operations/site/key_rotation.py",
    "deliberate/operations/proposals/drafts.py",
    "deliberate/operations/documents/answer_desk.py",
    "deliberate/operations/responses/outside_systems.py",
    "deliberate/operations/responses/response_drafts.py",
    "deliberate/operations/notices/digests.py",
    "deliberate/operations/notices/effects.py",
    "deliberate/operations/notices/failing_addresses.py",
    "deliberate/operations/notices/incoming_mail.py",
    "deliberate/operations/notices/messages.py",
    "deliberate/operations/notices/phone_numbers.py",
    "deliberate/operations/notices/push_subscriptions.py",
    "deliberate/operations/notices/webhooks.py",
    "deliberate/operations/responses/response_publishing.py",
    "deliberate/operations/accounts/password_reset.py",
    "deliberate/operations/accounts/retention.py",
    "deliberate/operations/releases/data_access_requests.py",
    "deliberate/operations/releases/study_plans.py",
    "deliberate/operations/scores/stored_scores.py",
    "deliberate/operations/search.py",
    "deliberate/operations/proposals/summaries.py",
    "deliberate/sealing/detaching.py",
    "deliberate/sealing/head_publishing.py",
    "deliberate/sealing/partitions.py",
    "deliberate/sealing/sealer.py",
    "deliberate/sealing/segments.py",
}
"""Modules that write what is no act; each call of unrecorded() gives its reason."""

EVENT_NAMES = {event.__name__: kind for kind, event in EVENT_TYPES.items()}
"""The kind of every event type by the name of the type."""

KINDS_WITHOUT_OPERATION = {"announcement.published"}
"""Kinds that logs of earlier versions hold, in place of which another is recorded now."""

KINDS_OF_SEVERAL_OPERATIONS = {
    "case.assigned": {"assign_case", "assign_unit"},
    "check.given": {"record_check", "check_answer"},
    "response.signed": {"sign_response", "sign_answer"},
    "ballot.cast": {"cast_ballot", "enter_ballot", "confirm_ballot"},
    "amendment.withdrawn": {"withdraw_amendment", "_complete_amendment"},
    "proposal.withdrawn": {"withdraw_proposal", "_complete_proposal"},
    "comment.edited": {"edit_comment", "change_unit_comment"},
    "comment.posted": {"post_comment", "comment_on_unit"},
    "comment.withdrawn": {"withdraw_comment", "withdraw_unit_comment"},
    "channel.linked": {"add_push_subscription", "confirm_phone_number"},
    "channel.unlinked": {
        "end_other_subscriptions",
        "remove_phone_number",
        "remove_push_subscription",
    },
    "email.changed": {"change_email", "apply_email_change"},
    "factor.removed": {"remove_second_factor", "end_second_factor"},
    "person.erased": {"erase_account", "_erase_from_list"},
    "person.signed_in": {
        "sign_in",
        "sign_in_by_code",
        "sign_in_by_passphrase",
        "sign_in_from_provider",
    },
    "process.opened": {"open_process", "open_planned_process"},
    "process.planned": {"plan_process", "copy_process", "_change_planned_process"},
    "resident.verified": {"verify_by_code", "verify_from_list"},
    "release.built": {"build_protected_release", "publish_release"},
    "setting.changed": {
        "add_institution",
        "add_office",
        "change_institution",
        "change_office",
        "set_check_required",
    },
}
"""Kinds recorded by more than one operation: a ballot entered at the desk, an erasure repeated
after a restore, a withdrawal alone or together, the ways to sign in, settings by name, both tiers
of a release, channels."""
ACTOR_FOUND_INSIDE = {
    "accept_invitation",
    "sign_in_by_code",
    "sign_in_by_passphrase",
    "sign_in_from_provider",
    "recover_account",
    "claim_account",
}
"""Operations that find their actor inside the act."""


def recording_functions():
    for path, tree in modules(PACKAGE / "operations"):
        for function in functions(tree):
            acts = calls_of(function, "recorded")
            if acts:
                yield path, function, acts


def kinds_in(call):
    return {
        EVENT_NAMES[node.id]
        for node in ast.walk(call)
        if isinstance(node, ast.Name) and node.id in EVENT_NAMES
    }


def test_operation_records_one_act():
    several = [f"{path}:{f.name}" for path, f, acts in recording_functions() if len(acts) > 1]
    assert several == []


def test_operation_takes_the_actor_first():
    wrong = []
    for path, function, (act, *_) in recording_functions():
        first = function.args.args[0].arg if function.args.args else ""
        actor = act.args[0]
        names = {node.id for node in ast.walk(actor) if isinstance(node, ast.Name)}
        if isinstance(actor, ast.Constant) and actor.value is None:
            continue
        if first not in names and function.name not in ACTOR_FOUND_INSIDE:
            wrong.append(f"{path}:{function.name}")
    assert wrong == []


def test_kind_is_recorded_by_one_operation():
    users = defaultdict(set)
    for _, function, (act, *_) in recording_functions():
        for kind in kinds_in(act):
            users[kind].add(function.name)
    assert {
        kind: names for kind, names in users.items() if len(names) > 1
    } == KINDS_OF_SEVERAL_OPERATIONS


def test_act_of_a_request_receives_its_context():
    missing = [
        f"{path}:{call.lineno}"
        for path, tree in modules(PACKAGE / "views")
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and called_name(call) in operations_with_context()
        and "context" not in {keyword.arg for keyword in call.keywords}
    ]
    assert missing == []


def called_name(call):
    """Return the name of the called function; "join" is that of texts unless it is imported."""
    if isinstance(call.func, ast.Name):
        return call.func.id
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return "" if name == "join" else name


@cache
def operations_with_context():
    return {
        function.name
        for _, tree in modules(PACKAGE / "operations")
        for function in functions(tree)
        if "context" in {argument.arg for argument in function.args.kwonlyargs}
    }


def test_operations_and_recording_read_no_request_globals():
    readers = importers("g") | importers("request") | importers("session")
    below = ("deliberate/operations/", "deliberate/recording.py", "deliberate/queries/")
    assert [path for path in readers if path.startswith(below)] == []


def test_every_kind_is_recorded_by_an_operation_or_an_import():
    sources = "".join(
        path.read_text(encoding="utf-8")
        for layer in ("operations", "imports")
        for path in (PACKAGE / layer).rglob("*.py")
    )
    unused = {kind for name, kind in EVENT_NAMES.items() if not re.search(rf"\b{name}\b", sources)}
    assert unused == KINDS_WITHOUT_OPERATION


def test_unrecorded_writes_are_in_the_listed_modules():
    assert importers("unrecorded") - {"deliberate/database/__init__.py"} == UNRECORDED


def test_only_operations_and_imports_record_acts():
    for name in ("recorded", "recorded_batch"):
        layers = {path.split("/")[1] for path in importers(name)}
        assert layers <= {"operations", "imports"}


def test_only_the_sample_city_records_many_acts_in_one_transaction():
    users = importers("atomic_batch") - {"deliberate/database/__init__.py"}
    assert users == {"deliberate/commands/demo_city/replay.py"}


def test_only_one_module_commits_sessions():
    commits = {
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    }
    connection_settings = {"deliberate/database/engines.py"}
    assert commits - connection_settings == {"deliberate/database/transactions.py"}
