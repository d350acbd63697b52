"""/metrics: what a monitor reads, for whoever brings the token or asks on this machine itself."""

import hmac
from collections.abc import Iterator

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from deliberate.config import Settings
from deliberate.queries.site.ops_metrics import figures
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_metrics import counted

blueprint = LocalizedBlueprint("metrics", localized=False)
LOOPBACK = frozenset({"127.0.0.1", "::1"})
HERE = LOOPBACK | {"localhost", "[::1]"}
FORWARDED = ("Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host")
FORWARDED_TOO = ("X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-By", "X-Forwarded-Server")


@blueprint.page("/metrics", "public")
def metrics() -> ResponseReturnValue:
    """Counts and times of this process's answers, and the state of the house, as Prometheus reads.

    Without the token only on this machine, by its own name, past no proxy.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if not (_brings(settings.metrics_token) or _asks_on_this_machine()):
        return Response("metrics: bring the token\n", 403, mimetype="text/plain")
    registry = CollectorRegistry()
    registry.register(Now(settings))
    body = generate_latest(counted().registry) + generate_latest(registry)
    return Response(body, content_type=CONTENT_TYPE_LATEST)


class Now(Collector):
    """The state of the house at this moment."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing beforehand: each reading asks the database once."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Each figure as a gauge."""
        for figure in figures(self._settings):
            labels = [figure.of] if figure.of else []
            gauge = GaugeMetricFamily(figure.name, figure.meaning, labels=labels)
            for label, value in figure.values.items():
                gauge.add_metric([label] if labels else [], value)
            yield gauge


def _brings(token: str) -> bool:
    given = request.headers.get("Authorization", "")
    expected = f"Bearer {token}"
    return bool(token) and hmac.compare_digest(given.encode(), expected.encode())


def _asks_on_this_machine() -> bool:
    if request.remote_addr not in LOOPBACK:
        return False
    if any(name in request.headers for name in FORWARDED + FORWARDED_TOO):
        return False
    host = request.host if request.host.endswith("]") else request.host.rpartition(":")[0]
    return (host or request.host) in HERE
