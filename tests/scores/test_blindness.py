"""No page shows an assessor what the other entered before both have saved."""

from datetime import date

import pytest

from deliberate.operations.scores.assessment_publishing import freeze_assessment
from deliberate.operations.scores.assessments import (
    EvidenceInput,
    PledgeInput,
    RatingInput,
    begin_assessment,
    join_assessment,
    rate_questions,
    save_judgement,
    write_pledges,
)
from deliberate.operations.scores.study_sources import SourceInput, add_source
from deliberate.vocabulary import AssessmentStage, EvidenceKind
from tests.client import signed_in_client, submit_form
from tests.scores.test_assessments import create_assessment

SECRET = "zqrahasia"
STEPS = {
    "reason": ("criteria/DP1.4", {"DP1.4-value": "2", "DP1.4-reason": SECRET}),
    "evidence": (
        "criteria/DP1.2",
        {
            "DP1.2-value": "1",
            "DP1.2-kind": "document",
            "DP1.2-dated": "2026-02-01",
            "DP1.2-reference": SECRET,
        },
    ),
    "condition": ("context", {"EN1-value": "1", "EN1-note": SECRET}),
    "factor": ("context", {"legal-value": SECRET}),
    "pledge": (
        "pledges",
        {"new1-question": "DP1.4", "new1-action": SECRET, "new1-due_on": "2026-05-01"},
    ),
}


def pages_of(assessment):
    """Return the paths of every page that an assessor can open of a draft."""
    desk = f"/en/desk/assessments/{assessment.id}"
    study = f"/en/desk/studies/{assessment.process.slug}"
    names = ("DP", "CC", "IU", "DP1", "DP1.4", "DP1.2")
    own = [f"{desk}/{page}" for page in ("context", "pledges", "save", "settle", "freeze")]
    asked = [f"{desk}/criteria/{name}" for name in names]
    lists = ["/en/desk", "/en/desk/assessments", study, f"{study}/excerpts"]
    public = f"/en/scores/{assessment.process.slug}/assessments"
    return [desk, *own, *asked, *lists, public, f"{public}/{assessment.id}.json"]


@pytest.mark.parametrize("step", STEPS)
def test_entry_of_one_assessor_is_on_no_page_of_the_other(app, step):
    assessment, first, second = create_assessment(AssessmentStage.EX_ANTE)
    page, fields = STEPS[step]
    browser = signed_in_client(app, first)
    written = submit_form(browser, f"/en/desk/assessments/{assessment.id}/{page}", **fields)
    assert written.status_code == 303
    save_if_evidenced(step, first, assessment)
    other = signed_in_client(app, second)
    read = {path: other.get(path).text for path in pages_of(assessment)}
    assert [path for path, text in read.items() if SECRET in text] == []


def test_saved_judgement_is_on_no_page_of_the_other_before_they_save(app):
    assessment, first, second = create_assessment(AssessmentStage.EX_ANTE)
    browser = signed_in_client(app, first)
    for page, fields in STEPS.values():
        path = f"/en/desk/assessments/{assessment.id}/{page}"
        assert submit_form(browser, path, **fields).status_code == 303
    other = signed_in_client(app, second)
    save_judgement(first, assessment)
    read = {path: other.get(path).text for path in pages_of(assessment)}
    assert [path for path, text in read.items() if SECRET in text] == []


def test_outcome_of_a_pledge_is_on_no_page_of_the_other(app):
    plan, first, second = create_assessment(AssessmentStage.EX_ANTE)
    evidence = EvidenceInput(EvidenceKind.DOCUMENT, date(2026, 2, 1), "Juknis")
    for person in (first, second):
        rate_questions(person, plan, [RatingInput("DP1.4", "2", evidence=evidence)])
        write_pledges(person, plan, {"DP1.4": PledgeInput("", "Undang", date(2026, 5, 1))})
        save_judgement(person, plan)
    freeze_assessment(first, plan)
    judgement = begin_assessment(first, plan.process, AssessmentStage.EX_POST)
    join_assessment(second, judgement)
    path = f"/en/desk/assessments/{judgement.id}/pledges"
    fields = {f"p{plan.pledges[0].id}-outcome": "late", f"p{plan.pledges[0].id}-note": SECRET}
    assert submit_form(signed_in_client(app, first), path, **fields).status_code == 303
    other = signed_in_client(app, second)
    read = {address: other.get(address).text for address in pages_of(judgement)}
    assert [address for address, text in read.items() if SECRET in text] == []


def save_if_evidenced(step, person, assessment):
    """Save the judgement where it may be saved: hidden it stays until the other has saved."""
    if step == "evidence":
        save_judgement(person, assessment)


def test_use_of_a_shared_source_is_hidden_from_the_other_assessor(app):
    assessment, first, second = create_assessment()
    paper = SourceInput(title="Laporan", dated=date(2026, 2, 1))
    source = add_source(first, assessment.process, EvidenceKind.DOCUMENT, paper)
    page = f"/en/desk/assessments/{assessment.id}/criteria/DP1.2"
    fields = {"DP1.2-value": "1", "DP1.2-sources": str(source.id)}
    assert submit_form(signed_in_client(app, first), page, **fields).status_code == 303
    study = f"/en/desk/studies/{assessment.process.slug}"
    assert "DP1.2" in signed_in_client(app, first).get(study).text
    other = signed_in_client(app, second)
    assert "DP1.2" not in other.get(study).text
    assert "checked" not in other.get(page).text


@pytest.mark.parametrize(
    ("target", "status"),
    [("60", 303), ("101", 422), ("60%", 422), ("90 orang", 422), ("-5", 422), ("", 422)],
)
def test_target_is_in_the_unit_of_its_indicator(app, target, status):
    assessment, first, _second = create_assessment(AssessmentStage.EX_ANTE)
    page = f"/en/desk/assessments/{assessment.id}/pledges"
    fields = {
        "new1-question": "DP1.2",
        "new1-action": "Empat kunjungan",
        "new1-due_on": "2026-05-01",
        "new1-indicator": "IN2.1",
        "new1-goal": "at_least",
        "new1-target": target,
    }
    browser = signed_in_client(app, first)
    answer = submit_form(browser, page, **fields)
    is_kept = "Empat kunjungan" in browser.get(page).text
    assert (answer.status_code, is_kept) == (status, status == 303)
    assert status == 303 or "Empat kunjungan" in answer.text


def test_plan_of_one_assessor_needs_six_pages_and_ninety_entries_at_most(app):
    assessment, first, _second = create_assessment(AssessmentStage.EX_ANTE)
    paper = SourceInput(title="Laporan", dated=date(2026, 2, 1))
    add_source(first, assessment.process, EvidenceKind.DOCUMENT, paper)
    browser, desk = signed_in_client(app, first), f"/en/desk/assessments/{assessment.id}"
    pages = ["criteria/DP", "criteria/CC", "criteria/IU", "context", "pledges", "save"]
    names = set()
    for page in pages:
        text = browser.get(f"{desk}/{page}").text
        form = text[text.index("<main") :]
        names |= {part.split('"', 1)[0] for part in form.split(' name="')[1:]}
    entries = names - {"form_key", "csrf_token", "go"}
    assert len(pages) <= 6 and 60 < len(entries) <= 90
