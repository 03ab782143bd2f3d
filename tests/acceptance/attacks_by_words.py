"""Attacks by what a mail holds: words, names, dates and files."""

from collections.abc import Iterator

from tests.acceptance.attacking import Letter, May, Scene, write

SEPARATOR = "\N{LINE SEPARATOR}"

BREAKS = ("\r\nBcc: victim@x.example", "=?utf-8?q?=0D=0ABcc:_victim=40x.example?=", f"{SEPARATOR}Bcc: victim@x.example")


def line_breaks(s: Scene) -> Iterator[Letter]:
    """9: CR, LF and U+2028 in subject, name and file name."""
    breaks = (
        *BREAKS[1:],
        "=?utf-8?b?DQpCY2M6IHZpY3RpbUB4LmV4YW1wbGU=?=",
        "\x0b\x0c\x1c\x85Bcc: victim@x.example",
        "\rBcc: v@x.example",
    )
    for text in breaks:
        parts = (
            f'--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: text/plain; name="{text}.txt"\r\n'
            f'Content-Disposition: attachment; filename="{text}.txt"\r\n\r\nx\r\n--b--'
        )
        name = text.replace("\r", " ")
        yield write(
            May.OPEN,
            s.eve,
            f"Break{text}",
            parts,
            to=s.desk,
            From=f'"{name}" <{s.eve}>',
            type_="multipart/mixed; boundary=b",
        )
    encoded = "filename*=utf-8''x%0D%0ABcc%3A%20victim%40x.example%E2%80%A8.txt"
    parts = f"--b\r\nContent-Disposition: attachment; {encoded}\r\n\r\nx\r\n--b--"
    yield write(May.OPEN, s.eve, "Break", parts, to=s.desk, type_="multipart/mixed; boundary=b")


PROBES = ("{{7*7}}", "{0.__class__}", "%(x)s", "${7*7}", "{% for x in y %}", "#{7*7}")


def templates(s: Scene) -> Iterator[Letter]:
    """10: the languages of templates in every field."""
    for probe in PROBES:
        parts = (
            f"--b\r\nContent-Type: text/plain\r\n\r\nBody {probe}\r\n--b\r\nContent-Type: text/plain\r\n"
            f'Content-Disposition: attachment; filename="{probe}.txt"\r\n\r\n{probe}\r\n--b--'
        )
        yield write(
            May.OPEN,
            s.eve,
            f"Subject {probe}",
            parts,
            to=s.desk,
            From=f'"Name {probe}" <{s.eve}>',
            type_="multipart/mixed; boundary=b",
        )


SCRIPTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><iframe src=javascript:alert(1)>',
    "<a href='javascript:alert(1)'>x</a>",
    "</pre><style>@import 'http://x.example'</style>",
)


def scripts(s: Scene) -> Iterator[Letter]:
    """11: HTML of the attacker's, as text and as HTML, which the acknowledgement shows to its sender."""
    for script in SCRIPTS:
        sender = f'"{script.replace(chr(34), "")}" <{s.eve}>'
        yield write(May.OPEN, s.eve, script, script, to=s.desk, From=sender)
    for script in SCRIPTS[:3]:
        yield write(May.OPEN, s.eve, "html", f"<p>Hi {script}</p>", to=s.desk, type_="text/html")


def slow_words(s: Scene) -> Iterator[Letter]:
    """12: words that are long to read, in an agent's name and in one's own; everybody behind them waits."""
    subject = f"Re: {s.subject} {s.tag}"
    for words in ("_" * 200_000 + "x", "- " * 90_000 + "x" * 90, "#resovle\n" * 20_000, "(a+)+$" + "a" * 50_000):
        yield write(May.ASK, s.alice, subject, words, found="none", to=s.desk)
        yield write(May.OPEN, s.eve, "Re:" * 3000, words, to=s.desk)


def file_names(s: Scene) -> Iterator[Letter]:
    """13: names that lead out of a folder, or are none."""
    names = (
        "../../x",
        "C:\\x",
        "a\\..\\..\\b",
        "/etc/passwd",
        "x%00.txt",
        "n" * 300 + ".txt",
        "..",
        "\u202egnp.exe",
        "CON",
    )
    for name in names:
        parts = (
            "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: application/octet-stream\r\n"
            f'Content-Disposition: attachment; filename="{name}"\r\n\r\nx\r\n--b--'
        )
        yield write(May.OPEN, s.eve, "A file", parts, to=s.desk, type_="multipart/mixed; boundary=b")


def bombs(s: Scene) -> Iterator[Letter]:
    """20: what grows when it is opened."""
    zipped = "UEsDBBQAAAAIAAAAIQD/////" + "A" * 400
    picture = "iVBORw0KGgoAAAANSUhEUgAAw1AAAMNQCAIAAAA=" + "A" * 400
    mail = "Content-Type: message/rfc822\r\n\r\n" * 60
    for kind, body in (("application/zip", zipped), ("image/png", picture), ("application/gzip", "H4sI" + "A" * 400)):
        parts = (
            f"--b\r\nContent-Type: {kind}; name=bomb\r\nContent-Transfer-Encoding: base64\r\n"
            f"Content-Disposition: attachment\r\n\r\n{body}\r\n--b--"
        )
        yield write(May.OPEN, s.eve, "A bomb", parts, to=s.desk, type_="multipart/mixed; boundary=b")
    yield write(May.OPEN, s.eve, "A nest", mail, to=s.desk, type_="message/rfc822")
    yield write(May.OPEN, s.eve, "Entities", "&amp;" * 20_000, to=s.desk, type_="text/html")


def dates(s: Scene) -> Iterator[Letter]:
    """21: other days."""
    for date in (
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "Wed, 31 Dec 2099 23:59:59 +0000",
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "Mon, 01 Jan 0001 00:00:00 +1400",
        "Sun, 29 Mar 2026 01:30:00 +0000",
        "Tue, 99 Foo 99999 99:99:99 +9999",
        "\x00",
    ):
        yield write(May.OPEN, s.eve, f"Dated {date[:16]}", to=s.desk, Date=date)
