"""Content-Type and Content-Disposition as the world's mailers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.parsing.parameters import read_parameters


@pytest.mark.parametrize(
    ("raw", "value", "parameters"),
    [
        (b"text/plain", "text/plain", {}),
        (b"Text/PLAIN; Charset=UTF-8", "text/plain", {"charset": "UTF-8"}),
        (b'text/plain; charset="utf-8" ; format=flowed', "text/plain", {"charset": "utf-8", "format": "flowed"}),
        (b"text/plain;charset=utf-8;", "text/plain", {"charset": "utf-8"}),
        (b"multipart/mixed; boundary=a=b_c", "multipart/mixed", {"boundary": "a=b_c"}),
        (b'multipart/mixed; boundary="a; b"', "multipart/mixed", {"boundary": "a; b"}),
        (b"attachment; filename=my file.pdf", "attachment", {"filename": "my file.pdf"}),
        (b'attachment; filename="never closed.pdf', "attachment", {"filename": "never closed.pdf"}),
        (b'attachment; filename="a \\"b\\" c.txt"', "attachment", {"filename": 'a "b" c.txt'}),
        (b'attachment; filename="C:\\docs\\a.txt"', "attachment", {"filename": "C:\\docs\\a.txt"}),
        (b"attachment; filename*=utf-8''na%C3%AFve%20plan.txt", "attachment", {"filename": "naïve plan.txt"}),
        (b"attachment; filename*=iso-8859-1'de'gr%FC%DFe.txt", "attachment", {"filename": "grüße.txt"}),
        (b"attachment; filename*=gr%C3%BC%C3%9Fe.txt", "attachment", {"filename": "grüße.txt"}),
        (
            b"attachment; filename*1*=%C3%BC.txt; filename*0*=utf-8''gr",
            "attachment",
            {"filename": "grü.txt"},
        ),
        (b'attachment; filename*0="long "; filename*1="name.txt"', "attachment", {"filename": "long name.txt"}),
        # A plain form for old readers beside the real one.
        (b"attachment; filename=\"gr_e.txt\"; filename*=utf-8''gr%C3%BC.txt", "attachment", {"filename": "grü.txt"}),
        (b'attachment; filename="=?utf-8?Q?gr=C3=BC.txt?="', "attachment", {"filename": "grü.txt"}),
        (b"attachment; filename==?utf-8?b?Z3LDvC50eHQ=?=", "attachment", {"filename": "grü.txt"}),
        ('attachment; filename="grü.txt"'.encode(), "attachment", {"filename": "grü.txt"}),
        (b"text/plain; charset=us-ascii (plain text)", "text/plain", {"charset": "us-ascii"}),
        (b'text/html   ; charest="us-ascii"', "text/html", {"charest": "us-ascii"}),
        (b"a; name=first; name=second", "a", {"name": "first"}),
        (b"", "", {}),
        (b";;;", "", {}),
    ],
)
def test_fields_with_parameters(raw: bytes, value: str, parameters: dict[str, str]) -> None:
    """RFC 2231 in all its forms, encoded words, raw bytes and unquoted blanks are read as they were meant."""
    read = read_parameters(raw)

    assert (read.value, dict(read.parameters)) == (value, parameters)


def test_raw_names_are_read_by_the_mails_charset() -> None:
    """An 8-bit name without a charset is in that of the mail."""
    raw = b'attachment; filename="' + "счёт.pdf".encode("koi8_r") + b'"'

    assert read_parameters(raw, ("koi8-r",)).parameters["filename"] == "счёт.pdf"


@pytest.mark.parametrize("piece", [b"; a=b", b";", b"; n*%d=x", b'; a="', b"; a=\\"])
def test_ten_thousand_parameters_are_read_in_one_pass(piece: bytes) -> None:
    """The standard library's newer parser takes seconds for this; we take a hundred parameters and go on."""
    assert read_parameters(b"text/plain" + piece * 10_000).value == "text/plain"
    assert len(read_parameters(b"text/plain" + b"".join(b"; a%d=b" % n for n in range(10_000))).parameters) == 100


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parameter_reader(raw: bytes) -> None:
    """Any bytes are a value and parameters, never an error."""
    read = read_parameters(raw)

    assert read.value == read.value.lower()
    assert all("\n" not in value and "\0" not in value for value in read.parameters.values())
