"""Every page of the sample city is valid, accessible HTML, in both languages, for every role."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import demo_pages
from tests.client import anonymous_client

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
OPTIONAL_END_TAGS = {"p", "li", "dt", "dd", "option", "tr", "td", "th", "tbody", "thead"}
"""Elements whose end tag is optional."""
URL_ATTRIBUTES = {"src", "srcset", "poster", "action", "formaction", "background"}


class PageChecker(HTMLParser):
    """A strict HTML parser that collects faults of structure, labels and loaded URLs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.controls: list[tuple[dict[str, str], bool]] = []
        self.texts: dict[str, list[str]] = {"h1": [], "title": []}
        self.headings = 0
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        for name, times in Counter(name for name, _value in attrs).items():
            if times > 1:
                self.faults.append(f"<{tag}> has {name} twice")
        self._check_element(tag, attributes)
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
            if last not in OPTIONAL_END_TAGS:
                self.faults.append(f"{last} is left open")

    def handle_data(self, data: str) -> None:
        for tag in ("h1", "title"):
            if tag in self.open and "svg" not in self.open:
                self.texts[tag].append(data)
        if self.open and self.open[-1] in {"script", "style"} and data.strip():
            self.faults.append(f"inline {self.open[-1]}")

    def _check_element(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "html":
            self.lang = attributes.get("lang", "")
        if tag == "h1":
            self.headings += 1
        if "id" in attributes:
            self.ids[attributes["id"]] += 1
        if tag == "label" and "for" in attributes:
            self.labelled.add(attributes["for"])
        if tag in {"input", "select", "textarea"} and attributes.get("type") != "hidden":
            self.controls.append((attributes, "label" in self.open))
        self._check_attributes(tag, attributes)

    def _check_attributes(self, tag: str, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if name == "style" or name.startswith("on"):
                self.faults.append(f"<{tag} {name}>")
            is_loaded = name in URL_ATTRIBUTES or (
                name == "href" and tag in {"link", "use", "image", "base"}
            )
            is_relation = attributes.get("rel") in {"canonical", "alternate"}
            if is_loaded and not is_relation and re.match(r"(https?:)?//|data:|javascript:", value):
                self.faults.append(f"<{tag} {name}={value}>")

    def list_faults(self, language: str) -> list[str]:
        """Return the faults of the page, one line each."""
        h1, title = (" ".join("".join(self.texts[tag]).split()) for tag in ("h1", "title"))
        problems = list(self.faults)
        problems += [f"id {name} {n} times" for name, n in self.ids.items() if n > 1]
        problems += [
            f"no label: {attributes}"
            for attributes, is_in_label in self.controls
            if not self._has_label(attributes, is_in_label)
        ]
        if self.lang != language:
            problems.append(f"lang is {self.lang!r}")
        if self.headings != 1 or not h1:
            problems.append(f"{self.headings} h1")
        if not title.startswith(h1):
            problems.append(f"title {title!r} does not begin with {h1!r}")
        return problems

    def _has_label(self, attributes: dict[str, str], is_in_label: bool) -> bool:
        if attributes.get("type") in {"submit", "button"}:
            return bool(attributes.get("value"))
        if attributes.get("type") == "image":
            return bool(attributes.get("alt"))
        labels = attributes.get("aria-labelledby", "").split()
        return (
            is_in_label
            or attributes.get("id") in self.labelled
            or bool(attributes.get("aria-label"))
            or (bool(labels) and all(name in self.ids for name in labels))
        )


def faults(page: str, language: str) -> list[str]:
    """Return the faults of a page."""
    reader = PageChecker()
    reader.feed(page)
    reader.close()
    return reader.list_faults(language)


@pytest.fixture(scope="module")
def city(shared_city: Flask) -> Iterator[Flask]:
    """Yield the sample city in an application context, with a gateway for texts to telephones."""
    settings = replace(shared_city.config["SETTINGS"], gateway_url="https://texts.example/send")
    with shared_city.app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(shared_city.config, "SETTINGS", settings)
        patch.setitem(shared_city.jinja_env.globals, "settings", settings)
        shared_city.extensions["page_cache"].clear()
        yield shared_city
        shared_city.extensions["page_cache"].clear()


def browser_of(app: Flask, name: str) -> FlaskClient:
    """Return a browser signed in as a person of the city, signed out for an empty name."""
    client = anonymous_client(app)
    if name:
        with client.session_transaction() as session:
            session["_user_id"] = demo_pages.create_device_token(app, name)
            session["_fresh"] = True
    return client


def paths_without_ids(app: Flask, name: str) -> list[str]:
    """Return the URL rules without arguments but the language that a person may open."""
    audience = {"public", *(("signed_in", demo_pages.get_account(name).role) if name else ())}
    return [
        rule.rule.replace("<any(id,en):lang>", "{lang}")
        for rule in app.url_map.iter_rules()
        if rule.arguments <= {"lang"}
        and "GET" in (rule.methods or ())
        and rule.endpoint != "embeds.oembed"  # it is asked about the address of a page
        and audience & set(getattr(app.view_functions[rule.endpoint], "audience", ()))
    ]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    "name", ["", "warga", "petugas", "moderator", "peneliti", "penilai", "admin"]
)
def test_every_page_is_valid_accessible_html(city, name, language):
    client = browser_of(city, name)
    client.set_cookie("lang", language)
    named = {**demo_pages.public_pages()}
    named |= demo_pages.resident_pages() if name == "warga" else {}
    named |= demo_pages.staff_pages() if name == "petugas" else {}
    named |= demo_pages.evaluator_pages() if name == "penilai" else {}
    paths = {rule.format(lang=language) for rule in paths_without_ids(city, name)}
    paths |= {f"/{language}{path}" for path in named.values()}
    failures: dict[str, object] = {}
    for path in sorted(paths):
        response = client.get(path, follow_redirects=True)
        if response.status_code != 200:
            failures[path] = response.status_code
        elif response.mimetype == "text/html" and (found := faults(response.text, language)):
            failures[path] = found
    assert failures == {}


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
def test_page_checker_detects_each_fault(page, fault):
    document = f'<html lang="id"><title>A · D</title><body><div>{page}</div></body></html>'
    assert fault in faults(document, "id")
