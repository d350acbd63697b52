"""Metrics and the access log: route, status and duration of each request, no personal data."""

import logging
import os
import re
import secrets
import time
from pathlib import Path

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector

from deliberate.extensions import metrics_lock
from deliberate.views.site.request_context import current_settings

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds of the duration histogram in seconds."""
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
_log = logging.getLogger("deliberate.requests")


class RequestMetrics:
    """The metrics of this process, and of the requests that it has served."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.requests = CollectorRegistry()
        self.responses = Counter(
            "deliberate_requests",
            "Responses by route and status.",
            ("method", "route", "status"),
            registry=self.requests,
        )
        self.seconds = Histogram(
            "deliberate_request_seconds",
            "Time until a response was ready, by route.",
            ("route",),
            buckets=BUCKETS,
            registry=self.requests,
        )

    def latest(self) -> bytes:
        """Return the metrics as text; requests are those of all processes of a server."""
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        if folder is None:
            return generate_latest(self.registry) + generate_latest(self.requests)
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]  # it has no types
        with metrics_lock(Path(folder)):
            return generate_latest(self.registry) + generate_latest(requests)


def init_app(app: Flask) -> None:
    """Measure from the first request hook to the last response hook."""
    app.extensions["request_metrics"] = RequestMetrics()
    app.before_request(_start)
    app.after_request(_finish)


def request_metrics() -> RequestMetrics:
    """Return the metrics of this process."""
    metrics: RequestMetrics = current_app.extensions["request_metrics"]
    return metrics


def _start() -> None:
    g.started_at, g.request_id = time.perf_counter(), _request_id()


def _request_id() -> str:
    """Return the X-Request-ID of a trusted proxy, or a random id."""
    sent_id = request.headers.get("X-Request-ID", "")
    if current_settings().trusted_proxies and _REQUEST_ID.fullmatch(sent_id):
        return sent_id
    return secrets.token_hex(8)


def _finish(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "unknown"
    method = request.method if request.method in METHODS else "other"
    seconds = time.perf_counter() - g.started_at
    metrics = request_metrics()
    metrics.responses.labels(method, route, str(response.status_code)).inc()
    metrics.seconds.labels(route).observe(seconds)
    response.headers["X-Request-ID"] = g.request_id
    fields = {
        "request_id": g.request_id,
        "method": method,
        "route": route,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
    }
    _log.info("request", extra={"fields": fields})
    return response
