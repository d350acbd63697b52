"""The page while the database is down: it hands back what was typed, whatever form was sent."""

import io

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.routing import AnyConverter, BuildError, IntegerConverter

from tests.client import anonymous_client

pytestmark = pytest.mark.sqlite
TYPED = {
    "title": "Pohon",
    "body": 'Jalan <b>Sepaku</b> panas.\n"Tanam" pohon & rawat.',
    "stance": "1",
    "form_key": "1-abcdefghijklmnop",
}
SHOWN = ("Pohon", "Jalan &lt;b&gt;Sepaku&lt;/b&gt; panas.", "&#34;Tanam&#34; pohon &amp; rawat.")


@pytest.fixture
def outage(app):
    """Return the app whose database is lost before any request reads it."""

    def fail():
        raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))

    hooks = app.before_request_funcs[None]
    names = [hook.__name__ for hook in hooks]
    hooks.insert(names.index("_authorize_request"), fail)
    yield app
    hooks.remove(fail)


def posting_paths(app):
    """Yield a path of each route that takes a form."""
    urls = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        values = {name: _example(converter) for name, converter in rule._converters.items()}
        try:
            yield urls.build(rule.endpoint, values, method="POST")
        except BuildError:
            continue


def _example(converter):
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return 1 if isinstance(converter, IntegerConverter) else "contoh"


def test_every_form_is_handed_back_while_the_database_is_down(outage):
    client = anonymous_client(outage)
    paths = sorted(set(posting_paths(outage)))
    assert len(paths) > 100
    for path in paths:
        response = client.post(path, data=TYPED)
        if response.status_code in {404, 405}:  # no address of the walk's invented values
            continue
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5"), path
        if path.startswith("/api/"):  # programs keep what they sent
            assert response.mimetype == "application/problem+json", path
            continue
        assert all(text in response.text for text in SHOWN), path
        assert f'action="{path}"' in response.text and "Kirim lagi" in response.text


def test_form_with_a_field_for_files_can_be_sent_again_without_a_file(outage):
    no_file = {**TYPED, "file": (io.BytesIO(b""), "")}
    page = anonymous_client(outage).post("/id/proposals", data=no_file).text
    assert "Kirim lagi" in page and all(text in page for text in SHOWN)


def test_form_with_a_file_shows_its_texts_for_copying(outage):
    with_file = {**TYPED, "file": (io.BytesIO(b"%PDF-"), "surat.pdf")}
    page = anonymous_client(outage).post("/id/proposals", data=with_file).text
    assert "Kirim lagi" not in page and all(text in page for text in SHOWN)
    assert "abcdefghijklmnop" not in page


def test_passphrase_is_in_no_page_of_an_outage(outage):
    fields = {"name": "Bu Tini", "passphrase": "kuda-besi-terbang"}
    page = anonymous_client(outage).post("/id/sign-in", data=fields).text
    assert "Bu Tini" in page and "kuda-besi" not in page
