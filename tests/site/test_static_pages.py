"""Static pages in both languages."""

import re
from dataclasses import replace

import pytest

from tests.client import anonymous_client

NAMES = ("help", "offices", "accessibility", "privacy", "rules", "method")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["id", "en"])
def test_static_page_has_one_heading_that_begins_its_title(app, name, language):
    page = anonymous_client(app).get(f"/{language}/{name}").text
    (heading,) = re.findall(r"<h1>(.*?)</h1>", page)
    assert re.search(rf"<title>\s*{re.escape(heading)} · ", page)
    assert f'<html lang="{language}">' in page


@pytest.mark.parametrize("name", NAMES)
def test_static_page_in_indonesian_has_no_english_paragraph(app, name):
    page, other = (anonymous_client(app).get(f"/{code}/{name}").text for code in ("id", "en"))
    paragraphs = set(re.findall(r"<(?:p|li)>([^<]{30,})", page))
    assert paragraphs
    assert not paragraphs & set(re.findall(r"<(?:p|li)>([^<]{30,})", other))


def test_offices_page_explains_an_empty_list(app):
    assert "Belum ada kantor yang terdaftar" in anonymous_client(app).get("/id/offices").text


def test_privacy_page_names_the_telephone_number_where_texts_are_sent(app, monkeypatch):
    reader = anonymous_client(app)
    assert "telephone number" not in reader.get("/en/privacy").text
    settings = replace(app.config["SETTINGS"], gateway_url="https://texts.example/send")
    monkeypatch.setitem(app.jinja_env.globals, "settings", settings)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    app.extensions["page_cache"].clear()
    assert "Your telephone number, only if you give it." in reader.get("/en/privacy").text
    assert "Nomor telepon Anda, hanya jika Anda memberikannya." in reader.get("/id/privacy").text


def test_privacy_page_names_both_cookies(app):
    page = anonymous_client(app).get("/en/privacy").text
    assert "Session: only after you sign in." in page
    assert "Language: only after you change it." in page
