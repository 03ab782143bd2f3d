"""What follows from a mail of an agent: a relay to the customer, a note, a draft, or a question back.

What a plain answer means is decided by the mail that it answers, and by commands. A mail is done whole or not at all:
what is in doubt or refused is kept as a draft, and the agent is asked.
"""

from dataclasses import replace

from maild.desk.alone import without_ticket
from maild.desk.case import Case, sheet_for
from maild.desk.colliding import missed
from maild.desk.commands import BY_WORD, Audience, Given
from maild.desk.completing import answer_form, ask_to_complete
from maild.desk.doing import close, consulted_of, do, enter_note, plan_for
from maild.desk.drafting import answer_draft, ask_whether_sent, end_draft, keep, kept_draft, open_draft
from maild.desk.hearing import Intent, Speech, Turn, hear, intent_of, repeated
from maild.desk.orders import Plan
from maild.desk.relaying import obstacles, why_not_addressed
from maild.desk.telling import light_enough, to_person, transcripts
from maild.model.decision import Decision, Trust
from maild.model.facts import DraftState
from maild.model.outgoing import Meaning, Template, Thread
from maild.model.saying import say
from maild.model.ticket import EntryKind

_OVER_A_DRAFT = frozenset({"send", "discard"})
_OUTWARD = frozenset({Intent.RELAY, Intent.NAMED, Intent.CONSULT})


def file_agents_mail(case: Case) -> Decision:
    """Decide about a mail whose From is an agent's."""
    person = case.house.find_person(case.sender.person, case.now) if case.sender and case.sender.person else None
    if case.known is None or person is None:
        return without_ticket(case, person)
    turn = hear(case, case.known, person)
    intent = intent_of(turn)
    if case.sender is None or case.sender.trust is not Trust.PROVED:
        return _unproved(turn, intent)
    if intent is Intent.DRAFT:
        return answer_draft(turn)
    if intent is Intent.FORM:
        return answer_form(turn)
    return _proved(turn, intent)


def _proved(turn: Turn, intent: Intent) -> Decision:
    """Decide about a proved mail that answers no draft."""
    speech, draft = turn.speech, open_draft(turn) if intent is Intent.RELAY else None
    words = speech.text or (draft.text if draft else "")
    files = speech.attachments or (draft.attachments if draft else ())
    plan = plan_for(turn, speech.commands, words, files)
    refused = (*speech.doubts, *_no_draft(turn), *repeated(turn.case), *plan.refused)
    if refused:
        return _refuse(turn, intent, refused)
    if plan.lacking is not None:
        return ask_to_complete(turn, plan.lacking, words, files)
    if not words.strip() and not files and not speech.commands:
        return _nothing(turn)
    instead = _filed_instead(turn, plan, intent, words)
    if instead is not None:
        return instead
    against = tuple(_against(turn, plan, intent))
    if against:
        turn = _with_whom(turn, intent)
        return keep(turn, Meaning.RELAY if intent is Intent.RELAY else Meaning.NOTE, against, words, files)
    sheet = sheet_for(turn.case, turn.known)
    if draft is not None:
        sheet.add(*end_draft(turn, draft, DraftState.SENT))
    return do(turn, plan, intent, sheet)


def _filed_instead(turn: Turn, plan: Plan, intent: Intent, words: str) -> Decision | None:
    """File words for colleagues that go to nobody as they came; None where they may go where they are meant to."""
    if intent is Intent.RELAY and not _is_explicit(turn.speech) and (why_not := why_not_addressed(turn)):
        return _unsent(turn, plan, why_not)
    if not words.strip():
        return None
    if intent is Intent.CONSULT and (why_not := why_not_addressed(turn)):
        return _noted(turn, plan, f"it did not go to whom was asked, for {why_not}")
    if intent is Intent.UNSENT:
        return _unsent(turn, plan, say("your mail does not answer a mail that the desk sent you about this ticket"))
    if intent is Intent.COMMANDS:
        return _noted(turn, plan, "the mail that you answered takes only lines of # commands")
    return None


def _against(turn: Turn, plan: Plan, intent: Intent) -> tuple[str, ...]:
    """Say what stands against doing it: doubts about words that go outside, and what the agent could not know."""
    leaves = intent in _OUTWARD and not plan.is_quiet and bool(plan.words.strip() or plan.files)
    leaves = leaves or plan.writes_outside
    doubts = turn.speech.reasons if leaves and turn.speech.text else ()
    if intent is Intent.RELAY and not plan.is_quiet and (leaves or plan.speaks_anyway):
        return (*doubts, *obstacles(turn, plan))
    if intent is Intent.CONSULT and consulted_of(turn) is None:
        return (*doubts, say("whom you would answer takes no part in the ticket any more"))
    is_state = any(change.field == "state" for change in plan.changes)
    return (*doubts, *(missed(turn, plan) if is_state else ()))


