"""Form for account recovery at an office."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectChoice
from wtforms.validators import DataRequired

from deliberate.forms import LocalizedForm, required_choice
from deliberate.vocabulary import IdentityProof

_CHOOSE = _("Choose one of these.")
PROOFS = [
    SelectChoice(
        IdentityProof.DOCUMENT.value, _("A document with their name; nothing of it is noted")
    ),
    SelectChoice(IdentityProof.KNOWN.value, _("I know this person")),
    SelectChoice(IdentityProof.CONTENT.value, _("They knew what only this account's owner knows")),
]


class IdentityProofForm(LocalizedForm):
    """How a person at the desk proved to be the owner of an account."""

    proof = required_choice(_("How did they show that the account is theirs?"), PROOFS, _CHOOSE)
    present = BooleanField(
        _("The person is sitting in front of me."),
        [DataRequired(_("Only for somebody who is here, never by telephone or letter."))],
    )
