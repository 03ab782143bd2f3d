"""Whole mails through the one door, parse(): every kind as a person would read it."""

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.model.mail import Address, Message
from maild.parsing import Flag, ReadingLimits, parse

HEAD = b"From: Bob Miller <bob@example.com>\r\nTo: support@acme.example\r\nSubject: Printer\r\nMIME-Version: 1.0\r\n"
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n"


def multipart(subtype: bytes, *parts: bytes, boundary: bytes = b"b", parameters: bytes = b"") -> bytes:
    head = b'Content-Type: multipart/%s; boundary="%s"%s\r\n\r\n' % (subtype, boundary, parameters)
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts)
    return head + body + b"--%s--\r\n" % boundary


def mail(entity: bytes) -> Message:
    return parse(HEAD + entity)


def attached(kind: bytes, name: bytes, data: bytes, more: bytes = b"") -> bytes:
    disposition = b'Content-Disposition: attachment; filename="%s"\r\n' % name if name else b""
    encoded = base64.encodebytes(data).replace(b"\n", b"\r\n")
    return b"Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n%s%s\r\n%s" % (kind, disposition, more, encoded)


def names(message: Message) -> list[str]:
    return [attachment.name for attachment in message.attachments]


def test_a_plain_mail() -> None:
    """Who, to whom, about what, and the words."""
    message = mail(PLAIN + b"The printer is broken.\r\n\r\nBob\r\n")

    assert message.sender == Address("bob@example.com", "Bob Miller")
    assert message.to == (Address("support@acme.example"),)
    assert message.subject == "Printer"
    assert message.text == "The printer is broken.\n\nBob"
    assert (message.html, message.attachments, message.flags) == (None, (), ())


def test_a_mail_saved_in_an_editor() -> None:
    """The mark that editors write first is no part of the first field."""
    assert parse(b"\xef\xbb\xbf" + HEAD + PLAIN + b"Hello").sender == Address("bob@example.com", "Bob Miller")


def test_alternatives_are_one_text() -> None:
    """The plain words are the text, the HTML is shown, nothing is read twice."""
    message = mail(multipart(b"alternative", PLAIN + b"Hello there", HTML + b"<p>Hello <b>there</b></p>"))

    assert message.text == "Hello there"
    assert message.html is not None
    assert "<b>there</b>" in message.html


def test_html_alone_is_readable_text() -> None:
    """A mail without plain words is read from its HTML."""
    message = mail(HTML + b"<html><body><p>Hello there</p></body></html>")

    assert message.text.strip() == "Hello there"


def test_a_blank_alternative_is_none() -> None:
    """Mailers send an empty plain part beside the HTML."""
    assert mail(multipart(b"alternative", PLAIN + b" \r\n", HTML + b"<p>words</p>")).text.strip() == "words"


def test_an_alternative_that_points_to_the_html_is_none() -> None:
    """`Please view this mail in an HTML viewer` is not what was said."""
    page = b"<p>" + b"The delivery of your order is late. " * 10 + b"</p>"
    plain = PLAIN + b"Please use an HTML capable viewer."

    assert "late" in mail(multipart(b"alternative", plain, HTML + page)).text


def test_stretches_of_text_between_files_are_one_text() -> None:
    """Apple Mail writes words, file, words: all the words are read, in order."""
    message = mail(multipart(b"mixed", PLAIN + b"before", attached(b"image/png", b"a.png", b"PNG"), PLAIN + b"after"))

    assert message.text == "before\nafter"
    assert names(message) == ["a.png"]


def test_html_and_plain_stretches_both_count() -> None:
    """A footer that a list puts on in plain text stands below the HTML."""
    message = mail(multipart(b"mixed", HTML + b"<p>words</p>", PLAIN + b"-- list footer <a@x>"))

    assert message.text.splitlines()[0] == "words"
    assert "list footer" in message.text
    assert message.html is not None
    assert "footer &lt;a@x&gt;" in message.html


def test_inline_images_keep_their_content_id() -> None:
    """An image that the HTML shows is inline, with the id by which it is shown; another is not."""
    image = attached(b"image/png", b"", b"PNG", b"Content-ID: <logo@x>\r\n")
    other = attached(b"image/png", b"other.png", b"GNP", b"Content-ID: <other@x>\r\n")
    message = mail(multipart(b"related", HTML + b'<p>hi <img src="cid:logo@x"></p>', image, other))

    assert [(each.content_id, each.is_inline) for each in message.attachments] == [("logo@x", True), ("other@x", False)]


@pytest.mark.parametrize("url", [b"cid:logo-1@x", b"CID:logo-1@x", b"cid:logo%2D1@x"])
def test_an_image_attached_but_shown_is_inline(url: bytes) -> None:
    """Some mailers call every image an attachment, also those that their HTML shows, however it writes the id."""
    image = attached(b"image/png", b"logo.png", b"PNG", b"Content-ID: <logo-1@x>\r\n")

    assert mail(multipart(b"mixed", HTML + b'<img src="' + url + b'">', image)).attachments[0].is_inline


