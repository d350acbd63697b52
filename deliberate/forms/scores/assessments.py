"""Forms of an assessment: ratings, evidence, pledges, context, adjudication and reply."""

from datetime import date

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from deliberate.forms import REQUIRED, TOO_LONG, LocalizedForm
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
OUTCOMES = (
    SelectChoice("", _("not assessed yet")),
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
    kind = SelectField(_("Add evidence"), [Optional()], choices=EVIDENCE)
    dated = DayField(_("Its date"))
    reference = StringField(_("Where it can be found"), [Length(max=500, message=TOO_LONG)])

    def validate_reason(self, field: TextAreaField) -> None:
        """Require a reason where the question does not apply."""
        if self.value.data == "NA" and not (field.data or "").strip():
            raise ValidationError(_("Say why the question does not apply."))

    def validate_kind(self, field: SelectField) -> None:
        """Require an answer for evidence."""
        if field.data and not self.value.data:
            raise ValidationError(_("Choose an answer for this evidence."))

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
    """The plan and the pledge of one question; empty where nothing is promised."""

    plan = TextAreaField(_("Plan"), [Optional(), Length(max=2000, message=TOO_LONG)])
    action = StringField(_("Pledge"), [Length(max=500, message=TOO_LONG)])
    owner = SelectField(_("Responsible"), [Optional()], choices=[])
    due_on = DayField(_("By when"))
    indicator = SelectField(_("Which indicator will show it"), [Optional()], choices=[])
    target = StringField(_("Target"), [Optional(), Length(max=120, message=TOO_LONG)])

    def validate_action(self, field: StringField) -> None:
        """Require a pledge where there is a date, a target or a plan."""
        written = (self.plan.data or "") + (self.due_on.data or "") + (self.target.data or "")
        if written.strip() and not (field.data or "").strip():
            raise ValidationError(_("Enter what is promised."))

    def validate_due_on(self, field: DayField) -> None:
        """Require a date for a pledge."""
        if (self.action.data or "").strip() and field.day is None:
            raise ValidationError(_("A pledge has a date."))


class AdjudicationForm(LocalizedForm):
    """The settled answer to a question, with a reason."""

    value = RadioField(
        _("Settled answer"), [DataRequired(_("Choose the settled answer."))], choices=VALUES
    )
    reason = TextAreaField(
        _("Reason"), [DataRequired(_("Give the reason.")), Length(max=2000, message=TOO_LONG)]
    )


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


class ContextForm(LocalizedForm):
    """An enabling condition or context factor."""

    value = StringField(_("Code"), [Optional(), Length(max=40, message=TOO_LONG)])
    note = StringField(_("Note"), [Optional(), Length(max=500, message=TOO_LONG)])


class PracticesForm(LocalizedForm):
    """What worked, for one criterion."""

    body = TextAreaField(_("What worked here"), [Optional(), Length(max=2000, message=TOO_LONG)])


class OutcomeForm(LocalizedForm):
    """The outcome of one pledge."""

    outcome = SelectField(_("Outcome"), [Optional()], choices=OUTCOMES)
    note = StringField(_("Note"), [Optional(), Length(max=500, message=TOO_LONG)])
