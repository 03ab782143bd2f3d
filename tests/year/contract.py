"""One ticket as the contract wants it: an oracle of its clocks, its ladder and its silence, written without maild.

Everything that people do to a ticket is told to it as it is handled; `pass_until` does what time alone brings, and
writes down what happened when. Instants and lengths are whole seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from tests.year.agreed import (
    CLOSE_AFTER,
    FIRST,
    GRADES,
    IMPACTS,
    LADDER,
    MATRIX,
    NEXT,
    REOPEN_WITHIN,
    RESOLUTION,
    TEAM_OF_LEVEL,
    TEAMS,
    UPDATE,
    URGENCIES,
    Book,
    Step,
)
from tests.year.counting import RUNNING, SETTLED, STOPPED, Clock, Counting, Happening

PROMPT = 300
_NUMBERS = count()


@dataclass
class Matter(Counting):
    """A ticket: what people do to it is told to it, what time brings is written into its `log`."""

    def __post_init__(self) -> None:
        self.impact, self.urgency = GRADES.get(self.grade, ("moderate", "medium"))
        self.priority = MATRIX[self.urgency][IMPACTS.index(self.impact)]
        self.state_at = self.now = self.opened
        self._agree()
        for name in (FIRST, RESOLUTION):
            self._begin(name, self.opened)
        self.clocks[LADDER] = Clock(0, self._ladder_calendar(), 0, RUNNING, self.opened)

    # ---- what people do ----------------------------------------------------------------------------------------------

    def customer_words(self, now: int) -> None:
        """The customer writes; whoever waits for them waits no more."""
        if self.state != "new":
            self._set_state("open", now)
            self.wakes = None
        self.silence = None
        if not any(name in self.clocks and self.clocks[name].state != STOPPED for name in (FIRST, NEXT)):
            self._begin(NEXT, now)
        self._follow(now)

    def customer_yes(self, now: int) -> None:
        """A yes to what is resolved closes it; anywhere else it is courtesy."""
        if self.state == "resolved":
            self._set_state("closed", now)
            self._follow(now)

    def may_reopen(self, now: int) -> bool:
        return self.state != "closed" or now - self.state_at <= REOPEN_WITHIN

    def answered(self, now: int, agent: str, state: str = "open", wakes: int | None = None) -> None:
        """An agent writes to the customer, and says which state follows."""
        was = self.state
        self.assignee = self.assignee or agent
        for name in (FIRST, NEXT):
            self._stop(name, now)
        if RESOLUTION in self.clocks:
            self._begin(UPDATE, now)
        if state != "open":
            self.wakes = wakes
        self._set_state(state, now)
        self._follow(now)
        if state == "waiting" and was == "waiting":
            self._fall_silent(now)

    def prioritised(self, now: int, priority: str) -> None:
        self.priority = priority
        self._retarget(now)
        self._follow(now)

    def categorised(self, now: int, category: str) -> None:
        """It is about something else: another agreement may hold, and the team of that category has it."""
        self.category = category
        if self.level is not None and self.team != TEAM_OF_LEVEL[self.level]:
            self._give_to(TEAM_OF_LEVEL[self.level])
        self._agree()
        self._retarget(now)
        self._follow(now)

    def acknowledged(self, now: int) -> None:
        """An agent sees to it: the ladder rests until the next level."""
        for _, step in sorted(self._to_come(), key=lambda each: each[0]):
            if step.level:
                break
            self._count(step)

    # ---- what time brings --------------------------------------------------------------------------------------------

    def next_due(self) -> int | None:
        """Say when time alone will bring something."""
        return min((due for due, _, _ in self.armed.values()), default=None)

    def pass_until(self, now: int) -> None:
        """Let all happen that is due; what should have happened before happens now."""
        self.now = now
        while awaited := sorted((due, number, what) for what, (due, number, _) in self.armed.items() if due <= now):
            what = awaited[0][2]
            due = self.armed.pop(what)[2]
            match what.split(" ")[0]:
                case "breach":
                    self._breach(what.split(" ")[1], now)
                case "ladder":
                    self.step_due = None
                    self._climb(now)
                case "silence":
                    self._end_silence(due, now)
                case "wake":
                    self._wake(now)
            self.arm(now)

    def arm(self, now: int) -> None:
        """Look when what is awaited comes; of two in the same second that comes first which was known first."""
        awaited = dict(self._awaited())
        kept = {what: known for what, known in self.armed.items() if what == "ladder" or awaited.get(what) == known[2]}
        self.armed = kept
        for what, due in awaited.items():
            if what not in kept:
                self.armed[what] = (max(due, now), next(_NUMBERS), due)
        self._arm_ladder(now)

    def _arm_ladder(self, now: int) -> None:
        """Let the next step be due when the ladder says so; one that was due by another edition stays so."""
        was, due = self.step_due, min((due for due, _ in self._to_come()), default=None)
        self.step_due = due
        if was != due or (was is not None and was <= now):
            self.armed.pop("ladder", None)
            if due is not None:
                self.armed["ladder"] = (max(due, now), next(_NUMBERS), due)

    def take_edition(self, book: Book) -> None:
        """Go by other rule files; what is due next stays due as it was."""
        self.book = book
        self.step_due = min((due for due, _ in self._to_come()), default=None)

    def _awaited(self) -> Iterator[tuple[str, int]]:
        if self.wakes is not None:
            yield "wake", self.wakes
        for name, clock in self.clocks.items():
            is_late = clock.state == RUNNING or clock.is_over
            if clock.due is not None and is_late and not clock.is_told:
                yield f"breach {name}", clock.due
        if self.silence is not None:
            yield "silence", self.silence[0]

    def _breach(self, name: str, now: int) -> None:
        clock = self.clocks[name]
        self.clocks[name] = replace(clock, is_told=True)
        is_over = clock.state == STOPPED
        tells = any(step.clock == name and step.percent == 100 for step in self._ladder())
        told = set() if is_over or tells else self._here(self._in_charge() | {TEAMS[self.team][1]})
        self._enter(now, f"breached {name}", {(person, "breached") for person in told})

    def _wake(self, now: int) -> None:
        self.wakes = None
        if self.state in {"pending", "waiting"}:
            self._set_state("open", now)
            self._follow(now)
            self._enter(now, "woken", set())

    # ---- the ladder --------------------------------------------------------------------------------------------------

    def _to_come(self) -> Iterator[tuple[int, Step]]:
        for step in self._ladder():
            due = self._due(step)
            if due is not None:
                yield due, step

    def _due(self, step: Step) -> int | None:
        clock = self.clocks.get(step.clock or LADDER)
        count = self.done.get(f"{self._ladder_name}/{step.name}", 0)
        if clock is None or clock.state != RUNNING or (count and not step.again):
            return None
        hours = self.hours[clock.calendar]
        if step.clock is not None:
            wanted = clock.target * step.percent // 100
        elif step.days is not None:
            wanted = step.days[self.priority] * hours.day
        else:
            wanted = step.after + count * step.again
        return hours.when(clock.since, wanted - clock.elapsed)

    def _climb(self, now: int) -> None:
        """Do each step that is due, by the ladder as it was when the first of them was."""
        lines: list[str] = []
        told: dict[str, str] = {}
        done: set[str] = set()
        ladder, was = self._ladder_name, (self.priority, self.urgency)
        while due := sorted((each for each in self._to_come() if each[0] <= now), key=lambda each: each[0]):
            step = due[0][1]
            self._count(step)
            if step.name in done:
                continue
            done.add(step.name)
            was = self._do(step, ladder, was, lines, told)
        if not done:
            return
        self.priority, self.urgency = was
        self._retarget(now)
        self._follow(now)
        self._enter(now, "; ".join(sorted(lines)), set(told.items()))

    def _do(
        self, step: Step, ladder: str, grade: tuple[str, str], lines: list[str], told: dict[str, str]
    ) -> tuple[str, str]:
        if self._against(step):
            lines.append(f"{ladder}, {step.name}: nothing")
            return grade
        lines.append(f"{ladder}, {step.name}")
        priority, urgency = grade
        if step.raises and urgency != URGENCIES[-1]:
            urgency = URGENCIES[URGENCIES.index(urgency) + 1]
            priority = min(priority, MATRIX[urgency][IMPACTS.index(self.impact)])
        people = []
        is_higher = bool(step.level) and step.level > (self.level or "L1")
        if is_higher:
            self.level = step.level
            if self.category is not None:
                self._give_to(TEAM_OF_LEVEL[step.level])
            else:
                self._give_to(self.team)
        for whom in step.notify:
            people += self._whom(whom)
        if is_higher:
            people += [each for member in TEAMS[self.team][0] for each in self._present(member)]
        template = "escalated" if step.clock is None else "breached" if step.percent == 100 else "breach-warning"
        ranks = ("breach-warning", "breached", "escalated")
        for person in people or self._leading():
            told[person] = max(told.get(person, template), template, key=ranks.index)
        return priority, urgency

    def _against(self, step: Step) -> bool:
        match step.unless:
            case "unassigned":
                return self.assignee is not None
            case "unanswered":
                return not any(n in self.clocks and self.clocks[n].state != STOPPED for n in (FIRST, NEXT))
            case "unresolved":
                return self.state in SETTLED
        return False

    def _count(self, step: Step) -> None:
        key = f"{self._ladder_name}/{step.name}"
        self.done[key] = self.done.get(key, 0) + 1

    # ---- silence -----------------------------------------------------------------------------------------------------

    def _fall_silent(self, now: int) -> None:
        """Let silence begin to count, as the state wants."""
        self.silence = None
        if self.state == "waiting":
            self.silence = (self.hours["office"].when(now, self._office(0)), "waiting", 1)
        elif self.state == "resolved":
            hours = self.hours[self._calendar()]
            self.silence = (hours.when(now, CLOSE_AFTER * hours.day), "resolved", 1)

    def _office(self, step: int) -> int:
        return self.book.waiting[step] * self.hours["office"].day

    def _end_silence(self, due: int, now: int) -> None:
        assert self.silence is not None
        _, state, number = self.silence
        self.silence = None
        if state == "resolved":
            self._set_state("closed", now)
            self._follow(now)
            self._enter(now, "closed", {(self.customer, "closed")})
        elif number < len(self.book.waiting):
            since = now if now - due > PROMPT else due
            left = self._office(number) - self._office(number - 1)
            self.silence = (self.hours["office"].when(since, left), "waiting", number + 1)
            self._enter(now, "reminded", {(self.customer, "waiting-reminder")})
        else:
            self._set_state("resolved", now)
            self._follow(now)
            self._enter(now, "resolved", {(self.customer, "resolved")})

    def _set_state(self, state: str, now: int) -> None:
        if state != self.state:
            self.state, self.state_at = state, now
            self._fall_silent(now)

    # ---- people ------------------------------------------------------------------------------------------------------

    def _give_to(self, team: str) -> None:
        self.team = team
        if self.assignee not in TEAMS[team][0]:
            self.assignee = None

    def _here(self, people: set[str]) -> set[str]:
        """Those of them who are not away, else who leads, or manages."""
        return {person for person in people if not self.absent(person, self.now)} or set(self._leading())

    def _in_charge(self) -> set[str]:
        return {self.assignee} if self.assignee else set(TEAMS[self.team][0])

    def _whom(self, whom: str) -> list[str]:
        match whom:
            case "assignee":
                named = [self.assignee] if self.assignee else []
            case "lead":
                named = [TEAMS[self.team][1]]
            case _:
                named = ["dana"]
        return [each for name in named for each in self._present(name)]

    def _present(self, person: str) -> list[str]:
        """Somebody who is here, else those who lead them."""
        if not self.absent(person, self.now):
            return [person]
        leads = {lead for members, lead in TEAMS.values() if person in members}
        return [lead for lead in sorted(leads) if not self.absent(lead, self.now)]

    def told_short(self) -> str:
        """Say how it stands, for whoever looks for a fault."""
        kept = ("opened", "grade", "agreement", "priority", "state", "clocks", "done", "silence", "wakes", "armed")
        return "\n    ".join(f"{name}: {getattr(self, name)}" for name in kept)

    def _leading(self) -> list[str]:
        """Who hears where nobody else is here: the lead, else the manager, else the administrator."""
        here = [each for each in (TEAMS[self.team][1], "dana") if not self.absent(each, self.now)]
        return here[:1] or ["root"]

    def _enter(self, now: int, what: str, told: set[tuple[str, str]]) -> None:
        self.log.append(Happening(now, what, frozenset(told)))
