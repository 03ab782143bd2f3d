"""How a message is written for DATA."""

import pytest

from maild.smtp.envelope import stuff


@pytest.mark.parametrize(
    ("wire", "lines"),
    [
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b"", b"\r\n.\r\n"),
        (b".\r\n", b"..\r\n.\r\n"),
        (b"a\r\n.b\r\n..\r\n", b"a\r\n..b\r\n...\r\n.\r\n"),
        (b"a\n.\nb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\r.\rb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\r\r\nb", b"a\r\n\r\nb\r\n.\r\n"),
    ],
)
def test_only_the_last_line_is_a_dot_alone(wire: bytes, lines: bytes) -> None:
    """A dot at the beginning of a line is doubled, every line ends in CRLF, the last dot is added (RFC 5321, 4.5.2)."""
    assert stuff(wire) == lines
