"""The page of a proposal, and the differences between its versions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from flask import Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from deliberate.clock import now
from deliberate.forms.threads import MAX_COMMENT, ArgumentForm
from deliberate.operations.threads.reading_position import save_reading_position
from deliberate.permissions.decision import ALLOWED
from deliberate.permissions.polls import may_open_poll
from deliberate.permissions.proposals.merging import has_merge_role
from deliberate.permissions.proposals.proposals import is_offered, may_revise, may_withdraw
from deliberate.permissions.proposals.summaries import may_suggest_summary
from deliberate.queries.documents.contributions import get_promoted_amendment
from deliberate.queries.polls.polls import proposal_polls
from deliberate.queries.processes.phases import phase_steps
from deliberate.queries.proposals.area_map import get_area_map
from deliberate.queries.proposals.coauthors import get_open_request
from deliberate.queries.proposals.map_marks import place_map
from deliberate.queries.proposals.proposal_page import (
    ProposalPage,
    RelatedItems,
    get_proposal_page,
    get_related_items,
)
from deliberate.queries.proposals.proposals import get_proposal, proposal_status
from deliberate.queries.proposals.reader_state import ReaderState
from deliberate.queries.proposals.timeline import get_timeline
from deliberate.queries.responses.responses import list_response_cards
from deliberate.queries.site.pictures import first_picture
from deliberate.queries.threads.comment_rows import list_comment_rows
from deliberate.queries.threads.pagination import ArgumentFilter, ThreadOrder, ThreadRequest
from deliberate.queries.threads.thread_page import ThreadPage, get_thread_page
from deliberate.queries.threads.unread_comments import (
    MAX_UNREAD,
    get_reading_position,
    last_read_before_visit,
)
from deliberate.text import markdown_diff, word_diff
from deliberate.views.proposals.common_pages import common_page
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import (
    current_person,
    current_settings,
    enum_arg,
    get_or_404,
    int_arg,
)
from deliberate.views.site.sharing.qr_codes import qr_code
from deliberate.views.site.sharing.share_cards import proposal_share_card
from deliberate.views.urls import (
    comment_url_templates,
    proposal_slug,
    proposal_url,
    proposal_url_by_id,
)
from deliberate.vocabulary import PhaseSwitch

if TYPE_CHECKING:
    from deliberate.models import Person, Proposal, ProposalVersion

blueprint = LocalizedBlueprint("proposals", url_prefix="/proposals")
THREAD_ARGS = {"order", "side", "after", "at", "open", "all"}
"""URL arguments of a thread; with any of them a merged proposal shows its own page."""


@blueprint.page("/<id:proposal_id>", "public", cached=True)
@blueprint.page("/<id:proposal_id>-<slug>", "public", cached=True)
def show(proposal_id: int, slug: str = "") -> ResponseReturnValue:
    """Show a proposal with its response, polls, timeline and thread.

    Redirect to the canonical URL, or to the proposal it was merged into.
    """
    person = current_person()
    position = get_reading_position(person.id, proposal_id) if person else None
    last_read_id = last_read_before_visit(position)
    if person is not None:
        make = partial(_common_page, proposal_id, slug)
        if common := common_page(person, proposal_id, last_read_id, make):
            body, reader = common
            save_reading_position(person, proposal_id, position, reader.newest)
            return Response(body, mimetype="text/html")
    page = get_or_404(get_proposal_page(proposal_id, person, last_read_id))
    if address := _other_address(page.proposal, slug):
        return address
    if person is not None and page.reader is not None:
        save_reading_position(person, proposal_id, position, page.reader.newest)
    return _render_page(page, _thread_page(page.proposal), last_read_id)


def _other_address(proposal: "Proposal", slug: str) -> ResponseReturnValue | None:
    """Return the redirect from an old title or a merged proposal, or None."""
    if slug != proposal_slug(proposal):
        return redirect(proposal_url(proposal, **request.args.to_dict()), 301)
    target_id = proposal.merged_into_id
    if target_id is not None and not set(request.args) & THREAD_ARGS:
        return redirect(url_for("proposals.show", proposal_id=target_id))
    return None


def _common_page(
    proposal_id: int, slug: str, reader: ReaderState
) -> tuple[str, Sequence[int]] | None:
    """Return the page of a resident who differs from others by support and following alone."""
    page = get_proposal_page(proposal_id)
    if page is None or slug != proposal_slug(page.proposal) or page.proposal.merged_into_id:
        return None
    thread = _thread_page(page.proposal)
    text = _render_page(replace(page, reader=reader), thread, None)
    return text, [comment.id for comment in thread.comments]


def _thread_page(proposal: "Proposal") -> ThreadPage:
    thread_request = _thread_request()
    thread = get_thread_page(proposal, thread_request, g.language, current_person())
    if (thread_request.linked_id or thread_request.expanded_id) and not thread.comments:
        raise NotFound
    return thread


def _render_page(page: ProposalPage, thread: ThreadPage, last_read_id: int | None) -> str:
    g.log_head = page.log_head
    proposal, person = page.proposal, current_person()
    thread_request, is_visible = _thread_request(), proposal.is_text_visible_to(person)
    responses = list_response_cards(proposal.id, person) if proposal.decision else []
    limited_until = page.reader.limited_until if page.reader else None
    may_comment = is_offered(proposal, PhaseSwitch.COMMENT, limited_until)
    short_address = f"{current_settings().base_url or request.host_url.rstrip('/')}/p/{proposal.id}"
    case = page.desk.case
    return render_template(
        "proposals/show.html",
        proposal=proposal,
        status=proposal_status(proposal),
        is_text_visible=is_visible,
        phases=phase_steps(proposal.process),
        reader=page.reader,
        summary=page.summary if is_visible else None,
        may_suggest_summary=may_suggest_summary(person, proposal),
        last_read_id=last_read_id,
        max_unread=MAX_UNREAD,
        responses=responses,
        asking_case=case if case and case.awaits_author(now()) else None,
        polls=proposal_polls(proposal.id) if page.has_polls else [],
        timeline=get_timeline(proposal, responses, page.desk),
        thread=thread,
        thread_request=thread_request,
        short_address=short_address,
        paper_code=qr_code(short_address, short_address) if thread_request.is_complete else "",
        may_comment=may_comment,
        may_support=is_offered(proposal, PhaseSwitch.SUPPORT, limited_until),
        amendment=get_promoted_amendment(proposal.id) if page.has_amendment else None,
        may_open_poll=bool(may_open_poll(person, proposal.process)) and proposal.is_active,
        argument_form=ArgumentForm(MultiDict()),
        max_length=MAX_COMMENT,
        slug=proposal_slug(proposal) or None,
        page_url=proposal_url(proposal),
        may_merge=has_merge_role(person),
        place_map=place_map(proposal),
        urls=comment_url_templates(proposal, thread_request, thread, may_comment=bool(may_comment)),
        **_related_items(page, is_visible=is_visible),
        **_author_items(page, person),
    )


def _related_items(page: ProposalPage, *, is_visible: bool) -> dict[str, object]:
    """Return the files and pictures of a proposal, and what was merged into it."""
    proposal, summary = page.proposal, page.summary
    has_related = page.has_files or page.has_merged
    related = get_related_items(proposal) if has_related else RelatedItems()
    picture = first_picture(related.files)
    return {
        "merged": [
            (merged, proposal_url_by_id(merged.id, merged.slug, order=ThreadOrder.OLDEST.value))
            for merged in related.merged
        ],
        "files": related.files if is_visible else (),
        "picture": picture if is_visible else None,
        "share_card": proposal_share_card(
            proposal, picture.stem if picture else "", summary.main_request if summary else ""
        ),
    }


def _author_items(page: ProposalPage, person: "Person | None") -> dict[str, object]:
    """Return what the authors of a proposal may do, and whether a map can hold its place."""
    proposal = page.proposal
    is_author = page.reader is not None and page.reader.is_author
    return {
        "may_revise": may_revise(person, proposal) if is_author else ALLOWED,
        "may_withdraw": may_withdraw(person, proposal) if is_author else ALLOWED,
        "withdrawal": (
            get_open_request(proposal) if is_author and proposal.coauthor_count else None
        ),
        "has_map": is_author and not get_area_map().is_empty,
    }


def _thread_request() -> ThreadRequest:
    return ThreadRequest(
        order=enum_arg("order", ThreadOrder.MOST_RATED),
        side=enum_arg("side", ArgumentFilter.ALL),
        after=int_arg("after"),
        linked_id=int_arg("at"),
        expanded_id=int_arg("open"),
        replies_after=int_arg("replies") or 0,
        replies_seen=int_arg("seen") or 0,
        is_complete="all" in request.args,
    )


@blueprint.page("/<id:proposal_id>/changes", "public", cached=True)
def changes(proposal_id: int) -> ResponseReturnValue:
    """Show the differences between two versions of a proposal by words."""
    proposal = get_or_404(get_proposal(proposal_id))
    person = current_person()
    if not proposal.is_text_visible_to(person):
        raise NotFound
    versions = [version for version in proposal.versions if version.is_visible_to(person)]
    newer = get_or_404(_find_version(versions, int_arg("to") or proposal.version))
    previous = max(newer.number - 1, versions[0].number)
    older = get_or_404(_find_version(versions, int_arg("from") or previous))
    return render_template(
        "proposals/changes.html",
        proposal=proposal,
        versions=versions,
        hidden=[version for version in proposal.versions if version not in versions],
        older=older,
        newer=newer,
        title=word_diff(older.title, newer.title),
        body=markdown_diff(older.body, newer.body),
        credited=list_comment_rows(proposal, newer.credits, g.language),
        page_url=proposal_url(proposal),
    )


def _find_version(versions: "Iterable[ProposalVersion]", number: int) -> "ProposalVersion | None":
    return next((version for version in versions if version.number == number), None)
