"""Whether a DKIM signature is its domain's: the seal that the reader found and the key that DNS gave.

Not imported by the readers: they have no keys, and need no cryptography.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from maild.model.mail import Seal, SealKind
from maild.parsing.seals import decode_base64, parse_tags

_FEWEST_BITS, _MOST_BITS = 1024, 8192
_PREHASHED = Prehashed(SHA256())
_KEY_OF = {SealKind.RSA: "rsa", SealKind.ED25519: "ed25519"}


def prove(seals: Sequence[Seal], keys: Mapping[str, str | None], now: datetime) -> tuple[bool, str]:
    """Say whether one of the seals is good by its domain's key, and the words that say so.

    `keys` are the records that stand in DNS under the seals' names, None for those that do not.
    """
    reasons: list[str] = []
    for seal in seals:
        why_not = _why_not(seal, keys.get(seal.name), now)
        if not why_not:
            return True, f"our own check: dkim=pass header.d={seal.domain}"
        reasons.append(f"the signature of {seal.domain} {why_not}")
    return False, "; ".join(reasons) or "no sound signature of the sender's domain"


def _why_not(seal: Seal, record: str | None, now: datetime) -> str:
    """Say what is wrong with a seal, "" for nothing."""
    if seal.expires_at is not None and now > seal.expires_at:
        return "has expired"
    if record is None:
        return f"has no key at {seal.name}"
    tags = parse_tags(record)
    if tags is None or not _may_sign(tags, seal):
        return f"is by a key that does not allow it ({seal.name})"
    key = decode_base64(tags["p"])
    if not key:
        return f"is by a key that was withdrawn ({seal.name})"
    try:
        return "" if _fits(seal, key) else "does not fit"
    except (ValueError, UnsupportedAlgorithm):
        return f"is by a key that cannot be read, or is too weak ({seal.name})"


def _may_sign(tags: Mapping[str, str], seal: Seal) -> bool:
    """Tell whether a key may sign so (RFC 6376, 3.6.1): its kind and hash, for mail, not only as a test."""
    flags = tags.get("t", "").replace(" ", "").split(":")
    return (
        tags.get("v", "DKIM1") == "DKIM1"
        and "p" in tags
        and tags.get("k", "rsa").lower() == _KEY_OF[seal.kind]
        and "sha256" in tags.get("h", "sha256").replace(" ", "").lower().split(":")
        and not {"*", "email"}.isdisjoint(tags.get("s", "*").replace(" ", "").lower().split(":"))
        and "y" not in flags
        and (seal.is_exact or "s" not in flags)
    )


def _fits(seal: Seal, key: bytes) -> bool:
    """Check a signature. Raises ValueError or UnsupportedAlgorithm for a key that is none, or is too weak."""
    try:
        match seal.kind:
            case SealKind.ED25519:
                Ed25519PublicKey.from_public_bytes(key).verify(seal.value, seal.digest)
            case SealKind.RSA:
                public = load_der_public_key(key)
                if not isinstance(public, RSAPublicKey) or not _FEWEST_BITS <= public.key_size <= _MOST_BITS:
                    raise ValueError("no RSA key of a size that proves anything")
                public.verify(seal.value, seal.digest, PKCS1v15(), _PREHASHED)
    except InvalidSignature:
        return False
    return True
