"""Hostile words, wherever people's words may stand: nothing of them runs, dresses or leads away."""

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

NEVER = {
    "iframe", "object", "embed", "base", "applet", "frame", "frameset", "img", "video", "audio",
    "source", "marquee", "animate", "set", "foreignobject", "math", "template", "noscript", "style",
}  # fmt: skip
GOING = {"href", "src", "action", "formaction", "xlink:href", "data", "poster", "background"}
FORMULAS = tuple("=+-@\t\r＝＋－＠")
ATOM = "{http://www.w3.org/2005/Atom}"


class Reader(HTMLParser):
    """Finds what could run, dress or lead away."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.tag = ""

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        self.tag = tag
        if tag in NEVER or (tag == "meta" and "http-equiv" in given):
            self.faults.append(f"<{tag}>")
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.faults.append(f"<script {given}>")
        if tag in {"link", "form", "button"} and given.get("rel") not in {"canonical", "alternate"}:
            self.faults += [
                f"<{tag} {name}={value}>"
                for name, value in given.items()
                if name in GOING and not re.match(r"/(?!/)", value)
            ]
        for name, value in given.items():
            if name.startswith("on") or name in {"style", "srcdoc", "formtarget"}:
                self.faults.append(f"<{tag} {name}={value}>")
            scheme = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", value.lower()))
            if name in GOING and scheme and scheme.group(1) not in {"http", "https", "mailto"}:
                self.faults.append(f"<{tag} {name}={value}>")

    handle_startendtag = handle_starttag

    def handle_data(self, data):
        if self.tag in {"script", "style"} and data.strip():
            self.faults.append(f"inline {self.tag}: {data[:40]}")

    def handle_endtag(self, tag):
        self.tag = ""


def faults(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.faults


def test_hostile_payloads_are_numerous_enough():
    assert len(set(SCRIPT_PAYLOADS)) >= 52


@pytest.mark.parametrize("written", SCRIPT_PAYLOADS)
def test_sanitizer_makes_every_payload_harmless(written):
    for html in (
        text.to_html(written),
        text.sanitize_html(written),
        text.to_html(f"> {written}\n- x"),
    ):
        assert faults(html) == []


def test_html_checker_detects_hostile_payloads():
    found = [written for written in SCRIPT_PAYLOADS if faults(written)]
    assert len(found) > 40


@pytest.mark.parametrize("role", ["", "resident", "staff", "moderator", "evaluator", "admin"])
def test_page_contains_no_active_payload(page_views, role):
    wrong, read = {}, 0
    for view in page_views:
        kind = view.final_response.headers.get_content_type()
        if view.role == role and kind == "text/html":
            read += 1
            if found := faults(view.final_response.text):
                wrong[view.path] = found
    assert wrong == {} and read > 40


def test_payloads_appear_as_text_on_many_pages(page_views):
    """What is never shown cannot be shown harmless: the words are there, as words."""
    names = {view.route.name for view in page_views if "alert(" in view.final_response.text}
    expected = {
        "processes.show", "proposals.show", "responses.show", "polls.show",
        "institutions.show", "static_pages.rules", "moderation_queue.index", "moderation_queue.review", "desk.case",
        "process_setup.edit", "process_setup.check", "institution_admin.index", "feeds.process",
        "role_admin.people", "response_templates.index", "drafting.check", "home.front",
    }  # fmt: skip
    assert expected <= names


def test_search_text_is_shown_as_text(clients):
    for written in SCRIPT_PAYLOADS[::7]:
        for page in ("/id/search", "/en/proposals", "/en/responses", "/id/log"):
            name = "check" if page.endswith("log") else "q"
            query = re.sub(r"[^\x21-\x7e]", "", written).replace("&", "%26").replace("#", "%23")
            response = clients[""].get(f"{page}?{name}={query.replace('%3', '%253')}")
            assert response.status < 500 and faults(response.text) == [], (page, written)


def test_feeds_are_well_formed_and_their_html_is_harmless(clients, site):
    places = ["/feed", "/processes/proses/feed", "/institutions/kantor/feed"]
    places.append(f"/proposals/{site.ids['proposal']}/feed")
    said = "".join(clients[""].get(f"{place}.atom?lang=id").text for place in places)
    assert said.count("alert(") > 10
    for place in places:
        tree = ElementTree.fromstring(clients[""].get(f"{place}.atom?lang=id").body)
        for part in tree.iter():
            if part.tag in {f"{ATOM}content", f"{ATOM}summary", f"{ATOM}title"}:
                is_html = part.get("type") in {"html", "xhtml"}
                assert not is_html or faults(part.text or "") == []
            if part.tag == f"{ATOM}link":
                assert part.get("href", "").startswith(BASE_URL)
        told = json.loads(clients[""].get(f"{place}.json?lang=id").body)
        assert all(faults(item.get("content_html", "")) == [] for item in told["items"])


def test_csv_cells_never_begin_a_formula(clients, page_views):
    read = 0
    for view in page_views:
        if view.response.headers.get_content_type() != "text/csv":
            continue
        for line in csv.reader(StringIO(view.response.text)):
            read += 1
            assert not [c for c in line if c.startswith(FORMULAS) and not _is_number(c)]
    listed = clients[""].get("/id/proposals/list.csv").text
    assert read > len(FORMULA_CELLS) and "SUM(A1)" in listed


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None


class Letterbox:
    """Takes mails and keeps them."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []

    def __enter__(self):
        return self

    def __exit__(self, *_why):
        return None

    def send(self, mail):
        self.got.append(mail)


