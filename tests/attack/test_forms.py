"""Forms sent twice, too large, in odd letters and shapes: nothing breaks or counts twice."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.attack.http_client import parse_tokens
from tests.attack.payloads import UNUSUAL_TEXTS

SAID = {"stance": "for", "body": "Bangku di halte itu perlu, sebab orang tua menunggu berdiri."}
MEGABYTE = 1024 * 1024
SHAPES = [
    "application/json",
    "text/plain",
    "text/xml",
    "application/xml",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "x" * 300,
    "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=idna",
    "application/x-www-form-urlencoded; charset=zip_codec",
    "application/octet-stream",
    "image/svg+xml",
    "",
    "x" * 2000,
]


@pytest.fixture(scope="module")
def thread(site):
    """The page of a proposal, and where its arguments go."""
    number = site.ids["answered"]
    return f"/id/proposals/{number}-x", f"/id/proposals/{number}/arguments"


@pytest.fixture
def writer(join_resident, thread):
    """Somebody who has the page of the thread open."""
    client = join_resident()
    page = client.get(thread[0])
    page = client.get(page.location) if page.location else page
    return client, parse_tokens(page.text)


def test_form_submitted_twice_counts_once(site, writer, thread):
    client, tokens = writer
    before = site.count_log_rows()
    answers = [client.post(thread[1], [*tokens, *SAID.items()]) for _again in range(3)]
    assert {a.status for a in answers} == {303} and site.count_log_rows() == before + 1


def test_form_submitted_concurrently_counts_once(site, writer, thread):
    client, tokens = writer
    before = site.count_log_rows()

    def send(_hand: int) -> int:
        hand = site.client()
        hand.cookies = dict(client.cookies)
        return hand.post(thread[1], [*tokens, *SAID.items()]).status

    with ThreadPoolExecutor(8) as hands:
        statuses = set(hands.map(send, range(8)))
    assert statuses <= {303, 429, 503} and 303 in statuses and site.count_log_rows() == before + 1


def test_concurrent_supports_of_one_person_count_once(site, join_resident):
    client = join_resident()
    way = f"/id/proposals/{site.ids['waiting']}/support"
    tokens = client.tokens("/id/account")[:1]
    before = site.count_log_rows()

    def send(number: int) -> int:
        hand = site.client()
        hand.cookies = dict(client.cookies)
        return hand.post(way, [*tokens, ("form_key", f"key-of-this-hand-{number}")]).status

    with ThreadPoolExecutor(8) as hands:
        statuses = list(hands.map(send, range(8)))
    assert max(statuses) < 504 and site.count_log_rows() == before + 1


def test_concurrent_acts_of_one_person_break_nothing(fuzzed_site):
    """What exists once a person, asked for at once by forms of different keys."""
    number, comment = fuzzed_site.ids["answered"], fuzzed_site.ids["comment"]
    client = fuzzed_site.client("third")
    tokens = client.tokens("/id/account")[:1]
    ways = [
        (f"/id/proposals/{number}/follow", []),
        ("/id/processes/proses/follow", []),
        (f"/id/comments/{comment}/rating", [("rating", "strong")]),
        (f"/id/proposals/{number}/support", []),
        ("/id/account/area", [("area", "Sepaku")]),
    ]

    def send(hand: int) -> int:
        way, fields = ways[hand % len(ways)]
        window = fuzzed_site.client()
        window.cookies = dict(client.cookies)
        return window.post(way, [*tokens, ("form_key", f"window-{hand}-abcdefgh"), *fields]).status

    with ThreadPoolExecutor(10) as hands:
        statuses = list(hands.map(send, range(40)))
    assert set(statuses) <= {303, 400, 403, 409, 422, 503} and 303 in statuses


def test_reused_form_key_with_another_text_shows_the_text_again(site, writer, thread):
    client, tokens = writer
    client.post(thread[1], [*tokens, *SAID.items()])
    before = site.count_log_rows()
    other = {**SAID, "body": "Kata yang lain sama sekali, yang tidak boleh hilang."}
    response = client.post(thread[1], [*tokens, *other.items()])
    assert (
        response.status == 409
        and other["body"] in response.text
        and site.count_log_rows() == before
    )


def test_form_with_ten_thousand_fields_is_refused(site, writer, thread):
    client, tokens = writer
    before = site.count_log_rows()
    response = client.post(thread[1], [*tokens, *((f"x{n}", "y") for n in range(10_000))])
    assert response.status in {400, 413, 422} and site.count_log_rows() == before
    same = client.post(thread[1], [*tokens, *(("stance", "9") for n in range(10_000))])
    assert same.status in {400, 413, 422} and site.count_log_rows() == before


def test_form_with_ten_thousand_parts_is_refused(writer, thread):
    client, _tokens = writer
    part = '--b\r\nContent-Disposition: form-data; name="x{}"\r\n\r\ny\r\n'
    body = "".join(part.format(n) for n in range(10_000)) + "--b--\r\n"
    response = client.call(
        "POST", thread[1], body.encode(), Content_Type="multipart/form-data; boundary=b"
    )
    assert response.status == 413


@pytest.mark.parametrize("size", [4001, 100_000, MEGABYTE])
def test_comment_that_is_too_long_is_refused(site, writer, thread, size):
    client, tokens = writer
    before = site.count_log_rows()
    response = client.post(thread[1], [*tokens, ("stance", "for"), ("body", "x" * size)])
    assert response.status in {413, 422} and site.count_log_rows() == before


def test_body_of_thirty_megabytes_is_refused_with_an_error_page(site, writer, thread):
    client, _tokens = writer
    body = b"body=" + b"x" * (30 * MEGABYTE)
    kind = "application/x-www-form-urlencoded"
    response = client.call("POST", thread[1], body, Content_Type=kind)
    assert response.status == 413 and "<h1>" in response.text
    assert client.get("/healthz").status == 200


@pytest.mark.parametrize("shape", SHAPES)
def test_content_type_of_a_form_breaks_nothing(site, clients, thread, shape):
    before = site.count_log_rows()
    body = json.dumps(SAID).encode()
    for where in (thread[1], "/id/sign-in", "/id/join", "/id/proposals/new", "/id/recover/mail"):
        for role in ("", "resident"):
            response = clients[role].call("POST", where, body, Content_Type=shape)
            assert 400 <= response.status < 500 or response.status in {200, 303}
    assert site.count_log_rows() == before


@pytest.mark.parametrize("name", sorted(UNUSUAL_TEXTS))
def test_unusual_characters_are_stored_safely_or_refused(site, writer, thread, name):
    client, tokens = writer
    words = UNUSUAL_TEXTS[name]
    response = client.post(thread[1], [*tokens, ("stance", "for"), ("body", words)])
    assert response.status in {303, 400, 422}
    page = client.get(f"/id/proposals/{site.ids['answered']}")
    page = client.get(page.location) if page.location else page
    assert page.status == 200 and "\x00" not in page.text
    page.body.decode("utf-8")


@pytest.mark.parametrize("name", sorted(UNUSUAL_TEXTS))
def test_unusual_characters_in_every_join_field_are_refused(site, name):
    client = site.client()
    fields = ("sign_in_name", "display_name", "passphrase", "email", "area", "terms")
    response = client.post("/id/join", [(field, UNUSUAL_TEXTS[name]) for field in fields])
    assert response.status == 422
    for page in ("/id/search", "/id/proposals", "/id/log", "/id/desk/people"):
        value = (
            UNUSUAL_TEXTS[name]
            if isinstance(UNUSUAL_TEXTS[name], bytes)
            else UNUSUAL_TEXTS[name].encode()
        )
        query = "".join(f"%{byte:02x}" for byte in value)
        keys = ("q", "after", "check", "topic", "area", "order", "process", "institution", "state")
        assert client.get(f"{page}?" + "&".join(f"{key}={query}" for key in keys)).status < 500
        assert client.get(f"{page}?after={query}").status < 500


@pytest.mark.parametrize(
    "alike", ["Orang admin", "0rang admin", "Оrang admin", "ORANG ADMIN", "Orang\u200b admin"]
)
def test_display_name_that_looks_like_another_is_refused(site, alike):
    client = site.client()
    told = {"sign_in_name": "serupa-sekali", "passphrase": "kopi pahit di teras rumah kami"}
    response = client.post("/id/join", {**told, "display_name": alike, "terms": "y"})
    assert response.status == 422 and not client.is_signed_in()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Cookie", "__Host-session=" + "x" * 9000),
        ("Accept_Language", "x" * 3000 + ",*;q=9,;;q=,"),
        ("If_None_Match", 'W/"' + "x" * 3000),
        ("If_Modified_Since", "Fri, 99 Xyz 99999"),
        ("Range", "bytes=-1-,0-,9999999999999999999999-"),
        ("Referer", "http://[::1"),
        ("Origin", "http://[::1"),
        ("Host", "evil.example:99999999"),
        ("User_Agent", "<script>alert(1)</script>" * 40),
        ("X_Forwarded_For", "unknown, ::::, 1.2.3.4.5"),
        ("Accept_Encoding", "x" * 2000),
        ("Sec_Fetch_Site", "\x01"),
    ],
)
def test_request_header_breaks_no_page_or_form(clients, name, value):
    for role in ("", "resident"):
        kept = dict(clients[role].cookies)
        assert clients[role].get("/id/proposals", **{name: value}).status < 500
        assert clients[role].post("/id/account/area", {"area": "x"}, **{name: value}).status < 500
        clients[role].cookies = kept


@pytest.mark.parametrize(
    "path",
    [
        "/static/../wsgi.py",
        "/static/%2e%2e/wsgi.py",
        "/static/..%2f..%2fetc/passwd",
        "/static//etc/passwd",
        "/data/proses/../../secret",
        "/data/proses/x/%2e%2e/%2e%2e/deliberate.db",
        "/log/leaves/..%2fkey",
        "/log/leaves/%2e%2e",
        "/.git/config",
        "/wsgi.py",
        "/instance/deliberate.db",
        "/id/../id/desk",
        "/" + "a/" * 2000,
        "/" + "x" * 8000,
        "/id/%00",
        "/%",
        "/%zz",
        "/id/;/desk",
    ],
)
def test_path_traversal_reaches_no_file(clients, path):
    response = clients[""].get(path)
    assert response.status in {200, 301, 302, 308, 400, 404, 414, 431}
    for secret in ("root:x:", "SQLite format", "create_app(", "Traceback", "/site-packages/"):
        assert secret not in response.text
