"""Public pages of the scoreboard."""

import json
from typing import TYPE_CHECKING

from flask import Response, g, render_template
from flask.typing import ResponseReturnValue

from deliberate.citivoice import load_formulas
from deliberate.days import local_today
from deliberate.queries.processes.processes import get_process
from deliberate.queries.responses.institution_figures import list_institution_figures
from deliberate.queries.responses.institutions import localized_name
from deliberate.queries.scores.history import score_history
from deliberate.queries.scores.network_layout import reply_network, thread_shapes
from deliberate.queries.scores.planned_judged_logged import context_figure, criteria_side_by_side
from deliberate.queries.scores.process_scores import newest_snapshot, newest_snapshots
from deliberate.queries.scores.scoreboard import (
    DimensionRow,
    dimension_detail,
    dimension_rows,
    indicator_detail,
    scoreboard,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import get_or_404

if TYPE_CHECKING:
    from deliberate.models import ScoreSnapshot

blueprint = LocalizedBlueprint("scoreboard", url_prefix="/scores")


def _snapshots_by_title() -> "list[ScoreSnapshot]":
    """Return the newest snapshots in alphabetical order, so that no order suggests a ranking."""
    return sorted(newest_snapshots(), key=lambda row: row.process.text_in("title", g.language))


def _dimension_rows_of(snapshot: "ScoreSnapshot") -> list[DimensionRow]:
    return dimension_rows(json.loads(snapshot.document), g.language)


@blueprint.page("/", "public", cached=True)
def index() -> ResponseReturnValue:
    """List every scored process, unranked."""
    boards = [(snapshot, scoreboard(snapshot, g.language)) for snapshot in _snapshots_by_title()]
    return render_template("scores/index.html", boards=boards)


@blueprint.page("/<slug>", "public", cached=True)
def show(slug: str) -> ResponseReturnValue:
    """Show the scoreboard of a process, as it was computed last."""
    process = get_or_404(get_process(slug))
    snapshot = newest_snapshot(process.id)
    if snapshot is None:
        return render_template("scores/not_scored.html", process=process)
    charts = snapshot.chart_data
    return render_template(
        "scores/show.html",
        process=process,
        snapshot=snapshot,
        board=scoreboard(snapshot, g.language),
        judged=criteria_side_by_side(
            process, json.loads(snapshot.document), g.language, local_today(process)
        ),
        history=score_history(process, charts["weeks"]),
        network=reply_network(charts.get("pairs", [])),
        shapes=thread_shapes(charts.get("shapes", [])),
        answers=list_institution_figures(process.id),
        localized_name=localized_name,
        others=[row for row in _snapshots_by_title() if row.process_id != process.id],
        dimension_rows_of=_dimension_rows_of,
    )


@blueprint.page("/<slug>/<figure_id>", "public", cached=True)
def figure(slug: str, figure_id: str) -> ResponseReturnValue:
    """Show how a number was computed: formula, counts, goalposts and how to check them."""
    process = get_or_404(get_process(slug))
    snapshot = get_or_404(newest_snapshot(process.id))
    formulas = load_formulas()
    document = json.loads(snapshot.document)
    if figure_id in document["dimensions"] and figure_id in formulas.dimensions:
        detail = dimension_detail(document, formulas, figure_id, g.language)
        return render_template(
            "scores/dimension.html", process=process, snapshot=snapshot, detail=detail
        )
    figure = context_figure(document, figure_id, g.language)
    if figure is not None:
        return render_template(
            "scores/context_figure.html", process=process, snapshot=snapshot, figure=figure
        )
    get_or_404(formulas.indicators.get(figure_id))
    indicator = indicator_detail(document, formulas, figure_id, g.language)
    return render_template(
        "scores/indicator.html", process=process, snapshot=snapshot, indicator=indicator
    )


@blueprint.page("/<slug>.json", "public")
def document(slug: str) -> ResponseReturnValue:
    """Return the score document, byte for byte as `deliberate score --json` prints it."""
    snapshot = get_or_404(newest_snapshot(get_or_404(get_process(slug)).id))
    return Response(snapshot.document, mimetype="application/json")