CALENDAR = b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\n"


def test_an_invitation_is_one_file() -> None:
    """It comes as an alternative, often as a file besides: people see one."""
    both = multipart(b"alternative", PLAIN + b"come!", CALENDAR, boundary=b"inner")
    file = attached(b"application/ics", b"invite.ics", b"BEGIN:VCALENDAR\r\n")
    plan = attached(b"application/pdf", b"plan.pdf", b"%PDF")

    assert names(mail(both)) == ["invite.ics"]
    assert names(mail(multipart(b"mixed", both, file, plan))) == ["invite.ics", "plan.pdf"]
    assert mail(both).text == "come!"


def test_the_mail_for_other_screens_is_no_file() -> None:
    """Gmail's dynamic alternative repeats what the HTML says."""
    amp = b"Content-Type: text/x-amp-html\r\n\r\n<html amp4email></html>"

    assert mail(multipart(b"alternative", PLAIN + b"words", amp, HTML + b"<p>words</p>")).attachments == ()


def test_a_named_body_is_the_body() -> None:
    """A name without a disposition makes no file of the only words (scanners and forms write it)."""
    message = mail(b'Content-Type: text/plain; name="message.txt"\r\n\r\nscanned words')

    assert message.text == "scanned words"
    assert message.attachments == ()


def test_a_second_named_text_is_a_file() -> None:
    """After the words, a text with a name is a file."""
    second = b'Content-Type: text/plain; name="log.txt"\r\n\r\nlog lines'
    message = mail(multipart(b"mixed", PLAIN + b"words", second))

    assert message.text == "words"
    assert names(message) == ["log.txt"]


def test_a_short_named_text_in_line_is_both() -> None:
    """Its sender wants it seen in line and kept as a file."""
    second = b'Content-Type: text/plain; name="note.txt"\r\nContent-Disposition: inline\r\n\r\nfirewall says no'
    message = mail(multipart(b"mixed", PLAIN + b"words", second))

    assert message.text == "words\nfirewall says no"
    assert names(message) == ["note.txt"]


def test_an_attached_text_is_no_words() -> None:
    """What is called an attachment is one, though it could be read."""
    message = mail(multipart(b"mixed", PLAIN + b"words", attached(b"text/plain", b"log.txt", b"log lines")))

    assert message.text == "words"
    assert message.attachments[0].content == b"log lines"


def test_flowed_text_is_joined() -> None:
    """format=flowed is undone, with DelSp."""
    message = mail(b"Content-Type: text/plain; format=Flowed; DelSp=YES\r\n\r\nThe prin \r\nter is \r\nbroken.\r\n")

    assert message.text == "The printer isbroken."


def test_a_clear_signature_is_kept_as_a_part() -> None:
    """PGP/MIME and S/MIME: readable, the signature beside it, flagged."""
    signature = b"Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n-----BEGIN PGP SIGNATURE-----"
    message = mail(multipart(b"signed", PLAIN + b"signed words", signature))

    assert message.text == "signed words"
    assert names(message) == ["signature.asc"]
    assert message.flags == (Flag.SIGNED,)


def opaque(entity: bytes) -> bytes:
    """A CMS SignedData without signers, as `openssl smime -sign -nodetach` would frame it."""

    def element(tag: int, content: bytes) -> bytes:
        return bytes([tag, 0x83]) + len(content).to_bytes(3, "big") + content

    data, signed = bytes.fromhex("06092a864886f70d010701"), bytes.fromhex("06092a864886f70d010702")
    encapsulated = element(0x30, data + element(0xA0, element(0x04, entity)))
    inside = element(0x30, b"\x02\x01\x01\x31\x00" + encapsulated + b"\x31\x00")
    return element(0x30, signed + element(0xA0, inside))


def test_an_opaque_signature_is_opened() -> None:
    """Outlook signs in one opaque part: the mail inside is read, its attachments too, the signature kept."""
    inner = multipart(b"mixed", PLAIN + b"opaque words", attached(b"application/pdf", b"a.pdf", b"%PDF"))
    message = mail(attached(b"application/pkcs7-mime; smime-type=signed-data", b"smime.p7m", opaque(inner)))

    assert message.text == "opaque words"
    assert sorted(names(message)) == ["a.pdf", "smime.p7m"]
    assert message.flags == (Flag.SIGNED,)


def test_signatures_around_signatures_end_somewhere() -> None:
    """Signed in signed in signed: after a few the rest is kept as it is."""
    entity = PLAIN + b"deep"
    for _ in range(20):
        entity = attached(b"application/pkcs7-mime", b"smime.p7m", opaque(entity))

    assert len(mail(entity).attachments) == 6


