"""The parts of Flask the house uses, made once and bound to the app in create_app."""

from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Babel, Domain, get_babel, get_locale
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

babel = Babel()
csrf = CSRFProtect()
login_manager = LoginManager()
migrate = Migrate()
limiter = Limiter(get_remote_address, headers_enabled=False)


class Catalogues(Domain):
    """The translations, read from .po files in memory: one file a room, nothing to compile."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._loaded = {path.name: _merged(path) for path in folder.iterdir() if path.is_dir()}

    def get_translations(self) -> NullTranslations:
        """The catalogue of the reader's language; English needs none, it is what the code says."""
        locale = get_locale()
        return self._loaded.get(str(locale) if locale else "", NullTranslations())


def _merged(folder: Path) -> Translations:
    merged = Translations()
    for path in sorted(folder.glob("*.po")):
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=folder.name))
        compiled.seek(0)
        read = Translations(compiled)
        merged.merge(read)
        merged.plural = read.plural  # Indonesian has one form
    return merged


def use_catalogues(app: Flask, folder: Path) -> None:
    """Let the app speak the languages that have a folder."""
    get_babel(app).instance.domain_instance = Catalogues(folder)
