"""Public pages of the scoreboard."""

import json
from typing import TYPE_CHECKING

from flask import Response, g, render_template, url_for
from flask.typing import ResponseReturnValue

from deliberate.citivoice import load_formulas
from deliberate.citivoice.framework.catalogue import load_code_books
from deliberate.days import local_today
from deliberate.notifications.registry import REGISTRY
from deliberate.operations.scores.score_requests import request_first_scores
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.scores.assessments import may_assess
from deliberate.queries.notices.effects import newest_effects
from deliberate.queries.processes.processes import get_process
from deliberate.queries.releases.releases import newest_release, release_of_scores
from deliberate.queries.responses.institution_figures import list_institution_figures
from deliberate.queries.responses.institutions import localized_name
from deliberate.queries.scores.assessments import public_assessments
from deliberate.queries.scores.coding import coded_figures
from deliberate.queries.scores.dial import Dial, draw_dial
from deliberate.queries.scores.history import score_history
from deliberate.queries.scores.measure_groups import (
    MeasureGroup,
    measure_groups,
    strongest_and_weakest,
)
from deliberate.queries.scores.network_layout import reply_network, thread_shapes
from deliberate.queries.scores.planned_judged_logged import context_figure, criteria_side_by_side
from deliberate.queries.scores.plots import active_half, monthly_cohorts, thread_sides
from deliberate.queries.scores.process_scores import (
    newest_snapshot,
    newest_snapshots,
    scores_requested_at,
    unscored_processes,
)
from deliberate.queries.scores.scoreboard import (
    DimensionRow,
    dimension_detail,
    indicator_detail,
    score_card,
    scoreboard,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import see_other
from deliberate.views.site.request_context import current_person, get_or_404, signed_in_person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deliberate.models import ScoreSnapshot

blueprint = LocalizedBlueprint("scoreboard", url_prefix="/scores")


def _snapshots_by_title() -> "list[ScoreSnapshot]":
    """Return the newest snapshots in alphabetical order, so that no order suggests a ranking."""
    return sorted(newest_snapshots(), key=lambda row: row.process.text_in("title", g.language))


def _dials(rows: "Sequence[DimensionRow | MeasureGroup]") -> dict[str, Dial | None]:
    """Return the dial of each headline dimension."""
    return {
        row.id: draw_dial(row.result.score, row.result.range)
        for row in rows
        if row.result is not None
    }


@blueprint.page("/", "public", cached=True)
def index() -> ResponseReturnValue:
    """List every opened process, unranked: a small picture of each scored one."""
    cards = [score_card(snapshot, g.language) for snapshot in _snapshots_by_title()]
    return render_template(
        "scores/index.html",
        cards=[(card, _dials(card.dimensions)) for card in cards],
        unscored=unscored_processes(),
        effects=newest_effects(),
        notice_titles={line.event.KIND: line.title for line in REGISTRY.values()},
    )


@blueprint.page("/<slug>", "public", cached=True)
def show(slug: str) -> ResponseReturnValue:
    """Show the scoreboard of a process, as it was computed last."""
    return _show_scores(slug, "scores/show.html")


@blueprint.page("/<slug>/all", "public")
def all_numbers(slug: str) -> ResponseReturnValue:
    """Show every number of a scoreboard unfolded, for evaluators."""
    return _show_scores(slug, "scores/all_numbers.html")


def _show_scores(slug: str, template: str) -> ResponseReturnValue:
    process = get_or_404(get_process(slug))
    snapshot = newest_snapshot(process.id)
    if snapshot is None:
        may_compute = bool(may_assess(current_person()))
        return render_template(
            "scores/not_scored.html",
            process=process,
            is_assessed=bool(public_assessments(process.id)),
            may_compute=may_compute,
            requested_at=scores_requested_at(process.id) if may_compute else None,
        )
    charts, board = snapshot.chart_data, scoreboard(snapshot, g.language)
    groups, formulas = measure_groups(board.document, g.language), load_formulas()
    is_for_evaluators = template == "scores/all_numbers.html"
    details = [
        dimension_detail(board.document, formulas, name, g.language)
        for name, dimension in formulas.dimensions.items()
        if dimension.headline
    ]
    return render_template(
        template,
        process=process,
        snapshot=snapshot,
        board=board,
        release=release_of_scores(snapshot),
        newest_release=newest_release(slug),
        groups=groups,
        dials=_dials(groups),
        strong_weak=strongest_and_weakest(groups),
        returned=indicator_detail(board.document, formulas, "SP1.1", g.language),
        details=details,
        without_top5={
            detail.dimension.id: detail.sensitivity.get("without_top5") for detail in details
        },
        judged=criteria_side_by_side(process, board.document, g.language, local_today(process)),
        coded=coded_figures(process.id),
        code_books=load_code_books(),
        history=score_history(process, snapshot.formulas, charts["weeks"]),
        network=reply_network(charts.get("pairs", [])),
        active=active_half(charts.get("authors", [])),
        sides=thread_sides(charts.get("sides", [])),
        shapes=thread_shapes(charts.get("shapes", [])),
        cohorts=board.cohorts if is_for_evaluators else monthly_cohorts(board.cohorts),
        cohort_pattern="d MMM" if is_for_evaluators else "MMM y",
        answers=list_institution_figures(process.id),
        localized_name=localized_name,
    )


@blueprint.page("/<slug>/computation", "evaluator", methods=("POST",), rate_limit=TEXTS)
def compute(slug: str) -> ResponseReturnValue:
    """Have a job compute the scores of a process that has none yet."""
    request_first_scores(signed_in_person(), get_or_404(get_process(slug)))
    return see_other(url_for("scoreboard.show", slug=slug))


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
