"""Embeds: small pages without script, form or cookie, which the named sites alone may frame."""

import re
from collections import defaultdict
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from deliberate.config import Settings, find_problems
from deliberate.database import db
from deliberate.models import Document, Poll, Proposal, ScoreSnapshot
from deliberate.operations.moderation.decisions import hide_contribution
from deliberate.vocabulary import ModerationRule, Role
from tests import factories
from tests.attack.route_list import get_routes
from tests.client import anonymous_client

ORIGINS = "https://news.example https://*.go.example"
MAX_BYTES = 10_000


@pytest.fixture
def client(shared_city: Flask, monkeypatch) -> FlaskClient:
    settings = replace(shared_city.config["SETTINGS"], embed_origins=ORIGINS)
    monkeypatch.setitem(shared_city.config, "SETTINGS", settings)
    monkeypatch.setitem(shared_city.jinja_env.globals, "settings", settings)
    shared_city.extensions["page_cache"].clear()
    with shared_city.app_context():
        yield anonymous_client(shared_city)


def embeds() -> list[str]:
    found = [f"/embed/proposal/{n}" for n in db.session.scalars(select(Proposal.id))]
    found += [f"/embed/poll/{n}" for n in db.session.scalars(select(Poll.id))]
    found += [f"/embed/document/{n}" for n in db.session.scalars(select(Document.id))]
    return found + [
        f"/embed/score/{n}" for n in db.session.scalars(select(ScoreSnapshot.process_id))
    ]


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_embed_of_the_city_is_small_and_has_no_script_form_or_cookie(client, language):
    shown = 0
    for path in embeds():
        answer = client.get(f"{path}?language={language}", headers={"Cookie": "lang=id"})
        if answer.status_code == 404:
            continue
        shown += 1
        assert len(answer.data) <= MAX_BYTES, path
        assert not re.search(r"<(script|form|input|button|iframe|img)\b|javascript:", answer.text)
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers["Vary"]
        assert f'<html lang="{language}">' in answer.text
        policy = answer.headers["Content-Security-Policy"]
        assert policy.endswith(f"frame-ancestors {ORIGINS}")
        assert "script-src" not in policy and "default-src 'none'" in policy
    assert shown > 40


def test_kept_embed_keeps_its_policy(client):
    policies = {client.get("/embed/score/1").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 1


def test_only_embeds_may_be_framed_and_no_cookieless_page_sets_a_cookie(client):
    for route in get_routes():
        if "public" not in route.audience or not route.has_no_parameters:
            continue
        answer = client.get(route.path(defaultdict(lambda: 1)))
        policy = answer.headers.get("Content-Security-Policy", "")
        assert "frame-ancestors 'none'" in policy, route.rule
        if route.rule.startswith(("/api/", "/embed/")):
            assert "Set-Cookie" not in answer.headers, route.rule
    assert (
        "frame-ancestors 'none'" in client.get("/id/proposals/1").headers["Content-Security-Policy"]
    )


def test_without_the_setting_nothing_may_be_framed(client, shared_city, monkeypatch):
    settings = replace(shared_city.config["SETTINGS"], embed_origins="")
    monkeypatch.setitem(shared_city.config, "SETTINGS", settings)
    policy = client.get("/embed/proposal/1").headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'none'")


def test_poll_shows_its_figures_only_with_its_result(client):
    with_result = client.get("/embed/poll/1?language=en").text
    assert "<dd>41</dd>" in with_result
    still_open = db.session.scalars(select(Poll).order_by(Poll.closes_at.desc())).first()
    assert "<dd>" not in client.get(f"/embed/poll/{still_open.id}").text


def test_page_names_its_embed_for_other_programs(client):
    page = client.get("/en/proposals/1", follow_redirects=True).text
    link = re.search(r'type="application/json\+oembed"\s+href="([^"]+)"', page)
    assert link is not None
    for path in (
        "/en/proposals/1",
        "/p/1",
        "/en/polls/1",
        "/v/1",
        "/en/scores/kipp-1a",
    ):
        answer = client.get(f"/embed/oembed.json?url=http://127.0.0.1:8000{path}&language=en")
        assert answer.status_code == 200, path
        assert answer.json["type"] == "rich"
        address = re.search(r'src="http://127.0.0.1:8000([^"]+)"', answer.json["html"])
        assert client.get(address[1].replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://elsewhere.example/en/proposals/1",
        "http://127.0.0.1:8000/en/help",
        "http://127.0.0.1:8000/en/nothing",
        "http://127.0.0.1:8000/en/proposals/999999",
        "http://127.0.0.1:8000/en/scores/nothing",
        "http://[::1/",
    ],
)
def test_address_without_an_embed_is_not_found(client, url):
    assert client.get("/embed/oembed.json", query_string={"url": url}).status_code == 404


@pytest.mark.sqlite
def test_hidden_proposal_has_no_embed(app):
    proposal = factories.create_proposal()
    client = anonymous_client(app)
    assert client.get(f"/embed/proposal/{proposal.id}").status_code == 200
    moderator = factories.create_staff(role=Role.MODERATOR)
    hide_contribution(moderator, proposal, ModerationRule.INSULT, "Tidak pantas.")
    assert client.get(f"/embed/proposal/{proposal.id}").status_code == 404


@pytest.mark.parametrize("value", ["news.example", "https://news.example/page", "'self'", "*"])
def test_setting_takes_origins_alone(value):
    (problem,) = find_problems(Settings(mode="test", embed_origins=value))
    assert problem.startswith("DELIBERATE_EMBED_ORIGINS ")
    assert find_problems(Settings(mode="test", embed_origins=ORIGINS)) == []


def test_draft_text_has_an_embed_with_its_version_and_contributions(client):
    document = db.session.scalars(select(Document)).first()
    answer = client.get(f"/embed/document/{document.id}?language=en")
    assert answer.status_code == 200
    assert "Draft text, version" in answer.text and "Contributions" in answer.text
    assert document.title in answer.text
    url = f"http://127.0.0.1:8000/en/documents/{document.id}"
    found = client.get(f"/embed/oembed.json?url={url}&language=en")
    assert found.status_code == 200 and f"/embed/document/{document.id}" in found.json["html"]


@pytest.mark.parametrize(("format_", "status"), [("json", 200), ("xml", 501), ("yaml", 501)])
def test_oembed_answers_501_for_a_format_that_it_does_not_write(client, format_, status):
    url = "http://127.0.0.1:8000/en/proposals/1"
    assert client.get(f"/embed/oembed.json?url={url}&format={format_}").status_code == status
