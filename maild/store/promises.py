"""What the store promises, as pure checks: rows as they were found → what is broken, where, and what to do.

Nothing here reads the database (verifying.py does) and nothing mends it: what is broken is for a person to see.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from maild.marks import Keyring, find_marks, is_genuine
from maild.model.asked import parse_asked
from maild.model.decision import OutcomeKind, TimerKind
from maild.model.identity import Identity
from maild.model.mail import Place
from maild.model.occasion import parse_occasion
from maild.model.outgoing import MailState
from maild.model.ticket import APPROVAL_PREFIX, CONTACT_PREFIX, SETS, EntryKind, State

RESTORE: Final = "restore the last backup in which it is whole"
REPORT: Final = "keep a copy of the database and report it: maild never writes this"
_ASLEEP: Final = "`maild ticket set N state=open`; report it, if its timer was not dropped after a restore"
_DROPPED: Final = "`#approval` asks once more; report it, if it was not dropped after a restore"
_SHOWN_OWNERS: Final = 10
_OUTCOMES: Final = frozenset(OutcomeKind)
_STATES: Final = frozenset(State)
_TIMERS: Final = frozenset(TimerKind)
_OF_THE_DESK: Final = frozenset({TimerKind.OCCASION.value, TimerKind.HANDOVER.value})
_OPEN_MAIL: Final = frozenset({MailState.WAITING, MailState.HANDING_OVER})
_WITH_END_EVENT: Final = frozenset({MailState.REFUSED, MailState.EXPIRED, MailState.CANCELLED})
_TURNS: Final = frozenset({*_WITH_END_EVENT, "retried"})
_MESSAGE_ID: Final = re.compile(rb"^Message-ID:\s*(<[^>\s]*>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One promise that does not hold."""

    what: str
    where: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what}: {self.where}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class SeenBlob:
    """Kept bytes: what they are said to be, and what they are; `found_sha256` is None where they cannot be unpacked."""

    key: int
    sha256: str
    size: int
    found_sha256: str | None
    found_size: int

    @property
    def is_sound(self) -> bool:
        """Say whether the bytes are those that were kept."""
        return self.found_sha256 == self.sha256 and self.found_size == self.size


@dataclass(frozen=True, slots=True)
class SeenArrival:
    """An arrival beside what its outcome points at: `entry_arrival` is the arrival of the entry that it became."""

    key: int
    place: Place
    outcome: str | None
    is_done: bool
    is_claimed: bool
    ticket: int | None
    entry: int | None
    entry_arrival: int | None
    duplicate_of: int | None
    reason: str
    size: int
    is_whole: bool
    kept_size: int
    is_forgotten: bool = False


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """An entry without its words; `changes` is JSON as it lies there, `outcome` and `outcome_ticket` its arrival's."""

    n: int
    kind: str
    arrival: int | None
    outcome: str | None
    outcome_ticket: int | None
    changes: str


