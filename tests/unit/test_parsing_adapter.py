"""What we rely on in mail-parser, of which two functions are used: a new version that changes them fails here."""

from datetime import UTC, datetime
from importlib.metadata import version

import pytest

from maild.parsing.adapter import read_date, scan_addresses


def test_the_version_is_the_one_that_was_read() -> None:
    """Its text handling changes with most releases: a new minor is read before it is taken."""
    assert version("mail-parser").startswith("4.8.")


@pytest.mark.parametrize(
    ("text", "found", "is_sure"),
    [
        ("Ann <a@x.example>, b@y.example", (("Ann", "a@x.example"), ("", "b@y.example")), True),
        ('"ceo@corp.example" <x@evil.example>', (("ceo@corp.example", "x@evil.example"),), True),
        ("Group: a@x.example, b@y.example;", (("", "a@x.example"), ("", "b@y.example")), True),
        ("=?utf-8?q?a=2C?= <a@x.example>", (("=?utf-8?q?a=2C?=", "a@x.example"),), True),
        ("a@x.example <b@y.example>", (("a@x.example", "b@y.example"),), False),
        ("nobody", (), False),
        ("", (), True),
    ],
)
def test_lists_are_split_by_structure(text: str, found: tuple[tuple[str, str], ...], is_sure: bool) -> None:
    """Quotes, groups and angles decide; encoded words are left for us; what is doubtful is told."""
    assert scan_addresses(text) == (found, is_sure)


def test_brackets_without_end_do_no_harm() -> None:
    """The recursive scanner of the standard library behind it is never reached with them."""
    assert scan_addresses("(" * 10_000 + "a@x.example")[1] is False


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Mon, 23 Nov 2026 10:00:00 +0100 (CET)", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("23 Nov 98 10:00 EST", datetime(1998, 11, 23, 15, tzinfo=UTC)),
        ("Fri, 23 Nov 2026 10:00:60 +0000", datetime(2026, 11, 23, 10, 1, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 10:00:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_instants_or_nothing(text: str, at: datetime | None) -> None:
    """RFC 5322 with its obsolete forms; a date without a zone is left for us."""
    assert read_date(text) == at
