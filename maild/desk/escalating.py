"""What the steps of a ladder do: they tell people, raise urgency, and bring the ticket to the next level.

Steps that are due together are one entry and one mail to each. Who is away is passed over, and their lead told
instead; where nobody is left at all, the lead of the team hears, else the administrators.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from maild.desk.agreeing import patient_hours, priority_of
from maild.desk.case import Sheet, entry_of
from maild.desk.climbing import Climb, Progress, climb_of
from maild.desk.house import House
from maild.desk.lateness import late_words
from maild.desk.packets import packet_of
from maild.desk.recounting import recounted
from maild.desk.telling import named, packet_form, those_leading, to_person
from maild.model.clocks import Clock, ClockName, ClockState
from maild.model.decision import Decision, Outcome, OutcomeKind, StartTimer, Timer, TimerKind
from maild.model.facts import Facts, TicketFacts
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.packet import NO_PACKET, Packet
from maild.model.saying import Said, say
from maild.model.ticket import Cause, CauseKind, Change, EntryKind, State, Ticket
from maild.rules import LOWEST, Person, Rung, Unless
from maild.rules.effects import Whom

BY = "maild"
_WHOLE = 100
_MOST_AT_ONCE = 100
_SETTLED = frozenset({State.RESOLVED, State.CLOSED, State.MERGED, State.SPAM})
_RANKS = (Template.BREACH_WARNING, Template.BREACHED, Template.ESCALATED)


@dataclass(slots=True)
class _Told:
    """What somebody hears of: the gravest template, and why, line by line."""

    person: Person
    template: Template
    clock: ClockName | None
    hours: str | None
    about: list[Said] = field(default_factory=list)
    packet: Packet = NO_PACKET


def climb(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Do every step of a ticket's ladder that is due; those whose condition does not hold are passed over."""
    house = replace(house, absent=frozenset(facts.absences))
    known = facts.tickets.get(timer.ticket) if timer.ticket is not None else None
    clocks = {clock.name: recounted(clock, house, now) for clock in known.clocks} if known is not None else {}
    stand = climb_of(known.ticket, house, clocks) if known is not None else None
    if known is None or stand is None:
        return _nothing("there is no ladder to climb")
    if not stand.due(now):
        return _not_yet(known.ticket.number, stand)
    sheet = Sheet(Cause(CauseKind.TIMER, timer.kind.value), BY, known.ticket, known.last_n)
    steps = _Steps(known, facts, house, now, stand)
    steps.take()
    late = late_words(timer.due_at, now)
    if late is not None:
        steps.add(late)
    sheet.change(*steps.changes)
    sheet.enter(known.ticket.number, EntryKind.EVENT, "\n".join(steps.story), flags=("ladder", stand.ladder.key))
    sheet.want(*steps.mails())
    return sheet.decision(entry_of(known.ticket.number), None)


