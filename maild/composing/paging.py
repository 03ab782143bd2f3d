"""Which page a mail links to, and what the desk remembers of the link."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from maild.marks import Keyring, link_secret
from maild.model.links import Link, Purpose, digest_of
from maild.model.outgoing import Template, Thread, Wanted

SOLVED_LIVES: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Paged:
    """A link in a mail: the address, which alone holds its secret, and what is remembered of it."""

    address: str
    link: Link


def page_of(wanted: Wanted, token: str, now: datetime, *, site: str | None, keyring: Keyring) -> Paged | None:
    """Give the link that a mail carries: to say whether it is solved, or how it was; None where it carries none."""
    if site is None or wanted.thread is not Thread.CUSTOMER:
        return None
    match wanted.template:
        case Template.RESOLVED:
            purpose, expires_at = Purpose.SOLVED, now + SOLVED_LIVES
        case Template.SURVEY if wanted.open_until is not None:
            purpose, expires_at = Purpose.SURVEY, wanted.open_until
        case _:
            return None
    secret = link_secret(token, purpose.value, wanted.to, keyring)
    return Paged(f"{site}/{purpose.value}/{secret}", Link(purpose, digest_of(purpose, secret), expires_at))
