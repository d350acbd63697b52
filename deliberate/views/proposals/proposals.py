"""Proposals: the list, one proposal with all that belongs to it, its versions."""

from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from flask import (
    Response,
    g,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from deliberate.exports.proposals_csv import lines
from deliberate.forms.proposals.proposals import ListForm
from deliberate.forms.threads import LONGEST, ArgumentForm
from deliberate.operations.threads.reading_position import keep_place
from deliberate.permissions.proposals.merging import may_join
from deliberate.permissions.proposals.proposals import is_open_to
from deliberate.permissions.proposals.summaries import may_summarise
from deliberate.queries.polls.polls import polls_of
from deliberate.queries.processes.working_days import phase_steps
from deliberate.queries.proposals import proposals as proposal_queries
from deliberate.queries.proposals.listing import (
    Choice,
    ListOrder,
    Wanted,
    all_listed,
    choices_of,
    proposals_listed,
)
from deliberate.queries.proposals.timeline import timeline_of
from deliberate.queries.responses.responses import responses_of
from deliberate.queries.threads import threads as thread_queries
from deliberate.queries.threads.pagination import Order, Reading, Side
from deliberate.queries.threads.unread_comments import MOST, read_before
from deliberate.text import clean_line, difference
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, int_arg
from deliberate.views.site.response_headers import conditional_response
from deliberate.vocabulary import Switch

blueprint = LocalizedBlueprint("proposals", url_prefix="/proposals")

Code = TypeVar("Code", bound=StrEnum)


def address_of(proposal: Any, **query: Any) -> str:
    """Where a proposal stands: number first, then its title's slug."""
    return _address(proposal.id, slug_of(proposal), **query)


def _address(number: int, slug: str, **query: Any) -> str:
    return url_for("proposals.show", number=number, slug=slug or None, **query)


def slug_of(proposal: Any) -> str:
    """The readable tail of a proposal's address; a hidden one has none."""
    return "" if proposal.hidden_at else proposal.slug


@blueprint.page("", "public")
def index() -> str:
    """All proposals, narrowed and ordered as the address says."""
    wanted, form = _wanted(), ListForm(request.args)
    choices = choices_of(g.language)
    form.offer(
        ((choice.slug, choice.name) for choice in choices.processes),
        ((choice.slug, choice.name) for choice in choices.institutions),
    )
    listed, more = proposals_listed(wanted)
    return render_template(
        "proposals/index.html",
        form=form,
        rows=[
            (proposal, proposal_queries.standing_of(proposal), address_of(proposal))
            for proposal in listed
        ],
        next_url=_list_url(replace(wanted, after=listed[-1].id)) if more else "",
        first_url=_list_url(wanted.without()) if wanted.after else "",
        set_filters=[
            (name, form.said(name), _list_url(wanted.without(name))) for name in _set(wanted)
        ],
        clear_url=_list_url(wanted.without(*FILTERS)),
        csv_url=url_for("proposals.list_file", **_query(wanted.without())),
        count=_count(wanted, choices.processes),
        order=wanted.order.value,
    )


@blueprint.page("/list.csv", "public")
def list_file() -> ResponseReturnValue:
    """The list as a file, whole."""
    rows = all_listed(_wanted())
    file = Response(stream_with_context(lines(rows, g.language)), mimetype="text/csv")
    file.headers["Content-Disposition"] = 'attachment; filename="proposals.csv"'
    return file


FILTERS = ("q", "topic", "area", "state", "institution", "process")
"""In the order in which one loosens them when nothing is found."""


def _wanted() -> Wanted:
    narrowed = {name: clean_line(request.args.get(name, ""))[:120] for name in FILTERS}
    order = _chosen("order", ListOrder.NEWEST)
    return Wanted(**narrowed, order=order, after=int_arg("after"))


def _set(wanted: Wanted) -> list[str]:
    return [name for name in FILTERS if getattr(wanted, name)]


def _query(wanted: Wanted) -> dict[str, Any]:
    query: dict[str, Any] = {name: getattr(wanted, name) for name in _set(wanted)}
    if wanted.order != ListOrder.NEWEST:
        query["order"] = wanted.order.value
    return query | ({"after": wanted.after} if wanted.after else {})


def _list_url(wanted: Wanted) -> str:
    return url_for("proposals.index", **_query(wanted))


def _count(wanted: Wanted, processes: list[Choice]) -> int | None:
    """How many there are, where counters know it without counting."""
    if set(_set(wanted)) - {"process"} or wanted.order in {ListOrder.WAITING, ListOrder.CLOSING}:
        return None
    return sum(c.proposals for c in processes if wanted.process in {"", c.slug})


@blueprint.page("/<id:number>", "public")
@blueprint.page("/<id:number>-<slug>", "public")
def show(number: int, slug: str = "") -> ResponseReturnValue:
    """One proposal: text, response, polls, where it stands, its arguments."""
    person = current_person()
    before = read_before(person.id, number) if person else None
    shown = get_or_404(proposal_queries.proposal_shown(number, person, before))
    g.log_head = shown.log_head
    if slug != slug_of(shown.proposal):
        return redirect(address_of(shown.proposal, **request.args.to_dict()), 301)
    into = shown.proposal.merged_into_id
    if into is not None and not set(request.args) & READING:
        return redirect(url_for("proposals.show", number=into))
    if person is not None:
        keep_place(person, shown.proposal, before, shown.mine.newest)
    return conditional_response(shown.mark, lambda: _page(shown, before))


READING = {"order", "side", "after", "at", "open"}
"""What an address says of a thread: with any of it a joined proposal shows its own page."""


def _page(shown: proposal_queries.Shown, before: int | None) -> str:
    proposal, reading, person = shown.proposal, _reading(), current_person()
    thread = thread_queries.thread_of(proposal, reading, g.language, person.id if person else None)
    if (reading.at or reading.open) and not thread.lines:
        raise NotFound
    beside = (
        proposal_queries.beside(proposal)
        if shown.has_files or shown.has_joined
        else proposal_queries.Beside()
    )
    answers = responses_of(proposal.id, person) if proposal.decision else []
    return render_template(
        "proposals/show.html",
        proposal=proposal,
        standing=proposal_queries.standing_of(proposal),
        is_readable=proposal_queries.is_readable(proposal),
        phases=phase_steps(proposal.process),
        mine=shown.mine,
        summary=shown.summary if proposal_queries.is_readable(proposal) else None,
        may_summarise=may_summarise(person, proposal),
        before=before,
        most=MOST,
        responses=answers,
        polls=polls_of(proposal.id) if shown.has_polls else [],
        timeline=timeline_of(proposal, answers, shown.desk),
        thread=thread,
        reading=reading,
        orders=Order,
        sides=Side,
        may_talk=is_open_to(proposal, Switch.COMMENT),
        may_back=is_open_to(proposal, Switch.SUPPORT),
        say=ArgumentForm(MultiDict()),
        longest=LONGEST,
        slug=slug_of(proposal) or None,
        address=address_of(proposal),
        joined=[
            (one, _address(one.id, one.slug, order=Order.OLDEST.value)) for one in beside.joined
        ],
        may_join=may_join(person),
        files=beside.files if proposal_queries.is_readable(proposal) else (),
        urls=comment_urls(proposal, reading, thread),
    )


def _reading() -> Reading:
    return Reading(
        order=_chosen("order", Order.WEIGHED),
        side=_chosen("side", Side.ALL),
        after=int_arg("after"),
        at=int_arg("at"),
        open=int_arg("open"),
        replies_after=int_arg("replies") or 0,
        replies_seen=int_arg("seen") or 0,
    )


def _chosen(name: str, default: Code) -> Code:
    try:
        return type(default)(request.args.get(name, default))
    except ValueError:
        return default


def comment_urls(proposal: Any, reading: Reading, thread: thread_queries.Thread) -> dict[str, str]:
    """Where a comment's links lead, {id} standing for its number; what is closed has none."""
    here = address_of(proposal)
    urls = {
        "open": f"{here}?open={{id}}#c{{id}}",
        "change": _pattern("threads.change"),
        "report": _pattern("moderation.report", kind="comment"),
        "appeal": _pattern("moderation.appeal", kind="comment"),
    }
    if thread.replies_after is not None:
        seen = reading.replies_seen + len(thread.lines) - 1
        last = thread.replies_after
        urls["open"] = f"{here}?open={{id}}&replies={last}&seen={seen}#c{last}"
    if is_open_to(proposal, Switch.COMMENT):
        urls |= {"rate": _pattern("threads.rate"), "reply": _pattern("threads.reply")}
    return urls


def _pattern(endpoint: str, **values: Any) -> str:
    return url_for(endpoint, number=0, **values).replace("/0/", "/{id}/")


@blueprint.page("/<id:number>/changes", "public")
def changes(number: int) -> ResponseReturnValue:
    """What changed between two versions of a proposal, word by word."""
    proposal = get_or_404(proposal_queries.proposal_shown(number)).proposal
    if not proposal_queries.is_readable(proposal):
        raise NotFound
    versions = [version for version in proposal.versions if version.hidden_ground is None]
    newer = get_or_404(_version(versions, int_arg("to") or proposal.version))
    first = max(newer.number - 1, versions[0].number)
    older = get_or_404(_version(versions, int_arg("from") or first))
    return render_template(
        "proposals/changes.html",
        proposal=proposal,
        versions=versions,
        hidden=[version for version in proposal.versions if version.hidden_ground is not None],
        older=older,
        newer=newer,
        title=difference(older.title, newer.title),
        body=difference(older.body, newer.body),
        credited=thread_queries.lines_of(proposal, newer.credits, g.language),
        address=address_of(proposal),
    )


def _version(versions: Any, number: int) -> Any:
    return next((version for version in versions if version.number == number), None)
