"""Assessing a process: answers to questions, evidence, pledges, context, what is settled."""

from datetime import timedelta

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from deliberate.clock import now
from deliberate.forms import REQUIRED, HouseForm
from deliberate.forms.responses import TOO_LONG, DayField

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
    SelectChoice("", _("not judged yet")),
    SelectChoice("kept", _("kept as promised")),
    SelectChoice("late", _("kept late")),
    SelectChoice("broken", _("broken")),
)
STAGES = (
    SelectChoice("ex_ante", _("Before the process: what is planned")),
    SelectChoice("ex_post", _("After the process: what came of it")),
)


class RatingForm(HouseForm):
    """One question in one's own part, and one piece of evidence for it."""

    value = RadioField(_("Your answer"), [Optional()], choices=VALUES)
    why = TextAreaField(_("Why"), [Length(max=2000, message=TOO_LONG)])
    kind = SelectField(_("Add evidence"), [Optional()], choices=EVIDENCE)
    dated = DayField(_("Its date"))
    reference = StringField(_("Where it is to be found"), [Length(max=500, message=TOO_LONG)])

    def validate_why(self, field: TextAreaField) -> None:
        """What does not apply says why."""
        if self.value.data == "NA" and not (field.data or "").strip():
            raise ValidationError(_("Say why the question does not apply."))

    def validate_kind(self, field: SelectField) -> None:
        """Evidence belongs to an answer."""
        if field.data and not self.value.data:
            raise ValidationError(_("Choose an answer for this evidence."))

    def validate_dated(self, field: DayField) -> None:
        """Evidence has a date."""
        if self.kind.data and field.day is None:
            raise ValidationError(_("Give the date of the evidence."))
        if field.day is not None and field.day > now().date() + timedelta(days=1):
            raise ValidationError(_("This date is still to come."))

    def validate_reference(self, field: StringField) -> None:
        """Evidence can be found."""
        if self.kind.data and not (field.data or "").strip():
            raise ValidationError(_("Say where the evidence is to be found."))


class PledgeForm(HouseForm):
    """The plan and the pledge of one question; empty where nothing is promised."""

    plan = TextAreaField(_("Plan"), [Optional(), Length(max=2000, message=TOO_LONG)])
    what = StringField(_("Pledge"), [Length(max=500, message=TOO_LONG)])
    owner = SelectField(_("Who keeps it"), [Optional()], choices=[])
    due_on = DayField(_("By when"))
    indicator = SelectField(_("Which indicator will show it"), [Optional()], choices=[])
    target = StringField(_("Target"), [Optional(), Length(max=120, message=TOO_LONG)])

    def validate_what(self, field: StringField) -> None:
        """A date, a target or a plan belongs to a pledge."""
        written = (self.plan.data or "") + (self.due_on.data or "") + (self.target.data or "")
        if written.strip() and not (field.data or "").strip():
            raise ValidationError(_("Say what is promised."))

    def validate_due_on(self, field: DayField) -> None:
        """A pledge has a date."""
        if (self.what.data or "").strip() and field.day is None:
            raise ValidationError(_("A pledge has a date."))


class AdjudicationForm(HouseForm):
    """A difference settled, with a reason."""

    value = RadioField(
        _("Settled answer"), [DataRequired(_("Choose the settled answer."))], choices=VALUES
    )
    why = TextAreaField(
        _("Reason"), [DataRequired(_("Give the reason.")), Length(max=2000, message=TOO_LONG)]
    )


class AssessmentReplyForm(HouseForm):
    """What an institution replies."""

    body = TextAreaField(
        _("Reply of the institution"),
        [DataRequired(REQUIRED), Length(max=4000, message=TOO_LONG)],
    )


class BeginForm(HouseForm):
    """Which process, at which stage."""

    about = SelectField(_("Process"), choices=[])
    stage = RadioField(_("Stage"), [DataRequired(_("Choose the stage."))], choices=STAGES)


class ContextForm(HouseForm):
    """One enabling condition or context factor."""

    value = StringField(_("Code"), [Optional(), Length(max=40, message=TOO_LONG)])
    note = StringField(_("Note"), [Optional(), Length(max=500, message=TOO_LONG)])


class PracticesForm(HouseForm):
    """What worked, for one criterion."""

    body = TextAreaField(_("What worked here"), [Optional(), Length(max=2000, message=TOO_LONG)])


class OutcomeForm(HouseForm):
    """What became of one pledge."""

    outcome = SelectField(_("What became of it"), [Optional()], choices=OUTCOMES)
    note = StringField(_("Note"), [Optional(), Length(max=500, message=TOO_LONG)])
