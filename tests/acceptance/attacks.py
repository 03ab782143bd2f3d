"""The table of attacks: what an attacker writes, and what may come of it at most.

Every attack has a victim of its own: Bob, a customer with ticket, acknowledgement and a notice to Alice. The mails are
laid into the desk's mailbox as its border would: what the border found out about the sender stands on top, or nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import make_msgid
from enum import Enum, auto

from tests.acceptance.working_desk import text_of

SEPARATOR = "\N{LINE SEPARATOR}"


class May(Enum):
    """The most that may come of a mail."""

    OPEN = auto()  # a ticket of its own; the victim's is untouched
    HELD = auto()
    FLAG = auto()  # an entry of the victim's ticket that says how doubtful it is; nobody outside is told
    ASK = auto()  # kept, and the agent's own address is asked
    EVENT = auto()  # an event of the victim's ticket, told to nobody outside
    MATTER = auto()  # a matter of the desk
    KEEP = auto()  # an agent's words stay in the house: a note, a draft, a filed copy
    RELAY = auto()  # the agent's own words go to the victim, who asked, and to nobody else


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of an attack, and the most that may come of it; `words` are those that may reach the victim."""

    raw: bytes
    message_id: str
    may: May
    words: str = ""


@dataclass(slots=True)
class Scene:
    """A victim, and everything that an attacker might have got hold of."""

    desk: str
    alice: str
    carol: str
    erik: str
    bob: str
    eve: str
    number: int = 0
    subject: str = ""
    secret: str = ""
    first_id: str = ""
    thanks: EmailMessage = field(default_factory=EmailMessage)
    notice: EmailMessage = field(default_factory=EmailMessage)
    eriks: EmailMessage = field(default_factory=EmailMessage)
    ids: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    @property
    def tag(self) -> str:
        return f"[#{self.number}]"

    @property
    def bobs_mark(self) -> str:
        return str(self.thanks["Message-ID"])

    @property
    def alices_mark(self) -> str:
        return str(self.notice["Message-ID"])


def write(
    may: May,
    sender: str,
    subject: str = "Hello",
    words: str | bytes = "Hello, I am somebody.",
    *,
    found: str = "pass",
    about: str = "",
    to: str = "",
    relayed: str = "",
    type_: str = "text/plain; charset=utf-8",
    **more: str | list[str],
) -> Letter:
    """Write a mail field by field, with whatever an attacker puts into them; `found` is the border's finding.

    `more` are further fields, a list for one that stands there several times; `to` is in scene.desk by default.
    """
    message_id = str(more.pop("Message_ID", make_msgid(domain="x.example")))
    domain = about or sender.rpartition("@")[2].strip("> \r\n")
    lines = []
    if found:
        policy = " (p=REJECT sp=REJECT dis=NONE)" if found != "none" else ""
        lines.append(f"Authentication-Results: mx.acme.example; dmarc={found}{policy} header.from={domain}")
    for name, values in more.items():
        lines += [f"{name.replace('_', '-')}: {value}" for value in ([values] if isinstance(values, str) else values)]
    if "From" not in more:
        lines.append(f"From: {sender}")
    lines += [f"To: {to}", f"Subject: {subject}", f"Message-ID: {message_id}", "MIME-Version: 1.0"]
    if "Date" not in more:
        lines.append("Date: Mon, 23 Nov 2026 09:30:00 +0000")
    lines.append(f"Content-Type: {type_}")
    body = words if isinstance(words, bytes) else words.replace("\n", "\r\n").encode("utf-8", "surrogateescape")
    raw = "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body + b"\r\n"
    return Letter(raw, message_id, may, relayed)


def answer(may: May, scene: Scene, words: str, relayed: str = "", **more: str | list[str]) -> Letter:
    """Write what Alice's client makes of an answer to her notice: words above the quoted notice."""
    quoted = "".join(f"> {line}\n" for line in text_of(scene.notice).splitlines())
    attribution = f"On Mon, 23 Nov 2026 at 09:12, {scene.notice['From']} wrote:"
    fields: dict[str, str | list[str]] = {
        "In_Reply_To": scene.alices_mark,
        "References": f"{scene.notice['References']} {scene.alices_mark}",
        **more,
    }
    subject = str(fields.pop("subject", f"Re: {scene.notice['Subject']}"))
    to = str(fields.pop("to", scene.desk))
    return write(
        may, scene.alice, subject, f"{words}\n\n{attribution}\n{quoted}", to=to, relayed=relayed or words, **fields
    )


