"""What a folder is called on the server."""

import pytest

from maild.imap.showing import in_namespace, numbers

COURIER = ((("INBOX.", "."),), None, (("Shared.", "."),))
USUAL = ((("", "/"),), None, None)


@pytest.mark.parametrize(
    ("folder", "namespaces", "name"),
    [
        ("Handled", USUAL, "Handled"),
        ("Handled", None, "Handled"),
        ("Handled", (None, None, None), "Handled"),
        ("Handled", COURIER, "INBOX.Handled"),
        ("Desk/Handled", COURIER, "INBOX.Desk.Handled"),
        ("Desk/Handled", USUAL, "Desk/Handled"),
        ("INBOX.Handled", COURIER, "INBOX.Handled"),
        ("Shared.Handled", COURIER, "Shared.Handled"),
        ("inbox", COURIER, "inbox"),
    ],
)
def test_a_short_name_is_a_personal_folder(folder: str, namespaces: object, name: str) -> None:
    """A name without one of the server's prefixes gets the personal one, with the server's separator (RFC 2342)."""
    assert in_namespace(folder, namespaces) == name  # type: ignore[arg-type]


def test_numbers_are_all_that_is_read_of_a_list() -> None:
    """A SEARCH answer may come in several lines, empty, or with more words."""
    assert list(numbers([b"1 2", None, b"", b"3 (MODSEQ 17)", b"x -4"])) == [1, 2, 3]
