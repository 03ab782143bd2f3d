"""What follows from a machine's mail: an event, a desk matter, or a ticket for monitoring; never an answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from maild.desk.case import Case, desk_matter, entry_of, held, sheet_for
from maild.desk.opening import open_ticket
from maild.desk.telling import alarms, those_in_charge, transcripts
from maild.desk.undelivered import is_unheard, unheard
from maild.model.decision import Decision, MarkReachable, RecordAbsence, Trust
from maild.model.facts import IssuedMail, TicketFacts
from maild.model.mail import Automatic, Bounce
from maild.model.outgoing import Template, Wanted
from maild.model.saying import say
from maild.model.ticket import EntryKind, State, Ticket

# Without a ticket these tell nobody anything; the others (monitoring, forms, lists) may be the only sign of a matter.
_NO_SUCH_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.10"})
_DESK_MATTERS = frozenset(Automatic) - {Automatic.GENERATED, Automatic.LIST}


def file_automatic(case: Case) -> Decision:
    """Decide about a machine's mail, a delivery report included."""
    message, known = case.message, case.known
    if message.automatic is Automatic.BOUNCE and case.found.returned is not None:
        return _file_bounce(case, case.found.returned)
    if known is not None:
        return _absent(case, _file_event(case, known))
    if message.automatic in _DESK_MATTERS or case.found.answered is not None:
        return desk_matter(case, f"{message.automatic}: {message.automatic_proof}")
    return open_ticket(case)


def _absent(case: Case, decision: Decision) -> Decision:
    """Mark an agent absent until the next day whose out-of-office answers one of our mails to them; their lead is told.

    Only a proved one: nobody is sent home by a forged mail.
    """
    sender, answered = case.sender, case.found.answered
    person = case.house.find_person(sender.person, case.now) if sender is not None and sender.person else None
    is_away = case.message.automatic is Automatic.OUT_OF_OFFICE and answered is not None
    if person is None or sender is None or sender.trust is not Trust.PROVED or not is_away:
        return decision
    if case.house.is_absent(person.key, case.now):
        return decision
    zone = ZoneInfo(person.timezone or case.house.desk.timezone)
    tomorrow = case.now.astimezone(zone).date() + timedelta(days=1)
    until_at = datetime.combine(tomorrow, time(), tzinfo=zone).astimezone(UTC)
    leads = case.house.leads_of(person.key, case.now)
    story = say(
        "{name}'s mailbox says that they are out of office: absent until {day}.", name=person.name, day=tomorrow
    )
    return replace(
        decision,
        steps=(*decision.steps, RecordAbsence(person.key, until_at, "maild")),
        mails=(*decision.mails, *transcripts(leads, None, (story,))),
    )


def file_our_own(case: Case, known: TicketFacts | None) -> Decision:
    """File one of our own mails that came back to us, signed by its own Message-ID; a loop ends here."""
    if known is None:
        return desk_matter(case, "one of our own mails came back")
    return _file_event(case, known)


def _file_event(case: Case, known: TicketFacts) -> Decision:
    if case.sender is not None and case.sender.trust is Trust.FORGED and not case.is_released:
        return held(case, f"forged: {case.sender.address} did not send it ({case.sender.proof})")
    sheet = sheet_for(case, known)
    kind = case.message.automatic or Automatic.LOOP
    sheet.enter(
        known.ticket.number,
        EntryKind.EVENT,
        case.words,
        flags=("automatic", kind.value),
        attachments=case.message.attachments,
        message_id=case.message.message_id,
    )
    sheet.explain(f"a machine wrote it: {kind.value} ({case.message.automatic_proof})")
    if kind is Automatic.CALENDAR and "DECLINED" in case.message.automatic_proof:
        ticket = known.ticket
        told = those_in_charge(case.house, ticket, case.now)
        who = case.sender.address if case.sender else "somebody"
        sheet.want(*transcripts(told, ticket.number, (say("{who} declined the meeting.", who=who),)))
    return sheet.decision(entry_of(known.ticket.number), case)


def _file_bounce(case: Case, returned: IssuedMail) -> Decision:
    """Show a delivery report on the ticket of the mail that came back, and tell somebody who can act."""
    bounce, known = case.message.bounce, case.known
    story = say("The mail to {address} came back: {why}", address=returned.recipient, why=_said(bounce))
    failed = bounce is None or bounce.action.lower() == "failed"
    people = case.house.administrators(case.now)
    others = tuple(person for person in people if person.key != returned.person)
    gone = tuple(_gone(bounce, returned)) if failed else ()
    if known is None:
        decision = desk_matter(case, story)
        # An alarm that bounces is the end of the line; and nobody waits for the answer to a mail that was refused.
        tell = failed and returned.template not in {Template.ALARM, Template.REFUSED}
        return Decision(
            decision.outcome,
            gone,
            tuple(alarms(others, (story,))) if tell else (),
            decision.evidence,
            decision.sender,
            (),
            decision.why,
        )
    ticket = known.ticket
    sheet = sheet_for(case, known)
    if failed and is_unheard(returned, ticket):
        sheet.set_state(State.OPEN)
    sheet.enter(
        ticket.number,
        EntryKind.EVENT,
        story,
        flags=("automatic", "bounce", *(unheard(returned, ticket) if failed else ())),
        attachments=(),
        message_id=case.message.message_id,
    )
    sheet.add(*gone)
    if failed:
        sheet.want(*_about_bounce(case, returned, ticket, story))
    return sheet.decision(entry_of(ticket.number), case)


def _about_bounce(case: Case, returned: IssuedMail, ticket: Ticket, story: str) -> Iterator[Wanted]:
    """Tell who can act: of a customer's mail those in charge, of a notice the others and the lead."""
    house, now = case.house, case.now
    if returned.person is not None and returned.template is not Template.AGENT_NOTICE:
        others = (person for person in house.administrators(now) if person.key != returned.person)
        return alarms(others, (f"Ticket #{ticket.number}: {story}",))
    told = those_in_charge(house, ticket, now, but=(returned.person,))
    lead = house.lead(house.team_of(ticket), now) if returned.person is not None else None
    if lead is not None and lead.key != returned.person and lead not in told:
        told = (*told, lead)
    return transcripts(told, ticket.number, (story,))


def _gone(bounce: Bounce | None, returned: IssuedMail) -> Iterator[MarkReachable]:
    """Remember that there is no such address of a customer (RFC 3463, 3.2); other failures may pass."""
    if returned.person is None and bounce is not None and bounce.status in _NO_SUCH_ADDRESS:
        yield MarkReachable(returned.recipient, is_reachable=False)


def _said(bounce: Bounce | None) -> str:
    if bounce is None:
        return "no reason is given"
    return " ".join(each for each in (bounce.action, bounce.status or "") if each) or "no reason is given"
