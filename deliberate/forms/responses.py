"""Forms of the desk: the response, referrals, questions, notes, commitments and templates."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
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
from wtforms.validators import DataRequired, Length, Optional, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, DateInput, ListWidget

from deliberate.days import parse_day
from deliberate.forms import REQUIRED, SLUG, TOO_LONG, LocalizedForm, multi_line, single_line
from deliberate.forms.proposals.listed_names import ListedNameField
from deliberate.text import parse_whole_number

MAX_POINTS = 8
DRAFT_FIELDS = (
    "decision",
    "headline",
    "body",
    "grounds",
    "study_until",
    "outside_body",
    "note",
    "language",
)
"""The fields stored in a draft besides points, commitments and answered comments."""
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
REFUSAL_VERDICTS = ("not_accepted", "accepted_in_part")


class DayField(StringField):
    """A date field that holds the text as typed, so that an invalid date is shown again."""

    widget = DateInput()

    @property
    def day(self) -> date | None:
        """Return the date, None for an empty or invalid text."""
        return parse_day(self.data or "")

    def pre_validate(self, form: Form) -> None:
        """Reject a text that is not a date; what was typed is not also called missing."""
        if (self.data or "").strip() and self.day is None:
            raise StopValidation(_("Write a date as 2026-11-30, in the years 2000 to 2100."))


class PointForm(LocalizedForm):
    """A point of a response."""

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
        """Require a reason for a point that is not accepted."""
        if self.text.data and self.verdict.data in REFUSAL_VERDICTS and not field.data:
            raise ValidationError(_("A point that is not accepted needs a reason and a ground."))

    def validate_ground(self, field: SelectField) -> None:
        """Require a ground for a point that is not accepted."""
        if self.text.data and self.verdict.data in REFUSAL_VERDICTS and not field.data:
            raise ValidationError(_("A point that is not accepted needs a reason and a ground."))


class CommitmentForm(LocalizedForm):
    """A commitment: what, who, by when."""

    what = StringField(_("What"), [Optional(), Length(max=255, message=TOO_LONG)])
    who = SelectField(_("Who"), choices=[], validate_choice=True)
    due = DayField(_("By when"))

    def validate_due(self, field: DayField) -> None:
        """Require a date for a commitment."""
        if self.what.data and not field.data:
            raise ValidationError(_("A commitment needs a date."))


class ResponseForm(LocalizedForm):
    """A response; response_form_class() adds a field for each open argument."""

    decision = RadioField(_("Decision"), [DataRequired(REQUIRED)], choices=DECISIONS)
    headline = StringField(
        _("Headline"),
        [DataRequired(REQUIRED), Length(max=120, message=TOO_LONG)],
        description=_("The response in one sentence"),
    )
    body = TextAreaField(_("Explanation"), [Optional(), Length(max=8000, message=TOO_LONG)])
    grounds = SelectMultipleField(
        _("What is the decision based on?"),
        choices=GROUNDS,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    points = FieldList(FormField(PointForm), min_entries=1, max_entries=MAX_POINTS)
    commitments = FieldList(FormField(CommitmentForm), min_entries=1, max_entries=MAX_POINTS)
    study_until = DayField(
        _("Second date, if it needs study"),
        description=_("One date on which you decide; the deadline of the response does not change"),
    )
    outside_body = StringField(
        _("Who is responsible, if not your institution?"),
        [Optional(), Length(max=160, message=TOO_LONG)],
        description=_("Another body; refer the proposal instead if it is an institution here"),
    )
    note = StringField(
        _("What does this version change?"), [Optional(), Length(max=255, message=TOO_LONG)]
    )
    language = SelectField(
        _("Language"),
        choices=(SelectChoice("id", "Bahasa Indonesia"), SelectChoice("en", "English")),
    )
    revision = HiddenField(default="0")
    base_version = HiddenField(default="0")

    def set_choices(
        self,
        institutions: Iterable[tuple[int, str]],
        extra_points: int = 0,
        extra_commitments: int = 0,
    ) -> None:
        """Set the institutions for commitments, and add empty points and commitments."""
        for _index in range(extra_points):
            if len(self.points) < MAX_POINTS:
                self.points.append_entry()
        for _index in range(extra_commitments):
            if len(self.commitments) < MAX_POINTS:
                self.commitments.append_entry()
        choices = [SelectChoice(str(id_), name) for id_, name in institutions]
        for entry in self.commitments:
            entry.form.who.choices = choices

    def validate_study_until(self, field: DayField) -> None:
        """Require a date for a decision that needs study."""
        if self.decision.data == "needs_study" and not field.data:
            raise ValidationError(_("Give the date until which you study it."))

    def validate_grounds(self, field: SelectMultipleField) -> None:
        """Require a ground for a refusal, here or on a point."""
        has_ground = field.data or any(entry.form.ground.data for entry in self.points)
        if self.decision.data in REFUSAL_VERDICTS and not has_ground:
            raise ValidationError(_("A refusal needs a ground: law, budget, technical or other."))

    def validate_body(self, field: TextAreaField) -> None:
        """Require a reason for a refusal, here or on a point."""
        has_reason = field.data or any(entry.form.reason.data for entry in self.points)
        if self.decision.data in REFUSAL_VERDICTS and not has_reason:
            raise ValidationError(_("A refusal needs a reason."))

    def draft_content(self) -> dict[str, Any]:  # JSON of the draft
        """Return the values of the form as they are stored in a draft."""
        content = {name: self.data[name] for name in DRAFT_FIELDS}
        content["points"] = [point for point in self.data["points"] if point["text"]]
        content["commitments"] = [row for row in self.data["commitments"] if row["what"]]
        content["answers"] = {
            name.removeprefix("answer_"): point
            for name, value in self.data.items()
            if name.startswith("answer_")
            and (point := parse_whole_number(value or "", MAX_POINTS)) is not None
        }
        return content


def response_form_class(comment_ids: Iterable[int]) -> type[ResponseForm]:
    """Return the response form with a field per open argument for the point that answers it."""
    choices = [
        SelectChoice("", _("not in this response")),
        SelectChoice("0", _("by the response as a whole")),
        *(SelectChoice(str(n), _("by point %(n)s", n=n)) for n in range(1, MAX_POINTS + 1)),
    ]
    fields = {
        f"answer_{comment_id}": SelectField(
            _("Argument %(n)s", n=comment_id), choices=choices, validators=[Optional()]
        )
        for comment_id in comment_ids
    }
    return type("ResponseFormWithArguments", (ResponseForm,), fields)


def draft_to_form_data(
    content: Mapping[str, Any],  # JSON of the draft
) -> dict[str, Any]:
    """Return the content of a draft as initial data of the response form."""
    answers = {f"answer_{comment_id}": str(n) for comment_id, n in content["answers"].items()}
    return {**content, **answers}


class ReferralForm(LocalizedForm):
    """A referral of a proposal, with its reason."""

    institution = SelectField(_("To which institution?"), choices=[], validators=[Optional()])
    system = SelectField(_("Or to an external system"), choices=[], validators=[Optional()])
    other_system = StringField(
        _("Or to another system, by its name"),
        [Optional(), Length(max=40, message=TOO_LONG)],
        filters=[single_line],
    )
    reference = StringField(
        _("Its number there, if it has one"), [Optional(), Length(max=120, message=TOO_LONG)]
    )
    reason = TextAreaField(
        _("Why? The reason is public."),
        [DataRequired(REQUIRED), Length(max=1000, message=TOO_LONG)],
    )

    def set_choices(self, institutions: Iterable[tuple[str, str]], systems: Iterable[str]) -> None:
        """Set the institutions and the external systems to choose from."""
        choices = (SelectChoice(id_, name) for id_, name in institutions)
        self.institution.choices = [SelectChoice("", _("choose")), *choices]
        self.system.choices = [SelectChoice("", _("none")), *map(SelectChoice, systems)]


class QuestionForm(LocalizedForm):
    """The question to the author that pauses the response clock."""

    question = TextAreaField(
        _("Question to the author"), [DataRequired(REQUIRED), Length(max=1000, message=TOO_LONG)]
    )
    days = SelectField(
        _("Working days of the pause"),
        choices=[SelectChoice(str(n)) for n in range(1, 11)],
        default="10",
    )


class CaseTopicForm(LocalizedForm):
    """The topic by which the open cases are filtered."""

    topic = ListedNameField(_("Topic"))


class NoteForm(LocalizedForm):
    """An internal note on a case."""

    note = TextAreaField(_("Note"), [DataRequired(REQUIRED), Length(max=2000, message=TOO_LONG)])


class StepForm(LocalizedForm):
    """The next step of a commitment."""

    state = RadioField(
        _("What happened?"),
        [DataRequired(REQUIRED)],
        choices=(
            SelectChoice("updated", _("There is progress")),
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


class TemplateForm(LocalizedForm):
    """A response template."""

    name = StringField(_("Name"), [DataRequired(REQUIRED), Length(max=80, message=TOO_LONG)])
    body = TextAreaField(_("Text"), [DataRequired(REQUIRED), Length(max=8000, message=TOO_LONG)])


class InstitutionForm(LocalizedForm):
    """The names of an institution, and whether it coordinates."""

    name = StringField(
        _("Name in Indonesian"),
        [DataRequired(REQUIRED), Length(max=160, message=TOO_LONG)],
        [single_line],
    )
    name_en = StringField(_("Name in English"), [Length(max=160, message=TOO_LONG)], [single_line])
    is_coordinator = BooleanField(
        _("It coordinates: it receives what no other institution accepts")
    )


class NewInstitutionForm(InstitutionForm):
    """A new institution with its slug."""

    slug = StringField(
        _("Address"),
        [DataRequired(REQUIRED), Length(max=60, message=TOO_LONG), SLUG],
        [single_line],
    )


class OfficeForm(LocalizedForm):
    """An office: address, opening hours, contact and directions."""

    name = StringField(
        _("Name of the office"),
        [DataRequired(REQUIRED), Length(max=120, message=TOO_LONG)],
        [single_line],
    )
    address = StringField(
        _("Street and place"),
        [DataRequired(REQUIRED), Length(max=300, message=TOO_LONG)],
        [single_line],
    )
    hours = StringField(
        _("Opening hours in Indonesian"),
        [DataRequired(REQUIRED), Length(max=300, message=TOO_LONG)],
        [single_line],
    )
    hours_en = StringField(
        _("Opening hours in English"), [Length(max=300, message=TOO_LONG)], [single_line]
    )
    contact = StringField(
        _("Telephone or e-mail"), [Length(max=200, message=TOO_LONG)], [single_line]
    )
    directions = TextAreaField(
        _("How to get there, in Indonesian"), [Length(max=1000, message=TOO_LONG)], [multi_line]
    )
    directions_en = TextAreaField(
        _("How to get there, in English"), [Length(max=1000, message=TOO_LONG)], [multi_line]
    )
    is_closed = BooleanField(_("This office no longer receives people"))


class InstitutionChoiceForm(LocalizedForm):
    """A topic and an institution."""

    topic = StringField(
        _("Topic"),
        [DataRequired(_("Write the topic.")), Length(max=80, message=TOO_LONG)],
        filters=[single_line],
    )
    institution = SelectField(_("Institution"), choices=[])

    def set_institutions(self, institutions: Iterable[tuple[str, str]]) -> None:
        """Set the institutions to choose from, each as (slug, name)."""
        self.institution.choices = [SelectChoice(*row) for row in institutions]


class MandateForm(InstitutionChoiceForm):
    """What a rule says: which institution is responsible for a topic."""

    basis = TextAreaField(
        _("The rule that says so, with its article"),
        [DataRequired(_("Write the rule.")), Length(max=1000, message=TOO_LONG)],
        filters=[multi_line],
    )


class OverlapForm(InstitutionChoiceForm):
    """An overlap: what is unclear, who coordinates it and by when."""

    reason = TextAreaField(
        _("What is unclear"),
        [DataRequired(_("Write what is unclear.")), Length(max=2000, message=TOO_LONG)],
        filters=[multi_line],
    )
    due = DayField(_("By when"))

    def validate_due(self, field: DayField) -> None:
        """Require a day that can be read."""
        if field.day is None:
            raise ValidationError(_("Choose a day."))


class OverlapDecisionForm(LocalizedForm):
    """The written decision that settles an overlap."""

    decision = TextAreaField(
        _("Decision"),
        [DataRequired(_("Write the decision.")), Length(max=4000, message=TOO_LONG)],
        filters=[multi_line],
    )
