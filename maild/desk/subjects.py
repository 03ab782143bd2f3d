"""A ticket's subject."""

from maild.subjects import without_prefixes

_LONGEST = 500


def ticket_subject(subject: str) -> str:
    """Make a ticket's subject of its first mail's."""
    return without_prefixes(subject)[:_LONGEST].strip() or "(no subject)"
