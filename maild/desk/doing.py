"""What becomes of a plan and of the words beside it: one entry that does all of it, its mails, and the transcript."""

from collections.abc import Sequence

from maild.desk.case import Sheet, entry_of, remembered, sheet_for
from maild.desk.commands import Given
from maild.desk.hearing import Intent, Turn
from maild.desk.orders import Plan, obey
from maild.desk.parts import tell_matter
from maild.desk.relaying import RELAY_EXPIRES, file_answer, relay
from maild.desk.reports import spread
from maild.desk.telling import light_enough, note_notices, transcripts
from maild.model.decision import Decision, Outcome, OutcomeKind
from maild.model.mail import Address, Attachment
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.reports import REVIEW
from maild.model.ticket import EntryKind


def plan_for(turn: Turn, commands: Sequence[Given], words: str, files: tuple[Attachment, ...]) -> Plan:
    """Plan what commands come to, with the words and files that stand beside them."""
    plan = Plan(turn.case, turn.known, turn.person, words, files)
    obey(plan, commands)
    return plan


def do(turn: Turn, plan: Plan, intent: Intent, sheet: Sheet) -> Decision:
    """Carry a plan out: nothing of it was refused, and nothing stands against its words."""
    sheet.change(*plan.changes)
    if intent is Intent.QUERY and not plan.words.strip() and not plan.done:
        return _answer_query(turn, plan)
    _say(turn, plan, intent, sheet)
    if intent is not Intent.SENT:
        spread(plan, sheet, _words(plan) if _goes_out(plan, intent) else None, plan.files)
    for text, flags in plan.notes:
        sheet.enter(turn.number, EntryKind.NOTE, text, flags=flags)
    sheet.add(*plan.steps)
    tell_matter(plan, sheet)
    sheet.want(*plan.mails)
    tell(turn, plan, sheet)
    return close(turn, sheet)


def close(turn: Turn, sheet: Sheet) -> Decision:
    """End the decision about an agent's mail on a ticket."""
    return sheet.decision(entry_of(turn.number), turn.case, tuple(str(each) for each in turn.speech.commands))


def tell(turn: Turn, plan: Plan, sheet: Sheet) -> None:
    """Say to the agent what was done and show what they asked for."""
    is_wanted = bool(plan.done) and turn.person.is_told_of_success
    if not is_wanted and not plan.shown:
        return
    attachments = light_enough(plan.shown_files, turn.case.house.limits.notice)
    sheet.want(
        *transcripts([turn.person], turn.number, tuple(plan.done), "\n".join(plan.shown), attachments=attachments)
    )


def enter_note(turn: Turn, sheet: Sheet, text: str, files: tuple[Attachment, ...]) -> None:
    """Enter words for colleagues, and tell the assignee of them unless they are theirs."""
    is_review = turn.issued is not None and turn.issued.template is Template.POST_ESCALATION_REVIEW
    sheet.enter(
        turn.number,
        EntryKind.NOTE,
        text,
        flags=(*((REVIEW,) if is_review else ()), *turn.speech.flags),
        attachments=files,
        message_id=turn.case.message.message_id,
    )
    sheet.add(remembered(turn.case, turn.number))
    assignee = turn.known.ticket.assignee
    holder = turn.case.house.find_person(assignee, turn.case.now) if assignee else None
    if holder is not None and holder.key != turn.person.key and text.strip():
        sheet.want(*note_notices([holder], turn.number))


def consulted_of(turn: Turn) -> Address | None:
    """Give whom a plain answer goes back to: the one asked aside whose note the answered mail showed."""
    if turn.issued is None:
        return None
    by = next((entry.by for entry in turn.known.entries if entry.n == turn.issued.seen), "")
    known = (each.who for each in turn.known.ticket.consulted)
    return next((who for who in known if who.address.lower() == by.lower()), None)


def _say(turn: Turn, plan: Plan, intent: Intent, sheet: Sheet) -> None:
    """Enter the mail as what it is, and send its words to whom they are for."""
    words = _words(plan)
    match intent:
        case Intent.SENT:
            file_answer(turn, plan, sheet, turn.note_text, plan.files)
            sheet.explain("the requester stands in the agent's own To or Cc: nothing is sent again")
        case Intent.RELAY if _goes_out(plan, intent):
            relay(turn, plan, sheet, words, plan.files)
        case Intent.CONSULT if words.strip():
            _answer_consulted(turn, plan, sheet, words)
        case _ if plan.words.strip() or plan.files:
            enter_note(turn, sheet, _noted(turn, plan), plan.files)
        case _:
            _enter_event(turn, plan, sheet)


def _words(plan: Plan) -> str:
    return "\n\n".join(part for part in (plan.words.strip("\n"), plan.appended) if part.strip())


def _goes_out(plan: Plan, intent: Intent) -> bool:
    is_something = bool(_words(plan).strip()) or plan.speaks_anyway or bool(plan.files)
    return intent is Intent.RELAY and not plan.is_quiet and is_something


def _noted(turn: Turn, plan: Plan) -> str:
    """Give the words as colleagues keep them: whole where the stripping was in doubt, so that none is lost."""
    return turn.note_text if plan.words == turn.speech.text else plan.words


def _enter_event(turn: Turn, plan: Plan, sheet: Sheet) -> None:
    commands = ", ".join(str(each) for each in turn.speech.commands)
    story = f"{turn.person.name}: {commands}" + "".join(f"\n{line}" for line in plan.done)
    sheet.enter(
        turn.number,
        EntryKind.EVENT,
        story,
        flags=turn.speech.flags,
        message_id=turn.case.message.message_id,
    )
    sheet.add(remembered(turn.case, turn.number))


def _answer_consulted(turn: Turn, plan: Plan, sheet: Sheet, words: str) -> None:
    who = consulted_of(turn)
    if who is not None:
        sheet.want(
            Wanted(
                template=Template.CONSULTED,
                to=who.address,
                to_name=who.name,
                person=None,
                ticket=turn.number,
                thread=Thread.CUSTOMER,
                meaning=Meaning.NOTE,
                text=words,
                by=turn.person.key,
                attachments=plan.files,
                delay=turn.case.house.desk.send_delay,
                expires_in=RELAY_EXPIRES,
            )
        )
    sheet.enter(
        turn.number,
        EntryKind.NOTE,
        f"To {who.address if who else 'nobody'}:\n{words}",
        flags=("aside", *turn.speech.flags),
        attachments=plan.files,
        message_id=turn.case.message.message_id,
    )
    sheet.add(remembered(turn.case, turn.number))


def _answer_query(turn: Turn, plan: Plan) -> Decision:
    """Answer who only asks: no entry, but for what must be logged."""
    sheet = sheet_for(turn.case, turn.known)
    for text, flags in plan.notes:
        sheet.enter(turn.number, EntryKind.NOTE, text, flags=flags)
    sheet.add(*plan.steps)
    tell(turn, plan, sheet)
    commands = tuple(str(each) for each in turn.speech.commands)
    query = Outcome(OutcomeKind.DESK, reason=f"a query: {', '.join(commands)}")
    outcome = entry_of(turn.number) if plan.notes else query
    return sheet.decision(outcome, turn.case, commands)
