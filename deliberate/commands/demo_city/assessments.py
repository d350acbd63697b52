"""The sample city judged: plans frozen before, judgements after, a sample coded by two people."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from deliberate.commands.demo_city.actions import Action, Table, chance_of
from deliberate.commands.demo_city.events import Acts
from deliberate.models import Assessment, Institution, Person, Process, Sample
from deliberate.operations.scores import assessment_publishing as assessment_publishing_operations
from deliberate.operations.scores import assessments as assessment_operations
from deliberate.operations.scores import coding as coding_operations
from deliberate.operations.scores.assessments import Promise, Shown
from deliberate.queries.scores.assessments import open_pledges, undecided
from deliberate.vocabulary import EvidenceKind, PledgeState, SampleOf, Stage

WORDS_FOR = (9, 22, 45)
"""From how many words on the invented coders see a reason hinted at, one, or several."""
SEES_OTHERWISE = 0.12
"""How often the second of them sees a comment one grade higher or lower."""


def judged(plans: Sequence[Table], samples: Sequence[Table]) -> Iterator[Action]:
    """Each assessment frozen and published, each sample drawn and coded."""
    for told in plans:
        where = f"assessments.toml: {told['process']} {told['stage']}"
        yield Action(told["frozen"], "freeze_assessment", where, (told,))
        if "published" in told:
            yield Action(told["published"], "publish_assessment", where, (told,))
    for told in samples:
        where = f"assessments.toml: sample of {told['process']}"
        yield Action(told["day"], "draw_sample", where, (told,))
        chance = chance_of(f"codes {told['process']}")
        for place in range(1, told["size"] + 1):
            for number, coder in enumerate(told["coders"]):
                day = told["day"] + 1 + number + 0.8 * place / told["size"]
                seed = chance.random() if number else None
                yield Action(day, "code_comment", where, (coder, told["process"], place, seed))


class Judging(Acts):
    """The acts of the city, and those of its evaluators."""

    def freeze_assessment(self, told: Table) -> None:
        """Two people rate, settle what differs, and the assessment is frozen."""
        one, other = (self._the(Person, key) for key in told["by"])
        process, stage = self._the(Process, told["process"]), Stage(told["stage"])
        found = assessment_operations.begin_assessment(one, process, stage)
        assessment_operations.join_assessment(other, found)
        for place, person in enumerate((one, other)):
            assessment_operations.rate_all(person, found, list(self._ratings(told, place)))
        self._beside(one, found, told)
        for person in (one, other):
            assessment_operations.save_judgement(person, found)
        for question, (value, why) in told.get("adjudicated", {}).items():
            assessment_operations.adjudicate(one, found, question, value, why)
        if left := undecided(found):
            raise ValueError(f"{', '.join(left)} not adjudicated")
        assessment_publishing_operations.freeze_assessment(one, found)
        self._keep((told["process"], told["stage"]), found)

    def _ratings(self, told: Table, place: int) -> Iterator[assessment_operations.Rating]:
        for question, (values, kind, day, reference) in told["ratings"].items():
            dated = self.first_day + timedelta(days=int(day))
            yield question, values[place], "", Shown(EvidenceKind(kind), dated, reference)

    def _beside(self, one: Person, found: Assessment, told: Table) -> None:
        for question, told_pledge in told.get("pledges", {}).items():
            assessment_operations.promise(one, found, question, self._promise(told_pledge))
        assessment_operations.note_context(one, found, told.get("context", {}))
        if found.stage == Stage.EX_POST:
            assessment_operations.tell_practices(one, found, told.get("practices", {}))
            pledges = {pledge.question: pledge for pledge in open_pledges(found.process_id)}
            outcomes = told.get("outcomes", {}).items()
            assessment_operations.find_outcomes(
                one, found, [(pledges[name], PledgeState(o), note) for name, (o, note) in outcomes]
            )

    def _promise(self, told: Mapping[str, Any]) -> Promise:
        due = self.first_day + timedelta(days=int(told["due"]))
        owner = self._the(Institution, told["owner"])
        return Promise(told["plan"], told["what"], due, owner, told["indicator"], told["target"])

    def publish_assessment(self, told: Table) -> None:
        """The institutions reply, and the assessment is shown to everybody."""
        found = self._the(Assessment, (told["process"], told["stage"]))
        for officer, body in told.get("replies", {}).items():
            assessment_publishing_operations.reply_to(self._the(Person, officer), found, body)
        assessment_publishing_operations.publish_assessment(self._the(Person, told["by"][0]), found)

    def draw_sample(self, told: Table) -> None:
        """Comments are drawn by chance."""
        process = self._the(Process, told["process"])
        drawer = self._the(Person, told["coders"][0])
        sample = coding_operations.draw_sample(
            drawer, process, SampleOf.REASONS, told["size"], told["seed"]
        )
        self._keep(told["process"], sample)

    def code_comment(self, coder: str, slug: str, place: int, chance: float | None) -> None:
        """A coder grades one comment's reasons."""
        item = self._the(Sample, slug).items[place - 1]
        words = len(item.comment.body.split()) if item.comment else 0
        grade = sum(words >= least for least in WORDS_FOR)
        if chance is not None and chance < SEES_OTHERWISE:
            up = random.Random(chance).random() < 0.5  # noqa: S311  # nobody is to be surprised
            grade = min(3, grade + 1) if up else max(0, grade - 1)
        coding_operations.code_comment(self._the(Person, coder), item, grade)
