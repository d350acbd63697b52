"""Forms for the verification of residents, and for removing a second factor."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, FileField, SelectChoice, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from deliberate.forms import REQUIRED, LocalizedForm, required_choice, single_line
from deliberate.forms.polls.polls import WholeNumberField
from deliberate.vocabulary import FactorRemovalReason, VerificationEndReason

_TOO_LONG = _("This is too long.")
_CHOOSE = _("Choose one of these.")
END_REASONS = [
    SelectChoice(VerificationEndReason.MOVED.value, _("The person moved away")),
    SelectChoice(VerificationEndReason.MISTAKE.value, _("It was a mistake")),
    SelectChoice(VerificationEndReason.OTHER.value, _("Another reason")),
]
LOSS_REASONS = [
    SelectChoice(FactorRemovalReason.LOST.value, _("The phone is lost")),
    SelectChoice(FactorRemovalReason.BROKEN.value, _("The phone is broken or replaced")),
    SelectChoice(FactorRemovalReason.STOLEN.value, _("The phone was stolen")),
    SelectChoice(FactorRemovalReason.OTHER.value, _("Another reason")),
]


class VerificationCodeForm(LocalizedForm):
    """A verification code from an office."""

    code = StringField(
        _("Code from the office"), [DataRequired(REQUIRED), Length(0, 60, _TOO_LONG)], [single_line]
    )


class ResidentCodesForm(LocalizedForm):
    """The number and area of new verification codes."""

    count = WholeNumberField(
        _("How many codes"),
        [InputRequired(REQUIRED), NumberRange(1, 1000, _("From 1 to 1,000."))],
    )
    area = StringField(_("Area they live in"), [Length(0, 80, _TOO_LONG)], [single_line])


class ResidentListForm(LocalizedForm):
    """A list of e-mail addresses and areas: a file, or its text."""

    file = FileField(_("File"))
    table = TextAreaField(_("The list"), [DataRequired(REQUIRED)])


class EndVerificationForm(LocalizedForm):
    """The reason for ending a verification."""

    reason = required_choice(_("Why?"), END_REASONS, _CHOOSE)


class RemoveSecondFactorForm(LocalizedForm):
    """The reason for removing another account's second factor, after an identity check."""

    reason = required_choice(_("Why?"), LOSS_REASONS, _CHOOSE)
    sure = BooleanField(
        _("I have seen this person or called them back on a number I knew before."),
        [DataRequired(_("Make sure first: a stranger may ask in somebody's name."))],
    )
