"""Keys derived for each purpose from a key ring: its newest key writes, all its keys read.

The ring is a file that operators keep; without one the secret key of the settings is its only key.
"""

import fcntl
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from flask import current_app

from deliberate.clock import now
from deliberate.config import PREFIX, InvalidSetting
from deliberate.config.terminal import translate as _

VARIABLE = f"{PREFIX}KEY_RING_FILE"
MIN_SECRET_CHARACTERS = 32
HEADER = "# Key ring: id, from when the key writes, secret. Every key reads. Mode 600."
STORED, SIGNED, COUNTED = "stored", "signed", "counted"
"""What a purpose protects: values in the database, what people hold, or counters for a while."""


@dataclass(frozen=True)
class Purpose:
    """A use of the keys: its name in derivations, what it protects and what losing a key does."""

    name: str
    kind: str
    protects: str
    without_key: str


PURPOSES = (
    Purpose(
        "second factor",
        STORED,
        "secrets of authenticator apps, encrypted",
        "whoever is not encrypted again signs in by a recovery code, or an administrator or"
        " `deliberate user end-factor` ends the factor",
    ),
    Purpose(
        "respondent name",
        STORED,
        "names of respondents of studies, encrypted",
        "names that are not encrypted again are lost",
    ),
    Purpose(
        "webhook secret",
        STORED,
        "secrets of webhooks, encrypted",
        "webhooks that are not encrypted again are not signed: give each a new secret",
    ),
    Purpose(
        "outside system secret",
        STORED,
        "secrets of outside systems, encrypted",
        "cases are not sent to systems that are not encrypted again: give each a new secret",
    ),
    Purpose(
        "channel user",
        STORED,
        "hashes of the names that people have in intake channels",
        "people link the channel to their account again",
    ),
    Purpose(
        "channel code",
        SIGNED,
        "codes that link an intake channel, fifteen minutes",
        "people ask for a new code",
    ),
    Purpose(
        "provider",
        STORED,
        "hashes of identities at the OpenID Connect provider",
        "accounts that did not sign in since the rotation are linked again",
    ),
    Purpose(
        "resident",
        STORED,
        "hashes of addresses on lists of residents",
        "lists are uploaded again; who is verified stays verified",
    ),
    Purpose("session", SIGNED, "session cookies", "everybody signs in again"),
    Purpose("form", SIGNED, "tokens of open forms", "an open form is shown again with its text"),
    Purpose("second step", SIGNED, "sign-in between passphrase and code", "sign-in begins again"),
    Purpose("address", SIGNED, "links that confirm an address", "people ask for a new link"),
    Purpose("leaving", SIGNED, "links that agree to a new address", "people ask for a new link"),
    Purpose("unsubscribe", SIGNED, "links that end mails", "old mails are ended in the account"),
    Purpose("recovery", SIGNED, "links to a new passphrase, one hour", "people ask again"),
    Purpose(
        "stop help at an office", SIGNED, "links that stop a recovery, two days", "officers stop it"
    ),
    Purpose("visit at an office", SIGNED, "visits at a desk, four hours", "the visit begins again"),
    Purpose("paper of an office", SIGNED, "papers at a desk, four hours", "a new paper is printed"),
    Purpose(
        "invitation",
        SIGNED,
        "links of invitations that are not mailed yet",
        "links in people's hands stay valid; those not mailed yet are made again",
    ),
    Purpose(
        "return address",
        SIGNED,
        "addresses of failure reports and replies",
        "replies to earlier mails are refused",
    ),
    Purpose("phone code", SIGNED, "codes sent to telephones", "people ask for a new code"),
    Purpose(
        "digest trial", COUNTED, "the draw of the trial of the weekly mail", "drawn weeks stay"
    ),
    Purpose(
        "rate limit",
        COUNTED,
        "counters of attempts and of networks that report",
        "counters begin again at each rotation",
    ),
)
"""Every use of the keys; another name is refused."""
_NAMES = frozenset(purpose.name for purpose in PURPOSES)


@dataclass(frozen=True)
class Key:
    """A key of the ring; the secret key of the settings has no start."""

    id: str
    starts: datetime | None
    secret: bytes

    def for_signing(self, purpose: str) -> bytes:
        """Return the key of signatures and hashes for a purpose.

        The secret key of the settings is used as it is, as it was before there were key rings.
        """
        require_purpose(purpose)
        return self.secret if self.starts is None else _derive(self.secret, f"signing\n{purpose}")

    def for_encryption(self, purpose: str) -> bytes:
        """Return the key of encryption for a purpose, 256 bits."""
        require_purpose(purpose)
        return _derive(self.secret, purpose)


