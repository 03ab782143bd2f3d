"""What an agent says in a mail: their own words, what those command, and why they may not go out as they are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from maild.desk.answering import TRACER_LETTERS, outgoing_words
from maild.desk.case import Case
from maild.desk.commands import BY_WORD, Audience, Given, Reading, read_commands
from maild.desk.house import is_same
from maild.model.facts import Draft, IssuedMail, TicketFacts
from maild.model.mail import Attachment
from maild.model.outgoing import Meaning, Template
from maild.model.saying import say
from maild.model.ticket import EntryKind, Ticket
from maild.rules import Person

# Flags of reading that mean: a part of the words or of the recipients was not seen.
_UNSEEN = frozenset(
    {"text-cut", "addresses-cut", "recipients-cut", "headers-cut", "parts-cut", "unreadable", "too-large"}
)


class Intent(StrEnum):
    """What an agent's mail means."""

    SENT = "sent"  # their own client sent it to the requester
    RELAY = "relay"
    NOTE = "note"
    DRAFT = "draft"  # it answers a draft
    UNSENT = "unsent"  # a note, and the agent is told that the customer did not get it
    COMMANDS = "commands"  # the answered mail takes nothing but commands
    QUERY = "query"  # it only asks: what it lists or shows goes back to the writer
    NAMED = "named"  # the words go to somebody whom a command names
    FORM = "form"  # it fills in a form
    CONSULT = "consult"  # the words go back to somebody who was asked aside


_SHOWN_ENTRIES = 3  # in every notice
_PLAINLY = {
    Meaning.RELAY: Intent.RELAY,
    Meaning.NOTE: Intent.NOTE,
    Meaning.NOTHING: Intent.COMMANDS,
    Meaning.CONSULT: Intent.CONSULT,
    Meaning.FORM: Intent.FORM,
}
_TAG_FLAG = "subject-tag:"
_STATES = frozenset({"resolve", "close", "reopen", "wait", "pending"})


@dataclass(frozen=True, slots=True)
class Speech:
    """The agent's own words without commands; `doubts` are about commands, `reasons` speak against sending.

    With `is_guess` some of their words may have been cut.
    """

    text: str
    commands: tuple[Given, ...]
    doubts: tuple[str, ...]
    reasons: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    is_guess: bool
    tags: tuple[str, ...] = ()

    @property
    def flags(self) -> tuple[str, ...]:
        """What an entry of this mail remembers, so that a tag that stays in the subject is obeyed once."""
        return tuple(f"{_TAG_FLAG}{word}" for word in self.tags)

    def has(self, word: str) -> bool:
        """Whether a command was given."""
        return any(each.word == word for each in self.commands)


@dataclass(frozen=True, slots=True)
class Turn:
    """An agent's mail about a ticket; `issued` is our mail to them about this ticket that it answers."""

    case: Case
    known: TicketFacts
    issued: IssuedMail | None
    person: Person
    speech: Speech

    @property
    def number(self) -> int:
        """The ticket's number."""
        return self.known.ticket.number

    @property
    def note_text(self) -> str:
        """The words as colleagues keep them: whole where the stripping was in doubt, so that none is lost."""
        if self.speech.is_guess:
            return self.case.message.text
        return self.speech.text


def hear(case: Case, known: TicketFacts, person: Person) -> Turn:
    """Find the agent's own words and commands in their mail."""
    issued = _issued_about(case, known)
    draft = case.facts.drafts.get(issued.draft) if issued and issued.draft else None
    shown = as_shown(issued, known, draft.text if draft else "") if issued else None
    words = outgoing_words(case.message.text, shown, case.house.names())
    is_fresh = not case.message.in_reply_to and not case.message.references
    earlier = (known.ticket.subject, *((issued.subject,) if issued else ()))
    # Further down a thread, a tag may stand in the subject since an earlier mail of the same agent.
    earlier = (*earlier, *(f"[{word}]" for word in _tags_obeyed(known, person)))
    reading = read_commands(words.text, case.message.subject, earlier, is_first=case.found.is_direct or is_fresh)
    attachments = tuple(_own_attachments(case, known))
    speech = Speech(
        text=reading.text,
        commands=reading.commands,
        doubts=(*reading.doubts, *_which_doubts(case, reading.commands)),
        reasons=(
            *words.reasons,
            *_aside_reasons(reading, issued),
            *_attached_reasons(attachments, issued),
            *_unseen_reasons(case),
            *_forgotten_reasons(issued, known),
            *moved_reasons(case, known),
        ),
        attachments=attachments,
        is_guess=words.is_guess,
        tags=reading.tags,
    )
    return Turn(case, known, issued, person, speech)


