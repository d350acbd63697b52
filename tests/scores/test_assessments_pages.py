"""Pages of assessments and their visibility."""

import re
from copy import deepcopy
from datetime import date, timedelta

import pytest
from werkzeug.datastructures import MultiDict

from deliberate.clock import now
from deliberate.database import db
from deliberate.exports.study_csv import judgement_csv
from deliberate.forms.scores.assessments import OutcomeForm
from deliberate.forms.scores.studies import InterviewForm
from deliberate.models import Assessment
from deliberate.operations.responses.overlaps import state_mandate
from deliberate.operations.scores.assessment_publishing import (
    freeze_assessment,
    freeze_due_plans,
    reply_to_assessment,
)
from deliberate.operations.scores.assessments import (
    EvidenceInput,
    PledgeInput,
    save_judgement,
    write_context_notes,
    write_pledges,
)
from deliberate.operations.scores.settling import adjudicate_difference
from deliberate.operations.scores.stored_scores import store_all_scores
from deliberate.queries.scores import assessments as assessment_queries
from deliberate.queries.scores.studies.settling import proposal_fingerprint
from deliberate.vocabulary import AssessmentStage, EvidenceKind, PhaseKind, PhaseSwitch, Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.scores.test_assessments import (
    EVIDENCE,
    create_assessment,
    create_evaluator,
    create_judgement,
    rate_question,
)
from tests.scores.test_planned_judged_logged import publish_judgement
from tests.statement_counter import record_queries


def test_assessment_pages_lead_from_begin_to_saved_judgement(app):
    process, person = factories.create_process(), create_evaluator()
    browser = signed_in_client(app, person)
    response = submit_form(browser, "/en/desk/assessments", about=process.slug, stage="ex_ante")
    assert response.status_code == 303
    page = response.location
    fields = {"DP3.1-value": "2", "DP3.1-kind": "document", "DP3.1-dated": "2026-03-01"}
    refused = submit_form(browser, f"{page}/criteria/DP3", **fields)
    assert refused.status_code == 422 and 'href="#DP3.1-reference"' in refused.text
    assert re.search(r"<title>\s*Error: ", refused.text)
    accepted = submit_form(
        browser,
        f"{page}/criteria/DP3",
        **fields,
        **{"DP3.1-reference": "Berita acara 4", "go": "on"},
    )
    assert accepted.location.endswith("/CC1")
    assert "Berita acara 4" in browser.get(f"{page}/criteria/DP3").text
    assert submit_form(browser, f"{page}/save", is_named="y").status_code == 303
    assert "no longer be changed" in browser.get(page).text


def test_pledge_page_saves_a_pledge_with_its_date(app):
    browser = signed_in_client(app, create_evaluator())
    process = factories.create_process()
    page = submit_form(
        browser, "/en/desk/assessments", about=process.slug, stage="ex_ante"
    ).location
    fields = {"new1-question": "DP1.2", "new1-action": "Tiga lokakarya", "new1-target": "90 orang"}
    refused = submit_form(browser, f"{page}/pledges", **fields)
    assert refused.status_code == 422 and "Tiga lokakarya" in refused.text
    fields["new1-due_on"] = "2026-05-01"
    assert submit_form(browser, f"{page}/pledges", **fields).status_code == 303
    assert "Tiga lokakarya" in browser.get(f"{page}/pledges").text


@pytest.mark.parametrize("reader", ["visitor", "resident", "staff"])
def test_draft_assessment_is_hidden_from_others(app, reader):
    assessment, *_assessors = create_judgement()
    people = {"resident": factories.create_resident, "staff": factories.create_staff}
    browser = signed_in_client(app, people[reader]()) if reader in people else anonymous_client(app)
    response = browser.get(f"/en/desk/assessments/{assessment.id}")
    assert "catatan lapangan" not in response.text
    assert response.status_code == (401 if reader == "visitor" else 403)


def test_assessment_page_hides_ratings_until_both_have_saved(app):
    assessment, assessor, second_assessor = create_assessment()
    rate_question(assessor, assessment, "DP3.1", "2", "", EVIDENCE)
    save_judgement(assessor, assessment)
    browser, page = signed_in_client(app, second_assessor), f"/en/desk/assessments/{assessment.id}"
    assert "catatan lapangan" not in browser.get(page).text
    assert "catatan lapangan" not in browser.get(f"{page}/criteria/DP3").text
    rate_question(second_assessor, assessment, "DP3.1", "1", "", EVIDENCE)
    save_judgement(second_assessor, assessment)
    assert "catatan lapangan" in browser.get(page).text


