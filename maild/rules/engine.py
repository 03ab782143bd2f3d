"""All rules made ready: which texts they test, and which rules a message can concern at all.

A rule that cannot hold unless some text test does is asked only where one of those did; so a message pays for the
rules that it touches, not for all that there are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from maild.rules.conditions import AllOf, AnyOf, Asked, Condition, Not, Operator, RateTest, Test, TextTest
from maild.rules.effects import JoinIncident, SameTicket, TakeRequester
from maild.rules.indexing import Index, Single
from maild.rules.matters import Customer, Field
from maild.rules.occasions import Seen
from maild.rules.written import Rule

# Facts that the message alone gives, as texts; those of tags and fields change while rules are asked.
MESSAGE_TEXTS = frozenset(
    {
        "text",
        "subject",
        "reply",
        "body",
        "sender",
        "sender_domain",
        "to",
        "cc",
        "addressee",
        "reply_to",
        "header",
        "attachment",
    }
)
_TEXT = Asked("text")
_MOST_SINGLES = 8192


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rule and what is known of it before any message: where its captures come from, whether it has a rate.

    `needs_store`: whether there is anything to ask the store for it.
    """

    rule: Rule
    catching: tuple[TextTest, ...]
    has_rate: bool
    needs_store: bool


class Engine:
    """The rules of one set over the texts of a message."""

    __slots__ = ("_always", "_ids", "_indexes", "_numbers", "_triggered", "finding", "prepared")

    def __init__(self, rules: Sequence[Rule], fields: Iterable[Field]) -> None:
        self.prepared = tuple(_prepared(rule) for rule in rules)
        self.finding = {
            each.key: TextTest(_TEXT, Operator.MATCHES, each.find) for each in fields if each.find is not None
        }
        by_fact: dict[Asked, dict[TextTest, None]] = {}
        tests = (test for rule in rules for test in text_tests(rule.when))
        for test in (*tests, *self.finding.values()):
            by_fact.setdefault(test.asked, {})[test] = None
        self._numbers: dict[Asked, tuple[TextTest, ...]] = {asked: tuple(tests) for asked, tests in by_fact.items()}
        self._indexes = {asked: Index(tests) for asked, tests in self._numbers.items()}
        self._always: list[int] = []
        self._triggered: dict[TextTest, list[int]] = {}
        for number, rule in enumerate(rules):
            needed = _needed(rule.when)
            if needed is None:
                self._always.append(number)
            for test in needed or ():
                self._triggered.setdefault(test, []).append(number)

    def read(self, seen: Seen) -> frozenset[TextTest]:
        """Give every text test that holds of a message."""
        return frozenset(
            self._numbers[asked][number]
            for asked, index in self._indexes.items()
            for number in index.find(texts_of(seen, asked))
        )

    def concerned(self, held: Iterable[TextTest]) -> Iterator[Prepared]:
        """Give the rules that can hold where these tests do, in the order written."""
        numbers = {number for test in held for number in self._triggered.get(test, ())}
        yield from (self.prepared[number] for number in sorted(numbers.union(self._always)))


class Customers:
    """Whose customer an address is: the first written of those whose patterns fit."""

    __slots__ = ("_customers", "_index")

    def __init__(self, customers: Mapping[str, Customer]) -> None:
        pairs = [(customer, pattern) for customer in customers.values() for pattern in customer.patterns]
        self._customers = tuple(customer for customer, _ in pairs)
        self._index = Index([TextTest(Asked("sender"), Operator.GLOB, pattern) for _, pattern in pairs])

    def find(self, address: str) -> Customer | None:
        """Find the customer of an address."""
        number = min(self._index.find((address,)), default=None)
        return None if number is None else self._customers[number]


@lru_cache(maxsize=_MOST_SINGLES)
def single(test: TextTest) -> Single:
    """Give a test by itself."""
    return Single(test)


def texts_of(seen: Seen, asked: Asked) -> tuple[str, ...]:
    """Give what a message says at a fact; nothing where it says nothing."""
    match asked.key:
        case "text" | "subject" | "reply" | "body" | "sender":
            texts: tuple[str, ...] = (getattr(seen, asked.key),)
        case "sender_domain":
            texts = (seen.sender.rpartition("@")[2],)
        case "to" | "cc" | "reply_to":
            texts = getattr(seen, asked.key)
        case "addressee":
            texts = seen.addressees
        case "header":
            texts = tuple(value for name, value in seen.headers if name.lower() == asked.name.lower())
        case "attachment":
            texts = tuple(each.name if asked.name == "name" else each.type for each in seen.files)
        case _:
            raise KeyError(asked.key)
    return tuple(text for text in texts if text.strip())


def leaves(condition: Condition) -> Iterator[Test]:
    """Give every test of a condition, wherever it stands."""
    match condition:
        case AllOf(conditions) | AnyOf(conditions):
            for each in conditions:
                yield from leaves(each)
        case Not(inner):
            yield from leaves(inner)
        case _:
            yield condition


def text_tests(condition: Condition) -> Iterator[TextTest]:
    """Give the tests of a condition over texts that the message alone gives."""
    for test in leaves(condition):
        if isinstance(test, TextTest) and test.asked.key in MESSAGE_TEXTS:
            yield test


def _prepared(rule: Rule) -> Prepared:
    catching = tuple(
        test for test in _affirmed(rule.when) if isinstance(test, TextTest) and test.operator is Operator.MATCHES
    )
    has_rate = any(isinstance(test, RateTest) for test in leaves(rule.when))
    needs_store = has_rate or any(isinstance(effect, SameTicket | TakeRequester | JoinIncident) for effect in rule.then)
    return Prepared(rule, catching, has_rate, needs_store)


def _affirmed(condition: Condition) -> Iterator[Test]:
    """Give the tests that no `not` turns round: only what fitted can have been captured."""
    match condition:
        case AllOf(conditions) | AnyOf(conditions):
            for each in conditions:
                yield from _affirmed(each)
        case Not():
            return
        case _:
            yield condition


def _needed(condition: Condition) -> frozenset[TextTest] | None:
    """Give text tests of which one must hold if the condition does; None where it can hold without any."""
    match condition:
        case TextTest() if condition.asked.key in MESSAGE_TEXTS:
            return frozenset({condition})
        case AllOf(conditions):
            known = [needed for each in conditions if (needed := _needed(each)) is not None]
            return min(known, key=len, default=None)
        case AnyOf(conditions):
            parts = [_needed(each) for each in conditions]
            return None if None in parts else frozenset().union(*(part for part in parts if part is not None))
        case _:
            return None
