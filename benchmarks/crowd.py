"""The mails that a desk gets: a seeded crowd of customers, the same for every run.

70 % new matters, 25 % replies of the same customer to an earlier one, 4 % new with a 200 KB attachment, 1 % automatic;
eight ways to write letters, plain or with an HTML alternative, 1 to 4 KB of words and the trace of three servers.
"""

import base64
import quopri
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

AUTHSERV_ID = "mx.acme.example"
ATTACHMENT_BYTES = 200 * 1024
KINDS = ("new", "reply", "attached", "automatic")
WEIGHTS = (70, 25, 4, 1)

LATIN = "printer office invoice password access monday server backup folder screen update drive meeting report floor"
FRENCH = "imprimante réseau café déjà été mot façade élève garçon sûr naïf où août forêt île même réponse"
RUSSIAN = "принтер сервер пароль доступ отчёт экран папка сеть понедельник этаж обновление счёт письмо ответ"
JAPANESE = "プリンター サーバー 会議 報告 画面 更新 月曜日 請求書 返事 階 電源 接続 確認 お願い"
CHINESE = "打印机 服务器 密码 访问 报告 屏幕 文件夹 网络 星期一 更新 发票 回复 会议 楼层"


@dataclass(frozen=True, slots=True)
class Writing:
    """How a customer's program writes: a charset, the words that it can say, a transfer encoding."""

    charset: str
    words: str
    encoding: str


WRITINGS = (
    Writing("us-ascii", LATIN, "7bit"),
    Writing("utf-8", LATIN, "quoted-printable"),
    Writing("utf-8", f"{FRENCH} {RUSSIAN} {JAPANESE}", "base64"),
    Writing("iso-8859-1", FRENCH, "quoted-printable"),
    Writing("iso-8859-1", FRENCH, "8bit"),
    Writing("windows-1251", RUSSIAN, "base64"),
    Writing("iso-2022-jp", JAPANESE, "7bit"),
    Writing("gb18030", CHINESE, "base64"),
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of the crowd."""

    sender: str
    message_id: str
    subject: str
    raw: bytes = field(repr=False)


def crowd(count: int, desk: str, seed: int, earlier: Sequence[Letter] = ()) -> Iterator[Letter]:
    """Give so many mails to the desk, in the order in which they were written; `earlier` ones are answered too."""
    chance = random.Random(seed)
    before = list(earlier)
    for number in range(count):
        (kind,) = chance.choices(KINDS, WEIGHTS)
        if kind == "reply" and before:
            yield _letter(number, desk, chance, kind=kind, seed=seed, original=chance.choice(before))
        else:
            letter = _letter(number, desk, chance, kind=kind, seed=seed)
            if kind in {"new", "attached"}:
                before.append(Letter(letter.sender, letter.message_id, letter.subject, b""))
            yield letter


def _letter(
    number: int, desk: str, chance: random.Random, *, kind: str, seed: int, original: Letter | None = None
) -> Letter:
    writing = chance.choice(WRITINGS)
    sender = original.sender if original else f"customer{number}@c{seed}-{number % 997}.example"
    subject = f"Re: {original.subject}" if original else f"{' '.join(_some(LATIN, chance, 4))} {number}"
    message_id = f"<{chance.getrandbits(64):x}.{seed}.{number}@mail.{sender.partition('@')[2]}>"
    fields = [*_trace(number, sender, chance), f"From: Customer Number {number} <{sender}>", f"To: {desk}"]
    fields += [f"Subject: {subject}", f"Message-ID: {message_id}", "Date: Mon, 23 Nov 2026 08:00:00 +0000"]
    if original:
        fields += [f"In-Reply-To: {original.message_id}", f"References: {original.message_id}"]
    if kind == "automatic":
        fields += ["Auto-Submitted: auto-replied", "Precedence: bulk"]
    words = _words(writing, chance, original)
    fields.append("MIME-Version: 1.0")
    body = _body(words, writing, chance, is_attached=kind == "attached")
    return Letter(sender, message_id, subject, "\r\n".join([*fields, ""]).encode("ascii") + body)


def _trace(number: int, sender: str, chance: random.Random) -> list[str]:
    domain = sender.partition("@")[2]
    hops = ((AUTHSERV_ID, f"mail.{domain}"), (f"mail.{domain}", f"gate.{domain}"), (f"gate.{domain}", f"pc{number}"))
    received = [
        f"Received: from {there} ({there} [192.0.2.{number % 250}])\r\n\tby {here} (Postfix) with ESMTPS id "
        f"{chance.getrandbits(40):X}\r\n\tfor <support@acme.example>; Mon, 23 Nov 2026 08:00:00 +0000 (UTC)"
        for here, there in hops
    ]
    found = f"dmarc=pass header.from={domain};\r\n\tspf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain}"
    signature = base64.b64encode(chance.randbytes(192)).decode()
    folded = "\r\n\t ".join(signature[start : start + 64] for start in range(0, len(signature), 64))
    return [
        f"Return-Path: <{sender}>",
        f"Authentication-Results: {AUTHSERV_ID}; {found}",
        *received,
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=x;\r\n\tb={folded}",
    ]


def _some(words: str, chance: random.Random, count: int) -> Sequence[str]:
    return chance.choices(words.split(), k=count)


def _words(writing: Writing, chance: random.Random, original: Letter | None) -> str:
    lines = [" ".join(_some(writing.words, chance, 8)) for _ in range(chance.randint(12, 40))]
    if original:
        quoted = [f"> {' '.join(_some(LATIN, chance, 8))}" for _ in range(10)]
        lines += ["", "On Mon, 23 Nov 2026 at 09:12, Acme Support <support@acme.example> wrote:", *quoted]
    return "\r\n".join([*lines, ""])


def _body(words: str, writing: Writing, chance: random.Random, *, is_attached: bool) -> bytes:
    text = _part(words, "plain", writing)
    if chance.random() < 0.5:
        markup = "".join(f"<p>{line}</p>\r\n" for line in words.splitlines())
        html = _part(f"<html><body>\r\n{markup}</body></html>\r\n", "html", writing)
        text = _join("alternative", f"alt{chance.getrandbits(48):x}", text, html)
    if is_attached:
        content = base64.encodebytes(chance.randbytes(ATTACHMENT_BYTES)).replace(b"\n", b"\r\n")
        head = b'Content-Type: application/pdf; name="report.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
        head += b'Content-Disposition: attachment; filename="report.pdf"\r\n\r\n'
        text = _join("mixed", f"mix{chance.getrandbits(48):x}", text, head + content)
    return text


def _part(words: str, kind: str, writing: Writing) -> bytes:
    content = words.encode(writing.charset)
    if writing.encoding == "base64":
        content = base64.encodebytes(content).replace(b"\n", b"\r\n")
    elif writing.encoding == "quoted-printable":
        content = quopri.encodestring(content)
    head = f"Content-Type: text/{kind}; charset={writing.charset}\r\nContent-Transfer-Encoding: {writing.encoding}\r\n"
    return head.encode("ascii") + b"\r\n" + content


def _join(kind: str, boundary: str, *parts: bytes) -> bytes:
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
    between = f"--{boundary}\r\n".encode("ascii")
    return head + b"".join(between + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode("ascii")
