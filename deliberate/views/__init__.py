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
    static_files,
    template_context,
)
from deliberate.views.site.delivery import compression, page_cache, read_limits

HOOKS = (
    request_metrics,
    read_limits,
    request_hooks,
    rate_limits,
    language_cookie,
    static_files,
    compression,
    response_headers,
    page_cache,
    template_context,
    errors,
)
"""Modules with an init_app(); request hooks run in this order, response hooks in reverse."""


def register(app: Flask) -> None:
    """Bind the request hooks and the blueprints of every view module to the application."""
    for hooks in HOOKS:
        hooks.init_app(app)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)


def _blueprints() -> Iterator[Blueprint]:
    """Return every blueprint that a module of this package defines, in order of module names."""
    blueprints: dict[str, Blueprint] = {}
    for module in walk_packages(__path__, f"{__name__}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, Blueprint):
                blueprints.setdefault(value.name, value)
    return iter(blueprints.values())