def hear_alone(case: Case, draft: Draft | None) -> Speech:
    """Find an agent's words and commands in a mail that is about no ticket; `draft` is the one that it answers.

    What such a mail answers names tickets, too: a list above all.
    """
    answered = case.found.answered
    if answered is not None and draft is not None:
        answered = replace(answered, quoted=f"{answered.quoted}\n{draft.text}")
    elif answered is not None:
        answered = replace(answered, ours=f"{answered.ours}\n{answered.quoted}", quoted="")
    words = outgoing_words(case.message.text, answered, case.house.names())
    reading = read_commands(words.text, case.message.subject)
    attachments = case.message.attachments
    return Speech(
        text=reading.text,
        commands=reading.commands,
        doubts=reading.doubts,
        reasons=(*words.reasons, *_attached_reasons(attachments, answered), *_unseen_reasons(case)),
        attachments=attachments,
        is_guess=words.is_guess,
        tags=reading.tags,
    )


def _issued_about(case: Case, known: TicketFacts) -> IssuedMail | None:
    """Give the answered mail if it is about this ticket, or one that goes on in it: of that, nothing was seen."""
    answered = case.found.answered
    if answered is None or answered.ticket == known.ticket.number:
        return answered
    before = case.facts.tickets.get(answered.ticket) if answered.ticket is not None else None
    is_merged = before is not None and before.ticket.merged_into == known.ticket.number
    return replace(answered, seen=0) if is_merged else None


def repeated(case: Case) -> tuple[str, ...]:
    """Doubt a mail whose id came before: a signed mail can be sent again by anybody who got it."""
    is_again = case.facts.same_id_other_body
    return (say("a mail with the same Message-ID came before, and this one differs from it"),) if is_again else ()


def _which_doubts(case: Case, commands: Sequence[Given]) -> Iterator[str]:
    """Doubt commands of which nobody can tell for which of several tickets they are."""
    tags = [each.ticket for each in case.found.evidence if each.kind == "subject tag" and each.is_accepted]
    named = tuple(dict.fromkeys(number for number in tags if number in case.facts.tickets))
    if commands and case.found.answered is None and len(named) > 1:
        yield say(
            "the subject names {tickets}: write one mail for each", tickets=", ".join(f"#{number}" for number in named)
        )


def moved_reasons(case: Case, known: TicketFacts) -> Iterator[str]:
    """Doubt words that were written about a ticket which goes on in another, with other people perhaps."""
    answered = case.found.answered
    if answered is not None and answered.ticket is not None and answered.ticket != known.ticket.number:
        yield say(
            "the mail that you answered is about #{old}, which goes on in #{new} now",
            old=answered.ticket,
            new=known.ticket.number,
        )


def _tags_obeyed(known: TicketFacts, person: Person) -> Iterator[str]:
    for entry in known.entries:
        if entry.by == person.key:
            yield from (flag.removeprefix(_TAG_FLAG) for flag in entry.flags if flag.startswith(_TAG_FLAG))


def intent_of(turn: Turn) -> Intent:
    """Say what a mail means: by what its writer did and commands, else by the mail that it answers."""
    meaning = turn.issued.meaning if turn.issued else None
    if _went_to_requester(turn) and meaning is not Meaning.DRAFT:
        return Intent.SENT
    if meaning is Meaning.DRAFT:
        return Intent.DRAFT
    plainly = _PLAINLY.get(meaning, Intent.UNSENT) if meaning else Intent.UNSENT
    return inside(intent_by_commands(turn.speech.commands) or plainly, turn.known.ticket, turn.speech.commands)


def inside(intent: Intent, ticket: Ticket, commands: Sequence[Given]) -> Intent:
    """Take words beside a state for colleagues' where a ticket is part of a matter: nobody outside hears them."""
    is_part = ticket.parent is not None and ticket.requester is None and not ticket.participants
    is_state = any(each.word in _STATES for each in commands) and all(each.word != "reply" for each in commands)
    return Intent.NOTE if intent is Intent.RELAY and is_part and is_state else intent


