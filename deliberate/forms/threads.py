"""Arguments and replies: what these forms may carry."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, Length, Optional

from deliberate.forms import REQUIRED, HouseForm
from deliberate.text import clean
from deliberate.vocabulary import Stance

LONGEST, SHORT = 4000, 1000
STANCES = [
    SelectChoice("for", _("For")),
    SelectChoice("against", _("Against")),
    SelectChoice("neutral", _("Neutral or a question")),
]
_VALUES = {"for": Stance.FOR, "against": Stance.AGAINST, "neutral": Stance.NEUTRAL}
_NAMES = {stance: name for name, stance in _VALUES.items()}


def _cleaned(written: str | None) -> str:
    return clean(written or "")


class WordsForm(HouseForm):
    """The words of a comment alone, as they are edited."""

    body = TextAreaField(
        _("Your reason"),
        [DataRequired(REQUIRED), Length(max=LONGEST, message=_("At most 4,000 characters."))],
        filters=[_cleaned],
    )


class CorrectionForm(HouseForm):
    """What is to stand below a comment from now on."""

    body = TextAreaField(
        _("Your correction"),
        [DataRequired(REQUIRED), Length(max=SHORT, message=_("At most 1,000 characters."))],
        filters=[_cleaned],
    )


class CommentForm(WordsForm):
    """Words with a source; a question is marked as one."""

    source = StringField(
        _("Source"),
        [Optional(), Length(max=500, message=_("At most 500 characters."))],
        filters=[_cleaned],
    )
    is_question = BooleanField(_("This is a question to the author or to the institution"))


_CHOOSE = _("Choose for, against, or neutral.")


class ArgumentForm(CommentForm):
    """An argument on the proposal: one says where one stands, and nothing is chosen beforehand."""

    stance = RadioField(
        _("Where do you stand on this proposal?"),
        [DataRequired(_CHOOSE), AnyOf(_VALUES, message=_CHOOSE)],
        choices=STANCES,
        validate_choice=False,
    )

    @property
    def chosen(self) -> Stance | None:
        """The stance that was chosen, if any."""
        return _VALUES.get(self.stance.data or "")


class ReplyForm(ArgumentForm):
    """A reply to a comment: here a stance may be left open."""

    stance = RadioField(
        _("Where do you stand on this proposal?"),
        [Optional(), AnyOf(_VALUES, message=_CHOOSE)],
        choices=[*STANCES, SelectChoice("", _("I leave this open"))],
        validate_choice=False,
    )


def name_of(stance: Stance | None) -> str:
    """A stance as the forms name it."""
    return _NAMES.get(stance, "") if stance is not None else ""
