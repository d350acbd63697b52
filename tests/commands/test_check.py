"""`deliberate check`: what it reports and repairs."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from deliberate.commands.check import _problems, brand_color_problem, contrast_ratio
from deliberate.database import db, unrecorded
from deliberate.models import Comment, Proposal
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.site.job_runs import track_job_run
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.site import health_checks as health_check_queries
from deliberate.queries.site.counter_check import find_counter_mismatches
from deliberate.sealing import seal_log
from deliberate.vocabulary import Stance
from tests import factories

COUNTERS = [
    Proposal.support_count,
    Proposal.comment_count,
    Proposal.for_count,
    Proposal.against_count,
    Proposal.neutral_count,
    Comment.reply_count,
    Comment.rating_count,
    Comment.strong_count,
    Comment.weak_count,
]


@pytest.fixture
def proposal(app):
    proposal = factories.create_proposal()
    support_proposal(factories.create_resident(), proposal)
    for stance in Stance:
        argument = comment_operations.post_comment(
            factories.create_resident(), proposal, "Karena teduh.", stance=stance
        )
    comment_operations.post_comment(
        factories.create_resident(), proposal, "Betul.", parent=argument
    )
    comment_operations.rate_comment(factories.create_resident(), argument, True)
    comment_operations.rate_comment(factories.create_resident(), argument, False)
    return proposal


def run_check(app, *arguments):
    return app.test_cli_runner().invoke(args=["check", *arguments])


def test_check_command_finds_correct_counters(app, proposal):
    assert list(find_counter_mismatches(db.session())) == []
    result = run_check(app)
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize("column", COUNTERS, ids=str)
def test_check_command_repairs_a_wrong_counter(app, proposal, log, column):
    with unrecorded("test settings") as session:
        session.execute(update(column.class_).values({column: column + 7}))
    log()
    assert run_check(app).exit_code == 1
    repaired = json.loads(run_check(app, "--repair", "--json").output)["repaired"]
    assert repaired and all(column.key in line for line in repaired)
    assert run_check(app).exit_code == 0
    assert log() == []


def test_contrast_ratio_follows_wcag():
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_brand_color_must_contrast_with_white_text():
    assert brand_color_problem("#0b5148") is None
    assert "#777777 has 4.48:1" in str(brand_color_problem("#777777"))
    assert "must be a colour" in str(brand_color_problem("green"))


def test_check_command_reports_a_misspelt_setting(app, monkeypatch):
    monkeypatch.setenv("DELIBERATE_SECRETKEY", "x")
    result = run_check(app)
    assert (result.exit_code, result.output) == (
        1,
        "DELIBERATE_SECRETKEY is not a setting: use DELIBERATE_SECRET_KEY?\n",
    )


def test_check_command_reports_a_variable_that_resembles_no_setting(app, monkeypatch):
    monkeypatch.setenv("DELIBERATE_QWXZ", "x")
    assert run_check(app).output == "DELIBERATE_QWXZ is not a setting: check the spelling\n"


def test_check_command_reports_a_settings_file_that_others_can_read(app, monkeypatch, tmp_path):
    path = tmp_path / "deliberate.env"
    path.write_text("DELIBERATE_BRAND_NAME=Kota\n")
    monkeypatch.setenv("DELIBERATE_SETTINGS_FILE", str(path))
    path.chmod(0o644)
    assert run_check(app).output == f"{path} can be read by others: chmod 600 {path}\n"
    path.chmod(0o600)
    assert run_check(app).exit_code == 0


def test_check_command_reports_that_no_backup_was_made_for_days(app, clock):
    settings = replace(
        app.config["SETTINGS"],
        mode="production",
        witnesses="koran@example.id",
        mail_url="smtp://mail.example",
    )
    factories.create_resident()
    assert not [fault for fault in _problems(settings) if "backup" in fault]
    clock.shift(timedelta(hours=30))
    assert [fault for fault in _problems(settings) if "backup: 1;" in fault]
    clock.shift(timedelta(hours=42))
    fault = "days without a backup: 3; run deliberate backup create FILE"
    assert fault in list(_problems(settings))
    with track_job_run("backup"):
        pass
    assert fault not in list(_problems(settings))


def test_check_command_reports_a_key_ring_that_others_can_read(app, tmp_path):
    path = tmp_path / "ring"
    path.write_text("# keys\n")
    path.chmod(0o644)
    settings = replace(app.config["SETTINGS"], key_ring_file=str(path))
    assert list(_problems(settings)) == [f"{path} can be read by others: chmod 600 {path}"]


def test_check_command_reports_missing_witnesses_in_production(app):
    settings = app.config["SETTINGS"]
    without_witnesses = replace(settings, mode="production")
    assert any("DELIBERATE_WITNESSES is empty" in fault for fault in _problems(without_witnesses))
    without_mail = replace(without_witnesses, witnesses="koran@example.id")
    assert any("needs DELIBERATE_MAIL_URL" in fault for fault in _problems(without_mail))
    assert not list(_problems(replace(without_mail, mail_url="smtp://mail.example")))


def test_check_command_reports_late_sealing(app, monkeypatch):
    factories.create_resident()
    monkeypatch.setattr(health_check_queries, "MAX_UNSEALED_AGE", timedelta(seconds=-1))
    assert "sealing: unsealed entries since" in run_check(app).output


def test_check_command_names_the_signing_key_that_is_missing(app):
    settings = app.config["SETTINGS"]
    factories.create_resident()
    seal_log(settings)
    (fault,) = _problems(replace(settings, signing_key="a7" * 32))
    assert "is not an available key: put its signing.pem back" in fault
