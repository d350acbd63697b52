"""The log's signing key: made once, named by its public half, handed over by a signed head."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

KEY_FILE = "signing.pem"
NEXT_FILE = "signing-next.pem"


class WrongKey(RuntimeError):
    """The key at hand is not the one that the newest head names."""


def signing_key(log_path: Path, given: str = "", named: str = "") -> Ed25519PrivateKey:
    """The log's key: from settings (64 hex digits), else from signing.pem, made at first need.

    `named` is the key the newest head names: a key in a file is taken before the one given if it
    is that one, as after a hand-over. Raises WrongKey if none is.
    """
    if not given and not (log_path / KEY_FILE).exists() and not named:
        make_key(log_path / KEY_FILE)
    for key in _keys_at_hand(log_path, given):
        if named in {"", public_key(key)}:
            return key
    raise WrongKey(f"the log is signed by {named}, and no key at hand is that one")


def _keys_at_hand(log_path: Path, given: str) -> Iterator[Ed25519PrivateKey]:
    if given:
        yield Ed25519PrivateKey.from_private_bytes(bytes.fromhex(given))
    for name in (KEY_FILE, NEXT_FILE):
        if (log_path / name).exists():
            yield read_key(log_path / name)


def read_key(path: Path) -> Ed25519PrivateKey:
    """The key in a PEM file; raises ValueError if it is of another kind."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")
    return key


def make_key(path: Path) -> None:
    """Make a key that only its owner can read; one that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    file, passing = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(file, "wb") as out:
        out.write(pem)
        out.flush()
        os.fsync(out.fileno())
    try:
        path.hardlink_to(passing)
    except FileExistsError:
        return
    finally:
        Path(passing).unlink()


def public_key(key: Ed25519PrivateKey) -> str:
    """The key others check with, in hex; it also names the key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def next_key(log_path: Path) -> str:
    """The key that waits to take over; empty if none does."""
    path = log_path / NEXT_FILE
    return public_key(read_key(path)) if path.exists() else ""


def adopt_key(log_path: Path) -> None:
    """Let the next key take the place of the present one, which is gone then."""
    (log_path / NEXT_FILE).replace(log_path / KEY_FILE)
