"""Share cards: the picture and the description of a proposal, a poll or a response in a chat."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import partial
from typing import TYPE_CHECKING

from flask import Response, g, get_template_attribute, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.file_storage import StorageUnavailable, file_storage
from deliberate.operations.proposals.file_store import preview_name
from deliberate.operations.site.share_cards.card_drawing import (
    CardContent,
    CardUnavailable,
    card_picture,
)
from deliberate.queries.polls.polls import PollCard, get_poll, poll_card
from deliberate.queries.proposals.proposals import proposal_status
from deliberate.queries.responses.responses import (
    ResponseCard,
    get_visible_proposal,
    list_response_cards,
)
from deliberate.queries.site.pictures import LARGE, first_pictures, get_visible_file
from deliberate.text import excerpt, to_plain
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings, get_or_404
from deliberate.views.site.static_files import asset_url

if TYPE_CHECKING:
    from deliberate.models import Proposal

blueprint = LocalizedBlueprint("share_cards", url_prefix="/cards")
MAX_AGE_SECONDS = 300
"""How long a card is shown after what it shows was hidden."""
DESCRIPTION_LENGTH = 200
THEME = "#0b5148"
TONES = re.compile(r'class="tag (official|warning|error)')
SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=\S)")


@dataclass(frozen=True)
class ShareCard:
    """What a shared link shows; everything in it is visible to a stranger."""

    url: str
    alt: str
    description: str
    version: str
    content: CardContent
    stem: str
    """Names the picture beside the title, empty without one."""


@blueprint.page("/<any(proposal,poll,response):of>/<id:subject_id>/<version>.jpg", "public")
def show(of: str, subject_id: int, version: str) -> ResponseReturnValue:
    """Send the card of a version, or redirect to that of the present one.

    While others are drawn it redirects to the picture of the site, so that a chat shows something.
    The status is 404 for what a stranger may not see.
    """
    card = get_or_404(_CARDS[of](subject_id))
    if version != card.version:
        return redirect(card.url)
    if request.if_none_match.contains_weak(card.version):
        response = Response(status=304)
    else:
        try:
            picture = card_picture(card.version, card.content, partial(_read_picture, card.stem))
        except (CardUnavailable, StorageUnavailable):
            return _redirect_to_site_picture()
        response = Response(picture, mimetype="image/jpeg")
    response.set_etag(card.version, weak=True)
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _redirect_to_site_picture() -> ResponseReturnValue:
    response = redirect(asset_url("card.png"))
    response.headers["Cache-Control"] = "no-store"
    return response


def proposal_share_card(proposal: "Proposal", stem: str, summary: str = "") -> ShareCard | None:
    """Return the card of a proposal, None if strangers may not see its title.

    `stem` names its first picture; `summary` is described in place of the text.
    """
    if not proposal.is_visible_to(None):
        return None
    status = proposal_status(proposal)
    has_text = proposal.is_text_visible_to(None)
    tag = get_template_attribute("components/tags.html", "state_tag")
    state = tag(status.state, days=status.days_left, decision=status.decision)
    topic = proposal.process.topic_in(proposal.topic, g.language)
    return _card(
        "proposal",
        proposal.id,
        label=" · ".join(filter(None, (_("Proposal %(n)s", n=proposal.id), topic))),
        title=proposal.title,
        state=state,
        footer=proposal.process.text_in("title", g.language),
        text=(summary or to_plain(proposal.body_html)) if has_text else "",
        stem=stem if has_text else "",
    )


def poll_share_card(card: PollCard) -> ShareCard:
    """Return the card of a poll."""
    poll = card.poll
    tag = get_template_attribute("polls/components/poll.html", "poll_tag")
    return _card(
        "poll",
        poll.id,
        label=_("Poll %(n)s", n=poll.id),
        title=poll.question,
        state=tag(card),
        footer=poll.process.text_in("title", g.language),
        text=poll.background or "",
    )


def response_share_card(proposal: "Proposal", card: ResponseCard) -> ShareCard:
    """Return the card of the response to a proposal; its description begins with the decision."""
    response = card.response
    tag = get_template_attribute("components/tags.html", "decision_tag")(response.decision)
    return _card(
        "response",
        proposal.id,
        label=_("Official response to proposal %(n)s", n=proposal.id),
        title=proposal.title,
        state=tag,
        footer=card.institution_name,
        text=f"{to_plain(str(tag))}: {response.headline or to_plain(response.body_html)}",
    )


def _card(
    of: str,
    subject_id: int,
    *,
    label: str,
    title: str,
    state: str,
    footer: str,
    text: str,
    stem: str = "",
) -> ShareCard:
    settings, tone = current_settings(), TONES.search(str(state))
    content = CardContent(
        label,
        title,
        to_plain(str(state)),
        tone.group(1) if tone else "",
        footer,
        settings.brand_name or "Deliberate",
        settings.brand_color or THEME,
    )
    version = hashlib.sha256(repr((astuple(content), stem)).encode()).hexdigest()[:16]
    return ShareCard(
        url_for("share_cards.show", of=of, subject_id=subject_id, version=version),
        f"{label}: {title} ({content.state})",
        _first_sentence(text) or f"{content.state} · {footer}",
        version,
        content,
        stem,
    )


def _first_sentence(text: str) -> str:
    """Return the first sentence of a plain text, shortened where it is long."""
    line = " ".join(text.split())
    return excerpt(SENTENCE_END.split(line, maxsplit=1)[0], DESCRIPTION_LENGTH)


def _read_picture(stem: str) -> bytes:
    """Return the picture beside the title, nothing where its file is gone."""
    name = get_visible_file(stem, None) if stem else None
    if name is None:
        return b""
    stored = file_storage().open(current_settings().upload_path / preview_name(name, LARGE))
    return stored.start(stored.size) if stored else b""


def _proposal_card(proposal_id: int) -> ShareCard | None:
    proposal = get_visible_proposal(proposal_id)
    if proposal is None:
        return None
    picture = first_pictures([proposal_id]).get(proposal_id)
    return proposal_share_card(proposal, picture.stem if picture else "")


def _poll_card(poll_id: int) -> ShareCard | None:
    poll = get_poll(poll_id)
    return poll_share_card(poll_card(poll)) if poll else None


def _response_card(proposal_id: int) -> ShareCard | None:
    proposal = get_visible_proposal(proposal_id)
    cards = list_response_cards(proposal_id) if proposal else []
    return response_share_card(proposal, cards[0]) if proposal and cards else None


_CARDS: dict[str, Callable[[int], ShareCard | None]] = {
    "proposal": _proposal_card,
    "poll": _poll_card,
    "response": _response_card,
}
