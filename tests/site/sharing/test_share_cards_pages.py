"""The picture and the description of a shared link."""

import os
import re
import tempfile
from collections import OrderedDict
from io import BytesIO
from time import monotonic

import pytest
from PIL import Image

from deliberate.operations.moderation.decisions import hide_contribution
from deliberate.operations.responses.response_publishing import publish_response
from deliberate.operations.site.machine_slots import lock_free_slot
from deliberate.operations.site.share_cards import card_drawing, card_worker
from deliberate.views.site.sharing.share_cards import _first_sentence
from deliberate.vocabulary import ModerationRule, ResponseDecision, Role
from tests import factories
from tests.client import anonymous_client

TITLES = {
    "short": "Jalan teduh",
    "long": ("Sambungan rumah untuk dusun yang dilewati pipa besar tetapi tidak dapat air " * 5)[
        :300
    ],
    "word": "Ketidakbertanggungjawaban" * 6,
    "emoji": "Taman 🌳🌳 untuk anak",
}
BASE = {
    "label": "Usulan 1",
    "state": "Terbuka",
    "tone": "",
    "footer": "Kota",
    "brand": "Deliberate",
    "colour": "#0b5148",
}


def meta(page: str, name: str) -> str:
    """Return the content of a meta element of a page."""
    return re.search(rf'<meta (?:property|name)="{name}" content="([^"]*)"', page)[1]


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_title_fits_into_its_box_without_losing_a_letter(title):
    width = card_worker.WIDTH - card_worker.SIDE - 2 * card_worker.MARGIN
    shown = card_worker.drawable(title)
    lines, face = card_worker.fit_title(shown, width)
    assert "".join(lines).replace(" ", "") == shown.replace(" ", "")
    assert max(map(face.getlength, lines)) <= width
    assert len(lines) * face.size * card_worker.LINE_HEIGHT <= card_worker.TITLE_HEIGHT


def test_characters_without_a_glyph_are_left_out():
    assert card_worker.drawable("Taman 🌳 untuk anak, Dé") == "Taman untuk anak, Dé"
    assert card_worker.drawable("公園 公園") == ""


def test_card_of_any_picture_is_at_most_80_kb():
    noise = BytesIO()
    Image.effect_noise((800, 800), 90).convert("RGB").save(noise, "WEBP", quality=90)
    card = card_worker.draw_card({**BASE, "title": TITLES["long"]}, noise.getvalue())
    assert len(card) <= 80_000
    assert Image.open(BytesIO(card)).size == (1200, 630)


def test_unreadable_picture_is_replaced_by_the_drawing():
    content = {**BASE, "title": "Jalan"}
    assert card_worker.draw_card(content, b"nothing") == card_worker.draw_card(content, b"")


def test_description_is_the_first_sentence():
    assert _first_sentence("Air mati. Tiap malam.") == "Air mati."
    assert _first_sentence("Harga 1.500 naik\nlagi? Ya.") == "Harga 1.500 naik lagi?"
    assert len(_first_sentence("kata " * 100)) <= 201


@pytest.mark.parametrize("language", ["id", "en"])
def test_proposal_has_a_card_in_the_language_of_its_page(app, language):
    proposal = factories.create_proposal()
    client = anonymous_client(app)
    page = client.get(f"/{language}/proposals/{proposal.id}", follow_redirects=True).text
    url = meta(page, "og:image")
    assert f"/{language}/cards/proposal/{proposal.id}/" in url
    assert (meta(page, "og:image:width"), meta(page, "og:image:height")) == ("1200", "630")
    assert proposal.title in meta(page, "og:image:alt")
    assert meta(page, "og:title") == proposal.title
    response = client.get(url)
    assert (response.status_code, response.mimetype) == (200, "image/jpeg")
    assert Image.open(BytesIO(response.data)).size == (1200, 630)
    again = client.get(url, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_poll_has_a_card_and_a_page_without_one_has_the_picture_of_the_site(app):
    poll = factories.create_poll()
    client = anonymous_client(app)
    url = meta(client.get(f"/id/polls/{poll.id}").text, "og:image")
    assert client.get(url).mimetype == "image/jpeg"
    assert "card." in meta(client.get("/id/help").text, "og:image")


def test_response_card_names_the_decision(app):
    institution = factories.create_institution()
    process = factories.create_process(threshold=0)
    factories.add_institution(process, institution, "responder")
    proposal = factories.create_proposal(process)
    officer = factories.create_staff(institution)
    publish_response(officer, proposal, ResponseDecision.ACCEPTED, "Ya, tahun ini", "Dibangun.")
    client = anonymous_client(app)
    page = client.get(f"/id/responses/{proposal.id}").text
    assert f"/cards/response/{proposal.id}/" in meta(page, "og:image")
    assert client.get(meta(page, "og:image")).status_code == 200
    assert meta(page, "og:description") == "Diterima: Ya, tahun ini"
    unanswered = factories.create_proposal(process)
    assert client.get(f"/id/cards/response/{unanswered.id}/x.jpg").status_code == 404


def test_card_of_a_hidden_proposal_is_404(app):
    proposal = factories.create_proposal()
    url = f"/id/cards/proposal/{proposal.id}/x.jpg"
    client = anonymous_client(app)
    assert client.get(url, follow_redirects=True).status_code == 200
    moderator = factories.create_staff(role=Role.MODERATOR)
    hide_contribution(moderator, proposal, ModerationRule.INSULT, "kasar")
    assert client.get(url).status_code == 404
    page = client.get(f"/id/proposals/{proposal.id}", follow_redirects=True).text
    assert "card." in meta(page, "og:image")


def test_card_is_the_picture_of_the_site_at_once_while_others_are_drawn(app, monkeypatch, tmp_path):
    proposal = factories.create_proposal()
    client = anonymous_client(app)
    page = client.get(f"/id/proposals/{proposal.id}", follow_redirects=True).text
    monkeypatch.setattr(card_drawing, "_cards", OrderedDict())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    others = [lock_free_slot("cards", card_drawing.SLOTS) for _ in range(card_drawing.SLOTS)]
    started = monotonic()
    response = client.get(meta(page, "og:image"))
    assert monotonic() - started < 2
    for slot in others:
        os.close(slot)
    assert response.status_code == 302 and "/card." in response.headers["Location"]
    assert response.headers["Cache-Control"] == "no-store"
    assert client.get(response.headers["Location"]).mimetype == "image/png"
    assert client.get(meta(page, "og:image")).mimetype == "image/jpeg"