def test_assessment_is_public_only_after_publication(app, clock):
    assessment, assessor, _second_assessor = create_judgement()
    page = f"/en/scores/{assessment.process.slug}/assessments"
    assert "catatan lapangan" not in anonymous_client(app).get(page).text
    browser, desk = signed_in_client(app, assessor), f"/en/desk/assessments/{assessment.id}"
    assert submit_form(browser, f"{desk}/freeze").status_code == 303
    assert anonymous_client(app).get(f"{page}/{assessment.id}.json").status_code == 404
    clock.shift(timedelta(days=15))
    browser = signed_in_client(app, assessor)
    assert submit_form(browser, f"{desk}/publish").status_code == 303
    assert "catatan lapangan" in anonymous_client(app).get(page).text
    factories.reload(assessment)
    assert anonymous_client(app).get(f"{page}/{assessment.id}.json").text == assessment.document


def agree(browser, page, to, seen=""):
    """Press "I agree" on the page of differences as it was read."""
    seen = seen or re.search(r'name="seen" value="(\w+)"', browser.get(page).text).group(1)
    return submit_form(browser, page, to, seen=seen)


def test_assessor_agrees_only_to_the_proposal_that_was_read(app):
    assessment, first, second = create_judgement(first="0", second="2")
    desk = f"/en/desk/assessments/{assessment.id}"
    page, to, browser = f"{desk}/settle", f"{desk}/agree/DP3.1", signed_in_client(app, second)
    adjudicate_difference(first, assessment, "DP3.1", "1", "tengah")
    seen = proposal_fingerprint(assessment.adjudications[0])
    adjudicate_difference(first, assessment, "DP3.1", "1", "alasan lain")
    refused = agree(browser, page, to, seen)
    assert refused.status_code == 422 and "changed since you read it" in refused.text
    assert assessment.adjudications[0].settled_at is None
    assert agree(browser, page, to).status_code == 303


def test_entries_of_an_assessor_who_never_saved_are_not_public(app, clock):
    process = factories.create_process(factories.create_institution())
    factories.add_phase(process, PhaseKind.DISCUSSION, now() + timedelta(days=2), 30, *PhaseSwitch)
    assessment, first, second = create_assessment(AssessmentStage.EX_ANTE, process)
    unsaved = EvidenceInput(EvidenceKind.DOCUMENT, date(2026, 2, 1), "belum disimpan")
    rate_question(first, assessment, "DP3.1", "2", "", EVIDENCE)
    rate_question(second, assessment, "DP3.1", "0", "", unsaved)
    save_judgement(first, assessment)
    clock.shift(timedelta(days=3))
    assert freeze_due_plans() == 1
    page = anonymous_client(app).get(f"/en/scores/{process.slug}/assessments").text
    assert EVIDENCE.reference in page and "belum disimpan" not in page
    assert "belum disimpan" not in judgement_csv(assessment, "en")


def test_institutions_of_pledges_are_read_at_once(app):
    assessment, first, second = create_assessment(AssessmentStage.EX_ANTE)
    owners = {name: factories.create_institution() for name in ("DP1.4", "DP1.2", "DP2.1")}
    for person in (first, second):
        rate_question(person, assessment, "DP3.1", "2", "", EVIDENCE)
        pledges = {q: PledgeInput("", "janji", date(2026, 6, 1), one) for q, one in owners.items()}
        write_pledges(person, assessment, pledges)
        save_judgement(person, assessment)
    freeze_assessment(first, assessment)
    process_id = assessment.process_id
    db.session.rollback()
    db.session.expunge_all()
    with record_queries() as queries:
        (public,) = assessment_queries.public_assessments(process_id)
        assert len({pledge.owner.slug for pledge in public.pledges}) == 3
    assert [query for query in queries if "FROM institution " in query] == []


def test_assessment_page_settles_differences_and_takes_replies(app):
    institution = factories.create_institution()
    assessment, assessor, second_assessor = create_judgement(
        first="2", second="1", process=factories.create_process(institution)
    )
    browser, desk = signed_in_client(app, assessor), f"/en/desk/assessments/{assessment.id}"
    fields, page = {"DP3.1-value": "1"}, f"{desk}/settle"
    refused = submit_form(browser, page, f"{desk}/adjudicate/DP3.1", **fields)
    assert refused.status_code == 422 and 'href="#DP3.1-reason"' in refused.text
    fields["DP3.1-reason"] = "Separuh"
    assert submit_form(browser, page, f"{desk}/adjudicate/DP3.1", **fields).status_code == 303
    assert submit_form(browser, f"{desk}/freeze").status_code == 422
    other = signed_in_client(app, second_assessor)
    assert agree(other, page, f"{desk}/agree/DP3.1").status_code == 303
    submit_form(browser, f"{desk}/freeze")
    officer = signed_in_client(app, factories.create_staff(institution))
    assert submit_form(officer, desk, f"{desk}/reply", body="Kami setuju.").status_code == 303
    assert submit_form(browser, f"{desk}/publish").status_code == 303
    page = anonymous_client(app).get(f"/en/scores/{assessment.process.slug}/assessments").text
    assert "Separuh" in page and "Kami setuju." in page