def test_encrypted_mail_is_flagged_and_kept() -> None:
    """Nothing is decrypted; what was sent is kept."""
    pgp = multipart(
        b"encrypted",
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
        b"Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----",
    )
    smime = attached(b"application/pkcs7-mime", b"smime.p7m", bytes.fromhex("300d06092a864886f70d010703a000"))

    assert Flag.ENCRYPTED in mail(pgp).flags
    assert len(mail(pgp).attachments) == 2
    assert mail(smime).flags == (Flag.ENCRYPTED,)
    cut = attached(b"application/pkcs7-mime; smime-type=enveloped-data", b"smime.p7m", b"0\x82")
    assert mail(cut).flags == (Flag.ENCRYPTED,)
    assert Flag.ENCRYPTED in mail(PLAIN + b"-----BEGIN PGP MESSAGE-----\r\n\r\nabc\r\n").flags


INNER = b"From: Ann <ann@x.example>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\ninner w\xf6rds \n--b\n"


def test_an_inner_mail_is_a_file_byte_for_byte() -> None:
    """Its words do not leak into the outer text, and not one of its bytes is changed."""
    inner = INNER.replace(b"--b\n", b"--c\n")
    message = mail(multipart(b"mixed", PLAIN + b"see below", b"Content-Type: message/rfc822\r\n\r\n" + inner))

    assert message.text == "see below"
    assert message.attachments[0].content == inner
    assert names(message) == ["Grüße.eml"]
    assert message.subject == "Printer"


def test_a_mail_that_is_only_a_forward_is_read() -> None:
    """Nothing but another mail inside: its words are shown, through forwards of forwards, and flagged."""
    once = b"Content-Type: message/rfc822\r\n\r\n" + INNER
    twice = b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n" + once

    for entity in (once, twice, multipart(b"mixed", twice, boundary=b"outer")):
        message = mail(entity)
        assert message.text.startswith("inner wörds")
        assert Flag.FORWARDED_ONLY in message.flags
        assert len(message.attachments) == 1


def test_outlooks_own_format_is_kept_whole_and_flagged() -> None:
    """winmail.dat is one attachment."""
    message = mail(multipart(b"mixed", PLAIN + b"hi", attached(b"application/ms-tnef", b"winmail.dat", b"\x78\x9f")))

    assert names(message) == ["winmail.dat"]
    assert message.flags == (Flag.TNEF,)


def test_uuencoded_files_are_attachments() -> None:
    """Their lines are not words."""
    uu = b"begin 644 ../a.txt\r\n" + binascii.b2a_uu(b"file").replace(b"\n", b"\r\n") + b"`\r\nend\r\n"
    message = mail(PLAIN + b"see:\r\n" + uu + b"bye\r\n")

    assert message.text == "see:\nbye"
    assert [(each.name, each.content) for each in message.attachments] == [("a.txt", b"file")]
    assert message.flags == (Flag.UUENCODED,)


@pytest.mark.parametrize("label", [b"base64", b"x-uuencode"])
def test_a_lying_transfer_encoding_is_noticed(label: bytes) -> None:
    """Words under another label are still words."""
    message = mail(b"Content-Type: text/plain\r\nContent-Transfer-Encoding: " + label + b"\r\n\r\nDear all, hello.\r\n")

    assert message.text == "Dear all, hello."
    assert message.flags == (Flag.ENCODING_BROKEN,)


def test_nameless_parts_have_the_same_name_at_every_reading() -> None:
    """A name is made of the part's place, not of chance."""
    entity = multipart(b"mixed", PLAIN + b"hi", attached(b"image/jpeg", b"", b"JPEG"), attached(b"x/y", b"", b"?"))

    assert names(mail(entity)) == names(mail(entity)) == ["image-2.jpg", "attachment-3.bin"]


def test_headers_hold_nothing_that_could_end_a_header() -> None:
    """A line end hidden in an encoded word is a blank wherever it is read."""
    raw = (
        b"From: a@x.example\r\nSubject: =?utf-8?q?a=0D=0ABcc:_v@y.example=00=E2=80=A8?=\r\nX-Note: a\x0bb\x85c\r\n\r\nx"
    )
    message = parse(raw)

    assert message.subject == "a Bcc: v@y.example"
    assert dict(message.headers)["X-Note"] == "a b…c"
    assert all(value.isprintable() for _, value in message.headers)


def test_old_macintosh_line_ends_are_line_ends() -> None:
    """A mail whose lines end in CR alone has headers and a body."""
    message = parse(b"From: a@x.example\rSubject: s\r\rone\rtwo\r")

    assert (message.subject, message.text) == ("s", "one\ntwo")