def require_purpose(purpose: str) -> None:
    """Raise KeyError for a purpose that is not listed."""
    if purpose not in _NAMES:
        raise KeyError(purpose)


@lru_cache(maxsize=256)
def _derive(secret: bytes, info: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=info.encode()).derive(secret)


class KeyRing:
    """The keys of an installation; the file is read again when it has changed."""

    def __init__(self, path: Path, settings_secret: Callable[[], str]) -> None:
        self.path = path
        self._settings_secret = settings_secret
        self._version: tuple[int, ...] | None = None
        self._keys: list[Key] = []
        if (version := _version_of(path)) is not None:
            self._keys, self._version = read_ring(path), version

    def all_keys(self) -> list[Key]:
        """Return all keys, the one that writes first, then the newest."""
        self._refresh()
        # Of keys that start in one second the later line is the newer.
        keys = sorted(self._keys, key=lambda key: str(key.starts))[::-1]
        writers = [key for key in keys if key.starts and key.starts <= now()]
        if secret := self._settings_secret():
            keys.append(settings_key(secret))
        writer = writers[0] if writers else keys[-1]
        return [writer, *(key for key in keys if key != writer)]

    def writer(self) -> Key:
        """Return the key that signs, hashes and encrypts what is new."""
        return self.all_keys()[0]

    def _refresh(self) -> None:
        version = _version_of(self.path)
        if version in {self._version, None}:
            return  # a file that is gone for a moment ends no session
        try:
            self._keys, self._version = read_ring(self.path), version
        except InvalidSetting:
            return  # the keys known before serve until the file can be read


def settings_key(secret: str) -> Key:
    """Return the secret key of the settings as a key of the ring."""
    return Key("settings", None, secret.encode())


def _version_of(path: Path) -> tuple[int, ...] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def read_ring(path: Path) -> list[Key]:
    """Return the keys of a file in its order. Raises InvalidSetting naming the line."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "ASCII"
        raise InvalidSetting(
            _(
                "%(name)s: cannot read %(path)s (%(reason)s)",
                name=VARIABLE,
                path=path,
                reason=reason,
            )
        ) from None
    numbered = enumerate(lines, start=1)
    keys = [_key_of(path, n, line) for n, line in numbered if line.strip() and line[0] != "#"]
    if not keys:
        raise InvalidSetting(_("%(name)s: %(path)s has no key", name=VARIABLE, path=path))
    return keys


def _key_of(path: Path, number: int, line: str) -> Key:
    try:
        key_id, starts, secret = line.split()
        moment = datetime.fromisoformat(starts)
    except ValueError:
        moment, secret = None, ""
    if moment is None or moment.tzinfo is None or len(secret) < MIN_SECRET_CHARACTERS:
        place = f"{path}:{number}"
        raise InvalidSetting(_("%(name)s: %(place)s is not a key", name=VARIABLE, place=place))
    return Key(key_id, moment, secret.encode())


def add_key(path: Path, starts: datetime) -> Key:
    """Add a new key to the file of a ring, which is created if there is none."""
    secret = secrets.token_urlsafe(48)
    key_id = hashlib.sha256(secret.encode()).hexdigest()[:8]
    moment = starts.astimezone(UTC).replace(microsecond=0)
    with _locked(path):
        before = path.read_text(encoding="ascii") if path.exists() else HEADER + "\n"
        line = f"{key_id} {moment.isoformat().replace('+00:00', 'Z')} {secret}\n"
        _replace(path, before + ("" if before.endswith("\n") else "\n") + line)
    return Key(key_id, moment, secret.encode())


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock of a ring, so that of two keys added at once none is lost."""
    with path.with_name(path.name + ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _replace(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def current_ring() -> KeyRing:
    """Return the key ring of the application."""
    ring: KeyRing = current_app.extensions["key_ring"]
    return ring


def signing_keys(purpose: str) -> list[bytes]:
    """Return the keys of a purpose as itsdangerous takes them: the one that signs is the last."""
    return [key.for_signing(purpose) for key in reversed(current_ring().all_keys())]


def keyed_hash(purpose: str, message: str) -> str:
    """Return the hash of a message under the key that writes."""
    return _hash(current_ring().writer(), purpose, message).hex()


def keyed_hashes(purpose: str, message: str) -> list[str]:
    """Return the hashes of a message under every key; that of the key that writes is the first."""
    return [_hash(key, purpose, message).hex() for key in current_ring().all_keys()]


def _hash(key: Key, purpose: str, message: str) -> bytes:
    return hmac.new(key.for_signing(purpose), message.encode(), hashlib.sha256).digest()
