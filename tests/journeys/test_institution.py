"""Journey: an institution answers a proposal, from the referral to the late commitment."""

from dataclasses import dataclass
from datetime import date

import pytest

from deliberate.database import unrecorded
from deliberate.models import Institution, Person, Proposal
from deliberate.operations.proposals.supports import support_proposal
from tests import factories
from tests.journeys.facts import Site, case_facts, commitment_facts, institution_figures
from tests.journeys.town import Town
from tests.journeys.walker import Walker


@dataclass
class Office:
    """An institution and the officer who works there."""

    institution: Institution
    officer: Person


@pytest.fixture
def offices(town):
    """Return the coordinating institution and those that lead, build roads and pay."""
    return {
        name: Office(institution := factories.create_institution(name), town.staff(institution))
        for name in ("otorita", "sarpras", "jalan", "keuangan")
    }


@pytest.fixture
def proposal(town, offices):
    """Return a proposal that has the support needed; keuangan signs every response."""
    process = factories.create_process(
        offices["sarpras"].institution, threshold=1, days=120, response_days=10
    )
    factories.add_institution(process, offices["keuangan"].institution, "must_sign")
    with unrecorded("test settings") as session:
        session.get_one(Institution, offices["otorita"].institution.id).is_coordinator = True
    proposal = factories.create_proposal(process, town.resident())
    support_proposal(town.resident(), proposal)
    town.new_mails()
    return proposal


class Answer:
    """The story of one proposal: who acts, who is told, and what every page says then."""

    def __init__(self, town: Town, offices: dict[str, Office], proposal: Proposal) -> None:
        self.town, self.offices, self.proposal = town, offices, proposal
        self._names = {office.officer.sign_in_name: name for name, office in offices.items()}
        self._names[proposal.author.sign_in_name] = "author"

    def desk(self, name: str) -> Walker:
        """Return an officer's visit at the desk."""
        return self.town.sign_in(self.offices[name].officer).follow("Desk")

    def case(self, name: str) -> Walker:
        """Return an officer's visit at the case."""
        return self.desk(name).follow(self.proposal.title)

    def id_of(self, name: str) -> str:
        return str(self.offices[name].institution.id)

    def told(self) -> set[str]:
        """Return who got a new mail about the proposal; tests of notices check its words."""
        number = f"[#{self.proposal.id}] "
        mails = (name for name, subject in self.town.new_mails() if number in subject)
        return {self._names[name] for name in mails if name in self._names}

    def figures(self) -> dict[str, dict[str, str]]:
        """Return the figures of each institution, the same on all pages."""
        self._site = Site(self.town.app)
        self._desks = {name: Site(self.town.app, o.officer) for name, o in self.offices.items()}
        return {
            name: institution_figures(self._site, self._desks[name], office.institution)
            for name, office in self.offices.items()
        }

    def waits_for(self, owner: str) -> dict[str, object]:
        """Return what all pages say of the case, which an institution owes."""
        assert self.figures()[owner]["cases"] == "1"
        institutions = [office.institution for office in self.offices.values()]
        facts = case_facts(self._site, self._desks[owner], self.proposal, institutions)
        assert facts["owner"] == f"Kantor {owner}"
        return facts


def test_institution_answers_a_proposal(
    town: Town, offices: dict[str, Office], proposal: Proposal
) -> None:
    answer = Answer(town, offices, proposal)
    _refer(answer)
    _ask_the_author(answer)
    _answer_for_the_time_being(answer)
    _answer_with_signature(answer)
    _keep_commitments(answer)


def _refer(answer: Answer) -> None:
    """A referral lapses and returns, the next one is accepted."""
    assert answer.waits_for("otorita")["due_on"] == date(2026, 3, 16)
    answer.case("otorita").press(
        "Refer publicly", institution=answer.id_of("sarpras"), reason="Halte ada di jalan."
    )
    assert answer.told() >= {"author", "sarpras"}
    answer.town.wait_until(date(2026, 3, 6))
    assert "otorita" in answer.told()
    assert answer.waits_for("otorita")["days_left"] == 6
    visit = answer.case("otorita")
    visit.press("Refer publicly", institution=answer.id_of("jalan"), reason="Halte di jalan.")
    answer.desk("jalan").press("Accept", near=answer.proposal.title).press("Take the case")
    assert "author" in answer.told()
    facts, figures = answer.waits_for("jalan"), answer.figures()
    assert (facts["due_on"], facts["state of work"]) == (date(2026, 3, 16), "in_work")
    assert (figures["otorita"]["cases"], figures["otorita"]["referred"]) == ("0", "2")


