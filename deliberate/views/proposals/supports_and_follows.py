"""Buttons to support and to follow a proposal."""

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.operations.proposals import supports as support_operations
from deliberate.operations.proposals.follows import FollowedTopic, follow_subject, unfollow_subject
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.queries.proposals.follows import has_topic
from deliberate.queries.proposals.proposals import get_proposal
from deliberate.text import clean_line
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import flash_with_receipt, redirect_with_message, see_other
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person
from deliberate.views.urls import proposal_url

blueprint = LocalizedBlueprint("supports_and_follows", url_prefix="/proposals")


@blueprint.page("/<id:proposal_id>/support", "signed_in", methods=["POST"], rate_limit=CLICKS)
def support(proposal_id: int) -> ResponseReturnValue:
    """Support a proposal."""
    proposal = get_or_404(get_proposal(proposal_id))
    support_operations.support_proposal(signed_in_person(), proposal, context=request_context())
    flash_with_receipt(_("You support this proposal."))
    return see_other(proposal_url(proposal))


@blueprint.page("/<id:proposal_id>/support/end", "signed_in", methods=["POST"], rate_limit=CLICKS)
def withdraw_support(proposal_id: int) -> ResponseReturnValue:
    """Withdraw support from a proposal."""
    proposal = get_or_404(get_proposal(proposal_id))
    support_operations.withdraw_support(signed_in_person(), proposal, context=request_context())
    flash_with_receipt(_("Your support has been withdrawn."))
    return see_other(proposal_url(proposal))


@blueprint.page("/topics/follow", "signed_in", methods=["POST"], rate_limit=CLICKS)
def follow_topic() -> ResponseReturnValue:
    """Follow all proposals on a topic."""
    topic = _submitted_topic()
    follow_subject(signed_in_person(), FollowedTopic(topic), context=request_context())
    return redirect_with_message(
        url_for("proposal_list.index", topic=topic),
        _("You follow this topic: its news come to your account."),
    )


@blueprint.page("/topics/follow/end", "signed_in", methods=["POST"], rate_limit=CLICKS)
def unfollow_topic() -> ResponseReturnValue:
    """Stop following a topic."""
    topic = _submitted_topic()
    unfollow_subject(signed_in_person(), FollowedTopic(topic), context=request_context())
    return redirect_with_message(
        url_for("proposal_list.index", topic=topic), _("You no longer follow this topic.")
    )


def _submitted_topic() -> str:
    """Return the submitted topic; one without any proposal is not found."""
    topic = clean_line(request.form.get("topic", ""))
    return topic if has_topic(topic) else abort(404)


@blueprint.page("/<id:proposal_id>/follow", "signed_in", methods=["POST"], rate_limit=CLICKS)
def follow(proposal_id: int) -> ResponseReturnValue:
    """Follow a proposal."""
    proposal = get_or_404(get_proposal(proposal_id))
    follow_subject(signed_in_person(), proposal, context=request_context())
    flash_with_receipt(_("You follow this proposal and will be notified of its progress."))
    return see_other(proposal_url(proposal))


@blueprint.page("/<id:proposal_id>/follow/end", "signed_in", methods=["POST"], rate_limit=CLICKS)
def unfollow(proposal_id: int) -> ResponseReturnValue:
    """Stop following a proposal."""
    proposal = get_or_404(get_proposal(proposal_id))
    unfollow_subject(signed_in_person(), proposal, context=request_context())
    flash_with_receipt(_("You no longer follow this proposal."))
    return see_other(proposal_url(proposal))
