"""Files for crawlers and security researchers: robots.txt, sitemap.xml, security.txt."""

from datetime import timedelta

from flask import Response, url_for

from deliberate.clock import now
from deliberate.config import LANGUAGES
from deliberate.queries.site.sitemap import sitemap_entries
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings

blueprint = LocalizedBlueprint("well_known", localized=False)
DISALLOWED_PATHS = ("desk", "account", "sign-in", "join")
SECURITY_TXT_LIFETIME = timedelta(days=180)


@blueprint.page("/robots.txt", "public")
def robots() -> Response:
    """Return the crawler rules: no desks, no accounts, no filtered lists."""
    lines = ["User-agent: *"]
    for language in LANGUAGES:
        lines += [f"Disallow: /{language}/{path}" for path in DISALLOWED_PATHS]
    lines += ["Disallow: /*?", f"Sitemap: {_base_url()}{url_for('well_known.sitemap')}"]
    return _plain_text("\n".join(lines) + "\n")


@blueprint.page("/sitemap.xml", "public")
def sitemap() -> Response:
    """Return the sitemap: the newest public pages of each kind in both languages."""
    urls = "".join(
        f"<url><loc>{_base_url()}{url_for(endpoint, lang=language, **values)}</loc></url>"
        for endpoint, values in sitemap_entries()
        for language in LANGUAGES
    )
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    document = f'{declaration}<urlset xmlns="{namespace}">{urls}</urlset>'
    return Response(document, mimetype="application/xml")


@blueprint.page("/.well-known/security.txt", "public")
def security() -> Response:
    """Return the contact for vulnerability reports (RFC 9116)."""
    expires = (now() + SECURITY_TXT_LIFETIME).strftime("%Y-%m-%dT00:00:00Z")
    return _plain_text(
        f"Contact: mailto:{current_settings().mail_from}\nExpires: {expires}\n"
        "Preferred-Languages: id, en\n"
        f"Canonical: {_base_url()}{url_for('well_known.security')}\n"
    )


def _base_url() -> str:
    return current_settings().base_url.rstrip("/")


def _plain_text(body: str) -> Response:
    return Response(body, mimetype="text/plain")
