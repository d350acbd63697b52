"""What is packed for slow networks, and what never is."""

import gzip

import pytest

from deliberate.views.site.response_headers import asset
from tests import factories
from tests.client import signed_in, visitor

TAKES = {"Accept-Encoding": "gzip, br"}


def test_a_page_read_signed_out_is_packed(app):
    packed, whole = (visitor(app).get("/id/help", headers=h) for h in (TAKES, {}))
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == whole.data
    assert len(packed.data) == packed.content_length < len(whole.data) / 2
    assert "Accept-Encoding" in packed.vary and "Accept-Encoding" in whole.vary


def test_a_page_with_tokens_is_never_packed(app):
    answer = signed_in(app, factories.resident()).get("/id/help", headers=TAKES)
    assert 'name="csrf_token"' in answer.text
    assert "Content-Encoding" not in answer.headers


def test_no_packing_for_who_refuses_it(app):
    answer = visitor(app).get("/id/help", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("name", ["deliberate.css", "enhance.js", "icons.svg"])
def test_static_texts_are_packed_and_kept_for_a_year(app, name):
    with app.test_request_context():
        address = asset(name)
    packed, whole = (visitor(app).get(address, headers=h) for h in (TAKES, {}))
    assert gzip.decompress(packed.data) == whole.data
    for answer in (packed, whole):
        assert answer.mimetype == whole.mimetype
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert "immutable" in answer.headers["Cache-Control"]


def test_a_picture_goes_as_it_is(app):
    with app.test_request_context():
        address = asset("card.png")
    assert "Content-Encoding" not in visitor(app).get(address, headers=TAKES).headers
