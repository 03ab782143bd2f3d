"""A sender's mail server: keys of its own, mails signed by a library that is not ours."""

from base64 import b64encode
from dataclasses import dataclass, field

import dkim
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

SIGNED = (b"from", b"to", b"subject", b"date", b"message-id")


@dataclass
class Signer:
    """A domain that signs; `records` is what it puts into DNS."""

    domain: str
    bits: int = 1024
    selector: str = "s1"
    rsa: RSAPrivateKey = field(init=False)
    ed25519: Ed25519PrivateKey = field(init=False)

    def __post_init__(self) -> None:
        self.rsa = generate_private_key(65537, self.bits)
        self.ed25519 = Ed25519PrivateKey.generate()

    @property
    def name(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        return f"v=DKIM1; k=rsa; p={b64encode(self.public(PublicFormat.SubjectPublicKeyInfo)).decode()}"

    @property
    def short_record(self) -> str:
        """The key as the RFC's own text names it (RSAPublicKey), which some write into DNS."""
        return f"p={b64encode(self.public(PublicFormat.PKCS1)).decode()}"

    @property
    def ed25519_record(self) -> str:
        key = self.ed25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; p={b64encode(key).decode()}"

    def public(self, form: PublicFormat) -> bytes:
        return self.rsa.public_key().public_bytes(Encoding.DER, form)

    def sign(self, raw: bytes, algorithm: str = "rsa-sha256", ways: str = "relaxed/relaxed", **more) -> bytes:
        """Put a signature above a mail."""
        if algorithm == "ed25519-sha256":
            plain = self.ed25519.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
            key = b64encode(plain)
        else:
            key = self.rsa.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        signature = dkim.sign(
            raw,
            self.selector.encode(),
            self.domain.encode(),
            key,
            signature_algorithm=algorithm.encode(),
            canonicalize=tuple(way.encode() for way in ways.split("/")),
            **{"include_headers": list(SIGNED), **more},
        )
        return signature + raw
