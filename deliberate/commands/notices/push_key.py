"""`deliberate push-key`: a key for notices on devices."""

import base64

import click
from cryptography.hazmat.primitives.asymmetric import ec

KEY_BYTES = 32


@click.command("push-key")
def command() -> None:
    """Print a new key for notices on devices, for DELIBERATE_PUSH_KEY.

    With another key, devices must be switched on again: docs/operate-reference.md.
    """
    secret = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    key = base64.urlsafe_b64encode(secret.to_bytes(KEY_BYTES))
    click.echo(key.rstrip(b"=").decode())
