"""A year of a desk: customers and agents who write, are late, absent or silent; a daemon that stands still and dies.

Everything is chosen by one seed. What people do is told to the oracle as it is handled, and after each step whatever
was touched is compared: state, clocks, level, what time brought and who was written to.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from tests.year.agreed import ABSENCES, CHANGED, DESK, DOMAIN, EDITED, LADDER, PLAIN, RULES, TEAMS, ZONE
from tests.year.contract import RUNNING, Matter
from tests.year.desk import Delivered, Shown, VirtualDesk
from tests.year.hours import every_hours

HOUR, DAY = 3600, 86_400
_ZONE = ZoneInfo(ZONE)


class FaultError(AssertionError):
    """maild and the contract differ."""


@dataclass(frozen=True)
class Letter:
    """A mail on its way, and what it does by the contract: told to the oracle when it is handled."""

    raw: bytes
    message_id: str
    does: Callable[[int], None]


@dataclass(frozen=True)
class Begun:
    """A new matter; `after` is the closed ticket that it goes on from."""

    customer: str
    grade: str
    category: str | None
    after: int | None = None


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
        self._hours = every_hours(start, start + timedelta(weeks=weeks))
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()
        self._names = count(1)
        self._inbox: list[Letter] = []
        self._matters: dict[int, Matter] = {}
        self._dues: list[tuple[int, int]] = []
        self._expected: dict[int, set[tuple[str, str]]] = {}
        self._read: dict[int, int] = {}
        self._planned: dict[int, int] = {}
        self._successor: dict[int, int] = {}
        self._touched: set[int] = set()
        self._is_down = False
        self._book = PLAIN
        self._folder = folder
        self.desk = VirtualDesk(folder, seed)
        self.desk.now = self.begin
        self._per_day = per_day
        self._plan()

    # ---- what is known beforehand ------------------------------------------------------------------------------------

    def _plan(self) -> None:
        for day in range(self.begin, self.end, DAY):
            is_weekend = datetime.fromtimestamp(day + 12 * HOUR, _ZONE).weekday() > 4
            new = self._per_day // 4 if is_weekend else self._per_day
            for _ in range(new):
                self._at(day + self._hour_of_day(), self._customer_begins)
        for week in range(self.begin, self.end, 7 * DAY):
            down = week + self._random.randrange(7 * DAY)
            self._at(down, self._go_down)
            self._at(down + self._random.choice((120, 600, HOUR, 5 * HOUR, 14 * HOUR)), self._come_up)
        for night in self._set_nights():
            self._at(night - HOUR, self._go_down)
            self._at(night + 40 * 60, self._come_up)
        for at, text, book in self._editions():
            self._at(at, lambda text=text, book=book: self._edit(text, book))

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

    def _at(self, at: int, what: Callable[[], None]) -> None:
        if at < self.end:
            heapq.heappush(self._events, (at, next(self._order), what))

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
        left = self.desk.left_over()
        if any(left.values()):
            raise FaultError(f"seed {self.seed}: in the end {left}")
        return self.figures

    def _next_instant(self) -> int | None:
        instants = [self._events[0][0]] if self._events else []
        if not self._is_down:
            due = self._next_due()
            timer = self.desk.next_timer()
            instants += [at for at in (due, timer) if at is not None]
            if self._inbox:
                instants.append(self.desk.now)
        return max(min(instants), self.desk.now) if instants else None

    def _next_due(self) -> int | None:
        while self._dues:
            at, number = self._dues[0]
            if self._matters[number].next_due() == at:
                return at
            heapq.heappop(self._dues)
        return None

    def _step(self, now: int) -> None:
        """Let every leg of the daemon do what there is to do, in one order or the other, and the oracle the same."""
        self.figures.steps += 1
        if self._random.random() < 0.5:
            self._pass(now)
        letters, self._inbox = self._inbox, []
        if letters:
            self.desk.record([letter.raw for letter in letters])
            self.desk.handle()
            for letter in letters:
                letter.does(now)
            self.figures.mails += len(letters)
        self._pass(now)
        self._compare(now)
        for mail in self.desk.deliver(0.002):
            self._arrives(mail)

    def _pass(self, now: int) -> None:
        self.desk.fire()
        while (due := self._next_due()) is not None and due <= now:
            _, number = heapq.heappop(self._dues)
            self._matters[number].pass_until(now)
            self._mark(number)

    def _mark(self, number: int) -> None:
        """Remember that a ticket was touched, and when time will bring it something."""
        self._touched.add(number)
        self._matters[number].arm(self.desk.now)
        due = self._matters[number].next_due()
        if due is not None:
            heapq.heappush(self._dues, (due, number))

    # ---- comparing ---------------------------------------------------------------------------------------------------

    def _compare(self, now: int) -> None:
        brought, written, entered = self.desk.news()
        for number in self._touched | entered | set(written):
            matter = self._matters.get(number)
            if matter is None:
                raise FaultError(f"seed {self.seed}, {_written(now)}: ticket #{number} is nobody's")
            wanted = sorted(each.what for each in matter.log)
            told = {pair for each in matter.log for pair in each.told} | self._expected.pop(number, set())
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
                self._think(number)
        self._touched.clear()

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
                f"seed {self.seed}, {_written(now)}, #{number}: {what}\n  by the contract {wanted}"
                f"\n  by maild        {got}\n  the oracle: {self._matters[number].told_short()}"
            )

    # ---- customers ---------------------------------------------------------------------------------------------------

    def _customer_begins(self) -> None:
        number = self._random.randrange(300)
        is_gold = self._random.random() < 0.15
        customer = f"c{number}@gold.example" if is_gold else f"c{number}@customer{number % 40}.example"
        self._begin(customer)

    def _begin(self, customer: str) -> None:
        grade = self._random.choices(("sev1", "sev2", "sev3", "sev4", "sev5", ""), (8, 12, 30, 25, 15, 10))[0]
        category = self._random.choices(("network", "hardware", None), (30, 40, 30))[0]
        words = " ".join(filter(None, (grade, category, "matter", _name(next(self._names)))))
        self._write(
            customer,
            words,
            f"Something is wrong with {words}.",
            lambda now, mid: self._opened(now, mid, Begun(customer, grade, category)),
        )

    def _opened(self, now: int, message_id: str, begun: Begun) -> None:
        number = self.desk.ticket_of(message_id)
        if number is None or number in self._matters:
            raise FaultError(f"seed {self.seed}, {_written(now)}: {message_id} opened no ticket of its own: {number}")
        matter = Matter(self._hours, self._is_absent, now, begun.customer, begun.grade, begun.category, self._book)
        self._matters[number] = matter
        self._expected[number] = {(begun.customer, "acknowledged" if begun.after is None else "new-after-closed")}
        if begun.after is not None:
            matter.team = self._matters[begun.after].team
            self._successor[begun.after] = number
            self._touched.add(begun.after)
        self.figures.tickets += 1
        self._mark(number)
        self._think(number)

    def _customer_writes(self, number: int, text: str, does: Callable[[Matter, int], None]) -> None:
        matter = self._matters[number]

        def happen(now: int, message_id: str) -> None:
            here = self._led(number)
            if not self._matters[here].may_reopen(now):
                self._opened(now, message_id, Begun(matter.customer, "", None, here))
                return
            does(self._matters[here], now)
            self._mark(here)
            self._think(here)

        self._write(matter.customer, f"Re: matter [#{number}]", text, happen)

    def _led(self, number: int) -> int:
        while number in self._successor:
            number = self._successor[number]
        return number

    def _customer_reacts(self, number: int, since: int) -> None:
        """Somebody was asked, or told that it is solved: they answer, or not."""
        matter = self._matters[number]
        if matter.state_at != since:
            return
        name = _name(next(self._names))
        if matter.state == "resolved":
            choice = self._random.choices(("yes", "thanks", "no"), (40, 30, 30))[0]
            if choice == "yes":
                self._customer_writes(number, "Yes.", self._says_yes)
            elif choice == "thanks":
                self._customer_writes(
                    number,
                    "Thanks!",
                    lambda matter, now: None if matter.state in {"resolved", "closed"} else matter.customer_words(now),
                )
            else:
                self._customer_writes(number, f"It is broken again, {name}.", Matter.customer_words)
        else:
            self._customer_writes(number, f"It is the one called {name}.", Matter.customer_words)

    def _says_yes(self, matter: Matter, now: int) -> None:
        if matter.state == "resolved":
            self._expected.setdefault(self._number_of(matter), set()).add((matter.customer, "closed"))
        if matter.state in {"resolved", "closed"}:
            matter.customer_yes(now)
        else:
            matter.customer_words(now)

    def _number_of(self, matter: Matter) -> int:
        return next(number for number, one in self._matters.items() if one is matter)

    # ---- agents ------------------------------------------------------------------------------------------------------

    def _arrives(self, mail: Delivered) -> None:
        if mail.ticket is not None and not mail.recipient.endswith(DOMAIN):
            matter = self._matters.get(mail.ticket)
            patience = {"waiting": 0.55, "resolved": 0.6, "closed": 0.06}
            if matter is not None and self._random.random() < patience.get(matter.state, 0.1):
                delay = int(self._random.expovariate(1 / (9 * HOUR))) + 60
                if matter.state == "closed":
                    delay = self._random.randrange(DAY, 25 * DAY)
                self._at(self.desk.now + delay, lambda since=matter.state_at: self._customer_reacts(mail.ticket, since))

    def _think(self, number: int) -> None:
        """Let whoever has a ticket do something about it sooner or later, or forget it for once."""
        matter = self._matters[number]
        if matter.state not in {"new", "open"} or self._planned.get(number, 0) > self.desk.now:
            return
        slow = {"p1": 0.7, "p2": 1.2, "p3": 3, "p4": 6, "p5": 16}[matter.priority]
        delay = int(self._random.expovariate(1 / (slow * HOUR)))
        if self._random.random() < 0.1:
            delay += DAY // 2 if matter.priority in {"p1", "p2"} else 2 * DAY
        due = matter.next_due()
        if due is not None and self._random.random() < 0.04:
            delay = max(due - self.desk.now, 0)  # in the very second
        at = (
            self._in_hours(self.desk.now + delay + self._random.randrange(60), matter)
            if due is None
            else self.desk.now + delay
        )
        self._planned[number] = at
        self._at(at, lambda: self._agent_acts(number, at))

    def _in_hours(self, at: int, matter: Matter) -> int:
        return at if matter.priority in {"p1", "p2"} else self._hours["office"].when(at, 1)

    def _agent_acts(self, number: int, at: int) -> None:
        matter = self._matters[number]
        if matter.state not in {"new", "open"} or self._planned.get(number) != at:
            return
        agent = matter.assignee or self._random.choice(TEAMS[matter.team][0])
        if self._is_absent(agent, self.desk.now):
            self._planned[number] = 0
            self._think(number) if self._random.random() < 0.8 else None
            return
        choice = self._random.choices(
            ("reply", "wait", "wait for", "pending", "resolve", "note", "ack", "priority", "category"),
            (26, 22, 4, 6, 30, 3, 3, 3, 3),
        )[0]
        self._agent_writes(number, agent, choice)

    def _agent_writes(self, number: int, agent: str, choice: str) -> None:
        words = f"This is about {_name(next(self._names))}."
        if choice == "ack":
            self._order_is(number, agent, "#ack", lambda matter, now: matter.acknowledged(now))
            return
        if choice == "note":
            self._order_is(number, agent, f"#note\n{words}", lambda matter, now: None)
            return
        if choice == "priority":
            priority = self._random.choice(("p1", "p2", "p3", "p4", "p5"))
            self._order_is(number, agent, f"#{priority}", lambda matter, now: matter.prioritised(now, priority))
            return
        if choice == "category":
            category = self._random.choice(("network", "hardware"))
            self._order_is(
                number, agent, f"#category {category}", lambda matter, now: matter.categorised(now, category)
            )
            return
        state, line, wakes = self._speech(choice)
        template = "resolved" if state == "resolved" else "reply"

        def happen(matter: Matter, now: int) -> None:
            self._expected.setdefault(number, set()).add((matter.customer, template))
            wakes_at = now + (wakes or 0) if choice == "wait for" else wakes
            matter.answered(now, agent, state, wakes_at)

        self._order_is(number, agent, f"{line}\n{words}", happen)

    def _speech(self, choice: str) -> tuple[str, str, int | None]:
        match choice:
            case "wait":
                return "waiting", "#wait", None
            case "wait for":
                hours = self._random.randrange(2, 80)
                return "waiting", f"#wait {hours}h", hours * HOUR
            case "pending":
                wall = datetime.fromtimestamp(self.desk.now, _ZONE) + timedelta(days=self._random.randrange(1, 6))
                wall = wall.replace(hour=self._random.randrange(8, 18), minute=0, second=0)
                return "pending", f"#pending until {wall:%Y-%m-%d %H:%M}", int(wall.timestamp())
            case "resolve":
                return "resolved", "#resolve", None
        return "open", "#reply", None

    def _order_is(self, number: int, agent: str, text: str, does: Callable[[Matter, int], None]) -> None:
        """Let an agent's mail about a ticket come; one that nothing can come of any more is not written."""

        def happen(now: int, _: str) -> None:
            does(self._matters[number], now)
            self._mark(number)
            self._planned[number] = 0
            self._think(number)

        self._write(f"{agent}@{DOMAIN}", f"Re: matter [#{number}]", text, happen)

    # ---- the desk ----------------------------------------------------------------------------------------------------

    def _write(self, sender: str, subject: str, text: str, does: Callable[[int, str], None]) -> None:
        name, domain = next(self._names), sender.partition("@")[2]
        message_id = f"<m{name}.{self.seed}@{domain}>"
        raw = (
            f"Authentication-Results: mx.acme.example; dmarc=pass (p=reject) header.from={domain}\r\n"
            f"From: {sender.partition('@')[0].title()} <{sender}>\r\nTo: {DESK}\r\nSubject: {subject}\r\n"
            f"Message-ID: {message_id}\r\nDate: {format_datetime(self.desk.clock())}\r\n\r\n"
        )
        raw += text.replace("\n", "\r\n") + "\r\n"
        self._inbox.append(Letter(raw.encode(), message_id, lambda now: does(now, message_id)))

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
            self._at(self.desk.now + HOUR, lambda: self._edit(text, book))
            return
        self.desk.take_edition(text)
        self._book = book
        for matter in self._matters.values():
            matter.take_edition(book)

    def _is_absent(self, person: str, at: int) -> bool:
        day = datetime.fromtimestamp(at, _ZONE).date()
        return any(who == person and first <= day <= last for who, first, last in ABSENCES)


def _name(number: int) -> str:
    """Give a word of its own for a number."""
    letters = ""
    while number:
        number, rest = divmod(number, 23)
        letters += "bcdfghjklmnpqrstvwxzaeo"[rest]
    return f"item-{letters}"


def _written(at: int) -> str:
    return f"{datetime.fromtimestamp(at, _ZONE):%a %Y-%m-%d %H:%M:%S %Z}"
