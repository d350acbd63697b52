"""Search over what people and institutions wrote."""

from flask import render_template, request, url_for

from deliberate.queries import finding
from deliberate.text import clean_line
from deliberate.views.frame import Room, asked_number

room = Room("searching")


@room.page("/search", "public")
def index() -> str:
    """Proposals, comments or responses that have the words asked for."""
    q = clean_line(request.args.get("q", ""))[:120]
    kind = request.args.get("kind", "")
    kind = kind if kind in finding.KINDS else finding.KINDS[0]
    after = asked_number("after")
    found = finding.texts_found(q, kind, after)
    shown = found[: finding.PAGE]
    more = len(found) > len(shown)
    here = url_for("searching.index", q=q, kind=kind)
    return render_template(
        "searching/index.html",
        q=q,
        kind=kind,
        found=shown,
        places={
            "proposals": "short.proposal",
            "comments": "short.comment",
            "responses": "short.response",
        },
        next_url=url_for("searching.index", q=q, kind=kind, after=shown[-1].id) if more else "",
        first_url=here if after else "",
    )
