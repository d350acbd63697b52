"""The /metrics endpoint for Prometheus."""

import hmac
from collections.abc import Iterator

from flask import Response, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from deliberate.config import Settings
from deliberate.queries.site.ops_metrics import collect_ops_metrics
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings
from deliberate.views.site.request_metrics import request_metrics

blueprint = LocalizedBlueprint("metrics", localized=False)
LOOPBACK_ADDRESSES = frozenset({"127.0.0.1", "::1"})
LOCAL_HOSTS = LOOPBACK_ADDRESSES | {"localhost", "[::1]"}
PROXY_HEADERS = (
    *("Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host"),
    *("X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-By", "X-Forwarded-Server"),
)


@blueprint.page("/metrics", "public")
def metrics() -> ResponseReturnValue:
    """Return the metrics of this process, of the requests and of the whole platform.

    Requests without the bearer token are accepted only from this machine, without a proxy.
    """
    settings = current_settings()
    if not (_has_token(settings.metrics_token) or _is_local_request()):
        return Response("metrics: bearer token required\n", 403, mimetype="text/plain")
    registry = CollectorRegistry()
    registry.register(OpsCollector(settings))
    body = request_metrics().latest() + generate_latest(registry)
    return Response(body, content_type=CONTENT_TYPE_LATEST)


class OpsCollector(Collector):
    """The operational metrics, queried once for each scrape."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def describe(self) -> list[GaugeMetricFamily]:
        """Return no description, so that registering the collector runs no query."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield each metric as a gauge."""
        for metric in collect_ops_metrics(self._settings):
            labels = [metric.label] if metric.label else []
            gauge = GaugeMetricFamily(metric.name, metric.meaning, labels=labels)
            for label_value, value in metric.values.items():
                gauge.add_metric([label_value] if labels else [], value)
            yield gauge


def _has_token(token: str) -> bool:
    authorization = request.headers.get("Authorization", "")
    expected = f"Bearer {token}"
    return bool(token) and hmac.compare_digest(authorization.encode(), expected.encode())


def _is_local_request() -> bool:
    if request.remote_addr not in LOOPBACK_ADDRESSES:
        return False
    if any(name in request.headers for name in PROXY_HEADERS):
        return False
    host = request.host if request.host.endswith("]") else request.host.rpartition(":")[0]
    return (host or request.host) in LOCAL_HOSTS
