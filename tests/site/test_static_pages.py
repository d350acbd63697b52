"""Plain pages, whole in both languages."""

import re

import pytest

from tests import factories
from tests.client import visitor

NAMES = ("help", "offices", "accessibility", "privacy", "rules", "method")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_plain_page_has_one_heading_that_begins_its_title(app, name, language):
    page = visitor(app).get(f"/{language}/{name}").text
    (heading,) = re.findall(r"<h1>(.*?)</h1>", page)
    assert f"<title>{heading} · " in page
    assert f'<html lang="{language}">' in page


@pytest.mark.parametrize("name", NAMES)
def test_the_indonesian_page_is_no_english_one(app, name):
    page, other = (visitor(app).get(f"/{code}/{name}").text for code in ("id", "en"))
    paragraphs = set(re.findall(r"<(?:p|li)>([^<]{30,})", page))
    assert paragraphs
    assert not paragraphs & set(re.findall(r"<(?:p|li)>([^<]{30,})", other))


def test_offices_are_listed_and_an_empty_list_says_why(app):
    assert "Belum ada instansi" in visitor(app).get("/id/offices").text
    factories.an_institution("air")
    page = visitor(app).get("/id/offices").text
    assert "Kantor air" in page
    assert "Belum ada instansi" not in page


def test_the_privacy_page_names_both_cookies(app):
    page = visitor(app).get("/en/privacy").text
    assert "Session: only after you sign in." in page
    assert "Language: only after you change it." in page
