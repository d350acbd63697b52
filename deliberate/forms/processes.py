"""What setting up a process may carry: its words, limits and rules, its phases, its days off."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _
from wtforms import Field, StringField, TextAreaField
from wtforms.fields import SelectChoice, SelectField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from deliberate.forms import REQUIRED, HouseForm, line
from deliberate.forms.accounts.role_admin import ADDRESS, LONG
from deliberate.forms.polls.polls import Boxes, WholeField
from deliberate.forms.responses import DayField
from deliberate.queries.processes.working_days import is_calendar
from deliberate.vocabulary import Switch

SWITCHES = {
    Switch.PROPOSE: _("new proposals"),
    Switch.REVISE: _("changes of proposals"),
    Switch.SUPPORT: _("support"),
    Switch.COMMENT: _("discussion"),
    Switch.VOTE: _("polls"),
    Switch.RESPOND: _("official responses"),
}
FIRST_YEAR, LAST_YEAR = 2000, 2100
_LENGTH = Length(max=4000, message=LONG)


class ProcessForm(HouseForm):
    """Everything a process is decided by, its phases aside."""

    title = StringField(
        _("Title in Indonesian"), [DataRequired(REQUIRED), Length(max=160, message=LONG)], [line]
    )
    title_en = StringField(_("Title in English"), [Length(max=160, message=LONG)], [line])
    question = TextAreaField(_("Question to residents"), [DataRequired(REQUIRED), _LENGTH])
    question_en = TextAreaField(_("Question in English"), [_LENGTH])
    decides = TextAreaField(_("Who decides, and by when"), [_LENGTH])
    decides_en = TextAreaField(_("The same in English"), [_LENGTH])
    open_points = TextAreaField(_("What is open: residents can change it"), [_LENGTH])
    open_points_en = TextAreaField(_("What is open, in English"), [_LENGTH])
    fixed_points = TextAreaField(_("What is fixed: it cannot change"), [_LENGTH])
    fixed_points_en = TextAreaField(_("What is fixed, in English"), [_LENGTH])
    lead = SelectField(_("Leads"), validate_choice=False)
    consulted = Boxes(_("Are consulted"), validate_choice=False)
    must_sign = Boxes(_("Must sign every answer"), validate_choice=False)
    support_threshold = WholeField(
        _("A response is owed from so many supporters on"),
        [InputRequired(REQUIRED), NumberRange(1, 1_000_000, _("From 1 to 1,000,000."))],
    )
    response_days = WholeField(
        _("Working days for the response"),
        [InputRequired(REQUIRED), NumberRange(1, 250, _("From 1 to 250."))],
    )
    timezone = StringField(_("Time zone"), [DataRequired(REQUIRED)], [line])
    calendar = StringField(_("Whose holidays count"), [DataRequired(REQUIRED)], [line])
    reason = TextAreaField(_("Reason, as everybody reads it"), [Length(max=1000, message=LONG)])

    def offer(self, institutions: Iterable[tuple[str, str]]) -> None:
        """The institutions to choose from."""
        offered = [SelectChoice(value, name) for value, name in institutions]
        self.lead.choices = [SelectChoice("", "–"), *offered]
        self.consulted.choices, self.must_sign.choices = offered, list(offered)

    def validate_timezone(self, field: Field) -> None:
        """A zone there is."""
        if field.data not in available_timezones():
            raise ValidationError(_("There is no such time zone; write it as Asia/Makassar."))

    def validate_calendar(self, field: Field) -> None:
        """A country, or a part of one, whose holidays are known."""
        if not is_calendar(field.data):
            raise ValidationError(_("No such calendar; write a country as ID, a part as GB-ENG."))

    def validate_must_sign(self, field: Field) -> None:
        """No institution has two parts."""
        chosen = [value for value in [self.lead.data, *self._boxes("consulted")] if value]
        chosen += self._boxes("must_sign")
        if len(set(chosen)) < len(chosen):
            raise ValidationError(_("An institution has one part in a process."))

    def validate_lead(self, field: Field) -> None:
        """Institutions there are."""
        offered = {str(choice.value) for choice in self.lead.choices or []}
        if not {field.data or "", *self._boxes("consulted"), *self._boxes("must_sign")} <= offered:
            raise ValidationError(_("Choose institutions of this list."))

    def _boxes(self, name: str) -> list[str]:
        return list(self[name].data or [])

    def told(self, names: Iterable[str]) -> dict[str, Any]:
        """What was said of the process, by the names of its columns."""
        return {name: self[name].data for name in names}

    def parts(self) -> dict[str, str]:
        """Which part each institution has, by its number as written."""
        found = dict.fromkeys(self._boxes("consulted"), "consulted")
        found |= dict.fromkeys(self._boxes("must_sign"), "must_sign")
        return found | ({self.lead.data: "lead"} if self.lead.data else {})


class NewProcessForm(ProcessForm):
    """A process with the address it keeps."""

    slug = StringField(
        _("Address"), [DataRequired(REQUIRED), Length(max=60, message=LONG), ADDRESS], [line]
    )

    def validate_slug(self, field: Field) -> None:
        """Not the word of the page for new ones."""
        if field.data == "new":
            raise ValidationError(_("Choose another address."))


def be_a_near_day(_form: HouseForm, field: Any) -> None:
    """A day of this age of the world."""
    if field.day is not None and not FIRST_YEAR <= field.day.year <= LAST_YEAR:
        raise ValidationError(_("Choose a day between the years 2000 and 2100."))


class PhaseForm(HouseForm):
    """The days of a phase, what it makes possible, and why it changes."""

    opens = DayField(_("First day"), [DataRequired(REQUIRED), be_a_near_day])
    closes = DayField(_("Last day"), [DataRequired(REQUIRED), be_a_near_day])
    switches = Boxes(
        _("What is possible in it"),
        choices=[SelectChoice(switch.value, words) for switch, words in SWITCHES.items()],
        validate_choice=False,
    )
    reason = TextAreaField(_("Reason, as everybody reads it"), [Length(max=1000, message=LONG)])

    def validate_closes(self, field: Any) -> None:
        """Not before the first day."""
        if self.opens.day and field.day and field.day < self.opens.day:
            raise ValidationError(_("The last day comes after the first."))

    def chosen(self) -> list[Switch]:
        """The switches that are on."""
        return [switch for switch in Switch if switch.value in (self.switches.data or [])]


class DayOffForm(HouseForm):
    """A day on which offices do not work, beside the holidays of the country."""

    day = DayField(_("Day"), [DataRequired(REQUIRED), be_a_near_day])
    name = StringField(
        _("What is on that day"), [DataRequired(REQUIRED), Length(max=80, message=LONG)], [line]
    )