def test_what_the_servers_found_is_kept_in_order() -> None:
    """Authentication-Results, topmost first; every address that the mail was delivered to."""
    raw = (
        b"Delivered-To: support+x@acme.example\r\nAuthentication-Results: mx.acme.example; dkim=pass\r\n"
        b"Authentication-Results: evil.example; dkim=pass\r\nX-Original-To: sales@acme.example\r\n" + HEAD + b"\r\nx"
    )
    message = parse(raw)

    assert message.authentication == ("mx.acme.example; dkim=pass", "evil.example; dkim=pass")
    assert message.delivered_to == ("support+x@acme.example", "sales@acme.example")


def test_what_the_servers_found_is_kept_verbatim() -> None:
    """An encoded word or a control character in a result says nothing that its grammar could take for syntax."""
    raw = (
        b"Authentication-Results: mx; spf=fail smtp.mailfrom==?utf-8?q?x=3B_dkim=3Dpass?=\0y\xa0z\r\n" + HEAD + b"\r\nx"
    )

    assert parse(raw).authentication == ("mx; spf=fail smtp.mailfrom==?utf-8?q?x=3B_dkim=3Dpass?=�y�z",)


def test_threads_are_kept() -> None:
    """Ids with brackets, references in order, the date in UTC."""
    raw = HEAD + (
        b"Message-ID: <m@x>\r\nIn-Reply-To: <r@x>\r\nReferences: <a@x>\r\n <r@x>\r\n"
        b"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\n\r\nx"
    )
    message = parse(raw)

    assert message.message_id == "<m@x>"
    assert message.in_reply_to == ("<r@x>",)
    assert message.references == ("<a@x>", "<r@x>")
    assert message.date is not None
    assert message.date.isoformat() == "2026-11-23T09:00:00+00:00"


def test_a_text_over_the_limit_is_cut_and_kept_as_a_file() -> None:
    """The words that are read end somewhere; none of them is lost."""
    words = b"word " * 1000
    message = parse(HEAD + PLAIN + words, ReadingLimits(text=100))

    assert len(message.text) <= 100
    assert message.attachments[0].content == words
    assert message.flags == (Flag.TEXT_CUT,)


def test_markup_over_the_limit_is_cut_and_kept_as_a_file() -> None:
    """Reading HTML costs by its tags: the first ones are read, all of them are kept."""
    page = b"<p>words</p>" * 1000
    message = parse(HEAD + HTML + page, ReadingLimits(marks=100))

    assert message.text.split() == ["words"] * 50
    assert message.attachments[0].content == page
    assert message.flags == (Flag.TEXT_CUT,)


def test_a_mail_over_the_size_is_read_to_the_limit() -> None:
    """Its headers and its first words are there, and a flag."""
    message = parse(HEAD + PLAIN + b"first words " + b"x" * 10_000, ReadingLimits(size=400))

    assert message.subject == "Printer"
    assert message.text.startswith("first words")
    assert Flag.SIZE_CUT in message.flags


def test_what_nobody_can_read_is_still_a_message() -> None:
    """Should a mail find a hole in us, its first bytes are shown and nobody is believed."""
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(4_000))

    message = parse(HEAD + opening, ReadingLimits(levels=10_000, parts=10_000))

    assert message.flags == (Flag.UNREADABLE,)
    assert message.sender is None
    assert message.text.startswith("From: Bob Miller")


@given(st.binary(max_size=600))
def test_any_bytes_are_a_message(raw: bytes) -> None:
    """No bytes raise, and what is read of them can be stored and sent."""
    message = parse(raw)

    assert Flag.UNREADABLE not in message.flags
    (message.text + message.subject + message.reply).encode()
    assert "\0" not in message.text


FRAGMENTS = st.sampled_from(
    [
        b"From: a@x.example\r\n", b"Subject: =?utf-8?q?a?=\r\n", b"\r\n", b"\n", b"--b\r\n", b"--b--\r\n",
        b'Content-Type: multipart/mixed; boundary="b"\r\n', b"Content-Type: multipart/alternative; boundary=b\r\n",
        b"Content-Type: text/html\r\n", b"Content-Type: message/rfc822\r\n", b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Disposition: attachment; filename*0*=utf-8''a%\r\n", b"begin 644 a\n", b"<p>hi</p>", b"aGVsbG8=",
        b"Content-Type: text/plain; charset=utf-16; format=flowed\r\n", b"\xff\xfe\0", b"words ",
        b"Content-Type: application/pkcs7-mime\r\n", b"0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02",
    ]
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=25).map(b"".join))
def test_any_mixture_of_fragments_is_a_message(raw: bytes) -> None:
    """MIME in the wrong order, unfinished or nested into itself is read the same at every reading."""
    message = parse(raw)

    assert Flag.UNREADABLE not in message.flags
    assert parse(raw) == message
