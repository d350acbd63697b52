"""Verified residents: the code somebody enters, the codes and lists an administrator makes."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange

from deliberate.forms import REQUIRED, HouseForm, line
from deliberate.forms.polls.polls import WholeField
from deliberate.vocabulary import FactorLoss, VerificationEnd

_TOO_LONG = _("This is too long.")
_CHOOSE = _("Choose one of these.")
ENDS = [
    SelectChoice(VerificationEnd.MOVED.value, _("The person moved away")),
    SelectChoice(VerificationEnd.MISTAKE.value, _("It was a mistake")),
    SelectChoice(VerificationEnd.OTHER.value, _("Another reason")),
]
LOSSES = [
    SelectChoice(FactorLoss.LOST.value, _("The phone is lost")),
    SelectChoice(FactorLoss.BROKEN.value, _("The phone is broken or replaced")),
    SelectChoice(FactorLoss.STOLEN.value, _("The phone was stolen")),
    SelectChoice(FactorLoss.OTHER.value, _("Another reason")),
]


class VerifyForm(HouseForm):
    """The code on the paper from an office."""

    code = StringField(
        _("Code from the office"), [DataRequired(REQUIRED), Length(0, 60, _TOO_LONG)], [line]
    )


class CodesForm(HouseForm):
    """How many codes, for residents of which area."""

    number = WholeField(
        _("How many codes"),
        [InputRequired(REQUIRED), NumberRange(1, 1000, _("From 1 to 1,000."))],
    )
    area = StringField(_("Area they live in"), [Length(0, 80, _TOO_LONG)], [line])


class ListForm(HouseForm):
    """A list of addresses and areas, pasted."""

    table = TextAreaField(_("The list"), [DataRequired(REQUIRED)])


class EndForm(HouseForm):
    """Why somebody is no longer a verified resident."""

    end = RadioField(
        _("Why?"),
        [DataRequired(_CHOOSE), AnyOf([one.value for one in VerificationEnd], message=_CHOOSE)],
        choices=ENDS,
        validate_choice=False,
    )


class LossForm(HouseForm):
    """Why an administrator takes a second factor away, having made sure who asks."""

    loss = RadioField(
        _("Why?"),
        [DataRequired(_CHOOSE), AnyOf([one.value for one in FactorLoss], message=_CHOOSE)],
        choices=LOSSES,
        validate_choice=False,
    )
    sure = BooleanField(
        _("I have seen this person or called them back on a number I knew before."),
        [DataRequired(_("Make sure first: a stranger may ask in somebody's name."))],
    )