Attack = Callable[[Scene], Iterator[Letter]]


def tag_guessing(s: Scene) -> Iterator[Letter]:
    """1: a stranger names somebody's ticket."""
    for subject in (s.tag, f"Re: {s.subject} {s.tag}", f"[#{s.number} internal] x", f"[ # {s.number} ] {s.tag}"):
        for found in ("pass", "none"):
            yield write(May.OPEN, s.eve, subject, "What is the state of it?", found=found, to=s.desk)
    yield write(May.OPEN, s.eve, f"=?utf-8?q?=5B=23{s.number}=5D?=", to=s.desk)


def spoofed_requester(s: Scene) -> Iterator[Letter]:
    """2: From is the customer's, Cc the attacker's (CVE-2024-49193)."""
    subject = f"Re: {s.subject} {s.tag}"
    yield write(May.FLAG, s.bob, subject, "Please answer all.", found="none", to=s.desk, Cc=s.eve)
    yield write(May.FLAG, s.bob, subject, "Please answer all.", found="none", to=f"{s.desk}, {s.eve}")
    yield write(May.FLAG, s.bob, subject, "And there.", found="none", to=s.desk, Cc=s.eve, Reply_To=s.eve)
    yield write(May.FLAG, s.bob, "x", "By id.", found="none", to=s.desk, Cc=s.eve, In_Reply_To=s.first_id)
    yield write(May.HELD, s.bob, subject, "Please answer all.", found="fail", to=s.desk, Cc=s.eve)
    yield write(May.FLAG, s.bob, subject, "Somebody else's.", about="x.example", to=s.desk, Cc=s.eve)


def forged_marks(s: Scene) -> Iterator[Letter]:
    """4: a Message-ID that looks like one of a notice (CVE-2026-47123)."""
    genuine = s.alices_mark
    head, _, tail = genuine.rpartition("@")
    token, key, signature = head.strip("<").split(".")[1:]
    swapped = signature[1:] + signature[0]
    forged = [
        f"<m.{token}.{key}.{swapped}@{tail}",
        f"<m.{token}.{key}.{signature[:-1]}@{tail}",
        f"<m.{token}.k0.{signature}@{tail}",
        f"<m.{token}..{signature}@{tail}",
        f"<m.{'a' * 16}.{key}.{signature}@{tail}",
        f"<m.{token}@{tail}",
        f"<m.{token}.{key}.{signature.replace(signature[0], chr(0x17F))}@{tail}",
        f"<m.{token}.{key}.{'a' * 26}@{tail}",
    ]
    for one in forged:
        yield write(May.OPEN, s.eve, "Re: x", "#resolve", to=s.desk, In_Reply_To=one, References=one)
    yield write(May.OPEN, s.alice, "Re: x", "#reply Pay.", found="none", to=s.desk, In_Reply_To=forged[0])
    yield write(May.OPEN, s.eve, genuine, "The mark stands in the subject.", to=s.desk)


def claimed_agent(s: Scene) -> Iterator[Letter]:
    """5: From is an agent's, and nothing that we trust says so."""
    lie = f"mx.acme.example; dmarc=pass header.from={s.alice.rpartition('@')[2]}"
    foreign = lie.replace("mx.acme.example", "mx.evil.example")
    say = "Send your password to eve@x.example."
    lies: list[list[str]] = [
        [],
        [foreign],
        [foreign, lie.replace("mx.acme", "mx.acme.example.evil")],
        [lie.replace(";", " 1;")],
        [lie.replace("mx.acme.example", "MX.ACME.EXAMPLE")],
        [lie.replace("; ", ";\r\n\t"), lie],
        [f'mx.evil.example; spf=pass smtp.mailfrom="x@y; {lie}"'],
        [f"mx.acme.example(comment); {lie.partition('; ')[2]}"],
        [f"=?utf-8?q?{lie.replace(' ', '_')}?="],
    ]
    for number, headers in enumerate(lies):
        subject = f"Re: {s.subject} {s.tag}"
        letter = write(May.ASK, s.alice, subject, f"#reply {say} {number}", found="none", to=s.desk)
        extra = "".join(f"Authentication-Results: {value}\r\n" for value in headers).encode()
        top, _, rest = letter.raw.partition(b"\r\n")
        yield Letter(top + b"\r\n" + extra + rest, letter.message_id, letter.may)
        if headers:  # no finding of the border's at all, and foreign lies alone
            bare = write(May.ASK, s.alice, subject, f"#resolve {say}", found="", to=s.desk)
            alone = "".join(f"Authentication-Results: {value}\r\n" for value in headers if "evil" in value).encode()
            yield Letter(alone + bare.raw, bare.message_id, bare.may)
    yield write(May.ASK, s.alice, f"Re: {s.tag} [resolve] [reply]", say, found="fail", to=s.desk)


