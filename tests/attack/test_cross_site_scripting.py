"""Test hostile text in every field: it is never active on pages or in feeds, files and mails."""

import csv
import json
import re
from email.message import EmailMessage
from html.parser import HTMLParser
from io import StringIO
from xml.etree import ElementTree

import pytest

from deliberate import text
from deliberate.notifications.delivery import send_due
from deliberate.notifications.fanout import fan_out
from tests.attack.attack_site import BASE_URL
from tests.attack.payloads import FORMULA_CELLS, SCRIPT_PAYLOADS

FORBIDDEN_TAGS = {
    "iframe", "object", "embed", "base", "applet", "frame", "frameset", "img", "video", "audio",
    "source", "marquee", "animate", "set", "foreignobject", "math", "template", "noscript", "style",
}  # fmt: skip
OWN_MARKUP = {"web_app.offline": {"<noscript>", "<template>"}}
"""Rows that the script of a page fills; the page shows no text that anybody wrote."""
URL_ATTRIBUTES = {
    "href",
    "src",
    "action",
    "formaction",
    "xlink:href",
    "data",
    "poster",
    "background",
}
FORMULAS = tuple("=+-@\t\r＝＋－＠")
ATOM = "{http://www.w3.org/2005/Atom}"


class MarkupChecker(HTMLParser):
    """Collect markup that could run scripts, change styles or load from elsewhere."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.tag = ""

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        self.tag = tag
        if tag in FORBIDDEN_TAGS or (tag == "meta" and "http-equiv" in attributes):
            self.faults.append(f"<{tag}>")
        if tag == "script" and not attributes.get("src", "").startswith("/static/"):
            self.faults.append(f"<script {attributes}>")
        if tag in {"link", "form", "button"} and attributes.get("rel") not in {
            "canonical",
            "alternate",
        }:
            self.faults += [
                f"<{tag} {name}={value}>"
                for name, value in attributes.items()
                if name in URL_ATTRIBUTES and not re.match(r"/(?!/)", value)
            ]
        for name, value in attributes.items():
            if name.startswith("on") or name in {"style", "srcdoc", "formtarget"}:
                self.faults.append(f"<{tag} {name}={value}>")
            scheme = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", value.lower()))
            if (
                name in URL_ATTRIBUTES
                and scheme
                and scheme.group(1) not in {"http", "https", "mailto"}
            ):
                self.faults.append(f"<{tag} {name}={value}>")

    handle_startendtag = handle_starttag

    def handle_data(self, data):
        if self.tag in {"script", "style"} and data.strip():
            self.faults.append(f"inline {self.tag}: {data[:40]}")

    def handle_endtag(self, tag):
        self.tag = ""


def find_active_markup(html: str) -> list[str]:
    checker = MarkupChecker()
    checker.feed(html)
    checker.close()
    return checker.faults


def test_hostile_payloads_are_numerous_enough():
    assert len(set(SCRIPT_PAYLOADS)) >= 52


@pytest.mark.parametrize("payload", SCRIPT_PAYLOADS)
def test_sanitizer_makes_every_payload_harmless(payload):
    for html in (
        text.to_html(payload),
        text.sanitize_html(payload),
        text.to_html(f"> {payload}\n- x"),
    ):
        assert find_active_markup(html) == []


def test_html_checker_detects_hostile_payloads():
    detected = [payload for payload in SCRIPT_PAYLOADS if find_active_markup(payload)]
    assert len(detected) > 40


@pytest.mark.parametrize("role", ["", "resident", "staff", "moderator", "evaluator", "admin"])
def test_page_contains_no_active_payload(page_views, role):
    active_markup, page_count = {}, 0
    for view in page_views:
        kind = view.final_response.headers.get_content_type()
        if view.role == role and kind == "text/html":
            page_count += 1
            own_markup = OWN_MARKUP.get(view.route.name, set())
            if markup := set(find_active_markup(view.final_response.text)) - own_markup:
                active_markup[view.path] = markup
    assert active_markup == {} and page_count > 40


def test_page_with_rows_for_its_script_shows_no_text_that_anybody_wrote(page_views):
    pages = [view.final_response.text for view in page_views if view.route.name in OWN_MARKUP]
    assert pages and not [page for page in pages if "alert(" in page]


def test_payloads_appear_as_text_on_many_pages(page_views):
    """Check that payloads are visible, because the other tests prove nothing without them."""
    names = {view.route.name for view in page_views if "alert(" in view.final_response.text}
    expected = {
        "processes.show", "proposals.show", "responses.show", "polls.show",
        "institutions.show", "static_pages.rules", "desk.case", "moderation_queue.index",
        "moderation_queue.review",
        "process_setup.edit", "process_setup.check", "institution_admin.index", "feeds.process",
        "role_admin.people", "response_templates.index", "drafting.check", "home.front",
    }  # fmt: skip
    assert expected <= names


def test_search_text_is_shown_as_text(clients):
    for payload in SCRIPT_PAYLOADS[::7]:
        for page in ("/id/search", "/en/proposals", "/en/responses", "/id/log"):
            name = "check" if page.endswith("log") else "q"
            query = re.sub(r"[^\x21-\x7e]", "", payload).replace("&", "%26").replace("#", "%23")
            response = clients[""].get(f"{page}?{name}={query.replace('%3', '%253')}")
            assert response.status < 500 and find_active_markup(response.text) == [], (
                page,
                payload,
            )


def test_feeds_are_well_formed_and_their_html_is_harmless(clients, site):
    feeds = ["/feed", "/processes/proses/feed", "/institutions/kantor/feed"]
    feeds.append(f"/proposals/{site.ids['proposal']}/feed")
    atom = "".join(clients[""].get(f"{feed}.atom?lang=id").text for feed in feeds)
    assert atom.count("alert(") > 10
    for feed in feeds:
        tree = ElementTree.fromstring(clients[""].get(f"{feed}.atom?lang=id").body)
        for part in tree.iter():
            if part.tag in {f"{ATOM}content", f"{ATOM}summary", f"{ATOM}title"}:
                is_html = part.get("type") in {"html", "xhtml"}
                assert not is_html or find_active_markup(part.text or "") == []
            if part.tag == f"{ATOM}link":
                assert part.get("href", "").startswith(BASE_URL)
        document = json.loads(clients[""].get(f"{feed}.json?lang=id").body)
        assert all(
            find_active_markup(item.get("content_html", "")) == [] for item in document["items"]
        )


def test_csv_cells_never_begin_a_formula(clients, page_views):
    row_count = 0
    for view in page_views:
        if view.response.headers.get_content_type() != "text/csv":
            continue
        for line in csv.reader(StringIO(view.response.text)):
            row_count += 1
            assert not [c for c in line if c.startswith(FORMULAS) and not _is_number(c)]
    proposals_csv = clients[""].get("/id/proposals/list.csv").text
    assert row_count > len(FORMULA_CELLS) and "SUM(A1)" in proposals_csv


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None


class RecordingTransport:
    """A mail transport that records mails instead of sending them."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def send(self, mail, _return_path=""):
        self.mails.append(mail)


