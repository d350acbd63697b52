"""Photograph every kind of page for every role, on a phone and on a desk, in both languages.

python -m tests.in_browser.pictures [--only PATTERN] [--role NAME] [--dark] [--city FOLDER]
"""

import argparse
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import sync_playwright
from werkzeug.test import TestResponse

from deliberate.clock import override_now
from tests import demo_pages
from tests.attack.route_list import get_routes
from tests.client import anonymous_client
from tests.live_server import CHROMIUM_FLAGS, find_chromium, run_server, session_cookie
from tests.sample_city import CITY_NOW, ROOT, cached_city, create_city_app
from tests.site.link_walk import ACCOUNTS, DESK, FIRST_PAGES, LinkWalk, add_content

OUTPUT = ROOT / "build" / "pictures"
WIDTHS = (390, 1280)
LANGUAGES = ("id", "en")
FOR_EVERY_ROLE = {"home.front", "processes.show", "proposals.show", "polls.show"}
"""Public pages that show other things to other roles."""
LOAD_IMAGES = """() => Promise.all([...document.images].map(image => {
  image.loading = 'eager'
  return image.decode().catch(() => null)
}))"""
STYLE = """
body { font: 16px system-ui; margin: 1rem }
ul { display: flex; flex-wrap: wrap; gap: 1rem; padding: 0; list-style: none; align-items: start }
img { display: block; width: 195px; border: 1px solid #aaa }
"""


@dataclass(frozen=True)
class Picture:
    """A page as one role sees it, with the width, the language and the scheme of colours."""

    page: str
    path: str
    role: str
    width: int
    language: str
    scheme: str

    @property
    def name(self) -> str:
        """Return the file name without its ending, which says everything but the path."""
        words = (self.page, self.role or "visitor", str(self.width), self.language, self.scheme)
        return "-".join(words)


class PageWalk(LinkWalk):
    """A walk that notes the first page of each endpoint."""

    pages_of_an_endpoint = 3

    def __init__(self, app: Flask, client: Any) -> None:
        super().__init__(app, client)
        self.pages: dict[str, str] = {}

    def read_page(self, url: str, response: TestResponse) -> None:
        """Note a page unless the walk has opened another one of its endpoint."""
        endpoint, _values = self.adapter.match(url.partition("?")[0], method="GET")
        self.pages.setdefault(str(endpoint), url)


def find_pages(app: Flask, role: str) -> dict[str, str]:
    """Return the path of a page of each kind that a role can open, without the language."""
    with app.app_context(), override_now(CITY_NOW):
        if role != "admin":  # whose content, a report, the moderator's walk has made
            add_content(role)
        named = demo_pages.public_pages()
    client = anonymous_client(app)
    if role:
        with client.session_transaction() as session:
            session["_user_id"] = demo_pages.create_device_token(app, role)
            session["_fresh"] = True
    walk = PageWalk(app, client)
    walk.run(FIRST_PAGES.get(role, DESK))
    if role in FIRST_PAGES:
        # States of a page that the first one found need not be in.
        walk.pages.update({name.replace(" ", "_"): f"/id{path}" for name, path in named.items()})
    public = {route.name for route in get_routes() if "public" in route.audience}
    return {
        page: url.removeprefix("/id")
        for page, url in sorted(walk.pages.items())
        if role in FIRST_PAGES or page not in public or page in FOR_EVERY_ROLE
    }


def list_pictures(
    app: Flask, roles: list[str], schemes: tuple[str, ...], only: str
) -> list[Picture]:
    """Return the pictures whose names contain the pattern, by role."""
    pictures = [
        Picture(page, path, role, width, language, scheme)
        for role in roles
        for page, path in find_pages(app, role).items()
        for width in WIDTHS
        for language in LANGUAGES
        for scheme in schemes
    ]
    return [picture for picture in pictures if re.search(only, picture.name)]


def take_pictures(app: Flask, url: str, pictures: list[Picture]) -> Iterator[str]:
    """Take the pictures into the output folder and yield what went wrong."""
    started = time.monotonic()
    with sync_playwright() as playwright:
        program = find_chromium(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        done = 0
        for role, group in groupby(pictures, key=lambda picture: picture.role):
            context = browser.new_context(base_url=url, reduced_motion="reduce")
            if role:
                token = demo_pages.create_device_token(app, role)
                cookie = session_cookie(app, token)
                context.add_cookies([{"name": "session", "value": cookie, "url": url}])
            tab = context.new_page()
            for picture in group:
                yield from _take_picture(tab, picture)
                done += 1
                if done % 20 == 0 or done == len(pictures):
                    seconds = time.monotonic() - started
                    print(f"{done} of {len(pictures)} pictures, {seconds:.0f} s", flush=True)
            context.close()
        browser.close()


def _take_picture(tab: Any, picture: Picture) -> Iterator[str]:
    tab.emulate_media(color_scheme=picture.scheme)
    tab.set_viewport_size({"width": picture.width, "height": 844})
    response = tab.goto(f"/{picture.language}{picture.path}")
    if response is None or response.status not in {200, 401}:
        yield f"{picture.name}: {response and response.status} at {picture.path}"
    tab.evaluate(LOAD_IMAGES)
    tab.screenshot(path=OUTPUT / f"{picture.name}.jpg", full_page=True, type="jpeg", quality=70)


def write_index(pictures: list[Picture]) -> Path:
    """Write a page with the pictures of each kind of page side by side and return its path."""
    parts = [f'<!doctype html><html lang="en"><title>Pictures</title><style>{STYLE}</style>']
    parts.append(f"<h1>{len(pictures)} pictures</h1>")
    for page, group in groupby(sorted(pictures, key=lambda item: item.name), lambda p: p.page):
        parts.append(f"<h2>{escape(page)}</h2><ul>")
        for picture in group:
            label = f"{picture.role or 'visitor'} {picture.width} {picture.language}"
            parts.append(
                f'<li><a href="{picture.name}.jpg"><img src="{picture.name}.jpg" loading="lazy"'
                f' alt="{escape(picture.path)}"></a>{label} {picture.scheme}</li>'
            )
        parts.append("</ul>")
    index = OUTPUT / "index.html"
    index.write_text("\n".join(parts), encoding="utf-8")
    return index


def main() -> int:
    """Take the pictures and return 1 if a page could not be opened."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="a pattern, for example scoreboard.*390-id")
    parser.add_argument("--role", help="visitor, or one of the demo's accounts; all without it")
    parser.add_argument("--dark", action="store_true", help="in dark colours too")
    parser.add_argument(
        "--city", type=Path, help="a folder with a sample city, instead of a new one"
    )
    options = parser.parse_args()
    cache = ROOT / ".pytest_cache" / "d" / "sample-city"
    cache.mkdir(parents=True, exist_ok=True)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        print("Preparing the sample city …", flush=True)
        app = create_city_app(
            shutil.copytree(options.city or cached_city(cache), Path(folder) / "city")
        )
        schemes = ("light", "dark") if options.dark else ("light",)
        roles = [role for role in ACCOUNTS if options.role in {None, role or "visitor"}]
        pictures = list_pictures(app, roles, schemes, options.only)
        with run_server(app) as url:
            failures = list(take_pictures(app, url, pictures))
    print("\n".join([*failures, f"{len(pictures)} pictures: {write_index(pictures)}"]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