def reply_to_of_an_agent(s: Scene) -> Iterator[Letter]:
    """6: an agent's address in every header but From."""
    for name in ("Reply_To", "Sender", "Resent_From", "Resent_Sender", "Return_Path", "X_Original_From", "Errors_To"):
        yield write(May.OPEN, s.eve, f"Re: {s.subject} {s.tag}", "#reply Pay eve.", to=s.desk, **{name: f"<{s.alice}>"})


def several_senders(s: Scene) -> Iterator[Letter]:
    """7: From names two, or nobody that every program agrees upon."""
    encoded = s.alice.replace("@", "=40")
    values: list[str | list[str]] = [
        [s.alice, s.eve],
        [s.eve, s.alice],
        f"{s.alice}, {s.eve}",
        f"Team: {s.alice};",
        f"=?utf-8?q?{encoded}?=",
        f"=?utf-8?q?{encoded}?= <>",
        f"{s.alice} <{s.eve}>",
        f"<{s.alice}> <{s.eve}>",
        f"<@x.example:{s.alice}>",
        f'"{s.alice}',
        f"{s.alice}\x00@x.example",
        "",
    ]
    for value in values:
        yield write(
            May.OPEN, s.alice, f"Re: {s.subject} {s.tag}", "#reply Pay eve.", found="pass", to=s.desk, From=value
        )
    yield write(May.FLAG, "", "x", "#reply Pay.", found="", to=s.desk, From=[s.alice, s.eve], In_Reply_To=s.alices_mark)


def displayed_names(s: Scene) -> Iterator[Letter]:
    """8: a name that looks like an agent, or an address that does."""
    homograph = s.alice.replace("e", "\u0435", 1)
    kelvin = s.alice.replace("s", "\u017f", 1)
    froms = [
        f'"Alice Reyes <{s.alice}>" <{s.eve}>',
        f"=?utf-8?q?Alice_Reyes_=3C{s.alice.replace('@', '=40')}=3E?= <{s.eve}>",
        f"Alice Reyes <{s.eve}> ({s.alice})",
        f"{s.eve} ({s.alice})",
        f"Alice Reyes <{homograph}>",
        f"<{kelvin}>",
        f"<{s.alice}.x.example>",
        f"<{s.alice.replace('@', '+x@')}>",
        f"<{s.alice.replace('@acme.example', '@ACME.EXAMPLE.x.example')}>",
    ]
    for value in froms:
        yield write(
            May.OPEN, s.eve, f"Re: {s.subject} {s.tag}", "#reply Pay eve.", to=s.desk, From=value, about="x.example"
        )


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


def our_own_headers(s: Scene) -> Iterator[Letter]:
    """16: fields that only we might write, from outside."""
    for name, value in (
        ("X_Maild_Ticket", str(s.number)),
        ("X_Maild_Command", "resolve"),
        ("X_Maild_Sender", s.alice),
        ("X_Maild_Loop", s.desk),
        ("Delivered_To", s.desk),
        ("X_Loop", s.desk),
    ):
        yield write(May.OPEN, s.eve, f"Re: {s.tag}", "#reply Pay eve.", to=s.desk, **{name: value})
    for value in ("auto-replied", "auto-generated; x-maild=1", "no"):
        yield write(
            May.OPEN if value != "auto-replied" else May.MATTER,
            s.eve,
            f"Re: {s.tag}",
            "#x",
            to=s.desk,
            Auto_Submitted=value,
        )


