"""Forms to write, revise, withdraw and list proposals."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from deliberate.forms import REQUIRED, LocalizedForm, multi_line, single_line
from deliberate.forms.proposals.listed_names import ListedNameField
from deliberate.queries.processes.name_lists import NameList

MAX_TITLE = 120
MIN_BODY, MAX_BODY = 200, 5000


def _is_offered(_form: LocalizedForm, field: RadioField) -> None:
    if field.data not in {choice.value for choice in field.choices}:
        raise ValidationError(_("Choose one of these."))


class TitleForm(LocalizedForm):
    """The title of a proposal."""

    title = StringField(
        _("Title"),
        [
            DataRequired(_("Give the proposal a title.")),
            Length(max=MAX_TITLE, message=_("At most 120 characters.")),
        ],
        filters=[single_line],
    )


class TextForm(LocalizedForm):
    """The text of a proposal."""

    body = TextAreaField(
        _("What should change, and for whom?"),
        [
            DataRequired(_("Say what should change.")),
            Length(
                min=MIN_BODY,
                max=MAX_BODY,
                message=_("Between 200 and 5,000 characters, so that others can judge it."),
            ),
        ],
        filters=[multi_line],
    )


class StartForm(TitleForm):
    """The first step: a title and the process the proposal belongs to."""

    of_process = RadioField(
        _("Which process does it belong to?"),
        [DataRequired(_("Choose a process.")), _is_offered],
        name="process",
        choices=[],
        validate_choice=False,
    )

    def set_choices(self, processes: Iterable[tuple[str, str]]) -> None:
        """Offer processes, each as (slug, title); a single one is selected."""
        self.of_process.choices = [SelectChoice(slug, title) for slug, title in processes]
        if len(self.of_process.choices) == 1 and not self.of_process.data:
            self.of_process.data = self.of_process.choices[0].value

    @property
    def has_choice(self) -> bool:
        """Return whether any process takes proposals now."""
        return bool(self.of_process.choices)


class TitleAndTextForm(TitleForm, TextForm):
    """The title and text of a proposal."""


class PlaceForm(LocalizedForm):
    """The area and topic of a proposal."""

    area = ListedNameField(_("Area"))
    topic = ListedNameField(_("Topic"))

    def offer_names(self, topics: NameList, areas: NameList) -> None:
        """Offer the topics and areas of the process."""
        self.topic.offer(topics)
        self.area.offer(areas)


class InstitutionForm(LocalizedForm):
    """The institution that should respond."""

    institution = RadioField(
        _("Who should answer?"), [Optional(), _is_offered], choices=[], validate_choice=False
    )

    def set_choices(self, institutions: Iterable[tuple[str, str]]) -> None:
        """Offer institutions, each as (slug, name), and the choice not to know."""
        unknown = SelectChoice("", _("I don't know"))
        known = (SelectChoice(slug, name) for slug, name in institutions)
        self.institution.choices = [unknown, *known]
        self.institution.data = self.institution.data or ""


class ReviseForm(TitleAndTextForm, PlaceForm):
    """A new version: text, area and topic, a note on the change, the comments that led to it."""

    note = StringField(
        _("What did you change?"),
        [DataRequired(REQUIRED), Length(max=255, message=_("At most 255 characters."))],
        filters=[single_line],
    )
    credits = SelectMultipleField(
        _("Which comments led to it?"),
        coerce=int,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        choices=[],
        validate_choice=False,
    )

    def offer_names(self, topics: NameList, areas: NameList) -> None:
        """Offer the topics and areas of the process, and the present ones of the proposal."""
        self.topic.offer(topics, single_line(self.topic.object_data))
        self.area.offer(areas, single_line(self.area.object_data))

    def set_choices(self, comments: Iterable[tuple[int, str]]) -> None:
        """Offer comments, each as (id, text), as those that led to the change."""
        self.credits.choices = [
            SelectChoice(str(comment_id), text) for comment_id, text in comments
        ]


class ProposalListForm(LocalizedForm):
    """Filters and order of the list of proposals; unknown values are ignored."""

    q = StringField(_("Words in title or text"), filters=[single_line])
    of_process = SelectField(_("Process"), name="process", choices=[], validate_choice=False)
    state = SelectField(
        _("State"),
        choices=[
            SelectChoice("", _("Any")),
            SelectChoice("published", _("Open for support")),
            SelectChoice("due", _("Response due")),
            SelectChoice("overdue", _("Response overdue")),
            SelectChoice("responded", _("Responded")),
            SelectChoice("in_delivery", _("In delivery")),
            SelectChoice("done", _("Done")),
            SelectChoice("dropped", _("Dropped")),
            SelectChoice("withdrawn", _("Withdrawn by the author")),
        ],
        validate_choice=False,
    )
    topic: Any = ListedNameField(_("Topic"))  # None in the search form
    area: Any = ListedNameField(_("Area"))
    institution = SelectField(_("Institution"), choices=[], validate_choice=False)
    order = SelectField(
        _("Order"),
        choices=[
            SelectChoice("newest", _("Newest")),
            SelectChoice("waiting", _("Waiting longest for a response")),
            SelectChoice("discussed", _("Most discussed")),
            SelectChoice("closing", _("Closing soon")),
            SelectChoice("least_seen", _("Least seen")),
        ],
        validate_choice=False,
    )

    def set_choices(
        self, processes: Iterable[tuple[str, str]], institutions: Iterable[tuple[str, str]]
    ) -> None:
        """Offer processes and institutions, each as (slug, name)."""
        for field, options in ((self.of_process, processes), (self.institution, institutions)):
            choices = (SelectChoice(slug, name) for slug, name in options)
            field.choices = [SelectChoice("", _("Any")), *choices]

    def offer_names(self, topics: NameList, areas: NameList) -> None:
        """Offer the topics and areas of the processes, and what else is written."""
        self.topic.offer(replace(topics, allows_other=True))
        self.area.offer(replace(areas, allows_other=True))

    def label_of(self, name: str) -> str:
        """Return the label of the value a filter is set to."""
        field = self.of_process if name == "process" else self[name]
        if isinstance(field, SelectField):
            labels = {choice.value: choice.label for choice in field.choices}
            return str(labels.get(field.data, field.data))
        return str(field.data)


class WithdrawForm(LocalizedForm):
    """The reason to withdraw a proposal."""

    reason = TextAreaField(
        _("Why do you withdraw it?"),
        [DataRequired(REQUIRED), Length(max=1000, message=_("At most 1,000 characters."))],
        filters=[multi_line],
    )
