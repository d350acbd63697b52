"""Running a poll: what opening it, changing it, and the acts after its close may carry."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from deliberate.clock import now
from deliberate.forms import REQUIRED, HouseForm

LONG = _("This is longer than the form takes.")
TYPES = {
    "single": _("One choice"),
    "multiple": _("Several choices"),
    "ranked": _("A ranking"),
    "score": _("A score from 0 to 5 for each"),
    "budget": _("A budget to spend"),
    "statements": _("Statements to agree or disagree with"),
}
COUNTING = {
    "instant_runoff": _("Instant run-off: the last goes out, round by round"),
    "borda": _("Borda: points by rank"),
    "schulze": _("Schulze: pair by pair"),
}
WHO = {
    "verified": _("Verified residents"),
    "residents": _("All residents with an account"),
    "codes": _("Residents with a voting code"),
}
WHEN = {
    "after_close": _("Right after the close"),
    "after_publication": _("Once it is published"),
    "live": _("While it is open (public polls only)"),
}
GROUNDS = {
    "outage": _("The site or the office could not be reached"),
    "late_notice": _("People were told late"),
    "low_turnout": _("Few have voted"),
    "mistake": _("A mistake in the dates"),
    "other": _("Another reason"),
}


def _choices(words: dict[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, text) for value, text in words.items()]


class MomentField(StringField):
    """A day and an hour of the site's zone; `data` is aware, in UTC, or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read "2026-03-05T18:00", also with a space as somebody types it."""
        self.data = None
        written = (valuelist[0] if valuelist else "").strip()
        if not written:
            return
        try:
            local = datetime.fromisoformat(written.replace(" ", "T", 1))
        except ValueError:
            raise ValidationError(_("Write a day and an hour, such as 2026-11-30 18:00.")) from None
        self.data = local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    zone = "Asia/Makassar"

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        return self.data.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%dT%H:%M")


class WholeField(IntegerField):
    """A whole number, in the house's own words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it; thin spaces and points between thousands do no harm."""
        self.data = None
        written = (valuelist[0] if valuelist else "").strip().replace(".", "").replace(" ", "")
        if not written:
            return
        if not (written.isascii() and written.isdigit() and len(written) < 16):
            raise ValidationError(_("Write a whole number."))
        self.data = int(written)


def in_the_future(_form: Any, field: Field) -> None:
    """A close that is past would take no ballot."""
    if field.data is not None and field.data <= now():
        raise ValidationError(_("This moment is past."))


class Boxes(SelectMultipleField):
    """Boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class OpenPollForm(HouseForm):
    """Everything a poll is decided by; none of it can be changed later but the close."""

    question = StringField(_("Question"), [DataRequired(REQUIRED), Length(max=255, message=LONG)])
    background = TextAreaField(_("Background in two lines"), [Length(max=600, message=LONG)])
    type = RadioField(_("Kind of question"), [InputRequired(REQUIRED)], choices=_choices(TYPES))
    options = TextAreaField(_("Options, one a line"), [DataRequired(REQUIRED)])
    not_sure = StringField(_("Words for “not sure”"), [Length(max=120, message=LONG)])
    secrecy = RadioField(
        _("Secret or public"),
        [InputRequired(REQUIRED)],
        choices=_choices({"secret": _("Secret"), "public": _("Public, with names")}),
        default="secret",
    )
    electorate = RadioField(
        _("Who may vote"), [InputRequired(REQUIRED)], choices=_choices(WHO), default="residents"
    )
    areas = Boxes(_("Only residents of"), validate_choice=False)
    counts_areas = BooleanField(_("Count each of these areas apart"))
    result_rule = RadioField(
        _("When the result is shown"),
        [InputRequired(REQUIRED)],
        choices=_choices(WHEN),
        default="after_close",
    )
    opens_at = MomentField(_("Opens"))
    closes_at = MomentField(_("Closes"), [InputRequired(REQUIRED), in_the_future])
    quorum = WholeField(_("Quorum, in ballots"), [Optional()])
    shuffles = BooleanField(_("Each voter sees the options in another order"))
    min_choices = WholeField(_("At least so many choices"), [Optional()])
    max_choices = WholeField(_("At most so many choices"), [Optional()])
    counting = SelectField(_("How rankings are counted"), choices=_choices(COUNTING))
    amount = WholeField(_("Amount to spend"), [Optional()])
    min_share = WholeField(_("Spend at least so many percent"), [Optional()])

    def validate_type(self, field: Field) -> None:
        """One of the types there are."""
        if field.data not in TYPES:
            raise ValidationError(REQUIRED)

    def validate_options(self, field: Field) -> None:
        """Labels of a length a ballot can show; in a budget each with its cost."""
        labels = [label for label, _cost in self.lines()]
        if any(len(label) > 255 for label in labels):
            raise ValidationError(LONG)
        if self.type.data == "budget" and any(cost is None for _label, cost in self.lines()):
            raise ValidationError(_("Write the cost behind each option: Bench = 4000000"))

    def offer_areas(self, areas: Iterable[str]) -> None:
        """The areas residents said they live in, to choose from."""
        self.areas.choices = [SelectChoice(area, area) for area in areas]

    def lines(self) -> list[tuple[str, int | None]]:
        """The options as written, with their costs in a budget."""
        written = [line.strip() for line in (self.options.data or "").splitlines()]
        return [self._priced(line) for line in written if line]

    def _priced(self, line: str) -> tuple[str, int | None]:
        if self.type.data != "budget":
            return line, None
        label, _sign, cost = line.rpartition("=")
        digits = cost.strip().replace(".", "").replace(" ", "")
        is_price = digits.isascii() and digits.isdigit() and len(digits) < 16
        return (label.strip(), int(digits)) if label.strip() and is_price else (line, None)


class ChangePollForm(HouseForm):
    """Another closing time of a running poll, and why."""

    closes_at = MomentField(_("New closing time"), [InputRequired(REQUIRED), in_the_future])
    ground = RadioField(_("Ground"), [InputRequired(REQUIRED)], choices=_choices(GROUNDS))
    reason = TextAreaField(
        _("Reason, as everybody reads it"),
        [DataRequired(REQUIRED), Length(max=1000, message=LONG)],
    )


class OutcomeForm(HouseForm):
    """What came of a poll."""

    body = TextAreaField(
        _("What came of it"), [DataRequired(REQUIRED), Length(max=4000, message=LONG)]
    )


class VoterForm(HouseForm):
    """Whose ballot is entered at an office."""

    sign_in_name = StringField(_("The resident's sign-in name"))
    not_countable = BooleanField(_("The paper ballot cannot be counted"))
