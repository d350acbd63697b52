"""Build the URLs, and the tokens in them, that views of several subjects share."""

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from flask import url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from deliberate.keys import signing_keys
from deliberate.queries.accounts.people import get_person
from deliberate.queries.documents.contribution_places import get_contribution_place
from deliberate.queries.threads.pagination import ThreadRequest
from deliberate.queries.threads.thread_page import ThreadPage
from deliberate.views.site.request_context import get_or_404, signed_in_person

if TYPE_CHECKING:
    from deliberate.models import Comment, Document, Person, Proposal, UnitContribution
    from deliberate.queries.moderation.contributions import Contribution


def proposal_url(proposal: "Proposal", **query: str | int) -> str:
    """Return the canonical URL of a proposal: its id and the slug of its title."""
    return proposal_url_by_id(proposal.id, proposal_slug(proposal), **query)


def proposal_url_by_id(proposal_id: int, slug: str, **query: str | int) -> str:
    """Return the URL of a proposal of which only the id and the slug are loaded."""
    values: dict[str, Any] = dict(query)  # url_for() has typed keyword arguments of its own
    return url_for("proposals.show", proposal_id=proposal_id, slug=slug or None, **values)


def proposal_slug(proposal: "Proposal") -> str:
    """Return the readable end of a proposal's URL, the same for every reader."""
    return proposal.slug_for(None)


def comment_url(comment: "Comment") -> str:
    """Return the URL that opens a thread at a comment."""
    return f"{proposal_url(comment.proposal, at=comment.id)}#c{comment.id}"


def contribution_url(document: "Document", contribution: "UnitContribution") -> str:
    """Return the URL that opens a draft text at a contribution, where its unit stands now."""
    place = get_or_404(get_contribution_place(contribution))
    anchor = f"#contribution-{contribution.id}"
    if place.replies_of is not None:
        url = url_for(
            "unit_contributions.replies",
            document_id=document.id,
            contribution_id=place.replies_of,
            after=contribution.id - 1,
        )
        return f"{url}{anchor}"
    values: dict[str, Any] = {"address": place.address, "after": place.after}
    endpoint = "documents.unit"
    if place.number is not None:
        endpoint, values["number"] = "documents.unit_in_version", place.number
    url = url_for(endpoint, document_id=document.id, **values)
    return f"{url}{anchor}"


def content_url(content: "Contribution") -> str:
    """Return the URL of a proposal, a comment or a contribution to a draft text."""
    if content.subject_type == "unit_contribution":
        contribution = cast("UnitContribution", content)
        return contribution_url(contribution.document, contribution)
    if content.subject_type == "comment":
        return comment_url(cast("Comment", content))
    return proposal_url(cast("Proposal", content))


def edit_url(content: "Contribution") -> str:
    """Return the URL of the form to change a text."""
    if content.subject_type == "unit_contribution":
        contribution = cast("UnitContribution", content)
        is_amendment = contribution.kind == "amendment"
        return url_for(
            "amendments.revise" if is_amendment else "unit_contributions.change",
            document_id=contribution.document_id,
            contribution_id=contribution.id,
        )
    if content.subject_type == "comment":
        return url_for("threads.change", comment_id=content.id)
    return url_for("revisions.revise", proposal_id=content.id)


def comment_url_templates(
    proposal: "Proposal", thread_request: ThreadRequest, thread: ThreadPage, *, may_comment: bool
) -> dict[str, str]:
    """Return the URLs of a comment's links, with {id} in place of the comment's id.

    Links to actions that are not offered to the reader are left out.
    """
    here = proposal_url(proposal)
    urls = {
        "open": f"{here}?open={{id}}#c{{id}}",
        "change": _template(url_for("threads.change", comment_id=0)),
        "report": _template(url_for("moderation.report", subject_type="comment", subject_id=0)),
        "appeal": _template(url_for("moderation.appeal", subject_type="comment", subject_id=0)),
    }
    if thread.replies_after is not None:
        seen = thread_request.replies_seen + len(thread.comments) - 1
        last = thread.replies_after
        urls["open"] = f"{here}?open={{id}}&replies={last}&seen={seen}#c{last}"
    if may_comment:
        urls["rate"] = _template(url_for("threads.rate", comment_id=0))
        urls["reply"] = _template(url_for("threads.reply", comment_id=0))
    return urls


def _template(url: str) -> str:
    return url.replace("/0/", "/{id}/")


VISIT_SECONDS = 4 * 60 * 60
"""The longest visit; a tab left open overnight enters nothing in anybody's name."""


def _signer(salt: str = "visit at an office") -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(signing_keys(salt), salt=salt)


def visit_token(person: "Person") -> str:
    """Return the token for a person who is at the desk of the signed-in clerk."""
    return str(_signer().dumps([signed_in_person().id, person.id]))


def visitor_of(token: str) -> "Person":
    """Return the person at the desk; 404 for a token of another clerk, a forged or an old one."""
    try:
        clerk_id, person_id = _signer().loads(token, max_age=VISIT_SECONDS)
    except (BadSignature, ValueError, TypeError):
        clerk_id, person_id = 0, 0
    return get_or_404(get_person(person_id) if clerk_id == signed_in_person().id else None)


class Paper(NamedTuple):
    """What is on a paper for a person without an account, before the account is opened."""

    display_name: str
    area: str
    code: str


def paper_token(paper: Paper) -> str:
    """Return the token for a paper that the signed-in clerk prints."""
    return str(_signer("paper of an office").dumps([signed_in_person().id, *paper]))


def paper_of(token: str) -> Paper:
    """Return what is on a paper; 404 for a token of another clerk, a forged or an old one."""
    try:
        clerk_id, *paper = _signer("paper of an office").loads(token, max_age=VISIT_SECONDS)
    except (BadSignature, ValueError, TypeError):
        clerk_id, paper = 0, []
    return get_or_404(Paper(*paper) if clerk_id == signed_in_person().id else None)
