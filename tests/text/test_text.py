"""What people write is kept as written and shown harmless."""

import re

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberate import text

TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "s",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "a",
    "h3",
    "hr",
}
HOSTILE = st.text(alphabet="<>&\"'/=:;() \n*_[]`#abcdefhijklnoprstuvxy\x00", max_size=80)


@given(HOSTILE)
def test_html_of_anything_is_what_another_sanitiser_leaves(written):
    html = text.to_html(written)
    again = nh3.clean(html, tags=TAGS, attributes={"a": {"href", "rel"}}, link_rel=None)
    assert text.to_plain(again) == text.to_plain(html)
    assert again.count("<") == html.count("<")


@given(HOSTILE)
def test_cleaning_twice_changes_nothing(written):
    assert text.clean(text.clean(written)) == text.clean(written)
    assert text.sanitise(text.sanitise(written)) == text.sanitise(written)


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[klik](javascript:alert(1))",
        "<a href='data:text/html,x'>x</a>",
        "<svg/onload=alert(1)>",
        "<style>*{display:none}</style>",
        "<h1 style='color:red' onclick=x>Judul</h1>",
    ],
)
def test_no_way_to_run_or_dress_anything(written):
    for html in (text.to_html(written), text.sanitise(written)):
        assert not re.search(r"<(script|img|svg|style)|<[^>]*(style|onclick)=", html)
        assert 'href="javascript' not in html and 'href="data' not in html


def test_links_are_distrusted_and_bare_addresses_become_links():
    html = text.to_html("Lihat https://example.org/a dan [ini](https://example.org).")
    assert html.count('rel="nofollow ugc noopener"') == 2


def test_a_title_is_one_line_without_invisible_marks():
    assert text.clean_line("  Jalur\u202e\n  te\u200bduh \x00") == "Jalur teduh"


def test_an_excerpt_ends_at_a_word():
    assert text.excerpt("satu dua tiga", 9) == "satu dua…"
    assert text.excerpt("satu", 9) == "satu"


@pytest.mark.parametrize(
    ("title", "slug"), [("Jalur teduh!", "jalur-teduh"), ("Ça va", "ca-va"), ("道路", "")]
)
def test_a_slug_is_plain(title, slug):
    assert text.to_slug(title) == slug


PARTS = st.sampled_from(
    ["<p>", "</p>", "<br>", "<br />", "<b>", "a", "1.5", "www.a.id", ".", "com", "@", "http://x"]
) | st.characters(codec="utf-8")
PARAGRAPHS = st.lists(
    st.lists(PARTS.filter(lambda part: part not in {"<p>", "</p>"})).map(
        lambda parts: f"<p>{''.join(parts)}</p>"
    ),
    max_size=3,
)


@given(st.lists(PARTS).map("".join) | PARAGRAPHS.map("".join))
def test_what_needs_no_cleaning_is_what_the_cleaner_would_give(html):
    assert text.sanitise(html) == text._CLEANER.clean(html).strip()


def test_plain_paragraphs_skip_the_cleaner(monkeypatch):
    monkeypatch.setattr(text, "_CLEANER", None)
    assert text.sanitise("<p>Ya, setuju.<br />Pada 3.5 km.</p>") == (
        "<p>Ya, setuju.<br>Pada 3.5 km.</p>"
    )
