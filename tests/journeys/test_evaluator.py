"""Journey: an assessment before and one after a process, by two who do not see each other."""

from dataclasses import dataclass

import pytest

from deliberate.models import Person, Process
from deliberate.vocabulary import Role
from tests import factories
from tests.journeys.facts import Site
from tests.journeys.town import Town
from tests.journeys.walker import Walker

PLEDGE = "Undang perempuan"


@dataclass
class Evaluation:
    """A process, its two assessors and an officer of its institution."""

    town: Town
    process: Process
    assessors: tuple[Person, Person]
    officer: Person

    def published(self) -> str:
        """Return the text of the page of published assessments."""
        return Site(self.town.app).page(f"/scores/{self.process.slug}/assessments").text


@pytest.fixture
def evaluation(town: Town) -> Evaluation:
    institution = factories.create_institution("sarpras")
    process = factories.create_process(institution, days=60)
    assessors = (town.staff(role=Role.EVALUATOR), town.staff(role=Role.EVALUATOR))
    return Evaluation(town, process, assessors, town.staff(institution))


def test_process_is_assessed_before_and_after(evaluation: Evaluation) -> None:
    _assess(evaluation, "ex_ante")
    plan = evaluation.published()
    assert f"DP1.4 {PLEDGE} Kantor sarpras 1 May 2026 not due yet IN2.1 at least 60 of 100" in plan
    _assess(evaluation, "ex_post")
    judged = evaluation.published()
    assert "After the process, version 1" in judged
    assert f"DP1.4 {PLEDGE} Kantor sarpras 1 May 2026 late Terlambat sepekan." in judged
    assert "target not measured" in judged


def _assess(evaluation: Evaluation, stage: str) -> None:
    """Assess in two, settle the difference, freeze, let the institution reply, publish."""
    town, (first, second) = evaluation.town, evaluation.assessors
    visit = town.sign_in(first).follow("Desk")
    visit.press("Begin", about=evaluation.process.slug, stage=stage)
    _answer(visit, "1", stage)
    assert not visit.offers("Look before freezing")
    other = town.sign_in(second).follow("Desk").follow("Jalan teduh", near="in progress")
    assert "1: partly" not in other.main.text
    other.press("Assess this too")
    _answer(other, "2", stage)
    other.follow("Settle 1 difference")
    reason = {"DP1.4-value": "2", "DP1.4-reason": "Lihat juknis."}
    other.press("Propose it", near="Settle: DP1.4", **reason)
    visit.follow("Assessments").follow("Jalan teduh", near="in progress")
    visit.follow("Settle 1 difference").press("I agree").follow("Back to the assessment")
    visit.follow("Look before freezing").press("Freeze it")
    assert not visit.offers("Look before publishing")
    reply = town.sign_in(evaluation.officer).follow("Desk").follow("Jalan teduh")
    reply.press("Send the reply", body="Terima kasih.")
    visit.follow("Assessments").follow("Jalan teduh", near="frozen")
    visit.follow("Look before publishing").press("Publish it")
    visit.follow("As everybody reads it")
    assert "Terima kasih." in visit.text and "Lihat juknis." in visit.text


def _answer(visit: Walker, value: str, stage: str) -> None:
    """Answer one question with evidence, note the pledge or its outcome, and save."""
    evidence = {
        "DP1.4-value": value,
        "DP1.4-kind": "document",
        "DP1.4-dated": "2026-02-01",
        "DP1.4-reference": "Juknis, hlm. 4",
    }
    visit.follow("DP Democratic participants").press("Save and back", **evidence)
    if stage == "ex_post":
        visit.follow("What became of the pledges")
        visit.press("Save it", **{"p1-outcome": "late", "p1-note": "Terlambat sepekan."})
    else:
        pledge = {
            "new1-question": "DP1.4",
            "new1-action": PLEDGE,
            "new1-owner": "sarpras",
            "new1-due_on": "2026-05-01",
            "new1-indicator": "IN2.1",
            "new1-goal": "at_least",
            "new1-target": "60",
        }
        visit.follow("Pledges of the plan").press("Save the pledges", **pledge)
    visit.follow("I am done: look before I save").press("Save my judgement")
    assert "can no longer be changed" in visit.message
