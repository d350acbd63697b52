"""A visitor who moves only by what a page offers: its links, its buttons and its forms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.client import anonymous_client

VOID = {"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
UNREAD = {"script", "style", "svg", "template"}
FIRST_PAGE = "/en/"
MAX_REDIRECTS = 5


@dataclass(eq=False)
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parent: "Element | None" = None
    content: "list[Element | str]" = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def text(self) -> str:
        """Return the text that people read, spaces joined."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for part in self.content:
            if isinstance(part, str):
                yield part
            elif part.tag not in UNREAD:
                yield " "
                yield from part._texts()
                yield " "

    def all(self, *tags: str) -> Iterator["Element"]:
        """Yield the elements below this one with one of the tags, in order."""
        for part in self.content:
            if isinstance(part, Element):
                if part.tag in tags:
                    yield part
                yield from part.all(*tags)

    def ancestors(self) -> Iterator["Element"]:
        """Yield the elements around this one, the nearest first."""
        element = self.parent
        while element is not None:
            yield element
            element = element.parent


class _TreeBuilder(HTMLParser):
    """Build the tree of a page; tests of the pages check that every element is closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self._open = Element("#page")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        element = Element(tag, attributes, self._open)
        self._open.content.append(element)
        if tag not in VOID:
            self._open = element

    def handle_endtag(self, tag: str) -> None:
        for element in (self._open, *self._open.ancestors()):
            if element.tag == tag and element.parent is not None:
                self._open = element.parent
                return

    def handle_data(self, data: str) -> None:
        self._open.content.append(data)


def parse(html: str) -> Element:
    """Return the tree of a page."""
    builder = _TreeBuilder()
    builder.feed(html)
    return builder.root


class NotOffered(AssertionError):
    """A page has no such link, button, field or choice."""


class Walker:
    """A visitor with a browser of their own.

    After the first page each request comes from a link or a form of the present page.
    """

    def __init__(self, app: Flask, first_page: str = FIRST_PAGE) -> None:
        self._client = anonymous_client(app)
        self.arrive(first_page)

    def arrive(self, url: str) -> Self:
        """Open the first page, or an address from a mail or a sheet of paper."""
        parts = urlsplit(url)
        return self._receive(self._client.get(parts._replace(scheme="", netloc="").geturl()))

    @property
    def text(self) -> str:
        """Return the text of the present page."""
        return self.page.text

    @property
    def main(self) -> Element:
        """Return the main part of the present page."""
        return next(self.page.all("main"))

    @property
    def heading(self) -> str:
        """Return the heading of the present page."""
        return next(self.page.all("h1")).text

    @property
    def message(self) -> str:
        """Return what the page says after an act, such as that it is saved or why it is not."""
        notices = (row for row in self.page.all("div") if "notice" in row["class"].split())
        return " ".join(row.text for row in notices)

    def follow(self, text: str, near: str = "") -> Self:
        """Follow the link with a text; of several the one nearest to another text."""
        link = self._nearest("a", text, near)
        return self._receive(self._client.get(urljoin(self.url, link["href"])))

    def download(self, text: str, near: str = "") -> TestResponse:
        """Return the file behind a link and stay on the page."""
        response = self._client.get(urljoin(self.url, self._nearest("a", text, near)["href"]))
        assert response.status_code == 200, (text, response.status)
        return response

    def arrive_file(self, path: str) -> TestResponse:
        """Return a file named in another file, and stay on the page."""
        response = self._client.get(path)
        assert response.status_code == 200, (path, response.status)
        return response

    def offers(self, text: str) -> bool:
        """Return whether the page has a link or button with a text."""
        return any(_matches(row, text) for row in self.page.all("a", "button"))

    def press(
        self, text: str, near: str = "", status: int = 200, **fields: str | list[str] | bytes
    ) -> Self:
        """Fill the form that a button belongs to and press the button."""
        button = self._nearest("button", text, near)
        return self._receive(self._send(button, fields), status)

    def press_for_file(self, text: str, near: str = "", **fields: str) -> TestResponse:
        """Press a button that answers with a file, and stay on the page."""
        response = self._send(self._nearest("button", text, near), fields)
        assert response.status_code == 200, (text, response.status)
        return response

    def _send(self, button: Element, fields: Mapping[str, Any]) -> TestResponse:
        form = self._form_of(button)
        data = _filled(_controls(self.page, form), fields)
        if button["name"]:
            data.add(button["name"], button["value"])
        target = urljoin(self.url, button["formaction"] or form["action"])
        if form["method"].lower() != "post":
            return self._client.get(target, query_string=data)
        return self._client.post(target, data=data)

    def _form_of(self, button: Element) -> Element:
        if button["form"]:
            return next(form for form in self.page.all("form") if form["id"] == button["form"])
        return next(element for element in button.ancestors() if element.tag == "form")

    def _receive(self, response: TestResponse, status: int = 200) -> Self:
        for _index in range(MAX_REDIRECTS):
            if "Location" not in response.headers:
                break
            self.url = urljoin(response.request.path, response.headers["Location"])
            response = self._client.get(self.url)
        self.url = response.request.full_path.rstrip("?")
        self.page = parse(response.text)
        assert response.status_code == status, f"{self.url}: {response.status}: {self.main.text}"
        return self

    def _nearest(self, tag: str, text: str, near: str) -> Element:
        """Return the element with a text that shares the smallest part of the page with another."""
        exact = [row for row in self.page.all(tag) if row.text == text]
        found = exact or [row for row in self.page.all(tag) if _matches(row, text)]
        ranked = sorted(
            (len(part.text), index, row)
            for index, row in enumerate(found)
            for part in (row, *row.ancestors())
            if near in part.text
        )
        if not ranked:
            raise NotOffered(f"{self.url} has no {tag} {text!r} near {near!r}: {self.text}")
        targets = {row["href"] or row["formaction"] for row in found}
        assert near or len(targets) == 1, f"{self.url}: {text!r} leads to {targets}"
        return ranked[0][2]


def _matches(element: Element, text: str) -> bool:
    return element.text.startswith(text)


@dataclass
class _Control:
    """A field of a form: what it holds, and what can be chosen (None for anything)."""

    values: list[str] = field(default_factory=list)
    choices: list[str] | None = None
    is_file: bool = False


def _controls(page: Element, form: Element) -> dict[str, _Control]:
    """Return the fields of a form by name, also those outside that name it."""
    fields: dict[str, _Control] = {}
    for element in page.all("input", "select", "textarea"):
        owner = element["form"] or ""
        is_inside = form in element.ancestors()
        if not element["name"] or not (owner == form["id"] if owner else is_inside):
            continue
        _add_control(fields.setdefault(element["name"], _Control()), element)
    return fields


def _add_control(control: _Control, element: Element) -> None:
    kind = element["type"]
    if element.tag == "select":
        options = list(element.all("option"))
        control.choices = [option["value"] for option in options]
        selected = [option["value"] for option in options if "selected" in option.attributes]
        control.values += selected or control.choices[:1]
    elif kind in {"radio", "checkbox"}:
        control.choices = [*(control.choices or []), element.attributes.get("value", "on")]
        if "checked" in element.attributes:
            control.values.append(control.choices[-1])
    elif kind == "file":
        control.is_file = True
    elif kind != "submit":
        control.values.append(element["value"] if element.tag == "input" else element.text)


def _filled(controls: Mapping[str, _Control], fields: Mapping[str, Any]) -> "MultiDict[str, Any]":
    """Return what is sent of a form after some fields were filled."""
    data: MultiDict[str, Any] = MultiDict()
    for name, value in fields.items():
        if name not in controls:
            raise NotOffered(f"the form has no field {name!r}, but {sorted(controls)}")
        _check_choice(name, controls[name], value)
    for name, control in controls.items():
        if control.is_file:
            if name in fields:
                data.add(name, (BytesIO(fields[name]), "gambar.png"))
            continue
        given = fields.get(name, control.values)
        for value in given if isinstance(given, list) else [given]:
            data.add(name, value)
    return data


def _check_choice(name: str, control: _Control, value: str | list[str] | bytes) -> None:
    chosen = value if isinstance(value, list) else [value]
    if control.choices is not None and not set(chosen) <= set(control.choices):
        raise NotOffered(f"{name} cannot be {value!r}, but {control.choices}")
