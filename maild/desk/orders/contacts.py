"""`#contact`: what the desk knows of the one whose matter it is, on this ticket and on every other of theirs."""

import re

from maild.desk.contacts import completed
from maild.desk.orders.plan import Plan
from maild.model.saying import say

_PAIR = re.compile(r'([\w-]+) ?= ?(?:"([^"]*)"|((?:(?! [\w-]+ ?=)[^"])*))')


def contact(plan: Plan, argument: str) -> None:
    """Complete what is known of the requester; an empty value removes one."""
    owner = plan.ticket.requester
    if owner is None:
        plan.refuse(say("#contact: the ticket has no requester; #requester says whose it is"))
        return
    if not plan.house.is_outside(owner.address, plan.now):
        plan.refuse(
            say("#contact: {address} is of this desk; the rule files say what is known of them", address=owner.address)
        )
        return
    rest = _PAIR.sub("", argument).strip(" ,;")
    if rest:
        plan.refuse(
            say(
                "#contact {argument}: {rest} belongs to no value; write {usage}",
                argument=argument,
                rest=rest,
                usage='company="Miller & Sons"',
            )
        )
        return
    for name, quoted, plain in _PAIR.findall(argument):
        _complete(plan, owner.address, name.casefold(), (quoted or plain).strip(" ,;"))


def _complete(plan: Plan, address: str, name: str, written: str) -> None:
    try:
        value = completed(plan.house, address, name, written)
    except ValueError as error:
        plan.refuse(say("#contact {name}={value}: {problem}", name=name, value=written, problem=error))
        return
    if not plan.set_contact(name, value):
        plan.done.append(f"{name} of {address} was {value or 'empty'} already")
        return
    if name == "name":
        plan.set("requester_name", value)
    plan.done.append(f"{name} of {address} is {value or 'empty'} now")
