"""The form of an escalation's packet: asked of an agent, answered by mail, handed on to whoever took the ticket on."""

from collections.abc import Iterator
from dataclasses import replace

from maild.desk.case import Sheet, remembered, sheet_for
from maild.desk.commands import read_commands
from maild.desk.doing import close, do, plan_for
from maild.desk.drafting import OVER_A_DRAFT, end_draft, end_told, keep, kept_draft, open_draft, together
from maild.desk.hearing import Intent, Turn, repeated
from maild.desk.orders.clocks import packet_for
from maild.desk.packets import NOTHING_FILLED, PACKET, Filled, parse_fields, parse_form, write_fields
from maild.desk.telling import escalations, note_notices, packet_form, those_leading, transcripts
from maild.model.decision import Decision
from maild.model.facts import Draft, DraftState
from maild.model.mail import Attachment
from maild.model.outgoing import Meaning, Wanted
from maild.model.packet import Packet, Part
from maild.model.saying import Said, say
from maild.model.ticket import EntryKind

_WAITS: Said = say("#escalate goes on once the form is complete.")
_EXAMPLE = "Steps tried: …"


def ask_to_complete(turn: Turn, packet: Packet, words: str, files: tuple[Attachment, ...]) -> Decision:
    """Keep an agent's own escalation until its packet is complete, and send them the form."""
    sheet = sheet_for(turn.case, turn.known)
    commands = tuple(str(each) for each in turn.speech.commands if each.word not in OVER_A_DRAFT)
    sheet.add(*kept_draft(turn, Meaning.NOTE, (_WAITS,), text=words, attachments=files, commands=commands))
    lacking = ", ".join(packet.lacking)
    story = f"{turn.person.name} wants it escalated, and is asked for what the packet lacks: {lacking}."
    sheet.enter(
        turn.number,
        EntryKind.EVENT,
        story,
        flags=("draft", *turn.speech.flags),
        message_id=turn.case.message.message_id,
    )
    sheet.add(remembered(turn.case, turn.number))
    sheet.want(packet_form(turn.person, turn.number, packet, (_WAITS,), turn.case.token))
    return close(turn, sheet)


def answer_form(turn: Turn) -> Decision:
    """Decide about the answer to a form: its fields complete the packet, other words are a note."""
    draft, issued = open_draft(turn), turn.issued
    if turn.speech.has("discard") and draft is not None and not turn.speech.doubts:
        return end_told(turn, draft, DraftState.DISCARDED, say("The draft was discarded."))
    shown = f"{issued.ours}\n{issued.quoted}" if issued is not None else ""
    filled = parse_form(turn.speech.text, turn.case.message.text, shown)
    against = (*turn.speech.doubts, *repeated(turn.case))
    if against:
        return keep(turn, Meaning.NOTE, against, turn.note_text)
    return _complete(turn, filled, draft) if filled.parts else _nonsense(turn)


def _complete(turn: Turn, filled: Filled, draft: Draft | None) -> Decision:
    """Note what was filled in and hand the packet on; what waits for it goes on once nothing is lacking."""
    turn = _with_commands(turn, draft)
    plan = plan_for(turn, turn.speech.commands, write_fields(_given(draft, filled)), ())
    if plan.refused:
        return keep(turn, Meaning.NOTE, tuple(plan.refused), turn.note_text)
    if plan.lacking is not None and draft is None:
        return ask_to_complete(turn, plan.lacking, turn.speech.text, turn.speech.attachments)
    sheet = sheet_for(turn.case, turn.known)
    _note(turn, sheet, filled, draft)
    if plan.lacking is not None:
        sheet.want(packet_form(turn.person, turn.number, plan.lacking, (_WAITS,), draft.token if draft else None))
        return close(turn, sheet)
    if draft is not None:
        sheet.add(*end_draft(turn, draft, DraftState.SENT))
    elif not any(each.word == "escalate" for each in turn.speech.commands):
        sheet.want(*_handed_on(turn, packet_for(plan)))
    plan.words = ""
    return do(turn, plan, Intent.NOTE, sheet) if turn.speech.commands else close(turn, sheet)


def _with_commands(turn: Turn, draft: Draft | None) -> Turn:
    """Let what waits for the form be commanded by the answer to it."""
    kept = read_commands("\n".join(draft.commands)).commands if draft is not None else ()
    given = [each for each in turn.speech.commands if each.word not in OVER_A_DRAFT]
    commands = tuple({each.word: each for each in (*kept, *given)}.values())
    return replace(turn, speech=replace(turn.speech, commands=commands))


def _given(draft: Draft | None, filled: Filled) -> dict[Part, str]:
    """Give all that was written for the packet: what stood beside `#escalate` says what was tried."""
    waiting = parse_fields(draft.text) if draft is not None else NOTHING_FILLED
    steps = {Part.STEPS: waiting.rest} if waiting.rest else {}
    return {**steps, **waiting.parts, **filled.parts}


def _note(turn: Turn, sheet: Sheet, filled: Filled, draft: Draft | None) -> None:
    text = "\n\n".join(part for part in (write_fields(filled.parts), filled.rest) if part)
    files = together(draft.attachments if draft is not None else (), turn.speech.attachments)
    sheet.enter(
        turn.number,
        EntryKind.NOTE,
        text,
        flags=(PACKET, *turn.speech.flags),
        attachments=files,
        message_id=turn.case.message.message_id,
    )
    sheet.add(remembered(turn.case, turn.number))


def _handed_on(turn: Turn, packet: Packet) -> Iterator[Wanted]:
    """Give the packet to those who have the ticket now; what is lacking still is asked for once more."""
    house, ticket, now = turn.case.house, turn.known.ticket, turn.case.now
    team = house.team_of(ticket)
    lead = house.lead(team, now)
    people = dict.fromkeys((*house.members(team, now), *((lead,) if lead is not None else ())))
    told = [each for each in people if each.key != turn.person.key and house.may_see(each, ticket)]
    yield from escalations(told, turn.number, say("{name} filled in the packet.", name=turn.person.name), packet)
    if packet.lacking:
        yield packet_form(turn.person, turn.number, packet)


def _nonsense(turn: Turn) -> Decision:
    """File an answer without any field as a note, say so to its writer, and let who leads hear of it."""
    house, ticket = turn.case.house, turn.known.ticket
    commands = [each for each in turn.speech.commands if each.word not in OVER_A_DRAFT]
    plan = plan_for(turn, commands, turn.note_text, turn.speech.attachments)
    if plan.refused:
        return keep(turn, Meaning.NOTE, tuple(plan.refused), turn.note_text)
    sheet = sheet_for(turn.case, turn.known)
    sheet.want(
        *transcripts(
            [turn.person],
            turn.number,
            (
                say("No field of the form was found in your answer: it was filed as a note."),
                say("Answer the form again, each field on a line of its own, like {line}", line=_EXAMPLE),
            ),
        )
    )
    about = say("{name} answered the form of the packet without its fields.", name=turn.person.name)
    leading = [each for each in those_leading(house, ticket, turn.case.now) if each.key != turn.person.key]
    sheet.want(*note_notices(leading, turn.number, (about,)))
    return do(turn, plan, Intent.NOTE, sheet)
