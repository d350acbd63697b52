"""A push service on a free port, with TLS: it decrypts what it gets and checks the signature."""

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

import http_ece
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import NameOID

SECRET = b"0123456789abcdef"
DRIPS = {
    "hang": b"HTTP/1.1 201 Created\r\nX-Slow: ",
    "hang in the body": b"HTTP/1.0 201 Created\r\n\r\n",
}
"""Beginnings of answers that go on byte by byte."""
MAX_DRIPS = 100


def to_base64(content: bytes) -> str:
    """Return unpadded base64 for URLs."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def from_base64(text: str) -> bytes:
    """Return the bytes of unpadded base64 for URLs."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """The keys of a browser and what it decrypts with them."""

    def __init__(self, service: "FakePushService", name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.endpoint = f"{service.url}/{name}"
        point = self._key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.subscription = (self.endpoint, to_base64(point), to_base64(SECRET))
        service.browsers[f"/{name}"] = self
        self.received: list[Any] = []

    def read(self, body: bytes) -> None:
        """Decrypt a message (RFC 8291)."""
        plain = http_ece.decrypt(
            body, private_key=self._key, auth_secret=SECRET, version="aes128gcm"
        )
        self.received.append(json.loads(plain))


class FakePushService:
    """What a push service received, and how it answers: by a status, or one of DRIPS."""

    def __init__(self) -> None:
        self.url = ""
        self.behaviour: int | str = 201
        self.browsers: dict[str, Browser] = {}
        self.requests: list[dict[str, str]] = []
        self.claims: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.released = threading.Event()
        self.was_heard_out = False
        """Whether a client read an answer of DRIPS to its end."""

    def drip(self, out: BinaryIO) -> None:
        """Write byte by byte for a few seconds, as long as the client reads."""
        for _number in range(MAX_DRIPS):
            if self.released.wait(0.05):
                return
            try:
                out.write(b"x")
            except OSError:
                return
        self.was_heard_out = True

    def check_signature(self, authorization: str) -> None:
        """Raise unless the signature of VAPID (RFC 8292) is valid; remember claims and key."""
        scheme, _space, parameters = authorization.partition(" ")
        values = dict(part.strip().split("=", 1) for part in parameters.split(","))
        head, claims, signature = values["t"].split(".")
        assert scheme == "vapid" and json.loads(from_base64(head))["alg"] == "ES256"
        raw = from_base64(signature)
        numbers = (int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64(values["k"]))
        der = encode_dss_signature(*numbers)
        key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        self.claims.append(json.loads(from_base64(claims)))
        self.keys.append(values["k"])


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for localhost and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@contextmanager
def running_push_service(certificate: Path, key: Path) -> Iterator[FakePushService]:
    """Run a push service during the block."""
    service = FakePushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.check_signature(self.headers["Authorization"])
            service.requests.append(dict(self.headers))
            if service.behaviour in DRIPS:
                self.wfile.write(DRIPS[str(service.behaviour)])
                service.drip(self.wfile)
                return
            status = int(service.behaviour)
            if status == 201:
                service.browsers[self.path].read(body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    service.url = f"https://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield service
    finally:
        service.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
