"""The pages of assessments: who sees what, and when."""

from copy import deepcopy
from datetime import timedelta

import pytest

from deliberate.database import db
from deliberate.models import Assessment
from deliberate.operations.scores import assessment_publishing as assessment_publishing_operations
from deliberate.operations.scores import assessments as assessment_operations
from deliberate.operations.scores.stored_scores import keep_all_scores
from deliberate.queries.scores import assessments as assessment_queries
from deliberate.vocabulary import Stage
from tests import factories
from tests.client import send, signed_in, visitor
from tests.scores.test_assessments import SHOWN, an_assessment, an_evaluator, judged
from tests.scores.test_planned_judged_logged import published


def test_an_evaluator_begins_answers_and_saves(app):
    process, person = factories.a_process(), an_evaluator()
    browser = signed_in(app, person)
    begun = send(browser, "/en/desk/assessments", about=process.slug, stage="ex_ante")
    assert begun.status_code == 303
    page = begun.location
    kept = {"DP3.1-value": "2", "DP3.1-kind": "document", "DP3.1-dated": "2026-03-01"}
    wrong = send(browser, f"{page}/criteria/DP3", **kept)
    assert wrong.status_code == 422 and 'href="#DP3.1-reference"' in wrong.text
    assert "<title>Error: " in wrong.text
    right = send(
        browser, f"{page}/criteria/DP3", **kept, **{"DP3.1-reference": "Berita acara 4", "go": "on"}
    )
    assert right.location.endswith("/CC1")
    assert "Berita acara 4" in browser.get(f"{page}/criteria/DP3").text
    assert send(browser, page, f"{page}/save").status_code == 303
    assert "stays as it is" in browser.get(page).text


def test_a_pledge_is_written_beside_its_question(app):
    browser = signed_in(app, an_evaluator())
    process = factories.a_process()
    page = send(browser, "/en/desk/assessments", about=process.slug, stage="ex_ante").location
    told = {"DP1.2-pledge-what": "Tiga lokakarya", "DP1.2-pledge-target": "90 orang"}
    assert send(browser, f"{page}/criteria/DP1", **told).status_code == 422
    told["DP1.2-pledge-due_on"] = "2026-05-01"
    assert send(browser, f"{page}/criteria/DP1", **told).status_code == 303
    assert "Tiga lokakarya" in browser.get(f"{page}/criteria/DP1").text


@pytest.mark.parametrize("stranger", ["visitor", "resident", "staff"])
def test_others_see_nothing_of_an_assessment_in_the_making(app, stranger):
    assessment, *_both = judged()
    people = {"resident": factories.resident, "staff": factories.staff}
    browser = signed_in(app, people[stranger]()) if stranger in people else visitor(app)
    shown = browser.get(f"/en/desk/assessments/{assessment.id}")
    assert "catatan lapangan" not in shown.text
    assert shown.status_code in (200, 403) and (stranger == "visitor") == (shown.status_code == 200)


def test_answers_are_hidden_until_both_have_saved(app):
    assessment, one, other = an_assessment()
    assessment_operations.rate(one, assessment, "DP3.1", "2", "", SHOWN)
    assessment_operations.save_judgement(one, assessment)
    browser, page = signed_in(app, other), f"/en/desk/assessments/{assessment.id}"
    assert "catatan lapangan" not in browser.get(page).text
    assert "catatan lapangan" not in browser.get(f"{page}/criteria/DP3").text
    assessment_operations.rate(other, assessment, "DP3.1", "1", "", SHOWN)
    assessment_operations.save_judgement(other, assessment)
    assert "catatan lapangan" in browser.get(page).text


def test_a_published_assessment_is_read_by_all_a_draft_by_nobody(app, clock):
    assessment, one, _other = judged()
    page = f"/en/scores/{assessment.process.slug}/assessments"
    assert "catatan lapangan" not in visitor(app).get(page).text
    browser, desk = signed_in(app, one), f"/en/desk/assessments/{assessment.id}"
    assert send(browser, desk, f"{desk}/freeze").status_code == 303
    assert visitor(app).get(f"{page}/{assessment.id}.json").status_code == 404
    clock.shift(timedelta(days=15))
    browser = signed_in(app, one)
    assert send(browser, desk, f"{desk}/publish").status_code == 303
    assert "catatan lapangan" in visitor(app).get(page).text
    factories.again(assessment)
    assert visitor(app).get(f"{page}/{assessment.id}.json").text == assessment.document