@pytest.fixture(scope="module")
def mails(site, clients):
    """Send all mails of the site, some requested with forged host headers, and return them."""
    forged_headers = {
        "Host": "evil.example",
        "X_Forwarded_Host": "evil.example",
        "Forwarded": "host=evil",
    }
    client = site.client(source="127.0.0.31")
    client.post("/id/recover/mail", {"who": "nama-third"}, **forged_headers)
    for line in ("x\r\nBcc: all@evil.example", "x%0d%0aBcc: all@evil.example"):
        client.post("/id/recover/mail", {"who": line}, **forged_headers)
    transport = RecordingTransport()
    with site.app.app_context():
        fan_out()
        send_due(transport)
    return transport.mails


def test_mails_are_sent_with_harmless_html(mails):
    assert len(mails) > 5 and any("alert(" in mail.as_string() for mail in mails)
    for mail in mails:
        html = mail.get_body(("html",))
        assert html is None or find_active_markup(_without_styles(html.get_content())) == []


def _without_styles(html: str) -> str:
    """Return the HTML of a mail without its own inline styles."""
    return re.sub(r"(<style>[^<]*</style>|\sstyle='[^']*'|<meta[^>]*>)", "", html)


def test_links_in_mails_use_the_configured_host(mails):
    for mail in mails:
        source = mail.as_string()
        assert "evil.example/" not in source.replace("evil.example/x.", "")
        plain = mail.get_body(("plain",)).get_content()
        links = re.findall(r"https?://[^\s<>\"]+/id/[^\s<>\"]*", plain)
        assert all(link.startswith(BASE_URL) for link in links)


def test_names_and_subjects_add_no_mail_headers(mails):
    for mail in mails:
        assert mail["Bcc"] is None and len(mail.get_all("To")) == 1
        assert "\n" not in str(mail["Subject"]) and "\r" not in str(mail["Subject"])


def test_links_in_user_content_are_nofollow(clients, site):
    page = clients[""].get(f"/id/proposals/{site.ids['proposal']}").location
    html = clients[""].get(page).text
    links = re.findall(r'<a [^>]*href="https?://a\.example[^>]*>', html)
    assert links and all('rel="nofollow ugc noopener"' in link for link in links)