def test_context_page_shows_what_the_map_of_responsibilities_says_beside_its_conditions(app):
    assessment, assessor, _second = create_assessment()
    client, page = signed_in_client(app, assessor), f"/en/desk/assessments/{assessment.id}/context"
    assert client.get(page).text.count("No mandate is stated") == 2
    admin = factories.create_staff(role=Role.ADMIN)
    for _ in range(2):
        state_mandate(admin, "Air", factories.create_institution(), "Perka 3")
    figures = "Topics that several institutions claim: 1. Topics of nobody: 0. Overlaps open: 0"
    assert client.get(page).text.count(figures) == 2


def test_context_page_saves_notes_that_the_other_assessor_does_not_see(app):
    assessment, assessor, second_assessor = create_assessment()
    browser, desk = signed_in_client(app, assessor), f"/en/desk/assessments/{assessment.id}"
    fields = {"EN1-value": "1", "EN1-note": "Rapat teknis tertutup", "legal-value": "wajib"}
    assert submit_form(browser, f"{desk}/context", **fields).status_code == 303
    assert "Rapat teknis tertutup" in browser.get(f"{desk}/context").text
    other = signed_in_client(app, second_assessor)
    assert "Rapat teknis" not in other.get(f"{desk}/context").text + other.get(desk).text
    assert "No plan was frozen" in browser.get(f"{desk}/pledges").text
    assert db.session.query(Assessment).one().stage == AssessmentStage.EX_POST


def test_practices_page_saves_practices(app):
    assessment, assessor, _second_assessor = create_judgement()
    browser, desk = signed_in_client(app, assessor), f"/en/desk/assessments/{assessment.id}"
    assert (
        submit_form(browser, f"{desk}/practices", **{"CC1-body": "Rapat terbuka"}).status_code
        == 303
    )
    assert "Rapat terbuka" in browser.get(f"{desk}/practices").text


def test_scoreboard_shows_planned_judged_and_logged_scores(app, clock):
    process = publish_judgement(clock, "0")
    publish_judgement(clock, "2", {"DP3": "Setiap proyek memuat nomor usulan."})
    store_all_scores()
    page = anonymous_client(app).get(f"/en/scores/{process.slug}").text
    assert "Correlation with projects" in page
    evaluator = anonymous_client(app).get(f"/en/scores/{process.slug}/all").text
    assert "Setiap proyek memuat nomor usulan." in evaluator and "grade B" in evaluator


def test_desk_lists_assessments_awaiting_a_reply(app):
    institution = factories.create_institution()
    assessment, assessor, _second_assessor = create_judgement(
        process=factories.create_process(institution)
    )
    officer = factories.create_staff(institution)
    browser, heading = signed_in_client(app, officer), "Judgements you may reply to"
    assert heading not in browser.get("/en/desk").text
    freeze_assessment(assessor, assessment)
    assert heading in browser.get("/en/desk").text
    reply_to_assessment(officer, assessment, "Kami setuju.")
    assert heading not in browser.get("/en/desk").text


def test_desk_does_not_promise_a_reply_until_a_day_that_is_over(app, clock):
    institution = factories.create_institution()
    assessment, assessor, _second_assessor = create_judgement(
        process=factories.create_process(institution, days=200)
    )
    freeze_assessment(assessor, assessment)
    officer = factories.create_staff(institution)
    assert "may reply until" in signed_in_client(app, officer).get("/en/desk").text
    clock.shift(60 * 86400)
    page = signed_in_client(app, officer).get("/en/desk").text
    assert "may reply until" not in page and "until the assessment is published" in page


def test_criterion_page_refuses_evidence_dated_in_the_future(app):
    assessment, assessor, _second_assessor = create_assessment()
    page = f"/en/desk/assessments/{assessment.id}/criteria/DP3"
    fields = {"DP3.1-value": "2", "DP3.1-kind": "log", "DP3.1-reference": "x"}
    refused = submit_form(
        signed_in_client(app, assessor), page, **fields, **{"DP3.1-dated": "2099-01-01"}
    )
    assert refused.status_code == 422 and "still to come" in refused.text