class _Steps:
    """The steps that are due, done one by one: each sees what the earlier ones changed."""

    def __init__(self, known: TicketFacts, facts: Facts, house: House, now: datetime, stand: Climb) -> None:
        self.story: list[str] = []
        self._known = known
        self._facts = facts
        self._old = known.ticket
        self._ticket = known.ticket
        self._house = house
        self._now = now
        self._stand = stand
        self._told: dict[str, _Told] = {}
        self._form: Wanted | None = None

    def take(self) -> None:
        """Do all that is due; what repeats and was missed is told once."""
        done: dict[str, Rung] = {}
        for _ in range(_MOST_AT_ONCE):
            due = self._stand.due(self._now)
            if not due:
                break
            rung = due[0]
            self._stand = replace(self._stand, progress=self._stand.progress.done(self._stand.ladder, rung))
            if rung.key not in done:
                done[rung.key] = rung
                self._do(rung)
        self._ticket = replace(self._ticket, ladder=self._stand.progress.written())

    def add(self, line: Said) -> None:
        """Add a line to the story and to every mail."""
        self.story.append(line)
        for told in self._told.values():
            told.about.append(line)

    @property
    def changes(self) -> Iterator[Change]:
        """Give what the steps changed."""
        for name in ("urgency", "priority", "level", "team", "assignee", "ladder"):
            old, new = getattr(self._old, name), getattr(self._ticket, name)
            if old != new:
                yield Change(name, old, new)

    def mails(self) -> Iterator[Wanted]:
        """Want one mail for each who hears of it."""
        for told in self._told.values():
            mail = to_person(
                told.person, told.template, self._old.number, Thread.INTERNAL, Meaning.NOTE, about=tuple(told.about)
            )
            yield replace(mail, clock=told.clock, packet=told.packet, hours=told.hours)
        if self._form is not None:
            yield self._form

    def _do(self, rung: Rung) -> None:
        name = say("Ladder {ladder}, {step}.", ladder=self._stand.ladder.key, step=rung.key)
        against = _against(rung.unless, self._ticket, self._stand.clocks.values())
        if against:
            self.story.append(f"{name} Nothing is done: {against}.")
            return
        raised, escalated = self._raise(rung), self._escalate(rung)
        packet = self._packet() if rung.needs_packet else NO_PACKET
        asked = self._ask(packet) if packet.lacking else None
        lines = tuple(line for line in (name, raised, escalated, asked) if line is not None)
        self.story.append(" ".join(lines))
        people = [*self._people(rung.notify), *(self._team() if escalated else ())]
        for person in [each for each in people if self._house.may_see(each, self._ticket)] or self._last_resort():
            self._tell(person, rung, lines, packet)

    def _packet(self) -> Packet:
        known = replace(self._known, ticket=self._ticket)
        return packet_of(known, self._stand.ladder, self._facts, self._house)

    def _ask(self, packet: Packet) -> Said | None:
        """Ask whoever worked on it for what is missing, once for all steps that are due; nobody is waited for."""
        worker = self._house.find_person(self._old.assignee, self._now) if self._old.assignee else None
        here = worker is not None and not self._house.is_absent(worker.key, self._now)
        asked = worker if here else next(iter(those_leading(self._house, self._old, self._now)), None)
        if asked is None or not self._house.may_see(asked, self._ticket):
            return None
        self._form = packet_form(asked, self._old.number, packet)
        return say("{name} is asked for what the packet lacks.", name=asked.name)

    def _raise(self, rung: Rung) -> Said | None:
        priorities, ticket = self._house.rules.priorities, self._ticket
        scale = priorities.scale("urgency")
        present = ticket.urgency if ticket.urgency in scale else priorities.urgency
        urgency = scale[min(scale.index(present) + rung.raised, len(scale) - 1)]
        if not rung.raised or urgency == present:
            return None
        impact = ticket.impact if ticket.impact in priorities.impacts else priorities.impact
        was, priority = priority_of(ticket, self._house), priorities.priority(impact, urgency)
        # A priority that somebody set above the matrix stays theirs: p1 is the highest.
        self._ticket = replace(ticket, urgency=urgency, priority=min(was, priority))
        return say("Urgency is {urgency} now, priority {priority}.", urgency=urgency, priority=self._ticket.priority)

    def _escalate(self, rung: Rung) -> Said | None:
        if rung.level is None or rung.level <= (self._ticket.level or LOWEST):
            return None
        self._ticket = at_level(self._ticket, rung.level, self._house, self._now)
        team = self._ticket.team or "–"
        return say("The ticket is at level {level} now, team {team}.", level=rung.level, team=team)

    def _people(self, whoms: Iterable[Whom]) -> Iterator[Person]:
        for whom in whoms:
            for person in named(self._house, whom, self._house.team_of(self._ticket), self._ticket.assignee, self._now):
                yield from self._present(person)

    def _team(self) -> Iterator[Person]:
        team = self._house.team_of(self._ticket)
        for person in self._house.members(team, self._now):
            yield from self._present(person)

    def _present(self, person: Person) -> Iterator[Person]:
        """Give somebody who is here, or else those who lead them."""
        if not self._house.is_absent(person.key, self._now):
            yield person
            return
        leads = self._house.leads_of(person.key, self._now)
        yield from (lead for lead in leads if not self._house.is_absent(lead.key, self._now))

    def _last_resort(self) -> Sequence[Person]:
        """Give who hears where nobody else is here: the administrators, away or not, rather than nobody."""
        administrators = self._house.administrators(self._now)
        return those_leading(self._house, self._ticket, self._now) or (
            administrators if self._ticket.confidential is None else ()
        )

    def _tell(self, person: Person, rung: Rung, lines: Sequence[Said], packet: Packet) -> None:
        template = _template_of(rung)
        clock = self._stand.clocks.get(rung.clock or ClockName.LADDER)
        hours = patient_hours(clock.calendar, self._house) if clock is not None else None
        told = self._told.setdefault(person.key, _Told(person, template, rung.clock, hours))
        told.hours = told.hours and hours
        if _RANKS.index(template) > _RANKS.index(told.template):
            told.template, told.clock = template, rung.clock
        told.about += [line for line in lines if line not in told.about]
        told.packet = packet if packet.parts else told.packet


