"""Flask extensions, created once and bound to the application in create_app()."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import cast

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Babel, Domain, get_babel, get_locale
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

babel = Babel()
csrf = CSRFProtect()
login_manager = LoginManager()
limiter = Limiter(get_remote_address, headers_enabled=False)
_NO_TRANSLATIONS = NullTranslations()


class TranslationDomain(Domain):
    """The message catalogs of all subjects, compiled in memory from their .po files."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._ready: dict[str, dict[str, Markup]] = {}
        self._folders = {path.name: path for path in folder.iterdir() if path.is_dir()}

    def get_translations(self) -> NullTranslations:
        """Return the catalog of the current locale; English messages need none."""
        folder = self._folders.get(_language())
        return _load_catalogs(folder) if folder else _NO_TRANSLATIONS

    def load(self) -> None:
        """Load the catalogs of all languages, so that processes forked afterwards share them."""
        for folder in self._folders.values():
            _load_catalogs(folder)

    def translate_markup(self, message: str) -> Markup:
        """Return a message without variables as a page shows it; each is formatted once."""
        ready = self._ready.setdefault(_language(), {})
        text = ready.get(message)
        if text is None:
            translations = self.get_translations()
            text = ready[message] = Markup(translations.gettext(message)) % {}  # noqa: S704  # a message is our own
        return text


def _language() -> str:
    """Return the language of the current locale, empty outside a request."""
    locale = get_locale()
    return locale.language if locale else ""


def load_translations(language: str) -> NullTranslations:
    """Return the catalog of a language for templates outside the application."""
    folder = Path(__file__).parent / "translations" / language
    return _load_catalogs(folder) if folder.is_dir() else NullTranslations()


@cache
def _load_catalogs(folder: Path) -> Translations:
    merged = Translations()
    for path in sorted(folder.glob("*.po")):
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=folder.name))
        compiled.seek(0)
        catalog = Translations(compiled)
        merged.merge(catalog)
        merged.plural = catalog.plural  # merge() does not copy the plural rule
    return merged


def init_translations(app: Flask, folder: Path) -> None:
    """Register the languages that have a folder of catalogs."""
    domain = TranslationDomain(folder)
    get_babel(app).instance.domain_instance = domain
    formatted = cast(Callable[..., str], app.jinja_env.globals["gettext"])

    @pass_context
    def gettext(context: Context, message: str, /, **variables: object) -> str:
        """Translate as Jinja's own, without formatting again what has no variables."""
        if variables or not context.eval_ctx.autoescape:
            return formatted(context, message, **variables)
        return domain.translate_markup(message)

    app.jinja_env.globals.update(gettext=gettext, _=gettext)


@contextmanager
def metrics_lock(folder: Path, *, is_writing: bool = False) -> Iterator[None]:
    """Hold the lock of a folder of metrics: files are merged while nobody reads them."""
    with (folder / "merging.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if is_writing else fcntl.LOCK_SH)
        yield