@dataclass(slots=True)
class History:
    """What a ticket's entries add up to, taken one by one in the order of their numbers.

    `acknowledged` are the acknowledgements of the ticket by the number of the last entry that they knew.
    """

    ticket: int
    acknowledged: Mapping[int, Sequence[int]]
    count: int = 0
    faults: list[Fault] = field(default_factory=list)
    values: dict[str, str | None] = field(default_factory=dict)
    _next: int = 1
    _arrivals: set[int] = field(default_factory=set)
    _answered: defaultdict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, entry: SeenEntry) -> None:
        """Take the next entry."""
        if entry.n != self._next:
            self._find("entry numbers have a gap", f"{self._next} to {entry.n - 1} are missing", RESTORE)
        self.count, self._next = self.count + 1, entry.n + 1
        if entry.kind == EntryKind.CUSTOMER and entry.arrival is not None:
            self._add_arrival(entry, entry.arrival)
        source = ("entry", entry.n) if entry.arrival is None else ("arrival", entry.arrival)
        self._answered[source] += self.acknowledged.get(entry.n, ())
        if not self._answered[source]:
            del self._answered[source]
        self._add_changes(entry)

    def find_broken(self, n: int) -> None:
        """Note that an entry is not as it was written."""
        self._find("an entry is not as it was written", f"entry {n}", RESTORE)

    def answered_twice(self) -> Iterator[Fault]:
        """Find arrivals that were acknowledged more than once."""
        for (kind, number), mails in self._answered.items():
            if len(mails) > 1:
                named = ", ".join(map(str, mails))
                where = f"ticket #{self.ticket}, {kind} {number}, mails {named}"
                yield Fault("one arrival has two acknowledgements", where, REPORT)

    def _add_arrival(self, entry: SeenEntry, arrival: int) -> None:
        if arrival in self._arrivals:
            self._find("one arrival became two entries", f"entry {entry.n}, arrival {arrival}", REPORT)
        # Of a mail that was released from spam, and waits, the ticket is known and the outcome is not.
        elif entry.outcome not in {OutcomeKind.ENTRY, None} or entry.outcome_ticket != self.ticket:
            self._find("an entry whose arrival has another outcome", f"entry {entry.n}, arrival {arrival}", REPORT)
        self._arrivals.add(arrival)

    def _add_changes(self, entry: SeenEntry) -> None:
        try:
            changes = [(str(name), old, new) for name, old, new in json.loads(entry.changes)]
        except (ValueError, TypeError, RecursionError):
            self._find("the changes of an entry cannot be read", f"entry {entry.n}", RESTORE)
            return
        for name, old, new in changes:
            if name in SETS or name.startswith(CONTACT_PREFIX):
                continue
            if name in self.values and self.values[name] != old:
                was = f"entry {entry.n}: {name} was {self.values[name]!r}, the entry says {old!r}"
                self._find("changes do not follow one another", was, REPORT)
            self.values[name] = new

    def _find(self, what: str, where: str, remedy: str) -> None:
        self.faults.append(Fault(what, f"ticket #{self.ticket}, {where}", remedy))


@dataclass(frozen=True, slots=True)
class SeenTicket:
    """A ticket's changeable fields, the number of its newest entry as it says itself, and its history.

    `ends` name the approvals of it that a waiting timer is to end; `is_woken`: one is to wake it.
    """

    key: int
    last_n: int
    values: Mapping[str, str | None]
    history: History
    approvals: Mapping[str, str] = field(default_factory=dict)
    ends: frozenset[str] = frozenset()
    is_woken: bool = False


@dataclass(frozen=True, slots=True)
class SeenMail:
    """An outgoing mail without its body; `events` are the words of its events, oldest first."""

    key: int
    token: str
    recipient: str
    message_id: str
    headers: bytes = field(repr=False)
    is_as_written: bool
    state: str
    is_claimed: bool
    is_handed: bool
    is_ended: bool
    doubts: int
    events: tuple[str, ...]
    is_forgotten: bool = False


@dataclass(frozen=True, slots=True)
class SeenTimer:
    """A timer beside the mail that it is about, if there is one; `mail_ticket` is that mail's."""

    key: int
    kind: str
    ticket: int | None
    subject_id: int
    is_done: bool
    is_claimed: bool
    has_mail: bool
    mail_ticket: int | None
    about: str = ""


def check_blob(blob: SeenBlob, owners: Sequence[str]) -> Iterator[Fault]:
    """Find bytes that are not those that were kept; `owners` name what they belong to."""
    if blob.is_sound:
        return
    what = "kept bytes differ from their SHA-256"
    if blob.found_sha256 is None:
        what = "kept bytes cannot be unpacked"
    elif blob.found_sha256 == blob.sha256:
        what = f"kept bytes are {blob.found_size}, not {blob.size} as is said of them"
    shown = ", ".join(owners[:_SHOWN_OWNERS]) + (" and others" if len(owners) > _SHOWN_OWNERS else "")
    yield Fault(what, shown or f"blob {blob.key}, to which nothing refers", RESTORE)


