"""Timing: a due timer is decided and carried out, one transaction each.

    claim the due timers → facts → decide → compose → carry out

BUGS
    A timer whose decision is stale stays due and fires again with the next pass.
"""

import json
from collections.abc import Callable
from threading import Event as Bell

from maild import desk
from maild.carrying import Desk, pack_attachments
from maild.desk import House
from maild.failpoints import Failpoint, reach
from maild.journal import Event, journal
from maild.model.decision import Decision, Outcome, OutcomeKind, Timer, TimerKind
from maild.model.explaining import explanation
from maild.model.facts import Facts, Questions
from maild.store import Carrying, Store, Transaction

BATCH = 50
NAP_SECONDS = 5

log = journal("timing")


class Timing:
    """The leg that fires timers. One thread; `claim` names this daemon's life."""

    def __init__(self, store: Store, house: House, desk_parts: Desk, claim: str) -> None:
        self._store = store
        self._house = house
        self._desk = desk_parts
        self._claim = claim

    def run(self, stop: Bell, bell: Bell, done: Callable[[], None]) -> None:
        """Fire what is due until told to stop; `bell` is rung when a timer may have been started."""
        while not stop.is_set():
            bell.clear()
            if self.fire_due():
                done()
            elif not stop.is_set():
                bell.wait(timeout=NAP_SECONDS)

    def fire_due(self) -> int:
        """Fire the timers that are due; return how many were claimed."""
        now = self._desk.now()
        timers = self._store.write(lambda tx: tx.claim_timers(self._claim, BATCH, now))
        for timer in timers:
            reach(Failpoint.TIMING_CLAIMED)
            self._fire(timer)
        return len(timers)

    def _fire(self, timer: Timer) -> None:
        now = self._desk.now()
        facts = self._store.read(lambda reader: reader.answer([_questions_of(timer)], now))[0]
        decision = self._decide(timer, facts)
        mails = self._desk.write_mails(decision, facts, now)
        story = json.dumps(explanation(None, decision, mails), ensure_ascii=False)
        work = Carrying(None, timer.id, self._claim, decision, mails, pack_attachments(decision), story)

        def carry_out(tx: Transaction) -> tuple[int, ...]:
            stale = tx.carry_out([work], now)
            reach(Failpoint.TIMING_CARRIED_OUT)
            return stale

        stale = self._store.write(carry_out)
        reach(Failpoint.TIMING_COMMITTED)
        event = Event.DECISION_STALE if stale else Event.TIMER_FIRED
        log.info(event, timer=timer.id, kind=timer.kind.value, ticket=timer.ticket)

    def _decide(self, timer: Timer, facts: Facts) -> Decision:
        match timer.kind:
            case TimerKind.UNDELIVERED:
                undelivered = self._store.read(lambda reader: reader.find_undelivered(timer.subject_id))
                if undelivered is None:
                    return Decision(Outcome(OutcomeKind.DESK, reason="the mail is gone"), (), (), (), None, ())
                return desk.decide_undelivered(undelivered, facts, self._house, self._desk.now())


def _questions_of(timer: Timer) -> Questions:
    numbers = () if timer.ticket is None else (timer.ticket,)
    return Questions(None, "", "", "", None, (), (), numbers)
