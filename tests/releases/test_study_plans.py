"""Study plans: registered before the data, sealed for good, counted against the log, released."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from deliberate import sealing
from deliberate.clock import now
from deliberate.commands import cli
from deliberate.database import db
from deliberate.exports.documents.study_plans_json import write_study_plans
from deliberate.exports.release_builder import build_release
from deliberate.models import StudyPlanShare
from deliberate.models.releases import PLAN_FIELDS
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.releases.releases import publish_release
from deliberate.operations.releases.study_plans import register_plan, store_plan_shares
from deliberate.operations.scores.stored_scores import store_scores
from deliberate.operations.threads.comments import post_comment
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.log.official_texts import compare_official_texts
from deliberate.queries.releases.study_plans import (
    count_acts_around_plans,
    get_content_mark,
    get_position,
    list_plans,
    list_versions,
)
from deliberate.sealing import seal_log, verifier
from deliberate.vocabulary import Role, Stance
from deliberate.vocabulary.events.releases import KINDS_BESIDE_DATA
from tests import factories
from tests.log.prepared_log import tampered

TEXTS = {
    "title": "Siapa menjawab siapa",
    "questions": "Apakah warga saling menjawab?",
    "hypotheses": "Ya, lebih dari separuh.",
    "measures": "DQ1, dibandingkan dengan proses tahun lalu.",
    "stopping_rule": "Sampai proses ditutup.",
}


@pytest.fixture
def settings(app):
    return app.config["SETTINGS"]


@pytest.fixture
def process(app, clock):
    return factories.create_process()


@pytest.fixture
def researcher(app, clock):
    return factories.create_staff(role=Role.RESEARCHER)


@pytest.fixture
def plan(researcher, process):
    return register_plan(researcher, process, TEXTS, "id")


def comment(process, times):
    proposal = factories.create_proposal(process)
    for _ in range(times):
        post_comment(factories.create_resident(), proposal, "Setuju.", stance=Stance.FOR)


def sealed_counts(settings, process):
    seal_log(settings)
    return [(plan.earlier, plan.later) for plan in count_acts_around_plans(process.id)]


@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.EVALUATOR])
def test_researchers_and_evaluators_register_plans(process, role, log):
    log()
    plan = register_plan(factories.create_staff(role=role), process, TEXTS, "id")
    entry = next(row for row in log() if row.kind == "study.registered")
    assert (entry.subject_id, entry.process_id) == (plan.id, process.id)
    assert entry.details == {"version": 1, "first": plan.id}
    assert entry.content == get_content_mark(plan) is not None


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.ADMIN])
def test_no_other_office_registers_plans(process, role):
    with pytest.raises(Refused):
        register_plan(factories.create_staff(role=role), process, TEXTS, "id")


def test_residents_do_not_register_plans(process):
    with pytest.raises(Refused):
        register_plan(factories.create_resident(), process, TEXTS, "id")


@pytest.mark.parametrize("field", TEXTS)
def test_plan_without_a_part_is_refused(process, researcher, field):
    with pytest.raises(InvalidInput):
        register_plan(researcher, process, TEXTS | {field: " \n"}, "id")


def test_amendment_is_another_version_with_its_own_entry(plan, process, researcher):
    changed = TEXTS | {"measures": "DQ2", "changes": "DQ1 tidak cukup."}
    second = register_plan(researcher, process, changed, "id", amends=plan)
    third = register_plan(researcher, process, changed | {"title": "X"}, "id", amends=plan)
    assert [(row.version, row.first_id) for row in (second, third)] == [(2, plan.id), (3, plan.id)]
    assert [row.id for row in list_versions(second)] == [plan.id, second.id, third.id]
    assert [row.id for row in list_plans(process.id)] == [third.id]
    assert (plan.measures, plan.changes) == (TEXTS["measures"], "")


def test_amendment_says_what_changes(plan, process, researcher):
    with pytest.raises(InvalidInput):
        register_plan(researcher, process, TEXTS | {"measures": "DQ2"}, "id", amends=plan)


def test_only_who_registered_a_plan_amends_it(plan, process):
    other = factories.create_staff(role=Role.RESEARCHER)
    with pytest.raises(Refused):
        register_plan(other, process, TEXTS | {"changes": "x"}, "id", amends=plan)


def test_acts_before_and_after_a_plan_are_counted_by_position(settings, process, researcher):
    comment(process, 2)
    register_plan(researcher, process, TEXTS, "id")
    [(earlier, _later)] = sealed_counts(settings, process)
    comment(process, 5)
    assert sealed_counts(settings, process) == [(earlier, 6)]  # proposal and comments


def test_acts_of_other_processes_and_releases_are_no_data(settings, process, plan):
    [(earlier, later)] = sealed_counts(settings, process)
    comment(factories.create_process(), 2)
    publish_release(None, process, settings.data_path / "releases")
    assert sealed_counts(settings, process) == [(earlier, later)]


def test_unsealed_plan_has_no_position(plan, settings):
    assert get_position(plan) is None
    seal_log(settings)
    assert get_position(plan) is not None


def test_scoring_stores_the_share_of_each_plan(settings, process, plan):
    comment(process, 3)
    seal_log(settings)
    store_scores(process.slug)
    db.session.refresh(plan)
    [counted] = count_acts_around_plans(process.id)
    assert (plan.share.earlier, plan.share.later) == (counted.earlier, counted.later)
    assert f"before {plan.share.later_percent} % of the data" in counted.sentence


def test_share_is_rounded_down():
    assert StudyPlanShare(earlier=1, later=999).later_percent == 99
    assert StudyPlanShare(earlier=0, later=3).later_percent == 100
    assert StudyPlanShare(earlier=0, later=0).later_percent is None


def test_plans_are_counted_in_parts(settings, process, researcher, monkeypatch):
    monkeypatch.setattr("deliberate.queries.releases.study_plans.PLANS_PER_COUNT", 2)
    for number in range(5):
        register_plan(researcher, process, TEXTS | {"title": str(number)}, "id")
        comment(process, 1)
    earlier = [before for before, _after in sealed_counts(settings, process)]
    assert earlier == [earlier[0] + 2 * number for number in range(5)]
    store_plan_shares(process.id)
    assert db.session.query(StudyPlanShare).count() == 5


@pytest.mark.parametrize("field", PLAN_FIELDS[:-1])
def test_changed_plan_is_found_by_its_mark(plan, field):
    assert not [fault for fault in compare_official_texts(db.session()) if "study" in str(fault)]
    with tampered(f"UPDATE study_plan SET {field} = 'Lain'") as session:  # a constant
        assert [fault for fault in compare_official_texts(session) if "study" in str(fault)]


def test_plan_outlives_the_account_of_its_author(plan, researcher):
    erase_account(researcher, factories.PASSPHRASE)
    db.session.refresh(plan)
    assert plan.title == TEXTS["title"] and plan.registered_by.display_name == ""


def test_release_has_the_plans_below_its_tree_head(tmp_path, settings, process, plan, researcher):
    comment(process, 1)
    seal_log(settings)
    register_plan(researcher, process, TEXTS | {"title": "Belum disegel"}, "id")
    build_release(process, tmp_path / "r")
    [released] = json.loads((tmp_path / "r" / "study_plans.json").read_text())
    [counted] = count_acts_around_plans(process.id)
    assert (released["id"], released["entry"]) == (plan.id, get_position(plan))
    assert released["sentence"] == counted.sentence
    assert "study_plans.json" in (tmp_path / "r" / "README.md").read_text()
    assert "study_plans.json" in json.loads((tmp_path / "r" / "manifest.json").read_text())["files"]


@pytest.fixture
def verify(tmp_path, app, settings, process, plan):
    """Return a function that runs the program for outsiders on a release of the process."""
    comment(process, 3)
    seal_log(settings)
    build_release(process, tmp_path / "r")
    sealing.publish_heads(until=now() + timedelta(hours=1))
    sealing.write_leaf_file(settings.log_path)
    heads = "".join(json.dumps(head) + "\n" for head in sealing.published_heads_json())
    (tmp_path / "heads.jsonl").write_text(heads)
    (tmp_path / "verify.py").write_text(sealing.verifier_program(), encoding="utf-8")
    leaves = str(settings.log_path / sealing.LEAF_FOLDER)

    def run():
        command = ["verify.py", "release", "r/events.jsonl", "--heads", "heads.jsonl"]
        return subprocess.run(
            [sys.executable, *command, "--leaves", leaves],
            check=False,
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )

    return run


@pytest.mark.sqlite
def test_every_verifier_says_the_same_sentence(verify, app, process):
    [counted] = count_acts_around_plans(process.id)
    assert counted.sentence in verify().stdout
    assert counted.sentence in app.test_cli_runner().invoke(cli, ["log", "verify"]).output


@pytest.mark.sqlite
@pytest.mark.parametrize("change", ["text", "missing"])
def test_program_for_outsiders_finds_a_changed_plan(verify, tmp_path, change):
    path = tmp_path / "r" / "study_plans.json"
    plans = json.loads(path.read_text())
    plans[0]["hypotheses"] = "Sejak awal kami menduga ini."
    path.write_text(json.dumps(plans if change == "text" else []))
    result = verify()
    assert result.returncode == 1 and "study_plans.json" in result.stdout + result.stderr


def test_verifier_counts_the_same_kinds_as_the_platform():
    assert sorted(KINDS_BESIDE_DATA) == sorted(verifier.KINDS_BESIDE_DATA)
    assert verifier.PLAN_FIELDS == PLAN_FIELDS


def test_plans_of_another_process_are_not_released(tmp_path, settings, plan):
    seal_log(settings)
    assert write_study_plans(tmp_path, factories.create_process(), 10_000) == 0
