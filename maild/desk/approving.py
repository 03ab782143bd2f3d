"""Approvals follow a ticket: asked when they come to be needed, asked anew when more is at stake, ended when none is.

Whatever was decided, the ticket before it and after it are compared, as clocks are. What an agent, a customer or time
itself did to an approval stands in their own entry; what follows stands in one of the desk's, which says whose word it
was, in which mail, and what proved it.

BUGS
    Somebody who goes away after they were asked is not replaced: its time, or `#approval`, sees to that.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from maild.desk.agreeing import hours_for
from maild.desk.approvers import Approvers, Asking, excluded, find_approvers
from maild.desk.blocking import names_of, rank
from maild.desk.case import Sheet, entry_of
from maild.desk.house import House
from maild.desk.lateness import late_words
from maild.desk.requesting import mails_to_approvers
from maild.desk.telling import note_notices, those_in_charge
from maild.desk.viewing import view_of
from maild.model.aftermath import ticket_after
from maild.model.asked import Asked, Stage, parse_asked
from maild.model.decision import (
    AddEntry,
    ChangeTicket,
    Decision,
    Outcome,
    OutcomeKind,
    StartTimer,
    Step,
    StopTimers,
    Timer,
    TimerKind,
)
from maild.model.facts import Facts
from maild.model.outgoing import Wanted
from maild.model.saying import Said, say
from maild.model.ticket import APPROVAL_PREFIX, FINISHED, Cause, CauseKind, Change, EntryKind, State
from maild.rules import PAUSING, Approval, Tier, find_tier

BY = "maild"
FLAG = "approval"
CONSENT = "consent"  # of an entry that records what somebody outside agreed to, or did not
_DECIDED = frozenset({Stage.APPROVED, Stage.REJECTED, Stage.EXPIRED})


def keep_approvals(decision: Decision, facts: Facts, house: House, now: datetime) -> Decision:
    """Ask what is to be asked about every ticket that a decision is about, and end what need not be asked any more."""
    entered = [step.number for step in decision.steps if isinstance(step, AddEntry)]
    for number in dict.fromkeys(entered):
        was_asked = number in facts.tickets and facts.tickets[number].ticket.approvals
        if not house.rules.approvals and not was_asked:
            continue
        decision = _Keeping(decision, facts, house, now, number).decision()
    return decision


def expire(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:  # noqa: ARG001 - as every timer is decided
    """End an approval that nobody decided in time; what follows is told by `keep_approvals`."""
    known = facts.tickets.get(timer.ticket) if timer.ticket is not None else None
    one = parse_asked(known.ticket.approval(timer.about)) if known is not None else None
    if known is None or one is None or not one.is_open or one.until is None or one.until > now:
        why = "the approval does not wait any more"
        return Decision(Outcome(OutcomeKind.DESK, reason=why), (), (), (), None, (), (why,))
    sheet = Sheet(Cause(CauseKind.TIMER, timer.kind.value), BY, known.ticket, known.last_n)
    sheet.change(Change(f"{APPROVAL_PREFIX}{timer.about}", one.written(), one.ended(Stage.EXPIRED).written()))
    sheet.enter(known.ticket.number, EntryKind.EVENT, late_words(one.until, now) or "", flags=(FLAG,))
    return sheet.decision(entry_of(known.ticket.number), None)


class _Keeping:
    """The approvals of one ticket in one decision."""

    def __init__(self, decision: Decision, facts: Facts, house: House, now: datetime, number: int) -> None:
        self._decision = decision
        self._house = replace(house, absent=frozenset(facts.absences))
        self._now = now
        self._number = number
        known = facts.tickets.get(number)
        after = ticket_after(decision, facts, number, now)
        self._was = known.ticket if known is not None else None
        self._ticket = after.ticket
        self._asking = Asking(after, decision, facts, self._house, now)
        entries = [step for step in decision.steps if isinstance(step, AddEntry) and step.number == number]
        self._last = entries[-1]
        self._n = after.last_n if self._is_ours else after.last_n + 1
        self._changes: list[Change] = []
        self._story: list[str] = []
        self._flags: list[str] = []
        self._timers: list[Step] = []
        self._mails: list[Wanted] = []

    @property
    def _is_ours(self) -> bool:
        """Whether the last entry of the decision is one in which this may be told."""
        return self._last.kind is EntryKind.EVENT and self._last.by == BY and FLAG in self._last.flags

    def decision(self) -> Decision:
        """Give the decision with what it does to approvals."""
        for key in dict.fromkeys((*self._house.rules.approvals, *(name for name, _ in self._ticket.approvals))):
            self._keep(key)
        if not self._story and not self._timers and not self._changes:
            return self._decision
        changes, story = tuple(self._changes), [*([self._last.text] if self._is_ours else []), *self._story]
        flags = dict.fromkeys((*(self._last.flags if self._is_ours else (FLAG,)), *self._flags))
        before = self._last.changes if self._is_ours else ()
        entry = AddEntry(
            self._number,
            self._n,
            EntryKind.EVENT,
            BY,
            self._last.cause,
            "\n".join(line for line in story if line),
            (*before, *changes),
            tuple(flags),
        )
        steps = [step for step in self._decision.steps if not (self._is_ours and step is self._last)]
        changed = (ChangeTicket(self._number, changes),) if changes else ()
        mails = (*self._decision.mails, *self._mails)
        return replace(self._decision, steps=(*steps, *changed, entry, *self._timers), mails=mails)

    def _keep(self, key: str) -> None:
        approval = self._house.rules.approvals.get(key)
        was = parse_asked(self._was.approval(key)) if self._was is not None else None
        there = parse_asked(self._ticket.approval(key))
        now = self._judged(approval, there) if approval is not None else self._without_rules(there)
        now = self._in_time(approval, now) if now is not None else None
        if now != there and now is not None:
            old = there.written() if there is not None else None
            self._changes.append(Change(f"{APPROVAL_PREFIX}{key}", old, now.written()))
        self._tell(approval, key, was, now)
        self._let_time_run(key, was, now)

    def _without_rules(self, one: Asked | None) -> Asked | None:
        """Withdraw what the rule files do not have any more: nothing waits for it."""
        return one.ended(Stage.WITHDRAWN) if one is not None and one.stage in {Stage.OPEN, Stage.WANTED} else one

    def _judged(self, approval: Approval, one: Asked | None) -> Asked | None:
        """Say how an approval stands with the ticket as it is now."""
        state, is_wanted = self._ticket.state, one is not None and one.is_wanted
        view = view_of(self._ticket)
        tier = find_tier(approval, self._house.rules, view, self._now, is_wanted=is_wanted)
        is_pending = one is not None and one.stage in {Stage.OPEN, Stage.WANTED}
        if one is not None and (tier is None or (state in FINISHED and is_pending)):
            return one if one.stage is Stage.WITHDRAWN else one.ended(Stage.WITHDRAWN)
        if tier is None or state in FINISHED or state is State.RESOLVED:
            return one
        if one is None or one.stage in {Stage.WANTED, Stage.WITHDRAWN} or self._is_outgrown(approval, tier, one):
            return self._asked(approval, tier, is_wanted=is_wanted)
        return one

    def _is_outgrown(self, approval: Approval, tier: Tier, one: Asked) -> bool:
        """Whether what was asked, or decided, is not what is at stake now."""
        amount, place, before = self._amount(approval), rank(approval, tier.key), rank(approval, one.tier)
        never = excluded(approval, self._ticket, self._house, self._now)
        match one.stage:
            case Stage.REJECTED | Stage.EXPIRED:
                return place != before or amount != one.amount
            case Stage.APPROVED:
                return place > before or not never.isdisjoint(one.approved)
            case _:
                return place != before or amount != one.amount or not never.isdisjoint(one.asked)

    def _amount(self, approval: Approval) -> str:
        return self._ticket.field(approval.of) or "" if approval.of is not None else ""

    def _asked(self, approval: Approval, tier: Tier, *, is_wanted: bool) -> Asked:
        """Ask it of all who can be asked; where they are too few, those in charge hear of it."""
        found = find_approvers(approval, tier, self._asking)
        hours = hours_for(self._ticket, self._house, approval.calendar)
        until = hours.add(self._now, approval.expires.within(hours)) if approval.expires is not None else None
        one = Asked(
            stage=Stage.OPEN,
            n=self._n,
            tier=tier.key,
            amount=self._amount(approval),
            quorum=tier.quorum,
            asked=tuple(each.name for each in found.asked),
            is_wanted=is_wanted,
            until=until,
        )
        self._mails += mails_to_approvers(approval, one, found.asked, self._asking)
        self._story += self._asked_story(approval, one, found)
        if len(found.asked) < tier.quorum:
            self._warn(_too_few(approval, one, found))
        return one

    def _asked_story(self, approval: Approval, one: Asked, found: Approvers) -> Iterator[str]:
        what = f": {approval.of} is {one.amount}" if approval.of is not None and one.amount else ""
        names = names_of(one.asked, self._house)
        must = f", {one.quorum} of whom must agree" if one.quorum > 1 else ""
        yield f"“{approval.title('en')}” is asked of {names}{must}{what}."
        yield from (
            f"{each.who.name} is asked in the place of {each.stands_for.name}, who is away."
            for each in found.asked
            if each.stands_for is not None
        )
        yield from (f"Not asked: {why}." for why in found.left_out)

    def _in_time(self, approval: Approval | None, one: Asked) -> Asked:
        """Let its time stand still while the ticket waits, and go on after that."""
        if not one.is_open or approval is None or approval.counts_paused:
            return one
        agreement = self._house.rules.agreements.get(self._ticket.agreement or "")
        is_paused = self._ticket.state in (agreement.pause if agreement is not None else PAUSING)
        hours = hours_for(self._ticket, self._house, approval.calendar)
        if is_paused and one.until is not None:
            left = hours.between(self._now, one.until) if one.until > self._now else timedelta()
            return replace(one, until=None, left=left)
        if not is_paused and one.left is not None:
            return replace(one, until=hours.add(self._now, one.left) if one.left else self._now, left=None)
        return one

    def _let_time_run(self, key: str, was: Asked | None, now: Asked | None) -> None:
        old = was.until if was is not None and was.is_open else None
        new = now.until if now is not None and now.is_open else None
        # One that is over may have been dropped, after a restore: it is started anew.
        if old == new and (new is None or new > self._now):
            return
        if old is not None:
            self._timers.append(StopTimers(TimerKind.APPROVAL, self._number, key))
        if new is not None:
            self._timers.append(StartTimer(TimerKind.APPROVAL, self._number, max(new, self._now), key))

    def _tell(self, approval: Approval | None, key: str, was: Asked | None, now: Asked | None) -> None:
        """Say what became of an approval, in the history and to those in charge."""
        if now is None or (
            was is not None and (was.stage, was.n) == (now.stage, now.n) and was.approved == now.approved
        ):
            return
        title = approval.title("en") if approval is not None else key
        if now.is_open and now.n == self._n:
            return  # asked just now: told with it
        self._story.append(story := self._what_became(title, was, now))
        is_over = was is not None and was.stage in _DECIDED
        if approval is not None and approval.is_consent and now.stage in {Stage.APPROVED, Stage.REJECTED}:
            self._flags.append(CONSENT)
        if now.stage in _DECIDED or (now.is_open and is_over):
            self._warn(story, is_lead_told=now.stage is Stage.EXPIRED)

    def _what_became(self, title: str, was: Asked | None, now: Asked) -> Said:
        house, reason = self._house, f": {now.reason}" if now.reason else ""
        match now.stage:
            case Stage.APPROVED:
                names = names_of(now.approved, house)
                return say("“{title}” is approved by {names}{signed}.", title=title, names=names, signed=self._signed())
            case Stage.REJECTED:
                name = names_of((now.rejected,), house)
                words = {"title": title, "name": name, "reason": reason, "signed": self._signed()}
                return say("“{title}” is rejected by {name}{reason}{signed}.", **words)
            case Stage.EXPIRED:
                asked = names_of(now.asked, house)
                return say("Nobody decided on “{title}” in time; it was asked of {names}.", title=title, names=asked)
            case Stage.OPEN if was is not None and was.is_open and len(now.approved) > len(was.approved):
                names = names_of(now.approved[len(was.approved) :], house)
                words = {"title": title, "names": names, "count": f"{len(now.approved)} of {now.quorum}"}
                return say("“{title}”: {names} agrees, {count}{signed}.", **words, signed=self._signed())
            case Stage.OPEN:
                return say("The decision on “{title}” was taken back: it is open again.", title=title)
            case _:
                return say("“{title}” need not be approved any more.", title=title)

    def _signed(self) -> str:
        """Say in which mail somebody decided, and what proves that it is theirs."""
        sender, cause = self._decision.sender, self._last.cause
        return f" (mail {cause.reference}: {sender.proof})" if sender is not None and sender.proof else ""

    def _warn(self, story: Said, *, is_lead_told: bool = True) -> None:
        """Tell those in charge, and the lead; not whoever did it."""
        sender = self._decision.sender
        actor = sender.person if sender is not None else None
        told = dict.fromkeys(those_in_charge(self._house, self._ticket, self._now, (actor,)))
        lead = self._house.lead(self._house.team_of(self._ticket), self._now) if is_lead_told else None
        if lead is not None and lead.key != actor and self._house.may_see(lead, self._ticket):
            told[lead] = None
        self._mails += note_notices(told, self._number, (story,))


def _too_few(approval: Approval, one: Asked, found: Approvers) -> Said:
    return say(
        "“{title}” cannot be approved as it stands: {quorum} must agree, and {count} can be asked{why}.",
        title=approval.title("en"),
        quorum=one.quorum,
        count=len(found.asked),
        why=f" ({'; '.join(found.left_out)})" if found.left_out else "",
    )
