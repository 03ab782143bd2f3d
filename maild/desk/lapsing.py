"""What follows when nobody moved a ticket for long: its customer is reminded, it is taken for solved, it is closed.

Of all this only those outside hear who had a mail of the desk in this matter before: no machine, and nobody in whose
name it was only written. What a cap keeps back comes an hour later; what nobody can be told of is brought back to those
in charge, except a closing: that happens, and the history says that nobody heard.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from maild.desk.blocking import why_blocked
from maild.desk.case import Sheet, entry_of
from maild.desk.house import House
from maild.desk.lateness import late_words
from maild.desk.lifecycle import Coming, coming, next_silence, silence_hours
from maild.desk.telling import notices, those_in_charge
from maild.desk.unasked import is_capped, reachable, unasked_mail
from maild.model.decision import Decision, Outcome, OutcomeKind, StartTimer, Timer
from maild.model.facts import Facts, TicketFacts
from maild.model.mail import Address
from maild.model.outgoing import Template, Wanted
from maild.model.saying import Said, say
from maild.model.ticket import Cause, CauseKind, EntryKind, State, Ticket

BY = "maild"
# An event with this flag is words to the customer, too.
TOLD = "told"
PUT_OFF = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Lapse:
    """A due step of a ticket's life, with all that is known; `done` is its number among the reminders."""

    timer: Timer
    known: TicketFacts
    done: int
    facts: Facts
    house: House
    now: datetime

    @property
    def ticket(self) -> Ticket:
        return self.known.ticket

    @property
    def is_late(self) -> bool:
        """Whether the desk stood still when it was due."""
        return late_words(self.timer.due_at, self.now) is not None

    @property
    def since(self) -> datetime:
        """From when on the next step is counted: a late one leaves the customer as much time as one in time."""
        return self.now if self.is_late else self.timer.due_at

    def sheet(self) -> Sheet:
        cause = Cause(CauseKind.TIMER, self.timer.kind.value)
        return Sheet(cause, BY, self.ticket, self.known.last_n)

    def story(self, text: str) -> str:
        """Say besides that it comes late, if it does."""
        late = late_words(self.timer.due_at, self.now)
        return f"{text}\n{late}" if late is not None else text


