"""Encryption of stored values with keys that are in neither database: those of the key ring."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from deliberate.keys import Key, current_ring

NONCE_BYTES = 12


def encrypt_value(purpose: str, row_id: int, value: str) -> bytes:
    """Return a value encrypted for one purpose and row; moved to another row it is unreadable."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(current_ring().writer(), purpose).encrypt(
        nonce, value.encode(), str(row_id).encode()
    )


def decrypt_value(purpose: str, row_id: int, encrypted: bytes) -> str | None:
    """Return the value; None if it was encrypted for another row or with a key that is gone."""
    key = key_of_value(purpose, row_id, encrypted)
    return None if key is None else _decrypt(key, purpose, row_id, encrypted)


def key_of_value(purpose: str, row_id: int, encrypted: bytes) -> Key | None:
    """Return the key of the ring that opens a value, None if none does."""
    keys = current_ring().all_keys()
    return next((k for k in keys if _decrypt(k, purpose, row_id, encrypted) is not None), None)


def _decrypt(key: Key, purpose: str, row_id: int, encrypted: bytes) -> str | None:
    nonce, ciphertext = encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:]
    try:
        return _cipher(key, purpose).decrypt(nonce, ciphertext, str(row_id).encode()).decode()
    except InvalidTag:
        return None


def _cipher(key: Key, purpose: str) -> AESGCM:
    return AESGCM(key.for_encryption(purpose))
