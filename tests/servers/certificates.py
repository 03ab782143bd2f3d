"""A certificate authority made for the tests, and what it signs."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

EXTENSIONS = "subjectAltName=DNS:localhost,DNS:mx.acme.example,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files in PEM: what a server shows, its key, and the authority that clients trust."""

    certificate: Path
    key: Path
    authority: Path


def make_certificate(folder: Path, openssl: str) -> Certificate:
    """Make an authority and one certificate for this machine; every call is another authority."""
    ca_key, ca = folder / "ca.key", folder / "ca.pem"
    key, request, certificate = folder / "server.key", folder / "server.csr", folder / "server.pem"
    extensions = folder / "extensions"
    extensions.write_text(EXTENSIONS, encoding="ascii")
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _run(openssl, "req", "-x509", *new_key, "-keyout", ca_key, "-out", ca, "-days", "30", "-subj", "/CN=tests of maild")
    _run(openssl, "req", *new_key, "-keyout", key, "-out", request, "-subj", "/CN=localhost")
    signed = ("-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-extfile", extensions, "-days", "30")
    _run(openssl, "x509", "-req", "-in", request, *signed, "-out", certificate)
    return Certificate(certificate, key, ca)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)
