"""What stands in tables in place of the text of a contribution that is not shown."""

from typing import TYPE_CHECKING

from flask_babel import gettext as _

from deliberate.forms.moderation import RULE_CHOICES

if TYPE_CHECKING:
    from deliberate.models import UnitContribution

_RULES = {choice.value: choice.label for choice in RULE_CHOICES}


def why_unshown(contribution: "UnitContribution") -> str:
    """Return why a contribution has no text for the public; empty for one that is shown."""
    if contribution.is_visible_to(None):
        return ""
    if contribution.withdrawn_at is not None:
        return str(_("Withdrawn by its author. It is counted without its text."))
    if contribution.is_held:
        return str(_("Held until a moderator has looked. It is counted without its text."))
    rule = _RULES.get(contribution.hidden_ground or "", contribution.hidden_ground)
    return str(_("Hidden by a moderator: %(rule)s. It is counted without its text.", rule=rule))