def _with_whom(turn: Turn, intent: Intent) -> Turn:
    """Write down beside words that are kept whom they are for, where only the answered mail said it."""
    who = consulted_of(turn) if intent is Intent.CONSULT else None
    if who is None:
        return turn
    commands = (*turn.speech.commands, Given("ask", who.address))
    return replace(turn, speech=replace(turn.speech, commands=commands))


def _is_explicit(speech: Speech) -> bool:
    """Whether the agent said themselves that the words are the customer's."""
    return any(BY_WORD[each.word].audience is Audience.CUSTOMER for each in speech.commands)


def _no_draft(turn: Turn) -> tuple[str, ...]:
    words = [each.word for each in turn.speech.commands if each.word in _OVER_A_DRAFT]
    return tuple(say("there is no draft to #{word}", word=word) for word in words)


def _refuse(turn: Turn, intent: Intent, refused: tuple[str, ...]) -> Decision:
    """Do nothing of a mail of which something is refused: words are kept as a draft, commands alone are told."""
    if turn.speech.text.strip() or turn.speech.attachments:
        turn = _with_whom(turn, intent)
        meaning = Meaning.RELAY if intent is Intent.RELAY else Meaning.NOTE
        text = turn.speech.text if turn.speech.commands else turn.note_text
        return keep(turn, meaning, refused, text)
    commands = ", ".join(str(each) for each in turn.speech.commands)
    sheet = sheet_for(turn.case, turn.known)
    story = f"Nothing was done of {commands or 'a mail'}: {'; '.join(refused)}"
    sheet.enter(turn.number, EntryKind.EVENT, story, message_id=turn.case.message.message_id)
    sheet.want(*transcripts([turn.person], turn.number, (say("Nothing was done:"), *refused)))
    return close(turn, sheet)


def _unproved(turn: Turn, intent: Intent) -> Decision:
    """Obey nothing; an answer to a draft changes nothing, other words are asked about."""
    if intent is not Intent.DRAFT:
        return ask_whether_sent(turn, Meaning.RELAY if intent is Intent.RELAY else Meaning.NOTE)
    proof = turn.case.sender.proof if turn.case.sender else ""
    story = say(
        "An answer to a draft in the name of {name} was not obeyed: {proof}", name=turn.person.name, proof=proof
    )
    sheet = sheet_for(turn.case, turn.known)
    sheet.enter(turn.number, EntryKind.EVENT, story, flags=("claimed",), message_id=turn.case.message.message_id)
    sheet.want(*transcripts([turn.person], turn.number, (story,)))
    return close(turn, sheet)


def _nothing(turn: Turn) -> Decision:
    """Tell an agent whose mail held no words of their own that nothing was done."""
    story = say("Nothing was sent or noted: no words of your own were left in your mail.")
    sheet = sheet_for(turn.case, turn.known)
    sheet.enter(turn.number, EntryKind.EVENT, story, message_id=turn.case.message.message_id)
    sheet.want(*transcripts([turn.person], turn.number, (story,)))
    return close(turn, sheet)


def _noted(turn: Turn, plan: Plan, why: str) -> Decision:
    """File words as a note, and say why they are nothing else."""
    plan.done.insert(0, f"Your words were filed as a note: {why}.")
    return do(turn, plan, Intent.NOTE, sheet_for(turn.case, turn.known))


def _unsent(turn: Turn, plan: Plan, why: str) -> Decision:
    """File a note, and tell the writer that the customer did not get it and what to do if they should.

    Only words that could go out as they are wait as a draft; others must be written again. Commands are done.
    """
    case, sheet, speech = turn.case, sheet_for(turn.case, turn.known), turn.speech
    about = [*plan.done, *plan.shown, say("It was filed as a note and not sent to the customer: {why}.", why=why)]
    is_sendable = bool(speech.text.strip()) and not speech.reasons
    sheet.change(*plan.changes)
    enter_note(turn, sheet, turn.note_text, speech.attachments)
    if is_sendable:
        files = speech.attachments
        sheet.add(*kept_draft(turn, Meaning.RELAY, (why,), text=speech.text, attachments=files, commands=()))
        about.append(say("Answer with #reply to send it."))
    else:
        about.append(say("To write to the customer, answer with #reply above your words."))
    for text, flags in plan.notes:
        sheet.enter(turn.number, EntryKind.NOTE, text, flags=flags)
    sheet.add(*plan.steps)
    sheet.want(
        *plan.mails,
        to_person(
            turn.person,
            Template.TRANSCRIPT,
            turn.number,
            Thread.INTERNAL,
            Meaning.NOTE,
            about=tuple(about),
            text=speech.text,
            by=turn.person.key,
            draft=case.token if is_sendable else None,
            attachments=light_enough((*plan.shown_files, *speech.attachments), case.house.limits.notice),
        ),
    )
    return close(turn, sheet)