def ticket_trick(s: Scene) -> Iterator[Letter]:
    """17: another service's verification mail, sent to the desk's address."""
    service = "no-reply@service.x.example"
    for number, more in enumerate(({}, {"Reply_To": s.eve}, {"Cc": s.eve}, {"References": s.bobs_mark})):
        may = May.FLAG if "References" in more else May.OPEN
        yield write(may, service, "Confirm your address", f"Your code is {s.secret}{number}", to=s.desk, **more)
    beside = "no-reply@bigco.example"
    yield write(May.FLAG, beside, "Confirm", f"Your code is {s.secret}4", to=s.desk, References=s.bobs_mark)
    yield write(May.OPEN, service, s.tag, f"Your code is {s.secret}5", to=f"{s.eve}, {s.desk}", found="none", Cc=s.eve)


def many_references(s: Scene) -> Iterator[Letter]:
    """18: fifty tickets at once."""
    fifty = (s.ids * 50)[:50]
    yield write(May.OPEN, s.eve, "Re: all", "What is in them?", to=s.desk, References=" ".join(fifty))
    yield write(May.OPEN, s.eve, "Re: all", "What?", found="none", to=s.desk, References="\r\n ".join(fifty))
    every = " ".join((*s.marks, s.bobs_mark))
    yield write(May.FLAG, s.eve, "Re: all", "By their marks.", to=s.desk, References=every)
    tags = "".join(f"[#{number}]" for number in range(1001, 1051))
    yield write(May.OPEN, s.eve, tags, "What?", to=s.desk, In_Reply_To=" ".join(fifty))


def marks_of_others(s: Scene) -> Iterator[Letter]:
    """19: a genuine mark in somebody else's mail."""
    address = s.bobs_mark.strip("<>").replace("m.", "r.", 1).partition("@")[0]
    local, _, domain = s.desk.partition("@")
    plus = f"{local}+{address}@{domain}"
    yield write(May.FLAG, s.eve, "Re: x", "Send me all of it.", to=s.desk, In_Reply_To=s.bobs_mark)
    yield write(May.FLAG, s.eve, "Re: x", "Send me all.", found="none", to=s.desk, References=s.bobs_mark)
    yield write(May.FLAG, s.eve, "Re: x", "Send me all.", to=s.desk, Cc=plus)
    yield write(May.FLAG, s.eve, "Re: x", "By its address.", found="none", to=plus)
    yield write(May.FLAG, s.eve, "Re: x", "Delivered so.", to=s.desk, Delivered_To=plus)
    yield write(May.FLAG, s.eve, "Re: x", "#reply Pay eve.", to=s.desk, In_Reply_To=s.alices_mark)
    yield write(May.HELD, s.eve, "Re: x", "Send me all of it.", found="fail", to=s.desk, In_Reply_To=s.bobs_mark)
    yield write(May.ASK, s.alice, "Re: x", "#reply Pay eve.", found="none", to=s.desk, In_Reply_To=s.bobs_mark)
    yield write(May.ASK, s.alice, "Re: x", "#reply Pay eve.", found="fail", to=s.desk, In_Reply_To=s.alices_mark)
    # Bob does not become an agent by what an agent sent him, nor Eve by telling that she is Bob.
    yield write(May.FLAG, s.bob, "Re: x", "#resolve", found="none", to=s.desk, In_Reply_To=s.alices_mark)


def marks_of_the_past(s: Scene) -> Iterator[Letter]:
    """19: the marks of somebody who has left."""
    mark = str(s.eriks["Message-ID"])
    yield write(May.OPEN, s.erik, "Re: x", "#reply Pay erik.", to=s.desk, In_Reply_To=mark, about="acme.example")
    yield write(May.OPEN, s.erik, "Re: x", "#reply Pay erik.", found="none", to=s.desk, In_Reply_To=mark)
    yield write(May.OPEN, s.erik, f"Re: {s.tag}", "#reply Pay erik.", to=s.desk, about="acme.example")
    yield write(May.OPEN, s.eve, f"Re: {s.tag}", "#reply Pay erik.", to=s.desk, References=mark)


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


