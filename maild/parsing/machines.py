"""Whether a machine wrote a mail, of which kind, and the header that proves it (RFC 3834; mail-facts, 3).

A person's mail taken for a machine's is not answered, and a machine's taken for a person's is: so a rule needs a
header, a part or a whole shape that people do not write. Words in any language only tell an absence notice from
another automatic answer; the one exception are subjects that begin as autoresponders begin them.

What our own mails carry is not judged here: whoever sends `X-Maild-…` proves nothing before its signature is checked.

BUGS
    A mail that an Exchange rule forwarded for a person looks like an absence notice if a suppression header was set.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from maild.model.mail import Automatic
from maild.parsing.bounces import find_bounce, find_server
from maild.parsing.machine_words import (
    ABSENCE,
    ANSWER_SUBJECT,
    GMAIL_REACTION,
    OUTLOOK_DIGEST,
    OUTLOOK_REACTION,
    RECALL_SUBJECT,
    RECALL_TEXT,
)
from maild.parsing.view import MailView, PartView

_MOST_HOPS = 50
_FIRST_WORDS = 600
_PROOF = 200
_TNEF_HEAD = 64 * 1024
_TOKENS = re.compile(r"[^\w-]+")
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_RECEIPTS = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_REACTION = "text/vnd.google.email-reaction+json"
_ANSWERS_OF = re.compile(r"^METHOD[ \t]*:[ \t]*(REPLY|REFRESH)\b", re.IGNORECASE | re.MULTILINE)
_REACTION_LINES = 3  # the emoji, who reacted, the link
_NO = frozenset({"", "no", "false", "0", "none"})
_SUCCESS = frozenset({"delivered", "relayed", "expanded"})


@dataclass(frozen=True, slots=True)
class Kind:
    """What kind of machine wrote a mail, if one did; `proof` is the header that says so.

    `may_answer` is False for every machine, and for a person's mail that forbids automatic answers.
    """

    automatic: Automatic | None
    proof: str
    may_answer: bool


_Found = tuple[Automatic, str] | None


def classify(view: MailView) -> Kind:
    """Say whether a machine wrote a mail."""
    fields = _Fields(view)
    for rule in _RULES:
        found = rule(view, fields)
        if found is not None:
            return Kind(found[0], found[1][:_PROOF], may_answer=False)
    return Kind(None, "", may_answer=not _forbids_answers(fields))


class _Fields:
    """The top-level fields by name in lower case: a mail is asked for two dozen of them."""

    def __init__(self, view: MailView) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in view.headers:
            self._values.setdefault(name.lower(), []).append(value)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._values)

    def all(self, name: str) -> list[str]:
        return self._values.get(name.lower(), [])

    def proof(self, name: str) -> str:
        return f"{name}: {self.all(name)[0]}".strip()

    def find(self, signs: "Signs") -> str:
        """Give the first field that one of the signs recognises, "" without one."""
        for name, recognises in signs:
            for value in self.all(name):
                if recognises(value.strip()):
                    return f"{name}: {value}".strip()
        return ""


def _loop(_view: MailView, fields: _Fields) -> _Found:
    hops = len(fields.all("received"))
    return (Automatic.LOOP, f"Received: {hops} times") if hops > _MOST_HOPS else None


def _report(view: MailView, _fields: _Fields) -> _Found:
    """Delivery reports, receipts, and whatever else is a report for machines (complaints, DMARC, TLS)."""
    kind = view.parameters.get("report-type", "").lower() if view.type == "multipart/report" else ""
    proof = f"Content-Type: {view.type}; report-type={kind}" if kind else f"Content-Type: {view.type}"
    if kind == "disposition-notification" or any(_is_receipt(part) for part in view.parts):
        return Automatic.RECEIPT, proof if kind else "Content-Type: message/disposition-notification"
    bounce = find_bounce(view)
    if bounce is not None and bounce.action in _SUCCESS:
        return Automatic.RECEIPT, f"Action: {bounce.action}"
    if bounce is not None:
        return Automatic.BOUNCE, proof if view.type == "multipart/report" else find_server(view) or "Return-Path: <>"
    return (Automatic.GENERATED, proof) if view.type == "multipart/report" else None


def _is_receipt(part: PartView) -> bool:
    return part.type in _RECEIPTS and part.disposition != "attachment"


def _recall(view: MailView, fields: _Fields) -> _Found:
    for name in sorted(fields.names):
        if name.startswith("x-ms-exchange-recallreport") and fields.all(name)[0].lower() == "true":
            return Automatic.RECALL, f"{name}: true"
    for value in fields.all("x-ms-traffictypediagnostic"):
        if value.endswith(("EE_MessageRecallEmail", "EE_LegacyOutlookRecall")):
            return Automatic.RECALL, f"X-MS-TrafficTypeDiagnostic: {value}"
    if any(_is_tnef(part) and b"IPM.Outlook.Recall" in part.content[:_TNEF_HEAD] for part in view.parts):
        return Automatic.RECALL, "winmail.dat: IPM.Outlook.Recall"
    if RECALL_SUBJECT.match(view.subject) and RECALL_TEXT.match(view.text):
        return Automatic.RECALL, f"Subject: {view.subject}"
    return None


def _is_tnef(part: PartView) -> bool:
    return part.type in _TNEF or part.name.lower() == "winmail.dat"


_DECLINED = re.compile(r"PARTSTAT=\"?DECLINED", re.IGNORECASE)


def _calendar(view: MailView, _fields: _Fields) -> _Found:
    """Answers to an invitation. An invitation, a change or another proposal is a person's, and is read as such."""
    for part in view.parts:
        if part.type != "text/calendar" or part.disposition == "attachment":
            continue
        method = _ANSWERS_OF.search(part.text)
        stated = part.parameters.get("method", method[1] if method is not None else "").upper()
        if stated in {"REPLY", "REFRESH"}:
            declined = "; PARTSTAT=DECLINED" if _DECLINED.search(part.text) else ""
            return Automatic.CALENDAR, f"Content-Type: text/calendar; method={stated}{declined}"
    return None


