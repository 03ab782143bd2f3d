"""A mail from outside is told to those in charge, with what its reader must know of who wrote it."""

from collections.abc import Iterator
from datetime import timedelta

from maild.desk.case import Case, Sheet
from maild.desk.telling import alarms, light_enough, listed, notices, those_in_charge
from maild.model.decision import OpenTicket, Standing, StartTimer, StopTimers, TimerKind, Trust
from maild.model.mail import Address
from maild.model.saying import say
from maild.model.ticket import Ticket

_MOST_NAMED = 50
_AT_ONCE = timedelta()


def announce(
    case: Case,
    sheet: Sheet,
    ticket: Ticket | OpenTicket,
    parts: tuple[OpenTicket, ...] = (),
    about: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """Tell those in charge, and name who else got the mail and takes no part; soon after the last notice, later.

    `parts` are tickets that were opened for a part of the matter; `about` is what else a reader must know of the mail.
    """
    number = ticket.number
    told_at = case.known.noticed_at if case.known is not None and case.known.ticket.number == number else None
    told = those_in_charge(case.house, ticket, case.now, but=(_person(case),))
    # Whoever of them wants to hear soonest decides.
    gap = max(case.house.desk.notice_every, min((person.bundle for person in told), default=_AT_ONCE))
    again_at = told_at + gap if told_at is not None else None
    if again_at is not None and again_at > case.now:
        sheet.add(StopTimers(TimerKind.NOTICE, number), StartTimer(TimerKind.NOTICE, number, again_at))
        sheet.explain("colleagues were told of the ticket a moment ago: this is told with what else comes")
        return ()
    if not told and ticket.confidential is not None:
        story = say(
            "Ticket #{number} is confidential, and nobody who may see it is here to be told of a mail.", number=number
        )
        sheet.want(*alarms(case.house.administrators(case.now), (story,)))
    files = light_enough(case.message.attachments, case.house.limits.notice)
    cautioned, others = (*cautions(case), *about), tuple(_others(case))
    for person in told:
        lines = listed(case.house, person, parts)
        sheet.want(*notices([person], number, cautioned, files, others, tickets=lines))
    return tuple(person.key for person in told)


def doubts(case: Case) -> tuple[str, ...]:
    """Name what an entry's reader must know about its sender."""
    sender = case.sender
    if sender is None:
        return ("unknown-sender",)
    on_ticket = case.known is not None
    stranger = ("stranger",) if on_ticket and sender.standing is Standing.STRANGER else ()
    trust = () if sender.trust is Trust.PROVED else (sender.trust.value,)
    return (*stranger, *trust)


def cautions(case: Case) -> Iterator[str]:
    """Say what colleagues should know before they answer."""
    sender = case.sender
    if sender is None:
        yield say("the mail names no sender that could be answered")
    elif sender.trust is Trust.FORGED:
        yield say("{address} did not send this: {proof}", address=sender.address, proof=sender.proof)
    if not case.is_whole:
        yield say("the mail is over the size limit: it was not taken whole and lies in the mailbox")


def _others(case: Case) -> Iterator[Address]:
    """Give who also got the mail and is nobody of the ticket."""
    there = {each.lower() for each in _present(case)}
    for each in (*case.message.to, *case.message.cc)[:_MOST_NAMED]:
        if each.address.lower() not in there and not case.house.is_ours(each.address):
            there.add(each.address.lower())
            yield each


def _present(case: Case) -> Iterator[str]:
    if case.sender is not None:
        yield case.sender.address
    if case.known is not None:
        ticket = case.known.ticket
        yield from (each.address for each in (*((ticket.requester,) if ticket.requester else ()), *ticket.participants))


def _person(case: Case) -> str | None:
    """Name the agent who surely wrote this and need not be told; one in whose name it came must hear of it."""
    sender = case.sender
    return sender.person if sender is not None and sender.trust is Trust.PROVED else None


def is_proved(case: Case) -> bool:
    """Whether the mail surely is from whom From names."""
    return case.sender is not None and case.sender.trust is Trust.PROVED
