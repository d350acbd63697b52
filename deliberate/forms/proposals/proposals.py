"""Proposals as they are written: what each step may carry."""

from collections.abc import Iterable

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

from deliberate.forms import REQUIRED, HouseForm
from deliberate.text import clean, clean_line

TITLE = 120
SHORTEST, LONGEST = 200, 5000
_EIGHTY = _("At most 80 characters.")


def _line(written: str | None) -> str:
    return clean_line(written or "")


def _text(written: str | None) -> str:
    return clean(written or "")


def _is_offered(_form: HouseForm, field: RadioField) -> None:
    if field.data not in {choice.value for choice in field.choices}:
        raise ValidationError(_("Choose one of these."))


class TitleForm(HouseForm):
    """What a proposal is called."""

    title = StringField(
        _("Title"),
        [
            DataRequired(_("Give the proposal a title.")),
            Length(max=TITLE, message=_("At most 120 characters.")),
        ],
        filters=[_line],
    )


class TextForm(HouseForm):
    """What should change, and for whom."""

    body = TextAreaField(
        _("What should change, and for whom?"),
        [
            DataRequired(_("Say what should change.")),
            Length(
                min=SHORTEST,
                max=LONGEST,
                message=_("Between 200 and 5,000 characters, so that others can weigh it."),
            ),
        ],
        filters=[_text],
    )


class StartForm(TitleForm):
    """The first step: a title, and the process the proposal belongs to."""

    of_process = RadioField(
        _("Which process does it belong to?"),
        [DataRequired(_("Choose a process.")), _is_offered],
        name="process",
        choices=[],
        validate_choice=False,
    )

    def offer(self, processes: Iterable[tuple[str, str]]) -> None:
        """Offer these processes, each an address and a title; a single one needs no choosing."""
        self.of_process.choices = [SelectChoice(slug, title) for slug, title in processes]
        if len(self.of_process.choices) == 1 and not self.of_process.data:
            self.of_process.data = self.of_process.choices[0].value

    @property
    def has_choice(self) -> bool:
        """Whether any process takes proposals now."""
        return bool(self.of_process.choices)


class WordsForm(TitleForm, TextForm):
    """Title and text together."""


class PlaceForm(HouseForm):
    """Where it is and what it is about."""

    area = StringField(_("Area"), [Optional(), Length(max=80, message=_EIGHTY)], filters=[_line])
    topic = StringField(_("Topic"), [Optional(), Length(max=80, message=_EIGHTY)], filters=[_line])


class AskForm(HouseForm):
    """Which institution should answer."""

    institution = RadioField(
        _("Who should answer?"), [Optional(), _is_offered], choices=[], validate_choice=False
    )

    def offer(self, institutions: Iterable[tuple[str, str]]) -> None:
        """Offer these institutions, each an address and a name, and not to know."""
        unknown = SelectChoice("", _("I don't know"))
        some = (SelectChoice(slug, name) for slug, name in institutions)
        self.institution.choices = [unknown, *some]
        self.institution.data = self.institution.data or ""


class ReviseForm(WordsForm):
    """A new version: its text, what changed, and the comments that led to it."""

    note = StringField(
        _("What did you change?"),
        [DataRequired(REQUIRED), Length(max=255, message=_("At most 255 characters."))],
        filters=[_line],
    )
    credits = SelectMultipleField(
        _("Which comments led to it?"),
        coerce=int,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        choices=[],
        validate_choice=False,
    )

    def offer(self, comments: Iterable[tuple[int, str]]) -> None:
        """Offer these comments, each a number and its words, as those that led to the change."""
        self.credits.choices = [SelectChoice(str(number), words) for number, words in comments]


class ListForm(HouseForm):
    """How a list of proposals is narrowed and ordered; words that fit nothing narrow nothing."""

    q = StringField(_("Words in title or text"), filters=[_line])
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
    topic = StringField(_("Topic"), filters=[_line])
    area = StringField(_("Area"), filters=[_line])
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

    def offer(
        self, processes: Iterable[tuple[str, str]], institutions: Iterable[tuple[str, str]]
    ) -> None:
        """Offer these processes and institutions, each an address and a name."""
        for select, some in ((self.of_process, processes), (self.institution, institutions)):
            any_of_them = SelectChoice("", _("Any"))
            select.choices = [any_of_them, *(SelectChoice(slug, name) for slug, name in some)]

    def said(self, name: str) -> str:
        """What a filter is set to, in words."""
        field = self.of_process if name == "process" else self[name]
        if isinstance(field, SelectField):
            words = {choice.value: choice.label for choice in field.choices}
            return str(words.get(field.data, field.data))
        return str(field.data)


class WithdrawForm(HouseForm):
    """Why a proposal is taken back."""

    reason = TextAreaField(
        _("Why do you take it back?"),
        [DataRequired(REQUIRED), Length(max=1000, message=_("At most 1,000 characters."))],
        filters=[_text],
    )
