"""A mail that was decided is asked about again: what would the rules of today have said to it that day? Pure."""

from dataclasses import dataclass, replace
from datetime import timedelta

from maild.desk.house import House
from maild.desk.opening import queue_of
from maild.model.decision import Standing
from maild.model.mail import Message
from maild.model.rates import RateOf, RateQuestion
from maild.rules.conditions import RateTest
from maild.rules.engine import leaves
from maild.rules.evaluating import ask_rules, evaluate
from maild.rules.occasions import On, RateAnswers, Seen, Verdicts, see
from maild.rules.rulings import SAME_TICKET, Difference, Ruling, Said, differences, ruling_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules were asked about a mail, and said; `is_first`: it began its matter, which had no queue yet."""

    ruling: Ruling
    mailbox: str
    size: int
    is_first: bool


def rates_asked(asked: Asked, message: Message, house: House) -> tuple[RateQuestion, ...]:
    """Say what must be counted, as of that instant, before the rules of a house can be asked."""
    return ask_rules(house.rules, _seen(asked, message)).rates


def longest_count(house: House) -> timedelta:
    """Say how far back the rules of a house look at how often they held themselves."""
    tests = (test for rule in house.rules.rules for test in leaves(rule.when))
    own = (test.within for test in tests if isinstance(test, RateTest) and test.of is RateOf.RULE)
    return max(own, default=timedelta())


def rule_again(
    asked: Asked, message: Message, house: House, answers: RateAnswers | None = None, *, in_full: bool = False
) -> Verdicts:
    """Hold the rules of a house against a mail as they would have seen it, on its ticket as it stood at that instant.

    Without `answers` the counts are those that were asked for then. `in_full`: rules that did not hold, too.
    """
    ruling, before = asked.ruling, asked.ruling.before
    if asked.is_first and On.NEW in ruling.on:
        queue = queue_of(message, asked.mailbox, house)
        before = replace(before, queue=queue.key, team=queue.team)
    answers = RateAnswers(dict(ruling.counts)) if answers is None else answers
    return evaluate(house.rules, ruling.on, _seen(asked, message), before, answers, ruling.at, in_full=in_full)


def differ(asked: Asked, message: Message, verdicts: Verdicts, house: House) -> tuple[Difference, ...]:
    """Say where what the rules of a house say of a mail differs from what was said of it.

    Of a sender of a new matter who newly is a colleague, or no more, that alone is said: another path is theirs.
    """
    ruling = asked.ruling
    was_agent = ruling.standing == Standing.AGENT
    if On.NEW in ruling.on and message.sender is not None:
        is_agent = house.find_agent(message.sender.address, ruling.at) is not None
        if is_agent is not was_agent:
            now = Standing.AGENT if is_agent else Standing.STRANGER
            return (Difference("sender", Said(ruling.standing or "", ""), Said(now.value, "")),)
    return _differ_at_first(asked, message, verdicts, house) or differences(ruling, ruling_of(verdicts, ruling.at))


def _differ_at_first(asked: Asked, message: Message, verdicts: Verdicts, house: House) -> tuple[Difference, ...]:
    """Say whether a mail that went to the ticket of its key would go elsewhere; at first nothing else was done."""
    opening = asked.ruling.opening
    if opening is None:
        return ()
    again = rule_again(replace(asked, ruling=opening, is_first=True), message, house, verdicts.answers)
    return tuple(one for one in differences(opening, ruling_of(again, opening.at)) if one.what == SAME_TICKET)


def _seen(asked: Asked, message: Message) -> Seen:
    seen = see(message, None, asked.mailbox, asked.size, message.language)
    return replace(seen, standing=asked.ruling.standing, trust=asked.ruling.trust)
