"""The packet of an escalation: drawn from its ticket, and completed by whoever answers the form.

What an agent wrote into a form is a note of the ticket with the flag `packet`, under labels that this module reads
again: it goes before what is drawn from the history.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from maild.desk.house import House
from maild.model.facts import Facts, TicketFacts
from maild.model.packet import NO_PACKET, Packet, Part
from maild.model.steps import StepMark, StepState
from maild.model.ticket import Contact, Entry, EntryKind, Ticket
from maild.rules import Ladder

PACKET = "packet"
_MOST_STEPS, _LONGEST_STEP = 6, 300
_MOST_LINES, _LONGEST_LINE = 5, 200
_LONGEST_PROBLEM = 600
_LONGEST_PART = 4000
_LABELS: Mapping[Part, tuple[str, ...]] = MappingProxyType(
    {
        Part.PROBLEM: ("problem", "problem description", "problembeschreibung"),
        Part.STEPS: ("steps tried", "steps", "steps taken", "tried", "versuchte schritte", "schritte", "versucht"),
        Part.ERRORS: (
            *("logs or errors", "logs", "errors", "error", "logs/errors", "logs / errors"),
            *("protokolle oder fehler", "protokolle", "fehler", "fehlermeldung", "fehlermeldungen"),
        ),
        Part.CONTACT: ("contact", "contact information", "kontakt", "ansprechpartner"),
        Part.IMPACT: ("impact", "auswirkung", "auswirkungen"),
    }
)
# By these a note of the ticket is written; the form has them in its reader's language.
_NAMES = MappingProxyType({part: labels[0].capitalize() for part, labels in _LABELS.items()})
_BY_LABEL = MappingProxyType({label: part for part, labels in _LABELS.items() for label in labels})
_QUOTE = re.compile(r"^(?:\s*[>|]+)+ ?")
# Of a line's beginning alone: of blanks and underlines without end it would try every way to part them.
_LABEL = re.compile(r"[\s*•_\-]*([^\W\d][\w /]{2,24}?)[\s*_]*[:\uff1a][\s*_]*")
_LONGEST_LABEL = 80
_CODE = re.compile(r"(?i:\b(?:error|fehler|code|status)\b.*\d|\b(?:exception|traceback)\b|\b0x[0-9a-f]{2,}\b)")
_OF_ERRORS = re.compile(r"error|fehler|code|log", re.IGNORECASE)
_OF_IMPACT = re.compile(r"affected|betroffen", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the answer to a form: its fields, and the words that are none."""

    parts: Mapping[Part, str]
    rest: str


def packet_of(known: TicketFacts, ladder: Ladder | None, facts: Facts, house: House, words: str = "") -> Packet:
    """Draw what a ladder's packet asks for from a ticket; `words` that were just written go before it.

    Of them, what has no label says what was tried. Of a ticket whose whole history is not at hand only what there is.
    """
    if ladder is None or not ladder.packet:
        return NO_PACKET
    written = parse_fields(words)
    steps = {Part.STEPS: written.rest} if written.rest else {}
    noted = {part: told for entry in _notes(known) for part, told in parse_fields(entry.text).parts.items()}
    parts: Mapping[Part, str] = {**dict.fromkeys(ladder.packet, ""), **noted, **steps, **written.parts}
    requester = known.ticket.requester
    address = requester.address.lower() if requester is not None else ""
    drawn = _Drawn(known, house.rules.contact_of(address, facts.contacts.get(address)), house)
    return Packet(tuple((part, parts[part] or drawn.find(part)) for part in ladder.packet))


NOTHING_FILLED = Filled({}, "")


def parse_fields(text: str) -> Filled:
    """Read labelled lines, `Steps tried: …`, in any language that the form is written in; each goes on to the next."""
    parts: dict[Part, list[str]] = {}
    rest: list[str] = []
    lines = rest
    for line in text.split("\n"):
        part, words = _label(line)
        if part is not None:
            lines = parts.setdefault(part, [])
        lines.append(line if part is None else words)
    whole = {part: "\n".join(words).strip()[:_LONGEST_PART] for part, words in parts.items()}
    return Filled({part: words for part, words in whole.items() if words}, "\n".join(rest).strip())


def parse_form(above: str, whole: str, shown: str) -> Filled:
    """Read the answer to a form: the words above it, and what was written into it where it is quoted.

    `above` are the answer's new words, `whole` all of it, `shown` the lines of the form as it was sent. Clients quote
    by `>`, by a bar or not at all; a line that the form had is never part of a field.
    """
    first = parse_fields(above)
    ours = {_bare(line) for line in shown.split("\n")} - {""}
    labels = {part for line in shown.split("\n") if (part := _label(line)[0]) is not None}
    quoted = whole.lstrip().removeprefix(above.strip())
    inside = parse_fields("\n".join(_written_into(quoted, ours, labels)))
    taken = {_bare(line) for words in inside.parts.values() for line in words.split("\n")}
    words = [line for line in first.rest.split("\n") if not _QUOTE.match(line) and _bare(line) not in taken]
    rest = "\n".join(words).strip()
    return Filled({**inside.parts, **first.parts}, rest)


