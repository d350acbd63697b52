"""Supporting and following proposals."""

from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.operations import proposals
from deliberate.operations.pacing import PRESSES
from deliberate.queries.proposals import proposal_shown
from deliberate.views.frame import Room, after_act, asking, or_404, see_other
from deliberate.views.proposals import address_of

room = Room("backing", under="/proposals")


def _proposal(number: int) -> Any:
    return or_404(proposal_shown(number)).proposal


@room.page("/<int(max=2147483647):number>/support", "signed_in", methods=["POST"], pace=PRESSES)
def support(number: int) -> ResponseReturnValue:
    """Support a proposal."""
    proposal = _proposal(number)
    proposals.support_proposal(asking(), proposal)
    after_act(_("You support this proposal."))
    return see_other(address_of(proposal))


@room.page("/<int(max=2147483647):number>/support/end", "signed_in", methods=["POST"], pace=PRESSES)
def take_back(number: int) -> ResponseReturnValue:
    """Take one's support back."""
    proposal = _proposal(number)
    proposals.take_back_support(asking(), proposal)
    after_act(_("Your support is taken back."))
    return see_other(address_of(proposal))


@room.page("/<int(max=2147483647):number>/follow", "signed_in", methods=["POST"], pace=PRESSES)
def follow(number: int) -> ResponseReturnValue:
    """Ask to be told of what happens to a proposal."""
    proposal = _proposal(number)
    proposals.follow(asking(), proposal)
    after_act(_("You follow this proposal and are told of what happens to it."))
    return see_other(address_of(proposal))


@room.page("/<int(max=2147483647):number>/follow/end", "signed_in", methods=["POST"], pace=PRESSES)
def unfollow(number: int) -> ResponseReturnValue:
    """Ask no longer to be told."""
    proposal = _proposal(number)
    proposals.unfollow(asking(), proposal)
    after_act(_("You no longer follow this proposal."))
    return see_other(address_of(proposal))
