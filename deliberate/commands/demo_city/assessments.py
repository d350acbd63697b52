"""Assessments of the sample city: plans frozen before, judgements after, a sample coded by two."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from deliberate.commands.demo_city.actions import Action, Table, seeded_random
from deliberate.commands.demo_city.casework import CaseworkActs
from deliberate.models import Assessment, Institution, Person, Process, Sample
from deliberate.operations.scores import assessment_publishing as assessment_publishing_operations
from deliberate.operations.scores import assessments as assessment_operations
from deliberate.operations.scores import coding as coding_operations
from deliberate.operations.scores import settling as settling_operations
from deliberate.operations.scores.assessments import EvidenceInput, PledgeInput, RatingInput
from deliberate.queries.scores.studies.pledges import pledges_in_force
from deliberate.queries.scores.studies.settling import proposal_fingerprint, unresolved_differences
from deliberate.vocabulary import AssessmentStage, EvidenceKind, PledgeState, SampleKind, TargetGoal

WORDS_PER_GRADE = (9, 22, 45)
"""Word counts from which the invented coders see a hinted, one, or several reasons."""
DISAGREEMENT_RATE = 0.12
"""Share of comments that the second coder grades one higher or lower."""


def assessment_actions(plans: Sequence[Table], samples: Sequence[Table]) -> Iterator[Action]:
    """Yield the actions that freeze and publish each assessment and draw and code each sample."""
    for entry in plans:
        where = f"assessments.toml: {entry['process']} {entry['stage']}"
        yield Action(entry["frozen"], "freeze_assessment", where, (entry,))
        if "published" in entry:
            yield Action(entry["published"], "publish_assessment", where, (entry,))
    for entry in samples:
        where = f"assessments.toml: sample of {entry['process']}"
        yield Action(entry["day"], "draw_sample", where, (entry,))
        chance = seeded_random(f"codes {entry['process']}")
        for position in range(1, entry["size"] + 1):
            for number, coder in enumerate(entry["coders"]):
                day = entry["day"] + 1 + number + 0.8 * position / entry["size"]
                seed = chance.random() if number else None
                yield Action(day, "code_comment", where, (coder, entry["process"], position, seed))


class EvaluatorActs(CaseworkActs):
    """The acts of the city and those of its evaluators."""

    def freeze_assessment(self, entry: Table) -> None:
        """Let two people rate and adjudicate, then freeze the assessment."""
        first, second = (self._get(Person, key) for key in entry["by"])
        process, stage = self._get(Process, entry["process"]), AssessmentStage(entry["stage"])
        assessment = assessment_operations.begin_assessment(first, process, stage)
        assessment_operations.join_assessment(second, assessment)
        for position, person in enumerate((first, second)):
            assessment_operations.rate_questions(
                person, assessment, list(self._ratings(entry, position))
            )
            self._add_context(person, assessment, entry)
        for person in (first, second):
            assessment_operations.save_judgement(person, assessment)
        for question, (value, reason) in entry.get("adjudicated", {}).items():
            settling_operations.adjudicate_difference(first, assessment, question, value, reason)
            proposal = next(row for row in assessment.adjudications if row.question == question)
            seen = proposal_fingerprint(proposal)
            settling_operations.agree_to_settlement(second, assessment, question, seen)
        if stage == AssessmentStage.EX_POST:
            assessment_operations.write_practices(first, assessment, entry.get("practices", {}))
        if unresolved := unresolved_differences(assessment):
            raise ValueError(f"{', '.join(unresolved)} not adjudicated")
        assessment_publishing_operations.freeze_assessment(first, assessment)
        self._register((entry["process"], entry["stage"]), assessment)

    def _ratings(self, entry: Table, position: int) -> Iterator[RatingInput]:
        for question, (values, kind, day, reference) in entry["ratings"].items():
            dated = self.first_day + timedelta(days=int(day))
            evidence = EvidenceInput(EvidenceKind(kind), dated, reference)
            yield RatingInput(question, values[position], "", evidence)

    def _add_context(self, person: Person, assessment: Assessment, entry: Table) -> None:
        assessment_operations.write_context_notes(person, assessment, entry.get("context", {}))
        if assessment.stage == AssessmentStage.EX_ANTE:
            pledges = entry.get("pledges", {}).items()
            assessment_operations.write_pledges(
                person, assessment, {name: self._pledge_input(pledge) for name, pledge in pledges}
            )
            return
        in_force = {row.question: row for row in pledges_in_force(assessment.process_id)}
        outcomes = entry.get("outcomes", {}).items()
        assessment_operations.record_pledge_outcomes(
            person,
            assessment,
            [(in_force[name], PledgeState(outcome), note) for name, (outcome, note) in outcomes],
        )

    def _pledge_input(self, entry: Mapping[str, Any]) -> PledgeInput:
        return PledgeInput(
            entry["plan"],
            entry["what"],
            self.first_day + timedelta(days=int(entry["due"])),
            self._get(Institution, entry["owner"]),
            entry["indicator"],
            TargetGoal.AT_LEAST,
            entry["target"],
        )

    def publish_assessment(self, entry: Table) -> None:
        """Let the institutions reply, then publish the assessment."""
        assessment = self._get(Assessment, (entry["process"], entry["stage"]))
        for officer, body in entry.get("replies", {}).items():
            assessment_publishing_operations.reply_to_assessment(
                self._get(Person, officer), assessment, body
            )
        assessment_publishing_operations.publish_assessment(
            self._get(Person, entry["by"][0]), assessment
        )

    def draw_sample(self, entry: Table) -> None:
        """Draw a random sample of comments."""
        process = self._get(Process, entry["process"])
        drawer = self._get(Person, entry["coders"][0])
        sample = coding_operations.draw_sample(
            drawer, process, SampleKind.REASONS, entry["size"], entry["seed"]
        )
        self._register(entry["process"], sample)

    def code_comment(self, coder: str, slug: str, position: int, chance: float | None) -> None:
        """Let a coder grade the reasons of one comment."""
        item = self._get(Sample, slug).items[position - 1]
        arguments = len(item.comment.body.split()) if item.comment else 0
        grade = sum(arguments >= least for least in WORDS_PER_GRADE)
        if chance is not None and chance < DISAGREEMENT_RATE:
            up = random.Random(chance).random() < 0.5  # noqa: S311  # nobody is to be surprised
            grade = min(3, grade + 1) if up else max(0, grade - 1)
        coding_operations.code_comment(self._get(Person, coder), item, grade)
