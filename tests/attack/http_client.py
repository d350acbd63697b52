"""How an attacker speaks HTTP: by hand over a socket, with every header and byte of one's own."""

import http.client
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import quote, urlencode, urljoin, urlsplit

COOKIE = "__Host-session"
Fields = list[tuple[str, str | bytes]]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def is_sign_in(self) -> bool:
        return 'name="passphrase"' in self.text and 'name="held_path"' in self.text


@dataclass
class Form:
    """A form as it stands on a page: where it goes, what it carries, what may be chosen."""

    action: str
    method: str
    fields: Fields = field(default_factory=list)
    options: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Reads every form of a page, with the buttons that send another form."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.forms, self.buttons = page, [], []
        self._here: Form | None = None
        self._select = ""

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._here = Form(urljoin(self.page, given.get("action", "")), given.get("method", ""))
            self.forms.append(self._here)
        elif tag == "button" and "formaction" in given:
            pressed = [(name, given.get("value", ""))] if name else []
            self.buttons.append((urljoin(self.page, given["formaction"]), pressed))
        elif self._here is not None and tag == "select":
            self._select = name
            self._here.fields.append((name, ""))
        elif self._here is not None and tag == "option" and self._select:
            self._here.options.setdefault(self._select, []).append(given.get("value", ""))
        elif self._here is not None and name and tag in {"input", "textarea", "button"}:
            self._take(given, name)

    def _take(self, given, name):
        if given.get("type") in {"radio", "checkbox"}:
            self._here.options.setdefault(name, []).append(given.get("value", "on"))
        self._here.fields.append((name, given.get("value", "")))

    def handle_endtag(self, tag):
        if tag == "form":
            self._here = None
        if tag == "select":
            self._select = ""


def forms_on(page: str, html: str) -> list[Form]:
    """Every form somebody could send from a page, those of single buttons too."""
    reader = _Forms(page)
    reader.feed(html)
    acting = reader.forms[-1:]  # the empty one at the end, which single buttons send
    tokens = [pair for form in acting for pair in form.fields if pair[0] in TOKENS]
    pressed = [Form(action, "post", [*tokens, *extra]) for action, extra in reader.buttons]
    return [form for form in [*reader.forms[:-1], *pressed] if form.method == "post"]


TOKENS = ("csrf_token", "form_key")


class Caller:
    """Somebody with a browser of their own making, or none."""

    def __init__(self, address: str, source: str = "127.0.0.1", cookie_name: str = COOKIE) -> None:
        self.place = urlsplit(address)
        self.source, self.cookie_name = source, cookie_name
        self.cookies: dict[str, str] = {}
        self.name = ""
        self._line: http.client.HTTPConnection | None = None

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request; header names are written with underscores."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            told.setdefault("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        for again in (True, False):
            line = self._line or http.client.HTTPConnection(
                self.place.hostname, self.place.port, timeout=30, source_address=(self.source, 0)
            )
            try:
                line.request(method, path, body, told)
                found = line.getresponse()
                answer = Answer(found.status, found.headers, found.read())
            except (http.client.RemoteDisconnected, ConnectionError):
                line.close()
                self._line = None
                if not again:
                    raise
                continue
            self._line = line if not found.will_close else None
            self._keep(answer)
            return answer
        raise AssertionError("never here")

    def hang_up(self) -> None:
        """Close the line."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _keep(self, answer: Answer) -> None:
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, fields: Fields | dict | None = None, **headers: str) -> Answer:
        """A form, sent as browsers do."""
        pairs = list(fields.items()) if isinstance(fields, dict) else fields or []
        headers.setdefault("Content_Type", "application/x-www-form-urlencoded")
        return self.call("POST", path, urlencode(pairs).encode(), **headers)

    def tokens(self, page: str) -> Fields:
        """The tokens a page carries for its forms."""
        return tokens_of(self.get(page).text)

    def send(self, page: str, fields: Fields | dict, to: str = "", **headers: str) -> Answer:
        """Open a page, then send a form of it with its tokens."""
        pairs = list(fields.items()) if isinstance(fields, dict) else fields
        return self.post(to or page, [*self.tokens(page), *pairs], **headers)

    def sign_in(self, name: str, passphrase: str) -> Answer:
        """Sign in as anybody does."""
        return self.post("/id/sign-in", {"sign_in_name": name, "passphrase": passphrase})

    def is_in(self) -> bool:
        """Whether the session opens one's own account."""
        answer = self.get("/id/account")
        return answer.status == 200 and not answer.is_sign_in


def tokens_of(html: str) -> Fields:
    """The tokens that stand in a page."""
    found = []
    for name in TOKENS:
        match = re.search(rf'name="{name}" value="([^"]*)"', html)
        if match:
            found.append((name, match.group(1)))
    return found


def in_path(words: str) -> str:
    """Anything at all as a part of an address."""
    return quote(words, safe="")
