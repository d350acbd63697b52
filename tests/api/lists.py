"""Lists of the read API, followed to their end as a program reads them."""

import re

from flask.testing import FlaskClient


def follow_list(client: FlaskClient, address: str) -> list[dict]:
    """Return the rows of a list, page by page as a program reads it."""
    rows: list[dict] = []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        rows += answer.json["data"]
        found = re.match(r'<http://[^/]+([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        address = found.group(1) if found else ""
    return rows