def _ask_the_author(answer: Answer) -> None:
    """The deadline is paused by a question and resumed by the author's reply."""
    visit = answer.case("jalan")
    assert not visit.offers("Take the case")
    visit.press("Acknowledge").press("Ask and pause", question="Halte yang mana?", days="5")
    assert answer.told() >= {"author"}
    paused = answer.waits_for("jalan")
    assert (paused["due_on"], paused["days_left"]) == (date(2026, 3, 30), 11)
    answer.town.wait_until(date(2026, 3, 10))
    author = answer.town.sign_in(answer.proposal.author).follow("Messages")
    author.follow("A question to the author")
    assert "Halte yang mana?" in author.text and "until 13 Mar 2026" in author.text
    author.follow("Answer in the thread, then resume the deadline")
    author.press("Post argument", body="Halte Bumi Harapan.", stance="neutral")
    author.press("I answered: resume the deadline")
    assert not author.offers("I answered")
    resumed = answer.waits_for("jalan")
    assert (resumed["due_on"], resumed["days_left"]) == (date(2026, 3, 25), 6)
    assert not answer.case("jalan").offers("Resume the deadline")


def _answer_for_the_time_being(answer: Answer) -> None:
    """An interim answer needs no signature, and the case still waits."""
    visit = answer.case("jalan").follow("Write the response")
    visit.press(
        "Check before publishing",
        decision="needs_study",
        headline="Kami hitung dulu",
        study_until="2026-03-27",
    )
    assert "27 Mar 2026" in visit.text and "must still sign" not in visit.text
    visit.press("Publish and notify")
    assert "Interim answer" in visit.text
    assert "author" in answer.told()
    assert answer.waits_for("jalan")["days_left"] == 6


def _answer_with_signature(answer: Answer) -> None:
    """The final answer is published once the institution that must sign has signed."""
    answer.town.wait_until(date(2026, 3, 16))
    assert "jalan" in answer.told()
    visit = answer.case("jalan").follow("Write the response")
    visit.press("Add a commitment", decision="accepted", headline="Bangku dipasang")
    commitments = {
        "commitments-0-what": "Bangku di Sepaku",
        "commitments-0-due": "2026-03-31",
        "commitments-0-who": answer.id_of("jalan"),
        "commitments-1-what": "Bangku di Bumi Harapan",
        "commitments-1-due": "2026-04-30",
        "commitments-1-who": answer.id_of("sarpras"),
    }
    visit.press("Check before publishing", **commitments)
    assert "Kantor keuangan must still sign" in visit.text and not visit.offers("Publish")
    visit.press("Ask for the signature")
    assert answer.told() >= {"keuangan"}
    signer = answer.case("keuangan")
    assert "Bangku di Bumi Harapan · Kantor sarpras · 30 Apr 2026" in signer.text
    signer.press("Sign for your institution")
    assert not signer.offers("Sign for your institution")
    visit = answer.case("jalan").follow("Continue the response").press("Check before publishing")
    assert "Kantor keuangan has signed" in visit.text
    visit.press("Publish and notify")
    assert "author" in answer.told()
    figures = answer.figures()["jalan"]
    assert (figures["in_time"], figures["median"]) == ("1 of 1", "10 working days n = 1")


def _keep_commitments(answer: Answer) -> None:
    """A commitment is kept late and another in time; all pages say so."""
    answer.town.wait_until(date(2026, 4, 1))
    assert "author" in answer.told()
    assert commitment_facts(Site(answer.town.app), answer.proposal) == {
        "Bangku di Sepaku": ("late", date(2026, 3, 31)),
        "Bangku di Bumi Harapan": ("due", date(2026, 4, 30)),
    }
    answer.figures()
    for name, commitment in (("sarpras", "Bangku di Bumi Harapan"), ("jalan", "Bangku di Sepaku")):
        visit = answer.desk(name).follow("Commitments", near="Questions in threads")
        visit.follow(commitment).press("Publish the step", state="fulfilled")
        assert answer.told() >= {"author"}
    assert commitment_facts(Site(answer.town.app), answer.proposal) == {
        "Bangku di Sepaku": ("fulfilled late", date(2026, 3, 31)),
        "Bangku di Bumi Harapan": ("fulfilled", date(2026, 4, 30)),
    }
    figures = answer.figures()
    assert figures["jalan"]["in_time"] == "1 of 1"
