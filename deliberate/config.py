"""Settings of an installation, read from DELIBERATE_* variables; invalid ones are refused."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "DELIBERATE_"
MODES = ("demo", "production", "test")
LANGUAGES = ("id", "en")
MAX_REQUEST_MB = 4
"""Largest body of a request; the web server in front has the same limit (docs/operate.md)."""
MIN_SECRET_KEY_CHARACTERS = 32
MIN_METRICS_TOKEN_CHARACTERS = 16
MIN_WEBHOOK_SECRET_CHARACTERS = 32
MIN_CELL_IN_PRODUCTION = 10


class InvalidSetting(ValueError):
    """A setting is missing, invalid or unsafe; the message names the environment variable."""


@dataclass(frozen=True)
class Settings:
    """All settings; the environment variable is DELIBERATE_ and the name in capitals.

    A secret setting can also be read from the file named by the variable with the suffix _FILE.
    """

    mode: str = "production"
    secret_key: str = field(default="", metadata={"secret": True})
    signing_key: str = field(default="", metadata={"secret": True})
    database_url: str = field(default="", metadata={"secret": True})
    data_dir: str = "instance"
    log_dir: str = ""
    upload_dir: str = ""
    base_url: str = "http://127.0.0.1:8000"
    plain_http: bool = False
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
    mail_domain: str = ""
    mail_webhook_secret: str = field(default="", metadata={"secret": True})
    gateway_url: str = ""
    gateway_secret: str = field(default="", metadata={"secret": True})
    phone_country: str = "62"
    push_key: str = field(default="", metadata={"secret": True})
    trusted_proxies: int = 0
    limits: bool = True
    person_storage_mb: int = 50
    upload_storage_mb: int = 5000
    embed_origins: str = ""
    metrics_token: str = field(default="", metadata={"secret": True})

    @property
    def database_uri(self) -> str:
        """Return the SQLAlchemy URL of the recorded store."""
        if not self.database_url:
            return f"sqlite:///{self.data_path / 'deliberate.db'}"
        return self.database_url.replace("postgres://", "postgresql://", 1).replace(
            "postgresql://", "postgresql+psycopg://", 1
        )

    @property
    def data_path(self) -> Path:
        """Return the absolute path of the data folder."""
        return Path(self.data_dir).resolve()

    @property
    def log_path(self) -> Path:
        """Return the folder of log segments, leaf files and the signing key."""
        return Path(self.log_dir).resolve() if self.log_dir else self.data_path / "log"

    @property
    def releases_path(self) -> Path:
        """Return the folder of published research releases."""
        return self.data_path / "releases"

    @property
    def upload_path(self) -> Path:
        """Return the folder of attachments."""
        return Path(self.upload_dir).resolve() if self.upload_dir else self.data_path / "uploads"

    @property
    def imported_path(self) -> Path:
        """Return the folder of releases imported from other platforms."""
        return self.data_path / "imported"

    @property
    def uses_tls(self) -> bool:
        """Return whether visitors come over HTTPS, so that cookies are bound to it."""
        return self.mode == "production" and not self.plain_http

    @property
    def is_demo(self) -> bool:
        """Return whether this is the sample city, which prints sign-in details."""
        return self.mode == "demo"


def load_settings(environ: Mapping[str, str] = os.environ, **overrides: object) -> Settings:
    """Return the settings of this process; raise InvalidSetting naming the invalid variable."""
    values: dict[str, object] = {}
    for spec in fields(Settings):
        value = _read_variable(environ, PREFIX + spec.name.upper(), bool(spec.metadata))
        if value is not None:
            values[spec.name] = _parse(spec.name, value, type(spec.default))
    settings = Settings(**{**values, **overrides})  # type: ignore[arg-type]  # checked below
    check_settings(settings)
    return settings


def _read_variable(environ: Mapping[str, str], name: str, is_secret: bool) -> str | None:
    if is_secret and (path := environ.get(name + "_FILE")):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise InvalidSetting(f"{name}_FILE: cannot read {path} ({error.strerror})") from error
    return environ.get(name)


def _parse(name: str, value: str, kind: type) -> object:
    if kind is bool:
        return value.strip().lower() in {"1", "true", "yes", "on"}
    if kind is int:
        try:
            return int(value)
        except ValueError:
            raise InvalidSetting(
                f"{PREFIX}{name.upper()} must be a whole number (got {value!r})"
            ) from None
    return value


def check_settings(settings: Settings) -> None:
    """Raise InvalidSetting for the first invalid value, or value unsafe in production."""
    if settings.mode not in MODES:
        modes = ", ".join(MODES)
        raise InvalidSetting(f"{PREFIX}MODE must be one of {modes} (got {settings.mode!r})")
    problems = [*_invalid_values(settings)]
    if settings.mode == "production":
        problems += _unsafe_for_production(settings)
    for name, problem in problems:
        raise InvalidSetting(f"{PREFIX}{name} {problem}")


Problems = Iterator[tuple[str, str]]
"""Setting names without prefix, in capitals, each with the rest of a sentence about it."""


def _invalid_values(settings: Settings) -> Problems:
    """Yield the values that are invalid in every mode; secret values are not shown."""
    yield from _invalid_locale(settings)
    if settings.database_uri.split("://")[0].split("+")[0] not in {"sqlite", "postgresql"}:
        yield "DATABASE_URL", "must begin with sqlite:// or postgresql://"
    if settings.signing_key and not re.fullmatch("[0-9a-fA-F]{64}", settings.signing_key):
        yield "SIGNING_KEY", "must have 64 hex digits"
    if settings.redis_url and not settings.redis_url.startswith(("redis://", "rediss://")):
        yield "REDIS_URL", "must begin with redis:// or rediss://"
    for site in settings.embed_origins.replace(",", " ").split():
        if not re.fullmatch(r"https?://(\*\.)?[a-z0-9.-]+(:[0-9]+)?", site):
            yield "EMBED_ORIGINS", f"must have origins such as https://news.example ({site})"
    if settings.mail_url and not settings.mail_url.startswith(("smtp://", "smtps://")):
        yield "MAIL_URL", "must begin with smtp:// or smtps://"
    if settings.holidays_file and not Path(settings.holidays_file).is_file():
        yield "HOLIDAYS_FILE", f"must name a file ({settings.holidays_file} does not exist)"
    for name, minimum in (
        ("response_days", 1),
        ("support_threshold", 1),
        ("trusted_proxies", 0),
        ("person_storage_mb", 1),
        ("upload_storage_mb", 1),
    ):
        value = getattr(settings, name)
        if value < minimum:
            yield name.upper(), f"must be at least {minimum} (got {value})"
    yield from _invalid_mail_addresses(settings)
    yield from _invalid_mail_domain(settings)
    yield from _invalid_gateway(settings)
    if settings.push_key:
        yield from _invalid_push_key(settings)


def _invalid_locale(settings: Settings) -> Problems:
    if settings.default_lang not in LANGUAGES:
        yield "DEFAULT_LANG", f"must be id or en (got {settings.default_lang!r})"
    if not _is_time_zone(settings.timezone):
        yield (
            "TIMEZONE",
            (
                f"must be a time zone such as Asia/Makassar ({settings.timezone!r} is not a valid"
                " time zone)"
            ),
        )


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _invalid_mail_addresses(settings: Settings) -> Problems:
    for name in ("mail_from", "witnesses"):
        for address in filter(None, getattr(settings, name).split(",")):
            if not re.fullmatch(r"[^@\s]+@[^@\s]+", address.strip()):
                yield name.upper(), f"must be an email address (got {address.strip()!r})"


def _invalid_mail_domain(settings: Settings) -> Problems:
    if settings.mail_domain and not re.fullmatch(r"[\w-]+(\.[\w-]+)+", settings.mail_domain):
        yield "MAIL_DOMAIN", f"must be a domain of mail (got {settings.mail_domain!r})"


def _invalid_gateway(settings: Settings) -> Problems:
    if not re.fullmatch(r"[1-9][0-9]{0,2}", settings.phone_country):
        yield "PHONE_COUNTRY", f"must be a calling code such as 62 (got {settings.phone_country!r})"
    if not settings.gateway_url:
        return
    url = urlsplit(settings.gateway_url)
    is_local = url.scheme == "http" and is_loopback(url.hostname or "")
    if not url.hostname or not (url.scheme == "https" or is_local):
        yield "GATEWAY_URL", "must begin with https://"
    if len(settings.gateway_secret) < MIN_WEBHOOK_SECRET_CHARACTERS:
        yield "GATEWAY_SECRET", f"must have at least {MIN_WEBHOOK_SECRET_CHARACTERS} characters"


def _invalid_push_key(settings: Settings) -> Problems:
    if not re.fullmatch(r"[\w-]{43}", settings.push_key, re.ASCII):
        yield "PUSH_KEY", "must be a key as `deliberate push-key` prints it"
    if find_spec("pywebpush") is None:
        yield "PUSH_KEY", needs_extra("push")


def _unsafe_for_production(settings: Settings) -> Problems:
    """Yield the values that must not be used on a public site."""
    if len(settings.secret_key) < MIN_SECRET_KEY_CHARACTERS:
        yield "SECRET_KEY", f"must have at least {MIN_SECRET_KEY_CHARACTERS} characters"
    url = urlsplit(settings.base_url)
    if settings.plain_http:
        yield from _unsafe_plain_http(settings)
    elif url.scheme != "https" or not url.hostname:
        yield "BASE_URL", "must begin with https:// in production"
    elif url.path.strip("/") or url.query or url.username:
        yield "BASE_URL", "must be the URL of the site without path, query or user name"
    if 0 < len(settings.metrics_token) < MIN_METRICS_TOKEN_CHARACTERS:
        yield "METRICS_TOKEN", f"must have at least {MIN_METRICS_TOKEN_CHARACTERS} characters"
    if 0 < len(settings.mail_webhook_secret) < MIN_WEBHOOK_SECRET_CHARACTERS:
        yield (
            "MAIL_WEBHOOK_SECRET",
            f"must have at least {MIN_WEBHOOK_SECRET_CHARACTERS} characters",
        )
    if settings.min_cell < MIN_CELL_IN_PRODUCTION:
        yield (
            "MIN_CELL",
            (
                f"must be at least {MIN_CELL_IN_PRODUCTION}: smaller cells of released tables could"
                " identify people"
            ),
        )
    if settings.oidc_issuer:
        yield from _unsafe_identity_provider(settings)


def _unsafe_plain_http(settings: Settings) -> Problems:
    """Yield what makes an installation without TLS reachable from other machines."""
    url = urlsplit(settings.base_url)
    if url.scheme != "http" or not is_loopback(url.hostname or ""):
        yield (
            "PLAIN_HTTP",
            (
                "is for a trial on one machine: DELIBERATE_BASE_URL must begin with"
                f" http://127.0.0.1 or http://localhost (got {settings.base_url!r})"
            ),
        )
    if settings.trusted_proxies:
        yield "PLAIN_HTTP", "cannot be used behind a proxy (DELIBERATE_TRUSTED_PROXIES must be 0)"


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _unsafe_identity_provider(settings: Settings) -> Problems:
    if not settings.oidc_issuer.startswith("https://"):
        yield "OIDC_ISSUER", "must begin with https:// in production"
    if not (settings.oidc_client_id and settings.oidc_client_secret):
        yield "OIDC_CLIENT_SECRET", "and OIDC_CLIENT_ID must be set if OIDC_ISSUER is set"
    if find_spec("authlib") is None:
        yield "OIDC_ISSUER", needs_extra("sso")


def needs_extra(extra: str) -> str:
    """Return the command that installs the packages of an extra, from their lock file."""
    return f"needs the extra {extra}: pip install --require-hashes -r requirements-{extra}.lock"


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Return the DELIBERATE_* variables that name no setting, such as misspelt ones."""
    names = {PREFIX + spec.name.upper() for spec in fields(Settings)}
    files = {f"{PREFIX}{spec.name.upper()}_FILE" for spec in fields(Settings) if spec.metadata}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in names | files)
