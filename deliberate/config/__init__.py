"""Settings of an installation, read from DELIBERATE_* variables; invalid ones are refused."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import partial
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deliberate.config.terminal import translate as _

PREFIX = "DELIBERATE_"
SETTINGS_FILE = "DELIBERATE_SETTINGS_FILE"
"""The variable that names the settings file; it is no setting itself."""
DEFAULT_SETTINGS_FILE = "deliberate.env"
"""The settings file of the working directory, read where no other is named."""
MODES = ("demo", "production", "test")
LANGUAGES = ("id", "en")
MAX_REQUEST_MB = 4
"""Largest body of a request without a file."""
MAX_UPLOAD_MB = 16
"""The same with a file; the web server in front has the same limit (docs/operate.md)."""
MIN_SECRET_KEY_CHARACTERS = 32
MIN_METRICS_TOKEN_CHARACTERS = 16
MIN_WEBHOOK_SECRET_CHARACTERS = 32
MIN_CELL_IN_PRODUCTION = 10


TRUE_WORDS = ("1", "true", "yes", "on")
FALSE_WORDS = ("0", "false", "no", "off")


class InvalidSetting(ValueError):
    """Settings are missing, invalid or unsafe; each line of the message names one of them."""


@dataclass(frozen=True)
class Settings:
    """All settings; the environment variable is DELIBERATE_ and the name in capitals.

    A secret setting can also be read from the file named by the variable with the suffix _FILE.
    """

    mode: str = "production"
    secret_key: str = field(default="", metadata={"secret": True})
    key_ring_file: str = ""
    signing_key: str = field(default="", metadata={"secret": True})
    database_url: str = field(default="", metadata={"secret": True})
    backup_server_url: str = field(default="", metadata={"secret": True})
    data_dir: str = "instance"
    log_dir: str = ""
    upload_dir: str = ""
    shared_dir: str = ""
    storage_url: str = ""
    storage_endpoint: str = ""
    storage_region: str = ""
    storage_key_id: str = ""
    storage_secret: str = field(default="", metadata={"secret": True})
    read_url: str = field(default="", metadata={"secret": True})
    transaction_pooling: bool = False
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
        return _with_driver(self.database_url)

    @property
    def read_uri(self) -> str:
        """Return the SQLAlchemy URL of the copy for readers without a session, empty without."""
        return _with_driver(self.read_url)

    @property
    def data_path(self) -> Path:
        """Return the absolute path of the data folder."""
        return Path(self.data_dir).resolve()

    @property
    def shared_path(self) -> Path:
        """Return the folder of all that has an address: the same for all hosts."""
        return Path(self.shared_dir).resolve() if self.shared_dir else self.data_path

    @property
    def log_path(self) -> Path:
        """Return the folder of log segments, leaf files and the signing key."""
        return Path(self.log_dir).resolve() if self.log_dir else self.shared_path / "log"

    @property
    def key_ring_path(self) -> Path:
        """Return the path of the key ring; there may be no such file."""
        named = self.key_ring_file
        return Path(named).resolve() if named else self.data_path / "key-ring"

    @property
    def releases_path(self) -> Path:
        """Return the folder of published research releases."""
        return self.shared_path / "releases"

    @property
    def upload_path(self) -> Path:
        """Return the folder of attachments."""
        return Path(self.upload_dir).resolve() if self.upload_dir else self.shared_path / "uploads"

    @property
    def imported_path(self) -> Path:
        """Return the folder of releases imported from other platforms."""
        return self.shared_path / "imported"

    @property
    def uses_tls(self) -> bool:
        """Return whether visitors come over HTTPS, so that cookies are bound to it."""
        return self.mode == "production" and not self.plain_http

    @property
    def is_demo(self) -> bool:
        """Return whether this is the sample city, which prints sign-in details."""
        return self.mode == "demo"


def _with_driver(url: str) -> str:
    """Return the URL of a database with the driver that SQLAlchemy uses for PostgreSQL."""
    return url.replace("postgres://", "postgresql://", 1).replace(
        "postgresql://", "postgresql+psycopg://", 1
    )


def load_settings(environ: Mapping[str, str] = os.environ, **overrides: object) -> Settings:
    """Return the settings of this process; raise InvalidSetting naming each invalid variable."""
    values, problems = read_values(environ)
    settings = Settings(**{**values, **overrides})  # type: ignore[arg-type]  # checked below
    problems += find_problems(settings)
    if problems:
        raise InvalidSetting("\n".join(dict.fromkeys(problems)))
    return settings


def read_values(environ: Mapping[str, str]) -> tuple[dict[str, object], list[str]]:
    """Return the values that variables give by name, and what is wrong with the others."""
    values: dict[str, object] = {}
    problems: list[str] = []
    for spec in fields(Settings):
        try:
            value = _read_variable(environ, PREFIX + spec.name.upper(), bool(spec.metadata))
            if value:  # an empty one is not set: the default applies
                values[spec.name] = _parse(spec.name, value, type(spec.default))
        except InvalidSetting as error:
            problems.append(str(error))
    return values, problems


def _read_variable(environ: Mapping[str, str], name: str, is_secret: bool) -> str | None:
    if is_secret and (path := environ.get(name + "_FILE")):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            reason = error.strerror or type(error).__name__
        except ValueError:
            reason = "UTF-8"
        raise InvalidSetting(
            _(
                "%(name)s: cannot read %(path)s (%(reason)s)",
                name=f"{name}_FILE",
                path=path,
                reason=reason,
            )
        )
    return environ.get(name)


def _parse(name: str, value: str, kind: type) -> object:
    if kind is bool:
        return _parse_switch(PREFIX + name.upper(), value)
    if kind is int:
        try:
            return int(value)
        except ValueError:
            raise InvalidSetting(
                _(
                    "%(name)s must be a whole number (got %(value)r)",
                    name=PREFIX + name.upper(),
                    value=value,
                )
            ) from None
    return value


def _parse_switch(name: str, value: str) -> bool:
    word = value.strip().lower()
    if word not in TRUE_WORDS + FALSE_WORDS:
        raise InvalidSetting(
            _(
                "%(name)s must be one of %(words)s (got %(value)r)",
                name=name,
                words=", ".join(TRUE_WORDS + FALSE_WORDS),
                value=value,
            )
        )
    return word in TRUE_WORDS


def find_problems(settings: Settings) -> list[str]:
    """Return a line about each value that is invalid, or unsafe in production."""
    problems = [*_invalid_values(settings)]
    if settings.mode not in MODES:
        problems.insert(0, ("MODE", _one_of(MODES, settings.mode)))
    if settings.mode == "production":
        problems += _unsafe_for_production(settings)
    return [f"{PREFIX}{name} {problem}" for name, problem in problems]


def _one_of(words: Iterable[str], value: str) -> str:
    return _("must be one of %(words)s (got %(value)r)", words=", ".join(words), value=value)


SCHEMES = {
    "redis_url": ("redis://", "rediss://"),
    "mail_url": ("smtp://", "smtps://"),
    "oidc_issuer": ("https://", "http://"),
    "storage_url": ("s3://",),
    "storage_endpoint": ("https://", "http://"),
}
"""How addresses of other servers begin."""
Problems = Iterator[tuple[str, str]]
"""Setting names without prefix, in capitals, each with the rest of a sentence about it."""


def _invalid_values(settings: Settings) -> Problems:
    """Yield the values that are invalid in every mode; secret values are not shown."""
    yield from _invalid_locale(settings)
    yield from _invalid_addresses(settings)
    if settings.read_url and not {
        url.split("://")[0] for url in (settings.read_uri, settings.database_uri)
    } <= {"postgresql+psycopg"}:
        yield (
            "READ_URL",
            _("must begin with postgresql://, as DELIBERATE_DATABASE_URL must then"),
        )
    if settings.signing_key and not re.fullmatch("[0-9a-fA-F]{64}", settings.signing_key):
        yield "SIGNING_KEY", _("must have 64 hex digits")
    for site in settings.embed_origins.replace(",", " ").split():
        if not re.fullmatch(r"https?://(\*\.)?[a-z0-9.-]+(:[0-9]+)?", site):
            yield (
                "EMBED_ORIGINS",
                _("must have origins such as https://news.example (%(site)s)", site=site),
            )
    if settings.holidays_file and not Path(settings.holidays_file).is_file():
        yield (
            "HOLIDAYS_FILE",
            _("must name a file (%(path)s does not exist)", path=settings.holidays_file),
        )
    yield from _too_small_numbers(settings)
    yield from _invalid_mail_addresses(settings)
    yield from _invalid_mail_domain(settings)
    yield from _invalid_gateway(settings)
    yield from _invalid_storage(settings)
    if settings.push_key:
        yield from _invalid_push_key(settings)


def _too_small_numbers(settings: Settings) -> Problems:
    for name, minimum in (
        ("response_days", 1),
        ("support_threshold", 1),
        ("trusted_proxies", 0),
        ("person_storage_mb", 1),
        ("upload_storage_mb", 1),
    ):
        value = getattr(settings, name)
        if value < minimum:
            yield (
                name.upper(),
                _("must be at least %(least)s (got %(value)s)", least=minimum, value=value),
            )


def _begins(*beginnings: str) -> str:
    return _("must begin with %(beginnings)s", beginnings=" / ".join(beginnings))


def _at_least(characters: int) -> str:
    return _("must have at least %(n)s characters", n=characters)


def split_url(url: str) -> SplitResult:
    """Return the parts of a URL; of one that cannot be read, empty parts."""
    try:
        parts = urlsplit(url)
        _host, _port = parts.hostname, parts.port  # read when asked for, and refused then
    except ValueError:
        return urlsplit("")
    return parts


def _invalid_addresses(settings: Settings) -> Problems:
    """Yield the addresses that cannot be read."""
    url = split_url(settings.base_url)
    if url.scheme not in {"http", "https"} or not url.hostname:
        yield "BASE_URL", _("must be an address such as https://partisipasi.example")
    for name, beginnings in SCHEMES.items():
        value = getattr(settings, name)
        if value and not value.startswith(beginnings):
            yield name.upper(), _begins(*beginnings)
        elif value and not split_url(value).hostname:
            yield name.upper(), _("must be an address with a host")
    yield from _invalid_database_addresses(settings)


def _invalid_database_addresses(settings: Settings) -> Problems:
    if settings.database_uri.split("://")[0].split("+")[0] not in {"sqlite", "postgresql"}:
        yield "DATABASE_URL", _begins("sqlite://", "postgresql://")
    for name, uri in (
        ("DATABASE_URL", settings.database_url and settings.database_uri),
        ("BACKUP_SERVER_URL", settings.backup_server_url),
    ):
        if uri and not _is_database_address(uri):
            yield name, _("must be an address such as postgresql://user:word@host/name")


def _is_database_address(uri: str) -> bool:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        make_url(uri)
    except (ArgumentError, ValueError):
        return False
    return True


def _invalid_locale(settings: Settings) -> Problems:
    if settings.default_lang not in LANGUAGES:
        yield "DEFAULT_LANG", _one_of(LANGUAGES, settings.default_lang)
    if not _is_time_zone(settings.timezone):
        yield (
            "TIMEZONE",
            _(
                "must be a time zone such as Asia/Makassar (%(value)r is not a valid time zone)",
                value=settings.timezone,
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
                yield (
                    name.upper(),
                    _("must be an email address (got %(value)r)", value=address.strip()),
                )


def _invalid_mail_domain(settings: Settings) -> Problems:
    if settings.mail_domain and not re.fullmatch(r"[\w-]+(\.[\w-]+)+", settings.mail_domain):
        yield (
            "MAIL_DOMAIN",
            _("must be a domain of mail (got %(value)r)", value=settings.mail_domain),
        )


def _invalid_gateway(settings: Settings) -> Problems:
    if not re.fullmatch(r"[1-9][0-9]{0,2}", settings.phone_country):
        yield (
            "PHONE_COUNTRY",
            _("must be a calling code such as 62 (got %(value)r)", value=settings.phone_country),
        )
    if not settings.gateway_url:
        return
    url = split_url(settings.gateway_url)
    is_local = url.scheme == "http" and is_loopback(url.hostname or "")
    if not url.hostname or not (url.scheme == "https" or is_local):
        yield "GATEWAY_URL", _begins("https://")
    if len(settings.gateway_secret) < MIN_WEBHOOK_SECRET_CHARACTERS:
        yield "GATEWAY_SECRET", _at_least(MIN_WEBHOOK_SECRET_CHARACTERS)


def _invalid_storage(settings: Settings) -> Problems:
    """Yield what is missing for a bucket, or is set without one."""
    others = ("storage_endpoint", "storage_region", "storage_key_id")
    if not settings.storage_url:
        for name in filter(partial(getattr, settings), others):
            yield name.upper(), _("must be empty if STORAGE_URL is empty")
        return
    if not (settings.storage_key_id and settings.storage_secret):
        yield (
            "STORAGE_SECRET",
            _("and STORAGE_KEY_ID must be set if STORAGE_URL is set"),
        )
    if find_spec("obstore") is None:
        yield "STORAGE_URL", needs_extra("s3")


def _invalid_push_key(settings: Settings) -> Problems:
    if not re.fullmatch(r"[\w-]{43}", settings.push_key, re.ASCII):
        yield "PUSH_KEY", _("must be a key as `deliberate push-key` prints it")
    if find_spec("pywebpush") is None:
        yield "PUSH_KEY", needs_extra("push")


def _had_ring(ring: Path) -> bool:
    """Return whether there was a key ring: what is written with it needs it again."""
    return ring.with_name(ring.name + ".lock").exists()


def _unsafe_secret_key(settings: Settings) -> Problems:
    """Yield a short secret key, or a lost key ring; a ring of its own replaces the key."""
    ring = settings.key_ring_path
    if not settings.secret_key and ring.is_file():
        return
    if not settings.secret_key and _had_ring(ring):
        yield "KEY_RING_FILE", _("names a lost key ring: put its copy back as %(path)s", path=ring)
    elif len(settings.secret_key) < MIN_SECRET_KEY_CHARACTERS:
        yield "SECRET_KEY", _at_least(MIN_SECRET_KEY_CHARACTERS)


def _unsafe_address(settings: Settings) -> Problems:
    url = split_url(settings.base_url)
    if settings.plain_http:
        yield from _unsafe_plain_http(settings)
    elif url.scheme != "https" or not url.hostname:
        yield "BASE_URL", _("must begin with https:// in production")
    elif url.path.strip("/") or url.query or url.username:
        yield "BASE_URL", _("must be the URL of the site without path, query or user name")


def _unsafe_for_production(settings: Settings) -> Problems:
    """Yield the values that must not be used on a public site."""
    yield from _unsafe_secret_key(settings)
    yield from _unsafe_address(settings)
    for name, least in (
        ("metrics_token", MIN_METRICS_TOKEN_CHARACTERS),
        ("mail_webhook_secret", MIN_WEBHOOK_SECRET_CHARACTERS),
    ):
        if 0 < len(getattr(settings, name)) < least:
            yield name.upper(), _at_least(least)
    if settings.min_cell < MIN_CELL_IN_PRODUCTION:
        yield (
            "MIN_CELL",
            _(
                "must be at least %(least)s: smaller cells of released tables could identify"
                " people",
                least=MIN_CELL_IN_PRODUCTION,
            ),
        )
    if settings.oidc_issuer:
        yield from _unsafe_identity_provider(settings)


def _unsafe_plain_http(settings: Settings) -> Problems:
    """Yield what makes an installation without TLS reachable from other machines."""
    url = split_url(settings.base_url)
    if url.scheme != "http" or not is_loopback(url.hostname or ""):
        yield (
            "PLAIN_HTTP",
            _(
                "is for a trial on one machine: DELIBERATE_BASE_URL must begin with"
                " http://127.0.0.1 or http://localhost (got %(value)r)",
                value=settings.base_url,
            ),
        )
    if settings.trusted_proxies:
        yield (
            "PLAIN_HTTP",
            _("cannot be used behind a proxy (DELIBERATE_TRUSTED_PROXIES must be 0)"),
        )


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
        yield "OIDC_ISSUER", _("must begin with https:// in production")
    if not (settings.oidc_client_id and settings.oidc_client_secret):
        yield (
            "OIDC_CLIENT_SECRET",
            _("and OIDC_CLIENT_ID must be set if OIDC_ISSUER is set"),
        )
    if find_spec("authlib") is None:
        yield "OIDC_ISSUER", needs_extra("sso")


def needs_extra(extra: str) -> str:
    """Return the command that installs the packages of an extra, from their lock file."""
    command = f"pip install --require-hashes -r requirements-{extra}.lock"
    return _("needs the extra %(extra)s: %(command)s", extra=extra, command=command)


def setting_names() -> tuple[set[str], set[str]]:
    """Return the variables of settings, and those that name the file of a secret one."""
    specs = fields(Settings)
    secrets = {f"{PREFIX}{spec.name.upper()}_FILE" for spec in specs if spec.metadata}
    return {PREFIX + spec.name.upper() for spec in specs}, secrets


def unknown_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the DELIBERATE_* variables that name no setting, each with the nearest that does."""
    names, files = setting_names()
    known = {*names, *files, SETTINGS_FILE}
    unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in known)
    return {name: _nearest(name, known) for name in unknown}


def _nearest(name: str, known: Iterable[str]) -> str:
    """Return the known variable that is nearest to an unknown one, empty if none is near."""
    words = sorted(other.removeprefix(PREFIX) for other in known)
    return "".join(PREFIX + word for word in get_close_matches(name.removeprefix(PREFIX), words, 1))
