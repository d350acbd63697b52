"""An HTTP client over a socket that controls every header and byte, and a parser of forms."""

import http.client
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import quote, urlencode, urljoin, urlsplit

COOKIE = "__Host-session"
Fields = list[tuple[str, str | bytes]]


@dataclass(frozen=True)
class HttpResponse:
    """The response to a request."""

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
    """A form of a page: its action, method, fields and the options of its choices."""

    action: str
    method: str
    fields: Fields = field(default_factory=list)
    options: dict[str, list[str]] = field(default_factory=dict)


class _FormParser(HTMLParser):
    """Parse the forms of a page and the buttons with a form action of their own."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.forms, self.buttons = page, [], []
        self._current: Form | None = None
        self._select = ""

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        name = attributes.get("name", "")
        if tag == "form":
            self._current = Form(
                urljoin(self.page, attributes.get("action", "")), attributes.get("method", "")
            )
            self.forms.append(self._current)
        elif tag == "button" and "formaction" in attributes:
            button_fields = [(name, attributes.get("value", ""))] if name else []
            self.buttons.append((urljoin(self.page, attributes["formaction"]), button_fields))
        elif self._current is not None and tag == "select":
            self._select = name
            self._current.fields.append((name, ""))
        elif self._current is not None and tag == "option" and self._select:
            self._current.options.setdefault(self._select, []).append(attributes.get("value", ""))
        elif self._current is not None and name and tag in {"input", "textarea", "button"}:
            self._add_field(attributes, name)

    def _add_field(self, attributes, name):
        if attributes.get("type") in {"radio", "checkbox"}:
            self._current.options.setdefault(name, []).append(attributes.get("value", "on"))
        self._current.fields.append((name, attributes.get("value", "")))

    def handle_endtag(self, tag):
        if tag == "form":
            self._current = None
        if tag == "select":
            self._select = ""


def parse_forms(page: str, html: str) -> list[Form]:
    """Return every form that can be submitted from a page, including those of single buttons."""
    parser = _FormParser(page)
    parser.feed(html)
    token_forms = parser.forms[-1:]  # the last form carries the tokens of the single buttons
    tokens = [pair for form in token_forms for pair in form.fields if pair[0] in TOKEN_FIELDS]
    button_forms = [Form(action, "post", [*tokens, *extra]) for action, extra in parser.buttons]
    return [form for form in [*parser.forms[:-1], *button_forms] if form.method == "post"]


TOKEN_FIELDS = ("csrf_token", "form_key")


class HttpClient:
    """A client with its own cookies and network address on one connection."""

    def __init__(
        self, server_url: str, source: str = "127.0.0.1", cookie_name: str = COOKIE
    ) -> None:
        self.server = urlsplit(server_url)
        self.source, self.cookie_name = source, cookie_name
        self.cookies: dict[str, str] = {}
        self.name = ""
        self._connection: http.client.HTTPConnection | None = None

    def call(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> HttpResponse:
        """Send one request; header names are written with underscores."""
        sent_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent_headers.setdefault(
                "Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items())
            )
        for may_retry in (True, False):
            connection = self._connection or http.client.HTTPConnection(
                self.server.hostname, self.server.port, timeout=120, source_address=(self.source, 0)
            )
            try:
                connection.request(method, path, body, sent_headers)
                received = connection.getresponse()
                response = HttpResponse(received.status, received.headers, received.read())
            except (http.client.RemoteDisconnected, ConnectionError):
                connection.close()
                self._connection = None
                if not may_retry:
                    raise
                continue
            self._connection = connection if not received.will_close else None
            self._store_cookies(response)
            return response
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _store_cookies(self, response: HttpResponse) -> None:
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, fields: Fields | dict | None = None, **headers: str) -> HttpResponse:
        """Submit a form as browsers do."""
        pairs = list(fields.items()) if isinstance(fields, dict) else fields or []
        headers.setdefault("Content_Type", "application/x-www-form-urlencoded")
        return self.call("POST", path, urlencode(pairs).encode(), **headers)

    def tokens(self, page: str) -> Fields:
        """Return the form tokens of a page."""
        return parse_tokens(self.get(page).text)

    def send(self, page: str, fields: Fields | dict, to: str = "", **headers: str) -> HttpResponse:
        """Open a page, then submit a form with the tokens of the page."""
        pairs = list(fields.items()) if isinstance(fields, dict) else fields
        return self.post(to or page, [*self.tokens(page), *pairs], **headers)

    def sign_in(self, name: str, passphrase: str) -> HttpResponse:
        """Sign in with a name and a passphrase."""
        return self.post("/id/sign-in", {"sign_in_name": name, "passphrase": passphrase})

    def is_signed_in(self) -> bool:
        """Return whether the account page opens."""
        response = self.get("/id/account")
        return response.status == 200 and not response.is_sign_in


def parse_tokens(html: str) -> Fields:
    """Return the form tokens in the HTML of a page."""
    tokens = []
    for name in TOKEN_FIELDS:
        match = re.search(rf'name="{name}" value="([^"]*)"', html)
        if match:
            tokens.append((name, match.group(1)))
    return tokens


def quote_path(text: str) -> str:
    """Quote a text as a part of a path."""
    return quote(text, safe="")
