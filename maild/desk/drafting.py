"""Words kept back: how a draft begins, how its author is asked, and how an answer ends it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from maild.desk.case import Sheet, remembered, sheet_for
from maild.desk.commands import Given, read_commands
from maild.desk.doing import close, do, plan_for
from maild.desk.hearing import Intent, Turn, inside, intent_by_commands, moved_reasons, repeated
from maild.desk.orders import Plan
from maild.desk.relaying import obstacles
from maild.desk.telling import light_enough, to_person, transcripts
from maild.desk.waking import is_preview, shown_words
from maild.model.clocks import ClockName
from maild.model.decision import CloseDraft, Decision, KeepDraft, StartTimer, Step, StopTimers, TimerKind
from maild.model.facts import Draft, DraftState
from maild.model.mail import Attachment
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.saying import say
from maild.model.ticket import EntryKind

QUESTION_LIVES = timedelta(hours=24)
REMINDED_AFTER = timedelta(minutes=30)
MOST_QUESTIONS = 3  # an hour: whoever writes in an agent's name must not fill that agent's mailbox
OVER_A_DRAFT = frozenset({"send", "discard"})
_INTENTS = {Meaning.RELAY: Intent.RELAY, Meaning.NOTE: Intent.NOTE, Meaning.UPDATE: Intent.RELAY}


def keep(
    turn: Turn, meaning: Meaning, reasons: tuple[str, ...], text: str, attachments: tuple[Attachment, ...] | None = None
) -> Decision:
    """Keep words and the commands beside them as a draft, and show it to the agent with the reasons."""
    sheet = sheet_for(turn.case, turn.known)
    files = turn.speech.attachments if attachments is None else attachments
    _keep(turn, sheet, meaning, reasons, text=text, attachments=files, commands=_lines(turn.speech.commands))
    return close(turn, sheet)


def kept_draft(
    turn: Turn,
    meaning: Meaning,
    reasons: tuple[str, ...],
    *,
    text: str,
    attachments: tuple[Attachment, ...],
    commands: tuple[str, ...],
) -> tuple[Step, Step]:
    """Keep a draft and bring it to mind if nothing becomes of it."""
    token = turn.case.token
    draft = KeepDraft(token, turn.number, turn.person.key, meaning, text, reasons, attachments, commands)
    return draft, StartTimer(TimerKind.DRAFT, turn.number, turn.case.now + REMINDED_AFTER, token)


def end_draft(turn: Turn, draft: Draft, state: str) -> tuple[Step, Step]:
    """End a draft, and let nobody be reminded of it."""
    return CloseDraft(draft.token, state), StopTimers(TimerKind.DRAFT, turn.number, draft.token)


def ask_whether_sent(turn: Turn, meaning: Meaning) -> Decision:
    """Keep an unproved agent's words and ask the address that `people` knows whether they are theirs."""
    case, sheet = turn.case, sheet_for(turn.case, turn.known)
    proof = case.sender.proof if case.sender else ""
    reasons = tuple(dict.fromkeys((proof, *turn.speech.doubts, *turn.speech.reasons)))
    text, attachments = turn.note_text, turn.speech.attachments
    commands = _lines(turn.speech.commands)
    sheet.add(KeepDraft(case.token, turn.number, turn.person.key, meaning, text, reasons, attachments, commands))
    sheet.enter(
        turn.number,
        EntryKind.EVENT,
        f"A mail in the name of {turn.person.name} is not proved and was kept as a draft: {proof}",
        flags=("claimed",),
        message_id=case.message.message_id,
    )
    if case.facts.asked_lately < MOST_QUESTIONS:
        shown = shown_words(commands, text)
        question = _shown(turn, Template.DID_YOU_SEND_THIS, case.token, reasons, text=shown, attachments=attachments)
        sheet.want(replace(question, expires_in=QUESTION_LIVES))
    return close(turn, sheet)