def test_differences_are_settled_on_the_page_and_the_institution_replies(app):
    office = factories.an_institution()
    assessment, one, _other = judged(first="2", second="1", process=factories.a_process(office))
    browser, desk = signed_in(app, one), f"/en/desk/assessments/{assessment.id}"
    told = {"DP3.1-value": "1"}
    wrong = send(browser, desk, f"{desk}/adjudicate/DP3.1", **told)
    assert wrong.status_code == 422 and 'href="#DP3.1-why"' in wrong.text
    told["DP3.1-why"] = "Separuh"
    assert send(browser, desk, f"{desk}/adjudicate/DP3.1", **told).status_code == 303
    send(browser, desk, f"{desk}/freeze")
    officer = signed_in(app, factories.staff(office))
    assert send(officer, desk, f"{desk}/reply", body="Kami setuju.").status_code == 303
    assert send(browser, desk, f"{desk}/publish").status_code == 303
    page = visitor(app).get(f"/en/scores/{assessment.process.slug}/assessments").text
    assert "Separuh" in page and "Kami setuju." in page


def test_context_and_pledges_are_written_on_their_pages(app):
    assessment, one, _other = an_assessment()
    browser, desk = signed_in(app, one), f"/en/desk/assessments/{assessment.id}"
    told = {"EN1-value": "1", "EN1-note": "Rapat teknis tertutup", "legal-value": "wajib"}
    assert send(browser, f"{desk}/context", **told).status_code == 303
    assert "Rapat teknis tertutup" in browser.get(desk).text
    assert "No plan was frozen" in browser.get(f"{desk}/pledges").text
    assert db.session.query(Assessment).one().stage == Stage.EX_POST


def test_what_worked_is_told_on_its_page(app):
    assessment, one, _other = an_assessment()
    browser, desk = signed_in(app, one), f"/en/desk/assessments/{assessment.id}"
    assert send(browser, f"{desk}/practices", **{"CC1-body": "Rapat terbuka"}).status_code == 303
    assert "Rapat terbuka" in browser.get(f"{desk}/practices").text


def test_the_scoreboard_shows_planned_judged_and_logged(app, clock):
    process = published(clock, "0")
    published(clock, "2", {"DP3": "Setiap proyek memuat nomor usulan."})
    keep_all_scores()
    page = visitor(app).get(f"/en/scores/{process.slug}").text
    assert "DP3 Correlation with projects" in page
    assert "Setiap proyek memuat nomor usulan." in page and "grade B" in page


def test_the_desk_names_judgements_that_wait_for_a_reply(app):
    office = factories.an_institution()
    assessment, one, _other = judged(process=factories.a_process(office))
    officer = factories.staff(office)
    browser, said = signed_in(app, officer), "Judgements you may reply to"
    assert said not in browser.get("/en/desk").text
    assessment_publishing_operations.freeze_assessment(one, assessment)
    assert said in browser.get("/en/desk").text
    assessment_publishing_operations.reply_to(officer, assessment, "Kami setuju.")
    assert said not in browser.get("/en/desk").text


def test_evidence_is_not_dated_in_days_to_come(app):
    assessment, one, _other = an_assessment()
    page = f"/en/desk/assessments/{assessment.id}/criteria/DP3"
    told = {"DP3.1-value": "2", "DP3.1-kind": "log", "DP3.1-reference": "x"}
    wrong = send(signed_in(app, one), page, **told, **{"DP3.1-dated": "2099-01-01"})
    assert wrong.status_code == 422 and "still to come" in wrong.text


@pytest.fixture
def one_more_question(monkeypatch):
    """The framework's file with a question more, as somebody would have written it."""
    framework = deepcopy(assessment_queries.load_framework())
    asked = {"question": "DP3.9", "en": "Is it told on paper?", "id": "Apakah diumumkan tercetak?"}
    framework["criteria"]["DP3"]["questions"].append(asked)
    known = (assessment_queries.questions, assessment_queries.question_ids)
    for cached in known:
        cached.cache_clear()
    monkeypatch.setattr(assessment_queries, "load_framework", lambda: framework)
    yield
    for cached in known:
        cached.cache_clear()


def test_a_question_added_to_the_file_is_asked_and_answered_with_no_code_touched(
    app, one_more_question
):
    assessment, one, _other = an_assessment()
    browser = signed_in(app, one)
    page = f"/id/desk/assessments/{assessment.id}/criteria/DP3"
    assert "Apakah diumumkan tercetak?" in browser.get(page).text
    kept = {"DP3.9-value": "2", "DP3.9-kind": "document", "DP3.9-dated": "2026-03-01"}
    assert send(browser, page, **kept, **{"DP3.9-reference": "Papan desa"}).status_code == 303
    factories.again(assessment)
    assert assessment_queries.judgement_of(assessment, assessment.assessors[0])["DP3.9"] == "2"
