"""Test forms submitted twice, too large, or with unusual content: no errors, no duplicates."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.attack.http_client import parse_tokens
from tests.attack.payloads import UNUSUAL_TEXTS

COMMENT = {"stance": "for", "body": "Bangku di halte itu perlu, sebab orang tua menunggu berdiri."}
MEGABYTE = 1024 * 1024
CONTENT_TYPES = [
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
    """Return the URLs of a proposal and of its comment form."""
    proposal_id = site.ids["answered"]
    return f"/id/proposals/{proposal_id}-x", f"/id/proposals/{proposal_id}/arguments"


@pytest.fixture
def writer(join_resident, thread):
    """Return a client that has opened the page, with the tokens of its forms."""
    client = join_resident()
    page = client.get(thread[0])
    page = client.get(page.location) if page.location else page
    return client, parse_tokens(page.text)


def test_form_submitted_twice_counts_once(site, writer, thread):
    client, tokens = writer
    before = site.count_log_rows()
    answers = [client.post(thread[1], [*tokens, *COMMENT.items()]) for _ in range(3)]
    assert {a.status for a in answers} == {303} and site.count_log_rows() == before + 1


def test_form_submitted_concurrently_counts_once(site, writer, thread):
    client, tokens = writer
    before = site.count_log_rows()

    def submit(_number: int) -> int:
        other_client = site.client()
        other_client.cookies = dict(client.cookies)
        return other_client.post(thread[1], [*tokens, *COMMENT.items()]).status

    with ThreadPoolExecutor(8) as executor:
        statuses = set(executor.map(submit, range(8)))
    assert statuses <= {303, 429, 503} and 303 in statuses and site.count_log_rows() == before + 1


def test_concurrent_supports_of_one_person_count_once(site, join_resident):
    client = join_resident()
    url = f"/id/proposals/{site.ids['waiting']}/support"
    tokens = client.tokens("/id/account")[:1]
    before = site.count_log_rows()

    def submit(number: int) -> int:
        other_client = site.client()
        other_client.cookies = dict(client.cookies)
        return other_client.post(url, [*tokens, ("form_key", f"key-of-request-{number}")]).status

    with ThreadPoolExecutor(8) as executor:
        statuses = list(executor.map(submit, range(8)))
    assert max(statuses) < 504 and site.count_log_rows() == before + 1


def test_concurrent_acts_of_one_person_break_nothing(fuzzed_site):
    """Submit concurrent forms with different keys for rows that exist once per person."""
    proposal_id, comment_id = fuzzed_site.ids["answered"], fuzzed_site.ids["comment"]
    client = fuzzed_site.client("third")
    tokens = client.tokens("/id/account")[:1]
    forms = [
        (f"/id/proposals/{proposal_id}/follow", []),
        ("/id/processes/proses/follow", []),
        (f"/id/comments/{comment_id}/rating", [("rating", "strong")]),
        (f"/id/proposals/{proposal_id}/support", []),
        ("/id/account/area", [("area", "Sepaku")]),
    ]

    def submit(number: int) -> int:
        url, fields = forms[number % len(forms)]
        other_client = fuzzed_site.client()
        other_client.cookies = dict(client.cookies)
        return other_client.post(
            url, [*tokens, ("form_key", f"window-{number}-abcdefgh"), *fields]
        ).status

    with ThreadPoolExecutor(10) as executor:
        statuses = list(executor.map(submit, range(40)))
    assert set(statuses) <= {303, 400, 403, 409, 422, 503} and 303 in statuses


def test_reused_form_key_with_another_text_shows_the_text_again(site, writer, thread):
    client, tokens = writer
    client.post(thread[1], [*tokens, *COMMENT.items()])
    before = site.count_log_rows()
    other = {**COMMENT, "body": "Kata yang lain sama sekali, yang tidak boleh hilang."}
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
    repeated = client.post(thread[1], [*tokens, *(("stance", "9") for n in range(10_000))])
    assert repeated.status in {400, 413, 422} and site.count_log_rows() == before


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


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_content_type_of_a_form_breaks_nothing(site, clients, thread, content_type):
    before = site.count_log_rows()
    body = json.dumps(COMMENT).encode()
    for url in (thread[1], "/id/sign-in", "/id/join", "/id/proposals/new", "/id/recover/mail"):
        for role in ("", "resident"):
            response = clients[role].call("POST", url, body, Content_Type=content_type)
            assert 400 <= response.status < 500 or response.status in {200, 303}
    assert site.count_log_rows() == before


@pytest.mark.parametrize("name", sorted(UNUSUAL_TEXTS))
def test_unusual_characters_are_stored_safely_or_refused(site, writer, thread, name):
    client, tokens = writer
    text = UNUSUAL_TEXTS[name]
    response = client.post(thread[1], [*tokens, ("stance", "for"), ("body", text)])
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
    "display_name",
    ["Orang admin", "0rang admin", "Оrang admin", "ORANG ADMIN", "Orang\u200b admin"],
)
def test_display_name_that_looks_like_another_is_refused(site, display_name):
    client = site.client()
    fields = {"sign_in_name": "serupa-sekali", "passphrase": "kopi pahit di teras rumah kami"}
    response = client.post("/id/join", {**fields, "display_name": display_name, "terms": "y"})
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
        cookies = dict(clients[role].cookies)
        assert clients[role].get("/id/proposals", **{name: value}).status < 500
        assert clients[role].post("/id/account/area", {"area": "x"}, **{name: value}).status < 500
        clients[role].cookies = cookies


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