def threads_of_others(s: Scene) -> Iterator[Letter]:
    """24: ids of Bob's thread in the attacker's mail, whole and to come; then Bob goes on."""
    coming = f"<{s.number}.coming@bigco.example>"
    stolen = f"{s.first_id} {coming}"
    yield write(May.OPEN, s.eve, "Mine", "Mine now.", to=s.desk, References=stolen)
    yield write(May.OPEN, s.eve, "Mine", "Mine.", to=s.desk, Cc=s.bob, References=stolen)
    yield write(
        May.OPEN, s.eve, "Mine", "Mine.", to=s.desk, In_Reply_To=coming, Message_ID=f"<{s.number}.x@bigco.example>"
    )
    yield write(May.OPEN, s.eve, "Same id", "Another body.", to=s.desk, Message_ID=s.first_id)


def echoes(s: Scene) -> Iterator[Letter]:
    """23: Alice's plain answer echoes a subject and words full of commands; only her words count."""
    yield answer(May.RELAY, s, "Please restart it.")


def echoes_in_notes(s: Scene) -> Iterator[Letter]:
    """23: an answer that keeps Bob's commands between its own lines is asked about or relayed, never obeyed."""
    words = f"I see.\n\n> #resolve\n> #note He pays.\n> {s.secret}\n\nThat is all."
    yield answer(May.RELAY, s, words, relayed="That is all.")


def empty_answers(s: Scene) -> Iterator[Letter]:
    """25: nothing but the notice, quoted in any way."""
    plain = text_of(s.notice)
    quotes = (
        "".join(f"> {line}\n" for line in plain.splitlines()),
        f"\n\n{'_' * 32}\nFrom: {s.notice['From']}\nSent: Monday\nTo: x\nSubject: {s.notice['Subject']}\n\n{plain}",
        f"\n\n-----Original Message-----\n{plain}",
        "".join(f">> {line}\n" for line in plain.splitlines()),
        plain,
    )
    for command in ("#resolve", "", "#reply"):
        for quote in quotes:
            subject = f"Re: {s.notice['Subject']}"
            words = f"{command}\n\n{quote}"
            yield write(May.KEEP, s.alice, subject, words, to=s.desk, In_Reply_To=s.alices_mark)


def answers_to_outsiders(s: Scene) -> Iterator[Letter]:
    """An agent's plain answer that went elsewhere too, and a forward."""
    yield answer(May.KEEP, s, "Do you know him?", Cc=s.eve)
    yield answer(May.KEEP, s, "Do you know him?", to=f"{s.desk}, Eve <{s.eve}>")
    yield answer(May.KEEP, s, "Look at this one.", subject=f"Fwd: {s.notice['Subject']}")
    yield answer(May.KEEP, s, "Schau mal.", subject=f"WG: {s.notice['Subject']}")
    yield answer(May.KEEP, s, "Only to a colleague.", to=s.carol)
    yield answer(May.KEEP, s, "To Bob by my own client.", to=f"{s.desk}, {s.bob}", Cc=s.eve)


def vacations(s: Scene) -> Iterator[Letter]:
    """An agent's responder answers the notice."""
    words = "I am at the beach until Friday."
    yield answer(May.EVENT, s, words, Auto_Submitted="auto-replied")
    yield answer(May.EVENT, s, words, Precedence="bulk")
    yield answer(May.EVENT, s, words, Precedence="auto_reply")
    yield answer(May.EVENT, s, words, X_Autoreply="yes")
    yield answer(May.EVENT, s, words, subject=f"Automatic reply: {s.notice['Subject']}")


ATTACKS: tuple[Attack, ...] = (
    tag_guessing,
    spoofed_requester,
    forged_marks,
    claimed_agent,
    reply_to_of_an_agent,
    several_senders,
    displayed_names,
    line_breaks,
    templates,
    scripts,
    slow_words,
    file_names,
    our_own_headers,
    ticket_trick,
    many_references,
    marks_of_others,
    marks_of_the_past,
    bombs,
    dates,
    threads_of_others,
    echoes,
    echoes_in_notes,
    empty_answers,
    answers_to_outsiders,
    vacations,
)
SUBJECTS = {
    "echoes": "[reply] [resolve] \uff3bnote\uff3d [#1001] [p1] The printer",
    "echoes_in_notes": "\uff3breply\uff3d #resolve [close]",
}
WORDS = {
    "echoes": "#resolve\n#note\n#reply\n[close]\n",
    "echoes_in_notes": "#resolve\n#note He pays.\n",
}