def _reaction(view: MailView, _fields: _Fields) -> _Found:
    if any(part.type == _REACTION and part.disposition != "attachment" for part in view.parts):
        return Automatic.REACTION, f"Content-Type: {_REACTION}"
    if OUTLOOK_DIGEST.match(view.subject):
        return Automatic.REACTION, f"Subject: {view.subject}"
    first = view.text[:_FIRST_WORDS]
    before, mark, _ = first.partition(GMAIL_REACTION)
    if mark and len([line for line in before.split("\n") if line.strip()]) <= _REACTION_LINES:
        return Automatic.REACTION, f"text: {' '.join((before + mark).split())}"
    if OUTLOOK_REACTION.match(first):
        return Automatic.REACTION, f"text: {first.strip().splitlines()[0]}"
    return None


def _answer(view: MailView, fields: _Fields) -> _Found:
    """What answers by itself: an absence notice, or any other automatic reply."""
    proof = fields.find(_ANSWERING)
    if not proof and _is_exchange_absence(fields):
        proof = fields.proof("X-MS-Exchange-Inbox-Rules-Loop")
    if not proof and ANSWER_SUBJECT.match(view.subject):
        proof = fields.find(_GENERATING) or f"Subject: {view.subject}"
    if not proof:
        return None
    return (Automatic.OUT_OF_OFFICE if _is_absence(view, fields) else Automatic.REPLY), proof


def _is_absence(view: MailView, fields: _Fields) -> bool:
    submitted = " ".join(fields.all("auto-submitted")).lower()
    if "vacation" in submitted or "owner-email=" in submitted or _is_exchange_absence(fields):
        return True
    # Exchange begins the subjects of absence notices so, and of nothing else.
    is_exchange = "all" in _suppressed(fields) and ANSWER_SUBJECT.match(view.subject) is not None
    return is_exchange or _speaks_of_absence(view)


