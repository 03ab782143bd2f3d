"""What a decision does to the clocks of its tickets: added to it last, whatever it was about.

A customer's words start a response clock, an agent's stop it and begin the next update; states pause and stop; another
priority or agreement changes the targets. Machines, notes and commands move nothing. All of it is read from the
decision's own steps, so that whoever decides need not think of time, and from nothing that the entries do not keep.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from maild.desk.agreeing import agreement_of, hours_for, ladder_of, matter_of, priority_of
from maild.desk.approving import keep_approvals
from maild.desk.climbing import Progress, next_at
from maild.desk.clocks import (
    Promise,
    begun,
    counting,
    hours_of,
    moved,
    paused,
    promises,
    resumed,
    retargeted,
    stopped,
    taken_back,
)
from maild.desk.house import House, is_same
from maild.desk.lifecycle import life_steps
from maild.desk.recounting import recounted
from maild.model.aftermath import ticket_after
from maild.model.clocks import Clock, ClockName, ClockState
from maild.model.decision import (
    AddEntry,
    CancelMail,
    ChangeTicket,
    Decision,
    OpenTicket,
    StartTimer,
    Step,
    StopTimers,
    TimerKind,
)
from maild.model.facts import Facts, TicketFacts
from maild.model.ticket import CauseKind, Change, Entry, EntryKind, State, Ticket
from maild.rules import PAUSING, Agreement, Calendar, find_agreement, write_terms

# An entry with this flag and an entry's number says that the customer never got its words.
UNHEARD = "unheard:"
# One with this flag gives the clocks the targets that the agreements have by now.
RETARGETED = "retargeted"
# One with this flag told the customer how it goes: the next word is due anew.
UPDATED = "status-update"
_UNDONE = "undone:"
_RESPONSES = (ClockName.FIRST_RESPONSE, ClockName.NEXT_RESPONSE)
_GOING_ON = (ClockName.UPDATE, ClockName.RESOLUTION, ClockName.LADDER)
_AT_WORK = frozenset({State.NEW, State.OPEN, State.WAITING, State.PENDING})
_SETTLED = frozenset({State.RESOLVED, State.CLOSED})
_NOBODYS = frozenset({"automatic", "taken-over"})
_MATTERS = frozenset({"queue", "category", "requester"})


def keep_time(decision: Decision, facts: Facts, house: House, now: datetime) -> Decision:
    """Let the clocks of every ticket that a decision is about go on as its entries and states say.

    Its approvals are seen to first: they bring entries of their own.
    """
    decision = keep_approvals(decision, facts, house, now)
    entered = [step.number for step in decision.steps if isinstance(step, AddEntry)]
    for number in dict.fromkeys(entered):
        decision = _Ticking(decision, facts, house, now, number).decision()
    return decision


_Changing = Callable[[Clock, Calendar, datetime], Clock]


class _Ticking:
    """The clocks of one ticket in one decision."""

    def __init__(self, decision: Decision, facts: Facts, house: House, now: datetime, number: int) -> None:
        self._decision = decision
        self._number = number
        self._house = house
        self._now = now
        self._tickets = facts.tickets
        self._was = facts.tickets[number].ticket if number in facts.tickets else None
        self._known = facts.tickets.get(number)
        after = ticket_after(decision, facts, number, now)
        self._after = after.ticket
        self._entries = [step for step in decision.steps if isinstance(step, AddEntry) and step.number == number]
        self._is_new = any(isinstance(step, OpenTicket) and step.number == number for step in decision.steps)
        self._before = {clock.name: clock for clock in self._known.clocks} if self._known is not None else {}
        self._counted = {name: recounted(clock, house, now) for name, clock in self._before.items()}
        self._clocks = {clock.name: recounted(clock, house, now) for clock in after.clocks}
        self._progress = Progress.parse(self._after.ladder)
        self._ladder = ladder_of(self._after, house)
        self._is_retargeted = any(RETARGETED in entry.flags for entry in self._entries)

    def decision(self) -> Decision:
        """Give the decision with what it does to the clocks."""
        rules = self._house.rules
        if not self._clocks and not rules.agreements:
            life = life_steps(self._was, self._after, self._entries, self._house, self._now)
            return replace(self._decision, steps=(*self._decision.steps, *life))
        agreement = self._agreement()
        promised = promises(agreement, priority_of(self._after, self._house), rules.calendars)
        self._take_back()
        self._retarget(promised, agreement)
        is_asked = any(_asks(entry, self._after.state) for entry in self._entries) and not self._is_among_colleagues()
        if is_asked or self._is_merged_into_unanswered():
            self._ask(promised, agreement)
        if any(entry.kind is EntryKind.AGENT and not _NOBODYS.intersection(entry.flags) for entry in self._entries):
            self._answer(promised)
        elif any(UPDATED in entry.flags for entry in self._entries):
            self._begin(ClockName.UPDATE, promised)
        self._climb_by(agreement)
        self._follow(agreement, promised)
        return self._written(agreement)

    def _agreement(self) -> Agreement | None:
        """Give the agreement that the ticket is under: chosen anew where nobody chose and what it goes by changed.

        One that was edited since is as it was when the ticket came under it.
        """
        rules, named = self._house.rules, self._after.agreement
        known = self._known.ticket if self._known is not None else None
        is_chosen = known is not None and named != known.agreement
        was_found = known is not None and named is not None and self._find(known, None) == named
        is_elsewhere = known is not None and any(
            getattr(known, each) != getattr(self._after, each) for each in _MATTERS
        )
        if self._is_retargeted or (not is_chosen and was_found and is_elsewhere):
            named = None
        found = self._find(self._after, named)
        if known is not None and found == known.agreement and not self._is_retargeted:
            return agreement_of(known, self._house)
        return rules.agreements.get(found or "")

    def _find(self, ticket: Ticket, wanted: str | None) -> str | None:
        rules = self._house.rules
        is_forged = self._is_new and any("forged" in entry.flags for entry in self._entries)
        matter = matter_of(ticket, self._house, wanted, is_forged=is_forged)
        found = find_agreement(rules.agreements, matter, rules.timezone)
        return found.key if found else None

    def _is_among_colleagues(self) -> bool:
        """Whether a colleague opens the ticket for another one: nobody outside waits."""
        if not self._is_new or self._after.requester is None:
            return False
        sender = self._decision.sender
        requester = self._house.find_agent(self._after.requester.address, self._now)
        return requester is not None and sender is not None and sender.person not in {None, requester.key}

    def _is_merged_into_unanswered(self) -> bool:
        """Whether a ticket goes on in this one whose customer waits for an answer."""
        merged = {
            step.number
            for step in self._decision.steps
            if isinstance(step, ChangeTicket)
            and any(change.field == "merged_into" and change.new == str(self._number) for change in step.changes)
        }
        clocks = (clock for number in merged if number in self._tickets for clock in self._tickets[number].clocks)
        return any(clock.name in _RESPONSES and clock.state is not ClockState.STOPPED for clock in clocks)

    def _ask(self, promised: Mapping[ClockName, Promise], agreement: Agreement | None) -> None:
        """Let the customer wait from now on, if they do not wait already."""
        if self._is_new:
            self._begin(ClockName.FIRST_RESPONSE, promised)
            self._begin(ClockName.RESOLUTION, promised)
            if self._house.rules.ladders:  # whoever comes to one later has waited since now
                self._clocks[ClockName.LADDER] = counting(self._hours_of_ladder(agreement), self._now)
        elif not any(self._waits(name) for name in _RESPONSES):
            self._begin(ClockName.NEXT_RESPONSE, promised)

    def _answer(self, promised: Mapping[ClockName, Promise]) -> None:
        """Stop waiting: the customer got words; the next ones are due by the update clock, where help is due at all."""
        for name in _RESPONSES:
            self._each(stopped, name)
        if ClockName.RESOLUTION in self._clocks:
            self._begin(ClockName.UPDATE, promised)

    def _retarget(self, promised: Mapping[ClockName, Promise], agreement: Agreement | None) -> None:
        """Change targets with priority and agreement."""
        known = self._known.ticket if self._known is not None else None
        if known is None:
            return
        is_same_priority = priority_of(known, self._house) == priority_of(self._after, self._house)
        is_same = is_same_priority and known.agreement == (agreement.key if agreement else None)
        if is_same and not self._is_retargeted:
            return
        for name, clock in self._clocks.items():
            if name is ClockName.LADDER:
                continue
            if name in promised and _is_as_promised(clock, promised[name]):
                continue
            if name in promised:
                self._clocks[name] = retargeted(clock, self._hours(clock), promised[name], self._now)
            else:
                self._each(stopped, name)

    def _climb_by(self, agreement: Agreement | None) -> None:
        """Let the ladder's time pass in the calendar of the ladder that the ticket is on now."""
        clock = self._clocks.get(ClockName.LADDER)
        if clock is not None and self._ladder is not None:
            self._clocks[clock.name] = moved(clock, self._hours(clock), self._hours_of_ladder(agreement), self._now)

    def _hours_of_ladder(self, agreement: Agreement | None) -> Calendar:
        """Give the ladder's calendar, else that of the agreement for this priority."""
        named = self._ladder.calendar if self._ladder is not None else None
        return hours_for(self._under(agreement), self._house, named)

    def _under(self, agreement: Agreement | None) -> Ticket:
        """Give the ticket as it stands, under an agreement."""
        if agreement is None:
            return replace(self._after, agreement=None, terms=None)
        return replace(self._after, agreement=agreement.key, terms=write_terms(agreement))

    def _take_back(self) -> None:
        """Let the clocks go on that words stopped which never reached the customer."""
        for number in _unheard(self._decision, self._entries, self._known, self._after):
            entries = self._known.entries if self._known is not None else ()
            if any(each.n == number and each.cause.kind is CauseKind.TIMER for each in entries):
                continue  # time wrote it, not a person: what the customer had before stays said
            said = next((each for each in reversed(entries) if each.n <= number and each.kind is EntryKind.AGENT), None)
            for clock in said.clocks if said is not None else ():
                if clock.state is ClockState.STOPPED:
                    self._clocks[clock.name] = taken_back(clock, self._hours(clock), clock.at)
                elif clock.name is ClockName.UPDATE and said is not None:
                    before = _before(entries, said.n, clock.name)
                    if before is not None and before.state is ClockState.RUNNING:
                        self._clocks[clock.name] = taken_back(before, self._hours(before), clock.at)

    def _follow(self, agreement: Agreement | None, promised: Mapping[ClockName, Promise]) -> None:
        """Let the clocks pause, go on or stop as the ticket's state wants."""
        state = self._after.state
        pausing = agreement.pause if agreement is not None else PAUSING
        for name, clock in list(self._clocks.items()):
            if state in _SETTLED:
                self._each(stopped, name)
            elif name is ClockName.LADDER and state in _AT_WORK and self._ladder and self._ladder.counts_paused:
                self._each(resumed, name)
            elif state in pausing or state not in _AT_WORK:
                self._each(paused, name)
            elif clock.state is ClockState.PAUSED or name is ClockName.LADDER:
                self._each(resumed, name)
            elif name in _GOING_ON and clock.state is ClockState.STOPPED and name in promised:
                self._go_on(clock, promised[name])

    def _go_on(self, clock: Clock, promise: Promise) -> None:
        """Let a clock go on that was stopped: by what is promised now, should that be something else by then."""
        if not _is_as_promised(clock, promise):
            still = replace(clock, state=ClockState.PAUSED)
            clock = retargeted(still, self._hours(clock), promise, self._now)
        self._clocks[clock.name] = resumed(clock, self._hours(clock), self._now)

    def _begin(self, name: ClockName, promised: Mapping[ClockName, Promise]) -> None:
        if name in promised:
            self._clocks[name] = begun(name, promised[name], self._now)
            self._progress = self._progress.begun_anew(name)

    def _each(self, change: _Changing, name: ClockName) -> None:
        if name in self._clocks:
            clock = self._clocks[name]
            self._clocks[name] = change(clock, self._hours(clock), self._now)

    def _waits(self, name: ClockName) -> bool:
        return name in self._clocks and self._clocks[name].state is not ClockState.STOPPED

    def _hours(self, clock: Clock) -> Calendar:
        return hours_of(clock.calendar, self._house.rules.calendars)

    def _written(self, agreement: Agreement | None) -> Decision:
        """Write the changed clocks beside the entry that changed them, and let them fall due."""
        changed = tuple(clock for name, clock in self._clocks.items() if clock != self._before.get(name))
        after = self._under(agreement)
        steps = [*self._decision.steps]
        for at, step in enumerate(steps):
            if isinstance(step, OpenTicket) and step.number == self._number:
                steps[at] = replace(step, agreement=after.agreement, terms=after.terms)
            elif step is self._carrier:
                steps[at] = replace(self._carrier, clocks=changed)
        self._change(steps, "agreement", self._after.agreement, after.agreement)
        self._change(steps, "terms", self._after.terms, after.terms)
        self._change(steps, "ladder", self._after.ladder, self._progress.written())
        timers = (each for clock in changed for each in self._timers(self._before.get(clock.name), clock))
        life = life_steps(self._was, after, self._entries, self._house, self._now)
        return replace(self._decision, steps=(*steps, *timers, *self._next_step(), *life))

    def _next_step(self) -> Iterator[Step]:
        """Let the next step of the ladder fall due; one that is due already does so at once."""
        known = self._known.ticket if self._known is not None else None
        old_at = next_at(known, self._house, self._before) if known is not None else None
        ticket = replace(self._after, ladder=self._progress.written())
        new_at = next_at(ticket, self._house, self._clocks)
        # One that is over may have been dropped, after a restore: it is started anew, and never twice.
        is_over = old_at is not None and old_at <= self._now
        is_recounted = self._counted != self._before
        if old_at != new_at or is_over or is_recounted:
            is_started = old_at is not None or is_recounted
            yield from (StopTimers(TimerKind.LADDER, self._number),) if is_started else ()
            if new_at is not None:
                yield StartTimer(TimerKind.LADDER, self._number, max(new_at, self._now))

    def _change(self, steps: list[Step], name: str, old: str | None, new: str | None) -> None:
        """Change a field of the ticket, as the doing of its last entry."""
        if self._is_new or old == new:
            return
        change = (Change(name, old, new),)
        last = max(at for at, step in enumerate(steps) if isinstance(step, AddEntry) and step.number == self._number)
        entry = steps[last]
        if isinstance(entry, AddEntry):
            steps[last : last + 1] = [
                ChangeTicket(self._number, change),
                replace(entry, changes=(*entry.changes, *change)),
            ]

    @property
    def _carrier(self) -> AddEntry:
        """Choose the entry that the changes belong to: the words of the agent, else of the customer, else the last."""
        for kind in (EntryKind.AGENT, EntryKind.CUSTOMER):
            for entry in self._entries:
                if entry.kind is kind:
                    return entry
        return self._entries[-1]

    def _timers(self, old: Clock | None, new: Clock) -> Iterator[Step]:
        """Let a clock fall due when it is to, and not when it was to; what is late already is told once."""
        about = new.name.value
        has_timer = old is not None and (old.state is ClockState.RUNNING or old.is_over)
        old_at = old.due_at if old is not None and has_timer else None
        new_at = new.due_at if new.state is not ClockState.STOPPED else None
        if old_at == new_at:
            return
        is_recounted = old is not None and self._counted[old.name].due_at != old.due_at
        if old_at is not None and (old_at > self._now or is_recounted):
            yield StopTimers(TimerKind.DUE, self._number, about)
        if new_at is not None:
            yield StartTimer(TimerKind.DUE, self._number, new_at, about)


