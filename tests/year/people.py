"""The people of the year: customers who write, answer or do not; agents who answer, wait, resolve, or forget for once.

What a mail of theirs does by the contract goes with it, and is told to the oracle when the mail is handled.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import count
from random import Random
from typing import Protocol
from zoneinfo import ZoneInfo

from tests.year.agreed import ABSENCES, DESK, DOMAIN, TEAMS, ZONE, Book
from tests.year.contract import Matter
from tests.year.desk import Delivered, VirtualDesk
from tests.year.hours import Hours

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


class Counted(Protocol):
    """What is counted of a run."""

    tickets: int


class Stage(Protocol):
    """Where people act: the desk, the oracle's tickets, and the time to come."""

    seed: int
    desk: VirtualDesk
    hours: dict[str, Hours]
    book: Book
    matters: dict[int, Matter]
    expected: dict[int, set[tuple[str, str]]]
    touched: set[int]
    inbox: list[Letter]
    figures: Counted

    def at(self, instant: int, what: Callable[[], None]) -> None: ...

    def mark(self, number: int) -> None: ...


class People:
    """All who write to the desk; `planned` is when somebody will look at a ticket next."""

    def __init__(self, stage: Stage, random: Random) -> None:
        self._stage = stage
        self._random = random
        self._names = count(1)
        self._planned: dict[int, int] = {}
        self._successor: dict[int, int] = {}

    # ---- customers ---------------------------------------------------------------------------------------------------

    def begins(self) -> None:
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
        number = self._stage.desk.ticket_of(message_id)
        if number is None or number in self._stage.matters:
            raise FaultError(
                f"seed {self._stage.seed}, {written(now)}: {message_id} opened no ticket of its own: {number}"
            )
        matter = Matter(
            self._stage.hours, is_absent, now, begun.customer, begun.grade, begun.category, self._stage.book
        )
        self._stage.matters[number] = matter
        self._stage.expected[number] = {(begun.customer, "acknowledged" if begun.after is None else "new-after-closed")}
        if begun.after is not None:
            matter.team = self._stage.matters[begun.after].team
            self._successor[begun.after] = number
            self._stage.touched.add(begun.after)
        self._stage.figures.tickets += 1
        self._stage.mark(number)
        self.think(number)

    def _customer_writes(self, number: int, text: str, does: Callable[[Matter, int], None]) -> None:
        matter = self._stage.matters[number]

        def happen(now: int, message_id: str) -> None:
            here = self._led(number)
            if not self._stage.matters[here].may_reopen(now):
                self._opened(now, message_id, Begun(matter.customer, "", None, here))
                return
            does(self._stage.matters[here], now)
            self._stage.mark(here)
            self.think(here)

        self._write(matter.customer, f"Re: matter [#{number}]", text, happen)

    def _led(self, number: int) -> int:
        while number in self._successor:
            number = self._successor[number]
        return number

    def _customer_reacts(self, number: int, since: int) -> None:
        """Somebody was asked, or told that it is solved: they answer, or not."""
        matter = self._stage.matters[number]
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
            self._stage.expected.setdefault(self._number_of(matter), set()).add((matter.customer, "closed"))
        if matter.state in {"resolved", "closed"}:
            matter.customer_yes(now)
        else:
            matter.customer_words(now)

    def _number_of(self, matter: Matter) -> int:
        return next(number for number, one in self._stage.matters.items() if one is matter)

    # ---- agents ------------------------------------------------------------------------------------------------------

    def gets(self, mail: Delivered) -> None:
        if mail.ticket is not None and not mail.recipient.endswith(DOMAIN):
            matter = self._stage.matters.get(mail.ticket)
            patience = {"waiting": 0.55, "resolved": 0.6, "closed": 0.06}
            if matter is not None and self._random.random() < patience.get(matter.state, 0.1):
                delay = int(self._random.expovariate(1 / (9 * HOUR))) + 60
                if matter.state == "closed":
                    delay = self._random.randrange(DAY, 25 * DAY)
                self._stage.at(
                    self._stage.desk.now + delay,
                    lambda since=matter.state_at: self._customer_reacts(mail.ticket, since),
                )

    def think(self, number: int) -> None:
        """Let whoever has a ticket do something about it sooner or later, or forget it for once."""
        matter = self._stage.matters[number]
        if matter.state not in {"new", "open"} or self._planned.get(number, 0) > self._stage.desk.now:
            return
        slow = {"p1": 0.7, "p2": 1.2, "p3": 3, "p4": 6, "p5": 16}[matter.priority]
        delay = int(self._random.expovariate(1 / (slow * HOUR)))
        if self._random.random() < 0.1:
            delay += DAY // 2 if matter.priority in {"p1", "p2"} else 2 * DAY
        due = matter.next_due()
        if due is not None and self._random.random() < 0.04:
            delay = max(due - self._stage.desk.now, 0)  # in the very second
        at = (
            self._in_hours(self._stage.desk.now + delay + self._random.randrange(60), matter)
            if due is None
            else self._stage.desk.now + delay
        )
        self._planned[number] = at
        self._stage.at(at, lambda: self._agent_acts(number, at))

    def _in_hours(self, at: int, matter: Matter) -> int:
        return at if matter.priority in {"p1", "p2"} else self._stage.hours["office"].when(at, 1)

    def _agent_acts(self, number: int, at: int) -> None:
        matter = self._stage.matters[number]
        if matter.state not in {"new", "open"} or self._planned.get(number) != at:
            return
        agent = matter.assignee or self._random.choice(TEAMS[matter.team][0])
        if is_absent(agent, self._stage.desk.now):
            self._planned[number] = 0
            self.think(number) if self._random.random() < 0.8 else None
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
            self._stage.expected.setdefault(number, set()).add((matter.customer, template))
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
                wall = datetime.fromtimestamp(self._stage.desk.now, _ZONE) + timedelta(
                    days=self._random.randrange(1, 6)
                )
                wall = wall.replace(hour=self._random.randrange(8, 18), minute=0, second=0)
                return "pending", f"#pending until {wall:%Y-%m-%d %H:%M}", int(wall.timestamp())
            case "resolve":
                return "resolved", "#resolve", None
        return "open", "#reply", None

    def _order_is(self, number: int, agent: str, text: str, does: Callable[[Matter, int], None]) -> None:
        """Let an agent's mail about a ticket come; one that nothing can come of any more is not written."""

        def happen(now: int, _: str) -> None:
            does(self._stage.matters[number], now)
            self._stage.mark(number)
            self._planned[number] = 0
            self.think(number)

        self._write(f"{agent}@{DOMAIN}", f"Re: matter [#{number}]", text, happen)

    # ---- the desk ----------------------------------------------------------------------------------------------------

    def _write(self, sender: str, subject: str, text: str, does: Callable[[int, str], None]) -> None:
        name, domain = next(self._names), sender.partition("@")[2]
        message_id = f"<m{name}.{self._stage.seed}@{domain}>"
        raw = (
            f"Authentication-Results: mx.acme.example; dmarc=pass (p=reject) header.from={domain}\r\n"
            f"From: {sender.partition('@')[0].title()} <{sender}>\r\nTo: {DESK}\r\nSubject: {subject}\r\n"
            f"Message-ID: {message_id}\r\nDate: {format_datetime(self._stage.desk.clock())}\r\n\r\n"
        )
        raw += text.replace("\n", "\r\n") + "\r\n"
        self._stage.inbox.append(Letter(raw.encode(), message_id, lambda now: does(now, message_id)))


def is_absent(person: str, at: int) -> bool:
    day = datetime.fromtimestamp(at, _ZONE).date()
    return any(who == person and first <= day <= last for who, first, last in ABSENCES)


def written(at: int) -> str:
    return f"{datetime.fromtimestamp(at, _ZONE):%a %Y-%m-%d %H:%M:%S %Z}"


def _name(number: int) -> str:
    """Give a word of its own for a number."""
    letters = ""
    while number:
        number, rest = divmod(number, 23)
        letters += "bcdfghjklmnpqrstvwxzaeo"[rest]
    return f"item-{letters}"