def write_fields(parts: Mapping[Part, str]) -> str:
    """Write fields as a note of the ticket."""
    return "\n".join(f"{_NAMES[part]}: {parts[part]}" for part in Part if parts.get(part))


def _written_into(text: str, ours: set[str], labels: set[Part]) -> Iterator[str]:
    """Give the lines of a quoted form with what was written behind its labels; ours end a field."""
    is_open = False
    for line in text.split("\n"):
        plain = _QUOTE.sub("", line)
        part, words = _label(plain)
        if _bare(plain) in ours:
            is_open = part is not None and not words
        elif part is not None:
            is_open = part in labels
        if part is not None and is_open:
            yield f"{_NAMES[part]}: {words}"
        elif is_open:
            yield plain


def _label(line: str) -> tuple[Part | None, str]:
    found = _LABEL.match(line[:_LONGEST_LABEL])
    part = _BY_LABEL.get(_word(found[1])) if found is not None else None
    return (part, line[found.end() :].strip()) if found is not None and part is not None else (None, line)


def _word(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


def _bare(line: str) -> str:
    return " ".join(_QUOTE.sub("", line).split()).casefold()


def _notes(known: TicketFacts) -> Iterator[Entry]:
    return (entry for entry in known.entries if entry.kind is EntryKind.NOTE and PACKET in entry.flags)


class _Drawn:
    """What of a packet a ticket itself knows."""

    def __init__(self, known: TicketFacts, contact: Contact | None, house: House) -> None:
        self._known = known
        self._ticket: Ticket = known.ticket
        self._contact = contact
        self._house = house

    def find(self, part: Part) -> str:
        """Give what is known of a part; "" is nothing."""
        match part:
            case Part.PROBLEM:
                return self._problem()
            case Part.STEPS:
                return "\n".join(self._steps())
            case Part.ERRORS:
                return "\n".join(dict.fromkeys(self._errors()))
            case Part.CONTACT:
                return ", ".join(self._reached_at())
            case Part.IMPACT:
                return ", ".join(self._impact())

    def _problem(self) -> str:
        first = next((entry.text.strip() for entry in self._theirs() if entry.text.strip()), "")
        return "\n".join(part for part in (self._ticket.subject, _cut(first, _LONGEST_PROBLEM)) if part)

    def _steps(self) -> Iterable[str]:
        """Give the steps of the checklist that were done, and what colleagues wrote, the last of it."""
        done = [f"- {text}" for text, said in self._ticket.steps if StepMark.parse(said).state is StepState.DONE]
        words = [entry for entry in self._known.entries if entry.kind in {EntryKind.NOTE, EntryKind.AGENT}]
        ours = [each.text for each in words if each.by in self._house.rules.people and PACKET not in each.flags]
        told = [f"- {_cut(' '.join(text.split()), _LONGEST_STEP)}" for text in ours if text.strip()]
        return (*done, *told[-_MOST_STEPS:])

    def _errors(self) -> Iterator[str]:
        yield from (f"{name}: {value}" for name, value in self._ticket.fields if _OF_ERRORS.search(name) and value)
        lines = (line.strip() for entry in self._theirs() for line in entry.text.split("\n"))
        codes = [_cut(line, _LONGEST_LINE) for line in lines if _CODE.search(line)]
        yield from codes[:_MOST_LINES]
        files = [each.name for entry in self._theirs() for each in entry.attachments if each.name]
        yield from files[:_MOST_LINES]

    def _reached_at(self) -> Iterator[str]:
        requester, contact = self._ticket.requester, self._contact
        if requester is None:
            return
        values = (contact.company, contact.phone) if contact is not None else ()
        name = (contact.name if contact is not None else "") or requester.name
        yield from (each for each in (name, *values, requester.address) if each)

    def _impact(self) -> Iterator[str]:
        """Give impact and urgency, and how many it concerns; what every ticket begins with says nothing."""
        ticket, priorities = self._ticket, self._house.rules.priorities
        affected = [f"{name}: {value}" for name, value in ticket.fields if _OF_IMPACT.search(name) and value]
        is_graded = (ticket.impact, ticket.urgency) not in {(None, None), (priorities.impact, priorities.urgency)}
        if is_graded or affected:
            yield " × ".join(each for each in (ticket.impact, ticket.urgency) if each is not None)
        yield from affected

    def _theirs(self) -> Iterator[Entry]:
        return (entry for entry in self._known.entries if entry.kind is EntryKind.CUSTOMER)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
