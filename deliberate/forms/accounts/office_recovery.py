"""Coming back at an office: how somebody at the desk showed that an account is theirs."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectChoice
from wtforms.validators import AnyOf, DataRequired

from deliberate.forms import HouseForm
from deliberate.vocabulary import Proof

_CHOOSE = _("Choose one of these.")
PROOFS = [
    SelectChoice(Proof.DOCUMENT.value, _("A document with their name; nothing of it is noted")),
    SelectChoice(Proof.KNOWN.value, _("I know this person")),
    SelectChoice(Proof.CONTENT.value, _("They knew what only this account's owner knows")),
]


class ProofForm(HouseForm):
    """How it was shown, by somebody who sits here."""

    proof = RadioField(
        _("How did they show that the account is theirs?"),
        [DataRequired(_CHOOSE), AnyOf([one.value for one in Proof], message=_CHOOSE)],
        choices=PROOFS,
        validate_choice=False,
    )
    present = BooleanField(
        _("The person is sitting in front of me."),
        [DataRequired(_("Only for somebody who is here, never by telephone or letter."))],
    )
