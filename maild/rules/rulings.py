"""What rules were asked about a mail and what they said, kept beside its decision: others can be asked the same later.

A ruling is written as JSON into the story of a decision (`explain`), and read back by whoever asks again (`replay`)
or takes back (`undo`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, assert_never

from pydantic import TypeAdapter

from maild.documents import format_duration
from maild.model.rates import RateQuestion
from maild.rules.effects import (
    AddNote,
    AddParticipant,
    AddStep,
    AddTag,
    AskApproval,
    AtLeast,
    CallSpam,
    DoNotAcknowledge,
    DoNotSurvey,
    Effect,
    Hold,
    JoinIncident,
    MakeConfidential,
    MakeMajor,
    Notify,
    OpenChild,
    Pend,
    Raise,
    Refuse,
    Reopen,
    Resolve,
    SameTicket,
    SetField,
    SetValue,
    Stop,
    TakeAsPerson,
    TakeRequester,
    UseTemplate,
    Whom,
)
from maild.rules.occasions import Done, On, Origin, TicketView, Verdicts

SAME_TICKET = "same_ticket"
OUTCOME, FILED, HELD, SPAM, REFUSED = "outcome", "filed", "held", "spam", "refused"
TAG = "tag"
# Whoever these befall hears nothing, or hears no: worse than a wrong category.
BAD_OUTCOMES = frozenset({HELD, SPAM, REFUSED})
# Of these the first that rules want is done.
_ENDS = {"hold": HELD, "refuse": REFUSED, "spam": SPAM}
# Who gets a ticket depends on who was there and how much they had to do.
_NOT_COMPARED = frozenset({"assignee"})
# Of these a mail may have many.
_SEVERAL = frozenset({TAG, "note", "notify", "cc", "approval"})
_LONGEST = 500  # no value is longer; of notes the beginning is enough

# What JSON gives back: dictionaries, lists, texts and numbers.
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a rule, or what stands beside the rules, did: a value of the ticket, or an effect by its name.

    `file` is the name alone: rule files lie in one folder, and where that lay then says nothing.
    """

    what: str
    old: str | None
    new: str | None
    rule: str
    file: str
    line: int

    @property
    def place(self) -> str:
        """Say where it is written."""
        return f"{self.file}:{self.line}"

    @property
    def origin(self) -> str:
        """Say whose it is, and where that is written."""
        return f"{self.rule.removeprefix('rules.')} ({self.place})"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What rules were asked, of which set, about which ticket as it stood, and all that they did, in order.

    `standing` and `trust` are the sender's, as they were judged then. `opening` is what was said of it as a new matter,
    where that sent it to a ticket that is there (`same_ticket`).
    """

    digest: str
    at: datetime
    on: frozenset[On]
    before: TicketView
    standing: str | None = None
    trust: str | None = None
    deeds: tuple[Deed, ...] = ()
    counts: tuple[tuple[RateQuestion, int], ...] = ()
    opening: "Ruling | None" = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule set says at one point, and whose word it is ("" where nobody's)."""

    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A point at which two rule sets say different things of a mail."""

    what: str
    then: Said
    now: Said

    @property
    def is_alarming(self) -> bool:
        """Whether somebody's mail newly becomes spam, held or refused."""
        return self.what == OUTCOME and self.now.value in BAD_OUTCOMES


_RULING = TypeAdapter(Ruling)
_NOTHING = Said("", "")
_FLAGS: Mapping[type[Effect], tuple[str, str]] = MappingProxyType(
    {DoNotAcknowledge: ("acknowledge", "no"), DoNotSurvey: ("survey", "no"), Reopen: ("reopen", "yes")}
)


def ruling_of(verdicts: Verdicts, at: datetime, opening: Verdicts | None = None) -> Ruling:
    """Keep what was asked and said; of a mail that goes to the ticket of its key `opening` is what sent it there."""
    deeds = tuple(deed for done in verdicts.done for deed in _deeds(done))
    return Ruling(
        digest=verdicts.digest,
        at=at,
        on=verdicts.on,
        before=verdicts.before,
        standing=verdicts.seen.standing,
        trust=verdicts.seen.trust,
        deeds=deeds,
        counts=tuple(verdicts.answers.counts.items()),
        opening=None if opening is None else ruling_of(opening, at),
    )


def write_ruling(ruling: Ruling) -> Json:
    """Give a ruling as JSON values."""
    written: Json = _RULING.dump_python(ruling, mode="json", exclude_defaults=True)
    return written


def parse_ruling(written: object) -> Ruling:
    """Read a ruling back. Raises ValueError."""
    return _RULING.validate_python(written)


def came_to(ruling: Ruling) -> Mapping[str, Said]:
    """Say what became of a mail, point by point; what nobody set is as it was before."""
    before = ruling.before
    names = ("queue", "team", "category", "impact", "urgency", "priority", "level", "agreement", "climbs", "language",
             "requester")  # fmt: skip
    said = {name: Said(value, "") for name in names if (value := getattr(before, name))}
    said |= {f"field.{name}": Said(value, "") for name, value in before.fields.items()}
    said[OUTCOME] = _outcome(ruling)
    several: dict[str, list[Deed]] = {TAG: [Deed(TAG, None, tag, "", "", 0) for tag in before.tags]}
    for deed in ruling.deeds:
        if deed.what in _ENDS:
            continue
        if deed.what in _SEVERAL:
            several.setdefault(deed.what, []).append(deed)
        else:
            said[deed.what] = Said(deed.new or "", deed.origin)
    return said | {name: _together(deeds) for name, deeds in several.items() if deeds}


