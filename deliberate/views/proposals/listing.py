"""The list of proposals with filters, as a page and as a CSV file."""

from dataclasses import replace
from typing import Any

from flask import Response, g, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.exports.tables.proposals_csv import lines
from deliberate.forms.proposals.proposals import ProposalListForm
from deliberate.queries.proposals.follows import is_following
from deliberate.queries.proposals.listing import (
    FilterChoices,
    ProposalFilters,
    ProposalOrder,
    count_proposals,
    filter_choices,
    iter_proposals,
    list_proposals,
)
from deliberate.queries.proposals.map_marks import list_map
from deliberate.queries.proposals.proposals import proposal_status
from deliberate.queries.responses.institutions import localized_name
from deliberate.queries.site.pictures import first_pictures
from deliberate.text import clean_line, topic_id
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_person, enum_arg, int_arg
from deliberate.views.urls import proposal_url

blueprint = LocalizedBlueprint("proposal_list", url_prefix="/proposals")
FILTERS = ("q", "topic", "area", "state", "institution", "process", "box")
"""In the order in which the page offers to remove them when no proposal matches."""
MAX_FILTER_LENGTH = 120


@blueprint.page("", "public", cached=True)
def index() -> str:
    """Show the proposals that match the filters of the query string."""
    filters = _filters_from_request()
    choices = filter_choices(g.language, filters.process)
    form = _filter_form(choices)
    filters = replace(
        filters,
        topic=form.topic.data[:MAX_FILTER_LENGTH],
        area=form.area.data[:MAX_FILTER_LENGTH],
    )
    rows, has_more = list_proposals(filters)
    display = list_map(filters, [proposal for proposal, _owner in rows])
    return render_template(
        "proposals/index.html",
        form=form,
        rows=[
            (
                proposal,
                proposal_status(proposal),
                proposal_url(proposal),
                localized_name(institution),
            )
            for proposal, institution in rows
        ],
        next_url=_list_url(replace(filters, after=rows[-1][0].id)) if has_more else "",
        first_url=_list_url(filters.without()) if filters.after else "",
        set_filters=_set_filters(form, filters),
        clear_url=_list_url(filters.without(*FILTERS)),
        csv_url=url_for("proposal_list.download", **_query(filters.without())),
        count=_count(filters),
        pictures=first_pictures([proposal.id for proposal, _owner in rows]),
        display=display,
        numbered={mark.number for mark in display.marks} if display else set(),
        list_url=_list_url(filters.without()),
        map_url=url_for("proposal_map.show", **_query(filters.without("q"))),
        order=filters.order.value,
        followed_topic=_followed_topic(filters.topic),
    )


def _set_filters(form: ProposalListForm, filters: ProposalFilters) -> list[tuple[str, object, str]]:
    """Return each filter that is set, as it is shown, and the address of the list without it."""
    return [
        (
            name,
            _section_text() if name == "box" else form.label_of(name),
            _list_url(filters.without(name)),
        )
        for name in _active_filters(filters)
    ]


def _section_text() -> str:
    return str(_("the section shown"))


def _followed_topic(topic: str) -> bool:
    """Return whether the reader follows the topic of the list."""
    person = current_person()
    if not topic or person is None:
        return False
    return is_following(person, "topic", topic_id(topic))


@blueprint.page("/list.csv", "public")
def download() -> ResponseReturnValue:
    """Send the whole list as a CSV file."""
    proposals = iter_proposals(_filters_from_request())
    response = Response(stream_with_context(lines(proposals, g.language)), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="proposals.csv"'
    return response


def _filter_form(choices: FilterChoices) -> ProposalListForm:
    form = ProposalListForm(request.args)
    form.set_choices(
        ((choice.slug, choice.name) for choice in choices.processes),
        ((choice.slug, choice.name) for choice in choices.institutions),
    )
    form.offer_names(choices.topics, choices.areas)
    return form


def _filters_from_request() -> ProposalFilters:
    values = {name: clean_line(request.args.get(name, ""))[:MAX_FILTER_LENGTH] for name in FILTERS}
    order = enum_arg("order", ProposalOrder.NEWEST)
    return ProposalFilters(**values, order=order, after=int_arg("after"))


def _active_filters(filters: ProposalFilters) -> list[str]:
    return [name for name in FILTERS if getattr(filters, name)]


def _query(filters: ProposalFilters) -> dict[str, Any]:  # URL values
    query: dict[str, Any] = {name: getattr(filters, name) for name in _active_filters(filters)}
    if filters.order != ProposalOrder.NEWEST:
        query["order"] = filters.order.value
    if filters.after:
        query["after"] = filters.after
    return query


def _list_url(filters: ProposalFilters) -> str:
    return url_for("proposal_list.index", **_query(filters))


def _count(filters: ProposalFilters) -> int | None:
    """Return the number of listed proposals, None where counting them would be slow."""
    is_counted = set(_active_filters(filters)) <= {"process", "q"}
    if not is_counted or filters.order in {ProposalOrder.WAITING, ProposalOrder.CLOSING}:
        return None
    return count_proposals(filters)
