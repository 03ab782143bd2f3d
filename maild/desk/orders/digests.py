"""Commands in answer to mails by schedule: a handover is accepted; held mail is released, dropped, its sender blocked.

A number is one of the very list that was answered, and of nobody else's mail.
"""

from collections.abc import Iterator

from maild.desk.commands import parse_places
from maild.desk.orders import clocks
from maild.desk.orders.plan import Plan
from maild.model.decision import BlockSender, EndHeld, RecordDeed
from maild.model.facts import IssuedMail
from maild.model.occasion import DeskDeed, HeldMail
from maild.model.outgoing import Template
from maild.model.saying import say


def ack(plan: Plan, argument: str) -> None:
    """Accept the handover that is answered; of a ticket, say that somebody sees to it."""
    answered = _answered(plan, Template.HANDOVER)
    if answered is not None:
        _accept(plan, answered.listed)
    elif plan.known is not None:
        clocks.ack(plan, argument)
    else:
        plan.refuse(
            say(
                "{command}: your mail is about no ticket; put its number into the subject, like [#1017]", command="#ack"
            )
        )


def _accept(plan: Plan, handovers: tuple[str, ...]) -> None:
    for about in handovers:
        before = next((each for each in plan.case.facts.desk.events if each.about == about), None)
        if before is not None:
            when = f"{before.at.astimezone(plan.zone):%Y-%m-%d %H:%M %Z}"
            plan.done.append(say("{name} accepted it already, {when}", name=_name(plan, before.by), when=when))
        else:
            plan.add(RecordDeed(DeskDeed.ACCEPTED, about, plan.person.key))
            plan.done.append(say("you accepted the handover: it is yours until the next one"))


def release(plan: Plan, argument: str) -> None:
    """Let held mail be handled after all."""
    for each in _named(plan, "release", argument):
        plan.add(EndHeld(each.arrival, True, plan.person.key))
        plan.done.append(say("released: {mail}", mail=_title(each)))


def discard(plan: Plan, argument: str) -> None:
    """Take held mail off the list for good; without numbers it is about a draft, and nothing of a plan."""
    if not argument and plan.known is not None:
        return
    if not argument and _answered(plan, Template.HELD_DIGEST) is None:
        plan.refuse(say("there is no draft to #{word}", word="discard"))
        return
    for each in _named(plan, "discard", argument):
        plan.add(EndHeld(each.arrival, False, plan.person.key))
        plan.done.append(say("discarded: {mail}", mail=_title(each)))


def block(plan: Plan, argument: str) -> None:
    """Drop held mail, and hold whatever its senders write from now on."""
    for each in _named(plan, "block", argument):
        why_not = _why_not_blocked(plan, each)
        if why_not:
            plan.refuse(say("#block: {address} cannot be blocked: {why}", address=each.sender or "nobody", why=why_not))
            continue
        plan.add(EndHeld(each.arrival, False, plan.person.key), BlockSender(each.sender, plan.person.key))
        plan.done.append(say("blocked {address}, and discarded: {mail}", address=each.sender, mail=_title(each)))


def reviewed(plan: Plan, _argument: str) -> None:
    """Record that a procedure was looked through; the next review is counted from now."""
    answered = _answered(plan, Template.REVIEW_DUE)
    if answered is None:
        plan.refuse(say("#reviewed: only an answer to a reminder that a review is due may say so"))
        return
    for category in answered.listed:
        plan.add(RecordDeed(DeskDeed.REVIEWED, category, plan.person.key))
        plan.done.append(say("the review of {category} was recorded", category=category))


def _why_not_blocked(plan: Plan, mail: HeldMail) -> str:
    """Say why a sender is not to be blocked: whose name was only used would be the one who is shut out."""
    if not mail.sender:
        return say("the mail names no sender")
    if plan.house.rules.find_person(mail.sender) is not None or plan.house.is_ours(mail.sender):
        return say("they are of the house")
    return say("the mail is forged, and not theirs") if mail.is_forged else ""


def _named(plan: Plan, word: str, argument: str) -> Iterator[HeldMail]:
    """Give the held mails that numbers of the answered list stand for; any that stands for none is refused."""
    answered = _answered(plan, Template.HELD_DIGEST)
    if answered is None or "admin" not in plan.person.roles:
        plan.refuse(say("#{word}: only an administrator's answer to a list of held mail may say so", word=word))
        return
    held = {each.arrival: each for each in plan.case.facts.desk.held}
    taken = {step.arrival for step in plan.steps if isinstance(step, EndHeld)}
    for number in parse_places(argument) or (0,):
        mail = held.get(int(answered.listed[number - 1])) if 1 <= number <= len(answered.listed) else None
        if not 1 <= number <= len(answered.listed):
            plan.refuse(
                say("#{word} {number}: the list that you answered has no such number", word=word, number=number)
            )
        elif mail is None:
            plan.refuse(say("#{word} {number}: it is not held any more", word=word, number=number))
        elif mail.arrival in taken:
            plan.refuse(say("#{word} {number}: your mail says two things of it", word=word, number=number))
        else:
            yield mail


def _answered(plan: Plan, template: Template) -> IssuedMail | None:
    """Give the mail of this kind that is answered: `found` knows none that was given to somebody else."""
    answered = plan.case.found.answered
    return answered if answered is not None and answered.template is template else None


def _title(mail: HeldMail) -> str:
    return f"{mail.sender or '–'}: {' '.join(mail.subject.split())[:80] or '–'}"


def _name(plan: Plan, key: str) -> str:
    person = plan.house.rules.people.get(key)
    return person.name if person is not None else key
