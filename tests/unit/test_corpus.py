"""Every mail of the corpus, as it is and changed in four ways: each becomes a message, as a person would read it.

What is expected of each stands in corpus.tsv, stated after reading the mails. The corpus is no part of the project:
its folder is named by MAILD_CORPUS.
"""

import email
import os
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from maild.model.mail import Message
from maild.parsing import Flag, ReadingLimits, parse
from maild.parsing.transfer import decode_transfer, name_encoding
from maild.parsing.tree import Part, grow_tree

UNSTATED = "…"
FOLDER = os.environ.get("MAILD_CORPUS")
if FOLDER is None:
    if os.environ.get("CI"):
        pytest.fail(
            "MAILD_CORPUS names no folder: the corpus cannot be read, and CI does not do without", pytrace=False
        )
    pytest.skip("MAILD_CORPUS names no folder of mails", allow_module_level=True)


@dataclass(frozen=True, slots=True)
class Expected:
    """One line of corpus.tsv; `sender` is empty where nobody can be believed.

    `bounce` is the action, the status and the recipient of a delivery report.
    """

    path: str
    sender: str
    subject: str
    first: str
    last: str
    files: tuple[str, ...]
    automatic: str
    bounce: str


def read_table() -> list[Expected]:
    lines = Path(__file__).with_name("corpus.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return [Expected(*row[:5], tuple(filter(None, row[5].split("|"))), *row[6:]) for row in rows]


@cache
def corpus() -> dict[str, bytes]:
    folder = Path(FOLDER or "")
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def check(message: Message) -> None:
    """A message that can be stored, shown and answered."""
    assert Flag.UNREADABLE not in message.flags
    for text in (message.text, message.reply, message.subject, message.html or ""):
        text.encode()
        assert "\0" not in text
    assert not set("\r\n\x0b\x0c\x1c\x85\u2028") & set(message.subject)
    for attachment in message.attachments:
        assert attachment.size == len(attachment.content)
        assert not set("/\\\0\r\n") & set(attachment.name)


def outline(message: Message) -> tuple[object, ...]:
    names = [attachment.name for attachment in message.attachments]
    return message.sender, message.to, message.subject, message.message_id, message.date, names


TABLE = read_table()


@pytest.mark.parametrize("expected", TABLE, ids=lambda expected: expected.path)
def test_a_mail_is_read_as_a_person_reads_it(expected: Expected) -> None:
    """Its sender, its subject, the first and the last line of its text, what hangs on it, and what kind it is."""
    message = parse(corpus()[expected.path])

    lines = [line.strip() for line in message.text.splitlines() if line.strip()] or [""]
    assert (message.sender.address if message.sender else "") == expected.sender
    assert message.subject == expected.subject
    assert lines[0].startswith(expected.first) or expected.first == UNSTATED
    assert lines[-1].endswith(expected.last) or expected.last == UNSTATED
    assert bool(lines[0]) == bool(expected.first)
    assert tuple(attachment.name for attachment in message.attachments) == expected.files
    assert (message.automatic or "") == expected.automatic
    bounce = message.bounce
    assert (f"{bounce.action} {bounce.status} {bounce.recipient}" if bounce else "") == expected.bounce


def test_every_mail_of_the_corpus_is_a_message() -> None:
    """None raises, each is read the same again, and the bytes are what they were."""
    assert corpus()
    for raw in corpus().values():
        kept = bytes(bytearray(raw))
        message = parse(raw)
        check(message)
        assert parse(raw) == message
        assert raw == kept


def contents(part: Part) -> list[bytes]:
    if part.children:
        return [content for child in part.children for content in contents(child)]
    encoding = name_encoding(part.head.first(b"content-transfer-encoding").decode("latin-1"))
    return [decode_transfer(part.body(), encoding)[0]]


def test_sound_mails_hold_what_the_standard_library_finds_in_them() -> None:
    """Where that one sees no defect, both find the same parts, byte for byte after transfer decoding."""
    compared = 0
    for path, raw in corpus().items():
        tree = email.message_from_bytes(raw)
        parts = list(tree.walk())
        is_sound = "from" in tree and not any(
            part.defects or part.get_content_maintype() == "message" for part in parts
        )
        if is_sound:
            compared += 1
            theirs = [part.get_payload(decode=True) for part in parts if not part.is_multipart()]
            assert contents(grow_tree(raw, ReadingLimits())[0]) == theirs, path
    assert compared


def test_what_has_no_headers_is_all_text() -> None:
    """A bare reply loses no word, though it quotes header blocks."""
    for path, raw in corpus().items():
        if path.startswith("email-reply-parser/"):
            message = parse(raw)
            assert message.text.split() == raw.decode().split()
            assert message.headers == ()


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_line_ends_do_not_matter(line_end: bytes) -> None:
    """CRLF or LF: the same sender, subject, dates, names and text."""
    for path, raw in corpus().items():
        plain = parse(raw)
        changed = parse(raw.replace(b"\r\n", b"\n").replace(b"\n", line_end))
        check(changed)
        assert outline(changed) == outline(plain), path
        assert changed.text == plain.text, path


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98])
def test_a_mail_that_is_cut_is_read_to_the_cut(share: float) -> None:
    """Wherever the bytes end, what was there is read; a text that had begun is not lost."""
    for raw in corpus().values():
        check(parse(raw[: int(len(raw) * share)]))


@pytest.mark.parametrize("seed", range(4))
def test_noise_breaks_no_mail(seed: int) -> None:
    """Bytes of eight bits strewn over the whole mail, headers and boundaries included."""
    chosen = random.Random(seed)
    for raw in corpus().values():
        noisy = bytearray(raw)
        for _ in range(len(raw) // (20 * (seed + 1)) if raw else 0):
            noisy[chosen.randrange(len(noisy))] = chosen.randrange(128, 256)
        check(parse(bytes(noisy)))


def test_a_deep_forward_keeps_its_own_words_only() -> None:
    """Sixty forwards around a mail: the outermost words are the text, the rest one file, byte for byte."""
    for path, raw in corpus().items():
        inner = raw
        for level in range(60):
            inner = (
                b"From: f@x.example\r\nSubject: level %d\r\nContent-Type: multipart/mixed; boundary=deep%d\r\n\r\n"
                b"--deep%d\r\n\r\nforwarding %d\r\n--deep%d\r\nContent-Type: message/rfc822\r\n\r\n%s\r\n--deep%d--\r\n"
            ) % (level, level, level, level, level, inner, level)
        message = parse(inner)
        check(message)
        assert (message.subject, message.text) == ("level 59", "forwarding 59"), path
        assert [attachment.name for attachment in message.attachments] == ["level 58.eml"]
        assert message.attachments[0].content in inner
        assert raw in message.attachments[0].content
