"""Header fields: whatever a stranger calls himself, one field stays one field and reads back as it was meant."""

import email
from email import policy
from email.header import decode_header, make_header

import pytest

from maild.composing import headers

HOSTILE = [
    "a\r\nBcc: everyone@x.example",
    "a\nBcc: everyone@x.example",
    "a\rBcc: everyone@x.example",
    "a\u2028Bcc: everyone@x.example",
    "a\u2029Bcc: everyone@x.example",
    "a\x85Bcc: everyone@x.example",
    "a\x0bBcc: everyone@x.example",
    "a\x0cBcc: everyone@x.example",
    "a\x1cBcc: everyone@x.example",
    "a\x00b",
    "a\ud800b",
    "a\udfffb \ud83d",
    "=?utf-8?q?a=0d=0aBcc:_everyone@x.example?=",
    "\r\n\r\n<html>",
    "\u202egpj.exe",
    "x" * 5000,
    "ü" * 2000,
    "word " * 1000,
    '"quoted" \\ back',
    "",
    " ",
]


def read(field: bytes) -> email.message.Message:
    return email.message_from_bytes(field + b"\r\nbody\r\n")


def decoded(value: str) -> str:
    return str(make_header(decode_header(value)))


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_begins_a_second_header(value):
    """A subject or a display name of any content stays inside its own field, in 7-bit lines of at most 998 octets."""
    for field in (headers.text_field("Subject", value), headers.address_field("From", value, "a@x.example")):
        message = read(field)
        assert len(message.keys()) == 1
        assert not message.defects
        assert message.get_payload() == "body\r\n"
        assert field.isascii()
        assert max(map(len, field.split(b"\r\n"))) <= 998
        assert b"\n" not in field.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "value",
    [
        "Printer on floor 3",
        "Grüße aus Köln",
        "Re: 打印机坏了 [#1042]",
        "Re: Принтер не работает, помогите пожалуйста, уже третий день [#1042]",
        "Re: naïve words among plain ones and café at the end [#1042]",
        "😀" * 60,
        "=?utf-8?q?literally?= an encoded word",
        "plain " * 60,
        "{{7*7}} {0.__class__} %(x)s",
    ],
)
def test_a_subject_reads_back_as_it_was_written(value):
    """Folding and encoding lose no character, in the old parser and in the new one."""
    field = headers.text_field("Subject", value)

    assert decoded(read(field)["Subject"].replace("\r\n", "")) == value.strip()
    assert email.message_from_bytes(field + b"\r\n", policy=policy.default)["Subject"] == value.strip()


def test_a_tag_stays_readable_beside_encoded_words():
    """Only the words outside ASCII are encoded: what searches raw headers for a tag finds it."""
    assert b"[#1042]" in headers.text_field("Subject", "Re: Grüße [#1042]")


def test_lines_with_encoded_words_are_short():
    """RFC 2047: a line that holds an encoded-word has at most 76 characters."""
    field = headers.text_field("Subject", "Re: " + "äöü grün " * 40 + "[#1042]")

    assert max(map(len, field.split(b"\r\n"))) <= 76


@pytest.mark.parametrize(
    "name",
    [
        "Bob Miller",
        "Miller, Bob",
        "Alice Reyes (Acme Support)",
        'Bob "the printer" Miller',
        "Алиса Рейес",
        "Alice <alice@corp.example>",
        "back\\slash",
        "=?utf-8?q?Bob?=",
        "Dr. Müller, Jürgen; (IT) <x@y>",
    ],
)
def test_a_display_name_reads_back_and_cannot_pose_as_an_address(name):
    """Whatever stands in a display name, the field holds one address: the one that was given."""
    field = headers.address_field("From", name, "support@acme.example")

    parsed = email.message_from_bytes(field + b"\r\n", policy=policy.default)["From"]
    assert [one.addr_spec for one in parsed.addresses] == ["support@acme.example"]
    assert parsed.addresses[0].display_name == name


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("bob@x.example", "bob@x.example"),
        ("bob@müller.example", "bob@xn--mller-kva.example"),
        ("bob@straße.example", "bob@straße.example"),
        ("two words@x.example", '"two words"@x.example'),
        ("a>b@x.example", '"a>b"@x.example'),
        ("a\r\nBcc: c@x.example", '"a Bcc: c"@x.example'),
        (".dots..@x.example", '".dots.."@x.example'),
        ("bob@x.example>, <eve@evil.example", '"bob@x.example>, <eve"@evil.example'),
    ],
)
def test_an_address_stays_one_address(address, written):
    """A local part that is no dot-atom is quoted, a domain outside ASCII is written in ASCII."""
    assert headers.address_spec(address) == written


def test_only_message_ids_stand_in_references():
    """What is no Message-ID, or would break the line, is left out."""
    ids = ["<a@x>", "<b c@x>", "no brackets", "<c@x>\r\nBcc: d@x", "<" + "e" * 600 + "@x>", "<ü@x>", "<d@x>"]

    assert headers.ids_field("References", ids) == b"References: <a@x> <d@x>\r\n"


def test_twelve_long_ids_are_folded():
    """References of twelve long ids fold between them, so that no line passes 998 octets."""
    field = headers.ids_field("References", [f"<{'x' * 400}{n}@x>" for n in range(12)])

    assert max(map(len, field.split(b"\r\n"))) <= 998
    assert len(read(field)["References"].split()) == 12


@pytest.mark.parametrize("name", ["a b.pdf", "Rechnung März.pdf", 'a".pdf', "a\r\nX: y.pdf", "=?x?=.pdf", "é" * 127])
def test_a_parameter_reads_back(name):
    """A file name survives as RFC 2231 says, and never leaves its parameter."""
    field = f"Content-Disposition: attachment; {headers.parameter('filename', name)}\r\n".encode("ascii")

    assert read(field).get_filename() == headers.clean(name)
    assert len(read(field).keys()) == 1