@pytest.fixture
def added_question(monkeypatch):
    """Add a question to the framework as loaded from its file."""
    framework = deepcopy(assessment_queries.load_framework())
    question = {
        "question": "DP3.9",
        "en": "Is it told on paper?",
        "id": "Apakah diumumkan tercetak?",
    }
    framework["criteria"]["DP3"]["questions"].append(question)
    framework["rubric"]["DP3.9"] = framework["rubric"]["DP3.1"]
    cached_queries = (assessment_queries.questions, assessment_queries.question_ids)
    for cached in cached_queries:
        cached.cache_clear()
    monkeypatch.setattr(assessment_queries, "load_framework", lambda _version=None: framework)
    yield
    for cached in cached_queries:
        cached.cache_clear()


def test_question_added_to_the_framework_file_appears_on_the_page(app, added_question):
    assessment, assessor, _second_assessor = create_assessment()
    browser = signed_in_client(app, assessor)
    page = f"/id/desk/assessments/{assessment.id}/criteria/DP3"
    assert "Apakah diumumkan tercetak?" in browser.get(page).text
    fields = {"DP3.9-value": "2", "DP3.9-kind": "document", "DP3.9-dated": "2026-03-01"}
    assert (
        submit_form(browser, page, **fields, **{"DP3.9-reference": "Papan desa"}).status_code == 303
    )
    factories.reload(assessment)
    assert assessment_queries.judgement_by(assessment, assessment.assessors[0])["DP3.9"] == "2"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"reason": "Alasan"}, "Choose an answer for this reason."),
        ({"value": "1", "reference": "Notulen"}, "Choose the kind of this evidence."),
        ({"value": "1", "dated": "2026-02-01"}, "Choose the kind of this evidence."),
    ],
)
def test_question_page_keeps_what_an_answer_or_a_kind_is_missing_for(app, fields, error):
    assessment, first, _second = create_assessment()
    page = f"/en/desk/assessments/{assessment.id}/criteria/DP1.4"
    typed = {f"DP1.4-{name}": value for name, value in fields.items()}
    answer = submit_form(signed_in_client(app, first), page, **typed)
    assert answer.status_code == 422 and error in answer.text
    assert list(fields.values())[-1] in answer.text


def test_note_needs_an_outcome(app):
    form = OutcomeForm(MultiDict({"note": "Notulen"}))
    assert not form.validate() and len(form.outcome.errors) == 1


def test_wrong_date_is_not_also_called_missing(app):
    form = InterviewForm(MultiDict({"dated": "kemarin", "title": "Warga"}))
    form.today = date(2026, 3, 1)
    form.validate()
    assert len(form.dated.errors) == 1


def test_page_before_saving_lists_context_and_pledges(app):
    assessment, first, _second = create_assessment(AssessmentStage.EX_ANTE)
    write_context_notes(first, assessment, {"EN1": ("1", "Rapat teknis"), "legal": ("kuat", "")})
    pledge = PledgeInput("", "Menyiarkan rapat", date(2026, 6, 1))
    write_pledges(first, assessment, {"DP1.4": pledge})
    page = f"/en/desk/assessments/{assessment.id}/save"
    html = signed_in_client(app, first).get(page).text
    assert "Rapat teknis" in html and "kuat" in html and "Menyiarkan rapat" in html


def test_page_of_one_question_has_it_once_as_a_heading(app):
    assessment, first, _second = create_assessment()
    page = f"/en/desk/assessments/{assessment.id}/criteria/DP1.4"
    html = signed_in_client(app, first).get(page).text
    assert len(re.findall(r"<h[1-6][^>]*>\s*DP1.4 ", html)) == 1


def test_settling_names_a_pledge_in_words(app):
    assessment, first, second = create_assessment(AssessmentStage.EX_ANTE)
    for person, action in ((first, "Menyiarkan rapat"), (second, "Mencetak notulen")):
        rate_question(person, assessment, "DP3.1", "2", "", EVIDENCE)
        pledge = PledgeInput("", action, date(2026, 6, 1))
        write_pledges(person, assessment, {"DP1.4": pledge})
        save_judgement(person, assessment)
    adjudicate_difference(first, assessment, "pledge:DP1.4", "1", "Lebih jelas")
    page = f"/en/desk/assessments/{assessment.id}/settle"
    html = signed_in_client(app, second).get(page).text
    summary = re.search(r"<summary>\s*(Settle[^<]*)</summary>", html)[1]
    assert summary.strip() == "Settle: Pledge on DP1.4"


def test_report_shows_the_planned_score_beside_the_judged_one(app, clock):
    process = factories.create_process()
    plan, *assessors = create_assessment(AssessmentStage.EX_ANTE, process)
    for person in assessors:
        rate_question(person, plan, "DP3.1", "1", "", EVIDENCE)
        save_judgement(person, plan)
    freeze_assessment(assessors[0], plan)
    publish_judgement(clock, "2", process=process)
    store_all_scores()
    html = anonymous_client(app).get(f"/en/scores/{process.slug}/report").text
    assert re.search(r"planned 50 ·\s+judged\s+100", html)
