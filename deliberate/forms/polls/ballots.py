"""What a ballot's form may carry, for every question type; the rules themselves are the poll's."""

from collections.abc import Sequence
from typing import Any

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import Field, SelectChoice
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from deliberate.forms import REQUIRED, HouseForm
from deliberate.queries.polls.ballot_rules import HIGHEST_SCORE, Choice, fault_in
from deliberate.vocabulary import Electorate, PollType

VIEWS = {"1": _("Agree"), "-1": _("Disagree"), "0": _("Pass")}


class BallotForm(HouseForm):
    """The fields all ballots may have; those of the question are added for each poll."""

    voting_code = StringField(_("Voting code"))
    ballot_code = StringField(_("Your ballot code"))
    mail_receipt = BooleanField(_("Mail me the receipt"))

    poll: Any
    options: Sequence[Any]
    asks_key = False
    """Whether a ballot is changed, so that its code is needed instead of a voting code."""

    def choice(self) -> Choice:
        """What was chosen, as pairs of option and value; as written, not yet checked."""
        raise NotImplementedError

    def place(self, option_id: int | None) -> Field:
        """The field at which a fault is told."""
        raise NotImplementedError

    def validate(self, extra_validators: Any = None) -> bool:
        """Shape first, then the poll's own rules, told at the field."""
        shaped = super().validate(extra_validators)
        held = self._has_code()
        if not self._reads():
            return False
        fault = fault_in(self.poll, self.choice())
        if fault is not None:
            self.refuse(self.place(fault.option_id), fault.reason)
        return shaped and held and fault is None

    def _has_code(self) -> bool:
        """Whether the code that is needed was written at all."""
        if self.asks_key:
            if self.poll.is_secret and not (self.ballot_code.data or "").strip():
                self.refuse(self.ballot_code, _("Write the code you were shown after voting."))
                return False
            return True
        if self.poll.electorate == Electorate.CODES and not (self.voting_code.data or "").strip():
            self.refuse(self.voting_code, _("Write the code from your letter."))
            return False
        return True

    def _reads(self) -> bool:
        """Whether every value is a number; says so at the field that is none."""
        return True

    @staticmethod
    def refuse(field: Field, reason: Any) -> None:
        """Say at a field what is wrong with it."""
        field.errors = [*field.errors, reason]


class Marks(BallotForm):
    """A ballot that names options: one, several, or projects of a budget."""

    marked: Field

    def choice(self) -> Choice:
        """Every option named, once for each time it was sent."""
        return [(_whole(value), 1) for value in self.marked.raw_data or () if value]

    def place(self, option_id: int | None) -> Field:
        """The question as a whole."""
        return self.marked


class Figures(BallotForm):
    """A ballot that gives options a figure each: a rank, a score or a view."""

    def figures(self) -> dict[int, Field]:
        """The field of each option; "not sure" has none."""
        return {o.id: self[f"option_{o.id}"] for o in self.options if not o.is_pass}

    def choice(self) -> Choice:
        """The options that were given a figure; every value sent counts, also a second one."""
        given = [
            (option, _whole(value))
            for option, field in self.figures().items()
            for value in field.raw_data or ()
            if value.strip()
        ]
        passed = self["passed"].raw_data if "passed" in self else ()
        return [*given, *((_whole(value), 1) for value in passed or () if value)]

    def place(self, option_id: int | None) -> Field:
        """The option's own field, else the first."""
        figures = self.figures()
        return figures.get(option_id or 0, next(iter(figures.values())))

    def _reads(self) -> bool:
        wrong = [
            field
            for field in self.figures().values()
            if any(v.strip() and not _is_number(v) for v in field.raw_data or ())
        ]
        for field in wrong:
            self.refuse(field, _("Write a number, such as 1."))
        return not wrong


def _is_number(value: str) -> bool:
    digits = value.strip().removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) < 4


def _whole(value: str) -> int:
    """The number written; -1, which no option has, for anything else."""
    text = value.strip()
    if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 18:
        return int(text)
    return -1


class Boxes(SelectMultipleField):
    """Boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def ballot_form(
    poll: Any,
    options: Sequence[Any],
    sent: MultiDict[str, str] | None,
    *,
    asks_key: bool = False,
) -> Any:
    """The form of a poll's ballot, with the options in the order this voter sees them."""
    kind = Marks if poll.type in _MARKS else Figures
    fields = _MARKS[poll.type](options) if kind is Marks else _figure_fields(poll, options)
    told = {"poll": poll, "options": options, "asks_key": asks_key}
    form = type("Ballot", (kind,), {**fields, **told})(sent)
    for field in form:
        # Nothing but the mail is called optional: the poll's rules say what is needed.
        field.flags.required = field.name != "mail_receipt"
    return form


class StatementForm(HouseForm):
    """A statement a resident adds."""

    statement = TextAreaField(_("Your statement"), [DataRequired(REQUIRED)])


class FindForm(HouseForm):
    """A ballot code somebody looks for in the list."""

    ballot_code = StringField(_("Your ballot code"), [DataRequired(REQUIRED)])


def _labels(options: Sequence[Any]) -> list[SelectChoice]:
    return [SelectChoice(str(option.id), _priced(option)) for option in options]


def _priced(option: Any) -> str:
    return f"{option.label} · {format_decimal(option.cost)}" if option.cost else str(option.label)


def _one(options: Sequence[Any]) -> dict[str, Field]:
    choices = _labels(options)
    return {"marked": RadioField(_("Your choice"), choices=choices, validate_choice=False)}


def _several(options: Sequence[Any]) -> dict[str, Field]:
    choices = _labels(options)
    return {"marked": Boxes(_("Your choice"), choices=choices, validate_choice=False)}


_MARKS = {PollType.SINGLE: _one, PollType.MULTIPLE: _several, PollType.BUDGET: _several}


def _figure_fields(poll: Any, options: Sequence[Any]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for option in options:
        if not option.is_pass:
            fields[f"option_{option.id}"] = _figure(poll, option)
    passing = [option for option in options if option.is_pass]
    if passing:
        fields["passed"] = Boxes(_("Or"), choices=_labels(passing), validate_choice=False)
    return fields


def _figure(poll: Any, option: Any) -> Field:
    if poll.type == PollType.RANKED:
        return StringField(option.label)
    if poll.type == PollType.SCORE:
        scores = [SelectChoice(str(n), str(n)) for n in range(HIGHEST_SCORE + 1)]
        return RadioField(option.label, choices=scores, validate_choice=False)
    views = [SelectChoice(value, words) for value, words in VIEWS.items()]
    return RadioField(option.label, choices=views, validate_choice=False)
