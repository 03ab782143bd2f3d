"""What follows from an agent's mail that is about no ticket: commands, a customer's mail, or a matter of their own.

Of a mail of which one command is refused nothing is done: its words, files and commands are kept as a draft that lies
on no ticket, and an answer with the corrected line finishes it.
"""

from maild.desk.case import Case, Sheet, desk_matter, entry_of
from maild.desk.commands import BY_WORD, Audience, Given, read_commands
from maild.desk.drafting import OVER_A_DRAFT, REMINDED_AFTER, corrected, together
from maild.desk.forwarded import customers_mails, open_for_customers
from maild.desk.hearing import Speech, hear_alone, repeated
from maild.desk.opening import open_ticket
from maild.desk.orders import Plan, obey
from maild.desk.telling import light_enough, to_person, transcripts
from maild.desk.waking import shown_words
from maild.model.decision import (
    CloseDraft,
    Decision,
    KeepDraft,
    OpenTicket,
    Outcome,
    OutcomeKind,
    StartTimer,
    TimerKind,
    Trust,
)
from maild.model.facts import Draft, DraftState
from maild.model.mail import Attachment
from maild.model.outgoing import Meaning, Template, Thread
from maild.model.saying import say
from maild.rules import Person

# What is written by schedule, and answered by commands alone.
_LISTS = frozenset(
    {Template.HELD_DIGEST, Template.HANDOVER, Template.DAILY_REPORT, Template.REVIEW_DUE, Template.KNOWLEDGE}
)


def without_ticket(case: Case, person: Person | None) -> Decision:
    """Decide about an agent's mail that belongs to no ticket; unproved it is as anybody's."""
    answered = case.found.answered
    is_list = answered is not None and answered.template in _LISTS
    is_proved = case.sender is not None and case.sender.trust is Trust.PROVED
    if person is not None and is_proved and (decision := _of_proved(case, person, is_list=is_list)) is not None:
        return decision
    if person is not None and not is_proved and is_list and hear_alone(case, None).commands:
        return _disobeyed(case, person)
    if answered is not None and answered.ticket is None:
        return desk_matter(case, f"an answer to our mail {answered.token}, which is about no ticket")
    return open_ticket(case)


def _of_proved(case: Case, person: Person, *, is_list: bool) -> Decision | None:
    """Do what somebody of the house surely says; None where their mail is but a matter of their own."""
    draft = _answered_draft(case)
    speech = hear_alone(case, draft)
    if draft is not None and draft.state == DraftState.OPEN and draft.author == person.key:
        return _answer_draft(case, person, speech, draft)
    if speech.commands or speech.doubts:
        return _command(case, person, speech)
    if is_list and speech.text.strip():
        return _only_commands(case, person)
    return open_for_customers(case, person) if customers_mails(case) else None


def _only_commands(case: Case, person: Person) -> Decision:
    """Tell somebody who answered a mail by schedule in plain words that nothing came of it."""
    sheet = _sheet(case, person)
    sheet.want(*transcripts([person], None, (say("Nothing was done:"), say("only lines of # commands count there"))))
    return _close(sheet, case, (), "an answer in plain words to a mail by schedule")


def _disobeyed(case: Case, person: Person) -> Decision:
    """Tell somebody that commands in their name were not obeyed, for nothing proves that they are theirs."""
    proof = case.sender.proof if case.sender else ""
    story = say("Commands in the name of {name} were not obeyed: {proof}", name=person.name, proof=proof)
    sheet = _sheet(case, person)
    sheet.want(*transcripts([person], None, (story,)))
    return _close(sheet, case, (), story)


def _answered_draft(case: Case) -> Draft | None:
    """Give the draft on no ticket that the answered mail showed."""
    answered = case.found.answered
    draft = case.facts.drafts.get(answered.draft) if answered is not None and answered.draft else None
    return draft if draft is not None and draft.ticket is None else None


def _command(case: Case, person: Person, speech: Speech) -> Decision:
    """Do commands that need no ticket, all of them or none."""
    plan = _plan(case, person, speech.commands, speech.text, speech.attachments)
    refused = (*speech.doubts, *repeated(case), *_reasons(speech, speech.commands), *plan.refused)
    sheet = _sheet(case, person)
    if not refused:
        return _do(plan, sheet, speech.commands)
    if speech.text.strip() or speech.attachments:
        _keep(plan, sheet, refused, speech.commands)
    else:
        sheet.want(*transcripts([person], None, (say("Nothing was done:"), *refused)))
    return _close(sheet, case, speech.commands, "; ".join(refused))


