"""The settings of an installation, from DELIBERATE_* variables; unsafe ones are refused by name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

MODES = ("demo", "production", "test")
LANGUAGES = ("id", "en")


class UnsafeSetting(ValueError):
    """A setting is missing or must not be used like this; the message names it."""


@dataclass(frozen=True)
class Settings:
    """All an operator can set; the environment variable is DELIBERATE_ and the name in capitals.

    Values of secret fields may also come from a file named by the variable with _FILE behind it.
    """

    mode: str = "production"
    secret_key: str = field(default="", metadata={"secret": True})
    signing_key: str = field(default="", metadata={"secret": True})
    database_url: str = field(default="", metadata={"secret": True})
    data_dir: str = "instance"
    log_dir: str = ""
    upload_dir: str = ""
    base_url: str = "http://127.0.0.1:8000"
    redis_url: str = field(default="", metadata={"secret": True})
    witnesses: str = ""
    require_totp: bool = False
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", metadata={"secret": True})
    oidc_verified_claim: str = ""
    brand_name: str = "Deliberate"
    brand_color: str = ""
    default_lang: str = "id"
    timezone: str = "Asia/Makassar"
    holidays_file: str = ""
    response_days: int = 20
    support_threshold: int = 100
    min_cell: int = 10
    mail_url: str = field(default="", metadata={"secret": True})
    mail_from: str = "deliberate@localhost"
    trusted_proxies: int = 0
    metrics_token: str = field(default="", metadata={"secret": True})
    webhook_urls: str = ""

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the main store."""
        if not self.database_url:
            return f"sqlite:///{self.data_path / 'deliberate.db'}"
        return self.database_url.replace("postgres://", "postgresql://", 1).replace(
            "postgresql://", "postgresql+psycopg://", 1
        )

    @property
    def data_path(self) -> Path:
        """Where the installation keeps its files, absolute."""
        return Path(self.data_dir).resolve()

    @property
    def log_path(self) -> Path:
        """Where segments and the signing key lie."""
        return Path(self.log_dir).resolve() if self.log_dir else self.data_path / "log"

    @property
    def releases_path(self) -> Path:
        """Where published releases lie."""
        return self.data_path / "releases"

    @property
    def upload_path(self) -> Path:
        """Where files people attach lie."""
        return Path(self.upload_dir).resolve() if self.upload_dir else self.data_path / "uploads"

    @property
    def imported_path(self) -> Path:
        """Where releases of other platforms lie that were brought in."""
        return self.data_path / "imported"

    @property
    def is_demo(self) -> bool:
        """Whether this is the sample city, where sign-ins are printed and nothing is secret."""
        return self.mode == "demo"


def from_environment(environ: Mapping[str, str] = os.environ, **overrides: object) -> Settings:
    """The settings of this process; raises UnsafeSetting naming the variable that is wrong."""
    given: dict[str, object] = {}
    for spec in fields(Settings):
        value = _value(environ, "DELIBERATE_" + spec.name.upper(), bool(spec.metadata))
        if value is not None:
            given[spec.name] = _as(spec.name, value, type(spec.default))
    settings = Settings(**{**given, **overrides})  # type: ignore[arg-type]  # checked by check()
    check(settings)
    return settings


def _value(environ: Mapping[str, str], name: str, secret: bool) -> str | None:
    if secret and (path := environ.get(name + "_FILE")):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise UnsafeSetting(f"{name}_FILE: {path} cannot be read ({error.strerror})") from error
    return environ.get(name)


def _as(name: str, value: str, kind: type) -> object:
    if kind is bool:
        return value.strip().lower() in {"1", "true", "yes", "on"}
    if kind is int:
        try:
            return int(value)
        except ValueError:
            raise UnsafeSetting(f"DELIBERATE_{name.upper()}: {value!r} is no number") from None
    return value


def check(settings: Settings) -> None:
    """Refuse what would be unsafe or senseless, naming the variable."""
    if settings.mode not in MODES:
        raise UnsafeSetting(f"DELIBERATE_MODE: {settings.mode!r} is none of {', '.join(MODES)}")
    if settings.default_lang not in LANGUAGES:
        raise UnsafeSetting(f"DELIBERATE_DEFAULT_LANG: {settings.default_lang!r} is not id or en")
    if settings.mode != "production":
        return
    if len(settings.secret_key) < 32:
        raise UnsafeSetting("DELIBERATE_SECRET_KEY: needs at least 32 characters in production")
    if not settings.base_url.startswith("https://"):
        raise UnsafeSetting("DELIBERATE_BASE_URL: needs an https:// address in production")
