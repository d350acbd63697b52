"""Forms to post, edit and correct comments."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, Length, Optional

from deliberate.forms import REQUIRED, LocalizedForm, multi_line, required_choice
from deliberate.vocabulary import Stance

MAX_COMMENT, MAX_CORRECTION = 4000, 1000
STANCES = [
    SelectChoice("for", _("For")),
    SelectChoice("against", _("Against")),
    SelectChoice("neutral", _("Neutral or a question")),
]
_STANCES_BY_VALUE = {"for": Stance.FOR, "against": Stance.AGAINST, "neutral": Stance.NEUTRAL}
_VALUES_BY_STANCE = {stance: value for value, stance in _STANCES_BY_VALUE.items()}


class CommentTextForm(LocalizedForm):
    """The text of a comment."""

    body = TextAreaField(
        _("Your reason"),
        [DataRequired(REQUIRED), Length(max=MAX_COMMENT, message=_("At most 4,000 characters."))],
        filters=[multi_line],
    )


class CorrectionForm(LocalizedForm):
    """The text of a correction below a comment."""

    body = TextAreaField(
        _("Your correction"),
        [
            DataRequired(REQUIRED),
            Length(max=MAX_CORRECTION, message=_("At most 1,000 characters.")),
        ],
        filters=[multi_line],
    )


class CommentForm(CommentTextForm):
    """The text of a comment with its source and whether it is a question."""

    source = StringField(
        _("Source"),
        [Optional(), Length(max=500, message=_("At most 500 characters."))],
        filters=[multi_line],
    )
    is_question = BooleanField(_("This is a question to the author or to the institution"))


_CHOOSE = _("Choose for, against, or neutral.")


class ArgumentForm(CommentForm):
    """An argument on a proposal; a stance is required, and none is preselected."""

    stance = required_choice(_("What is your position on this proposal?"), STANCES, _CHOOSE)

    @property
    def selected_stance(self) -> Stance | None:
        """Return the selected stance, or None."""
        return _STANCES_BY_VALUE.get(self.stance.data or "")


class ReplyForm(ArgumentForm):
    """A reply to a comment; its stance is optional."""

    stance = RadioField(
        _("What is your position on this proposal?"),
        [Optional(), AnyOf(_STANCES_BY_VALUE, message=_CHOOSE)],
        choices=[*STANCES, SelectChoice("", _("I do not state a position"))],
        validate_choice=False,
    )


def stance_value(stance: Stance | None) -> str:
    """Return the form value of a stance; empty without one."""
    return _VALUES_BY_STANCE.get(stance, "") if stance is not None else ""
