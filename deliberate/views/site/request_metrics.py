"""What is counted and written down of every request: route, status and time, never who or what."""

import logging
import re
import secrets
import time

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from deliberate.config import Settings

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_NAMED = re.compile(r"[A-Za-z0-9_.-]{8,64}")
_log = logging.getLogger("deliberate.requests")


class Counted:
    """What this process has answered since it began."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.answers = Counter(
            "deliberate_requests",
            "Answers by route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "deliberate_request_seconds",
            "Time until an answer was ready, by route.",
            ("route",),
            buckets=SECONDS,
            registry=self.registry,
        )


def init_app(app: Flask) -> None:
    """Begin before everything else in a request and end after it."""
    app.extensions["counted"] = Counted()
    app.before_request(_begin)
    app.after_request(_end)


def counted() -> Counted:
    """What this process has answered."""
    found: Counted = current_app.extensions["counted"]
    return found


def _begin() -> None:
    g.began, g.request_id = time.perf_counter(), _name()


def _name() -> str:
    """What the request is called in every journal: a proxy's own name for it, where one is set."""
    settings: Settings = current_app.config["SETTINGS"]
    given = request.headers.get("X-Request-ID", "")
    if settings.trusted_proxies and _NAMED.fullmatch(given):
        return given
    return secrets.token_hex(8)


def _end(answer: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "unknown"
    method = request.method if request.method in {"GET", "HEAD", "POST", "OPTIONS"} else "other"
    seconds = time.perf_counter() - g.began
    now_counted = counted()
    now_counted.answers.labels(method, route, str(answer.status_code)).inc()
    now_counted.seconds.labels(route).observe(seconds)
    answer.headers["X-Request-ID"] = g.request_id
    told = {
        "request": g.request_id,
        "method": method,
        "route": route,
        "status": answer.status_code,
        "ms": round(seconds * 1000, 1),
    }
    _log.info("answered", extra={"told": told})
    return answer
