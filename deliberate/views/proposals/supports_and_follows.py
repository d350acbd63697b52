"""Supporting and following proposals."""

from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.queries.proposals.proposals import proposal_shown
from deliberate.views.proposals.proposals import address_of
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import after_act, current_person, get_or_404, see_other

blueprint = LocalizedBlueprint("supports_and_follows", url_prefix="/proposals")


def _proposal(number: int) -> Any:
    return get_or_404(proposal_shown(number)).proposal


@blueprint.page("/<id:number>/support", "signed_in", methods=["POST"], rate_limit=CLICKS)
def support(number: int) -> ResponseReturnValue:
    """Support a proposal."""
    proposal = _proposal(number)
    proposal_operations.support_proposal(current_person(), proposal)
    after_act(_("You support this proposal."))
    return see_other(address_of(proposal))


@blueprint.page("/<id:number>/support/end", "signed_in", methods=["POST"], rate_limit=CLICKS)
def take_back(number: int) -> ResponseReturnValue:
    """Take one's support back."""
    proposal = _proposal(number)
    proposal_operations.take_back_support(current_person(), proposal)
    after_act(_("Your support is taken back."))
    return see_other(address_of(proposal))


@blueprint.page("/<id:number>/follow", "signed_in", methods=["POST"], rate_limit=CLICKS)
def follow(number: int) -> ResponseReturnValue:
    """Ask to be told of what happens to a proposal."""
    proposal = _proposal(number)
    proposal_operations.follow(current_person(), proposal)
    after_act(_("You follow this proposal and are told of what happens to it."))
    return see_other(address_of(proposal))


@blueprint.page("/<id:number>/follow/end", "signed_in", methods=["POST"], rate_limit=CLICKS)
def unfollow(number: int) -> ResponseReturnValue:
    """Ask no longer to be told."""
    proposal = _proposal(number)
    proposal_operations.unfollow(current_person(), proposal)
    after_act(_("You no longer follow this proposal."))
    return see_other(address_of(proposal))
