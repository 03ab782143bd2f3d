"""Mails made to hurt whoever reads them, one of each kind: nesting, length, number, weight, and words that lie.

Each is small enough to be sent to anybody, but for those whose weight is the point. Their lines end in CR LF, so that
a mailbox gives back the very bytes.
"""

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

MEGABYTE = 1024 * 1024
MARK = "<m.AAAAAAAAAAAAAAAA.aaaa.AAAAAAAAAAAAAAAAAAAAAAAAAA@x>"
CODECS = [
    "utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "rot13", "zlib", "bz2", "hex",
    "uu", "base64", "quopri", "mbcs", "utf-16", "utf-32", "x-unknown", "a" * 60_000, "utf-8\0", "../../etc/passwd",
]  # fmt: skip


def make_bombs() -> Mapping[str, bytes]:
    """Give every bomb by its name; the name stands in its Message-ID, where it has one."""
    return {
        name: raw if name in BARE else f"Message-ID: <{name}@bombs.example>\r\n".encode() + raw
        for name, raw in {**_nests(), **_heads(), **_people(), **_pages(), **_words(), **_weights(), **_lies()}.items()
    }


BARE = {"nothing", "no-head", "noise", "newlines", "carriage-returns", "endless-first-line"}


def _mail(head: str = "", body: bytes = b"Hello\r\n", sender: str = "eve@x.example") -> bytes:
    return f"From: {sender}\r\nSubject: a matter\r\n{head}\r\n".encode() + body


def _typed(kind: str, body: bytes, head: str = "") -> bytes:
    return _mail(f"MIME-Version: 1.0\r\nContent-Type: {kind}\r\n{head}", body)


def _page(page: str) -> bytes:
    return _typed("text/html; charset=utf-8", page.encode() + b"\r\n")


def _parts(count: int, part: bytes) -> bytes:
    return _typed("multipart/mixed; boundary=q", (b"--q\r\n" + part) * count + b"--q--\r\n")


def _file(name: str, kind: str, content: bytes) -> bytes:
    head = f'Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="{name}"\r\n'
    return _typed(kind, base64.encodebytes(content).replace(b"\n", b"\r\n"), head)


def _nests() -> dict[str, bytes]:
    """Parts within parts."""
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(10_000))
    inner = _mail()
    for _ in range(20):
        inner = _typed("message/rfc822", base64.encodebytes(inner).replace(b"\n", b"\r\n"),
                       "Content-Transfer-Encoding: base64\r\n")  # fmt: skip
    lengths = "".join(
        f'Content-Type: multipart/mixed; boundary="{"b" * n}"\r\n\r\n--{"b" * n}\r\n' for n in range(1, 70)
    )
    return {
        "nested-multiparts": b"From: eve@x.example\r\n" + deep,
        "nested-same-boundary": b"From: eve@x.example\r\n"
        + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n" * 10_000,
        "nested-messages": b"From: eve@x.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 10_000 + b"end\r\n",
        "nested-encoded-messages": inner,
        "nested-digests": b"From: eve@x.example\r\n"
        + b"Content-Type: multipart/digest; boundary=q\r\n\r\n--q\r\n\r\n" * 5_000,
        "boundaries-of-boundaries": b"From: eve@x.example\r\n" + lengths.encode() + b"--b\r\n" * 100_000,
        "nested-cms": _file("smime.p7m", "application/pkcs7-mime", b"\x30\x80" * 500_000),
        "nested-enriched": _typed("text/enriched", b"<bold>" * 200_000 + b"\r\n"),
        "nested-report": _typed(
            "multipart/report; report-type=delivery-status; boundary=q",
            b"--q\r\nContent-Type: message/delivery-status\r\n\r\n"
            + b"Final-Recipient: rfc822;a@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n" * 50_000
            + b"--q--\r\n",
        ),
    }


