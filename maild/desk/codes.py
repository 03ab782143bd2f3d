"""Codes by which somebody proves that they read the mail of an address on file: made, kept, compared. Pure.

A code comes from the decision's own random token and the desk's secret key, so that whoever sees either knows nothing;
the token itself is not kept. What is kept is a slow digest over a salt and the code.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import scrypt, sha256
from hmac import compare_digest, digest

from maild.marks import Keyring
from maild.model.identity import LETTERS, IdentityCode

_LENGTH = 8
_COST, _BLOCK = 2**13, 8  # about 20 ms and 8 MB


def new_code(keyring: Keyring, token: str) -> str:
    """Make a code of a token that is used once; its letters are uniform."""
    number = int.from_bytes(digest(keyring.current.secret, f"identity {token}".encode(), "sha256"))
    letters = []
    for _ in range(_LENGTH):
        number, at = divmod(number, len(LETTERS))
        letters.append(LETTERS[at])
    return "".join(letters)


def kept(code: str, token: str, expires_at: datetime) -> IdentityCode:
    """Give what is kept of a code that goes out."""
    # Of the token, or whoever reads the database could make the code anew.
    salt = sha256(f"salt {token}".encode()).hexdigest()
    return IdentityCode(salt, _digest(code, salt), expires_at=expires_at)


def tried(known: IdentityCode, codes: Sequence[str]) -> bool:
    """Say whether one of the codes is the one; each is compared in constant time."""
    # Every one is tried, so that the time tells nothing of which was right.
    right = [code for code in codes if compare_digest(_digest(code, known.salt), known.digest)]
    return bool(right)


def _digest(code: str, salt: str) -> str:
    return scrypt(code.encode(), salt=salt.encode(), n=_COST, r=_BLOCK, p=1, dklen=32).hex()
