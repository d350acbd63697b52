"""nginx as deploy/proxy/nginx.conf sets it up: TLS in front of the servers of several hosts."""

import datetime
import os
import re
import shutil
import signal
import ssl
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.chaos.server import ROOT, free_port

DOMAIN = "partisipasi.example"
MAIN = """
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    include {folder}/site.conf;
}}
"""


class Proxy:
    """A running nginx with the file of `deploy/`, a port of its own and several upstreams."""

    def __init__(self, folder: Path, ports: Sequence[int]) -> None:
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        if program is None:
            pytest.skip("nginx: install Debian's nginx-light")
        folder.mkdir()
        self.folder, self.port = folder, free_port()
        write_certificate(folder)
        (folder / "site.conf").write_text(self._site(ports))
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
        subprocess.run([program, "-p", folder, "-c", folder / "nginx.conf", "-t", "-q"], check=True)
        self._process = subprocess.Popen(
            [program, "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off; user root;"]
        )
        self._wait()

    def _site(self, ports: Sequence[int]) -> str:
        """Return the file of `deploy/` with the ports and folders of the test."""
        text = (ROOT / "deploy" / "proxy" / "nginx.conf").read_text(encoding="utf-8")
        line = "server 127.0.0.1:8000 max_fails=0;"
        servers = " ".join(line.replace("8000", str(port)) for port in ports)
        text = text.replace(line, servers)
        text = text.replace(f"/etc/letsencrypt/live/{DOMAIN}", str(self.folder))
        text = re.sub(r"listen \[::\]:\d+(?: ssl)?;", "", text)
        text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
        return text.replace("listen 443 ssl;", f"listen 127.0.0.1:{self.port} ssl;")

    def _wait(self) -> None:
        for _ in range(100):
            if (self.folder / "nginx.pid").exists():
                return
            time.sleep(0.05)
        raise TimeoutError((self.folder / "error.log").read_text(encoding="utf-8"))

    def stop(self) -> None:
        """End nginx."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)


def write_certificate(folder: Path) -> None:
    """Write a certificate of the domain, signed by itself, and its key, as certbot names them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, DOMAIN)])
    names = [x509.DNSName(DOMAIN), x509.IPAddress(ip_address("127.0.0.1"))]
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def trusting(proxy: Proxy) -> ssl.SSLContext:
    """Return the context of a client that trusts the certificate of a proxy."""
    return ssl.create_default_context(cafile=str(proxy.folder / "fullchain.pem"))
