"""The Ed25519 key that signs tree heads: creation, loading and rotation."""

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
PENDING_KEY_FILE = "signing-next.pem"


class WrongKey(RuntimeError):
    """No available key is the one that the newest tree head names."""


def load_signing_key(log_path: Path, configured: str = "", expected: str = "") -> Ed25519PrivateKey:
    """Return the signing key from the settings (64 hex digits) or from signing.pem.

    `expected` is the public key that the newest head names; after a rotation it is that of a
    file, even if another key is configured. Without any key and any head a key is created.
    Raises WrongKey if no available key is the expected one.
    """
    if not configured and not (log_path / KEY_FILE).exists() and not expected:
        create_key(log_path / KEY_FILE)
    for key in _available_keys(log_path, configured):
        if expected in {"", public_key_hex(key)}:
            return key
    raise WrongKey(f"the log is signed by {expected}, which is not an available key")


def _available_keys(log_path: Path, configured: str) -> Iterator[Ed25519PrivateKey]:
    if configured:
        yield Ed25519PrivateKey.from_private_bytes(bytes.fromhex(configured))
    for name in (KEY_FILE, PENDING_KEY_FILE):
        if (log_path / name).exists():
            yield read_key(log_path / name)


def read_key(path: Path) -> Ed25519PrivateKey:
    """Return the key in a PEM file; raise ValueError if it is not an Ed25519 key."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} contains no Ed25519 key")
    return key


def create_key(path: Path) -> None:
    """Create a key file that only its owner can read; an existing file does not change."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return
    finally:
        Path(temporary).unlink()


def public_key_hex(key: Ed25519PrivateKey) -> str:
    """Return the public key in hex, which is also the id of the key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def pending_key(log_path: Path) -> str:
    """Return the public key of a rotation in progress, or an empty string."""
    path = log_path / PENDING_KEY_FILE
    return public_key_hex(read_key(path)) if path.exists() else ""


def activate_pending_key(log_path: Path) -> None:
    """Replace the current key, which is deleted, by the pending one."""
    (log_path / PENDING_KEY_FILE).replace(log_path / KEY_FILE)
