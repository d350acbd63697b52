"""Limits of the read API: requests a minute from one network, and the headers that state them.

The counters are in the memory of each process, as a count in the database would cost more than
most answers. Several processes together allow as many times more.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import cast

from flask import Flask, Response, current_app, g, request

from deliberate.clock import now
from deliberate.operations.site.rate_limits import network_of
from deliberate.views.site.delivery.problems import is_api, problem

REQUESTS, WINDOW_SECONDS = 600, 60
MAX_NETWORKS = 10_000
"""Networks counted at a time; the one not seen for longest is forgotten first."""
EXPOSED = "ETag, Link, Content-Language, RateLimit, RateLimit-Policy, Retry-After"


@dataclass
class ReadLimit:
    """The numbers of requests of the current minute, by network."""

    requests: int = REQUESTS
    _counts: OrderedDict[str, tuple[int, int]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, network: str, seconds: int) -> int:
        """Count a request and return how many are left, below 0 once there are too many."""
        window = seconds // WINDOW_SECONDS
        with self._lock:
            known, count = self._counts.pop(network, (window, 0))
            count = count + 1 if known == window else 1
            self._counts[network] = window, count
            if len(self._counts) > MAX_NETWORKS:
                self._counts.popitem(last=False)
        return self.requests - count


def init_app(app: Flask) -> None:
    """Count the requests of the API, and set the headers of its answers."""
    app.extensions["read_limit"] = ReadLimit()
    app.before_request(_count_request)
    app.after_request(_set_headers)


def _count_request() -> Response | None:
    if not is_api(request.path):
        return None
    limit = cast(ReadLimit, current_app.extensions["read_limit"])
    seconds = int(now().timestamp())
    left = limit.count(network_of(request.remote_addr or ""), seconds)
    wait = WINDOW_SECONDS - seconds % WINDOW_SECONDS
    g.setdefault("read_limit", (limit.requests, max(0, left), wait))
    if left < 0 and current_app.config["RATELIMIT_ENABLED"]:
        return problem(429, headers={"Retry-After": str(wait)})
    return None


def _set_headers(response: Response) -> Response:
    """State the limit (RFC 9651 fields), and let pages of any site read the answer."""
    if not is_api(request.path):
        return response
    requests, left, wait = g.get("read_limit", (REQUESTS, REQUESTS, WINDOW_SECONDS))
    response.headers["RateLimit-Policy"] = f'"network";q={requests};w={WINDOW_SECONDS}'
    response.headers["RateLimit"] = f'"network";r={left};t={wait}'
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match, Accept-Language"
    return response
