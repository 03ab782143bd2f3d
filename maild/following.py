"""Following: open tickets are brought to what the rule files call their team by now, and away from whoever left.

outdated values → tickets that have one → facts → decide → carry out, a portion at a time
edited calendars → tickets of which a clock runs by one → facts → decide → carry out, a portion at a time
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from maild import desk
from maild.carrying import InForce
from maild.desk import House
from maild.journal import Event, journal
from maild.model.decision import Decision
from maild.model.facts import Facts, Questions
from maild.rules import WALL_TIME
from maild.store import Carrying, Reader, Store, Transaction

PORTION: Final = 50
SET_BACK: Final = timedelta(minutes=5)

log = journal("following")


def follow_rules(store: Store, house: House, now: Callable[[], datetime]) -> int:
    """Bring every open ticket to what the rules of a house say; return how many were changed.

    A ticket that changes meanwhile is left, and found by whoever comes next.
    """
    followed = 0
    for field, value in desk.outdated(house, now()):
        while (done := _follow(store, house, field, value, now())) == PORTION:
            followed += done
        followed += done
    return followed


def _follow(store: Store, house: House, field: str, value: str, at: datetime) -> int:
    def ask(reader: Reader) -> list[Carrying]:
        numbers = reader.open_tickets_with(field, value, PORTION)
        return _works(reader, numbers, house, at)

    works = store.read(ask)
    return len(works) - len(store.write(lambda tx: tx.carry_out(works, at))) if works else 0


def _works(reader: Reader, numbers: Sequence[int], house: House, at: datetime) -> list[Carrying]:
    works = []
    facts_of = reader.answer([_asking(number) for number in numbers], at) if numbers else []
    for number, facts in zip(numbers, facts_of, strict=True):
        decision = desk.follow(facts.tickets[number], house, at)
        if decision is not None:
            works.append(_carrying(decision))
    return works


class Recounting:
    """Running clocks are counted by the calendars of now, a portion at a time: for one thread.

    So are those that are dated by a later time than now, after the machine's clock was put back.

    What was left when the daemon ended is done by the next: each portion is found by how its clocks stand.
    """

    def __init__(self, store: Store, in_force: InForce, now: Callable[[], datetime]) -> None:
        self._store = store
        self._in_force = in_force
        self._now = now
        self._after = self._count = 0
        self._seen = now()
        self._is_over = not store.read(lambda reader: reader.editions_to_recount())

    def begin(self) -> None:
        """Begin again with the first ticket: calendars may be other ones now."""
        self._after, self._count, self._is_over = 0, 0, False

    def go_on(self) -> bool:
        """Recount the next tickets; False where none is left."""
        house, at = self._in_force.get()[0], self._now()
        if at < self._seen - SET_BACK:
            self.begin()
        self._seen = at
        if self._is_over:
            return False
        stamps = {name: calendar.stamp for name, calendar in house.rules.calendars.items()}
        stamps |= {WALL_TIME.key: WALL_TIME.stamp}
        numbers = self._store.read(lambda reader: reader.counted_otherwise(stamps, self._after, at, PORTION))
        if not numbers:
            self._store.write(lambda tx: tx.record_recounted(at))
            self._is_over = True
            if self._count:
                log.info(Event.CLOCKS_RECOUNTED, count=self._count)
            return False
        self._recount(numbers, stamps, house, at)
        self._after = numbers[-1]
        return True

    def _recount(self, numbers: Sequence[int], stamps: Mapping[str, str], house: House, at: datetime) -> None:
        every = self._store.read(lambda reader: reader.answer([_asking(number) for number in numbers], at))
        decided = {number: _recounted(number, facts, house, at) for number, facts in zip(numbers, every, strict=True)}
        same = [number for number, decision in decided.items() if decision is None]
        works = [_carrying(decision) for decision in decided.values() if decision is not None]

        def write(tx: Transaction) -> int:
            # One that changed meanwhile was recounted by whoever changed it.
            stale = tx.carry_out(works, at)
            tx.restamp_clocks(same, stamps)
            return len(works) - len(stale)

        self._count += self._store.write(write)


def _recounted(number: int, facts: Facts, house: House, at: datetime) -> Decision | None:
    decision = desk.recount(facts.tickets[number], house, at)
    return desk.keep_time(decision, facts, house, at) if decision is not None else None


def _carrying(decision: Decision) -> Carrying:
    return Carrying(None, None, "", decision, (), {}, "")


def _asking(number: int) -> Questions:
    return Questions(
        arrival=None,
        mailbox="",
        fingerprint="",
        sender="",
        message_id=None,
        ids=(),
        tokens=(),
        numbers=(number,),
    )
