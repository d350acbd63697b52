"""The forms and buttons of a page, filled in as a person would who knows nothing of the rules."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

TEXT = "Jalan setapak di belakang sekolah gelap dan licin; tolong pasang lampu sebelum musim hujan."
"""What is typed where a text is expected."""
VALUES = {
    "email": "seseorang@warga.example",
    "number": "1",
    "date": "2026-04-15",
    "time": "09:00",
    "datetime-local": "2026-04-15T09:00",
    "url": "https://contoh.example/",
}
"""What is typed by the type of the field."""
NOT_TYPED = {"submit", "button", "reset", "image", "file"}


@dataclass
class Control:
    """A field of a form with the value it is sent with, None if it is not sent."""

    name: str
    type: str
    value: str | None


@dataclass
class Form:
    """A form of a page: its fields, and the buttons that send it."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)

    def data(self, button: dict[str, str]) -> list[tuple[str, str]]:
        """Return the fields as they are sent with a button; a radio group sends one value."""
        radios = {row.name for row in self.controls if row.type == "radio" and row.value}
        sent: list[tuple[str, str]] = []
        for row in self.controls:
            if row.type == "radio!" and row.name not in radios:
                radios.add(row.name)
                sent.append((row.name, row.value or ""))
            elif row.type != "radio!" and row.value is not None:
                sent.append((row.name, row.value))
        if button.get("name"):
            sent.append((button["name"], button.get("value", "")))
        return sent


@dataclass(frozen=True)
class Submission:
    """One press of a button: where it goes, and what is sent."""

    path: str
    method: str
    label: tuple[str, str]
    """Name and value of the button; values that are numbers are all one."""
    data: tuple[tuple[str, str], ...]


class FormParser(HTMLParser):
    """A parser that collects the forms of a page with the controls and buttons they own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._outside: list[dict[str, str]] = []
        self._form: Form | None = None
        self._select: Control | None = None
        self._textarea: Control | None = None
        self._disabled = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a control or a button."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get").lower())
            self.forms.append(self._form)
            if "id" in values:
                self._by_id[values["id"]] = self._form
        elif tag in {"input", "select", "textarea", "button"} and "disabled" not in values:
            self._add(tag, values)
        elif tag == "option" and self._select and "disabled" not in values:
            value = values.get("value", "")
            if "selected" in values or not self._select.value:
                self._select.value = value or self._select.value

    def _add(self, tag: str, values: dict[str, str]) -> None:
        kind = values.get("type", "submit" if tag == "button" else "text")
        if kind == "submit":
            is_inside = self._form is not None and "form" not in values
            (self._form.buttons if self._form and is_inside else self._outside).append(values)
        elif self._form and kind not in NOT_TYPED and values.get("name"):
            control = Control(values["name"], kind, _typed(tag, kind, values))
            if kind == "radio" and control.value is None:
                control = Control(values["name"], "radio!", values.get("value", "on"))
            self._form.controls.append(control)
            self._select = control if tag == "select" else None
            self._textarea = control if tag == "textarea" else None

    def handle_endtag(self, tag: str) -> None:
        """End a form or a control."""
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            if self._textarea and not (self._textarea.value or "").strip():
                self._textarea.value = TEXT
            self._textarea = None

    def handle_data(self, data: str) -> None:
        """Keep the text of a text area."""
        if self._textarea:
            self._textarea.value = (self._textarea.value or "") + data

    def close(self) -> None:
        """Give the buttons outside a form to the form they name."""
        super().close()
        for button in self._outside:
            if form := self._by_id.get(button.get("form", "")):
                form.buttons.append(button)


def _typed(tag: str, kind: str, values: dict[str, str]) -> str | None:
    """Return what a control is sent with: its value, else one of its kind."""
    if tag in {"select", "textarea"}:
        return None if tag == "select" else ""
    if kind in {"checkbox", "radio"}:
        is_sent = "checked" in values or (kind == "checkbox" and "required" in values)
        return values.get("value", "on") if is_sent else None
    if kind == "hidden" or values.get("value"):
        return values.get("value", "")
    if kind == "number":
        return values.get("min") or "1"
    return VALUES.get(kind, TEXT[:60])


def submissions(url: str, page: str) -> list[Submission]:
    """Return every press of a button that a page offers."""
    parser = FormParser()
    parser.feed(page)
    parser.close()
    presses = []
    for form in parser.forms:
        for button in form.buttons:
            target = urlsplit(urljoin(url, button.get("formaction") or form.action or url))
            value = button.get("value", "")
            presses.append(
                Submission(
                    target._replace(scheme="", netloc="", fragment="").geturl(),
                    button.get("formmethod", form.method).lower(),
                    (button.get("name", ""), "#" if value.isdigit() else value),
                    tuple(form.data(button)),
                )
            )
    return presses
