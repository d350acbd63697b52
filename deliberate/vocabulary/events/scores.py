"""Kinds of acts on assessments and coded samples."""

from deliberate.vocabulary.codes import AssessmentStage, SampleKind
from deliberate.vocabulary.details import detail
from deliberate.vocabulary.events.event import PRIVATE, PUBLIC, Event


class AssessmentFrozen(Event, kind="assessment.frozen", visibility=PUBLIC):
    """An assessment was frozen."""

    stage: AssessmentStage = detail("before or after the process")
    hash: str = detail("SHA-256 of the assessment")


class AssessmentPublished(Event, kind="assessment.published", visibility=PUBLIC):
    """An assessment was published."""

    stage: AssessmentStage = detail("before or after the process")


class SampleDrawn(Event, kind="sample.drawn", visibility=PUBLIC):
    """A random sample of texts was drawn for coding."""

    of: SampleKind = detail("what is coded")
    size: int = detail("number of texts")
    seed: int = detail("seed of the random numbers")


class CommentCoded(Event, kind="comment.coded", visibility=PRIVATE):
    """A coder rated the reasons of a comment, from 0 to 3."""

    reason: int = detail("the rating")


class AnswerAudited(Event, kind="answer.audited", visibility=PRIVATE):
    """A reader audited the reasons of a response."""

    confirmed: bool = detail("reasons were found")


class GroupDeclared(Event, kind="group.declared", visibility=PRIVATE):
    """A person declared a group."""

    field: str = detail("which field; never the value")
