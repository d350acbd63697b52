"""What machines ask: is it alive, is it ready, where may they look, whom to tell of a hole."""

from datetime import timedelta

from flask import Response, current_app, url_for
from flask.typing import ResponseReturnValue

from deliberate.clock import now
from deliberate.config import LANGUAGES, Settings
from deliberate.queries.site.health_checks import checks
from deliberate.queries.site.sitemap import pages_to_find
from deliberate.views.site.blueprint import LocalizedBlueprint

blueprint = LocalizedBlueprint("health_and_well_known", localized=False)


@blueprint.page("/healthz", "public")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "ok"}


@blueprint.page("/readyz", "public")
def readyz() -> ResponseReturnValue:
    """Database, schema, sealing and disk: 200 when all are well, else 503 saying which are not."""
    found = checks(_settings())
    ready = all(check.is_good for check in found)
    said = {check.name: "ok" if check.is_good else check.said for check in found}
    return {"status": "ok" if ready else "not ready", **said}, 200 if ready else 503


@blueprint.page("/robots.txt", "public")
def robots() -> Response:
    """Where search engines need not look: desks, accounts, filtered lists."""
    lines = ["User-agent: *"]
    for language in LANGUAGES:
        rooms = ("desk", "account", "sign-in", "join")
        lines += [f"Disallow: /{language}/{path}" for path in rooms]
    lines += ["Disallow: /*?", f"Sitemap: {_site()}{url_for('health_and_well_known.sitemap')}"]
    return _text("\n".join(lines) + "\n")


@blueprint.page("/sitemap.xml", "public")
def sitemap() -> Response:
    """The public pages worth finding, the newest of each kind, in both languages."""
    urls = "".join(
        f"<url><loc>{_site()}{url_for(endpoint, lang=language, **values)}</loc></url>"
        for endpoint, values in pages_to_find()
        for language in LANGUAGES
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return Response(f'{head}<urlset xmlns="{space}">{urls}</urlset>', mimetype="application/xml")


@blueprint.page("/.well-known/security.txt", "public")
def security() -> Response:
    """Whom to tell of a weakness (RFC 9116)."""
    until = (now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    return _text(
        f"Contact: mailto:{_settings().mail_from}\nExpires: {until}\n"
        f"Preferred-Languages: id, en\nCanonical: {_site()}{url_for('health_and_well_known.security')}\n"
    )


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _site() -> str:
    return _settings().base_url.rstrip("/")


def _text(body: str) -> Response:
    return Response(body, mimetype="text/plain")
