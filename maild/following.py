"""Following: open tickets are brought to what the rule files call their team by now, and away from whoever left.

outdated values → tickets that have one → facts → decide → carry out, a portion at a time
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from maild import desk
from maild.desk import House
from maild.model.explaining import explanation
from maild.model.facts import Questions
from maild.store import Carrying, Reader, Store

PORTION: Final = 50


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
            story = json.dumps(explanation(None, decision, ()), ensure_ascii=False)
            works.append(Carrying(None, None, "", decision, (), {}, story))
    return works


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
