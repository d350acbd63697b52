"""Ballot forms for every type of poll; the rules of a valid ballot are in
queries.polls.ballot_rules.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.fields import Field, SelectChoice
from wtforms.validators import DataRequired

from deliberate.forms import REQUIRED, LocalizedForm
from deliberate.forms.polls.polls import CheckboxesField
from deliberate.money import money
from deliberate.queries.polls.ballot_rules import HIGHEST_SCORE, Choice, find_ballot_error
from deliberate.text import parse_whole_number
from deliberate.vocabulary import Electorate, PollType

if TYPE_CHECKING:
    from deliberate.models import Option, Poll

STATEMENT_VIEWS = {"1": _("Agree"), "-1": _("Disagree"), "0": _("Pass")}


class BallotForm(LocalizedForm):
    """The fields that all ballots share; build_ballot_form() adds those of the question."""

    voting_code = StringField(_("Voting code"))
    ballot_code = StringField(_("Your ballot code"))
    mail_receipt = BooleanField(_("Mail me the receipt"))

    poll: "Poll"
    options: Sequence["Option"]
    asks_ballot_code = False
    """True when a ballot is changed: its ballot code is needed instead of a voting code."""

    def choice(self) -> Choice:
        """Return the choice as pairs of option id and value, before validation."""
        raise NotImplementedError

    def error_field(self, option_id: int | None) -> Field:
        """Return the field that shows an error of an option, or of the whole question (None)."""
        raise NotImplementedError

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields, then the rules of the poll, and add errors to the fields."""
        is_shaped = super().validate(extra_validators)
        has_code = self._has_code()
        if not self._has_numbers():
            return False
        error = find_ballot_error(self.poll, self.choice())
        if error is not None:
            self.refuse(self.error_field(error.option_id), error.reason)
        return is_shaped and has_code and error is None

    def _has_code(self) -> bool:
        """Return whether the required code was entered."""
        if self.asks_ballot_code:
            if self.poll.is_secret and not (self.ballot_code.data or "").strip():
                self.refuse(self.ballot_code, _("Write the code you were shown after voting."))
                return False
            return True
        if self.poll.electorate == Electorate.CODES and not (self.voting_code.data or "").strip():
            self.refuse(self.voting_code, _("Write the code from your letter."))
            return False
        return True

    def _has_numbers(self) -> bool:
        """Return whether every value is a number; add an error to each field that is not."""
        return True

    @staticmethod
    def refuse(field: Field, reason: object) -> None:
        """Add an error to a field."""
        field.errors = [*field.errors, reason]


class MarksForm(BallotForm):
    """A ballot that selects options: one, several, or projects of a budget."""

    marked: Field

    def choice(self) -> Choice:
        """Return every selected option, as often as it was submitted."""
        return [(_to_int(value), 1) for value in self.marked.raw_data or () if value]

    def error_field(self, option_id: int | None) -> Field:
        """Return the field of the question."""
        return self.marked


class FiguresForm(BallotForm):
    """A ballot with a number for each option: a rank, a score or a view."""

    def figures(self) -> dict[int, Field]:
        """Return the field of each option by option id, without "not sure"."""
        return {o.id: self[f"option_{o.id}"] for o in self.options if not o.is_pass}

    def choice(self) -> Choice:
        """Return the options with a number; repeated values are all included."""
        values = [
            (option, _to_int(value))
            for option, field in self.figures().items()
            for value in field.raw_data or ()
            if value.strip()
        ]
        passed = self["passed"].raw_data if "passed" in self else ()
        return [*values, *((_to_int(value), 1) for value in passed or () if value)]

    def error_field(self, option_id: int | None) -> Field:
        """Return the field of the option, or the first field."""
        figures = self.figures()
        return figures.get(option_id or 0, next(iter(figures.values())))

    def _has_numbers(self) -> bool:
        invalid = [
            field
            for field in self.figures().values()
            if any(v.strip() and not _is_number(v) for v in field.raw_data or ())
        ]
        for field in invalid:
            self.refuse(field, _("Write a number, such as 1."))
        return not invalid


def _is_number(value: str) -> bool:
    return parse_whole_number(value.strip().removeprefix("-"), 999) is not None


def _to_int(value: str) -> int:
    """Return the value as an integer; -1, which is no option's id, for anything else."""
    text = value.strip()
    number = parse_whole_number(text.removeprefix("-"))
    if number is None:
        return -1
    return -number if text.startswith("-") else number


def build_ballot_form(
    poll: "Poll",
    options: Sequence["Option"],
    submitted: MultiDict[str, str] | None,
    *,
    asks_ballot_code: bool = False,
) -> BallotForm:
    """Return the ballot form of a poll, with the options in the given order."""
    form_class = MarksForm if poll.type in _MARKS_FIELDS else FiguresForm
    fields = (
        _MARKS_FIELDS[poll.type](options)
        if form_class is MarksForm
        else _option_fields(poll, options)
    )
    attributes = {"poll": poll, "options": options, "asks_ballot_code": asks_ballot_code}
    form: BallotForm = type("Ballot", (form_class,), {**fields, **attributes})(submitted)
    for field in form:
        # Only the mail is marked as optional, because the rules of the poll decide what is
        # required.
        field.flags.required = field.name != "mail_receipt"
    return form


class StatementForm(LocalizedForm):
    """A statement that a resident adds to a poll."""

    statement = TextAreaField(_("Your statement"), [DataRequired(REQUIRED)])


class FindBallotForm(LocalizedForm):
    """A ballot code to look up in the list of counted ballots."""

    ballot_code = StringField(_("Your ballot code"), [DataRequired(REQUIRED)])


def _labels(options: Sequence["Option"]) -> list[SelectChoice]:
    return [SelectChoice(str(option.id), _label_with_cost(option)) for option in options]


def _label_with_cost(option: "Option") -> str:
    cost = money(option.cost, option.poll.process) if option.cost else ""
    return f"{option.label} · {cost}" if cost else str(option.label)


def _single_choice_field(options: Sequence["Option"]) -> dict[str, Field]:
    choices = _labels(options)
    return {"marked": RadioField(_("Your choice"), choices=choices, validate_choice=False)}


def _multiple_choice_field(options: Sequence["Option"]) -> dict[str, Field]:
    choices = _labels(options)
    return {"marked": CheckboxesField(_("Your choice"), choices=choices, validate_choice=False)}


_MARKS_FIELDS = {
    PollType.SINGLE: _single_choice_field,
    PollType.MULTIPLE: _multiple_choice_field,
    PollType.BUDGET: _multiple_choice_field,
}


def _option_fields(poll: "Poll", options: Sequence["Option"]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for option in options:
        if not option.is_pass:
            fields[f"option_{option.id}"] = _option_field(poll, option)
    pass_options = [option for option in options if option.is_pass]
    if pass_options:
        fields["passed"] = CheckboxesField(
            _("Or"), choices=_labels(pass_options), validate_choice=False
        )
    return fields


def _option_field(poll: "Poll", option: "Option") -> Field:
    if poll.type == PollType.RANKED:
        return StringField(option.label)
    if poll.type == PollType.SCORE:
        scores = [SelectChoice(str(n), str(n)) for n in range(HIGHEST_SCORE + 1)]
        return RadioField(option.label, choices=scores, validate_choice=False)
    views = [SelectChoice(value, text) for value, text in STATEMENT_VIEWS.items()]
    return RadioField(option.label, choices=views, validate_choice=False)
