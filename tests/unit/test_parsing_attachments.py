"""Names from outside made harmless, and names for what has none."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.parsing.attachments import given_name, harmless_name, make_attachment


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\docs\\plan.doc", "plan.doc"),
        ("/etc/passwd", "passwd"),
        ("a/b/", "b"),
        ("..", ""),
        (".", ""),
        ("", ""),
        ("///", ""),
        ("a\0b.txt", "a b.txt"),
        ("a\r\nb.txt", "a b.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2066a\u2069.txt", "a.txt"),
        ("=?utf-8?Q?gr=C3=BC=C3=9Fe.txt?=", "grüße.txt"),
        (" name.txt ", "name.txt"),
        ("nai\u0308ve.txt", "naïve.txt"),
        ("\ud800.txt", "�.txt"),
    ],
)
def test_names_lose_what_could_hurt(raw: str, name: str) -> None:
    """Path parts, control and bidirectional characters go; the rest of the name stays as it is."""
    assert harmless_name(raw) == name


def test_long_names_keep_their_suffix() -> None:
    """255 bytes at most, cut between characters, and still a PDF."""
    name = harmless_name("ü" * 300 + ".pdf")

    assert len(name.encode()) <= 255
    assert name.endswith("ü.pdf")


def test_a_name_is_given_to_what_has_none() -> None:
    """The same name at every reading: by its type and place, or by the subject of the mail in it."""
    assert given_name("image/png", 3) == "image-3.png"
    assert given_name("application/x-unheard-of", 2) == "attachment-2.bin"
    assert given_name("message/rfc822", 1, "Re: ../invoice") == "invoice.eml"
    assert given_name("message/rfc822", 1) == "message-1.eml"


def test_one_content_has_one_hash() -> None:
    """Identical signature images are one blob."""
    one = make_attachment(b"PNG", "image/png", "a.png")
    other = make_attachment(b"PNG", "image/png", "b.png")

    assert one.sha256 == other.sha256 == sha256(b"PNG").hexdigest()
    assert one.size == 3


@given(st.text(max_size=400))
def test_every_name_is_harmless(raw: str) -> None:
    """Whatever is asked for, the name is one component of at most 255 bytes that names no folder."""
    name = harmless_name(raw)

    assert len(name.encode()) <= 255
    assert not set(name) & set("/\\\0\r\n\u202e")
    assert name not in {".", ".."}
