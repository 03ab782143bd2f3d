"""Handling: arrivals become entries of tickets, desk matters, duplicates, or held.

    claim → read → questions → facts → decide → compose → carry out

A batch is claimed in one commit and carried out in others, each arrival in its own savepoint: what one arrival wants
stands or falls together, and does not disturb its neighbours. Facts are read before the transaction; what changed
meanwhile makes the decision stale, and it is made again. Whatever a failure leaves undone stays in hand and comes again
with the next batch.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Event as Bell
from typing import TypeVar

from maild import desk
from maild.carrying import InForce, pack_attachments
from maild.composing import SheetError
from maild.failpoints import Failpoint, reach
from maild.journal import Event, journal
from maild.keys import SenderKeys
from maild.model.decision import Authenticity, Decision, OpenTicket, OutcomeKind
from maild.model.explaining import explanation
from maild.model.facts import Facts, Questions
from maild.model.mail import Arrival, Message
from maild.model.rounds import Round
from maild.model.trouble import TroubleKind, TroubleSpot
from maild.reading import Read, Readers, Unreadable
from maild.stopwatch import Stopwatch
from maild.store import Carrying, Store, Transaction
from maild.troubles import Board
from maild.vouching import authenticate

BATCH = 200
PORTION = 50  # read together, decided together, carried out together
ROUNDS = 5
ATTEMPTS = 3

READERS = TroubleSpot(TroubleKind.READERS)
CAPS = TroubleSpot(TroubleKind.ACKNOWLEDGEMENTS)

T = TypeVar("T")

log = journal("handling")


@dataclass(frozen=True, slots=True)
class Case:
    """One arrival in hand: the message read from it, who vouches for its sender, what must be asked about it."""

    arrival: Arrival
    message: Message
    authenticity: Authenticity
    questions: Questions

    @property
    def may_name_a_neighbour(self) -> bool:
        """Whether the mail may name a ticket that another of its round opens: one that was lost, by its old number."""
        return self.arrival.taken_over_as is not None and bool(self.questions.numbers)

    @property
    def keys(self) -> frozenset[str]:
        """What two cases of one round must not share, or one would be decided without knowing of the other."""
        asked = self.questions
        numbers = (f"#{number}" for number in asked.numbers)
        keys = (f"key {key}" for key in asked.keys)
        people = (each.lower() for each in (asked.sender, *asked.requesters))
        person = f"person {asked.person}" if asked.person else ""  # by whichever of their addresses
        return frozenset((asked.fingerprint, person, *people, *asked.ids, *asked.tokens, *numbers, *keys)) - {""}


@dataclass(frozen=True, slots=True)
class Decided:
    """A case, the facts that it was decided on, and the decision."""

    case: Case
    facts: Facts
    decision: Decision


class Handling:
    """The leg that turns arrivals into tickets. One thread; `claim` names this daemon's life.

    `keys` finds the senders' DKIM keys, where signatures are checked here; `watch` is told how long deciding takes.

    BUGS
        A portion of mails waits for the slowest of its senders' name servers: four seconds for eight names at once.
    """

    def __init__(
        self,
        store: Store,
        readers: Readers,
        in_force: InForce,
        claim: str,
        *,
        board: Board,
        keys: SenderKeys | None = None,
        watch: Stopwatch | None = None,
    ) -> None:
        self._store = store
        self._readers = readers
        self._in_force = in_force
        self._house, self._desk = in_force.get()
        self._claim = claim
        self._board = board
        self._keys = keys
        self._watch = watch or Stopwatch()

    def run(self, stop: Bell, bell: Bell, done: Callable[[], None]) -> None:
        """Handle whatever waits until told to stop; `bell` is rung for new arrivals, `done` after each portion."""
        while not stop.is_set():
            bell.clear()
            if not self.handle_batch(done) and not stop.is_set():
                bell.wait(timeout=5)

    def handle_batch(self, done: Callable[[], None] = lambda: None) -> int:
        """Handle a batch of waiting arrivals, calling `done` after each portion; return how many were taken in hand."""
        now = self._desk.now()
        arrivals = self._store.write(lambda tx: tx.claim_arrivals(self._claim, BATCH, now))
        if not arrivals:
            return 0
        reach(Failpoint.HANDLING_CLAIMED)
        for readings in self._read(arrivals):
            self._board.clear(READERS)
            # What is in hand together is asked, decided and written by one set of rules.
            self._house, self._desk = self._in_force.get()
            cases = self._cases(readings)
            reach(Failpoint.HANDLING_READ)
            self._handle(cases)
            done()
        return len(arrivals)

    def _handle(self, cases: Sequence[Case]) -> None:
        """Handle cases in rounds; what is stale round after round, though nothing else changes, is to blame itself."""
        left, fruitless = list(cases), 0
        while left:
            taken, later = next_round(left)
            stale = self._handle_round(taken)
            fruitless = fruitless + 1 if len(stale) == len(taken) else 0
            if fruitless == ROUNDS:
                for case, why in stale:
                    self._blame(case.arrival, f"what maild decided could not be carried out: {why}")
                stale, fruitless = [], 0
            left = [*(case for case, _ in stale), *later]

    def _read(self, arrivals: Sequence[Arrival]) -> Iterator[list[Read | Unreadable]]:
        """Read portion after portion; while one is decided, the readers have the next in hand."""
        portions = portions_of(arrivals)
        with ThreadPoolExecutor(1, "reading") as ahead:
            readings = ahead.submit(self._readers.read, portions[0])
            for following in portions[1:]:
                read = readings.result()
                readings = ahead.submit(self._readers.read, following)
                yield read
            yield readings.result()

    def _cases(self, readings: Sequence[Read | Unreadable]) -> list[Case]:
        read = [reading for reading in readings if isinstance(reading, Read)]
        vouched = iter(authenticate([each.message for each in read], self._house, self._keys, self._desk.now()))
        cases = []
        for reading in readings:
            match reading:
                case Read(arrival, message):
                    cases.append(Case(arrival, message, next(vouched), desk.ask(message, arrival, self._house)))
                case Unreadable(arrival, reason):
                    log.warning(Event.MAIL_UNREADABLE, arrival=arrival.id, reason=reason)
                    self._blame(arrival, f"could not be read: {reason}")
        return cases

    def _blame(self, arrival: Arrival, reason: str) -> None:
        """Count a failed attempt against an arrival; hold it after the third."""
        attempts = self._store.write(lambda tx: tx.count_attempt(arrival.id, self._claim))
        if attempts >= ATTEMPTS:
            self._hold(arrival, reason)

    def _hold(self, arrival: Arrival, reason: str) -> None:
        decision = desk.hold(reason)
        work = Carrying(arrival.id, None, self._claim, decision, (), {}, json.dumps(explanation(None, decision, ())))
        now = self._desk.now()
        self._store.write(lambda tx: tx.carry_out([work], now))
        _report(arrival, None, decision)

    def _handle_round(self, cases: Sequence[Case]) -> list[tuple[Case, str]]:
        """Decide and carry out cases that share no key; return those to be decided again, and why each."""
        now = self._desk.now()
        facts_of = self._store.read(lambda reader: reader.answer([case.questions for case in cases], now))
        reach(Failpoint.HANDLING_ANSWERED)
        # Step by step for all, not case by case: what a step needs of the processor's caches is there but once.
        with self._watch.timed("message", len(cases)):
            decided = list(self._decide(cases, facts_of, now))
        prepared, left = self._prepare(decided, now)
        reach(Failpoint.HANDLING_COMPOSED)

        def carry_out(tx: Transaction) -> dict[int, str]:
            stale = tx.carry_out([work for _, work in prepared], now)
            reach(Failpoint.HANDLING_CARRIED_OUT)
            return stale

        stale = self._store.write(carry_out)
        reach(Failpoint.HANDLING_COMMITTED)
        for index, (case, work) in enumerate(prepared):
            if index in stale:
                log.info(Event.DECISION_STALE, arrival=case.arrival.id, reason=stale[index])
            else:
                _report(case.arrival, case.message, work.decision)
                self._tell_cap(work.decision.capped)
        return [*((prepared[index][0], why) for index, why in stale.items()), *left]

    def _tell_cap(self, reached: str) -> None:
        if reached and (times := self._board.note(CAPS, reached, is_urgent=True)):
            log.warning(Event.CAP_REACHED, reason=reached, times=times)

    def _decide(self, cases: Sequence[Case], facts_of: Sequence[Facts], now: datetime) -> Iterator[Decided]:
        so_far = Round()
        for case, known in zip(cases, facts_of, strict=True):
            facts = so_far.known_to(case.questions, known, now)
            known_of = (case.message, case.arrival, facts, case.authenticity, self._house, now)
            decision = self._attempt(case, partial(desk.decide, *known_of, self._desk.new_token()))
            if decision is not None:
                so_far.add(decision, facts, now)
                yield Decided(case, facts, decision)

    def _prepare(
        self, decided: Sequence[Decided], now: datetime
    ) -> tuple[list[tuple[Case, Carrying]], list[tuple[Case, str]]]:
        """Make of decisions what the store carries out; give also the cases that must be decided again, and why."""
        prepared: list[tuple[Case, Carrying]] = []
        for index, one in enumerate(decided, start=1):
            work = self._attempt(one.case, partial(self._write, one, now))
            if work is None:
                # Those after it were decided as if it had its ticket and its thanks.
                return prepared, [(later.case, "a mail before it cannot be answered") for later in decided[index:]]
            prepared.append((one.case, work))
        return prepared, []

    def _attempt(self, case: Case, work: Callable[[], T]) -> T | None:
        """Do a part of what a case needs; None where that fails, and then the case is held or counts a failure."""
        try:
            return work()
        except SheetError as error:
            # The same template fails on the same mail each time: who mends it releases the mail.
            self._hold(case.arrival, f"a template cannot be printed for it: {error}")
        except Exception:
            # A mail that our own code stumbles over is held after three tries; the others go on.
            log.exception(Event.DECISION_FAILED, arrival=case.arrival.id, message_id=case.message.message_id)
            self._blame(case.arrival, "maild could not decide it (an error of maild's: see the log)")
        return None

    def _write(self, decided: Decided, now: datetime) -> Carrying:
        arrival, decision = decided.case.arrival, decided.decision
        mails = self._desk.write_mails(decision, decided.facts, now)
        story = json.dumps(explanation(decided.case.message, decision, mails), ensure_ascii=False)
        files, gist = pack_attachments(decision), decided.case.questions.gist
        return Carrying(arrival.id, None, self._claim, decision, mails, files, story, gist)


def portions_of(arrivals: Sequence[Arrival]) -> list[Sequence[Arrival]]:
    """Cut a batch into portions, what is taken over apart: who writes today does not wait until old mail is filed."""
    new = [arrival for arrival in arrivals if arrival.taken_over_as is None]
    old = [arrival for arrival in arrivals if arrival.taken_over_as is not None]
    return [some[start : start + PORTION] for some in (new, old) for start in range(0, len(some), PORTION)]


def next_round(cases: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """Take the cases of which no two share a key, and leave those that must wait for them, all in their order."""
    seen: set[str] = set()
    taken: list[Case] = []
    later: list[Case] = []
    for case in cases:
        is_free = seen.isdisjoint(case.keys) and not (taken and case.may_name_a_neighbour)
        (taken if is_free else later).append(case)
        seen |= case.keys
    return taken, later


def _report(arrival: Arrival, message: Message | None, decision: Decision) -> None:
    """Log the one fact that an arrival ended as."""
    bound = log.bind(arrival=arrival.id, message_id=message.message_id if message else None)
    outcome = decision.outcome
    match outcome.kind:
        case OutcomeKind.HELD:
            bound.warning(Event.ARRIVAL_HELD, reason=outcome.reason)
        case OutcomeKind.DUPLICATE:
            bound.info(Event.ARRIVAL_DUPLICATE, of=outcome.of)
        case OutcomeKind.DESK:
            bound.info(Event.DESK_MATTER, reason=outcome.reason)
        case OutcomeKind.ENTRY:
            is_new = any(isinstance(step, OpenTicket) for step in decision.steps)
            event = Event.TICKET_OPENED if is_new else Event.ENTRY_ADDED
            bound.info(event, ticket=outcome.ticket, mails=len(decision.mails))
