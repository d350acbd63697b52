"""Kinds of acts on assessments and coded samples."""

from deliberate.vocabulary.codes import (
    AssessmentStage,
    PopulationField,
    QuestionnaireAudience,
    ReasonStage,
    RedactionGround,
    SampleKind,
)
from deliberate.vocabulary.details import detail
from deliberate.vocabulary.events.event import INTERNAL, PRIVATE, PUBLIC, Event


class AssessmentFrozen(Event, kind="assessment.frozen", visibility=PUBLIC):
    """An assessment was frozen."""

    stage: AssessmentStage = detail("before or after the process")
    hash: str = detail("SHA-256 of the assessment")


class AssessmentPublished(Event, kind="assessment.published", visibility=PUBLIC):
    """An assessment was published."""

    stage: AssessmentStage = detail("before or after the process")


class CaseDescribed(Event, kind="case.described", visibility=INTERNAL):
    """An evaluator described what took place elsewhere, to study it here."""


class SourceRedacted(Event, kind="source.redacted", visibility=PUBLIC):
    """The texts of a source of a study were erased after it had been frozen."""

    ground: RedactionGround = detail("why")


class RespondentNameErased(Event, kind="respondent.name_erased", visibility=INTERNAL):
    """The name of a respondent of a study was erased; the pseudonym stays."""


class SampleDrawn(Event, kind="sample.drawn", visibility=PUBLIC):
    """A random sample of texts was drawn for coding."""

    of: SampleKind = detail("what is coded")
    size: int = detail("number of texts")
    seed: int = detail("seed of the random numbers")


class CommentCoded(Event, kind="comment.coded", visibility=PRIVATE):
    """A coder rated the reasons of a comment, from 0 to 3."""

    reason: int = detail("the rating")


class TextCoded(Event, kind="text.coded", visibility=PRIVATE):
    """A coder coded a comment by a code book other than that of reasons."""

    of: SampleKind = detail("the code book")
    code: int = detail("the code")


class CodesImported(Event, kind="codes.imported", visibility=PUBLIC):
    """The codes of a machine were brought in beside those of people, never scored."""

    of: SampleKind = detail("the code book")
    texts: int = detail("number of texts coded")


class AnswerAudited(Event, kind="answer.audited", visibility=PRIVATE):
    """A reader audited the reasons of a response."""

    confirmed: bool = detail("reasons were found")


class PopulationStated(Event, kind="population.stated", visibility=PUBLIC):
    """The shares of groups in the population of a process were stated."""

    fields: list[str] = detail("the fields")
    year: int = detail("year of the newest figures")
    hash: str = detail("SHA-256 of the table as JSON, which the page of the process has")


class GroupDeclared(Event, kind="group.declared", visibility=PRIVATE):
    """A person declared a group."""

    field: PopulationField = detail("which field; never the value")


class GroupRetracted(Event, kind="group.retracted", visibility=PRIVATE):
    """A person took the declaration of a group back."""

    field: PopulationField = detail("which field")


class GroupsCounted(Event, kind="groups.counted", visibility=PRIVATE):
    """The declared groups of the people who took part in a process were counted."""

    round: int = detail("number of the count in the process")
    people: int = detail("people who took part and declared a group")


class BandCounted(Event, kind="band.counted", visibility=PRIVATE):
    """A declared group of the people who took part was counted."""

    round: int = detail("number of the count in the process")
    field: PopulationField = detail("the field")
    band: str = detail("the band of the field; + is all without a row, together")
    people: int = detail("people in it; no small number")


class QuestionnaireOpened(Event, kind="questionnaire.opened", visibility=PUBLIC):
    """A questionnaire about a process opened."""

    audience: QuestionnaireAudience = detail("whom it asks")
    questions: int = detail("number of questions")
    closes: int | None = detail("end of the answers, Unix seconds", default=None)


class QuestionnaireAnswered(Event, kind="questionnaire.answered", visibility=PRIVATE):
    """A person answered a questionnaire; never what."""


class QuestionnairePublished(Event, kind="questionnaire.published", visibility=PUBLIC):
    """The answers of a questionnaire were closed and published in numbers."""

    audience: QuestionnaireAudience = detail("whom it asked")
    people: int = detail("people who answered")
    root: str = detail("hash over all answers in the box")


class ReasonSurveyOpened(Event, kind="reason_survey.opened", visibility=PUBLIC):
    """The two questionnaires of the Deliberative Reason Index were opened for a process."""

    considerations: int = detail("number of considerations")
    preferences: int = detail("number of options")
    hash: str = detail("hash over the statements in both languages")
    before_closes: int | None = detail("end of the answers before, Unix seconds", default=None)
    after_opens: int | None = detail("start of the answers after, Unix seconds", default=None)
    closes: int | None = detail("end of the answers after, Unix seconds", default=None)


class ReasonSurveyAnswered(Event, kind="reason_survey.answered", visibility=PRIVATE):
    """A person answered a survey of reasons; never what."""

    stage: ReasonStage = detail("before or after")


class ReasonSurveyWithdrawn(Event, kind="reason_survey.withdrawn", visibility=PRIVATE):
    """A person took the answers to a survey of reasons back; they were deleted."""


class ReasonSurveyPublished(Event, kind="reason_survey.published", visibility=PUBLIC):
    """A survey of reasons ended: the key between people and answers was deleted."""

    pairs: int = detail("people counted before and after")
    root: str = detail("hash over all answers in the box")
