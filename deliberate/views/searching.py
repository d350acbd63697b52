"""Search over what people and institutions wrote."""

from dataclasses import replace
from typing import Any

from flask import g, render_template, request, url_for

from deliberate.forms.searching import FindForm
from deliberate.queries import finding
from deliberate.queries.finding import KINDS, Asked
from deliberate.queries.proposal_list import choices_of
from deliberate.text import clean_line
from deliberate.views.frame import Room, asked_number

room = Room("searching")
LONGEST = 120
FILTERS = ("process", "institution", "state", "language")
PLACES = {
    "proposals": "short.proposal",
    "comments": "short.comment",
    "responses": "short.response",
}


@room.page("/search", "public")
def index() -> str:
    """Proposals, comments or responses that have the words asked for."""
    asked, form = _asked(), _form()
    found = finding.texts_found(asked)
    shown = found[: finding.PAGE]
    after = shown[-1].id if len(found) > len(shown) else None
    return render_template(
        "searching/index.html",
        q=asked.q,
        kind=asked.kind,
        form=form,
        found=shown,
        places=PLACES,
        kinds=[(kind, _url(replace(asked, kind=kind, after=None))) for kind in KINDS],
        set_filters=[(form.said(name), _url(_without(asked, name))) for name in _set(asked)],
        clear_url=_url(_without(asked, *FILTERS)),
        next_url=_url(replace(asked, after=after)) if after else "",
        first_url=_url(replace(asked, after=None)) if asked.after else "",
    )


def _asked() -> Asked:
    narrowed = {name: clean_line(request.args.get(name, ""))[:LONGEST] for name in FILTERS}
    kind = request.args.get("kind", "")
    return Asked(
        q=clean_line(request.args.get("q", ""))[:LONGEST],
        kind=kind if kind in KINDS else KINDS[0],
        **narrowed,
        after=asked_number("after"),
    )


def _form() -> FindForm:
    form, choices = FindForm(request.args), choices_of(g.language)
    form.offer(
        ((choice.slug, choice.name) for choice in choices.processes),
        ((choice.slug, choice.name) for choice in choices.institutions),
    )
    return form


def _set(asked: Asked) -> list[str]:
    return [name for name in FILTERS if getattr(asked, name)]


def _without(asked: Asked, *names: str) -> Asked:
    empty: dict[str, Any] = dict.fromkeys(names, "")
    return replace(asked, after=None, **empty)


def _url(asked: Asked) -> str:
    query = {name: value for name, value in vars(asked).items() if value}
    return url_for("searching.index", **query)