def at_level(ticket: Ticket, level: str, house: House, now: datetime) -> Ticket:
    """Bring a ticket to a level, and to the team of its category at that level; whoever is none of it lets it go."""
    team = house.rules.team_for(ticket.category, level) or ticket.team
    raised = replace(ticket, level=level, team=team)
    members = house.members(house.team_of(raised), now)
    is_theirs = ticket.assignee is not None and any(person.key == ticket.assignee for person in members)
    return raised if is_theirs else replace(raised, assignee=None)


def rested(stand: Climb) -> Progress:
    """Pass over what comes before the next level: somebody said that they see to it; of what repeats, the next time."""
    progress = stand.progress
    for _, rung in sorted(stand.steps(), key=lambda step: step[0]):
        if rung.level is not None:
            break
        progress = progress.done(stand.ladder, rung)
    return progress


def reached(stand: Climb, level: str) -> Progress:
    """Count every step that leads to a level, or to one below it, as done."""
    progress = stand.progress
    for rung in stand.ladder.steps:
        if rung.level is not None and rung.level <= level and not progress.count(stand.ladder, rung):
            progress = progress.done(stand.ladder, rung)
    return progress


def _template_of(rung: Rung) -> Template:
    if rung.clock is None:
        return Template.ESCALATED
    return Template.BREACH_WARNING if rung.percent < _WHOLE else Template.BREACHED


def _against(unless: Unless | None, ticket: Ticket, clocks: Iterable[Clock]) -> str:
    """Say why a step is passed over."""
    responses = {ClockName.FIRST_RESPONSE, ClockName.NEXT_RESPONSE}
    waits = any(clock.name in responses and clock.state is not ClockState.STOPPED for clock in clocks)
    match unless:
        case Unless.UNASSIGNED if ticket.assignee is not None:
            return f"it is with {ticket.assignee}"
        case Unless.UNANSWERED if not waits:
            return "it is answered"
        case Unless.UNRESOLVED if ticket.state in _SETTLED:
            return f"it is {ticket.state.value}"
    return ""


def _not_yet(number: int, stand: Climb) -> Decision:
    """Come again when the next step is due: the ladder, or the hours that it is counted in, were edited meanwhile."""
    next_at = stand.next_at()
    if next_at is None:
        return _nothing("no step of the ladder is left")
    why = "no step of the ladder is due: the rule files were edited"
    again = StartTimer(TimerKind.LADDER, number, next_at)
    return Decision(Outcome(OutcomeKind.DESK, reason=why), (again,), (), (), None, (), (why,))


def _nothing(why: str) -> Decision:
    return Decision(Outcome(OutcomeKind.DESK, reason=why), (), (), (), None, (), (why,))
