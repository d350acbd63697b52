"""Comparing processes or moments of one: alphabetical, same formulas, only what may be claimed."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from deliberate.citivoice import load_formulas, load_framework
from deliberate.queries.scores.comparison import MOST_SIDES, chosen, comparison, offer
from deliberate.views.site.blueprint import LocalizedBlueprint

blueprint = LocalizedBlueprint("comparison", url_prefix="/scores")


@blueprint.page("/compare", "public")
def index() -> ResponseReturnValue:
    """Two to four processes or periods side by side, and what their figures bear."""
    offered = offer(g.language)
    picked = chosen(request.args.getlist("side"), offered.sides)
    return render_template(
        "scores/comparison.html",
        offered=offered,
        picked=picked,
        most=MOST_SIDES,
        found=comparison(picked) if len(picked) > 1 else None,
        formulas=load_formulas(),
        framework=load_framework(),
    )