def _answer_draft(case: Case, person: Person, speech: Speech, draft: Draft) -> Decision:
    """Finish words that were kept: the answer's lines stand instead of those refused, its words instead of theirs."""
    sheet, given = _sheet(case, person), speech.commands
    if speech.has("discard") and not speech.doubts:
        sheet.add(CloseDraft(draft.token, DraftState.DISCARDED))
        sheet.want(*transcripts([person], None, (say("The draft was discarded."),), draft.text))
        return _close(sheet, case, given, "a draft was discarded")
    text, files = speech.text or draft.text, together(draft.attachments, speech.attachments)
    kept = read_commands("\n".join(draft.commands)).commands
    commands, left_out = corrected(kept, given, lambda each: _plan(case, person, each, text, files))
    plan = _plan(case, person, commands, text, files)
    against = (*speech.doubts, *repeated(case), *_reasons(speech, commands), *plan.refused)
    if not any(each.word == "send" or each.word not in OVER_A_DRAFT for each in given):
        against = (*against, say("there was no #send and no corrected line in your answer"))
    elif not commands:
        against = (*against, say("no command says for whom these words are"))
    sheet.add(CloseDraft(draft.token, DraftState.DISCARDED if against else DraftState.SENT))
    if against:
        _keep(plan, sheet, against, commands)
        return _close(sheet, case, given, "; ".join(against))
    plan.done += [f"left out, as it was refused: {each}" for each in left_out]
    return _do(plan, sheet, commands)


def _reasons(speech: Speech, commands: tuple[Given, ...]) -> tuple[str, ...]:
    """Say what stands against new words that are for somebody outside; those that a draft showed were seen."""
    return speech.reasons if speech.text.strip() and _is_for_somebody(commands) else ()


def _is_for_somebody(commands: tuple[Given, ...]) -> bool:
    return any(BY_WORD[each.word].audience is Audience.NAMED for each in commands)


def _plan(case: Case, person: Person, commands: tuple[Given, ...], text: str, files: tuple[Attachment, ...]) -> Plan:
    plan = Plan(case, None, person, text, files)
    obey(plan, commands)
    return plan


def _keep(plan: Plan, sheet: Sheet, reasons: tuple[str, ...], commands: tuple[Given, ...]) -> None:
    """Keep words, files and commands, and show them with what stands against them."""
    case, person = plan.case, plan.person
    lines = tuple(str(each) for each in commands if each.word not in OVER_A_DRAFT)
    sheet.add(
        KeepDraft(case.token, None, person.key, Meaning.NOTE, plan.words, reasons, plan.files, lines),
        StartTimer(TimerKind.DRAFT, None, case.now + REMINDED_AFTER, case.token),
    )
    sheet.want(
        to_person(
            person,
            Template.DRAFT,
            None,
            Thread.INTERNAL,
            Meaning.DRAFT,
            about=reasons,
            text=shown_words(lines, plan.words),
            by=person.key,
            draft=case.token,
            attachments=light_enough(plan.files, case.house.limits.notice),
        )
    )


def _do(plan: Plan, sheet: Sheet, commands: tuple[Given, ...]) -> Decision:
    """Carry a plan out of which nothing was refused, and tell what it came to."""
    case, person = plan.case, plan.person
    sheet.add(*plan.steps)
    attachments = light_enough(plan.shown_files, case.house.limits.notice)
    sheet.want(
        *plan.mails, *transcripts([person], None, tuple(plan.done), "\n".join(plan.shown), attachments=attachments)
    )
    if plan.words.strip() and not _is_for_somebody(commands):
        story = say("Your mail is about no ticket, so these words of it were filed nowhere:")
        sheet.want(*transcripts([person], None, (story,), plan.words))
    opened = next((step.number for step in plan.steps if isinstance(step, OpenTicket)), None)
    return _close(sheet, case, commands, f"commands: {', '.join(map(str, commands))}", opened)


def _sheet(case: Case, person: Person) -> Sheet:
    return Sheet(case.cause, person.key, None, 0, case.flags)


def _close(sheet: Sheet, case: Case, commands: tuple[Given, ...], why: str, opened: int | None = None) -> Decision:
    outcome = Outcome(OutcomeKind.DESK, reason=why) if opened is None else entry_of(opened)
    return sheet.decision(outcome, case, tuple(str(each) for each in commands))
