"""Forms of a survey of reasons: its statements and days, the answers, and taking them back."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, Form, SelectChoice, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, StopValidation, ValidationError

from deliberate.forms import REQUIRED, TOO_LONG, LocalizedForm
from deliberate.forms.responses import DayField
from deliberate.queries.scores.studies.reason_surveys import (
    CONSIDERATIONS,
    MAX_STATEMENT,
    PREFERENCES,
)
from deliberate.text import clean_line

MAX_TEXT = 14_000
AGREEMENT = {
    7: _("agree strongly"),
    6: _("agree"),
    5: _("agree a little"),
    4: _("neither"),
    3: _("disagree a little"),
    2: _("disagree"),
    1: _("disagree strongly"),
    0: _("cannot say"),
}


class StatementsField(TextAreaField):
    """Statements, one a line."""

    def __init__(self, label: str, limits: tuple[int, int], **options: Any) -> None:
        checks = [DataRequired(REQUIRED), Length(max=MAX_TEXT, message=TOO_LONG)]
        super().__init__(label, checks, render_kw={"rows": 8}, **options)
        self.limits = limits

    @property
    def statements(self) -> list[str]:
        """Return the statements without empty lines."""
        lines = (clean_line(line) for line in (self.data or "").splitlines())
        return [line for line in lines if line]

    def pre_validate(self, form: Form) -> None:
        """Reject too few, too many, too long and repeated statements."""
        (fewest, most), lines = self.limits, self.statements
        if not lines:  # the validators say that it is missing
            return
        if not fewest <= len(lines) <= most:
            message = gettext(
                "Write %(fewest)s to %(most)s statements, one a line; there are %(n)s.",
                fewest=fewest,
                most=most,
                n=len(lines),
            )
            raise StopValidation(message)
        long = next((n for n, line in enumerate(lines, 1) if len(line) > MAX_STATEMENT), None)
        if long:
            raise StopValidation(
                gettext("Line %(n)s has more than %(most)s characters.", n=long, most=MAX_STATEMENT)
            )
        twice = next((n for n, line in enumerate(lines, 1) if line in lines[: n - 1]), None)
        if twice:
            raise StopValidation(gettext("Line %(n)s repeats an earlier line.", n=twice))


class ReasonSurveyForm(LocalizedForm):
    """The statements in both languages and the days. `today` must be set before validation."""

    today: date

    considerations_id = StatementsField(_("Considerations in Indonesian"), CONSIDERATIONS)
    considerations_en = StatementsField(_("Considerations in English"), CONSIDERATIONS)
    preferences_id = StatementsField(_("Options in Indonesian"), PREFERENCES)
    preferences_en = StatementsField(_("Options in English"), PREFERENCES)
    before_until = DayField(_("Last day of the first answers"), [DataRequired(REQUIRED)])
    after_from = DayField(_("First day of the second answers"), [DataRequired(REQUIRED)])
    after_until = DayField(_("Last day of the second answers"), [DataRequired(REQUIRED)])

    def validate_considerations_en(self, field: StatementsField) -> None:
        """Reject another number of lines than in Indonesian."""
        _require_same_number(self.considerations_id, field)

    def validate_preferences_en(self, field: StatementsField) -> None:
        """Reject another number of lines than in Indonesian."""
        _require_same_number(self.preferences_id, field)

    def validate_before_until(self, field: DayField) -> None:
        """Reject a day that is over."""
        if field.day and field.day < self.today:
            raise ValidationError(_("Choose a day from today on."))

    def validate_after_from(self, field: DayField) -> None:
        """Reject a day that is not later than the first answers."""
        if field.day and self.before_until.day and field.day <= self.before_until.day:
            raise ValidationError(_("Choose a day after the first answers."))

    def validate_after_until(self, field: DayField) -> None:
        """Reject a day before the second answers begin."""
        if field.day and self.after_from.day and field.day < self.after_from.day:
            raise ValidationError(_("Choose a day after the second answers begin."))

    @property
    def considerations(self) -> list[tuple[str, str]]:
        """Return the considerations in Indonesian and English."""
        return _pairs(self.considerations_id, self.considerations_en)

    @property
    def preferences(self) -> list[tuple[str, str]]:
        """Return the options in Indonesian and English."""
        return _pairs(self.preferences_id, self.preferences_en)


def _pairs(first: StatementsField, second: StatementsField) -> list[tuple[str, str]]:
    return list(zip_longest(first.statements, second.statements, fillvalue=""))


def _require_same_number(first: StatementsField, second: StatementsField) -> None:
    if len(first.statements) != len(second.statements):
        raise ValidationError(
            gettext(
                "There are %(n)s lines in Indonesian and %(m)s in English: a statement needs both.",
                n=len(first.statements),
                m=len(second.statements),
            )
        )


class ReasonAnswersForm(LocalizedForm):
    """The answers to the statements of one survey, added by build_reason_form(), and consent."""

    consent: BooleanField

    def validate(self, extra_validators: object = None) -> bool:
        """Validate all fields; two options at one place are an error at the later one."""
        is_valid = super().validate(extra_validators)
        taken: set[str] = set()
        for field in self.of_letter("P"):
            if field.data in taken:
                field.errors = [*field.errors, gettext("Another option has this place already.")]
                is_valid = False
            elif field.data:
                taken.add(field.data)
        return is_valid

    def of_letter(self, letter: str) -> list[Field]:
        """Return the fields of the considerations (C) or the options (P)."""
        return [field for field in self if field.name[0] == letter and field.name[1:].isdigit()]

    def values(self) -> dict[str, int]:
        """Return the chosen value of each statement."""
        return {field.name: int(field.data) for letter in "CP" for field in self.of_letter(letter)}


def build_reason_form(
    considerations: Iterable[tuple[str, str]], preferences: Sequence[tuple[str, str]]
) -> type[ReasonAnswersForm]:
    """Return a form class with one field a statement, of pairs of name and text."""
    empty = SelectChoice("", _("choose"))
    agreement = [empty, *(SelectChoice(str(value), label) for value, label in AGREEMENT.items())]
    places = [empty, *(SelectChoice(str(n), str(n)) for n in range(1, len(preferences) + 1))]
    fields = {name: _select(text, agreement) for name, text in considerations}
    fields |= {name: _select(text, places) for name, text in preferences}
    consent = BooleanField(
        _("I agree that my answers are stored and published in this way"),
        [DataRequired(_("Without your consent nothing is stored."))],
    )
    return type("ReasonForm", (ReasonAnswersForm,), {**fields, "consent": consent})


def _select(text: str, choices: list[SelectChoice]) -> SelectField:
    return SelectField(text, [InputRequired(REQUIRED)], choices=choices)
