"""Test that no part of a URL reaches a response header."""

import pytest

from tests.attack.http_client import quote_path


@pytest.mark.parametrize(
    "line",
    ["x%0d%0aSet-Cookie:%20evil=1", "x%0aX-Evil:%201", "x\u560d\u560aX-Evil:1", "%E5%98%8D%0d"],
)
def test_urls_and_fields_add_no_response_header(clients, site, line):
    line = line if line.isascii() else quote_path(line)
    urls = (f"/id/{line}", f"/id/search?q={line}", f"/{line}/", f"/id/log?check={line}")
    for url in (*urls, f"/id/sign-in?next=/id/{line}", f"/p/{line}", f"/static/{line}"):
        headers = clients[""].get(url).headers
        assert "X-Evil" not in headers and "evil" not in str(headers.get_all("Set-Cookie"))
    headers = clients["resident"].get(f"/data/proses/{line}.zip").headers
    assert "X-Evil" not in headers and "evil" not in headers.get("Content-Disposition", "")
