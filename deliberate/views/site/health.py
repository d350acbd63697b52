"""Health endpoints for load balancers and supervisors."""

from flask.typing import ResponseReturnValue

from deliberate.queries.site.health_checks import run_health_checks
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings

blueprint = LocalizedBlueprint("health", localized=False)


@blueprint.page("/healthz", "public")
def healthz() -> ResponseReturnValue:
    """Return 200 while the process responds."""
    return {"status": "ok"}


@blueprint.page("/readyz", "public")
def readyz() -> ResponseReturnValue:
    """Return 200 if database, schema, sealing and disk are fine, else 503; name all problems.

    Mail that is stuck and jobs that fail are named too, but turn no visitor away.
    """
    checks = run_health_checks(current_settings())
    is_ready = all(check.passed for check in checks if check.is_required)
    results = {check.name: check.problem or "ok" for check in checks}
    return {"status": "ok" if is_ready else "not ready", **results}, 200 if is_ready else 503
