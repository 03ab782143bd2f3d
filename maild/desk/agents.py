"""What follows from a mail of an agent: a relay to the customer, a note, a draft, or a question back.

What a plain answer means is decided by the mail that it answers; `#reply` and `#note` override. Sending fails closed:
in doubt the words are kept as a draft and the agent is asked.
"""

from maild.desk.case import Case, Sheet, desk_matter, entry_of, remembered, sheet_for
from maild.desk.customers import open_ticket
from maild.desk.drafting import answer_draft, ask_whether_sent, keep, open_draft
from maild.desk.hearing import Intent, Turn, hear, intent_of
from maild.desk.relaying import file_answer, obstacles, relay, why_not_addressed
from maild.desk.telling import light_enough, note_notices, to_person, transcripts
from maild.model.decision import CloseDraft, Decision, KeepDraft, Trust
from maild.model.facts import DraftState
from maild.model.outgoing import Meaning, Template, Thread
from maild.model.ticket import EntryKind

_OVER_A_DRAFT = frozenset({"send", "discard"})


def file_agents_mail(case: Case) -> Decision:
    """Decide about a mail whose From is an agent's."""
    person = case.house.find_person(case.sender.person, case.now) if case.sender and case.sender.person else None
    if case.known is None or person is None:
        return _without_ticket(case)
    turn = hear(case, case.known, person)
    intent = intent_of(turn)
    if case.sender is None or case.sender.trust is not Trust.PROVED:
        return _unproved(turn, intent)
    if intent is Intent.SENT:
        return _file_as_sent(turn)
    if intent is Intent.DRAFT:
        return answer_draft(turn)
    return _plain(turn, intent)


def _plain(turn: Turn, intent: Intent) -> Decision:
    """Decide about a proved mail that answers no draft."""
    doubts = (*turn.speech.doubts, *_no_draft(turn), *_repeated(turn))
    if doubts:
        return keep(turn, Meaning.RELAY if intent is Intent.RELAY else Meaning.NOTE, doubts, turn.note_text)
    match intent:
        case Intent.RELAY:
            return _relay(turn)
        case Intent.NOTE:
            return _note(turn)
        case Intent.COMMANDS:
            return _commands_only(turn)
        case _:
            return _unsent(turn, "your mail does not answer a mail that the desk sent you about this ticket")


def _repeated(turn: Turn) -> tuple[str, ...]:
    """Doubt a mail whose id came before: a signed mail can be sent again by anybody who got it."""
    is_again = turn.case.facts.same_id_other_body
    return ("a mail with the same Message-ID came before, and this one differs from it",) if is_again else ()


def _no_draft(turn: Turn) -> tuple[str, ...]:
    words = [word for word in turn.speech.commands if word in _OVER_A_DRAFT]
    return tuple(f"there is no draft to #{word}" for word in words)


def _without_ticket(case: Case) -> Decision:
    answered = case.found.answered
    if answered is not None and answered.ticket is None:
        return desk_matter(case, f"an answer to our mail {answered.token}, which is about no ticket")
    return open_ticket(case)


def _unproved(turn: Turn, intent: Intent) -> Decision:
    """Obey nothing; an answer to a draft changes nothing, other words are asked about."""
    if intent is not Intent.DRAFT:
        return ask_whether_sent(turn, Meaning.RELAY if intent is Intent.RELAY else Meaning.NOTE)
    proof = turn.case.sender.proof if turn.case.sender else ""
    story = f"An answer to a draft in the name of {turn.person.name} was not obeyed: {proof}"
    sheet = sheet_for(turn.case, turn.known)
    sheet.enter(turn.number, EntryKind.EVENT, story, flags=("claimed",), message_id=turn.case.message.message_id)
    sheet.want(*transcripts([turn.person], turn.number, (story,)))
    return _close(turn, sheet)


