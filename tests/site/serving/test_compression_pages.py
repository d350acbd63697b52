"""Gzip compression of pages and static files."""

import gzip

import pytest

from deliberate.views.site.static_files import asset_url
from tests import factories
from tests.client import anonymous_client, signed_in_client

ACCEPTS_GZIP = {"Accept-Encoding": "gzip, br"}


def test_compression_of_signed_out_pages(app):
    compressed, plain = (
        anonymous_client(app).get("/id/help", headers=h) for h in (ACCEPTS_GZIP, {})
    )
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(compressed.data) == plain.data
    assert len(compressed.data) == compressed.content_length < len(plain.data) / 2
    assert "Accept-Encoding" in compressed.vary and "Accept-Encoding" in plain.vary


def test_compression_leaves_pages_with_tokens_alone(app):
    response = signed_in_client(app, factories.create_resident()).get(
        "/id/help", headers=ACCEPTS_GZIP
    )
    assert 'name="csrf_token"' in response.text
    assert "Content-Encoding" not in response.headers


def test_compression_respects_a_client_without_gzip(app):
    response = anonymous_client(app).get("/id/help", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("name", ["deliberate.css", "enhance.js", "icons.svg"])
def test_compression_of_static_text_files_cached_for_a_year(app, name):
    with app.test_request_context():
        url = asset_url(name)
    compressed, plain = (anonymous_client(app).get(url, headers=h) for h in (ACCEPTS_GZIP, {}))
    assert gzip.decompress(compressed.data) == plain.data
    for response in (compressed, plain):
        assert response.mimetype == plain.mimetype
        assert "max-age=31536000" in response.headers["Cache-Control"]
        assert "immutable" in response.headers["Cache-Control"]


def test_compression_leaves_images_alone(app):
    with app.test_request_context():
        url = asset_url("card.png")
    assert "Content-Encoding" not in anonymous_client(app).get(url, headers=ACCEPTS_GZIP).headers
