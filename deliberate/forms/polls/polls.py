"""Forms to open and change a poll, enter a ballot and publish the outcome."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice, SelectField, SelectMultipleField
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from deliberate.clock import now
from deliberate.days import Place, SkippedTime, UnreadableTime, input_time, parse_time
from deliberate.forms import REQUIRED, LocalizedForm, single_line
from deliberate.text import MAX_INTEGER, parse_whole_number

TOO_LONG = _("This is longer than the form allows.")
POLL_TYPES = {
    "single": _("One choice"),
    "multiple": _("Several choices"),
    "ranked": _("A ranking"),
    "score": _("A score from 0 to 5 for each"),
    "budget": _("A budget to spend"),
    "statements": _("Statements to agree or disagree with"),
}
COUNTING_METHODS = {
    "instant_runoff": _("Instant run-off: the last option is eliminated in each round"),
    "borda": _("Borda: points by rank"),
    "schulze": _("Schulze: pair by pair"),
}
ELECTORATES = {
    "verified": _("Verified residents"),
    "residents": _("All residents with an account"),
    "codes": _("Residents with a voting code"),
}
RESULT_RULES = {
    "after_close": _("Right after the close"),
    "after_publication": _("Once it is published"),
    "live": _("While it is open (public polls only)"),
}
CHANGE_GROUNDS = {
    "outage": _("The site or the office could not be reached"),
    "late_notice": _("People were informed late"),
    "low_turnout": _("Few have voted"),
    "mistake": _("A mistake in the dates"),
    "other": _("Another reason"),
}


MAX_AMOUNT = 999_999_999_999_999
"""Largest sum of money, in whole units of the currency; a spreadsheet shows all its digits."""


def _choices(labels: dict[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in labels.items()]


class LocalTimeField(StringField):
    """A date and time at a place; `data` is a moment in UTC once validated, or None."""

    data: Any  # an aware datetime in UTC, or None; a required field has been validated
    place: Place

    def __init__(self, *args: Any, is_end: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.is_end = is_end

    def process_formdata(self, _valuelist: list[str]) -> None:
        """Leave the text to `pre_validate`, when the place is known."""
        self.data = None

    def pre_validate(self, form: BaseForm) -> None:
        """Read the text, such as "2026-03-05T18:00" or "2026-03-05 18.00", as a time there."""
        text = str(self.raw_data[0]).strip() if self.raw_data else ""
        if not text:
            return
        try:
            self.data = parse_time(self.place, text, is_end=self.is_end)
        except UnreadableTime:
            raise ValidationError(_("Enter a date and time, such as 2026-11-30 18:00.")) from None
        except SkippedTime:
            raise ValidationError(
                _("The clocks are put forward then, and this time is skipped. Choose another.")
            ) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return input_time(self.place, self.data) if self.data else ""


class PollDatesForm(LocalizedForm):
    """A form with dates of a poll, which are typed in the time zone of its process."""

    def set_place(self, place: Place) -> None:
        """Set where the dates are; required before the form is validated or shown."""
        for field in self:
            if isinstance(field, LocalTimeField):
                field.place = place


class WholeNumberField(IntegerField):
    """A whole number with translated error messages, by default one of an integer column."""

    def __init__(self, *args: Any, maximum: int = MAX_INTEGER, **options: Any) -> None:
        super().__init__(*args, **options)
        self.maximum = maximum

    def process_formdata(self, valuelist: list[str]) -> None:
        """Parse a number, ignoring spaces and points between thousands."""
        self.data = None
        text = (valuelist[0] if valuelist else "").strip().replace(".", "").replace(" ", "")
        if not text:
            return
        self.data = parse_whole_number(text, self.maximum)
        if self.data is None:
            raise ValidationError(_("Write a whole number."))


def require_future(_form: BaseForm, field: Field) -> None:
    """Reject a time in the past."""
    if field.data is not None and field.data <= now():
        raise ValidationError(_("This time is in the past."))


class CheckboxesField(SelectMultipleField):
    """A multiple choice with checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class OpenPollForm(PollDatesForm):
    """The question, options and rules of a new poll."""

    question = StringField(
        _("Question"), [DataRequired(REQUIRED), Length(max=255, message=TOO_LONG)]
    )
    background = TextAreaField(_("Background in two lines"), [Length(max=600, message=TOO_LONG)])
    type = RadioField(
        _("Kind of question"), [InputRequired(REQUIRED)], choices=_choices(POLL_TYPES)
    )
    options = TextAreaField(_("Options, one a line"), [DataRequired(REQUIRED)])
    not_sure = StringField(_("Label of the “not sure” option"), [Length(max=120, message=TOO_LONG)])
    secrecy = RadioField(
        _("Secret or public"),
        [InputRequired(REQUIRED)],
        choices=_choices({"secret": _("Secret"), "public": _("Public, with names")}),
        default="secret",
    )
    electorate = RadioField(
        _("Who may vote"),
        [InputRequired(REQUIRED)],
        choices=_choices(ELECTORATES),
        default="residents",
    )
    areas = CheckboxesField(_("Only residents of"), validate_choice=False)
    counts_areas = BooleanField(_("Count each of these areas separately"))
    result_rule = RadioField(
        _("When the result is shown"),
        [InputRequired(REQUIRED)],
        choices=_choices(RESULT_RULES),
        default="after_close",
    )
    opens_at = LocalTimeField(_("Opens"))
    closes_at = LocalTimeField(_("Closes"), [InputRequired(REQUIRED), require_future], is_end=True)
    quorum = WholeNumberField(_("Quorum, in ballots"), [Optional()])
    shuffles = BooleanField(_("Show the options to each voter in a different order"))
    min_choices = WholeNumberField(_("Minimum number of choices"), [Optional()])
    max_choices = WholeNumberField(_("Maximum number of choices"), [Optional()])
    counting = SelectField(_("How rankings are counted"), choices=_choices(COUNTING_METHODS))
    amount = WholeNumberField(_("Amount to spend"), [Optional()], maximum=MAX_AMOUNT)
    min_share = WholeNumberField(_("Spend at least (percent)"), [Optional()])

    def validate_type(self, field: Field) -> None:
        """Reject an unknown type."""
        if field.data not in POLL_TYPES:
            raise ValidationError(REQUIRED)

    def validate_options(self, field: Field) -> None:
        """Reject labels that are too long, and in a budget options without a cost."""
        labels = [label for label, _cost in self.lines()]
        if any(len(label) > 255 for label in labels):
            raise ValidationError(TOO_LONG)
        if self.type.data == "budget" and any(cost is None for _label, cost in self.lines()):
            raise ValidationError(_("Write the cost behind each option: Bench = 4000000"))

    def offer_areas(self, areas: Iterable[str]) -> None:
        """Set the areas that can be selected."""
        self.areas.choices = [SelectChoice(area, area) for area in areas]

    def lines(self) -> list[tuple[str, int | None]]:
        """Return the labels of the options, in a budget with their costs."""
        lines = [line.strip() for line in (self.options.data or "").splitlines()]
        return [self._label_and_cost(line) for line in lines if line]

    def _label_and_cost(self, line: str) -> tuple[str, int | None]:
        if self.type.data != "budget":
            return line, None
        label, _sign, cost = line.rpartition("=")
        amount = parse_whole_number(cost.strip().replace(".", "").replace(" ", ""), MAX_AMOUNT)
        return (line, None) if not label.strip() or amount is None else (label.strip(), amount)


class ChangePollForm(PollDatesForm):
    """A new closing time of a running poll, with ground and reason."""

    closes_at = LocalTimeField(
        _("New closing time"), [InputRequired(REQUIRED), require_future], is_end=True
    )
    ground = RadioField(_("Ground"), [InputRequired(REQUIRED)], choices=_choices(CHANGE_GROUNDS))
    reason = TextAreaField(
        _("Reason (public)"),
        [DataRequired(REQUIRED), Length(max=1000, message=TOO_LONG)],
    )


class OutcomeForm(LocalizedForm):
    """The outcome of a poll."""

    body = TextAreaField(
        _("What came of it"), [DataRequired(REQUIRED), Length(max=4000, message=TOO_LONG)]
    )


class VoterForm(LocalizedForm):
    """The voter of a ballot that is entered at an office."""

    sign_in_name = StringField(_("The resident's sign-in name"))
    slip_number = StringField(
        _("Number of the signed slip"), [Length(max=40, message=TOO_LONG)], [single_line]
    )
    not_countable = BooleanField(_("The paper ballot cannot be counted"))
