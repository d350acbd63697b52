"""The log's signing key: made once, named by its public half, handed over by a signed head."""

import os
import tempfile
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


def signing_key(log_path: Path, given: str = "") -> Ed25519PrivateKey:
    """The log's key: from settings (64 hex digits), else from signing.pem, made at first need."""
    if given:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(given))
    path = log_path / KEY_FILE
    if not path.exists():
        make_key(path)
    return read_key(path)


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


def adopt_key(log_path: Path) -> Ed25519PrivateKey:
    """Let the next key take the place of the present one, which is gone then."""
    (log_path / NEXT_FILE).replace(log_path / KEY_FILE)
    return read_key(log_path / KEY_FILE)
