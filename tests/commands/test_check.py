"""What `deliberate check` finds and puts right."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from deliberate.commands.check import _faults, brand_fault, contrast
from deliberate.database import db, unrecorded
from deliberate.models import Comment, Process, Proposal
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.site import health_checks as health_check_queries
from deliberate.queries.site.counter_check import wrong_counters
from deliberate.vocabulary import Stance
from tests import factories

COUNTERS = [
    Process.proposal_count,
    Process.comment_count,
    Proposal.support_count,
    Proposal.comment_count,
    Proposal.for_count,
    Proposal.against_count,
    Proposal.neutral_count,
    Comment.branch_count,
    Comment.weight,
    Comment.strong_count,
    Comment.weak_count,
]


@pytest.fixture
def proposal(app):
    proposal = factories.a_proposal()
    proposal_operations.support_proposal(factories.resident(), proposal)
    for stance in Stance:
        argued = comment_operations.post_comment(
            factories.resident(), proposal, "Karena teduh.", stance=stance
        )
    comment_operations.post_comment(factories.resident(), proposal, "Betul.", parent=argued)
    comment_operations.rate_comment(factories.resident(), argued, True)
    comment_operations.rate_comment(factories.resident(), argued, False)
    return proposal


def check(app, *words):
    return app.test_cli_runner().invoke(args=["check", *words])


def test_counters_kept_by_acts_are_what_they_count(app, proposal):
    assert list(wrong_counters(db.session())) == []
    done = check(app)
    assert (done.exit_code, done.output) == (0, "")


@pytest.mark.parametrize("column", COUNTERS, ids=str)
def test_a_wrong_counter_is_found_and_put_right(app, proposal, log, column):
    with unrecorded("test settings") as session:
        session.execute(update(column.class_).values({column: column + 7}))
    log()
    assert check(app).exit_code == 1
    repaired = json.loads(check(app, "--repair", "--json").output)["repaired"]
    assert repaired and all(column.key in line for line in repaired)
    assert check(app).exit_code == 0
    assert log() == []


def test_contrast_is_that_of_the_guideline():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_a_brand_must_carry_white_words():
    assert brand_fault("#0b5148") is None
    assert "contrast 4.48:1" in str(brand_fault("#777777"))
    assert "no colour" in str(brand_fault("green"))


def test_a_misspelt_setting_is_a_fault(app, monkeypatch):
    monkeypatch.setenv("DELIBERATE_SECRETKEY", "x")
    done = check(app)
    assert (done.exit_code, done.output) == (1, "DELIBERATE_SECRETKEY is no setting: misspelt?\n")


def test_a_log_nobody_else_keeps_is_a_fault_in_production(app):
    settings = app.config["SETTINGS"]
    open_to_all = replace(settings, mode="production")
    assert any("DELIBERATE_WITNESSES: nobody outside" in fault for fault in _faults(open_to_all))
    kept = replace(open_to_all, witnesses="koran@example.id")
    assert any("no head reaches them" in fault for fault in _faults(kept))
    assert not list(_faults(replace(kept, mail_url="smtp://mail.example")))


def test_a_log_that_is_not_sealed_is_a_fault(app, monkeypatch):
    factories.resident()
    monkeypatch.setattr(health_check_queries, "UNSEALED_AT_MOST", timedelta(seconds=-1))
    assert "sealing: acts wait since" in check(app).output
