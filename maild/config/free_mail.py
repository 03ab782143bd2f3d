"""Domains at which anybody can have a mailbox: who shares one is no colleague for that."""

from functools import cache
from importlib.resources import files


@cache
def free_mail_domains() -> frozenset[str]:
    """Read the shipped list."""
    text = (files("maild.config") / "free-mail.txt").read_text(encoding="ascii")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
