"""The settings of an installation, from DELIBERATE_* variables; unsafe ones are refused by name."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
    limits: bool = True
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
    found = [*_senseless(settings)]
    if settings.mode == "production":
        found += _unsafe(settings)
    for name, why in found:
        raise UnsafeSetting(f"DELIBERATE_{name}: {why}")


Refusals = Iterator[tuple[str, str]]


def _senseless(settings: Settings) -> Refusals:
    """Values that nobody can mean, whatever the mode; secrets are not shown."""
    if settings.default_lang not in LANGUAGES:
        yield "DEFAULT_LANG", f"{settings.default_lang!r} is not id or en"
    if not _is_zone(settings.timezone):
        yield "TIMEZONE", f"{settings.timezone!r} is no time zone, such as Asia/Makassar"
    if settings.database.split("://")[0].split("+")[0] not in {"sqlite", "postgresql"}:
        yield "DATABASE_URL", "only sqlite:// and postgresql:// are known"
    if settings.signing_key and not re.fullmatch("[0-9a-fA-F]{64}", settings.signing_key):
        yield "SIGNING_KEY", "needs 64 hex digits"
    if settings.redis_url and not settings.redis_url.startswith(("redis://", "rediss://")):
        yield "REDIS_URL", "needs an address that begins with redis:// or rediss://"
    if settings.mail_url and not settings.mail_url.startswith(("smtp://", "smtps://")):
        yield "MAIL_URL", "needs an address that begins with smtp:// or smtps://"
    if settings.holidays_file and not Path(settings.holidays_file).is_file():
        yield "HOLIDAYS_FILE", f"there is no file {settings.holidays_file}"
    for name, least in (("response_days", 1), ("support_threshold", 1), ("trusted_proxies", 0)):
        if getattr(settings, name) < least:
            yield name.upper(), f"needs at least {least}"
    yield from _wrong_addresses(settings)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _wrong_addresses(settings: Settings) -> Refusals:
    for name in ("mail_from", "witnesses"):
        for address in filter(None, getattr(settings, name).split(",")):
            if not re.fullmatch(r"[^@\s]+@[^@\s]+", address.strip()):
                yield name.upper(), f"{address.strip()!r} is no mail address"


def _unsafe(settings: Settings) -> Refusals:
    """What may not stand on the open net."""
    if len(settings.secret_key) < 32:
        yield "SECRET_KEY", "needs at least 32 characters in production"
    address = urlsplit(settings.base_url)
    if address.scheme != "https" or not address.hostname:
        yield "BASE_URL", "needs an https:// address in production"
    elif address.path.strip("/") or address.query or address.username:
        yield "BASE_URL", "needs the bare address of the site, without path, query or name"
    if 0 < len(settings.metrics_token) < 16:
        yield "METRICS_TOKEN", "needs at least 16 characters"
    if settings.min_cell < 10:
        yield "MIN_CELL", "below 10 people could be recognised in released tables"
    if settings.oidc_issuer and not settings.oidc_issuer.startswith("https://"):
        yield "OIDC_ISSUER", "needs an https:// address in production"
    if settings.oidc_issuer and not (settings.oidc_client_id and settings.oidc_client_secret):
        yield "OIDC_CLIENT_SECRET", "an issuer needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET"
    if settings.oidc_issuer and find_spec("authlib") is None:
        yield "OIDC_ISSUER", "needs the extra sso: pip install deliberate[sso]"


def unknown(environ: Mapping[str, str]) -> list[str]:
    """Variables that begin with DELIBERATE_ and name no setting: misspelt ones change nothing."""
    names = {"DELIBERATE_" + spec.name.upper() for spec in fields(Settings)}
    secret = {f"DELIBERATE_{spec.name.upper()}_FILE" for spec in fields(Settings) if spec.metadata}
    return sorted(n for n in environ if n.startswith("DELIBERATE_") and n not in names | secret)
