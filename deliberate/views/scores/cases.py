"""Judged cases side by side, and the practices that worked in them."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from deliberate.citivoice import load_framework
from deliberate.queries.scores.studies.cases import (
    MAX_COLUMNS,
    find_practices,
    list_cases,
    list_judged_cases,
    select_cases,
)
from deliberate.views.site.blueprint import LocalizedBlueprint

blueprint = LocalizedBlueprint("cases", url_prefix="/scores")


@blueprint.page("/cases", "public")
def index() -> ResponseReturnValue:
    """Show criteria and conditions of judged cases side by side; without ranking."""
    cases = list_cases()
    selected = select_cases(cases, request.args.getlist("case"))
    return render_template(
        "scores/cases/index.html",
        cases=cases,
        selected=selected,
        criteria=[case.criteria() for case in selected],
        conditions=[case.conditions() for case in selected],
        max_columns=MAX_COLUMNS,
        elsewhere=list_judged_cases(),
        framework=load_framework(),
    )


@blueprint.page("/practices", "public")
def practices() -> ResponseReturnValue:
    """Search what worked in judged cases, by words and criterion."""
    framework, cases = load_framework(), list_cases()
    text, criterion = request.args.get("text", ""), request.args.get("criterion", "")
    criterion = criterion if criterion in framework["criteria"] else ""
    return render_template(
        "scores/cases/practices.html",
        found=find_practices(cases, text, criterion),
        text=text,
        criterion=criterion,
        criteria=framework["criteria"],
    )
