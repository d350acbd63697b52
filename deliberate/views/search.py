"""Search over what people and institutions wrote."""

from dataclasses import replace
from typing import Any

from flask import g, render_template, request, url_for

from deliberate.forms.search import FindForm
from deliberate.queries.proposals.listing import choices_of
from deliberate.queries.search.query import KINDS, PAGE, Asked, texts_found
from deliberate.text import clean_line
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import int_arg

blueprint = LocalizedBlueprint("search")
LONGEST = 120
FILTERS = ("process", "institution", "state", "language")
PLACES = {
    "proposals": "short_urls.proposal",
    "comments": "short_urls.comment",
    "responses": "short_urls.response",
}


@blueprint.page("/search", "public")
def index() -> str:
    """Proposals, comments or responses that have the words asked for."""
    asked, form = _asked(), _form()
    found = texts_found(asked)
    shown = found[:PAGE]
    after = shown[-1].id if len(found) > len(shown) else None
    return render_template(
        "search/index.html",
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
        after=int_arg("after"),
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
    return url_for("search.index", **query)
