"""HTTP: parse the request, call one operation or some queries, render."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

from flask import Blueprint, Flask

from deliberate.views.site import (
    errors,
    language_cookie,
    rate_limits,
    request_hooks,
    request_metrics,
    response_headers,
)


def register(app: Flask) -> None:
    """Bind the request hooks and the blueprints of every view module to the application."""
    for hooks in (
        request_metrics,
        request_hooks,
        rate_limits,
        language_cookie,
        response_headers,
        errors,
    ):
        hooks.init_app(app)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)


def _blueprints() -> Iterator[Blueprint]:
    """Return every blueprint that a module of this package defines, in order of module names."""
    found: dict[str, Blueprint] = {}
    for module in walk_packages(__path__, f"{__name__}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, Blueprint):
                found.setdefault(value.name, value)
    return iter(found.values())
