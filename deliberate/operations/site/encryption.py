"""Encryption of stored values with a key that is in neither database: derived from the secret."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

NONCE_BYTES = 12


def encrypt_value(purpose: str, row_id: int, value: str) -> bytes:
    """Return a value encrypted for one purpose and row; moved to another row it is unreadable."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(purpose).encrypt(nonce, value.encode(), str(row_id).encode())


def decrypt_value(purpose: str, row_id: int, encrypted: bytes) -> str | None:
    """Return the value; None if it was encrypted for another row or with another key."""
    nonce, ciphertext = encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:]
    try:
        return _cipher(purpose).decrypt(nonce, ciphertext, str(row_id).encode()).decode()
    except InvalidTag:
        return None


def _cipher(purpose: str) -> AESGCM:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret))
