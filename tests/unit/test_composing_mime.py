"""Bodies: what is put together is what the standard library takes apart."""

import email
from hashlib import sha256

import pytest

from maild.composing.mime import Encoder, Picture, build_body, clean_text, safe_name
from maild.model.mail import Attachment


def an_attachment(name="a.bin", kind="application/octet-stream", content=b"\x00\xff" * 500, cid=None):
    return Attachment(name, kind, len(content), sha256(content).hexdigest(), cid is not None, cid, content)


def read(text="Hello\n", html=None, pictures=(), attachments=()):
    body = build_body(text, html, pictures, attachments, Encoder())
    return email.message_from_bytes(b"MIME-Version: 1.0\r\n" + body.fields + b"\r\n" + b"".join(body.pieces))


def raw(text="Hello\n", html=None, pictures=(), attachments=()):
    body = build_body(text, html, pictures, attachments, Encoder())
    return body.fields + b"\r\n" + b"".join(body.pieces)


TEXTS = [
    "Hello\n",
    "Grüße\naus Köln\n",
    "日本語のテキスト\n" * 30,
    "x" * 5000 + "\n",
    "ä" * 5000 + "\n",
    ".\n..\nFrom here\n>From there\n",
    "trailing blanks   \n\ttab\t\n",
    "= equals =3D =_ boundary-like --=_abc\n",
    "😀 four octets\n",
    "\n",
    "-- \nAlice\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_text_reads_back(text):
    """Every text comes back character for character, over CRLF."""
    part = read(text)

    got = part.get_payload(decode=True).decode(part.get_content_charset())
    assert got.replace("\r\n", "\n") == text


@pytest.mark.parametrize("text", TEXTS)
def test_what_goes_over_the_wire_is_short_7bit_lines_with_crlf(text):
    """No relay has a reason to rewrite a body: 7-bit, CRLF alone, no line above 998 octets."""
    wire = raw(text, f"<p>{text}</p>", (), (an_attachment(content=b"x" * 10_000),))

    assert wire.isascii()
    assert b"\0" not in wire
    assert wire.count(b"\n") == wire.count(b"\r\n") == wire.count(b"\r")
    assert max(map(len, wire.split(b"\r\n"))) <= 998


def test_the_parts_stand_in_the_usual_order():
    """mixed(alternative(plain, related(html, picture)), attachment): what every client expects."""
    picture = Picture("one@acme.example", an_attachment("logo.png", "image/png", b"PNG", "x"))
    message = read("Hello\n", '<img src="cid:one@acme.example">', (picture,), (an_attachment("a.pdf"),))

    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/octet-stream",
    ]
    assert [part["Content-ID"] for part in message.walk() if part["Content-ID"]] == ["<one@acme.example>"]
    assert not any(part.defects for part in message.walk())


@pytest.mark.parametrize("size", [0, 1, 56, 57, 58, 1_000_000])
def test_an_attachment_reads_back_octet_for_octet(size):
    """Base64 of any length, in lines of 76."""
    content = bytes(range(256)) * (size // 256 + 1)
    part = list(read(attachments=(an_attachment(content=content[:size]),)).walk())[-1]

    assert part.get_payload(decode=True) == content[:size]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\x.doc", "x.doc"),
        ("a\r\nX-Evil: y\r\n.txt", "a X-Evil: y .txt"),
        ("nul\x00.txt", "nul .txt"),
        ("\ud800.txt", "txt"),
        ("exe.\u202egpj", "exe. gpj"),
        ("", "attachment"),
        ("..", "attachment"),
        ("/", "attachment"),
        ("Übersicht März.pdf", "Übersicht März.pdf"),
        ('say "hi".txt', 'say "hi".txt'),
    ],
)
def test_a_file_name_is_only_a_name(name, kept):
    """No path, no control character, no new header; the rest of the name stays."""
    part = list(read(attachments=(an_attachment(name),)).walk())[-1]

    assert part.get_filename() == kept
    assert part.keys() == ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"]


@pytest.mark.parametrize("name", ["é" * 300 + ".pdf", "x" * 300 + ".pdf", "日" * 300, "." * 300 + "é" * 300])
def test_an_endless_file_name_is_cut_to_255_octets(name):
    """The extension stays, and no character is cut in half."""
    kept = safe_name(name)

    assert len(kept.encode()) <= 255
    assert kept.endswith(".pdf") is name.endswith(".pdf")
    assert list(read(attachments=(an_attachment(name),)).walk())[-1].get_filename() == kept


@pytest.mark.parametrize("kind", ["", "x", "text/html\r\nX: y", "a b/c", "é/é", "multipart/mixed", "message/partial"])
def test_a_strange_type_becomes_octets(kind):
    """A type that is none, or that may not be base64, is sent as what it is: some octets."""
    part = list(read(attachments=(an_attachment(kind=kind),)).walk())[-1]

    assert part.get_content_type() == "application/octet-stream"


def test_a_forwarded_message_stays_a_message():
    """RFC 2046, 5.2.1: a message is not base64; a 7-bit one goes as it is, any other as octets."""
    plain = an_attachment("m.eml", "message/rfc822", b"Subject: x\n\nwords\n")
    odd = an_attachment("m.eml", "message/rfc822", "Subject: x\n\nwörter\n".encode())

    assert [part.get_content_type() for part in read(attachments=(plain,)).walk()][2:] == [
        "message/rfc822",
        "text/plain",
    ]
    assert list(read(attachments=(odd,)).walk())[-1].get_payload(decode=True) == odd.content


def test_a_part_that_imitates_a_boundary_closes_nothing():
    """Text that holds the boundary of the very mail is encoded, so that the boundary is in no part."""
    text = "Hello\n"
    boundary = read(text, "<p>x</p>").get_boundary()
    message = read(f"--{boundary}\n--{boundary}--\n", "<p>x</p>")

    assert len(message.get_payload()) == 2
    assert not any(part.defects for part in message.walk())


def test_the_same_contents_are_the_same_octets():
    """A mail to several people is stored once: nothing of chance or of the recipient is in a body."""
    assert raw("Hello\n", "<p>Hello</p>", (), (an_attachment(),)) == raw(
        "Hello\n", "<p>Hello</p>", (), (an_attachment(),)
    )


def test_text_is_cleaned_of_what_mail_cannot_carry():
    """Controls are gone, every line end is one, a lone surrogate is a replacement character; words stay."""
    assert clean_text("a\x00b\r\nc\rd\u2028e\x85f\x1bg\ud800h\ti\x9b") == "ab\nc\nd\ne\nfg\ufffdh\ti"


def test_a_large_attachment_is_one_object_in_the_mails_to_all():
    """Twelve colleagues are told of 7 MB: the words are each one's own, the attachment is in memory once."""
    large, small = an_attachment(content=b"\x00\xff" * 100_000), an_attachment(content=b"\x01" * 50)
    encoder = Encoder()
    bodies = [build_body(f"Hello {name}\n", None, (), (small, large, small), encoder) for name in ("Alice", "Carol")]

    shared = {id(piece) for piece in bodies[0].pieces} & {id(piece) for piece in bodies[1].pieces}

    assert [len(body.pieces) for body in bodies] == [3, 3]
    assert shared == {id(bodies[0].pieces[1])}
