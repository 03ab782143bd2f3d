"""An IMAP server that lies when told to; otherwise it knows just enough for a desk.

Steps to plan for: `greeting`, a command's name (`LOGIN`, `SELECT`, `UID FETCH`, …), `idle` (after the "+"), `DONE`. The
tag of the command is written `{tag}` in `answer`.
"""

import re
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.fakes.wire import Talk, WireServer

ABILITIES = "IMAP4rev1 LITERAL+ IDLE UIDPLUS MOVE NAMESPACE AUTH=PLAIN STARTTLS"
Act = Callable[[Talk, str], None]


@dataclass
class Message:
    raw: bytes
    flags: set[str] = field(default_factory=set)


def answer(*lines: str | bytes, segments: int = 1) -> Act:
    """Say these lines; `{tag}` is the command's tag. With two segments, the bytes are cut in the middle."""

    def act(talk: Talk, line: str) -> None:
        tag = line.split(" ", 1)[0].encode()
        whole = b"".join(
            (text if isinstance(text, bytes) else text.encode()).replace(b"{tag}", tag) + b"\r\n" for text in lines
        )
        step = max(1, -(-len(whole) // segments))
        talk.send(*(whole[start : start + step] for start in range(0, len(whole), step)))

    return act


def answer_and_cut(*lines: str | bytes, last: bytes = b"") -> Act:
    """Say these lines and some last bytes, then hang up."""

    def act(talk: Talk, line: str) -> None:
        answer(*lines)(talk, line)
        talk.send(last)
        talk.cut()

    return act


def bye(talk: Talk, _line: str) -> None:
    talk.say("* BYE the server goes down")
    talk.cut()


class FakeImap(WireServer):
    """One folder, INBOX, of `messages` by UID; other folders are names with lists of UIDs in `folders`."""

    def __init__(
        self,
        messages: Iterable[bytes] = (),
        *,
        abilities: str = ABILITIES,
        permanent_flags: str = r"\Seen \Deleted \*",
        context: ssl.SSLContext | None = None,
        is_implicit: bool = False,
        host: str = "127.0.0.1",
    ) -> None:
        super().__init__(context, is_implicit=is_implicit, host=host)
        self.messages = {uid: Message(raw) for uid, raw in enumerate(messages, 1)}
        self.folders: dict[str, list[int]] = {}
        self.exists: int | None = None
        self.uidvalidity = 7
        self._abilities = abilities
        self._permanent_flags = permanent_flags

    def converse(self, talk: Talk) -> None:
        if not self.act("greeting", talk, "*"):
            talk.say("* OK ready")
        while True:
            line = talk.hear()
            self.note(line)
            tag, _, rest = line.partition(" ")
            words = rest.upper().split()
            step = " ".join(words[:2]) if words[:1] == ["UID"] else (words or [""])[0]
            if not self.act(step, talk, line):
                self._answer(talk, tag, step, rest)

    def _answer(self, talk: Talk, tag: str, step: str, rest: str) -> None:
        simple = {
            "CAPABILITY": [f"* CAPABILITY {self._abilities}"],
            "NAMESPACE": ['* NAMESPACE (("" "/")) NIL NIL'],
            "SUBSCRIBE": [],
            "CREATE": [],
            "LOGIN": [],
            "NOOP": [],
        }
        verbs = {
            "AUTHENTICATE": self._authenticate,
            "STARTTLS": self._starttls,
            "LIST": self._list,
            "SELECT": self._select,
            "EXAMINE": self._select,
            "UID SEARCH": self._search,
            "UID FETCH": self._fetch,
            "FETCH": self._fetch_by_position,
            "UID MOVE": self._move,
            "UID COPY": self._copy,
            "UID STORE": self._store,
            "UID EXPUNGE": self._expunge,
            "IDLE": self._idle,
            "LOGOUT": self._logout,
        }
        if step in simple:
            talk.say(*simple[step], f"{tag} OK done")
        elif step in verbs:
            verbs[step](talk, tag, rest)
        else:
            talk.say(f"{tag} BAD what is {step}?")

    def _authenticate(self, talk: Talk, tag: str, _rest: str) -> None:
        talk.say("+ ")
        talk.hear()
        talk.say(f"{tag} OK welcome")

    def _starttls(self, talk: Talk, tag: str, _rest: str) -> None:
        assert self.context
        talk.say(f"{tag} OK begin")
        talk.begin_tls(self.context)

    def _select(self, talk: Talk, tag: str, rest: str) -> None:
        is_read_only = rest.upper().startswith("EXAMINE")
        talk.say(
            f"* {len(self.messages) if self.exists is None else self.exists} EXISTS",
            r"* FLAGS (\Seen \Deleted)",
            f"* OK [PERMANENTFLAGS ({self._permanent_flags})] ok",
            f"* OK [UIDVALIDITY {self.uidvalidity}] ok",
            f"{tag} OK [{'READ-ONLY' if is_read_only else 'READ-WRITE'}] selected",
        )

    def _list(self, talk: Talk, tag: str, rest: str) -> None:
        wanted = rest.rsplit(maxsplit=1)[-1].strip('"')
        names = [name for name in ("INBOX", *self.folders) if wanted in {"*", name}]
        talk.say(*(f'* LIST () "/" {name}' for name in names), f"{tag} OK done")

    def _search(self, talk: Talk, tag: str, rest: str) -> None:
        found = [str(uid) for uid in sorted(self._wanted(rest.rsplit(maxsplit=1)[-1]))]
        talk.say("* SEARCH " + " ".join(found), f"{tag} OK done")

    def _fetch(self, talk: Talk, tag: str, rest: str) -> None:
        items = rest.split(" ", 3)[3]
        for uid in sorted(self._wanted(rest.split()[2])):
            talk.send(self._fetched(uid, items))
        talk.say(f"{tag} OK done")

    def _fetch_by_position(self, talk: Talk, tag: str, rest: str) -> None:
        position = int(rest.split()[1])
        uids = sorted(self.messages)[position - 1 : position]
        talk.say(*(f"* {position} FETCH (UID {uid})" for uid in uids), f"{tag} OK done")

    def _fetched(self, uid: int, items: str) -> bytes:
        message = self.messages[uid]
        parts = [b"UID %d" % uid]
        if "RFC822.SIZE" in items:
            parts.append(b'RFC822.SIZE %d INTERNALDATE "01-Feb-2026 10:00:00 +0100"' % len(message.raw))
        if "FLAGS" in items:
            parts.append(b"FLAGS (%s)" % " ".join(message.flags).encode())
        if piece := re.search(r"BODY\.PEEK\[\](?:<(\d+)\.(\d+)>)?", items):
            first = int(piece[1] or 0)
            body = message.raw[first : first + int(piece[2] or len(message.raw))]
            name = b"BODY[]<%d>" % first if piece[1] else b"BODY[]"
            parts.append(name + b" {%d}\r\n" % len(body) + body)
        return b"* %d FETCH (" % uid + b" ".join(parts) + b")\r\n"

    def _move(self, talk: Talk, tag: str, rest: str) -> None:
        self._file(rest)
        for uid in self._wanted(rest.split()[2]):
            del self.messages[uid]
        talk.say(f"{tag} OK moved")

    def _copy(self, talk: Talk, tag: str, rest: str) -> None:
        self._file(rest)
        talk.say(f"{tag} OK copied")

    def _file(self, rest: str) -> None:
        folder = rest.split(" ", 3)[3].strip('"')
        self.folders.setdefault(folder, []).extend(sorted(self._wanted(rest.split()[2])))

    def _store(self, talk: Talk, tag: str, rest: str) -> None:
        flags = re.findall(r"[$\\\w]+", rest.partition("(")[2])
        for uid in self._wanted(rest.split()[2]):
            self.messages[uid].flags.update(flags)
        talk.say(f"{tag} OK stored")

    def _expunge(self, talk: Talk, tag: str, rest: str) -> None:
        for uid in self._wanted(rest.split()[2]):
            if r"\Deleted" in self.messages[uid].flags:
                del self.messages[uid]
        talk.say(f"{tag} OK expunged")

    def _idle(self, talk: Talk, tag: str, _rest: str) -> None:
        talk.say("+ idling")
        self.act("idle", talk, tag)
        line = talk.hear()
        self.note(line)
        if not self.act("DONE", talk, tag):
            talk.say(f"{tag} OK idled")

    def _logout(self, talk: Talk, tag: str, _rest: str) -> None:
        talk.say("* BYE", f"{tag} OK done")
        talk.cut()

    def _wanted(self, uids: str) -> set[int]:
        wanted: set[int] = set()
        for part in uids.split(","):
            first, _, last = part.partition(":")
            wanted.update(uid for uid in self.messages if int(first) <= uid <= int(last or first))
        return wanted
