"""Deliberate: a participation platform whose interaction log shows how people took part."""

import gc
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from deliberate.config import Settings
    from deliberate.jobs import JobRunner
    from deliberate.keys import KeyRing

# Each function imports what it needs: `deliberate --help` and the verifier create no application.

__version__ = "0.1.0"
PACKAGE_FOLDER = Path(__file__).resolve().parent


def create_app(settings: "Settings | None" = None, **overrides: object) -> "Flask":
    """Create the application; settings come from the environment and the settings file.

    Raises config.InvalidSetting, whose message names each invalid variable.
    """
    with without_garbage_collection():
        return _assemble(settings, overrides)


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Collect no garbage while the program is read: nearly all of it stays."""
    is_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_enabled:
            gc.enable()


def _assemble(settings: "Settings | None", overrides: Mapping[str, object]) -> "Flask":
    from deliberate import api, database, views
    from deliberate.config import load_settings
    from deliberate.config.settings_file import read_variables
    from deliberate.file_storage import create_file_storage
    from deliberate.views.site import errors
    from deliberate.views.site.url_parsing import Application

    settings = settings or load_settings(read_variables().values, **overrides)
    _create_data_folder(settings)
    app = Application(
        "deliberate",
        template_folder=str(resource_path("templates")),
        static_folder=str(resource_path("static")),
        instance_path=str(settings.data_path),
    )
    app.config.update(_flask_settings(settings))
    app.extensions["key_ring"] = _open_key_ring(app, settings)
    app.extensions["file_storage"] = create_file_storage(settings)
    _init_extensions(app)
    views.register(app)
    api.register(app)
    for error in database.UNAVAILABLE_ERRORS:
        app.register_error_handler(error, errors.handle_database_unavailable)
    _register_commands(app)
    return app


def _create_data_folder(settings: "Settings") -> None:
    from deliberate.config import InvalidSetting
    from deliberate.config.terminal import translate as _

    try:
        settings.data_path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidSetting(
            _(
                "DELIBERATE_DATA_DIR must be a folder that the program may write to"
                " (%(path)s: %(reason)s)",
                path=settings.data_path,
                reason=error.strerror,
            )
        ) from None


def _init_extensions(app: "Flask") -> None:
    from deliberate import database
    from deliberate.database.schema import init_migrations
    from deliberate.extensions import (
        babel,
        csrf,
        init_translations,
        limiter,
        login_manager,
    )

    database.init_app(app)
    init_migrations(app, resource_path("migrations"))
    babel.init_app(app, locale_selector=_current_language)
    init_translations(app, PACKAGE_FOLDER / "translations")
    csrf.init_app(app)
    login_manager.init_app(app)
    # Known already, it adds no hooks to each request: operations apply the limits.
    app.extensions["limiter"] = {limiter}
    limiter.init_app(app)


def _flask_settings(settings: "Settings") -> dict[str, object]:
    """Return the configuration of Flask and its extensions."""
    from deliberate.config import MAX_REQUEST_MB

    return {
        "SECRET_KEY": settings.secret_key or _local_secret_key(settings),
        "SQLALCHEMY_DATABASE_URI": settings.database_uri,
        "REPLICA_URI": settings.read_uri,
        "TRANSACTION_POOLING": settings.transaction_pooling,
        "SETTINGS": settings,
        "VERSION": __version__,
        "TESTING": settings.mode == "test",
        "MAX_CONTENT_LENGTH": MAX_REQUEST_MB * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 1000,
        **_cookie_settings(settings),
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,  # the request hooks check where a form comes from
        "BABEL_DEFAULT_LOCALE": settings.default_lang,
        "BABEL_DEFAULT_TIMEZONE": settings.timezone,
        "RATELIMIT_ENABLED": settings.limits,
        "RATELIMIT_STORAGE_URI": settings.redis_url or "transient://",
    }


def _cookie_settings(settings: "Settings") -> dict[str, object]:
    """Return the configuration of the session cookie and the language cookie."""
    from deliberate.operations.accounts.devices import RESIDENT_SESSION

    prefix = _cookie_prefix(settings)
    return {
        "SESSION_COOKIE_NAME": f"{prefix}session",
        "LANGUAGE_COOKIE_NAME": f"{prefix}lang",
        "SESSION_COOKIE_SECURE": settings.uses_tls,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": RESIDENT_SESSION,
    }


def _cookie_prefix(settings: "Settings") -> str:
    """Return the prefix that binds a cookie to this host and to HTTPS (RFC 6265bis)."""
    return "__Host-" if settings.uses_tls else ""


def start_jobs(app: "Flask") -> "JobRunner":
    """Start the periodic jobs in a thread of this process."""
    from deliberate.jobs import JobRunner  # imported late: pages and tests need no job queue

    return JobRunner(app)


def resource_path(name: str) -> Path:
    """Return the path of templates, static or migrations, in the wheel or in the repository."""
    packaged = PACKAGE_FOLDER / name
    return packaged if packaged.is_dir() else PACKAGE_FOLDER.parent / name


def _open_key_ring(app: "Flask", settings: "Settings") -> "KeyRing":
    """Return the key ring, whose oldest key is the secret key of the settings if there is one."""
    from deliberate.keys import KeyRing

    return KeyRing(settings.key_ring_path, lambda: str(app.config["SECRET_KEY"] or ""))


def _local_secret_key(settings: "Settings") -> str | None:
    """Return the secret key of a demo or test installation, created once in the data folder.

    None for one with a key ring.
    """
    if settings.mode == "production":
        return None
    path = settings.data_path / "secret"
    if not path.exists():
        path.write_text(secrets.token_hex(32), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii")


def _current_language() -> str:
    from flask import g

    return str(g.get("language", "id"))


def _register_commands(app: "Flask") -> None:
    from deliberate import commands  # imported late: commands create applications themselves

    commands.add_to(app)
