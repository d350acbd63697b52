"""Forms of an assessment: ratings, evidence, pledges, context, adjudication and reply."""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from deliberate.forms import REQUIRED, TOO_LONG, LocalizedForm
from deliberate.forms.polls.polls import CheckboxesField
from deliberate.forms.responses import DayField

VALUES = (
    SelectChoice("0", _("0: not met")),
    SelectChoice("1", _("1: partly")),
    SelectChoice("2", _("2: met")),
    SelectChoice("NA", _("Not applicable (say why)")),
    SelectChoice("NE", _("No evidence")),
)
EVIDENCE = (
    SelectChoice("", _("none to add")),
    SelectChoice("interview", _("Interview")),
    SelectChoice("observation", _("Observation")),
    SelectChoice("document", _("Document")),
    SelectChoice("log", _("Log")),
)
CONDITION_VALUES = (
    SelectChoice("0", _("0: hinders")),
    SelectChoice("1", _("1: mixed")),
    SelectChoice("2", _("2: favourable")),
    SelectChoice("NE", _("No evidence")),
)
GOALS = (
    SelectChoice("", "–"),
    SelectChoice("at_least", _("at least")),
    SelectChoice("at_most", _("at most")),
)
OUTCOMES = (
    SelectChoice("kept", _("kept as promised")),
    SelectChoice("late", _("kept late")),
    SelectChoice("broken", _("broken")),
)
STAGES = (
    SelectChoice("ex_ante", _("Before the process: what is planned")),
    SelectChoice("ex_post", _("After the process: what resulted")),
)


class RatingForm(LocalizedForm):
    """The assessor's answer to one question and one piece of evidence.

    `today`, the day where the process is, must be set before validation.
    """

    today: date

    value = RadioField(_("Your answer"), [Optional()], choices=VALUES)
    reason = TextAreaField(_("Why"), [Length(max=2000, message=TOO_LONG)])
    sources = CheckboxesField(_("Sources of the study"), coerce=int)
    kind = SelectField(_("Add evidence"), choices=EVIDENCE, default="")
    dated = DayField(_("Its date"))
    reference = StringField(_("Where it can be found"), [Length(max=500, message=TOO_LONG)])

    def validate_reason(self, field: TextAreaField) -> None:
        """Require a reason where the question does not apply, and an answer for a reason."""
        if field.data and not self.value.data:
            raise ValidationError(_("Choose an answer for this reason."))
        if self.value.data == "NA" and not (field.data or "").strip():
            raise ValidationError(_("Say why the question does not apply."))

    def validate_sources(self, field: CheckboxesField) -> None:
        """Require an answer for sources."""
        if field.data and not self.value.data:
            raise ValidationError(_("Choose an answer for this evidence."))

    def validate_kind(self, field: SelectField) -> None:
        """Require an answer for evidence, and the kind of what has a date or a reference."""
        if field.data and not self.value.data:
            raise ValidationError(_("Choose an answer for this evidence."))
        if not field.data and (self.dated.data or self.reference.data):
            raise ValidationError(_("Choose the kind of this evidence."))

    def validate_dated(self, field: DayField) -> None:
        """Require a date for evidence, not in the future."""
        if self.kind.data and field.day is None:
            raise ValidationError(_("Give the date of the evidence."))
        if field.day is not None and field.day > self.today:
            raise ValidationError(_("This date is still to come."))

    def validate_reference(self, field: StringField) -> None:
        """Require a reference for evidence."""
        if self.kind.data and not (field.data or "").strip():
            raise ValidationError(_("Enter where the evidence can be found."))


