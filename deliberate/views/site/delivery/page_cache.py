"""Cache of pages, valid until the data or a date changes.

A cached page costs one query, that of the version of the data. Only views that declare it are
cached (`cached=True`): their pages depend on the recorded store, the address, the language and the
clock. The page of a signed-in person is never kept; one with slots (see `slots`) may be, which is
nobody's page.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer

from deliberate.clock import now
from deliberate.keys import signing_keys
from deliberate.queries.site.page_moments import data_version, next_change_by_date
from deliberate.views.site.delivery.compression import PAGE_LEVEL, accepts_gzip
from deliberate.views.site.delivery.problems import is_cookieless
from deliberate.views.site.request_context import current_person

if TYPE_CHECKING:
    from deliberate.database import Version

MAX_BYTES = 16 * 1024 * 1024
"""Bytes of compressed pages that one process keeps."""
ENTRY_BYTES = 1000
"""What an entry takes beside its page and the text of its key."""
MAX_QUERY_BYTES = 300
"""Pages with a longer query are not kept: anybody can invent any number of them."""
SHARED = "public, max-age=0, s-maxage=15, must-revalidate"
"""Cache-Control of a page that every reader without a session sees alike.

A browser asks each time, a proxy at most every 15 seconds. With `stale-while-revalidate` a browser
would show the old page once more, also to a reader who has signed in meanwhile.
"""

KEPT_TYPES = {"text/html", "application/geo+json", "application/json", "application/ld+json"}
KEPT_HEADERS = ("Link", "Content-Language")
"""Headers of a page that are kept with it."""

PageKey = tuple[str, str, str, bytes, str, str]


@dataclass(frozen=True)
class State:
    """The state of the data a page is made from, and when dates change it."""

    version: str
    since: datetime
    until: datetime

    def is_current(self, version: str) -> bool:
        """Return whether what was made from this state is what would be made now."""
        return self.version == version and self.since <= now() < self.until


@dataclass(frozen=True)
class KeptPage:
    """A page as it was made."""

    etag: str
    compressed: bytes
    thread: str
    """The version of the thread, or of all threads, that it shows."""
    mimetype: str = "text/html"
    headers: tuple[tuple[str, str], ...] = ()
    comments: tuple[int, ...] = ()
    """The comments that a page with slots shows."""


class PageCache:
    """The pages made from one state of the data; those not read for longest are dropped first.

    Another state drops all of them: nothing that was hidden or erased stays in memory. An act in
    a thread is no other state: a page that shows the thread is made again when it is requested.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self._pages: OrderedDict[PageKey, KeptPage] = OrderedDict()
        self._state: State | None = None
        self._lock = threading.Lock()

    def get(self, key: PageKey, version: "Version") -> KeptPage | None:
        """Return the page of a key if it is that of the version and of this moment."""
        with self._lock:
            if self._state is None or not self._state.is_current(version.common):
                return None
            page = self._pages.get(key)
            if page is None or page.thread != version.thread:
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: PageKey, state: State, page: KeptPage) -> None:
        """Store a page unless the state has changed, and drop others where there is no room."""
        with self._lock:
            if state is not self._state:
                return
            self._drop(key)
            self._pages[key] = page
            self.bytes += _size(key, page)
            while self.bytes > self.max_bytes:
                self._drop(next(iter(self._pages)))

    def _drop(self, key: PageKey) -> None:
        page = self._pages.pop(key, None)
        self.bytes -= _size(key, page) if page else 0

    def state(self, version: str) -> State:
        """Return the state of the data that this request reads; dates are read once for each."""
        state = self._state
        if state is None or not state.is_current(version):
            state = State(version, now(), next_change_by_date())
            self.clear()
            self._state = state
        return state

    def clear(self) -> None:
        """Drop all pages."""
        with self._lock:
            self._pages.clear()
            self.bytes, self._state = 0, None


def _size(key: PageKey, page: KeptPage) -> int:
    return len(page.compressed) + sum(map(len, key)) + ENTRY_BYTES


