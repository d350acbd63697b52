"""The scoreboard: how deliberative and how lasting participation was."""

import json
from typing import Any

from flask import Response, g, render_template
from flask.typing import ResponseReturnValue

from deliberate.citivoice import load_formulas
from deliberate.clock import now
from deliberate.queries import institutions, judged, responses, scoreboard
from deliberate.queries.calendar import local_day
from deliberate.queries.score_history import score_history
from deliberate.queries.score_pictures import reply_network, thread_shapes
from deliberate.queries.scores import newest_snapshot, newest_snapshots, process_named
from deliberate.views.frame import Room, or_404

room = Room("scores", under="/scores")


def _by_title() -> list[Any]:
    """Kept scores in alphabetical order: no order of the board is one of merit."""
    return sorted(newest_snapshots(), key=lambda one: one.process.said("title", g.language))


@room.page("/", "public")
def index() -> ResponseReturnValue:
    """Every process that was scored, unranked."""
    boards = [(snapshot, scoreboard.scoreboard(snapshot, g.language)) for snapshot in _by_title()]
    return render_template("scores/index.html", boards=boards)


@room.page("/<slug>", "public")
def show(slug: str) -> ResponseReturnValue:
    """The scoreboard of one process, as it was computed last."""
    process = or_404(process_named(slug))
    snapshot = newest_snapshot(process.id)
    if snapshot is None:
        return render_template("scores/none.html", process=process)
    return render_template(
        "scores/show.html",
        process=process,
        snapshot=snapshot,
        board=scoreboard.scoreboard(snapshot, g.language),
        judged=judged.side_by_side(
            process, json.loads(snapshot.document), g.language, local_day(process, now())
        ),
        history=score_history(process, snapshot.drawn["weeks"]),
        network=reply_network(snapshot.drawn.get("pairs", [])),
        shapes=thread_shapes(snapshot.drawn.get("shapes", [])),
        answers=institutions.figures_of(process.id),
        name_here=responses.name_here,
        others=[one for one in _by_title() if one.process_id != process.id],
        brief=lambda one: scoreboard.scoreboard(one, g.language)["dimensions"],
    )


@room.page("/<slug>/<indicator>", "public")
def how(slug: str, indicator: str) -> ResponseReturnValue:
    """How one number came about: formula, counts, goalposts, and where to check them."""
    process = or_404(process_named(slug))
    snapshot = or_404(newest_snapshot(process.id))
    formulas = load_formulas()
    document = json.loads(snapshot.document)
    if indicator in document["dimensions"] and indicator in formulas.dimensions:
        return render_template(
            "scores/total.html",
            process=process,
            snapshot=snapshot,
            total=scoreboard.total(document, formulas, indicator, g.language),
        )
    if (figure := judged.figure(document, indicator, g.language)) is not None:
        return render_template("scores/beside.html", process=process, snapshot=snapshot, one=figure)
    or_404(formulas.indicators.get(indicator))
    return render_template(
        "scores/how.html",
        process=process,
        snapshot=snapshot,
        document=document,
        one=scoreboard.indicator(document, formulas, indicator, g.language),
    )


@room.page("/<slug>.json", "public")
def document(slug: str) -> ResponseReturnValue:
    """The whole document of scores, byte for byte as the score command prints it."""
    snapshot = or_404(newest_snapshot(or_404(process_named(slug)).id))
    return Response(snapshot.document, mimetype="application/json")
