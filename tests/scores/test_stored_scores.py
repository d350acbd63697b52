"""Scores are kept as they were computed, and shown as they were kept."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from deliberate import sealing
from deliberate.commands import cli
from deliberate.database import db, unrecorded
from deliberate.models import Snapshot
from deliberate.operations.scores.stored_scores import keep_all_scores, keep_scores
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import Stance
from tests import factories
from tests.client import visitor

CHANGES = ["UPDATE score_snapshot SET log_size = 0", "DELETE FROM score_snapshot"]


def talk(app, process, times):
    """A thread of so many arguments, sealed."""
    proposal = factories.a_proposal(process)
    for _ in range(times):
        comment_operations.post_comment(
            factories.resident(), proposal, "Setuju.", stance=Stance.FOR
        )
    sealing.seal_all(sealing.signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")


def test_scores_are_kept_once_for_the_same_log(app):
    process = factories.a_process()
    talk(app, process, 2)
    assert keep_scores(process.slug)
    assert not keep_scores(process.slug)
    talk(app, process, 1)
    assert keep_all_scores() == 1


def test_kept_scores_are_no_act(app, log):
    process = factories.a_process()
    log()
    keep_scores(process.slug)
    assert log() == []


@pytest.mark.parametrize("change", CHANGES)
def test_kept_scores_are_never_changed(app, change):
    keep_scores(factories.a_process().slug)
    with pytest.raises(DBAPIError, match="never changed"), unrecorded("test settings") as session:
        session.execute(text(change))


def test_page_command_and_document_say_the_same(app):
    process = factories.a_process()
    talk(app, process, 3)
    keep_scores(process.slug)
    told = visitor(app).get(f"/en/scores/{process.slug}.json").text
    printed = app.test_cli_runner().invoke(cli, ["score", process.slug, "--json"]).stdout
    assert told == printed
    page = visitor(app).get(f"/id/scores/{process.slug}").text
    assert json.loads(told)["headline"]["id"] in page


def test_absence_of_data_is_never_a_nought(app):
    process = factories.a_process()
    keep_scores(process.slug)
    page = visitor(app).get(f"/en/scores/{process.slug}").text
    assert "Not enough data" in page and "of 100" not in page


def test_every_indicator_says_how(app):
    process = factories.a_process()
    keep_scores(process.slug)
    names = json.loads(db.session.query(Snapshot).one().document)["indicators"]
    for name in names:
        assert visitor(app).get(f"/id/scores/{process.slug}/{name}").status_code == 200
    assert visitor(app).get(f"/id/scores/{process.slug}/XX1").status_code == 404


def test_a_process_without_scores_says_so(app):
    process = factories.a_process()
    assert "has not been scored" in visitor(app).get(f"/en/scores/{process.slug}").text
    assert visitor(app).get("/en/scores/tidak-ada").status_code == 404