def _file_as_sent(turn: Turn) -> Decision:
    """File an answer that the agent's own client sent to the requester; it is sent to nobody again."""
    sheet = sheet_for(turn.case, turn.known)
    file_answer(turn, sheet, turn.note_text, turn.speech.attachments)
    sheet.explain("the requester stands in the agent's own To or Cc: nothing is sent again")
    return _close(turn, sheet)


def _relay(turn: Turn) -> Decision:
    """Send the words on, or keep them with every reason against it."""
    speech = turn.speech
    why_not = "" if speech.has("reply") else why_not_addressed(turn)
    if why_not:
        return _unsent(turn, why_not)
    draft = open_draft(turn)
    text = speech.text or (draft.text if draft else "")
    attachments = speech.attachments or (draft.attachments if draft else ())
    if not text.strip():
        return _nothing(turn)
    against = (*(speech.reasons if speech.text else ()), *obstacles(turn))
    if against:
        return keep(turn, Meaning.RELAY, against, text, attachments)
    sheet = sheet_for(turn.case, turn.known)
    if draft is not None:
        sheet.add(CloseDraft(draft.token, DraftState.SENT))
    relay(turn, sheet, text, attachments)
    return _close(turn, sheet)


def _nothing(turn: Turn) -> Decision:
    """Tell an agent whose mail held no words of their own that nothing was done."""
    story = "Nothing was sent or noted: no words of your own were left in your mail."
    sheet = sheet_for(turn.case, turn.known)
    sheet.enter(
        turn.number,
        EntryKind.EVENT,
        story,
        attachments=turn.speech.attachments,
        message_id=turn.case.message.message_id,
    )
    sheet.want(*transcripts([turn.person], turn.number, (story,)))
    return _close(turn, sheet)


def _note(turn: Turn) -> Decision:
    """File a note, and tell the assignee of it unless it is theirs."""
    if not turn.note_text.strip() and not turn.speech.attachments:
        return _nothing(turn)
    sheet = sheet_for(turn.case, turn.known)
    _enter_note(turn, sheet)
    assignee = turn.known.ticket.assignee
    holder = turn.case.house.find_person(assignee, turn.case.now) if assignee else None
    if holder is not None and holder.key != turn.person.key:
        sheet.want(*note_notices([holder], turn.number))
    return _close(turn, sheet)


def _unsent(turn: Turn, why: str) -> Decision:
    """File a note, and tell the writer that the customer did not get it and what to do if they should.

    Only words that could go out as they are wait as a draft; others must be written again.
    """
    case, sheet, speech = turn.case, sheet_for(turn.case, turn.known), turn.speech
    about = [f"It was filed as a note and not sent to the customer: {why}."]
    is_sendable = bool(speech.text.strip()) and not speech.reasons
    _enter_note(turn, sheet)
    if is_sendable:
        sheet.add(
            KeepDraft(case.token, turn.number, turn.person.key, Meaning.RELAY, speech.text, (why,), speech.attachments)
        )
        about.append("Answer with #reply to send it.")
    else:
        about.append("To write to the customer, answer with #reply above your words.")
    sheet.want(
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
            attachments=light_enough(speech.attachments, case.house.limits.notice),
        )
    )
    return _close(turn, sheet)


def _commands_only(turn: Turn) -> Decision:
    story = "Nothing was done: the mail that you answered takes only lines of # commands."
    sheet = sheet_for(turn.case, turn.known)
    _enter_note(turn, sheet)
    sheet.want(*transcripts([turn.person], turn.number, (story,), turn.speech.text))
    return _close(turn, sheet)


def _enter_note(turn: Turn, sheet: Sheet) -> None:
    sheet.enter(
        turn.number,
        EntryKind.NOTE,
        turn.note_text,
        attachments=turn.speech.attachments,
        message_id=turn.case.message.message_id,
    )
    sheet.add(remembered(turn.case, turn.number))


def _close(turn: Turn, sheet: Sheet) -> Decision:
    commands = tuple(f"#{word}" for word in turn.speech.commands)
    return sheet.decision(entry_of(turn.number), turn.case, commands)
