"""Whether it is known who asks: a code that went to an address on file and came back, or somebody's word for it.

A code is eight consonants in two groups, so that nothing that people write looks like one.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
MASK = "(code)"
_GROUP = f"([{LETTERS}]{{4}})"
_EDGE = r"(?<![^\W_]){}(?![^\W_])"
# Copied codes lose their hyphen, or get another one, or a blank.
_CODE = re.compile(_EDGE.format(rf"{_GROUP}[ \t\u00a0‐-―−-]{{0,3}}{_GROUP}"), re.IGNORECASE)
_WRITTEN = re.compile(rf"(?<![\w-]){_GROUP}[‐-―−-]{_GROUP}(?![\w-])", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")


class IdentityState(StrEnum):
    """How far it is."""

    UNASKED = "unasked"
    ASKED = "asked"  # a code is out
    EXPIRED = "expired"  # it came to nothing in time
    LOCKED = "locked"  # too many codes were wrong
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Identity:
    """Whether the requester of a ticket is verified, and how; `left` is how many more codes may be tried."""

    state: IdentityState = IdentityState.UNASKED
    left: int = 0
    how: str = ""

    def written(self) -> str | None:
        """Write it as the ticket's history does; None where nobody asked yet."""
        match self.state:
            case IdentityState.UNASKED:
                return None
            case IdentityState.LOCKED:
                return self.state.value
            case IdentityState.VERIFIED:
                return f"{self.state.value}: {self.how}"
            case _:
                return f"{self.state.value}: {self.left}"

    @classmethod
    def parse(cls, written: str | None) -> "Identity":
        """Read it back. Raises ValueError for what no history writes."""
        word, _, rest = (written or IdentityState.UNASKED.value).partition(": ")
        state = IdentityState(word)
        if state is IdentityState.VERIFIED:
            return cls(state, how=rest)
        return cls(state, int(rest) if rest else 0)

    @property
    def is_verified(self) -> bool:
        """Whether it is known who asks."""
        return self.state is IdentityState.VERIFIED

    @property
    def has_secret(self) -> bool:
        """Whether what looks like a code may be one: that is for nobody's eyes."""
        return self.state in {IdentityState.ASKED, IdentityState.EXPIRED, IdentityState.LOCKED}

    def without_code(self) -> "Identity":
        """Give it as it stands once its code is gone: what is undone brings no code back."""
        return Identity(IdentityState.EXPIRED, self.left) if self.state is IdentityState.ASKED else self


@dataclass(frozen=True, slots=True)
class IdentityCode:
    """A code that is out, as it is kept: nobody can read it there. It holds until `expires_at`, for one ticket."""

    salt: str
    digest: str = field(repr=False)
    expires_at: datetime = field(kw_only=True)


def written_code(letters: str) -> str:
    """Write a code as people read it."""
    return f"{letters[:4]}-{letters[4:]}"


def find_codes(text: str) -> tuple[str, ...]:
    """Find all that may be codes, in capitals and without their hyphens, each once."""
    found = (f"{match[1]}{match[2]}".upper() for match in _CODE.finditer(_plain(text)))
    return tuple(dict.fromkeys(found))


def mask(text: str) -> str:
    """Take out all that may be a code."""
    if not find_codes(text):
        return text
    return _CODE.sub(MASK, _plain(text))


def mask_written(text: str) -> str:
    """Take out what is written just as the desk writes codes, where nothing says that there is one."""
    return _WRITTEN.sub(MASK, text)


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