@pytest.fixture(scope="module")
def mails(site, clients):
    """Every mail of the town; whoever asked for one lied about the site's name."""
    lie = {"Host": "evil.example", "X_Forwarded_Host": "evil.example", "Forwarded": "host=evil"}
    asker = site.client(source="127.0.0.31")
    asker.post("/id/recover/mail", {"who": "nama-third"}, **lie)
    for line in ("x\r\nBcc: all@evil.example", "x%0d%0aBcc: all@evil.example"):
        asker.post("/id/recover/mail", {"who": line}, **lie)
    box = Letterbox()
    with site.app.app_context():
        fan_out()
        send_due(box)
    return box.got


def test_mails_are_sent_with_harmless_html(mails):
    assert len(mails) > 5 and any("alert(" in mail.as_string() for mail in mails)
    for mail in mails:
        html = mail.get_body(("html",))
        assert html is None or faults(_without_frame(html.get_content())) == []


def _without_frame(html: str) -> str:
    """Mails are read by programs without style sheets of ours, so theirs stand inside."""
    return re.sub(r'(<style>[^<]*</style>|\sstyle="[^"]*"|<meta[^>]*>)', "", html)


def test_links_in_mails_use_the_configured_host(mails):
    for mail in mails:
        whole = mail.as_string()
        assert "evil.example/" not in whole.replace("evil.example/x.", "")
        plain = mail.get_body(("plain",)).get_content()
        own = re.findall(r"https?://[^\s<>\"]+/id/[^\s<>\"]*", plain)
        assert all(link.startswith(BASE_URL) for link in own)


def test_names_and_subjects_add_no_mail_headers(mails):
    for mail in mails:
        assert mail["Bcc"] is None and len(mail.get_all("To")) == 1
        assert "\n" not in str(mail["Subject"]) and "\r" not in str(mail["Subject"])


def test_links_in_user_content_are_nofollow(clients, site):
    page = clients[""].get(f"/id/proposals/{site.ids['proposal']}").location
    html = clients[""].get(page).text
    links = re.findall(r'<a [^>]*href="https?://a\.example[^>]*>', html)
    assert links and all('rel="nofollow ugc noopener"' in link for link in links)