def live_on(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Do what is due for a ticket that nobody moved; what the rule files do not say any more is passed over."""
    known = facts.tickets.get(timer.ticket) if timer.ticket is not None else None
    state, _, step = timer.about.partition(" ")
    if known is None or known.ticket.state.value != state:
        return _nothing("the ticket has moved on")
    one = _Lapse(timer, known, int(step) if step.isdecimal() else 0, facts, house, now)
    match coming(timer.about, house):
        case Coming.REMINDED:
            return _remind(one)
        case Coming.RESOLVED:
            return _resolve(one)
        case Coming.CLOSED:
            return _close(one)
        case Coming.PASSED_OVER:
            steps = tuple(next_silence(known.ticket, len(house.rules.lifecycle.waiting.remind), house, now))
            return replace(_nothing("the rule files have no such reminder any more"), steps=steps)
        case Coming.NOTHING:
            return _nothing("the rule files let nothing happen any more")


def _remind(one: _Lapse) -> Decision:
    requester, number = one.ticket.requester, one.ticket.number
    people = (requester,) if requester is not None else ()
    if _is_capped(one, people):
        return _put_off(one)
    sheet, (told, why) = one.sheet(), _reachable(one, people)
    names = ", ".join(each.address for each in told)
    story = f"{names} was reminded that we wait for an answer." if told else f"No reminder was sent: {why}."
    sheet.enter(number, EntryKind.EVENT, one.story(story), flags=("reminder",))
    sheet.want(*(_mail(one, each, Template.WAITING_REMINDER, _last_words(one.known)) for each in told))
    sheet.add(*next_silence(one.ticket, one.done, one.house, one.since))
    return sheet.decision(entry_of(number), None)


def _resolve(one: _Lapse) -> Decision:
    people = one.ticket.outsiders
    if _is_capped(one, people):
        return _put_off(one)
    blocked = why_blocked("resolve", one.ticket, one.house, one.now)
    if blocked is not None:
        return _brought_back(one, blocked)
    words, (told, why) = _last_words(one.known), _reachable(one, people)
    if not words or one.ticket.requester not in told:
        return _brought_back(one, (why or "nobody asked for it") if words else "nothing was written to them")
    sheet = one.sheet()
    sheet.set_state(State.RESOLVED)
    story = one.story("The customer did not answer: taken for solved by the last words that they got.")
    sheet.enter(one.ticket.number, EntryKind.EVENT, f"{story}\n\n{words}", flags=(TOLD,))
    sheet.want(*(_mail(one, each, Template.RESOLVED) for each in told))
    return sheet.decision(entry_of(one.ticket.number), None)


def _brought_back(one: _Lapse, why: str) -> Decision:
    """Open a ticket that cannot be taken for solved, and tell those in charge."""
    sheet, ticket = one.sheet(), one.ticket
    story: Said = say("The customer was silent, and cannot be told that it is taken for solved: {why}.", why=why)
    sheet.set_state(State.OPEN)
    sheet.enter(ticket.number, EntryKind.EVENT, one.story(story))
    sheet.want(*notices(those_in_charge(one.house, ticket, one.now), ticket.number, (story,)))
    return sheet.decision(entry_of(ticket.number), None)


def _close(one: _Lapse) -> Decision:
    was_told = _was_told(one.known)
    people = one.ticket.outsiders if was_told else ()
    if _is_capped(one, people):
        return _put_off(one)
    sheet, (told, why) = one.sheet(), _reachable(one, people)
    sheet.set_state(State.CLOSED)
    story = "Nobody said that it is not solved: closed."
    why = why if was_told else "nobody was told that it was solved"
    story = story if told else f"{story} Nobody is told: {why}."
    sheet.enter(one.ticket.number, EntryKind.EVENT, one.story(story))
    sheet.want(*(_mail(one, each, Template.CLOSED) for each in told))
    return sheet.decision(entry_of(one.ticket.number), None)


def _reachable(one: _Lapse, people: Sequence[Address]) -> tuple[list[Address], str]:
    return reachable(one.known, people, one.facts, one.house, one.now)


def _is_capped(one: _Lapse, people: Sequence[Address]) -> bool:
    return is_capped(people, one.facts, one.house)


def _put_off(one: _Lapse) -> Decision:
    """Come again in an hour: this address got as many mails by itself as it may."""
    again = StartTimer(one.timer.kind, one.ticket.number, one.now + PUT_OFF, one.timer.about)
    why = "put off: the desk wrote as often within the hour as it may"
    return Decision(Outcome(OutcomeKind.DESK, reason=why), (again,), (), (), None, (), (why,))


def _mail(one: _Lapse, who: Address, template: Template, words: str = "") -> Wanted:
    """Want a mail to somebody outside, in the hours in which silence is counted, by the clock where they are."""
    mail = unasked_mail(one.ticket, who, template, words)
    return replace(mail, hours=silence_hours(one.ticket, one.house).key, is_by_silence=True)


def _last_words(known: TicketFacts) -> str:
    """Give the last words that the customer got of a person."""
    answers = (entry.text for entry in reversed(known.entries) if entry.kind is EntryKind.AGENT)
    return next((text for text in answers if text.strip()), "")


def _was_told(known: TicketFacts) -> bool:
    """Whether the customer got to know that it is resolved: a quiet end stays one."""
    for entry in reversed(known.entries):
        if entry.kind is EntryKind.AGENT or TOLD in entry.flags:
            return True
        if any(change.field == "state" and change.new == State.RESOLVED.value for change in entry.changes):
            return False
    return False


def _nothing(why: str) -> Decision:
    return Decision(Outcome(OutcomeKind.DESK, reason=why), (), (), (), None, (), (why,))
