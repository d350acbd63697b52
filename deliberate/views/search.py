"""The search page for proposals, comments and responses."""

from dataclasses import replace

from flask import g, render_template, request, url_for

from deliberate.forms.search import SearchForm
from deliberate.queries.proposals.listing import filter_choices
from deliberate.queries.search.query import KINDS, PAGE, SearchQuery, SearchResult, search_texts
from deliberate.text import clean_line
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import int_arg

blueprint = LocalizedBlueprint("search")
MAX_LENGTH = 120
FILTERS = ("process", "institution", "state", "language")


@blueprint.page("/search", "public")
def index() -> str:
    """Show the texts of a kind that have all terms of the query."""
    query, form = _query_from_request(), _form()
    results = search_texts(query)
    page = results[:PAGE]
    after = page[-1].id if len(results) > len(page) else None
    return render_template(
        "search/index.html",
        q=query.q,
        kind=query.kind,
        form=form,
        results=[(result, _result_url(query.kind, result)) for result in page],
        kinds=[(kind, _search_url(replace(query, kind=kind, after=None))) for kind in KINDS],
        set_filters=[
            (form.label_of(name), _search_url(_without(query, name)))
            for name in FILTERS
            if getattr(query, name)
        ],
        clear_url=_search_url(_without(query, *FILTERS)),
        next_url=_search_url(replace(query, after=after)) if after else "",
        first_url=_search_url(replace(query, after=None)) if query.after else "",
    )


def _query_from_request() -> SearchQuery:
    filters = {name: clean_line(request.args.get(name, ""))[:MAX_LENGTH] for name in FILTERS}
    kind = request.args.get("kind", "")
    return SearchQuery(
        q=clean_line(request.args.get("q", ""))[:MAX_LENGTH],
        kind=kind if kind in KINDS else KINDS[0],
        **filters,
        after=int_arg("after"),
    )


def _form() -> SearchForm:
    form, choices = SearchForm(request.args), filter_choices(g.language)
    form.set_choices(
        ((choice.slug, choice.name) for choice in choices.processes),
        ((choice.slug, choice.name) for choice in choices.institutions),
    )
    return form


def _result_url(kind: str, result: SearchResult) -> str:
    if kind == "comments":
        return url_for("short_urls.comment", subject_id=result.id)
    if kind == "responses":
        return url_for("short_urls.response", subject_id=result.proposal_id)
    return url_for("short_urls.proposal", subject_id=result.id)


def _without(query: SearchQuery, *names: str) -> SearchQuery:
    cleared = dict.fromkeys(names, "")
    return replace(query, after=None, **cleared)


def _search_url(query: SearchQuery) -> str:
    values = {name: value for name, value in vars(query).items() if value}
    return url_for("search.index", **values)