def effects_of(ruling: Ruling) -> Iterator[str]:
    """Say what was done, by whom, and what of another rule's it replaced."""
    set_by: dict[str, Deed] = {}
    for deed in ruling.deeds:
        before = set_by.get(deed.what)
        # Tags and notes add up, and a default is there to be replaced.
        is_replaced = deed.what not in _SEVERAL and before is not None and before.rule.startswith("rules.")
        replaced = f" replaced {before.new} ({before.place})" if before is not None and is_replaced else ""
        yield f"{deed.what}: {deed.new} ({deed.place}){replaced}"
        set_by[deed.what] = deed


def differences(then: Ruling, now: Ruling) -> tuple[Difference, ...]:
    """Find the points at which two rulings on the same mail differ, the outcome first; assignment is not compared."""
    old, new = came_to(then), came_to(now)
    names = sorted({*old, *new} - _NOT_COMPARED, key=lambda name: (name != OUTCOME, name))
    pairs = ((name, old.get(name, _NOTHING), new.get(name, _NOTHING)) for name in names)
    found = tuple(Difference(name, was, is_) for name, was, is_ in pairs if was.value != is_.value)
    # Of a mail that is set aside nothing else is done, whatever rules wanted besides.
    is_set_aside = any(one.what == OUTCOME and {one.then.value, one.now.value} & {HELD, REFUSED} for one in found)
    return found[:1] if is_set_aside else found


def _outcome(ruling: Ruling) -> Said:
    """Say what became of a mail as a whole; who answers to a ticket is not refused."""
    for what, outcome in _ENDS.items():
        by = next((deed.origin for deed in ruling.deeds if deed.what == what), None)
        if by is not None and (what != "refuse" or On.NEW in ruling.on):
            return Said(outcome, by)
    return Said(FILED, "")


def _together(deeds: Sequence[Deed]) -> Said:
    values = sorted({deed.new or "" for deed in deeds})
    origins = dict.fromkeys(deed.origin for deed in deeds if deed.rule)
    return Said(", ".join(values), ", ".join(origins))


def _deeds(done: Done) -> Iterator[Deed]:
    said = _said(done)
    if said is not None:
        what, old, new = said
        yield _deed(what, old, new, done.origin)


def _deed(what: str, old: str | None, new: str | None, origin: Origin) -> Deed:
    place = origin.place
    file = place.file.rpartition("/")[2]
    return Deed(what, old and old[:_LONGEST], new and new[:_LONGEST], origin.name, file, place.line)


def _said(done: Done) -> tuple[str, str | None, str | None] | None:
    effect = done.effect
    if isinstance(effect, AddTag):
        return TAG, None, effect.tag
    if isinstance(effect, TakeRequester):
        return "requester", done.old, effect.address
    if done.field:
        return done.field, done.old, done.new
    wanted = wanted_of(effect)
    return None if wanted is None else (wanted[0], None, wanted[1])


def wanted_of(effect: Effect) -> tuple[str, str] | None:
    """Name an effect that sets no value, and say what it wants; None for one that a value tells of."""
    wanted: tuple[str, str] | None
    match effect:
        case Hold(reason):
            wanted = "hold", reason
        case CallSpam():
            wanted = "spam", "yes"
        case Refuse(template):
            wanted = "refuse", template
        case DoNotAcknowledge() | DoNotSurvey() | Reopen():
            wanted = _FLAGS[type(effect)]
        case TakeAsPerson():
            wanted = "as", "person"
        case AskApproval(name):
            wanted = "approval", name
        case UseTemplate(template, instead):
            wanted = f"template.{template}", instead
        case (
            Stop()
            | SetValue()
            | AtLeast()
            | Raise()
            | MakeMajor()
            | SetField()
            | AddTag()
            | AddStep()
            | TakeRequester()
        ):
            wanted = None
        case _:
            wanted = _wanted_besides(effect)
    return wanted


def _wanted_besides(
    effect: AddNote
    | Notify
    | AddParticipant
    | SameTicket
    | JoinIncident
    | OpenChild
    | Pend
    | Resolve
    | MakeConfidential,
) -> tuple[str, str]:
    match effect:
        case AddNote(text):
            wanted = "note", text
        case Notify(whom):
            wanted = "notify", _whom(whom)
        case AddParticipant(address):
            wanted = "cc", address
        case SameTicket(key, within):
            wanted = SAME_TICKET, f"{key} within {format_duration(within)}"
        case JoinIncident(name):
            wanted = "incident", name
        case OpenChild(queue, subject):
            wanted = "child", f"{queue}: {subject}"
        case MakeConfidential(confidence):
            wanted = "confidential", confidence.value
        case Pend(span):
            wanted = "pending", format_duration(span)
        case Resolve(text):
            wanted = "resolve", text
        case _:
            assert_never(effect)
    return wanted


def _whom(whom: Whom) -> str:
    return f"{whom.kind.value}:{whom.name}" if whom.name else whom.kind.value
