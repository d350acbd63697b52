"""Form for the class of an account."""

from flask_babel import lazy_gettext as _
from wtforms import SelectChoice

from deliberate.forms import LocalizedForm, required_choice
from deliberate.vocabulary import AccountClass, ReclassificationReason

_CHOOSE = _("Choose one of these.")
CLASSES = {
    AccountClass.PERSON: _("Person: a resident’s own account; it counts in every score"),
    AccountClass.ORGANISATION: _(
        "Organisation: it counts in the discussion, not among people who come back"
    ),
    AccountClass.SYSTEM: _("Not counted: none of its acts count in the scores"),
}
REASONS = {
    ReclassificationReason.SUPPORT_ACCOUNT: _("It belongs to those who run this platform"),
    ReclassificationReason.AUTOMATED: _("A program writes here, not a person"),
    ReclassificationReason.DUPLICATE: _("One person uses several accounts, this is one more"),
    ReclassificationReason.ORGANISATION: _("It speaks for an organisation or a group"),
    ReclassificationReason.MISTAKE: _("The present class was set by mistake"),
}


class ReclassificationForm(LocalizedForm):
    """The class of an account, and the reason for it."""

    account_class = required_choice(
        _("As what does it count?"),
        [SelectChoice(item.value, label) for item, label in CLASSES.items()],
        _CHOOSE,
    )
    reason = required_choice(
        _("Why?"), [SelectChoice(item.value, label) for item, label in REASONS.items()], _CHOOSE
    )
