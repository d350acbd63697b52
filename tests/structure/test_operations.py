"""One operation is one act: one kind, the actor first, named by part."""

import ast
from collections import defaultdict

from deliberate.vocabulary import Kind
from tests.structure.source import PACKAGE, called, functions, importers, modules

UNRECORDED = {
    "deliberate/notifications/fanout.py",
    "deliberate/notifications/reminders.py",
    "deliberate/notifications/delivery.py",
    "deliberate/operations/scores/assessment_publishing.py",
    "deliberate/operations/scores/assessments.py",
    "deliberate/operations/accounts/email_addresses.py",
    "deliberate/operations/polls/ballot_box.py",
    "deliberate/operations/site/counter_repair.py",
    "deliberate/operations/proposals/draft_attachments.py",
    "deliberate/operations/responses/response_drafts.py",
    "deliberate/operations/notices/messages.py",
    "deliberate/operations/proposals/proposals.py",
    "deliberate/operations/responses/response_publishing.py",
    "deliberate/operations/accounts/password_reset.py",
    "deliberate/operations/accounts/retention.py",
    "deliberate/operations/releases/data_access_requests.py",
    "deliberate/operations/scores/stored_scores.py",
    "deliberate/operations/search.py",
    "deliberate/operations/proposals/summaries.py",
    "deliberate/sealing/publishing.py",
    "deliberate/sealing/sealer.py",
    "deliberate/sealing/segments.py",
}
"""Where something is written that is no act; a module comes here only with a reason it says."""


DOORS = {
    "BALLOT_CAST": {"cast_ballot", "enter_ballot"},
    "EMAIL_CHANGED": {"change_email", "move_address"},
    "PERSON_ERASED": {"erase_account", "_erase_by_list"},
    "PERSON_SIGNED_IN": {
        "sign_in",
        "sign_in_by_code",
        "sign_in_by_passphrase",
        "sign_in_from_provider",
    },
    "RESIDENT_VERIFIED": {"verify_by_code", "verify_from_list"},
    "RELEASE_BUILT": {"build_protected", "publish_release"},
    "SETTING_CHANGED": {"add_institution", "change_institution", "require_check"},
}
"""Kinds with more than one door: a ballot at the desk, erasing again after a restore, a proven
passphrase, settings by name, both tiers of a release."""
FOUND_INSIDE = {
    "sign_in_by_code",
    "sign_in_by_passphrase",
    "sign_in_from_provider",
    "recover_account",
}
"""Operations whose actor is not known before the act has found them."""


def recording_functions():
    for path, tree in modules(PACKAGE / "operations"):
        for function in functions(tree):
            acts = called(function, "recorded")
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


def test_an_operation_begins_one_act():
    several = [f"{path}:{f.name}" for path, f, acts in recording_functions() if len(acts) > 1]
    assert several == []


def test_the_actor_comes_first():
    wrong = []
    for path, function, (act, *_) in recording_functions():
        first = function.args.args[0].arg if function.args.args else ""
        actor = act.args[0]
        names = {node.id for node in ast.walk(actor) if isinstance(node, ast.Name)}
        if isinstance(actor, ast.Constant) and actor.value is None:
            continue
        if first not in names and function.name not in FOUND_INSIDE:
            wrong.append(f"{path}:{function.name}")
    assert wrong == []


def test_no_kind_belongs_to_two_operations():
    users = defaultdict(set)
    for _, function, (act, *_) in recording_functions():
        for kind in kinds_in(act):
            users[kind].add(function.name)
    assert {kind: names for kind, names in users.items() if len(names) > 1} == DOORS


def test_operations_name_kinds_of_the_vocabulary():
    for _, function, (act, *_) in recording_functions():
        assert kinds_in(act) <= set(Kind.__members__), function.name


def test_what_is_no_act_is_written_where_it_is_known():
    assert importers("unrecorded") == UNRECORDED


def test_only_operations_and_imports_record():
    for name in ("recorded", "recorded_batch"):
        floors = {path.split("/")[1] for path in importers(name)}
        assert floors <= {"operations", "imports"}


def test_many_acts_in_one_transaction_are_for_the_sample_city_alone():
    assert importers("together") == {"deliberate/commands/demo_city/replay.py"}


def test_only_the_door_commits():
    committing = {
        f"{path}:{node.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    }
    assert {place.split(":")[0] for place in committing} == {"deliberate/database/__init__.py"}
