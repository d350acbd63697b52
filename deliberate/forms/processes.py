"""Forms for the set-up of a process: texts, rules and institutions, phases, days off."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, StringField, TextAreaField
from wtforms.fields import SelectChoice, SelectField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from deliberate.forms import REQUIRED, SLUG, TOO_LONG, LocalizedForm, single_line
from deliberate.forms.polls.polls import CheckboxesField, WholeNumberField
from deliberate.forms.responses import DayField
from deliberate.queries.processes.working_days import is_known_calendar
from deliberate.vocabulary import PhaseSwitch

SWITCHES = {
    PhaseSwitch.PROPOSE: _("new proposals"),
    PhaseSwitch.REVISE: _("changes of proposals"),
    PhaseSwitch.SUPPORT: _("support"),
    PhaseSwitch.COMMENT: _("discussion"),
    PhaseSwitch.VOTE: _("polls"),
    PhaseSwitch.RESPOND: _("official responses"),
}
_LENGTH = Length(max=4000, message=TOO_LONG)


class ProcessForm(LocalizedForm):
    """The texts, rules and institutions of a process."""

    title = StringField(
        _("Title in Indonesian"),
        [DataRequired(REQUIRED), Length(max=160, message=TOO_LONG)],
        [single_line],
    )
    title_en = StringField(
        _("Title in English"), [Length(max=160, message=TOO_LONG)], [single_line]
    )
    question = TextAreaField(_("Question to residents"), [DataRequired(REQUIRED), _LENGTH])
    question_en = TextAreaField(_("Question in English"), [_LENGTH])
    decides = TextAreaField(_("Who decides, and by when"), [_LENGTH])
    decides_en = TextAreaField(_("Who decides, in English"), [_LENGTH])
    open_points = TextAreaField(_("What is open: residents can change it"), [_LENGTH])
    open_points_en = TextAreaField(_("What is open, in English"), [_LENGTH])
    fixed_points = TextAreaField(_("What is fixed: it cannot change"), [_LENGTH])
    fixed_points_en = TextAreaField(_("What is fixed, in English"), [_LENGTH])
    lead = SelectField(_("Leading institution"), validate_choice=False)
    consulted = CheckboxesField(_("Consulted institutions"), validate_choice=False)
    must_sign = CheckboxesField(_("Must sign every response"), validate_choice=False)
    support_threshold = WholeNumberField(
        _("Supporters needed for a response"),
        [InputRequired(REQUIRED), NumberRange(1, 1_000_000, _("From 1 to 1,000,000."))],
    )
    response_days = WholeNumberField(
        _("Working days for the response"),
        [InputRequired(REQUIRED), NumberRange(1, 250, _("From 1 to 250."))],
    )
    timezone = StringField(_("Time zone"), [DataRequired(REQUIRED)], [single_line])
    calendar = StringField(_("Calendar of holidays"), [DataRequired(REQUIRED)], [single_line])
    reason = TextAreaField(_("Reason (public)"), [Length(max=1000, message=TOO_LONG)])

    def set_choices(self, institutions: Iterable[tuple[str, str]]) -> None:
        """Set the institutions to choose from."""
        choices = [SelectChoice(id_, name) for id_, name in institutions]
        self.lead.choices = [SelectChoice("", "–"), *choices]
        self.consulted.choices, self.must_sign.choices = choices, list(choices)

    def validate_timezone(self, field: Field) -> None:
        """Require an existing time zone."""
        if field.data not in available_timezones():
            raise ValidationError(_("This is not a valid time zone. Write it as Asia/Makassar."))

    def validate_calendar(self, field: Field) -> None:
        """Require a country or subdivision with known holidays."""
        if not is_known_calendar(field.data):
            raise ValidationError(
                _("This is not a known calendar. Write a country as ID, a region as GB-ENG.")
            )

    def validate_must_sign(self, field: Field) -> None:
        """Reject an institution with two parts."""
        selected = [id_ for id_ in [self.lead.data, *self._selected("consulted")] if id_]
        selected += self._selected("must_sign")
        if len(set(selected)) < len(selected):
            raise ValidationError(_("An institution has one part in a process."))

    def validate_lead(self, field: Field) -> None:
        """Reject institutions that are not in the list."""
        choices = {str(choice.value) for choice in self.lead.choices or []}
        selected = {field.data or "", *self._selected("consulted"), *self._selected("must_sign")}
        if not selected <= choices:
            raise ValidationError(_("Choose institutions of this list."))

    def _selected(self, name: str) -> list[str]:
        return list(self[name].data or [])

    def values(self, names: Iterable[str]) -> dict[str, str | int | None]:
        """Return the values of fields by the names of the columns."""
        return {name: self[name].data for name in names}

    def parts(self) -> dict[str, str]:
        """Return the part of each selected institution by its id."""
        parts = dict.fromkeys(self._selected("consulted"), "consulted")
        parts |= dict.fromkeys(self._selected("must_sign"), "must_sign")
        return parts | ({self.lead.data: "lead"} if self.lead.data else {})


class NewProcessForm(ProcessForm):
    """A new process with its slug, which never changes."""

    slug = StringField(
        _("Address"),
        [DataRequired(REQUIRED), Length(max=60, message=TOO_LONG), SLUG],
        [single_line],
    )

    def validate_slug(self, field: Field) -> None:
        """Reject the slug of the page for new processes."""
        if field.data == "new":
            raise ValidationError(_("Choose another address."))


class PhaseForm(LocalizedForm):
    """The dates of a phase, what it permits, and the reason for a change."""

    opens = DayField(_("First day"), [DataRequired(REQUIRED)])
    closes = DayField(_("Last day"), [DataRequired(REQUIRED)])
    switches = CheckboxesField(
        _("What is possible in it"),
        choices=[SelectChoice(switch.value, label) for switch, label in SWITCHES.items()],
        validate_choice=False,
    )
    reason = TextAreaField(_("Reason (public)"), [Length(max=1000, message=TOO_LONG)])

    def validate_closes(self, field: DayField) -> None:
        """Reject a last day before the first."""
        if self.opens.day and field.day and field.day < self.opens.day:
            raise ValidationError(_("The last day must not be before the first."))

    def dates(self) -> tuple[date, date]:
        """Return the first and the last day of a valid form."""
        if self.opens.day is None or self.closes.day is None:
            raise ValueError("the form is not valid")
        return self.opens.day, self.closes.day

    def selected_switches(self) -> list[PhaseSwitch]:
        """Return the activities that the phase permits."""
        return [switch for switch in PhaseSwitch if switch.value in (self.switches.data or [])]


class CloseProcessForm(LocalizedForm):
    """The public reason of a close, and the confirmation of who owes the open responses."""

    reason = TextAreaField(
        _("Reason (public)"), [DataRequired(REQUIRED), Length(max=1000, message=TOO_LONG)]
    )
    keeps_duty = BooleanField(
        _("The institutions named above still owe these responses after the close.")
    )


class DayOffForm(LocalizedForm):
    """A non-working day in addition to the holidays of the country."""

    day = DayField(_("Day"), [DataRequired(REQUIRED)])
    name = StringField(
        _("Name of the day off"),
        [DataRequired(REQUIRED), Length(max=80, message=TOO_LONG)],
        [single_line],
    )
