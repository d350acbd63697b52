"""Comparing processes or moments of one: alphabetical, same formulas, only what may be claimed."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from deliberate.citivoice import load_formulas, load_framework
from deliberate.queries import comparing as queries
from deliberate.views.frame import Room

room = Room("comparing", under="/scores")


@room.page("/compare", "public")
def index() -> ResponseReturnValue:
    """Two to four processes or periods side by side, and what their figures bear."""
    offered = queries.offer(g.language)
    picked = queries.chosen(request.args.getlist("side"), offered.sides)
    return render_template(
        "comparing/index.html",
        offered=offered,
        picked=picked,
        most=queries.MOST_SIDES,
        found=queries.comparison(picked) if len(picked) > 1 else None,
        formulas=load_formulas(),
        framework=load_framework(),
    )
