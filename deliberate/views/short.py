"""Short addresses without a language: the root, posters, text messages, links into a thread."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from deliberate.queries import threads
from deliberate.views.frame import Room, or_404
from deliberate.views.threads import place_of

room = Room("short", spoken=False)
NUMBER = "<int(max=2147483647):number>"


@room.page("/", "public")
def root() -> ResponseReturnValue:
    """To the front page in the reader's language."""
    answer = redirect(url_for("home.front"))
    answer.vary.update(["Accept-Language", "Cookie"])
    return answer


@room.page(f"/p/{NUMBER}", "public")
def proposal(number: int) -> ResponseReturnValue:
    """A proposal by its number."""
    return redirect(url_for("proposals.show", number=number))


@room.page(f"/r/{NUMBER}", "public")
def response(number: int) -> ResponseReturnValue:
    """The official response to a proposal."""
    return redirect(url_for("responses.show", number=number))


@room.page(f"/v/{NUMBER}", "public")
def poll(number: int) -> ResponseReturnValue:
    """A poll by its number."""
    return redirect(url_for("polls.show", number=number))


@room.page(f"/c/{NUMBER}", "public")
def comment(number: int) -> ResponseReturnValue:
    """A comment in its thread."""
    return redirect(place_of(or_404(threads.comment_numbered(number))))