def intent_by_commands(commands: Sequence[Given]) -> Intent | None:
    """Say for whom the words are by the commands beside them; None where these leave it to the answered mail."""
    words = [each.word for each in commands]
    audiences = {BY_WORD[word].audience for word in words}
    if "note" in words or "quiet" in words:
        return Intent.NOTE
    for audience, intent in (
        (Audience.NAMED, Intent.NAMED),
        (Audience.CUSTOMER, Intent.RELAY),
        (Audience.COLLEAGUES, Intent.NOTE),
    ):
        if audience in audiences:
            return intent
    return Intent.QUERY if audiences == {Audience.NOBODY} else None


def as_shown(issued: IssuedMail, known: TicketFacts, draft: str = "") -> IssuedMail:
    """Count notes and lists that a mail showed among our own lines: they are no more the customer's than ours.

    `draft` are words of the agent that the mail showed for them to send: those are theirs.
    """
    notes = [
        entry.text for entry in known.entries if entry.kind is EntryKind.NOTE and entry.text.strip() != draft.strip()
    ]
    said = [entry.text for entry in known.entries if entry.kind in _SEEN_BY_THE_CUSTOMER]
    # What commands found is of any ticket.
    found = [issued.quoted] if issued.template is Template.TRANSCRIPT else []
    private = _lines([*notes, *found]) - _lines([*said, draft])
    kept = [line for line in issued.quoted.split("\n") if _bare(line) not in private]
    return replace(issued, ours="\n".join((issued.ours, *notes, *found)), quoted="\n".join((*kept, draft)))


_SEEN_BY_THE_CUSTOMER = frozenset({EntryKind.CUSTOMER, EntryKind.AGENT})


def _lines(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(_bare(line) for text in texts for line in text.split("\n")) - {""}


def _bare(line: str) -> str:
    return " ".join(line.split()).casefold()


def _went_to_requester(turn: Turn) -> bool:
    requester = turn.known.ticket.requester
    named = (*turn.case.message.to, *turn.case.message.cc)
    return requester is not None and any(is_same(each.address, requester.address) for each in named)


def _own_attachments(case: Case, known: TicketFacts) -> Iterator[Attachment]:
    """Leave out pictures of the ticket that the client only quoted back."""
    shown = {kept.sha256 for entry in known.entries for kept in entry.attachments}
    for each in case.message.attachments:
        if not (each.is_inline and each.sha256 in shown):
            yield each


def _aside_reasons(reading: Reading, issued: IssuedMail | None) -> Iterator[str]:
    """Doubt a quote in words that go to somebody aside: what the customer wrote is theirs by `#forward` alone."""
    is_named = any(BY_WORD[each.word].audience is Audience.NAMED for each in reading.commands)
    is_aside = is_named or (issued is not None and issued.meaning is Meaning.CONSULT)
    if is_aside and any(line.startswith(">") for line in reading.text.split("\n")):
        yield say("the customer's words are quoted, and would go to somebody else")


def _attached_reasons(attachments: tuple[Attachment, ...], issued: IssuedMail | None) -> Iterator[str]:
    for each in attachments:
        if each.type.lower().startswith("message/"):
            yield say("the whole mail “{name}” is attached, and the customer would see all of it", name=each.name)
        elif issued is not None and issued.token[:TRACER_LETTERS].encode() in each.content.lower():
            yield say("the attachment “{name}” holds a notice of the desk", name=each.name)


def _unseen_reasons(case: Case) -> Iterator[str]:
    for flag in case.flags:
        if flag in _UNSEEN:
            yield say("a part of the mail could not be read ({flag})", flag=flag)


def _forgotten_reasons(issued: IssuedMail | None, known: TicketFacts) -> Iterator[str]:
    """Doubt an answer to so old a notice that the notes which it showed are no more at hand to be compared."""
    if issued is None or not known.entries or known.entries[0].n == 1:
        return
    shown = [entry for entry in known.entries if entry.n <= issued.seen and entry.kind is not EntryKind.EVENT]
    if len(shown) < _SHOWN_ENTRIES:
        yield say(
            "too much has happened since the mail that you answered to compare your words with all that it showed"
        )
