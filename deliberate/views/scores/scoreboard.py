"""The scoreboard: how deliberative and how lasting participation was."""

import json
from typing import Any

from flask import Response, g, render_template
from flask.typing import ResponseReturnValue

from deliberate.citivoice import load_formulas
from deliberate.clock import now
from deliberate.queries.processes.working_days import local_day
from deliberate.queries.responses.institution_figures import figures_of
from deliberate.queries.responses.responses import name_here
from deliberate.queries.scores import planned_judged_logged as planned_judged_logged_queries
from deliberate.queries.scores import scoreboard as scoreboard_queries
from deliberate.queries.scores.history import score_history
from deliberate.queries.scores.network_layout import reply_network, thread_shapes
from deliberate.queries.scores.process_scores import (
    newest_snapshot,
    newest_snapshots,
    process_named,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import get_or_404

blueprint = LocalizedBlueprint("scoreboard", url_prefix="/scores")


def _by_title() -> list[Any]:
    """Kept scores in alphabetical order: no order of the board is one of merit."""
    return sorted(newest_snapshots(), key=lambda one: one.process.said("title", g.language))


@blueprint.page("/", "public")
def index() -> ResponseReturnValue:
    """Every process that was scored, unranked."""
    boards = [
        (snapshot, scoreboard_queries.scoreboard(snapshot, g.language)) for snapshot in _by_title()
    ]
    return render_template("scores/index.html", boards=boards)


@blueprint.page("/<slug>", "public")
def show(slug: str) -> ResponseReturnValue:
    """The scoreboard of one process, as it was computed last."""
    process = get_or_404(process_named(slug))
    snapshot = newest_snapshot(process.id)
    if snapshot is None:
        return render_template("scores/none.html", process=process)
    return render_template(
        "scores/show.html",
        process=process,
        snapshot=snapshot,
        board=scoreboard_queries.scoreboard(snapshot, g.language),
        judged=planned_judged_logged_queries.side_by_side(
            process, json.loads(snapshot.document), g.language, local_day(process, now())
        ),
        history=score_history(process, snapshot.drawn["weeks"]),
        network=reply_network(snapshot.drawn.get("pairs", [])),
        shapes=thread_shapes(snapshot.drawn.get("shapes", [])),
        answers=figures_of(process.id),
        name_here=name_here,
        others=[one for one in _by_title() if one.process_id != process.id],
        brief=lambda one: scoreboard_queries.scoreboard(one, g.language)["dimensions"],
    )


@blueprint.page("/<slug>/<indicator>", "public")
def how(slug: str, indicator: str) -> ResponseReturnValue:
    """How one number came about: formula, counts, goalposts, and where to check them."""
    process = get_or_404(process_named(slug))
    snapshot = get_or_404(newest_snapshot(process.id))
    formulas = load_formulas()
    document = json.loads(snapshot.document)
    if indicator in document["dimensions"] and indicator in formulas.dimensions:
        return render_template(
            "scores/total.html",
            process=process,
            snapshot=snapshot,
            total=scoreboard_queries.total(document, formulas, indicator, g.language),
        )
    if (
        figure := planned_judged_logged_queries.figure(document, indicator, g.language)
    ) is not None:
        return render_template("scores/beside.html", process=process, snapshot=snapshot, one=figure)
    get_or_404(formulas.indicators.get(indicator))
    return render_template(
        "scores/how.html",
        process=process,
        snapshot=snapshot,
        document=document,
        one=scoreboard_queries.indicator(document, formulas, indicator, g.language),
    )


@blueprint.page("/<slug>.json", "public")
def document(slug: str) -> ResponseReturnValue:
    """The whole document of scores, byte for byte as the score command prints it."""
    snapshot = get_or_404(newest_snapshot(get_or_404(process_named(slug)).id))
    return Response(snapshot.document, mimetype="application/json")