def check_arrival(arrival: SeenArrival) -> Iterator[Fault]:
    """Find what keeps an arrival from having exactly one outcome or from waiting for it."""
    place = arrival.place
    where = f"arrival {arrival.key} ({place.mailbox}/{place.folder}, UID {place.uid})"
    if (arrival.outcome is not None) != arrival.is_done:
        what = "is done without an outcome" if arrival.is_done else "has an outcome and is not done"
        yield Fault(f"an arrival {what}", where, REPORT)
    elif what := _wrong_outcome(arrival):
        yield Fault(what, where, REPORT)
    if arrival.is_done and arrival.is_claimed:
        yield Fault("an arrival is done and still claimed", where, REPORT)
    if arrival.is_forgotten and arrival.kept_size:
        yield Fault("an arrival is forgotten, and its bytes are kept", where, REPORT)
    if arrival.is_whole and not arrival.is_forgotten and arrival.size != arrival.kept_size:
        yield Fault(f"{arrival.size} bytes came, and {arrival.kept_size} were kept", where, RESTORE)


def _wrong_outcome(arrival: SeenArrival) -> str:
    match arrival.outcome:
        case OutcomeKind.ENTRY if arrival.ticket is None or arrival.entry is None:
            return "an arrival became an entry of no ticket"
        case OutcomeKind.ENTRY if arrival.entry_arrival != arrival.key:
            return f"entry {arrival.entry} of ticket #{arrival.ticket}, which an arrival became, is not its"
        case OutcomeKind.DUPLICATE if arrival.duplicate_of in {None, arrival.key}:
            return "an arrival is a duplicate of none"
        case OutcomeKind.HELD if not arrival.reason:
            return "an arrival is held without a reason"
        case str() as word if word not in _OUTCOMES:
            return f"an arrival has the unknown outcome {word!r}"
    return ""


def check_ticket(ticket: SeenTicket) -> Iterator[Fault]:
    """Find what a ticket and its history say of one another that is not so."""
    history, where = ticket.history, f"ticket #{ticket.key}"
    yield from history.faults
    if ticket.last_n != history.count and not history.faults:
        yield Fault(f"a ticket counts {ticket.last_n} entries and has {history.count}", where, RESTORE)
    if ticket.values["state"] not in _STATES:
        yield Fault(f"a ticket has the unknown state {ticket.values['state']!r}", where, RESTORE)
    for name, value in history.values.items():
        if name in ticket.values and ticket.values[name] != value:
            differs = f"{where}: {name} is {ticket.values[name]!r}, its entries say {value!r}"
            yield Fault("a ticket is not what its changes add up to", differs, REPORT)
    yield from _identity_faults(ticket)
    yield from history.answered_twice()
    yield from _wrong_approvals(ticket, where)
    if ticket.values.get("state") == State.PENDING and not ticket.is_woken:
        yield Fault("a pending ticket has no timer that wakes it", where, _ASLEEP)


def _wrong_approvals(ticket: SeenTicket, where: str) -> Iterator[Fault]:
    """Find approvals that are not what their changes add up to, and open ones that would never end."""
    values = ticket.history.values.items()
    said = {name.removeprefix(APPROVAL_PREFIX): value for name, value in values if name.startswith(APPROVAL_PREFIX)}
    for name in dict.fromkeys((*said, *ticket.approvals)):
        value = ticket.approvals.get(name)
        if said.get(name) != value:
            differs = f"{where}: approval {name} is {value!r}, its entries say {said.get(name)!r}"
            yield Fault("a ticket is not what its changes add up to", differs, REPORT)
    try:
        timed = {name for name, text in ticket.approvals.items() if (one := parse_asked(text)) and one.is_timed}
    except ValueError:
        yield Fault("how far an approval has come cannot be read", where, RESTORE)
        return
    for name in sorted(timed - ticket.ends):
        yield Fault("an open approval has no timer that ends it", f"{where}, approval {name}", _DROPPED)
    for name in sorted(ticket.ends - timed):
        yield Fault("a timer ends no open approval", f"{where}, approval {name}", REPORT)


def check_figures(ticket: int, kept: str, computed: str) -> Iterator[Fault]:
    """Find a finished ticket of which something else is kept for reports than its entries say."""
    if kept != computed:
        yield Fault("the figures kept of a ticket are not those of its entries", f"ticket #{ticket}", REPORT)


