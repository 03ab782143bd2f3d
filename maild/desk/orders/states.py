"""Commands that change the state: resolve, close, reopen, wait, pending, quiet."""

from maild.desk.commands import parse_instant
from maild.desk.orders.plan import Plan
from maild.model.decision import StartTimer, StopTimers, TimerKind
from maild.model.outgoing import Template
from maild.model.saying import say
from maild.model.ticket import FINISHED, EntryKind, State

_REOPENED = frozenset({State.RESOLVED, State.CLOSED, State.WAITING, State.PENDING, State.SPAM})
_WITH_THE_CUSTOMER = frozenset({State.RESOLVED, State.CLOSED})


def resolve(plan: Plan, _argument: str) -> None:
    """Say that it is solved: by the words, or by the last that the customer got."""
    if not _may_end(plan, "resolve"):
        return
    if not plan.words.strip():
        last = last_answer(plan)
        if not last:
            plan.refuse(say("#resolve without words: nothing was written to the customer yet; say what solved it"))
            return
        plan.appended = last
    plan.speech, plan.speaks_anyway = Template.RESOLVED, True
    _end(plan, State.RESOLVED, "resolved; the customer is asked whether it is")


def close(plan: Plan, _argument: str) -> None:
    """End the matter without asking."""
    if not _may_end(plan, "close"):
        return
    plan.speech, plan.speaks_anyway = Template.CLOSED, True
    _end(plan, State.CLOSED, "closed")


def reopen(plan: Plan, _argument: str) -> None:
    """Open what was settled, or slept."""
    was = plan.ticket.state
    if was not in _REOPENED:
        plan.refuse(say("#{word}: #{number} is {state}", word="reopen", number=plan.ticket.number, state=was.value))
        return
    if was in _WITH_THE_CUSTOMER:
        plan.speech, plan.speaks_anyway = Template.REOPENED, True
    _sleep_no_more(plan)
    plan.set_state(State.OPEN, "open again")


def wait(plan: Plan, argument: str) -> None:
    """Wait for the customer, with a time at most so long."""
    if not _may_sleep(plan, "wait"):
        return
    _sleep_no_more(plan)
    if argument and not _wake_at(plan, "wait", argument):
        return
    plan.set_state(State.WAITING, f"waits for the customer{' ' + argument if argument else ''}")


def pending(plan: Plan, argument: str) -> None:
    """Sleep until an instant."""
    if not _may_sleep(plan, "pending"):
        return
    _sleep_no_more(plan)
    if _wake_at(plan, "pending", argument):
        plan.set_state(State.PENDING, f"pending {argument}")


def quiet(plan: Plan, _argument: str) -> None:
    """Change the state and send nothing."""
    plan.is_quiet = True
    plan.done.append("nothing was sent to the customer")


def last_answer(plan: Plan) -> str:
    """Give the last words that the customer got of an agent."""
    answers = (entry.text for entry in reversed(plan.facts.entries) if entry.kind is EntryKind.AGENT)
    return next((text for text in answers if text.strip()), "")


def _may_end(plan: Plan, word: str) -> bool:
    state = plan.ticket.state
    if state in FINISHED or (word == "resolve" and state is State.RESOLVED):
        plan.refuse(
            say(
                "#{word}: #{number} is {state} already; #reopen opens it",
                word=word,
                number=plan.ticket.number,
                state=state.value,
            )
        )
        return False
    return True


def _end(plan: Plan, state: State, done: str) -> None:
    _sleep_no_more(plan)
    if plan.ticket.assignee is None:
        plan.set("assignee", plan.person.key)
    plan.set_state(state, done)


def _may_sleep(plan: Plan, word: str) -> bool:
    if plan.ticket.state in FINISHED:
        plan.refuse(
            say(
                "#{word}: #{number} is {state} already; #reopen opens it",
                word=word,
                number=plan.ticket.number,
                state=plan.ticket.state.value,
            )
        )
        return False
    return True


def _sleep_no_more(plan: Plan) -> None:
    plan.add(StopTimers(TimerKind.WAKE, plan.ticket.number))


def _wake_at(plan: Plan, word: str, argument: str) -> bool:
    at = parse_instant(argument, plan.now, plan.zone)
    if at is None:
        plan.refuse(
            say(
                "#{word} {argument}: this is no time within a year to come; write {times}",
                word=word,
                argument=argument,
                times="3d, until friday, until 2026-12-24 9:00",
            )
        )
        return False
    plan.add(StartTimer(TimerKind.WAKE, plan.ticket.number, at))
    return True