def answer_draft(turn: Turn) -> Decision:
    """Decide about an answer to a mail that showed a draft: nothing is done without `#send` or a command line."""
    draft = open_draft(turn)
    if draft is None:
        return _answer_ended(turn)
    speech = turn.speech
    if speech.has("discard") and not speech.doubts:
        return end_told(turn, draft, DraftState.DISCARDED, say("The draft was discarded."))
    if _is_late(turn, draft):
        return end_told(
            turn, draft, DraftState.DISCARDED, say("The question was answered after 24 hours: nothing was done.")
        )
    text = speech.text or draft.text
    files = together(draft.attachments, speech.attachments)
    kept = read_commands("\n".join(draft.commands)).commands
    commands, left_out = corrected(kept, speech.commands, lambda each: plan_for(turn, each, text, files))
    is_go = speech.has("send") or any(each.word not in OVER_A_DRAFT for each in speech.commands)
    intent = inside(intent_by_commands(commands) or _INTENTS[draft.meaning], turn.known.ticket, commands)
    plan = plan_for(turn, commands, text, files)
    if draft.meaning is Meaning.UPDATE and plan.speech is Template.REPLY:
        plan.speech, plan.speaks_anyway = Template.STATUS_UPDATE, True
    if plan.lacking is not None:
        plan.refuse(say("#escalate: the packet is not complete; answer the form that lacks something"))
    against = (*speech.doubts, *repeated(turn.case), *plan.refused, *(_against(turn, plan, intent) if is_go else ()))
    if not is_go:
        against = (*against, say("there was no #send in your answer"))
    if against:
        meaning = draft.meaning if intent is Intent.RELAY and draft.meaning is Meaning.UPDATE else _meaning_of(intent)
        return _ask_again(turn, draft, meaning, against, text=text, attachments=files, commands=_lines(commands))
    plan.done += [f"left out, as it was refused: {each}" for each in left_out]
    sheet = sheet_for(turn.case, turn.known)
    sheet.add(*end_draft(turn, draft, DraftState.SENT))
    return do(turn, plan, intent, sheet)


def _meaning_of(intent: Intent) -> Meaning:
    return Meaning.RELAY if intent is Intent.RELAY else Meaning.NOTE


def open_draft(turn: Turn) -> Draft | None:
    """Give the agent's own open draft that the answered mail names."""
    draft = _named_draft(turn)
    is_theirs = draft is not None and draft.state == DraftState.OPEN and draft.author == turn.person.key
    return draft if is_theirs else None


def _named_draft(turn: Turn) -> Draft | None:
    return turn.case.facts.drafts.get(turn.issued.draft) if turn.issued and turn.issued.draft else None


def corrected(
    kept: tuple[Given, ...], given: Sequence[Given], plan: Callable[[tuple[Given, ...]], Plan]
) -> tuple[tuple[Given, ...], tuple[Given, ...]]:
    """Put an answer's commands in the place of those kept; what was refused and is not corrected is left out."""
    new = tuple(each for each in given if each.word not in OVER_A_DRAFT)
    words = {each.word for each in new}
    old = tuple(each for each in kept if each.word not in words)
    sound = tuple(each for each in old if not plan((each,)).refused)
    return (*sound, *new), tuple(each for each in old if each not in sound)


def _against(turn: Turn, plan: Plan, intent: Intent) -> tuple[str, ...]:
    """Say what stands against new words going out; those that the draft showed were seen when they were confirmed."""
    is_relay = intent is Intent.RELAY and not plan.is_quiet
    if not is_relay and not plan.writes_outside:
        return ()
    doubts = turn.speech.reasons if turn.speech.text else tuple(moved_reasons(turn.case, turn.known))
    return (*doubts, *(obstacles(turn, plan) if is_relay else ()))


