"""Every page of the sample city, in both languages, signed out and in, keeps the house's rules."""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import demo_pages
from tests.client import visitor

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
CLOSED_BY_READERS = {"p", "li", "dt", "dd", "option", "tr", "td", "th", "tbody", "thead"}
"""Elements whose end may be left out."""
LOADING = {"src", "srcset", "poster", "action", "formaction", "background"}


class Reader(HTMLParser):
    """Reads a page as strictly as its makers should have written it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.controls: list[tuple[dict[str, str], bool]] = []
        self.words: dict[str, list[str]] = {"h1": [], "title": []}
        self.headings = 0
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name, times in Counter(name for name, _value in attrs).items():
            if times > 1:
                self.faults.append(f"<{tag}> has {name} twice")
        self._look_at(tag, given)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.open:
            self.faults.append(f"</{tag}> ends nothing, line {self.getpos()[0]}")
            return
        while (last := self.open.pop()) != tag:
            if last not in CLOSED_BY_READERS:
                self.faults.append(f"{last} is left open")

    def handle_data(self, data: str) -> None:
        for tag in ("h1", "title"):
            if tag in self.open and "svg" not in self.open:
                self.words[tag].append(data)
        if self.open and self.open[-1] in {"script", "style"} and data.strip():
            self.faults.append(f"inline {self.open[-1]}")

    def _look_at(self, tag: str, given: dict[str, str]) -> None:
        if tag == "html":
            self.lang = given.get("lang", "")
        if tag == "h1":
            self.headings += 1
        if "id" in given:
            self.ids[given["id"]] += 1
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"])
        if tag in {"input", "select", "textarea"} and given.get("type") != "hidden":
            self.controls.append((given, "label" in self.open))
        self._look_for_strangers(tag, given)

    def _look_for_strangers(self, tag: str, given: dict[str, str]) -> None:
        for name, value in given.items():
            if name == "style" or name.startswith("on"):
                self.faults.append(f"<{tag} {name}>")
            loads = name in LOADING or (name == "href" and tag in {"link", "use", "image", "base"})
            own = given.get("rel") in {"canonical", "alternate"}
            if loads and not own and re.match(r"(https?:)?//|data:|javascript:", value):
                self.faults.append(f"<{tag} {name}={value}>")

    def all_faults(self, language: str) -> list[str]:
        """What is wrong with the page, one line each."""
        h1, title = (" ".join("".join(self.words[tag]).split()) for tag in ("h1", "title"))
        told = list(self.faults)
        told += [f"id {name} {n} times" for name, n in self.ids.items() if n > 1]
        told += [
            f"no label: {given}"
            for given, inside in self.controls
            if not self._named(given, inside)
        ]
        if self.lang != language:
            told.append(f"lang is {self.lang!r}")
        if self.headings != 1 or not h1:
            told.append(f"{self.headings} h1")
        if not title.startswith(h1):
            told.append(f"title {title!r} does not begin with {h1!r}")
        return told

    def _named(self, given: dict[str, str], inside: bool) -> bool:
        if given.get("type") in {"submit", "button"}:
            return bool(given.get("value"))
        labels = given.get("aria-labelledby", "").split()
        return (
            inside
            or given.get("id") in self.labelled
            or bool(given.get("aria-label"))
            or (bool(labels) and all(name in self.ids for name in labels))
        )


def faults(page: str, language: str) -> list[str]:
    """Read a page and say what is wrong with it."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader.all_faults(language)


@pytest.fixture(scope="module")
def now_there(old_city: Flask) -> Iterator[Flask]:
    """The city on its Wednesday."""
    with old_city.app_context():
        yield old_city


def as_somebody(app: Flask, name: str) -> FlaskClient:
    """A browser of somebody of the city; of nobody where the name is empty."""
    client = visitor(app)
    if name:
        with client.session_transaction() as session:
            session["_user_id"] = demo_pages.device_of(app, name)
            session["_fresh"] = True
    return client


def plain_rules(app: Flask, name: str) -> list[str]:
    """Addresses of pages with nothing to fill in but the language, open to somebody."""
    audience = {"public", *(("signed_in", demo_pages.who(name).role) if name else ())}
    return [
        rule.rule.replace("<any(id,en):lang>", "{lang}")
        for rule in app.url_map.iter_rules()
        if rule.arguments <= {"lang"}
        and "GET" in (rule.methods or ())
        and audience & set(getattr(app.view_functions[rule.endpoint], "audience", ()))
    ]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    "name", ["", "warga", "petugas", "moderator", "peneliti", "penilai", "admin"]
)
def test_every_page_keeps_the_rules(now_there, name, language):
    client = as_somebody(now_there, name)
    client.set_cookie("lang", language)
    named = {**demo_pages.public_places()}
    named |= demo_pages.residents_places() if name == "warga" else {}
    named |= demo_pages.officers_places() if name == "petugas" else {}
    named |= demo_pages.evaluators_places() if name == "penilai" else {}
    paths = {rule.format(lang=language) for rule in plain_rules(now_there, name)}
    paths |= {f"/{language}{path}" for path in named.values()}
    wrong: dict[str, object] = {}
    for path in sorted(paths):
        answer = client.get(path, follow_redirects=True)
        if answer.status_code != 200:
            wrong[path] = answer.status_code
        elif answer.mimetype == "text/html" and (found := faults(answer.text, language)):
            wrong[path] = found
    assert wrong == {}


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("<h1>A</h1><h1>A</h1>", "2 h1"),
        ("<h1>B</h1>", "title 'A · D' does not begin with 'B'"),
        ("<h1>A</h1><p id=x><b id=x></b>", "id x 2 times"),
        ("<h1>A</h1><input name=q>", "no label: {'name': 'q'}"),
        ("<h1>A</h1><p style='color:red'>", "<p style>"),
        ("<h1>A</h1><script>1</script>", "inline script"),
        ("<h1>A</h1><img src=//elsewhere/x.png alt=''>", "<img src=//elsewhere/x.png>"),
        ("<h1>A</h1></section>", "</section> ends nothing, line 1"),
        ("<h1>A</h1><section>", "section is left open"),
    ],
)
def test_the_reader_finds_what_it_looks_for(page, fault):
    whole = f'<html lang="id"><title>A · D</title><body><div>{page}</div></body></html>'
    assert fault in faults(whole, "id")
