"""Answering a proposal: what the response form and the acts around it may carry."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, DateInput, ListWidget

from deliberate.forms import REQUIRED, HouseForm

MOST_POINTS = 8
KEPT = (
    "decision",
    "headline",
    "body",
    "grounds",
    "study_until",
    "outside_body",
    "note",
    "language",
)
"""What a draft keeps of the form beside points, promises and answered arguments."""
TOO_LONG = _("This is longer than the form takes.")
DECISIONS = (
    SelectChoice("accepted", _("Accepted")),
    SelectChoice("accepted_in_part", _("Accepted in part")),
    SelectChoice("not_accepted", _("Not accepted")),
    SelectChoice("needs_study", _("Needs study")),
    SelectChoice("not_ours", _("Not within our authority")),
)
VERDICTS = (
    SelectChoice("accepted", _("Accepted")),
    SelectChoice("accepted_in_part", _("Accepted in part")),
    SelectChoice("not_accepted", _("Not accepted")),
    SelectChoice("open", _("Still open")),
)
GROUNDS = (
    SelectChoice("law", _("Law")),
    SelectChoice("budget", _("Budget")),
    SelectChoice("technical", _("Technical")),
    SelectChoice("other", _("Other ground")),
)
REFUSED = ("not_accepted", "accepted_in_part")


class DayField(StringField):
    """A day, written as browsers send it; kept as typed so that nothing is lost."""

    widget = DateInput()

    @property
    def day(self) -> date | None:
        """The day, or None where none or nonsense was written."""
        try:
            return date.fromisoformat((self.data or "").strip())
        except ValueError:
            return None

    def pre_validate(self, form: Form) -> None:
        """Say that what was written is no day."""
        if (self.data or "").strip() and self.day is None:
            raise ValidationError(_("Write a date as 2026-11-30."))


class PointForm(HouseForm):
    """One point of an answer."""

    text = StringField(_("Point"), [Optional(), Length(max=255, message=TOO_LONG)])
    verdict = SelectField(_("Decision on it"), choices=VERDICTS, default="accepted")
    reason = TextAreaField(_("Reason"), [Optional(), Length(max=2000, message=TOO_LONG)])
    ground = SelectField(
        _("Ground"), choices=(SelectChoice("", _("none")), *GROUNDS), validators=[Optional()]
    )
    reference = StringField(
        _("Reference"),
        [Optional(), Length(max=255, message=TOO_LONG)],
        description=_("Article, budget line, drawing or survey"),
    )

    def validate_reason(self, field: TextAreaField) -> None:
        """No point is refused without a reason."""
        if self.text.data and self.verdict.data in REFUSED and not field.data:
            raise ValidationError(_("A point that is not accepted needs a reason and a ground."))

    def validate_ground(self, field: SelectField) -> None:
        """No point is refused without a ground."""
        if self.text.data and self.verdict.data in REFUSED and not field.data:
            raise ValidationError(_("A point that is not accepted needs a reason and a ground."))


class CommitmentForm(HouseForm):
    """One promise: what, who, by when."""

    what = StringField(_("What"), [Optional(), Length(max=255, message=TOO_LONG)])
    who = SelectField(_("Who"), choices=[], validate_choice=True)
    due = DayField(_("By when"))

    def validate_due(self, field: DayField) -> None:
        """A promise has a date."""
        if self.what.data and not field.data:
            raise ValidationError(_("A commitment needs a date."))


class ResponseForm(HouseForm):
    """The whole answer; `answering()` adds a choice for each open argument."""

    decision = RadioField(_("Decision"), [DataRequired(REQUIRED)], choices=DECISIONS)
    headline = StringField(
        _("Headline"),
        [DataRequired(REQUIRED), Length(max=120, message=TOO_LONG)],
        description=_("The answer in one sentence"),
    )
    body = TextAreaField(_("Explanation"), [Optional(), Length(max=8000, message=TOO_LONG)])
    grounds = SelectMultipleField(
        _("On what does it rest?"),
        choices=GROUNDS,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    points = FieldList(FormField(PointForm), min_entries=1, max_entries=MOST_POINTS)
    commitments = FieldList(FormField(CommitmentForm), min_entries=1, max_entries=MOST_POINTS)
    study_until = DayField(
        _("Second date, if it needs study"),
        description=_("One date on which you decide; the response clock runs on"),
    )
    outside_body = StringField(
        _("Whose matter is it, if it is not yours?"),
        [Optional(), Length(max=160, message=TOO_LONG)],
        description=_("A body outside; refer the proposal instead if it is an institution here"),
    )
    note = StringField(
        _("What does this version change?"), [Optional(), Length(max=255, message=TOO_LONG)]
    )
    language = SelectField(
        _("Language"),
        choices=(SelectChoice("id", "Bahasa Indonesia"), SelectChoice("en", "English")),
    )
    revision = HiddenField(default="0")
    seen = HiddenField(default="0")

    def offer(self, offices: Iterable[tuple[int, str]], points: int = 0, promises: int = 0) -> None:
        """Offer the institutions a promise can name, and room for more points and promises."""
        for _more in range(points):
            if len(self.points) < MOST_POINTS:
                self.points.append_entry()
        for _more in range(promises):
            if len(self.commitments) < MOST_POINTS:
                self.commitments.append_entry()
        choices = [SelectChoice(str(office), name) for office, name in offices]
        for entry in self.commitments:
            entry.form.who.choices = choices

    def validate_study_until(self, field: DayField) -> None:
        """An answer that needs study says until when."""
        if self.decision.data == "needs_study" and not field.data:
            raise ValidationError(_("Say until when you study it."))

    def validate_grounds(self, field: SelectMultipleField) -> None:
        """No refusal without a ground, here or on a point."""
        given = field.data or any(entry.form.ground.data for entry in self.points)
        if self.decision.data in REFUSED and not given:
            raise ValidationError(_("A refusal needs a ground: law, budget, technical or other."))

    def validate_body(self, field: TextAreaField) -> None:
        """No refusal without a reason, here or on a point."""
        given = field.data or any(entry.form.reason.data for entry in self.points)
        if self.decision.data in REFUSED and not given:
            raise ValidationError(_("A refusal needs a reason."))

    def written(self) -> dict[str, Any]:
        """What was written, as a draft keeps it."""
        kept = {name: self.data[name] for name in KEPT}
        kept["points"] = [point for point in self.data["points"] if point["text"]]
        kept["commitments"] = [p for p in self.data["commitments"] if p["what"]]
        kept["answers"] = {
            name.removeprefix("answer_"): int(value)
            for name, value in self.data.items()
            if name.startswith("answer_") and value not in {"", None}
        }
        return kept


def answering(comments: Iterable[int]) -> type[ResponseForm]:
    """The form with a choice for each open argument: which point answers it."""
    numbers = range(1, MOST_POINTS + 1)
    choices = [
        SelectChoice("", _("not in this answer")),
        SelectChoice("0", _("by the answer as a whole")),
        *(SelectChoice(str(n), _("by point %(n)s", n=n)) for n in numbers),
    ]
    fields = {
        f"answer_{number}": SelectField(
            _("Argument %(n)s", n=number), choices=choices, validators=[Optional()]
        )
        for number in comments
    }
    return type("AnsweringForm", (ResponseForm,), fields)


def from_draft(written: Mapping[str, Any]) -> dict[str, Any]:
    """A draft's words as the form takes them."""
    chosen = {f"answer_{number}": str(point) for number, point in written["answers"].items()}
    return {**written, **chosen}


