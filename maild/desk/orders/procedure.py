"""Commands about a ticket's checklist: done, skip; and what stands in the way of its end while steps are open."""

import re
from collections.abc import Iterable, Sequence

from maild.desk.identity import FIELD as IDENTITY
from maild.desk.identity import check_of, forgotten
from maild.desk.orders.plan import Plan
from maild.model.identity import Identity, IdentityState
from maild.model.saying import say
from maild.model.steps import STEP_PREFIX, StepMark, StepState
from maild.model.ticket import Change, State
from maild.rules import Item, checklist

_NUMBER = re.compile(r"\d+")
_LONGEST_STEP, _MOST_NAMED = 60, 20
_ENDS = {State.RESOLVED.value: "resolve", State.CLOSED.value: "close"}


def done(plan: Plan, argument: str) -> None:
    """Say that steps were done, by their numbers."""
    for number in dict.fromkeys(int(each) for each in _NUMBER.findall(argument)):
        item = _find(plan, "done", number)
        if item is not None:
            _mark(plan, item, item.mark.as_done(), "done")


def skip(plan: Plan, argument: str) -> None:
    """Say that a step is left out, and why."""
    number = _NUMBER.match(argument)
    why = " ".join(argument[number.end() :].split()) if number is not None else ""
    item = _find(plan, "skip", int(number[0])) if number is not None else None
    if item is not None:
        _mark(plan, item, item.mark.as_skipped(why), f"skipped: {why}")


def verified(plan: Plan, how: str) -> None:
    """Say how it was made sure who asks."""
    identity = Identity(IdentityState.VERIFIED, how=how)
    plan.set(IDENTITY, identity.written())
    plan.add(*forgotten(plan.ticket.number))
    plan.done.append(f"the requester is verified: {how}")


def check_identity(plan: Plan) -> None:
    """Refuse to do and to resolve what wants a verified requester before they are, by the end of the mail."""
    word = next((word for change in plan.changes if (word := _work_of(change))), "")
    if not word or plan.is_undoing or check_of(plan.ticket, plan.house) is None:
        return
    if not Identity.parse(plan.ticket.identity).is_verified:
        plan.refuse(
            say(
                "#{word}: nobody verified who asks: wait for the code, or make sure by other means and write {usage}",
                word=word,
                usage="#verified …",
            )
        )


def _work_of(change: Change) -> str:
    """Name the command by which a change is work on the matter; "" for any other."""
    if change.field == "state" and change.new == State.RESOLVED:
        return "resolve"
    is_step = change.field.startswith(STEP_PREFIX)
    return "done" if is_step and StepMark.parse(change.new).state is StepState.DONE else ""


def check_steps(plan: Plan) -> None:
    """Refuse to end a ticket of which required steps are neither done nor skipped by the end of the mail."""
    ending = next((change.new for change in plan.changes if change.field == "state" and change.new in _ENDS), None)
    if ending is None or plan.is_undoing:
        return
    left = [item for item in items_of(plan) if item.is_required and item.is_open]
    if left:
        plan.refuse(
            say(
                "#{word}: required steps are neither done nor skipped: {steps}; write {usage}",
                word=_ENDS[ending],
                steps=_named(left),
                usage=f"#done {','.join(str(item.n) for item in left)}, #skip {left[0].n} …",
            )
        )


def items_of(plan: Plan) -> tuple[Item, ...]:
    """Give the checklist of the ticket as planned."""
    category = plan.house.rules.categories.get(plan.ticket.category or "")
    return checklist(category.procedure if category is not None else (), plan.ticket.steps)


def _find(plan: Plan, word: str, number: int) -> Item | None:
    items: Sequence[Item] = items_of(plan)
    found = next((item for item in items if item.n == number), None)
    if not items:
        plan.refuse(say("#{word}: #{number} has no checklist", word=word, number=plan.ticket.number))
    elif found is None:
        plan.refuse(
            say(
                "#{word} {step}: there is no such step; the checklist is {steps}",
                word=word,
                step=number,
                steps=_named(items),
            )
        )
    return found


def _mark(plan: Plan, item: Item, mark: StepMark, told: str) -> None:
    if plan.set(f"{STEP_PREFIX}{item.text}", mark.written()):
        plan.done.append(f"step {item.n} ({_short(item.text)}) is {told}")
    else:
        plan.done.append(f"step {item.n} ({_short(item.text)}) was {told} already")


def _named(items: Iterable[Item]) -> str:
    """Name steps in a line, the first of many."""
    names = [f"{item.n} {_short(item.text)}" for item in items]
    return "; ".join((*names[:_MOST_NAMED], *([f"… {len(names)}"] if len(names) > _MOST_NAMED else [])))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_STEP else f"{text[: _LONGEST_STEP - 1]}…"
