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
    pledge = {
        "DP1.1-pledge-action": PLEDGE,
        "DP1.1-pledge-owner": "sarpras",
        "DP1.1-pledge-due_on": "2026-05-01",
        "DP1.1-pledge-indicator": "IN2.1",
        "DP1.1-pledge-target": "60",
    }
    _assess(evaluation, "ex_ante", pledge)
    plan = evaluation.published()
    assert f"DP1.1 {PLEDGE} Kantor sarpras 1 May 2026 not due yet IN2.1: 60" in plan
    _assess(evaluation, "ex_post", {})
    judged = evaluation.published()
    assert "After the process, version 1" in judged
    assert f"DP1.1 {PLEDGE} Kantor sarpras 1 May 2026 late IN2.1: 60" in judged


def _assess(evaluation: Evaluation, stage: str, pledge: dict[str, str]) -> None:
    """Assess in two, settle the difference, freeze, let the institution reply, publish."""
    town, (first, second) = evaluation.town, evaluation.assessors
    visit = town.sign_in(first).follow("Desk")
    visit.press("Begin", about=evaluation.process.slug, stage=stage)
    if stage == "ex_post":
        visit.follow("What became of the pledges")
        visit.press("Save it", **{"p1-outcome": "late", "p1-note": "Terlambat sepekan."})
    _answer(visit, "1", pledge)
    assert not visit.offers("Freeze it")
    other = town.sign_in(second).follow("Desk").follow("Jalan teduh", near="in progress")
    assert "1: partly" not in other.main.text
    other.press("Assess this too")
    _answer(other, "2", {})
    reason = {"DP1.1-value": "2", "DP1.1-reason": "Lihat juknis."}
    other.press("Settle it", near="Settle DP1.1", **reason)
    other.press("Freeze it")
    assert not other.offers("Publish it")
    reply = town.sign_in(evaluation.officer).follow("Desk").follow("Jalan teduh")
    reply.press("Send the reply", body="Terima kasih.")
    visit.follow("Assessments").follow("Jalan teduh", near="frozen").press("Publish it")
    visit.follow("As everybody reads it")
    assert "Terima kasih." in visit.text and "Lihat juknis." in visit.text


def _answer(visit: Walker, value: str, pledge: dict[str, str]) -> None:
    """Answer one question with evidence, and save the judgement."""
    evidence = {
        "DP1.1-value": value,
        "DP1.1-kind": "document",
        "DP1.1-dated": "2026-02-01",
        "DP1.1-reference": "Juknis, hlm. 4",
    }
    visit.follow("DP1 ").press("Save and back", **evidence, **pledge)
    visit.press("I am done: save my judgement")
    assert "can no longer be changed" in visit.message
