"""Text by users is normalised and rendered to safe HTML."""

import re
from pathlib import Path

import nh3
import pytest
from hypothesis import example, given
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
def test_to_html_leaves_nothing_for_another_sanitizer(source):
    html = text.to_html(source)
    again = nh3.clean(html, tags=TAGS, attributes={"a": {"href", "rel"}}, link_rel=None)
    assert text.to_plain(again) == text.to_plain(html)
    assert again.count("<") == html.count("<")


@given(HOSTILE)
def test_clean_and_sanitize_html_are_idempotent(source):
    assert text.clean(text.clean(source)) == text.clean(source)
    assert text.sanitize_html(text.sanitize_html(source)) == text.sanitize_html(source)


@pytest.mark.parametrize(
    "source",
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
def test_html_has_no_scripts_styles_or_unsafe_links(source):
    for html in (text.to_html(source), text.sanitize_html(source)):
        assert not re.search(r"<(script|img|svg|style)|<[^>]*(style|onclick)=", html)
        assert 'href="javascript' not in html and 'href="data' not in html


def test_links_have_rel_and_bare_urls_become_links():
    html = text.to_html("Lihat https://example.org/a dan [ini](https://example.org).")
    assert html.count('rel="nofollow ugc noopener"') == 2


def test_clean_line_removes_breaks_and_invisible_characters():
    assert text.clean_line("  Jalur\u202e\n  te\u200bduh \x00") == "Jalur teduh"


@pytest.mark.parametrize(
    ("line", "cleaned"),
    [
        ("Taman \U0001f468\u200d\U0001f469\u200d\U0001f467", None),
        ("\U0001f3f3\ufe0f\u200d\U0001f308", None),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", None),
        ("\u0915\u094d\u200d\u0937", None),
        ("jal\u200dan te\u200cduh", "jalan teduh"),
        ("\u200dJalan\u200c", "Jalan"),
        ("kata\x0bbaru\x0clagi", "kata baru lagi"),
    ],
)
def test_clean_line_keeps_joiners_where_scripts_and_emoji_need_them(line, cleaned):
    assert text.clean_line(line) == (cleaned or line)


@pytest.mark.parametrize(
    "markdown",
    ["", " ", "\u200b", "\u2800", "\u3164\u00ad", "***", "[](https://a.id)", "> \n>", "\ufe0f"],
)
def test_text_that_shows_nothing_is_not_readable(markdown):
    assert not text.is_readable(text.to_html(markdown))


@pytest.mark.parametrize("markdown", ["a", "1", "!", "\U0001f44d", "[a](https://a.id)", "道"])
def test_text_that_shows_a_sign_is_readable(markdown):
    assert text.is_readable(text.to_html(markdown))


def test_excerpt_ends_at_a_word():
    assert text.excerpt("satu dua tiga", 9) == "satu dua…"
    assert text.excerpt("satu", 9) == "satu"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Jalur teduh!", "jalur-teduh"),
        ("Ça va", "ca-va"),
        ("道路", ""),
        ("Тёплая остановка", "tyoplaya-ostanovka"),
        ("Πλατεία", "plateia"),
        ("Øst straße", "ost-strasse"),
        ("Jum'at", "jum-at"),
    ],
)
def test_slug_is_lower_case_ascii(title, slug):
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
@example("<p>\xa0")
def test_sanitize_html_fast_path_equals_the_cleaner(html):
    # The second sanitizer writes a no-break space by its name.
    cleaned = text.sanitize_html(html).replace("&nbsp;", "\xa0")
    assert cleaned == text._CLEANER.clean(html).strip()


def test_sanitize_html_skips_the_cleaner_for_plain_paragraphs(monkeypatch):
    monkeypatch.setattr(text, "_CLEANER", None)
    assert text.sanitize_html("<p>Ya, setuju.<br />Pada 3.5 km.</p>") == (
        "<p>Ya, setuju.<br>Pada 3.5 km.</p>"
    )


def test_second_sanitizer_removes_what_the_first_lets_pass(monkeypatch):
    monkeypatch.setattr(text._CLEANER, "clean", lambda html: html)
    html = text.sanitize_html(
        '<p onclick="a()">x<script>b()</script><a href="javascript:c">y</a></p>'
    )
    assert html == "<p>x<a>y</a></p>"


def test_mail_addresses_are_never_made_links():
    """LinkifyFilter with `parse_email` is not safe: bleach, which gets no more fixes, says so."""
    assert text._Links([]).parse_email is False
    assert "mailto" not in text.to_html("Tulis ke warga@kota.example atau <b@kota.example x>.")
    sources = Path(text.__file__).parent.rglob("*.py")
    assert [path for path in sources if "parse_email=" in path.read_text("utf-8")] == []


def test_overrides_of_direction_are_dropped_and_other_scripts_isolated():
    assert text.clean("abc\u202ezyx\u202c\n\nb") == "abczyx\n\nb"
    assert text.isolate("Lampu jalan") == "Lampu jalan"
    assert text.isolate("\u05d0\u05d1") == "\u2068\u05d0\u05d1\u2069"


def test_whole_numbers_are_digits_within_the_range_of_a_column():
    parsed = {value: text.parse_whole_number(value) for value in ("7", "2147483647", "007")}
    assert parsed == {"7": 7, "2147483647": 2147483647, "007": 7}
    for value in ("", "-1", "١", "1.5", "2147483648", "9" * 5000, "1_0"):
        assert text.parse_whole_number(value) is None


def test_single_line_break_is_kept():
    assert text.to_html("Satu\nDua") == "<p>Satu<br>\nDua</p>"


def test_plain_text_has_no_space_after_a_word_in_bold():
    html = text.to_html("Rute **shuttle**, bukan *bus*.\n\nDua")
    assert text.to_plain(html) == "Rute shuttle, bukan bus. Dua"


def test_difference_of_markdown_shows_no_marks():
    before = "Bangun **halte** di [Jalan Melati](https://kota.example/a).\n\n- bangku\n- lampu"
    after = "Bangun *halte baru* di [Jalan Melati](https://kota.example/a).\n\n- bangku\n- atap"
    parts = text.markdown_diff(before, after)
    assert parts == [
        ("same", "Bangun halte "),
        ("added", "baru "),
        ("same", "di Jalan Melati.\n• bangku\n• "),
        ("removed", "lampu\n"),
        ("added", "atap\n"),
    ]


def test_difference_of_markdown_shows_the_address_of_a_link_that_changed():
    before = "Lihat [peta](https://kota.example/a) dan <https://kota.example/c>."
    parts = text.markdown_diff(before, before.replace("/a", "/b"))
    assert parts == [
        ("same", "Lihat "),
        ("removed", "peta (https://kota.example/a) "),
        ("added", "peta (https://kota.example/b) "),
        ("same", "dan https://kota.example/c.\n"),
    ]


def test_texts_that_differ_in_marks_alone_are_the_same_to_readers():
    assert text.markdown_diff("Satu **dua**\ntiga", "**Satu** dua\ntiga") == [
        ("same", "Satu dua\ntiga\n")
    ]
    assert text.markdown_diff("a**b**c", "abc") == [("same", "abc\n")]


@pytest.mark.parametrize(
    "source", ["", "[x](javascript:alert(1))", "<script>x</script>", "**", "[]()"]
)
def test_difference_of_a_hostile_text_from_itself_is_nothing(source):
    assert {op for op, _part in text.markdown_diff(source, source)} <= {"same"}