def _is_as_promised(clock: Clock, promise: Promise) -> bool:
    return (clock.target, clock.calendar, clock.stamp) == (promise.target, promise.hours.key, promise.hours.stamp)


def _before(entries: Sequence[Entry], n: int, name: ClockName) -> Clock | None:
    """Find how a clock stood before an entry."""
    earlier = (clock for entry in reversed(entries) if entry.n < n for clock in entry.clocks)
    return next((clock for clock in earlier if clock.name is name), None)


def _asks(entry: AddEntry, state: State) -> bool:
    """Whether an entry is words that wait for an answer: of somebody who has a say here, and not but thanks."""
    flags = set(entry.flags)
    is_foreign = "unknown-sender" in flags or ("stranger" in flags and not flags.isdisjoint({"claimed", "forged"}))
    is_open = state in {State.NEW, State.OPEN}
    return entry.kind is EntryKind.CUSTOMER and is_open and not is_foreign and _NOBODYS.isdisjoint(flags)


def _unheard(
    decision: Decision, entries: Iterable[AddEntry], known: TicketFacts | None, ticket: Ticket
) -> Iterator[int]:
    """Give the entries whose words never reached the customer: refused, come back, or stopped by `#undo`."""
    requester = ticket.requester.address if ticket.requester else ""
    cancelled = {step.token for step in decision.steps if isinstance(step, CancelMail)}
    stopped_mails = [mail for mail in known.sent if mail.token in cancelled] if known is not None else []
    for flag in (flag for entry in entries for flag in entry.flags):
        if flag.startswith(UNHEARD):
            yield int(flag.removeprefix(UNHEARD))
        elif flag.startswith(_UNDONE) and any(is_same(mail.recipient, requester) for mail in stopped_mails):
            yield int(flag.removeprefix(_UNDONE))