def _heads() -> dict[str, bytes]:
    """Headers without number, measure or end."""
    return {
        "headers-100k": _mail("".join(f"X-{n}: {n}\r\n" for n in range(100_000))),
        "header-10mb": _mail("X-Long: " + "a" * 10 * MEGABYTE + "\r\n"),
        "subject-10mb": b"From: eve@x.example\r\nSubject: " + b"a b " * (10 * MEGABYTE // 4) + b"\r\n\r\nHello\r\n",
        "subject-folded": b"From: eve@x.example\r\nSubject:" + b"\r\n a" * 300_000 + b"\r\n\r\nHello\r\n",
        "subject-encoded-words": b"From: eve@x.example\r\nSubject: "
        + b"=?utf-8?q?a?= " * 70_000
        + b"\r\n\r\nHello\r\n",
        "subject-one-word": b"From: eve@x.example\r\nSubject: =?utf-8?b?" + b"QUFB" * 250_000 + b"?=\r\n\r\nHello\r\n",
        "subject-half-words": b"From: eve@x.example\r\nSubject: " + b"=?utf-8?q?" * 100_000 + b"\r\n\r\nHello\r\n",
        "subject-injection": b"From: eve@x.example\r\n"
        b"Subject: =?utf-8?q?a=0D=0ABcc:_victim@bigco.example=0D=0A?=\r\n\r\n.\r\n",
        "subject-tags": b"From: eve@x.example\r\nSubject: "
        + b"[#1] [#99999999999999999999] Re: " * 3_000
        + b"\r\n\r\nHello\r\n",
        "subject-controls": b"From: eve@x.example\r\n"
        b"Subject: \x0b\x0c\x1c\xc2\x85\xe2\x80\xa8\x7f\x01\x1b[31m\r\n\r\nHello\r\n",
        "parameters-10k": _typed("text/plain" + "".join(f";\r\n p{n}=v{n}" for n in range(10_000)), b"Hello\r\n"),
        "parameter-pieces": _typed(
            "text/plain" + "".join(f";\r\n name*{n}*=a%41" for n in range(10_000)), b"Hello\r\n"
        ),
        "parameter-loops": _typed("text/plain; " + "name*99999999999999999999=a; name*1*=''; " * 2_000, b"Hello\r\n"),
        "semicolons-100k": _typed("text/plain" + ";" * 100_000, b"Hello\r\n"),
        "quotes-100k": _typed('text/plain; charset="' + '\\"' * 100_000, b"Hello\r\n"),
        "boundary-1mb": _typed(f'multipart/mixed; boundary="{"b" * MEGABYTE}"', b"--b\r\n" * 10),
        "boundary-empty": _typed('multipart/mixed; boundary=""', b"--\r\n" * 100_000),
        "received-10k": b"Received: from a by b; Mon, 23 Nov 2026 09:00:00 +0000\r\n" * 10_000 + _mail(),
        "results-10k": b"Authentication-Results: mx.acme.example; dmarc=pass header.from=x.example\r\n" * 10_000
        + _mail(),
        "results-comments": b"Authentication-Results: " + b"(" * 50_000 + b"\r\n" + _mail(),
        "references-100k": _mail("References:" + "".join(f"\r\n <{n}@x.example>" for n in range(100_000)) + "\r\n"),
        "references-marks": _mail(
            "References:" + "\r\n <m.AAAAAAAAAAAAAAAA.aaaa.AAAAAAAAAAAAAAAAAAAAAAAAAA@x>" * 5_000 + "\r\n"
        ),
        "in-reply-to-brackets": _mail("In-Reply-To: " + "<" * 100_000 + "\r\n"),
        "date-digits": _mail("Date: " + "9" * 10_000 + "\r\n"),
        "date-comments": _mail("Date: Mon, 23 Nov 2026 09:00:00 +0000 " + "(" * 50_000 + "\r\n"),
        "date-year": _mail("Date: Mon, 23 Nov 99999999 99:99:99 +9999999999\r\n"),
    }


def _people() -> dict[str, bytes]:
    """Addresses without number, or of no grammar."""
    return {
        "from-parentheses": _mail(sender="(" * 50_000),
        "from-closed-parentheses": _mail(sender="(" * 50_000 + ")" * 50_000 + " eve@x.example"),
        "from-quotes": _mail(sender='"' * 100_001 + " <eve@x.example>"),
        "from-angles": _mail(sender="<" * 100_000 + "eve@x.example"),
        "from-routes": _mail(sender="<" + "@a," * 30_000 + ":eve@x.example>"),
        "from-dots": _mail(sender="a." * 50_000 + "a@" + "x." * 50_000 + "example"),
        "from-twice": b"From: alice@acme.example\r\n" + _mail(),
        "from-punycode": _mail(sender="eve@" + "xn--" + "a" * 50_000 + ".example"),
        "to-10k": _mail("To: " + ",\r\n ".join(f"u{n}@x.example" for n in range(10_000)) + "\r\n"),
        "to-groups": _mail("To: " + "a:" * 50_000 + ";" * 50_000 + "\r\n"),
        "to-commas": _mail("To: " + "," * MEGABYTE + "\r\n"),
        "cc-10k-headers": _mail("".join(f"Cc: u{n}@x.example\r\n" for n in range(10_000))),
        "reply-to-encoded": _mail("Reply-To: " + "=?utf-8?q?=22=2C?= <a@x.example>, " * 10_000 + "\r\n"),
    }


def _pages() -> dict[str, bytes]:
    """HTML that browsers forgive."""
    return {
        "html-divs": _page("<div>" * 100_000 + "end" + "</div>" * 100_000),
        "html-open-divs": _page("<div>" * 100_000 + "end"),
        "html-blockquotes": _page("<blockquote>" * 5_000 + "end"),
        "html-rows": _page("<table>" + "<tr><td>a<td>b" * 50_000 + "</table>"),
        "html-tables": _page("<table><tr><td>" * 20_000 + "end"),
        "html-lists": _page("<ul><li>" * 50_000 + "end"),
        "html-formatting": _page("<b><i><a href=x>" * 30_000 + "<p>" * 1_000 + "end"),
        "html-fonts": _page("<font><p>" * 20_000 + "end"),
        "html-svg": _page("<svg><foreignObject><math><mi>" * 10_000 + "end"),
        "html-comments": _page("<!--" * 200_000 + "end"),
        "html-less-than": _page("<" * MEGABYTE),
        "html-attributes": _page("<p " + " ".join(f"a{n}=b" for n in range(100_000)) + ">end"),
        "html-entities": _page(
            "&CounterClockwiseContourIntegral;" * 100_000 + "&#x110000;" * 1_000 + "&#xd800;" * 1_000
        ),
        "html-style": _page("<style>" + "a{" * 200_000 + "</style><p style='" + "b:(" * 50_000 + "'>end"),
        "html-quotes": _page("<div class=gmail_quote><blockquote>" * 3_000 + "On Mon Bob wrote:<br>" * 3_000),
        "html-ten-pages": _parts(10, b"Content-Type: text/html\r\n\r\n" + b"<p>word <b>bold</b>\r\n" * 50_000),
        "html-500-pages": _parts(500, b"Content-Type: text/html\r\n\r\n" + b"<table><tr><td>" * 200 + b"\r\n"),
    }


def _words() -> dict[str, bytes]:
    """Words that are hard on whoever looks for quotes, names and commands in them."""
    commands = b"#reply hello #resolve #assign alice #merge 1001\r\n"
    return {
        "words-on": _mail(body=b"On " * 17_000 + b"\r\n"),
        "words-on-lines": _mail(body=b"On Mon, 23 Nov 2026 at 09:12, Bob\r\n" * 30_000),
        "words-am": _mail(body=b"Am Montag schrieb " * 20_000 + b":\r\n"),
        "words-quotes": _mail(body=b">" * MEGABYTE + b"\r\n"),
        "words-quoted-lines": _mail(body=b"".join(b"> " * (n % 60) + b"line\r\n" for n in range(100_000))),
        "words-heads": _mail(body=b"From: a\r\nSent: b\r\nTo: c\r\nSubject: d\r\n\r\n" * 20_000),
        "words-originals": _mail(body=b"-----Original Message-----\r\n" * 40_000),
        "words-signatures": _mail(body=b"-- \r\n" * 200_000),
        "words-underscores": _mail(body=b"_" * MEGABYTE + b"\r\n"),
        "words-spaces": _mail(body=b" " * MEGABYTE + b"x\r\n" + b"\t \r\n" * 200_000),
        "words-links": _mail(body=b"<https://x.example/" + b"a" * 300_000 + b"> http://[" * 30_000 + b"\r\n"),
        "words-digits": _mail(body=b"+49 0123456789 " * 60_000 + b"\r\n"),
        "words-ats": _mail(body=b"a@" * 400_000 + b"\r\n"),
        "words-marks": _mail(
            body=b"<m.AAAAAAAAAAAAAAAA.aaaa.AAAAAAAAAAAAAAAAAAAAAAAAAA@x> support+r." * 10_000 + b"\r\n"
        ),
        "words-commands": _mail(body=commands * 20_000),
        "words-templates": _mail(body=b"{{7*7}} {% for a in range(10**9) %} {0.__class__} %(x)s\r\n" * 10_000),
        "words-flowed": _typed("text/plain; format=flowed; delsp=yes", b"a \r\n" * 250_000),
        "words-invisible": _typed("text/plain; charset=utf-8", "\u200b\u202e\ufeff".encode() * 100_000 + b"\r\n"),
        "words-combining": _typed("text/plain; charset=utf-8", b"a" + "\u0301".encode() * 300_000 + b"\r\n"),
        "words-ligatures": _typed("text/plain; charset=utf-8", "\ufdfa".encode() * 300_000 + b"\r\n"),
    }


def _weights() -> dict[str, bytes]:
    """Bytes that are many, or want to become many."""
    line = base64.b64encode(bytes(15 * MEGABYTE))
    uuencoded = b"begin 644 a.bin\r\n" + (b"M" + b"A" * 60 + b"\r\n") * 100_000 + b"`\r\nend\r\n"
    return {
        "base64-20mb-line": _typed("application/octet-stream", line + b"\r\n", "Content-Transfer-Encoding: base64\r\n"),
        "base64-noise": _typed("text/plain", b"=A*=" * 500_000 + b"\r\n", "Content-Transfer-Encoding: base64\r\n"),
        "quoted-printable-equals": _typed(
            "text/plain", b"=" * 5 * MEGABYTE + b"\r\n", "Content-Transfer-Encoding: quoted-printable\r\n"
        ),
        "quoted-printable-soft": _typed(
            "text/plain", b"=\r\n" * MEGABYTE, "Content-Transfer-Encoding: quoted-printable\r\n"
        ),
        "quoted-printable-nuls": _typed(
            "text/plain", b"=00" * MEGABYTE + b"\r\n", "Content-Transfer-Encoding: quoted-printable\r\n"
        ),
        "uuencoded": _mail(body=uuencoded),
        "uuencoded-begins": _mail(body=b"begin 644 ../../etc/passwd\r\n" * 50_000),
        "uuencoded-liar": _mail(body=b"begin 644 a\r\n" + (b"\x7f" + b"z" * 10 + b"\r\n") * 50_000 + b"end\r\n"),
        "yenc": _mail(body=b"=ybegin line=999999999 size=999999999999 name=a\r\n" + b"=" * MEGABYTE + b"\r\n=yend\r\n"),
        "parts-10k": _parts(10_000, b"\r\npart\r\n"),
        "attachments-10k": _parts(10_000, b'Content-Disposition: attachment; filename="a"\r\n\r\nx\r\n'),
        "attachments-of-50kb": _parts(450, b"Content-Type: application/octet-stream\r\n\r\n" + b"a" * 50_000 + b"\r\n"),
        "text-10mb": _mail(body=b"ordinary words of a long mail\r\n" * (10 * MEGABYTE // 31)),
        "text-10mb-line": _mail(body=b"word " * (2 * MEGABYTE) + b"\r\n"),
        "text-8bit": _typed("text/plain", bytes(range(128, 256)) * 40_000 + b"\r\n"),
        "over-the-limit": _mail(body=b"more than is read\r\n" * (26 * MEGABYTE // 19)),
        "just-under-the-limit": _file("large.bin", "application/octet-stream", bytes(range(256)) * (18 * 4096)),
        "zip-bomb": _file("bomb.zip", "application/zip", _zip_bomb()),
        "gzip-bomb": _file("bomb.gz", "application/gzip", zlib.compress(bytes(50 * MEGABYTE), 9, 31)),
        "png-bomb": _file("bomb.png", "image/png", _png_bomb()),
        "tnef": _file("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22\0\0\x01\xff\xff\xff\xff" * 10_000),
        "calendar": _typed("text/calendar; method=REPLY", b"BEGIN:VEVENT\r\n" * 50_000),
    }


def _lies() -> dict[str, bytes]:
    """Charsets, names and shapes that are not what they say."""
    names = ["../../x", "C:\\\\x", "a\0b", "\u202egnp.exe", "n" * 60_000, "=?utf-7?q?+AC8-?=", "con", ""]
    found = {
        f"charset-{number}-{codec[:20].strip(chr(0)).replace('/', '')}": _typed(
            f"text/plain; charset={codec}",
            b"+ADw-script+AD4- \\ud800\\x00 xn--" + b"a" * 50_000 + b" \xff\xfe\x00\xd8\xed\xa0\x80 " * 1_000 + b"\r\n",
            f"Subject: =?{codec[:70]}?b?{base64.b64encode(b'xn--' + b'a' * 3_000 + bytes(99)).decode()}?=\r\n",
        )
        for number, codec in enumerate(CODECS)
    }
    return found | {
        "surrogates": _typed("text/plain; charset=utf-8", b"\xed\xa0\x80\xed\xb0\x80" * 10_000 + b"\r\n"),
        "surrogates-utf-16": _typed("text/plain; charset=utf-16", base64.b64encode(b"\xff\xfe\x00\xd8" * 10_000),
                                    "Content-Transfer-Encoding: base64\r\nSubject: =?utf-16?b?//4A2A==?=\r\n"),
        "nuls": b"From: eve@x.example\r\nSubject: a\0b\r\nX-\0: \0\r\n\r\n" + b"\0" * 100_000 + b"\r\n",
        "nuls-encoded": _typed("text/html", base64.b64encode(bytes(100_000)), "Content-Transfer-Encoding: base64\r\n"),
        "names": _typed("multipart/mixed; boundary=q", b"".join(
            f'--q\r\nContent-Disposition: attachment; filename="{name}"\r\n\r\nx\r\n'.encode() for name in names)),
        "message-id-1mb": _mail("Message-ID: <" + "a" * MEGABYTE + "@x.example>\r\n"),
        "partial": _typed("message/partial; id=a; number=1; total=99999999999999999999", b"Hello\r\n"),
        "external": _typed("message/external-body; access-type=local-file; name=/etc/passwd", b"\r\n\r\n"),
        "header-lines-without-colon": b"From: eve@x.example\r\n" + b"not a header at all\r\n" * 50_000,
        "nothing": b"\r\n",
        "no-head": b"\r\nHello, no header at all\r\n",
        "noise": zlib.compress(bytes(range(256)) * 4_000, 0).replace(b"\n", b"\r\n").replace(b"\0", b"\1") + b"\r\n",
        "newlines": b"\r\n" * MEGABYTE,
        "carriage-returns": b"From: eve@x.example\r\r\r" + b"\rx" * 300_000 + b"\r\n",
        "endless-first-line": b"a" * 5 * MEGABYTE + b"\r\n",
    }  # fmt: skip


def _zip_bomb() -> bytes:
    """Ten files of 50 MB in a few kilobytes, in a zip in a zip."""
    inner = bytes(50 * MEGABYTE)
    for _ in range(2):
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10 if len(inner) < MEGABYTE else 1):
                archive.writestr(f"{number}.zip", inner)
        inner = memory.getvalue()
    return inner


def _png_bomb() -> bytes:
    """An image that says that it is 60,000 pixels high and wide."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    pixels = zlib.compress(bytes(20 * MEGABYTE), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
