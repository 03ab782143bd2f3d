"""Links in mails that let their reader do one thing on a page of the desk, without a password, until an instant.

The secret stands in the link alone; the desk keeps its hash.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    """What a link is for, and the first step of its address; a link for one thing does no other."""

    SURVEY = "survey"
    SOLVED = "solved"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that a mail carries, as the desk remembers it: `digest` is the hash of its secret."""

    purpose: Purpose
    digest: str
    expires_at: datetime


def digest_of(purpose: Purpose, secret: str) -> str:
    """Hash a link's secret; the same secret for another purpose is another one."""
    return hashlib.sha256(f"maild-link-1\0{purpose.value}\0{secret}".encode("utf-8", "replace")).hexdigest()
