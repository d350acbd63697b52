"""What lets a telephone install the site: manifest, icons, service worker."""

import re

import pytest

from deliberate.models import FormKey
from deliberate.views.site.sharing.web_app import ICONS, MAX_WAIT_DAYS
from tests import factories
from tests.client import anonymous_client, signed_in_client


@pytest.mark.parametrize("language", ["id", "en"])
def test_manifest_is_in_the_language_of_the_page(app, language):
    client = anonymous_client(app)
    url = re.search(r'rel="manifest" href="([^"]+)"', client.get(f"/{language}/").text)[1]
    response = client.get(url)
    manifest = response.json or {}
    assert response.mimetype == "application/manifest+json"
    assert (manifest["lang"], manifest["start_url"]) == (language, f"/{language}/")
    assert manifest["display"] == "standalone"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    sizes = [client.get(icon["src"]).data[16:24].hex() for icon in manifest["icons"]]
    assert sizes == [f"{size:08x}{size:08x}" for _name, size, _purpose in ICONS]


def test_service_worker_knows_the_files_and_pages_it_keeps(app):
    client = anonymous_client(app)
    response = client.get("/worker.js")
    assert response.mimetype == "text/javascript"
    assert response.headers["Cache-Control"] == "no-cache"
    files = re.search(r"const PRECACHED = \[(.*)\];", response.text)[1]
    page = client.get("/id/offline").text
    for url in re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg))"', page):
        assert url in files
    assert 'OFFLINE_PAGES = {"id": "/id/offline", "en": "/en/offline"}' in response.text


def test_form_key_begins_with_the_owner_of_the_form(app):
    page = signed_in_client(app, factories.create_resident()).get("/id/offline").text
    owner = re.search(r'data-owner="([^"]+)"', page)[1]
    assert re.findall(r'name="form_key" value="([^"]{16})-', page) == [owner] * page.count(
        "form_key"
    )


def test_text_waits_no_longer_than_the_server_knows_its_form_key():
    assert FormKey.personal_data.retention.period.days > MAX_WAIT_DAYS