def _keep(
    turn: Turn,
    sheet: Sheet,
    meaning: Meaning,
    reasons: tuple[str, ...],
    *,
    text: str,
    attachments: tuple[Attachment, ...],
    commands: tuple[str, ...],
) -> None:
    case = turn.case
    sheet.add(*kept_draft(turn, meaning, reasons, text=text, attachments=attachments, commands=commands))
    sheet.enter(
        turn.number,
        EntryKind.EVENT,
        f"{turn.person.name}'s words were kept as a draft: {'; '.join(reasons)}",
        flags=("draft", *turn.speech.flags),
        message_id=case.message.message_id,
    )
    sheet.add(remembered(case, turn.number))
    shown = shown_words(commands, text)
    sheet.want(_shown(turn, Template.DRAFT, case.token, reasons, text=shown, attachments=attachments))


def _ask_again(
    turn: Turn,
    draft: Draft,
    meaning: Meaning,
    reasons: tuple[str, ...],
    *,
    text: str,
    attachments: tuple[Attachment, ...],
    commands: tuple[str, ...],
) -> Decision:
    """Put the newest words in the place of the draft and ask once more; without new words the draft stays as it is."""
    sheet = sheet_for(turn.case, turn.known)
    if turn.speech.text or turn.speech.commands:
        sheet.add(*end_draft(turn, draft, DraftState.DISCARDED))
        _keep(turn, sheet, meaning, reasons, text=text, attachments=attachments, commands=commands)
        return close(turn, sheet)
    template = turn.issued.template if turn.issued else Template.DRAFT
    sheet.enter(turn.number, EntryKind.EVENT, "An answer to a draft held no words and no command: it stays a draft.")
    shown = shown_words(draft.commands, draft.text)
    mail = _shown(turn, template, draft.token, reasons, text=shown, attachments=draft.attachments)
    sheet.want(replace(mail, clock=ClockName.UPDATE) if is_preview(draft) else mail)
    return close(turn, sheet)


def _answer_ended(turn: Turn) -> Decision:
    """Answer somebody whose draft is no more: words are kept as a new one, commands alone are only told."""
    draft = _named_draft(turn)
    if draft is None:
        why = say("the draft that you answered is gone")
    elif draft.author != turn.person.key:
        why = say("the draft that you answered is not yours")
    else:
        why = say("the draft that you answered was {state} already", state=draft.state)
    if turn.speech.text:
        return keep(turn, Meaning.RELAY, (why,), turn.speech.text)
    return end_told(turn, None, DraftState.DISCARDED, say("Nothing was done: {why}.", why=why))


def end_told(turn: Turn, draft: Draft | None, state: str, story: str) -> Decision:
    """End a draft and tell its author."""
    sheet = sheet_for(turn.case, turn.known)
    if draft is not None:
        sheet.add(*end_draft(turn, draft, state))
    sheet.enter(turn.number, EntryKind.EVENT, story, flags=("draft",), message_id=turn.case.message.message_id)
    sheet.want(*transcripts([turn.person], turn.number, (story,), turn.speech.text))
    return close(turn, sheet)


def _is_late(turn: Turn, draft: Draft) -> bool:
    is_question = turn.issued is not None and turn.issued.template is Template.DID_YOU_SEND_THIS
    return is_question and turn.case.now - draft.created_at > QUESTION_LIVES


def _shown(
    turn: Turn,
    template: Template,
    token: str,
    reasons: tuple[str, ...],
    *,
    text: str,
    attachments: tuple[Attachment, ...],
) -> Wanted:
    return to_person(
        turn.person,
        template,
        turn.number,
        Thread.INTERNAL,
        Meaning.DRAFT,
        about=reasons,
        text=text,
        by=turn.person.key,
        draft=token,
        attachments=light_enough(attachments, turn.case.house.limits.notice),
    )


def together(first: tuple[Attachment, ...], second: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    """Give the files of a draft and of the answer to it, each once."""
    return tuple({each.sha256: each for each in (*first, *second)}.values())


def _lines(commands: Sequence[Given]) -> tuple[str, ...]:
    return tuple(str(each) for each in commands if each.word not in OVER_A_DRAFT)
