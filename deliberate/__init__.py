"""Deliberate: a participation platform whose log alone shows how people took part."""

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, g
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from deliberate import database, views
from deliberate.config import Settings, from_environment
from deliberate.database import db
from deliberate.extensions import babel, csrf, limiter, login_manager, migrate, use_catalogues
from deliberate.operations.accounts.accounts import RESIDENT_STAYS
from deliberate.views.site import errors

if TYPE_CHECKING:
    from deliberate.jobs import Jobs

__version__ = "0.1.0"
HERE = Path(__file__).resolve().parent


def create_app(settings: Settings | None = None, **overrides: object) -> Flask:
    """Put the parts together; settings come from the environment where none are given.

    Raises config.UnsafeSetting naming the variable that must not be used as it is.
    """
    settings = settings or from_environment(os.environ, **overrides)
    settings.data_path.mkdir(parents=True, exist_ok=True)
    app = Flask(
        "deliberate",
        template_folder=str(part("templates")),
        static_folder=str(part("static")),
        instance_path=str(settings.data_path),
    )
    app.config.update(_flask_settings(settings))
    database.init_app(app)
    migrate.init_app(app, db, directory=str(part("migrations")), render_as_batch=True)
    babel.init_app(app, locale_selector=_language)
    use_catalogues(app, HERE / "translations")
    csrf.init_app(app)
    login_manager.init_app(app)
    limiter.init_app(app)
    views.register(app)
    for failure in (OperationalError, NoConnection):
        app.register_error_handler(failure, errors.unavailable)
    _add_commands(app)
    return app


def _flask_settings(settings: Settings) -> dict[str, object]:
    """The settings of the house in the words of Flask and its extensions."""
    return {
        "SECRET_KEY": settings.secret_key or _own_secret(settings),
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SETTINGS": settings,
        "TESTING": settings.mode == "test",
        "MAX_CONTENT_LENGTH": 4 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 1000,
        "SESSION_COOKIE_NAME": f"{_host_mark(settings)}session",
        "LANGUAGE_COOKIE_NAME": f"{_host_mark(settings)}lang",
        "SESSION_COOKIE_SECURE": settings.mode == "production",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": RESIDENT_STAYS,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": settings.default_lang,
        "BABEL_DEFAULT_TIMEZONE": settings.timezone,
        "RATELIMIT_ENABLED": settings.limits,
        "RATELIMIT_STORAGE_URI": settings.redis_url or "transient://",
    }


def _host_mark(settings: Settings) -> str:
    """Before the names of cookies: browsers then take them from this very host by https alone."""
    return "__Host-" if settings.mode == "production" else ""


def start_jobs(app: Flask) -> "Jobs":
    """Begin the periodic work in a thread of this process."""
    from deliberate.jobs import Jobs  # imported late: pages and tests do without it

    return Jobs(app)


def part(name: str) -> Path:
    """Where templates, static files or migrations lie: in the wheel, else beside the package."""
    packed = HERE / name
    return packed if packed.is_dir() else HERE.parent / name


def _own_secret(settings: Settings) -> str:
    """The demo's and the tests' key, made once; production brings its own."""
    path = settings.data_path / "secret"
    if not path.exists():
        path.write_text(secrets.token_hex(32), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii")


def _language() -> str:
    return str(g.get("language", "id"))


def _add_commands(app: Flask) -> None:
    from deliberate import commands  # imported late: commands make apps themselves

    commands.add_to(app)
