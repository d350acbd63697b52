"""What lets a telephone install the site: manifest, service worker, page without a connection."""

import hashlib
import json
from pathlib import Path

from flask import Response, current_app, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from deliberate.config import LANGUAGES
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings
from deliberate.views.site.static_files import asset_url, served_content

blueprint = LocalizedBlueprint("web_app")
worker = LocalizedBlueprint("service_worker", localized=False)
PRECACHED = ("deliberate.css", "enhance.js", "offline.js", "icons.svg", "favicon.svg")
"""Static files that every page loads."""
ICONS = (
    ("icon-192.png", 192, "any"),
    ("icon-512.png", 512, "any"),
    ("maskable.png", 512, "maskable"),
)
MAX_WAIT_DAYS = 28
"""Days after which the worker sends a text no more: the server forgets its form key after 30."""
BACKGROUND, THEME = "#f4f1ea", "#0b5148"


@blueprint.page("/manifest.webmanifest", "public")
def manifest() -> Response:
    """Return the web app manifest in the language of the page."""
    settings = current_settings()
    home = url_for("home.front")
    content = {
        "id": "/",
        "name": settings.brand_name or "Deliberate",
        "short_name": (settings.brand_name or "Deliberate")[:12].strip(),
        "description": _("Proposals, arguments, polls and official responses, in one public log."),
        "lang": home.strip("/"),
        "start_url": home,
        "scope": "/",
        "display": "standalone",
        "background_color": BACKGROUND,
        "theme_color": settings.brand_color or THEME,
        "icons": [
            {
                "src": asset_url(name),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for name, size, purpose in ICONS
        ],
        "shortcuts": [
            {"name": _("Proposals"), "url": url_for("proposal_list.index")},
            {"name": _("Offline reading"), "url": url_for("web_app.offline")},
        ],
    }
    document = json.dumps(content, ensure_ascii=False)
    return Response(document, mimetype="application/manifest+json")


@blueprint.page("/offline", "public")
def offline() -> str:
    """Show the pages saved in this browser and the texts that wait in it to be sent."""
    return render_template("site/sharing/offline.html")


@worker.page("/worker.js", "public")
def script() -> Response:
    """Return the service worker, from the root of the site: it serves every page below it."""
    pages = {lang: url_for("web_app.offline", lang=lang) for lang in LANGUAGES}
    files = [asset_url(name) for name in PRECACHED]
    program = served_content(Path(str(current_app.static_folder)) / "worker.js").decode()
    layout = Path(str(current_app.template_folder)) / "site/sharing/offline.html"
    version = hashlib.sha256(json.dumps(files).encode() + layout.read_bytes()).hexdigest()[:12]
    constants = {
        "STATIC_CACHE": f"static-{version}",
        "PRECACHED": files,
        "OFFLINE_PAGES": pages,
        "MAX_WAIT_DAYS": MAX_WAIT_DAYS,
        "PUSH_TITLE": current_settings().brand_name or "Deliberate",
        "PUSH_TEXTS": {lang: _push_text(lang) for lang in LANGUAGES},
        "PUSH_FALLBACK": url_for("messages.index", lang=current_settings().default_lang),
        "PUSH_ICON": asset_url("icon-192.png"),
    }
    lines = [f"const {name} = {json.dumps(value)};" for name, value in constants.items()]
    return Response("\n".join([*lines, program]), mimetype="text/javascript")


def _push_text(language: str) -> str:
    """Return what a notice on a device says; the page that it opens says the rest."""
    with force_locale(language):
        return str(_("There is something new for you. Open it to read."))
