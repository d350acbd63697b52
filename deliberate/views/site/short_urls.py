"""Short addresses without a language: the root, posters, text messages, links into a thread."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from deliberate.queries.threads.threads import comment_numbered
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import get_or_404
from deliberate.views.threads import place_of

blueprint = LocalizedBlueprint("short_urls", localized=False)
NUMBER = "<id:number>"


@blueprint.page("/", "public")
def root() -> ResponseReturnValue:
    """To the front page in the reader's language."""
    answer = redirect(url_for("home.front"))
    answer.vary.update(["Accept-Language", "Cookie"])
    return answer


@blueprint.page(f"/p/{NUMBER}", "public")
def proposal(number: int) -> ResponseReturnValue:
    """A proposal by its number."""
    return redirect(url_for("proposals.show", number=number))


@blueprint.page(f"/r/{NUMBER}", "public")
def response(number: int) -> ResponseReturnValue:
    """The official response to a proposal."""
    return redirect(url_for("responses.show", number=number))


@blueprint.page(f"/v/{NUMBER}", "public")
def poll(number: int) -> ResponseReturnValue:
    """A poll by its number."""
    return redirect(url_for("polls.show", number=number))


@blueprint.page(f"/c/{NUMBER}", "public")
def comment(number: int) -> ResponseReturnValue:
    """A comment in its thread."""
    return redirect(place_of(get_or_404(comment_numbered(number))))
