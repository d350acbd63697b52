"""Test hostile uploads and very deep threads: refused or harmless, without errors."""

import re
import time
import zlib
from struct import pack

import pytest

from deliberate.models import Person
from deliberate.operations.threads.comments import post_comment
from deliberate.queries.proposals.proposal_page import get_proposal_page
from deliberate.queries.threads.comments import get_comment
from deliberate.vocabulary import Stance
from tests.attack.http_client import HttpClient
from tests.attack.payloads import SCRIPT_PAYLOADS

PAGE = "<html><script>alert(1)</script></html>"
PICTURE = b"\x89PNG\r\n\x1a\n"
SERVED_TYPES = {"application/pdf", "image/png", "image/jpeg", "text/csv"}


def png_header(width: int, height: int) -> bytes:
    """Return the header of a PNG file that claims a size."""
    chunk = b"IHDR" + pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return PICTURE + pack(">I", 13) + chunk + pack(">I", zlib.crc32(chunk))


FILES = {
    "an HTML page named PNG": ("x.png", b"GIF89a" + PAGE.encode()),
    "an HTML page after a PNG signature": ("x.png", PICTURE + PAGE.encode()),
    "an SVG with a script": (
        "x.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    ),
    "an HTML page named PDF": ("x.pdf", b"%PDF-1.4\n" + PAGE.encode()),
    "an archive": ("x.csv", b"PK\x03\x04" + b"\x00" * 60),
    "a program": ("x.csv", b"\x7fELF" + b"\x00" * 60),
    "a PNG of a huge size": ("x.png", png_header(100_000, 100_000)),
    "a table of formulas": ("x.csv", b"a;b\n=cmd|'/c calc'!A0;@SUM(1)\n"),
    "a path": ("../../../../tmp/evil.csv", b"a;b\n1;2\n"),
    "a name with a header in it": ('x"\r\nX-Evil: 1\r\n.csv', b"a;b\n3;4\n"),
    "three megabytes": ("x.csv", b"a;b\n" + b"1;2\n" * 800_000),
    "an empty file": ("x.csv", b""),
}


def upload(client: HttpClient, page: str, name: str, content: bytes) -> int:
    """Upload a file with an unchanged file name and return the status."""
    fields = [*client.tokens(page), ("title", SCRIPT_PAYLOADS[0])]
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields
    ]
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    parts.append(head.encode() + b"Content-Type: text/html\r\n\r\n" + content + b"\r\n--b--\r\n")
    kind = "multipart/form-data; boundary=b"
    return client.call("POST", page, b"".join(parts), Content_Type=kind).status


@pytest.mark.parametrize("file", sorted(FILES))
def test_uploaded_file_is_served_with_a_safe_type_or_refused(site, clients, file):
    client, proposal_id = clients["resident"], site.ids["proposal"]
    page = f"/id/proposals/{proposal_id}/files"
    status = upload(client, page, *FILES[file])
    assert status in {303, 400, 413, 422}
    redirect = client.get(f"/id/proposals/{proposal_id}")
    html = client.get(redirect.location).text
    assert "X-Evil" not in html and "evil.csv" not in html and SCRIPT_PAYLOADS[0] not in html
    for url in set(re.findall(rf'"(/id/proposals/{proposal_id}/files/[0-9a-f]{{32}}\.\w+)"', html)):
        response = clients[""].get(url)
        assert response.headers.get_content_type() in SERVED_TYPES
        assert response.headers["Content-Security-Policy"].startswith("sandbox;")
        assert response.headers["Content-Disposition"].startswith("attachment; filename=")
        assert b"<script" not in response.body and b"\n=cmd" not in response.body


def test_files_of_other_authors_cannot_be_added_or_removed(site, clients):
    page = f"/id/proposals/{site.ids['proposal']}/files"
    for role in ("staff", "researcher", "evaluator"):
        client = clients[role]
        assert client.get(page).status == 403
        assert client.send("/id/account", {"title": "x"}, page).status == 403
        for attachment_id in range(1, 4):
            assert client.send("/id/account", {}, f"{page}/{attachment_id}/removal").status in {
                403,
                404,
            }


@pytest.fixture(scope="module")
def deep_reply_id(site) -> int:
    """Post a thread of three hundred levels and return the id of its last comment."""
    with site.app.app_context():
        page = get_proposal_page(site.ids["waiting"])
        assert page is not None
        author: Person = page.proposal.author
        comment = post_comment(author, page.proposal, "Dasar.", stance=Stance.FOR)
        for depth in range(300):
            comment = post_comment(author, page.proposal, f"Lapis {depth}.", parent=comment)
        return comment.id


def test_deep_thread_costs_no_more_than_what_is_shown(site, clients, deep_reply_id):
    start = time.process_time()
    for path in (
        f"/id/proposals/{site.ids['waiting']}",
        f"/c/{deep_reply_id}",
        f"/id/comments/{deep_reply_id}/reply",
        f"/proposals/{site.ids['waiting']}/feed.atom",
        f"/id/desk/proposals/{site.ids['waiting']}",
    ):
        response = clients["staff"].get(path)
        response = clients["staff"].get(response.location) if response.location else response
        assert response.status == 200 and len(response.body) < 300_000, path
    assert time.process_time() - start < 5


def test_reply_at_the_end_of_a_deep_thread_is_accepted(site, join_resident, deep_reply_id):
    client = join_resident()
    fields = {"stance": "", "body": "Sampai sejauh ini saya ikut."}
    response = client.send(f"/id/comments/{deep_reply_id}/reply", fields)
    assert response.status == 303
    with site.app.app_context():
        last = get_comment(deep_reply_id + 1)
        assert last is not None and last.depth == 301
