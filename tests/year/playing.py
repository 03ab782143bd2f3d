"""A year of a desk: customers and agents who write, are late, absent or silent; a daemon that stands still and dies.

Everything is chosen by one seed. What people do is told to the oracle as it is handled, and after each step whatever
was touched is compared: state, clocks, level, what time brought and who was written to.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from tests.year.agreed import CHANGED, EDITED, LADDER, PLAIN, RULES, ZONE
from tests.year.contract import Matter
from tests.year.counting import RUNNING
from tests.year.desk import Shown, VirtualDesk
from tests.year.hours import every_hours
from tests.year.people import DAY, HOUR, FaultError, Letter, People, written

_ZONE = ZoneInfo(ZONE)


@dataclass
class Figures:
    """What was played and compared."""

    tickets: int = 0
    mails: int = 0
    steps: int = 0
    brought: int = 0
    compared: int = 0
    stood_still: int = 0
    lives: int = 0
    kinds: dict[str, int] = field(default_factory=dict)


class Year:
    """One run; `begin` is a day, `weeks` how long, `per_day` about how many new matters a day."""

    def __init__(self, folder: Path, seed: int, begin: date, weeks: int, per_day: int) -> None:
        start = datetime(begin.year, begin.month, begin.day, tzinfo=_ZONE)
        self.begin = int(start.timestamp())
        self.end = int((start + timedelta(weeks=weeks)).timestamp())
        self.seed, self.figures = seed, Figures()
        self._random = Random(seed)
        self.hours = every_hours(start, start + timedelta(weeks=weeks))
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()
        self.inbox: list[Letter] = []
        self.matters: dict[int, Matter] = {}
        self._dues: list[tuple[int, int]] = []
        self.expected: dict[int, set[tuple[str, str]]] = {}
        self.touched: set[int] = set()
        self._is_down = False
        self.book = PLAIN
        self._folder = folder
        self.desk = VirtualDesk(folder, seed)
        self.desk.now = self.begin
        self._per_day = per_day
        self._people = People(self, self._random)
        self._plan()

    # ---- what is known beforehand ------------------------------------------------------------------------------------

    def _plan(self) -> None:
        for day in range(self.begin, self.end, DAY):
            is_weekend = datetime.fromtimestamp(day + 12 * HOUR, _ZONE).weekday() > 4
            new = self._per_day // 4 if is_weekend else self._per_day
            for _ in range(new):
                self.at(day + self._hour_of_day(), self._people.begins)
        for week in range(self.begin, self.end, 7 * DAY):
            down = week + self._random.randrange(7 * DAY)
            self.at(down, self._go_down)
            self.at(down + self._random.choice((120, 600, HOUR, 5 * HOUR, 14 * HOUR)), self._come_up)
        for night in self._set_nights():
            self.at(night - HOUR, self._go_down)
            self.at(night + 40 * 60, self._come_up)
        for at, text, book in self._editions():
            self.at(at, lambda text=text, book=book: self._edit(text, book))

    def _hour_of_day(self) -> int:
        """Most write by day; a few at night."""
        if self._random.random() < 0.15:
            return self._random.randrange(DAY)
        return 8 * HOUR + self._random.randrange(10 * HOUR)

    def _set_nights(self) -> Iterator[int]:
        """Find the instants at which the desk's clocks are set."""
        for hour in range(self.begin, self.end - HOUR, HOUR):
            here, later = (datetime.fromtimestamp(at, _ZONE).utcoffset() for at in (hour, hour + HOUR))
            if here != later:
                yield hour + HOUR

    def _editions(self):
        span = self.end - self.begin
        yield self.begin + span // 3, EDITED, CHANGED
        yield self.begin + 2 * span // 3, RULES, PLAIN

    def at(self, instant: int, what: Callable[[], None]) -> None:
        if instant < self.end:
            heapq.heappush(self._events, (instant, next(self._order), what))

    # ---- time goes on ------------------------------------------------------------------------------------------------

    def play(self, tell: Callable[[str], None] = lambda _: None) -> Figures:
        """Let it all happen; raises FaultError at the first difference."""
        month = ""
        while (now := self._next_instant()) is not None and now < self.end:
            self.desk.now = now
            while self._events and self._events[0][0] <= now:
                heapq.heappop(self._events)[2]()
            if not self._is_down:
                self._step(now)
            if f"{datetime.fromtimestamp(now, _ZONE):%Y-%m}" != month:
                month = f"{datetime.fromtimestamp(now, _ZONE):%Y-%m}"
                tell(f"{month}: {self.figures.tickets} tickets, {self.figures.steps} steps")
        self.figures.lives = self.desk.lives
        if self._is_down:
            self._come_up()
        left, faults = self.desk.left_over(), self.desk.faults()
        if any(left.values()) or faults:
            raise FaultError(f"seed {self.seed}: in the end {left}; maild verify says {faults[:5]}")
        return self.figures

    def _next_instant(self) -> int | None:
        instants = [self._events[0][0]] if self._events else []
        if not self._is_down:
            due = self._next_due()
            timer = self.desk.next_timer()
            instants += [at for at in (due, timer) if at is not None]
            if self.inbox:
                instants.append(self.desk.now)
        return max(min(instants), self.desk.now) if instants else None

    def _next_due(self) -> int | None:
        while self._dues:
            at, number = self._dues[0]
            if self.matters[number].next_due() == at:
                return at
            heapq.heappop(self._dues)
        return None

    def _step(self, now: int) -> None:
        """Let every leg of the daemon do what there is to do, in one order or the other, and the oracle the same."""
        self.figures.steps += 1
        if self._random.random() < 0.5:
            self._pass(now)
        letters, self.inbox = self.inbox, []
        if letters:
            self.desk.record([letter.raw for letter in letters])
            self.desk.handle()
            for letter in letters:
                letter.does(now)
            self.figures.mails += len(letters)
        self._pass(now)
        self._compare(now)
        for mail in self.desk.deliver(0.002):
            self._people.gets(mail)

    def _pass(self, now: int) -> None:
        self.desk.fire()
        while (due := self._next_due()) is not None and due <= now:
            _, number = heapq.heappop(self._dues)
            self.matters[number].pass_until(now)
            self.mark(number)

    def mark(self, number: int) -> None:
        """Remember that a ticket was touched, and when time will bring it something."""
        self.touched.add(number)
        self.matters[number].arm(self.desk.now)
        due = self.matters[number].next_due()
        if due is not None:
            heapq.heappush(self._dues, (due, number))

    # ---- comparing ---------------------------------------------------------------------------------------------------

    def _compare(self, now: int) -> None:
        brought, written, entered = self.desk.news()
        for number in self.touched | entered | set(written):
            matter = self.matters.get(number)
            if matter is None:
                raise FaultError(f"seed {self.seed}, {written(now)}: ticket #{number} is nobody's")
            wanted = sorted(each.what for each in matter.log)
            told = {pair for each in matter.log for pair in each.told} | self.expected.pop(number, set())
            self._same(now, number, "what time brought", wanted, sorted(brought.get(number, [])))
            self._same(now, number, "who was written to", sorted(told), sorted(written.get(number, set())))
            self._compare_standing(now, number, matter, self.desk.show(number))
            self.figures.brought += len(wanted)
            for what in wanted:
                self.figures.kinds[what] = self.figures.kinds.get(what, 0) + 1
            self.figures.compared += 1
            reaction = bool(matter.log)
            matter.log.clear()
            if reaction:
                self._people.think(number)
        self.touched.clear()

    def _compare_standing(self, now: int, number: int, matter: Matter, shown: Shown) -> None:
        values = {
            "state": matter.state,
            "priority": matter.priority,
            "urgency": matter.urgency,
            "level": matter.level,
            "team": matter.team,
            "assignee": matter.assignee,
            "agreement": matter.agreement,
            "category": matter.category,
        }
        self._same(now, number, "the ticket", values, shown.values)
        for name in sorted({*matter.clocks, *shown.clocks}):
            clock, got = matter.clocks.get(name), shown.clocks.get(name)
            if clock is None or got is None:
                self._same(now, number, name, clock, got)
                continue
            due = clock.due if clock.state == RUNNING and name != LADDER else None
            wanted = (clock.state, clock.target, clock.calendar, clock.elapsed, due)
            shown_due = got[4] if got[0] == RUNNING else None
            self._same(now, number, name, wanted, (*got[:4], shown_due))

    def _same(self, now: int, number: int, what: str, wanted: object, got: object) -> None:
        if wanted != got:
            raise FaultError(
                f"seed {self.seed}, {written(now)}, #{number}: {what}\n  by the contract {wanted}"
                f"\n  by maild        {got}\n  the oracle: {self.matters[number].told_short()}"
            )

    # ---- the desk ----------------------------------------------------------------------------------------------------

    def _go_down(self) -> None:
        if self._is_down:
            return
        self._is_down = True
        self.figures.stood_still += 1
        if self._random.random() < 0.7:
            self.desk.end_life()
        else:
            self.desk.store.close()

    def _come_up(self) -> None:
        if self._is_down:
            self._is_down = False
            self.desk.begin_life()

    def _edit(self, text: str, book) -> None:
        if self._is_down:
            self.at(self.desk.now + HOUR, lambda: self._edit(text, book))
            return
        self.desk.take_edition(text)
        self.book = book
        for matter in self.matters.values():
            matter.take_edition(book)
