"""Proposals as they are written: what each step may carry."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import SelectChoice, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from deliberate.forms import REQUIRED, HouseForm
from deliberate.text import clean, clean_line

TITLE = 120
SHORTEST, LONGEST = 200, 5000


def _line(written: str | None) -> str:
    return clean_line(written or "")


def _text(written: str | None) -> str:
    return clean(written or "")


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


class ReviseForm(TitleForm, TextForm):
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


class WithdrawForm(HouseForm):
    """Why a proposal is taken back."""

    reason = TextAreaField(
        _("Why do you take it back?"),
        [DataRequired(REQUIRED), Length(max=1000, message=_("At most 1,000 characters."))],
        filters=[_text],
    )
