"""Replaying: the rules of today are held against the mails of the last days, as these stood when they came.

    past decisions → rulings → bytes → read → the same question to other rules → differences, grouped

Every mail stands by itself: an answer is compared on its ticket as it stood that day, not as other rules would have
made it. Nothing is written, and nobody is told.

BUGS
    What is no matter of rules is not compared: commands and answers of colleagues, loops, duplicates, answers that are
    forged. So of an address that is taken out of `people` only the matters are seen that it began.
"""

import json
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from maild.desk import House
from maild.desk.again import Asked, differ, longest_count, rates_asked, rule_again
from maild.model.mail import Message
from maild.model.rates import Counted, RateOf, RateQuestion
from maild.reading import Readers
from maild.rules.occasions import RateAnswers
from maild.rules.rulings import Difference, Said, parse_ruling
from maild.store import Begin, PastDecision, Reader, Store

PORTION = 50  # read together, compared together
_MOST_GROUPS = 500
_MOST_EXAMPLES = 5
_VARIOUS = Said("various", "")
# Why a mail is not compared.
GONE, UNREADABLE, UNKNOWN = "gone", "unreadable", "unknown"


@dataclass(frozen=True, slots=True)
class Group:
    """A difference, how many mails have it, and some of them: tickets where they have one, else arrivals."""

    difference: Difference
    count: int
    tickets: tuple[int, ...]
    arrivals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What other rules would have decided of the mails since an instant.

    `total` were compared, of `changed` something differs. `groups` stand in the order of their weight. Not compared:
    `gone`, whose bytes are not kept any more; `unreadable`; `unknown`, decided before the desk kept what rules saw.
    """

    since: datetime
    total: int
    changed: int
    groups: tuple[Group, ...]
    gone: int = 0
    unreadable: int = 0
    unknown: int = 0

    @property
    def alarming(self) -> tuple[Group, ...]:
        """Give the groups of mails that newly become spam, held or refused."""
        return tuple(group for group in self.groups if group.difference.is_alarming)

    @property
    def share(self) -> float:
        """Say which share of the decisions changes, from 0 to 1."""
        return self.changed / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Past:
    """A mail that rules were asked about."""

    decision: PastDecision
    asked: Asked


@dataclass(slots=True)
class Tally:
    """Differences as they come, counted; memory stays flat however many there are. What came before is not counted."""

    since: datetime
    total: int = 0
    changed: int = 0
    _missed: Counter[str] = field(default_factory=Counter)
    _counts: Counter[Difference] = field(default_factory=Counter)
    _examples: dict[Difference, list[PastDecision]] = field(default_factory=dict)

    def miss(self, decision: PastDecision, why: str) -> None:
        """Count a mail that cannot be compared: it is gone, unreadable or unknown."""
        self._missed[why] += decision.at >= self.since

    def add(self, decision: PastDecision, found: Sequence[Difference]) -> None:
        """Count a mail that was compared."""
        if decision.at < self.since:
            return
        self.total += 1
        self.changed += bool(found)
        for one in found:
            is_full = one not in self._counts and len(self._counts) >= _MOST_GROUPS and not one.is_alarming
            group = Difference(one.what, _VARIOUS, _VARIOUS) if is_full else one
            self._counts[group] += 1
            examples = self._examples.setdefault(group, [])
            if len(examples) < _MOST_EXAMPLES:
                examples.append(decision)

    def replay(self) -> Replay:
        """Close the tally: what is alarming first, then the largest groups."""
        weighed = sorted(self._counts.items(), key=lambda one: (not one[0].is_alarming, -one[1], one[0].what))
        groups = tuple(self._group(difference, count) for difference, count in weighed)
        missed = self._missed
        return Replay(
            since=self.since,
            total=self.total,
            changed=self.changed,
            groups=groups,
            gone=missed[GONE],
            unreadable=missed[UNREADABLE],
            unknown=missed[UNKNOWN],
        )

    def _group(self, difference: Difference, count: int) -> Group:
        examples = self._examples[difference]
        tickets = dict.fromkeys(one.ticket for one in examples if one.ticket is not None)
        return Group(difference, count, tuple(tickets), tuple(one.arrival for one in examples))


class OwnCounts:
    """How often rules held in a replay: of an edited rule nobody counted that day."""

    def __init__(self, longest: timedelta) -> None:
        self._longest = longest
        self._held: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def add(self, counted: Iterable[Counted], at: datetime) -> None:
        """Count a mail for the rules that held."""
        for each in counted:
            if each.of is RateOf.RULE:
                held = self._held[each.key]
                held.append(at)
                while held[0] < at - self._longest:
                    held.popleft()

    def count(self, asked: RateQuestion, at: datetime) -> int:
        """Say how often a rule held within the span before an instant."""
        return sum(one >= at - asked.within for one in self._held.get(asked.key, ()))


def replay(store: Store, readers: Readers, house: House, since: datetime, begin: Begin) -> Replay:
    """Hold the rules of a house against the mails since an instant, with the facts of that day.

    `begin` gives whom to tell of the progress. Raises ReaderLostError where this machine reads nothing.
    """
    tally, longest = Tally(since), longest_count(house)
    counts = OwnCounts(longest)
    first, last = store.read(lambda reader: (reader.find_story_since(since - longest), reader.last_story()))
    advance = begin("mails", last - first)
    for pasts, readings in _read(store, readers, _pages(store, first, tally), tally):
        cases = [_case(past, message, house) for past, message in zip(pasts, readings, strict=True)]
        known = _counted(store, cases)
        for case, times in zip(cases, known, strict=True):
            if isinstance(case.message, str):
                tally.miss(case.past.decision, UNREADABLE)
            else:
                tally.add(case.past.decision, _differ(case, case.message, times, house, counts))
        done = pasts[-1].decision.key
        advance(done - first)
        first = done
    return tally.replay()


@dataclass(frozen=True, slots=True)
class _Case:
    """A mail in hand: what was read of it, or why nothing, and what must be counted."""

    past: Past
    message: Message | str
    rates: tuple[RateQuestion, ...]


def _case(past: Past, message: Message | str, house: House) -> _Case:
    # Mails of days that were taken over at once are no burst.
    if isinstance(message, str) or past.decision.is_old:
        return _Case(past, message, ())
    return _Case(past, message, rates_asked(past.asked, message, house))


def _counted(store: Store, cases: Sequence[_Case]) -> list[Mapping[RateQuestion, int]]:
    """Count for all cases at once, as of the instants at which they were decided."""
    return store.read(lambda reader: [_count(reader, case) for case in cases])


def _count(reader: Reader, case: _Case) -> Mapping[RateQuestion, int]:
    rates = [rate for rate in case.rates if rate.of is not RateOf.RULE]
    return reader.count_before(case.past.decision.arrival, rates, case.past.asked.ruling.at) if rates else {}


def _differ(
    case: _Case, message: Message, times: Mapping[RateQuestion, int], house: House, counts: OwnCounts
) -> tuple[Difference, ...]:
    asked, at = case.past.asked, case.past.asked.ruling.at
    own = {rate: counts.count(rate, at) for rate in case.rates if rate.of is RateOf.RULE}
    verdicts = rule_again(asked, message, house, RateAnswers({**times, **own}))
    counts.add(verdicts.counted, at)
    return differ(asked, message, verdicts, house)


def _pages(store: Store, key: int, tally: Tally) -> Iterator[list[Past]]:
    """Give what rules were asked about, a page at a time, each of a snapshot of its own."""
    while page := _page(store, key):
        key = page[-1].key
        yield [past for one in page if (past := _past(one, tally)) is not None]


def _page(store: Store, key: int) -> tuple[PastDecision, ...]:
    return store.read(lambda reader: reader.past_decisions(key, PORTION))


def _past(decision: PastDecision, tally: Tally) -> Past | None:
    story = json.loads(decision.story)
    if "ruling" not in story["decision"]:
        tally.miss(decision, UNKNOWN)
    asked = asked_of(story, decision.mailbox, decision.size)
    return None if asked is None else Past(decision, asked)


def asked_of(story: Mapping[str, Any], mailbox: str, size: int) -> Asked | None:
    """Take from the story of a decision (the JSON of model/explaining.py) what rules were asked; None if nothing."""
    ruling = story["decision"].get("ruling")
    if ruling is None:
        return None
    is_first = not any(claim["accepted"] for claim in story["ticket"]["evidence"])
    return Asked(parse_ruling(ruling), mailbox, size, is_first)


def _read(
    store: Store, readers: Readers, pages: Iterator[list[Past]], tally: Tally
) -> Iterator[tuple[list[Past], list[Message | str]]]:
    """Read page after page; while one is compared, the readers have the next in hand."""
    with ThreadPoolExecutor(1, "replaying") as ahead:
        in_hand: tuple[list[Past], Future[list[Message | str]]] | None = None
        for pasts in pages:
            kept = _with_bytes(store, pasts, tally)
            if not kept:
                continue
            reading = ahead.submit(readers.read_raw, [raw for _, raw in kept])
            if in_hand is not None:
                yield in_hand[0], in_hand[1].result()
            in_hand = [past for past, _ in kept], reading
        if in_hand is not None:
            yield in_hand[0], in_hand[1].result()


def _with_bytes(store: Store, pasts: Sequence[Past], tally: Tally) -> list[tuple[Past, bytes]]:
    def read(reader: Reader) -> Mapping[int, bytes]:
        return reader.raws_of(past.decision.arrival for past in pasts)

    raws = store.read(read) if pasts else {}
    for past in pasts:
        if past.decision.arrival not in raws:
            tally.miss(past.decision, GONE)
    return [(past, raws[past.decision.arrival]) for past in pasts if past.decision.arrival in raws]