class PledgeForm(LocalizedForm):
    """A pledge of a plan; empty where nothing is promised."""

    question = SelectField(_("Question"), choices=[], default="")
    action = StringField(_("Pledge"), [Length(max=500, message=TOO_LONG)])
    owner = SelectField(_("Responsible"), [Optional()], choices=[])
    due_on = DayField(_("By when"))
    indicator = SelectField(_("Which indicator will show it"), choices=[], default="")
    goal = SelectField(_("Score of the indicator"), choices=GOALS, default="")
    target = StringField(_("Target"), [Length(max=120, message=TOO_LONG)])

    @property
    def is_blank(self) -> bool:
        """Return whether nothing is entered."""
        return not any(str(field.data or "").strip() for field in self)

    def validate_question(self, field: SelectField) -> None:
        """Require the question of a pledge."""
        if not self.is_blank and not field.data:
            raise ValidationError(_("Choose the question of this pledge."))

    def validate_action(self, field: StringField) -> None:
        """Require the text of a pledge."""
        if not self.is_blank and not (field.data or "").strip():
            raise ValidationError(_("Enter what is promised."))

    def validate_due_on(self, field: DayField) -> None:
        """Require a date for a pledge."""
        if not self.is_blank and field.day is None:
            raise ValidationError(_("A pledge has a date."))

    def validate_goal(self, field: SelectField) -> None:
        """Require both parts of a target, and its indicator."""
        if (self.target.data or "").strip() and self.indicator.data and not field.data:
            raise ValidationError(_("Choose “at least” or “at most” for the target."))

    def validate_indicator(self, field: SelectField) -> None:
        """Require the indicator of a target."""
        if self.goal.data and not field.data:
            raise ValidationError(_("Choose the indicator of this target."))

    def validate_target(self, field: StringField) -> None:
        """Require a target in the unit of the indicator: a whole number from 0 to 100."""
        text = (field.data or "").strip()
        if not (self.goal.data or (text and self.indicator.data)):
            return
        if not text.isdecimal() or int(text) > 100:
            raise ValidationError(
                _("The score of this indicator is a number from 0 to 100. Enter a whole number.")
            )


class AdjudicationForm(LocalizedForm):
    """The settled answer to a difference, with a reason."""

    value = RadioField(_("Settled answer"), [DataRequired(_("Choose the settled answer."))])
    reason = TextAreaField(
        _("Reason"), [DataRequired(_("Give the reason.")), Length(max=2000, message=TOO_LONG)]
    )


class SaveJudgementForm(LocalizedForm):
    """Whether readers see the assessor's name."""

    is_named = BooleanField(_("Show my name to readers"))


class AssessmentReplyForm(LocalizedForm):
    """The reply of an institution."""

    body = TextAreaField(
        _("Reply of the institution"),
        [DataRequired(REQUIRED), Length(max=4000, message=TOO_LONG)],
    )


class BeginAssessmentForm(LocalizedForm):
    """The process and the stage of a new assessment."""

    about = SelectField(_("Process"), choices=[])
    stage = RadioField(_("Stage"), [DataRequired(_("Choose the stage."))], choices=STAGES)


class ConditionForm(LocalizedForm):
    """An enabling condition: 0, 1, 2 or no evidence, and a note."""

    value = RadioField(_("Your answer"), [Optional()], choices=CONDITION_VALUES)
    note = StringField(_("Note"), [Optional(), Length(max=500, message=TOO_LONG)])


class FactorForm(LocalizedForm):
    """A context factor: a short code of the assessor's own, and a note."""

    value = StringField(_("In a word"), [Optional(), Length(max=40, message=TOO_LONG)])
    note = StringField(_("Note"), [Optional(), Length(max=500, message=TOO_LONG)])


class PracticesForm(LocalizedForm):
    """What worked, for one criterion."""

    body = TextAreaField(_("What worked here"), [Optional(), Length(max=2000, message=TOO_LONG)])


class OutcomeForm(LocalizedForm):
    """The outcome of one pledge, with what shows it."""

    outcome = RadioField(_("Outcome"), [Optional()], choices=OUTCOMES)
    note = StringField(_("What shows it"), [Length(max=500, message=TOO_LONG)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields; a note needs an outcome."""
        is_valid = super().validate(extra_validators)
        if (self.note.data or "").strip() and not self.outcome.data:
            self.outcome.errors = [gettext("Choose the outcome for this note.")]
            return False
        return is_valid

    def validate_note(self, field: StringField) -> None:
        """Require what shows an outcome."""
        if self.outcome.data and not (field.data or "").strip():
            raise ValidationError(_("Say what shows it: a date, a document, an entry of the log."))