def _identity_faults(ticket: SeenTicket) -> Iterator[Fault]:
    try:
        Identity.parse(ticket.values.get("identity"))
    except ValueError:
        where = f"ticket #{ticket.key}: {ticket.values['identity']!r}"
        yield Fault("whether a ticket's requester is verified cannot be read", where, REPORT)


def check_mail(mail: SeenMail, keyring: Keyring | None) -> Iterator[Fault]:
    """Find what is wrong with how far an outgoing mail is, and with its mark; no keyring: the store has no key."""
    where = f"mail {mail.key} to {mail.recipient}"
    if not mail.is_as_written:
        yield Fault("a mail is not as it was written", where, RESTORE)
    if what := _wrong_state(mail) or _wrong_events(mail):
        yield Fault(what, where, f"see `maild mail show {mail.key}`; {REPORT}")
    if what := _wrong_mark(mail, keyring):
        yield Fault(what, where, f"answers to it prove nothing; {RESTORE}")


def _wrong_state(mail: SeenMail) -> str:
    if mail.state not in set(MailState):
        return f"a mail is in the unknown state {mail.state!r}"
    if mail.is_ended == (mail.state in _OPEN_MAIL):
        return f"a mail is {mail.state} and has " + ("an end" if mail.is_ended else "no end")
    if mail.is_ended and mail.is_claimed:
        return f"a mail is {mail.state} and still claimed"
    if mail.state == MailState.HANDING_OVER and not mail.is_claimed:
        return "a mail is being handed over by nobody"
    if mail.state in {MailState.ACCEPTED, MailState.HANDING_OVER} and not mail.is_handed:
        return f"a mail is {mail.state} and was never handed over"
    return ""


def _wrong_events(mail: SeenMail) -> str:
    last = next((what for what in reversed(mail.events) if what in _TURNS), None)
    if mail.state in _WITH_END_EVENT and last != mail.state:
        return f"a mail is {mail.state} without an event that says so"
    if mail.state not in _WITH_END_EVENT and last in _WITH_END_EVENT:
        return f"a mail is {mail.state} after it was {last}, and nobody retried it"
    if mail.doubts > mail.events.count("in-doubt"):
        return f"a mail counts {mail.doubts} doubts without an event for each"
    return ""


def _wrong_mark(mail: SeenMail, keyring: Keyring | None) -> str:
    if mail.is_forgotten:
        return ""  # nobody is known any more to whom it was issued
    marks = find_marks([mail.message_id])
    if keyring is None or [mark.token for mark in marks] != [mail.token]:
        return "a mail's Message-ID holds no mark of it" if keyring else "a mail was signed, and no key is known"
    if not is_genuine(marks[0], mail.recipient, keyring):
        return "a mail's mark does not verify with the known keys"
    if _MESSAGE_ID.findall(mail.headers) != [mail.message_id.encode("utf-8", "replace")]:
        return "a mail's header has another Message-ID than its record"
    return ""


def check_timer(timer: SeenTimer) -> Iterator[Fault]:
    """Find timers that cannot fire, or are about what is not there."""
    where = f"timer {timer.key} ({timer.kind}, about {timer.subject_id})"
    if timer.kind not in _TIMERS:
        yield Fault("a timer is of no known kind", where, REPORT)
    if timer.is_done and timer.is_claimed:
        yield Fault("a timer is done and still claimed", where, REPORT)
    if timer.kind in _OF_THE_DESK and (timer.ticket is not None or not _names_an_occasion(timer.about)):
        yield Fault("a timer of the desk's own names no occasion", f"{where}: {timer.about!r}", REPORT)
    if timer.kind == TimerKind.UNDELIVERED and not timer.has_mail:
        yield Fault("a timer is about a mail that is not there", where, RESTORE)
    elif timer.kind == TimerKind.UNDELIVERED and timer.mail_ticket != timer.ticket:
        yield Fault("a timer and its mail name different tickets", where, REPORT)


def _names_an_occasion(about: str) -> bool:
    try:
        parse_occasion(about)
    except ValueError:
        return False
    return True
