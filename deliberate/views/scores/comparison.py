"""Comparison of processes or of periods of one process."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from deliberate.citivoice import load_formulas, load_framework
from deliberate.queries.scores.comparison import (
    MAX_SIDES,
    compare_sides,
    comparison_choices,
    select_sides,
)
from deliberate.views.site.blueprint import LocalizedBlueprint

blueprint = LocalizedBlueprint("comparison", url_prefix="/scores")


@blueprint.page("/compare", "public")
def index() -> ResponseReturnValue:
    """Show two to four processes or periods side by side, and the supported claims."""
    choices = comparison_choices(g.language)
    selected = select_sides(request.args.getlist("side"), choices.sides)
    return render_template(
        "scores/comparison.html",
        choices=choices,
        selected=selected,
        max_sides=MAX_SIDES,
        comparison=compare_sides(selected) if len(selected) > 1 else None,
        formulas=load_formulas(),
        framework=load_framework(),
    )
