"""What is fuzzed: each target takes any bytes, and raises only when a promise of the readers is broken."""

from collections.abc import Callable, Mapping

from maild.model.mail import Message
from maild.parsing import Flag, ReadingLimits, fingerprint, parse
from maild.parsing.addresses import parse_addresses, parse_sender
from maild.parsing.authenticity import verdict
from maild.parsing.charsets import clean_line
from maild.parsing.html import html_to_text, sanitise
from maild.parsing.replies import new_words

LIMITS = ReadingLimits()
REPORT = (
    b"From: mailer-daemon@x.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    b"--b\r\n\r\nIt failed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n%s\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <a@b>\r\n\r\nx\r\n--b--\r\n"
)


def fuzz_addresses(data: bytes) -> None:
    sender, why = parse_sender([data], (), LIMITS)
    assert (sender is None) == (why is not None)
    found, _ = parse_addresses([data], (), LIMITS)
    for each in (*found, *([sender] if sender else [])):
        assert each.name == clean_line(each.name)
        assert each.address == clean_line(each.address)
        assert "@" in each.address


def fuzz_headers(data: bytes) -> None:
    check(parse(data + b"\r\n\r\nbody"))
    fingerprint(data)


def fuzz_mime(data: bytes) -> None:
    check(parse(data))


def fuzz_dsn(data: bytes) -> None:
    check(parse(REPORT % data))
    check(parse(b"From: mailer-daemon@x.example\r\nSubject: Undelivered Mail\r\n\r\n" + data))


def fuzz_replies(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    words = new_words(text, html=None)
    words.reply.encode()
    assert words.reply.strip() or not text.strip()


def fuzz_html(data: bytes) -> None:
    html = data.decode("utf-8", "replace")
    html_to_text(html).text.encode()
    sanitise(html).encode()


def fuzz_authenticity(data: bytes) -> None:
    values = data.decode("latin-1").split("\n")
    verdict(values, "bob@acme.example", "mx.acme.example")


def check(message: Message) -> None:
    """A message that was read, and that can be kept, shown and answered."""
    assert Flag.UNREADABLE not in message.flags
    for text in (message.text, message.reply, message.subject, message.html or ""):
        text.encode()
        assert "\0" not in text
    assert message.subject == clean_line(message.subject)
    for name, value in message.headers:
        assert value == clean_line(value), name
    for attachment in message.attachments:
        assert len(attachment.name.encode()) in range(1, 256)
        assert not set("/\\\0\r\n") & set(attachment.name)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "addresses": fuzz_addresses,
    "headers": fuzz_headers,
    "mime": fuzz_mime,
    "dsn": fuzz_dsn,
    "replies": fuzz_replies,
    "html": fuzz_html,
    "authenticity": fuzz_authenticity,
}
