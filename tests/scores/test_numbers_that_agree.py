"""Numbers that agree: page and release, what is missing, and nights that were missed."""

import csv
import json
from datetime import timedelta

import pytest

from deliberate import jobs
from deliberate.clock import now
from deliberate.database import transient
from deliberate.exports.release_builder import build_release
from deliberate.models import JobRun
from deliberate.operations.releases.releases import publish_release
from deliberate.operations.scores.stored_scores import store_new_scores, store_scores
from deliberate.queries.releases.releases import release_of_scores
from deliberate.queries.scores.process_scores import (
    newest_snapshot,
    numbers_digest,
    scores_requested_at,
)
from deliberate.queries.site.operations_state import is_night_missed
from deliberate.sealing import publish_heads, seal_log
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.scores.studies.test_study_sources import publish_with
from tests.scores.test_assessments import create_evaluator


@pytest.fixture
def process(app):
    """Return a process with a few sealed acts."""
    process = factories.create_process()
    for _number in range(3):
        factories.create_proposal(process)
    seal(app)
    return process


def seal(app):
    seal_log(app.config["SETTINGS"])
    publish_heads(until=now() + timedelta(seconds=1))


def page_of(app, process):
    return anonymous_client(app).get(f"/en/scores/{process.slug}").text


def test_page_links_the_release_that_carries_exactly_its_numbers(app, process, tmp_path):
    release = publish_release(None, process, tmp_path)
    snapshot = newest_snapshot(process.id)
    scored = release.manifest["scored"]
    assert scored == {"log_size": snapshot.log_size, "numbers": numbers_digest(snapshot.document)}
    assert release_of_scores(snapshot) == release
    html = page_of(app, process)
    assert f"/data/{process.slug}/{release.stamp}.zip" in html
    assert "carries exactly these numbers." in html
    readme = (tmp_path / process.slug / release.stamp / "README.md").read_text()
    assert f"end together, at entry {snapshot.log_size} of the log" in readme
    table = (tmp_path / process.slug / release.stamp / "scores.csv").read_text()
    rows = {row["id"]: row["n"] for row in csv.DictReader(table.splitlines())}
    shown = json.loads(snapshot.document)["indicators"]
    assert {name: str(entry["n"]) for name, entry in shown.items()}.items() <= rows.items()


def test_release_still_has_the_numbers_of_the_page_once_it_is_counted_itself(
    app, process, tmp_path
):
    release = publish_release(None, process, tmp_path)
    seal(app)
    assert store_scores(process.slug)
    assert release_of_scores(newest_snapshot(process.id)) == release
    assert "carries exactly these numbers." in page_of(app, process)


def test_page_says_at_which_entry_an_earlier_release_ends(app, process, tmp_path):
    release = publish_release(None, process, tmp_path)
    factories.create_proposal(process)
    seal(app)
    store_scores(process.slug)
    html = page_of(app, process)
    assert f"Release {release.stamp} ends at log entry" in html
    assert "carries exactly these numbers." not in html


def test_citation_of_a_release_has_address_version_and_head(app, process, tmp_path):
    manifest = build_release(process, tmp_path / "r")
    text = (tmp_path / "r" / "CITATION.cff").read_text()
    head = manifest["log_head"]
    assert f'version: "log entry {head["size"]}"' in text and f"sha256:{head['root']}" in text
    assert f"/data/{process.slug}/latest.zip" in text or not app.config["SETTINGS"].base_url


def test_not_enough_data_names_each_kind_that_is_missing_and_each_that_is_enough(app, process):
    store_scores(process.slug)
    found = json.loads(newest_snapshot(process.id).document)["indicators"]["DQ1.1"]
    assert found["reason"] == "few" and set(found["opportunities"]) == {"comments", "threads"}
    text = " ".join(anonymous_client(app).get(f"/en/scores/{process.slug}/DQ1.1").text.split())
    assert "comments: 0 of " in text and "threads: 0 of " in text


def test_new_process_is_scored_within_the_hour_and_at_once_on_demand(app, process):
    evaluator = create_evaluator()
    browser, path = signed_in_client(app, evaluator), f"/en/scores/{process.slug}"
    assert "Compute its scores now" in browser.get(path).text
    assert "Compute its scores now" not in page_of(app, process)
    answer = submit_form(browser, path, to=f"{path}/computation")
    assert answer.status_code == 303
    html = browser.get(path).text
    assert "Its scores are being computed." in html and "Compute its scores now" not in html
    assert "being computed" not in page_of(app, process)
    jobs.compute_requested_scores(app.config["SETTINGS"])
    factories.reload(process)
    assert newest_snapshot(process.id) is not None and scores_requested_at(process.id) is None
    other = factories.create_process()
    assert store_new_scores() == 1 and newest_snapshot(other.id) is not None
    assert store_new_scores() == 0


def run_of_night(hours):
    with transient() as store:
        store.merge(JobRun(name="run_nightly", started_at=now() - timedelta(hours=hours)))


@pytest.mark.parametrize(("hours", "is_missed"), [(24, False), (26, True)])
def test_missed_night_is_made_up_for_once(app, monkeypatch, hours, is_missed):
    assert not is_night_missed()
    run_of_night(hours)
    nights = []
    monkeypatch.setattr(jobs, "run_nightly", nights.append)
    jobs.make_up_for_night(app.config["SETTINGS"])
    jobs.make_up_for_night(app.config["SETTINGS"])
    assert len(nights) == is_missed
    assert not is_night_missed()


def test_assessments_are_linked_before_there_is_a_score(app, clock):
    assessment, _source, _person = publish_with(clock)
    html = page_of(app, assessment.process)
    assert "not been scored yet" in html
    assert f"/en/scores/{assessment.process.slug}/assessments" in html
