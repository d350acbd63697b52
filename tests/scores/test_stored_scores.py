"""Storing scores, and showing them as they were stored."""

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from deliberate import sealing
from deliberate.commands import cli
from deliberate.database import db, unrecorded
from deliberate.models import ScoreSnapshot
from deliberate.operations.accounts.verified_residents import (
    create_resident_codes,
    end_verification,
    verify_by_code,
)
from deliberate.operations.scores import stored_scores
from deliberate.operations.scores.stored_scores import store_all_scores, store_scores
from deliberate.operations.threads.comments import post_comment
from deliberate.queries.scores import computed_scores, process_scores
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.vocabulary import Role, Stance, VerificationEndReason
from tests import factories
from tests.client import anonymous_client

CHANGES = ["UPDATE score_snapshot SET log_size = 0", "DELETE FROM score_snapshot"]


def create_thread(app, process, count):
    """Create and seal a thread of `count` comments."""
    proposal = factories.create_proposal(process)
    for _ in range(count):
        post_comment(factories.create_resident(), proposal, "Setuju.", stance=Stance.FOR)
    sealing.seal_all(sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")


def test_scores_are_stored_once_for_the_same_log(app):
    process = factories.create_process()
    create_thread(app, process, 2)
    assert store_scores(process.slug)
    assert not store_scores(process.slug)
    create_thread(app, process, 1)
    assert store_all_scores() == 1


def test_scores_of_all_processes_are_stored_from_one_pass_over_the_log(app, monkeypatch):
    processes = [factories.create_process() for _ in range(3)]
    for process in processes:
        create_thread(app, process, 2)
    passes = []
    read = computed_scores.load_process_log
    monkeypatch.setattr(
        computed_scores, "load_process_log", lambda *given: passes.append(given) or read(*given)
    )
    assert store_all_scores() == 3 and len(passes) == 1
    for process in processes:
        stored = json.loads(process_scores.newest_snapshot(process.id).document)
        assert stored == json.loads(compute_scores(process).to_json())


def test_verified_residents_count_as_verified_until_it_is_ended(app):
    process, admin = factories.create_process(), factories.create_staff(role=Role.ADMIN)
    proposal = factories.create_proposal(process)
    people = [factories.create_resident() for _ in range(3)]
    for person in people:
        post_comment(person, proposal, "Setuju.", stance=Stance.FOR)
    for person, code in zip(people[:2], create_resident_codes(admin, 2, "Sepaku"), strict=True):
        verify_by_code(person, code)
    end_verification(admin, people[1], VerificationEndReason.MOVED)
    sealing.seal_all(sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")
    facts = compute_scores(process).facts
    counted = ("verified_people", "comments", "verified_comments")
    assert [facts.one("verification_facts", column) for column in counted] == [1, 3, 1]


def test_storing_scores_is_not_logged(app, log):
    process = factories.create_process()
    log()
    store_scores(process.slug)
    assert log() == []


@pytest.mark.parametrize("change", CHANGES)
def test_stored_scores_cannot_be_changed(app, change):
    store_scores(factories.create_process().slug)
    with pytest.raises(DBAPIError, match="never changed"), unrecorded("test settings") as session:
        session.execute(text(change))


def test_scores_agree_on_page_command_and_document(app):
    process = factories.create_process()
    create_thread(app, process, 3)
    store_scores(process.slug)
    document = anonymous_client(app).get(f"/en/scores/{process.slug}.json").text
    printed = app.test_cli_runner().invoke(cli, ["score", process.slug, "--json"]).stdout
    assert document == printed
    page = anonymous_client(app).get(f"/id/scores/{process.slug}").text
    assert json.loads(document)["headline"]["id"] in page


def test_scoreboard_shows_missing_data_instead_of_zero(app):
    process = factories.create_process()
    store_scores(process.slug)
    page = anonymous_client(app).get(f"/en/scores/{process.slug}").text
    assert "Too little to say yet" in page and "of 100 newcomers" not in page


def test_every_indicator_has_a_page(app):
    process = factories.create_process()
    store_scores(process.slug)
    names = json.loads(db.session.query(ScoreSnapshot).one().document)["indicators"]
    for name in names:
        assert anonymous_client(app).get(f"/id/scores/{process.slug}/{name}").status_code == 200
    assert anonymous_client(app).get(f"/id/scores/{process.slug}/XX1").status_code == 404


def test_scoreboard_of_an_unscored_process(app):
    process = factories.create_process()
    assert "has not been scored" in anonymous_client(app).get(f"/en/scores/{process.slug}").text
    assert anonymous_client(app).get("/en/scores/tidak-ada").status_code == 404


def test_scores_of_one_process_that_fail_leave_those_of_the_others_stored(app, monkeypatch):
    broken, sound = factories.create_process(), factories.create_process()
    prepare = stored_scores.scoring_task

    def fail(process, *arguments, **options):
        if process.slug == broken.slug:
            raise ValueError("no facts")
        return prepare(process, *arguments, **options)

    monkeypatch.setattr(stored_scores, "scoring_task", fail)
    with pytest.raises(ExceptionGroup, match="store_all_scores"):
        store_all_scores()
    assert set(db.session.scalars(select(ScoreSnapshot.process_id))) == {sound.id}
