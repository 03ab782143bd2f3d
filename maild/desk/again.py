"""A mail that was decided is asked about again: what would the rules of today have said to it that day? Pure."""

from dataclasses import dataclass, replace

from maild.desk.house import House
from maild.desk.opening import queue_of
from maild.model.decision import Standing
from maild.model.mail import Message
from maild.rules.evaluating import evaluate
from maild.rules.occasions import On, RateAnswers, Verdicts, see
from maild.rules.rulings import Difference, Ruling, Said, differences, ruling_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules were asked about a mail, and said; `is_first`: it began its matter, which had no queue yet."""

    ruling: Ruling
    mailbox: str
    size: int
    is_first: bool


def rule_again(asked: Asked, message: Message, house: House, *, in_full: bool = False) -> Verdicts:
    """Hold the rules of a house against a mail as they would have seen it, on its ticket as it stood at that instant.

    `in_full`: the verdicts of rules that did not hold, too.
    """
    ruling = asked.ruling
    seen = see(message, None, asked.mailbox, asked.size, message.language)
    seen = replace(seen, standing=ruling.standing, trust=ruling.trust)
    before = ruling.before
    if asked.is_first and On.NEW in ruling.on:
        queue = queue_of(message, asked.mailbox, house)
        before = replace(before, queue=queue.key, team=queue.team)
    answers = RateAnswers(dict(ruling.counts))
    return evaluate(house.rules, ruling.on, seen, before, answers, ruling.at, in_full=in_full)


def differ(asked: Asked, message: Message, house: House) -> tuple[Difference, ...]:
    """Say where the rules of a house differ from what was said of a mail.

    Of a sender of a new matter who newly is a colleague, or no more, that alone is said: another path is theirs.
    """
    ruling = asked.ruling
    was_agent = ruling.standing == Standing.AGENT
    if On.NEW in ruling.on and message.sender is not None:
        is_agent = house.find_agent(message.sender.address, ruling.at) is not None
        if is_agent is not was_agent:
            now = Standing.AGENT if is_agent else Standing.STRANGER
            return (Difference("sender", Said(ruling.standing or "", ""), Said(now.value, "")),)
    return differences(ruling, ruling_of(rule_again(asked, message, house), ruling.at))
