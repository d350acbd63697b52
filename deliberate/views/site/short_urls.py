"""Short URLs without a language prefix, for posters, text messages and links to comments."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from deliberate.queries.threads.comments import get_comment
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import get_or_404
from deliberate.views.urls import comment_url

blueprint = LocalizedBlueprint("short_urls", localized=False)


@blueprint.page("/", "public")
def root() -> ResponseReturnValue:
    """Redirect to the home page in the preferred language."""
    response = redirect(url_for("home.front"))
    response.vary.update(["Accept-Language", "Cookie"])
    return response


@blueprint.page("/o", "public")
def claim() -> ResponseReturnValue:
    """Redirect to the page that takes over an account with a paper from an office."""
    return redirect(url_for("sign_in.claim"))


@blueprint.page("/p/<id:subject_id>", "public")
def proposal(subject_id: int) -> ResponseReturnValue:
    """Redirect to a proposal."""
    return redirect(url_for("proposals.show", proposal_id=subject_id))


@blueprint.page("/r/<id:subject_id>", "public")
def response(subject_id: int) -> ResponseReturnValue:
    """Redirect to the official response to a proposal."""
    return redirect(url_for("responses.show", proposal_id=subject_id))


@blueprint.page("/v/<id:subject_id>", "public")
def poll(subject_id: int) -> ResponseReturnValue:
    """Redirect to a poll."""
    return redirect(url_for("polls.show", poll_id=subject_id))


@blueprint.page("/c/<id:subject_id>", "public")
def comment(subject_id: int) -> ResponseReturnValue:
    """Redirect to a comment in its thread."""
    return redirect(comment_url(get_or_404(get_comment(subject_id))))