def _speaks_of_absence(view: MailView) -> bool:
    return ABSENCE.search(view.subject) is not None or ABSENCE.search(view.text[:_FIRST_WORDS]) is not None


def _is_exchange_absence(fields: _Fields) -> bool:
    is_by_rule = bool(fields.all("x-ms-exchange-inbox-rules-loop")) and not fields.all("resent-from")
    return is_by_rule and "all" in _suppressed(fields)


def _generated(view: MailView, fields: _Fields) -> _Found:
    """What no person sent; Notes and old responders tell of absences so, too."""
    proof = fields.find(_GENERATING)
    if proof:
        is_absence = ABSENCE.search(view.subject) is not None
    else:
        proof = _proof_of_no_sender(view, fields)
        is_absence = bool(proof) and not find_server(view) and _speaks_of_absence(view)
    if not proof:
        return None
    return (Automatic.OUT_OF_OFFICE if is_absence else Automatic.GENERATED), proof


def _proof_of_no_sender(view: MailView, fields: _Fields) -> str:
    paths = fields.all("return-path")
    if paths and paths[0].replace(" ", "") == "<>":
        return "Return-Path: <>"
    if any(value.strip() in {"", "<>"} for value in fields.all("from")):
        return fields.proof("From")
    return find_server(view)


def _list(view: MailView, fields: _Fields) -> _Found:
    """Mail for many. These headers are the weakest proof: desks set them on their agents' answers."""
    proof = fields.find(_FOR_MANY)
    if not proof:
        return None
    is_absence = not fields.all("list-id") and ABSENCE.search(view.subject) is not None
    return (Automatic.OUT_OF_OFFICE if is_absence else Automatic.LIST), proof


def _forbids_answers(fields: _Fields) -> bool:
    """Tell whether a person's mail forbids an automatic answer, as Exchange and other desks do for theirs."""
    if _suppressed(fields) & {"all", "autoreply"}:
        return True
    return any(name.startswith("list-") or name == "x-mailing-list" for name in fields.names)


def _suppressed(fields: _Fields) -> frozenset[str]:
    values = " ".join(fields.all("x-auto-response-suppress")).lower()
    return frozenset(_TOKENS.split(values))


def _token(value: str) -> str:
    """Give the first word of a value in lower case: parameters and comments may follow it."""
    return re.split(r"[;(\s,]", value.strip(), maxsplit=1)[0].lower()


def _is_yes(value: str) -> bool:
    return _token(value) not in _NO


def _is_word(*words: str) -> Callable[[str], bool]:
    return lambda value: _token(value) in words


Signs = tuple[tuple[str, Callable[[str], bool]], ...]
_ANSWERING: Signs = (
    ("Auto-Submitted", _is_word("auto-replied")),
    ("X-Autoreply", _is_yes),
    ("X-Autorespond", _is_yes),
    ("X-Autoresponse", _is_yes),
    ("X-Autoresponder", _is_yes),
    ("X-AutoReply-From", _is_yes),
    ("X-Mail-Autoreply", _is_yes),
    ("X-Autogenerated", _is_word("reply")),
    ("Delivered-To", _is_word("autoresponder")),
    ("Precedence", _is_word("auto_reply", "auto-reply")),
    ("X-Precedence", _is_word("auto_reply", "auto-reply")),
)
_GENERATING: Signs = (
    ("Auto-Submitted", _is_yes),
    ("X-Autogenerated", _is_yes),
    ("X-FC-Machinegenerated", _is_word("true")),
    ("X-AMAZON-MAIL-RELAY-TYPE", _is_word("notification")),
)
_FOR_MANY: Signs = (
    ("List-Id", bool),
    ("Mailing-List", bool),
    ("Precedence", _is_word("bulk", "junk", "list")),
    ("X-Precedence", _is_word("bulk", "junk", "list")),
)

# The surest and most particular first: a delivery report also says auto-replied, an absence notice may say bulk.
_RULES: tuple[Callable[[MailView, _Fields], _Found], ...] = (
    _loop,
    _report,
    _recall,
    _calendar,
    _reaction,
    _answer,
    _generated,
    _list,
)
