"""Operations: one act of one kind, actor first; unrecorded writes only in the listed modules."""

import ast
from collections import defaultdict

from deliberate.vocabulary import Kind
from tests.structure.source_tree import PACKAGE, calls_of, functions, importers, modules

UNRECORDED = {
    "deliberate/notifications/fanout.py",
    "deliberate/notifications/reminders.py",
    "deliberate/notifications/delivery.py",
    "deliberate/operations/scores/assessment_publishing.py",
    "deliberate/operations/scores/assessments.py",
    "deliberate/operations/accounts/email_addresses.py",
    "deliberate/operations/polls/ballot_box.py",
    "deliberate/operations/site/counter_repair.py",
    "deliberate/operations/proposals/drafts.py",
    "deliberate/operations/responses/response_drafts.py",
    "deliberate/operations/notices/messages.py",
    "deliberate/operations/responses/response_publishing.py",
    "deliberate/operations/accounts/password_reset.py",
    "deliberate/operations/accounts/retention.py",
    "deliberate/operations/releases/data_access_requests.py",
    "deliberate/operations/scores/stored_scores.py",
    "deliberate/operations/search.py",
    "deliberate/operations/proposals/summaries.py",
    "deliberate/sealing/head_publishing.py",
    "deliberate/sealing/sealer.py",
    "deliberate/sealing/segments.py",
}
"""Modules that write what is no act; each call of unrecorded() gives its reason."""

KINDS_OF_SEVERAL_OPERATIONS = {
    "BALLOT_CAST": {"cast_ballot", "enter_ballot"},
    "EMAIL_CHANGED": {"change_email", "apply_email_change"},
    "PERSON_ERASED": {"erase_account", "_erase_from_list"},
    "PERSON_SIGNED_IN": {
        "sign_in",
        "sign_in_by_code",
        "sign_in_by_passphrase",
        "sign_in_from_provider",
    },
    "RESIDENT_VERIFIED": {"verify_by_code", "verify_from_list"},
    "RELEASE_BUILT": {"build_protected_release", "publish_release"},
    "SETTING_CHANGED": {"add_institution", "change_institution", "set_check_required"},
}
"""Kinds recorded by more than one operation: a ballot entered at the desk, an erasure repeated
after a restore, the ways to sign in, settings by name, both tiers of a release."""
ACTOR_FOUND_INSIDE = {
    "sign_in_by_code",
    "sign_in_by_passphrase",
    "sign_in_from_provider",
    "recover_account",
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
        node.attr
        for node in ast.walk(call)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Kind"
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


def test_operation_records_a_kind_of_the_vocabulary():
    for _, function, (act, *_) in recording_functions():
        assert kinds_in(act) <= set(Kind.__members__), function.name


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
