"""Words kept back: how a draft begins, how its author is asked, and how an answer ends it."""

from dataclasses import replace
from datetime import timedelta

from maild.desk.case import Sheet, entry_of, remembered, sheet_for
from maild.desk.hearing import Turn
from maild.desk.relaying import obstacles, relay
from maild.desk.telling import light_enough, to_person, transcripts
from maild.model.decision import CloseDraft, Decision, KeepDraft
from maild.model.facts import Draft, DraftState
from maild.model.mail import Attachment
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.ticket import EntryKind

QUESTION_LIVES = timedelta(hours=24)
MOST_QUESTIONS = 3  # an hour about one ticket: whoever writes in an agent's name must not fill that agent's mailbox


def keep(
    turn: Turn, meaning: Meaning, reasons: tuple[str, ...], text: str, attachments: tuple[Attachment, ...] | None = None
) -> Decision:
    """Keep words as a draft and show it to the agent with the reasons."""
    sheet = sheet_for(turn.case, turn.known)
    _keep(
        turn,
        sheet,
        meaning,
        reasons,
        text=text,
        attachments=turn.speech.attachments if attachments is None else attachments,
    )
    return _close(turn, sheet)


def ask_whether_sent(turn: Turn, meaning: Meaning) -> Decision:
    """Keep an unproved agent's words and ask the address that `people` knows whether they are theirs."""
    case, sheet = turn.case, sheet_for(turn.case, turn.known)
    proof = case.sender.proof if case.sender else ""
    reasons = tuple(dict.fromkeys((proof, *turn.speech.doubts, *turn.speech.reasons)))
    text, attachments = turn.note_text, turn.speech.attachments
    sheet.add(KeepDraft(case.token, turn.number, turn.person.key, meaning, text, reasons, attachments))
    sheet.enter(
        turn.number,
        EntryKind.EVENT,
        f"A mail in the name of {turn.person.name} is not proved and was kept as a draft: {proof}",
        flags=("claimed",),
        message_id=case.message.message_id,
    )
    if _asked_lately(turn) < MOST_QUESTIONS:
        question = _shown(turn, Template.DID_YOU_SEND_THIS, case.token, reasons, text=text, attachments=attachments)
        sheet.want(replace(question, expires_in=QUESTION_LIVES))
    return _close(turn, sheet)


def answer_draft(turn: Turn) -> Decision:
    """Decide about an answer to a mail that showed a draft: nothing goes out without `#send`."""
    draft = turn.case.facts.drafts.get(turn.issued.draft) if turn.issued and turn.issued.draft else None
    if draft is None or draft.state != DraftState.OPEN or draft.author != turn.person.key:
        return _answer_ended(turn, draft)
    speech = turn.speech
    if speech.has("discard") and not speech.doubts:
        return _end(turn, draft, DraftState.DISCARDED, "The draft was discarded.")
    if _is_late(turn, draft):
        return _end(turn, draft, DraftState.DISCARDED, "The question was answered after 24 hours: nothing was done.")
    text = speech.text or draft.text
    attachments = _together(draft.attachments, speech.attachments)
    meaning = Meaning.NOTE if speech.has("note") else Meaning.RELAY if speech.has("reply") else draft.meaning
    is_go = speech.has("send") or speech.has("reply") or speech.has("note")
    against = speech.doubts
    if is_go and meaning is Meaning.RELAY:
        against = (*against, *(speech.reasons if speech.text else ()), *obstacles(turn))
    if not is_go:
        against = (*against, "there was no #send in your answer")
    if against:
        return _ask_again(turn, draft, meaning, against, text=text, attachments=attachments)
    sheet = sheet_for(turn.case, turn.known)
    sheet.add(CloseDraft(draft.token, DraftState.SENT))
    if meaning is Meaning.RELAY:
        relay(turn, sheet, text, attachments)
    else:
        sheet.enter(turn.number, EntryKind.NOTE, text, attachments=attachments, message_id=turn.case.message.message_id)
    return _close(turn, sheet)


def open_draft(turn: Turn) -> Draft | None:
    """Give the agent's own open draft that the answered mail names."""
    draft = turn.case.facts.drafts.get(turn.issued.draft) if turn.issued and turn.issued.draft else None
    is_theirs = draft is not None and draft.state == DraftState.OPEN and draft.author == turn.person.key
    return draft if is_theirs else None


def _asked_lately(turn: Turn) -> int:
    since = turn.case.now - timedelta(hours=1)
    return sum(
        "claimed" in entry.flags and entry.kind is EntryKind.EVENT for entry in turn.known.entries if entry.at > since
    )


def _keep(
    turn: Turn,
    sheet: Sheet,
    meaning: Meaning,
    reasons: tuple[str, ...],
    *,
    text: str,
    attachments: tuple[Attachment, ...],
) -> None:
    case = turn.case
    sheet.add(KeepDraft(case.token, turn.number, turn.person.key, meaning, text, reasons, attachments))
    sheet.enter(
        turn.number,
        EntryKind.EVENT,
        f"{turn.person.name}'s words were kept as a draft: {'; '.join(reasons)}",
        flags=("draft",),
        message_id=case.message.message_id,
    )
    sheet.add(remembered(case, turn.number))
    sheet.want(_shown(turn, Template.DRAFT, case.token, reasons, text=text, attachments=attachments))


def _ask_again(
    turn: Turn,
    draft: Draft,
    meaning: Meaning,
    reasons: tuple[str, ...],
    *,
    text: str,
    attachments: tuple[Attachment, ...],
) -> Decision:
    """Put the newest words in the place of the draft and ask once more; without new words the draft stays as it is."""
    sheet = sheet_for(turn.case, turn.known)
    if turn.speech.text or turn.speech.commands:
        sheet.add(CloseDraft(draft.token, DraftState.DISCARDED))
        _keep(turn, sheet, meaning, reasons, text=text, attachments=attachments)
        return _close(turn, sheet)
    template = turn.issued.template if turn.issued else Template.DRAFT
    sheet.enter(turn.number, EntryKind.EVENT, "An answer to a draft held no words and no command: it stays a draft.")
    sheet.want(_shown(turn, template, draft.token, reasons, text=draft.text, attachments=draft.attachments))
    return _close(turn, sheet)


def _answer_ended(turn: Turn, draft: Draft | None) -> Decision:
    """Answer somebody whose draft is no more: words are kept as a new one, commands alone are only told."""
    what = "is gone" if draft is None else f"was {draft.state} already"
    if draft is not None and draft.author != turn.person.key:
        what = "is not yours"
    if turn.speech.text:
        return keep(turn, Meaning.RELAY, (f"the draft that you answered {what}",), turn.speech.text)
    story = f"Nothing was done: the draft that you answered {what}."
    return _end(turn, None, DraftState.DISCARDED, story)


def _end(turn: Turn, draft: Draft | None, state: str, story: str) -> Decision:
    sheet = sheet_for(turn.case, turn.known)
    if draft is not None:
        sheet.add(CloseDraft(draft.token, state))
    sheet.enter(turn.number, EntryKind.EVENT, story, flags=("draft",), message_id=turn.case.message.message_id)
    sheet.want(*transcripts([turn.person], turn.number, (story,), turn.speech.text))
    return _close(turn, sheet)


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


def _together(first: tuple[Attachment, ...], second: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    return tuple({each.sha256: each for each in (*first, *second)}.values())


def _close(turn: Turn, sheet: Sheet) -> Decision:
    commands = tuple(f"#{word}" for word in turn.speech.commands)
    return sheet.decision(entry_of(turn.number), turn.case, commands)
