"""Embeds: a proposal, poll, draft text or scores as one small page that others show in a frame.

It has no script, form or cookie. Only the sites of DELIBERATE_EMBED_ORIGINS may frame it, and no
other page of this installation may be framed at all.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, abort, current_app, g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from deliberate.queries.documents.contributions import count_contributions
from deliberate.queries.documents.documents import get_document, get_version, list_units
from deliberate.queries.polls.polls import get_poll, poll_card
from deliberate.queries.polls.result_tables import result_tables
from deliberate.queries.processes.processes import get_process
from deliberate.queries.responses.responses import get_visible_proposal
from deliberate.queries.scores.process_scores import newest_snapshot
from deliberate.queries.scores.scoreboard import score_card
from deliberate.queries.site.public_rows import get_public_row
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings, get_or_404
from deliberate.views.site.sharing.share_cards import poll_share_card, proposal_share_card
from deliberate.views.site.url_parsing import split_url

if TYPE_CHECKING:
    from deliberate.views.site.sharing.share_cards import ShareCard

blueprint = LocalizedBlueprint("embeds", localized=False, url_prefix="/embed")
WIDTH, HEIGHT = 480, 320
FEW_OPTIONS = 8
"""Options of a poll that are shown with their figures; the page of the poll has all."""


@dataclass(frozen=True)
class Embed:
    """What an embed shows."""

    title: str
    language: str
    state: str
    text: str
    text_language: str
    figures: tuple[tuple[str, str], ...]
    url: str
    label: str


@blueprint.page("/<any(proposal,poll,score,document):of>/<id:subject_id>", "public", cached=True)
def show(of: str, subject_id: int) -> ResponseReturnValue:
    """Show the embed of a proposal, a poll, a draft text or the scores of a process."""
    return render_template("site/sharing/embed.html", embed=get_or_404(_EMBEDS[of](subject_id)))


def _proposal(proposal_id: int) -> Embed | None:
    proposal = get_visible_proposal(proposal_id)
    card = proposal_share_card(proposal, "") if proposal else None
    if proposal is None or card is None:
        return None
    figures = (
        (_("Supports"), _number(proposal.support_count)),
        (_("Comments"), _number(proposal.comment_count)),
    )
    url = url_for("proposals.show", proposal_id=proposal.id)
    return _embed(card, proposal.language, figures, url)


def _poll(poll_id: int) -> Embed | None:
    poll = get_poll(poll_id)
    if poll is None:
        return None
    card = poll_card(poll)
    shown = poll_share_card(card)
    figures: list[tuple[str, str]] = []
    if card.tally is not None:
        tables = result_tables(poll, card.tally)
        figures = [
            (label, "–" if row[0] is None else _number(row[0]))
            for label, row in (tables[0].rows if tables else ())
        ]
    url = url_for("polls.show", poll_id=poll.id)
    return _embed(shown, poll.language, tuple(figures[:FEW_OPTIONS]), url)


def _document(document_id: int) -> Embed | None:
    document = get_document(document_id)
    version = get_version(document) if document else None
    if document is None or version is None:
        return None
    units = list_units(version)
    totals = count_contributions(document, units, version.number).total
    return Embed(
        document.title,
        document.language,
        _("closed") if document.closed_at else "",
        document.process.text_in("title", g.language),
        document.process.language_in("title", g.language),
        ((_("Contributions"), _number(totals.total())),),
        url_for("documents.show", document_id=document.id),
        _("Draft text, version %(n)s", n=version.number),
    )


def _score(process_id: int) -> Embed | None:
    process = get_public_row("processes", process_id)
    snapshot = newest_snapshot(process_id) if process else None
    if process is None or snapshot is None:
        return None
    card = score_card(snapshot, g.language)
    figures = [
        (row.name, "–" if row.result is None or row.result.score is None else str(row.result.score))
        for row in card.dimensions
    ]
    return Embed(
        process.text_in("title", g.language),
        process.language_in("title", g.language),
        _("Participation report, 0 to 100"),
        card.headline,
        g.language,
        tuple(figures),
        url_for("scoreboard.show", slug=process.slug),
        _("Scores of this process"),
    )


def _embed(
    card: "ShareCard", language: str, figures: tuple[tuple[str, str], ...], url: str
) -> Embed:
    """Return the embed of what has a card."""
    content = card.content
    return Embed(
        content.title,
        language,
        content.state,
        card.description,
        language,
        figures,
        url,
        content.label,
    )


def _number(value: int) -> str:
    return str(current_app.jinja_env.filters["numberformat"](value))


_EMBEDS = {"proposal": _proposal, "poll": _poll, "score": _score, "document": _document}
_EMBEDDED_PAGES = {
    "proposals.show": ("proposal", "proposal_id"),
    "short_urls.proposal": ("proposal", "subject_id"),
    "polls.show": ("poll", "poll_id"),
    "short_urls.poll": ("poll", "subject_id"),
    "scoreboard.show": ("score", "slug"),
    "documents.show": ("document", "document_id"),
}
"""Pages that have an embed: what it is of, and the URL value that names it."""


@blueprint.page("/oembed.json", "public", cached=True)
def oembed() -> ResponseReturnValue:
    """Return how to embed the page at an address (oEmbed 1.0, type rich)."""
    if request.args.get("format", "json") != "json":
        # The status that oEmbed has for a format that a provider does not write.
        return Response(_("This address answers as JSON alone."), 501, mimetype="text/plain")
    of, subject_id = _find_embedded(request.args.get("url", ""))
    embed = get_or_404(_EMBEDS[of](subject_id))
    base = current_settings().base_url.rstrip("/")
    address = f"{base}{url_for('embeds.show', of=of, subject_id=subject_id, language=g.language)}"
    frame = Markup('<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy"></iframe>')
    return jsonify(
        version="1.0",
        type="rich",
        provider_name=current_settings().brand_name,
        provider_url=base,
        title=embed.title,
        width=WIDTH,
        height=HEIGHT,
        html=str(frame.format(address, embed.title, WIDTH, HEIGHT)),
    )


def _find_embedded(address: str) -> tuple[str, int]:
    """Return of what the page at an address has an embed; abort with 404 for any other address."""
    parts, base = split_url(address), split_url(current_settings().base_url)
    if not parts.path or parts.netloc != base.netloc:
        abort(404)
    try:
        endpoint, values = current_app.url_map.bind(base.netloc).match(parts.path)
    except HTTPException:
        abort(404)
    if endpoint not in _EMBEDDED_PAGES:
        abort(404)
    of, name = _EMBEDDED_PAGES[endpoint]
    if of != "score":
        return of, int(values[name])
    return of, get_or_404(get_process(values[name])).id