class PageSessions(SecureCookieSessionInterface):
    """The sessions of Flask, which leave pages that no cookie decided without `Vary: Cookie`."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a request; without a cookie there is no signature to check."""
        if is_cookieless(request.path) or self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        """Return the serializer of sessions, which reads those signed with any key of the ring."""
        return URLSafeTimedSerializer(
            signing_keys("session"),
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={
                "key_derivation": self.key_derivation,
                "digest_method": self.digest_method,
            },
        )

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Save the session; a page for readers without one has none to save."""
        if not (g.get("is_shared_page") or is_cookieless(request.path)):
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Answer from the cache before a view runs, and store the page it made."""
    app.extensions["page_cache"] = PageCache()
    app.session_interface = PageSessions()
    app.before_request(_answer_from_cache)
    app.after_request(_keep_page)


def page_cache() -> PageCache:
    """Return the cache of the running application."""
    return cast(PageCache, current_app.extensions["page_cache"])


def _is_shared_request() -> bool:
    """Return whether the view declares its page as cached and the request has no session."""
    view = current_app.view_functions.get(request.endpoint or "")
    return (
        getattr(view, "cached", False)
        and request.method in {"GET", "HEAD"}
        and len(request.query_string) <= MAX_QUERY_BYTES
        and (is_cookieless(request.path) or _has_no_session())
    )


def _has_no_session() -> bool:
    name = current_app.config["SESSION_COOKIE_NAME"]
    return name not in request.cookies and current_person() is None


def _answer_from_cache() -> Response | None:
    if not _is_shared_request():
        return None
    cache, key = page_cache(), _page_key()
    version = data_version((request.view_args or {}).get("proposal_id"))
    page = cache.get(key, version)
    if page is None:
        g.setdefault("page_to_keep", (key, cache.state(version.common), version.thread))
        return None
    return _respond(page)


def _page_key(variant: str = "") -> PageKey:
    """Return all that a kept page is made from, beside data, clock and program.

    A page with slots names its variant; that of readers without a session has none.
    """
    return request.scheme, request.host, request.path, request.query_string, g.language, variant


def find_or_make(
    variant: str, version: "Version", make: Callable[[], tuple[str, Sequence[int]] | None]
) -> KeptPage | None:
    """Return the kept page with slots of a variant, else make and keep it.

    `make` returns the page and the ids of the comments it shows, or None where there is no page.
    """
    cache, key = page_cache(), _page_key(variant)
    page = cache.get(key, version)
    if page is None:
        state = cache.state(version.common)
        made = make()
        if made is None:
            return None
        text, comments = made
        compressed = gzip.compress(text.encode(), PAGE_LEVEL, mtime=0)
        page = KeptPage("", compressed, version.thread, comments=tuple(comments))
        cache.put(key, state, page)
    return page


def page_body(page: KeptPage) -> bytes:
    """Return a kept page as it was made."""
    return gzip.decompress(page.compressed)


def _respond(page: KeptPage, body: bytes | None = None) -> Response:
    """Return a cached page as the client accepts it, or 304 to one that has it."""
    if request.if_none_match.contains_weak(page.etag):
        response = Response(status=304)
    elif accepts_gzip():
        response = Response(page.compressed, mimetype=page.mimetype)
        response.content_encoding = "gzip"
    else:
        response = Response(body or page_body(page), mimetype=page.mimetype)
    response.set_etag(page.etag, weak=True)
    response.headers.extend(page.headers)
    g.setdefault("is_shared_page", True)
    return response


def _keep_page(response: Response) -> Response:
    """Store the page that a view made, and set the headers for proxies."""
    key, state, thread = g.pop("page_to_keep", (None, None, ""))
    if key is not None and _is_keepable(response):
        body = response.get_data()
        etag = hashlib.sha256(body).hexdigest()[:24]
        compressed = gzip.compress(body, PAGE_LEVEL, mtime=0)
        headers = tuple(item for item in response.headers.items() if item[0] in KEPT_HEADERS)
        page = KeptPage(etag, compressed, thread, response.mimetype or "text/html", headers)
        page_cache().put(key, state, page)
        response = _respond(page, body)
    if g.get("is_shared_page"):
        response.headers["Cache-Control"] = SHARED
        response.vary.add("Accept-Encoding")
        if is_cookieless(request.path):  # no part of the path names the language
            response.vary.add("Accept-Language")
    return response


def _is_keepable(response: Response) -> bool:
    return (
        response.status_code == 200
        and response.mimetype in KEPT_TYPES
        and not response.is_streamed
        and not session
        and "Set-Cookie" not in response.headers
    )