class ReferralForm(HouseForm):
    """To whom a proposal is handed, and why."""

    to_office = SelectField(_("To which institution?"), choices=[], validators=[Optional()])
    system = SelectField(_("Or to a system outside"), choices=[], validators=[Optional()])
    reference = StringField(
        _("Its reference there"), [Optional(), Length(max=120, message=TOO_LONG)]
    )
    reason = TextAreaField(
        _("Why? The reason is public."),
        [DataRequired(REQUIRED), Length(max=1000, message=TOO_LONG)],
    )

    def offer(self, offices: Iterable[tuple[str, str]], systems: Iterable[str]) -> "ReferralForm":
        """Offer the institutions and the outside systems it can be handed to."""
        named = (SelectChoice(number, name) for number, name in offices)
        self.to_office.choices = [SelectChoice("", _("choose")), *named]
        self.system.choices = [SelectChoice("", _("none")), *map(SelectChoice, systems)]
        return self


class QuestionForm(HouseForm):
    """The one question to the author that pauses the clock."""

    question = TextAreaField(
        _("Question to the author"), [DataRequired(REQUIRED), Length(max=1000, message=TOO_LONG)]
    )
    days = SelectField(
        _("Working days the clock waits"),
        choices=[SelectChoice(str(n)) for n in range(1, 11)],
        default="10",
    )


class NoteForm(HouseForm):
    """A note for colleagues."""

    note = TextAreaField(_("Note"), [DataRequired(REQUIRED), Length(max=2000, message=TOO_LONG)])


class StepForm(HouseForm):
    """A commitment's next step."""

    state = RadioField(
        _("What happened?"),
        [DataRequired(REQUIRED)],
        choices=(
            SelectChoice("updated", _("It moved on")),
            SelectChoice("fulfilled", _("It is fulfilled")),
            SelectChoice("dropped", _("It is dropped")),
        ),
    )
    note = TextAreaField(
        _("In one or two sentences"), [Optional(), Length(max=500, message=TOO_LONG)]
    )
    evidence = StringField(
        _("Where it can be seen"),
        [Optional(), Length(max=500, message=TOO_LONG)],
        description=_("A place, a document or an address"),
    )


class TemplateForm(HouseForm):
    """Words an office often needs."""

    name = StringField(_("Name"), [DataRequired(REQUIRED), Length(max=80, message=TOO_LONG)])
    body = TextAreaField(_("Words"), [DataRequired(REQUIRED), Length(max=8000, message=TOO_LONG)])
