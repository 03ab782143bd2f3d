"""Commands about approvals: `#approve` and `#reject` of whoever was asked, `#approval` to have one asked."""

from dataclasses import dataclass

from maild.desk.approvers import excluded
from maild.desk.blocking import is_granted, names_of, why_blocked
from maild.desk.hints import hint
from maild.desk.orders.plan import Plan
from maild.desk.viewing import view_of
from maild.model.asked import Asked, Stage, all_asked, parse_asked
from maild.model.saying import Said, say
from maild.model.ticket import APPROVAL_PREFIX, FINISHED, State, Ticket
from maild.rules import find_tier


@dataclass(frozen=True, slots=True)
class _Named:
    """The approval that a command is about, and what stands behind its name."""

    key: str
    one: Asked
    rest: str


def approve(plan: Plan, argument: str) -> None:
    """Say yes, as one of those who were asked."""
    found = _find(plan, argument, "approve")
    if found is None:
        return
    if plan.person.key in found.one.approved:
        plan.done.append(f"you approved “{found.key}” already")
        return
    after = found.one.approved_by(plan.person.key)
    plan.set(f"{APPROVAL_PREFIX}{found.key}", after.written())
    left = after.quorum - len(after.approved)
    plan.done.append(f"you approved “{found.key}”" + (f"; {left} more must agree" if left > 0 else ""))


def reject(plan: Plan, argument: str) -> None:
    """Say no, as one of those who were asked, and why."""
    found = _find(plan, argument, "reject")
    if found is not None:
        after = found.one.rejected_by(plan.person.key, found.rest or plan.words)
        plan.set(f"{APPROVAL_PREFIX}{found.key}", after.written())
        plan.done.append(f"you rejected “{found.key}”")


def approval(plan: Plan, argument: str) -> None:
    """Have an approval asked, for the first time or once more."""
    known = plan.house.rules.approvals
    if argument not in known:
        plan.refuse(say("#approval {name}: there is no such approval{hint}", name=argument, hint=hint(argument, known)))
        return
    old, ticket = parse_asked(plan.ticket.approval(argument)), plan.ticket
    tier = find_tier(known[argument], plan.house.rules, view_of(ticket), plan.now, is_wanted=True)
    if ticket.state in FINISHED or ticket.state is State.RESOLVED:
        plan.refuse(
            say("#approval {name}: #{number} is {state}", name=argument, number=ticket.number, state=ticket.state)
        )
    elif old is not None and tier is not None and is_granted(old, known[argument], tier):
        names = names_of(old.approved, plan.house)
        plan.refuse(say("#approval {name}: {names} approved it already", name=argument, names=names))
    else:
        plan.set(f"{APPROVAL_PREFIX}{argument}", wanted_of(plan.ticket, argument, plan))
        plan.done.append(f"“{argument}” is asked")


def wanted_of(ticket: Ticket, key: str, plan: Plan) -> str:
    """Write that an approval is to be asked; whatever its conditions say, unless these hold anyway."""
    rules = plan.house.rules
    tier = find_tier(rules.approvals[key], rules, view_of(ticket), plan.now, is_wanted=False)
    return Asked(Stage.WANTED, is_wanted=tier is None).written()


def refuse_blocked(plan: Plan, words: frozenset[str]) -> None:
    """Refuse what waits for an approval, on the ticket as it is planned and on the reports of an incident."""
    if plan.known is None:
        return
    for word in sorted(words):
        for ticket in (plan.ticket, *(each.ticket for each in plan.reports)):
            why = why_blocked(word, ticket, plan.house, plan.now)
            if why is not None:
                is_own = ticket.number == plan.ticket.number
                plan.refuse(why if is_own else say("#{number}: {why}", number=ticket.number, why=why))


def approval_lines(ticket: Ticket, plan: Plan) -> tuple[str, ...]:
    """Say how far each approval of a ticket has come."""
    return tuple(f"approval {key}: {_how(one, plan)}" for key, one in all_asked(ticket))


def _how(one: Asked, plan: Plan) -> str:
    house, amount = plan.house, f" for {one.amount}" if one.amount else ""
    match one.stage:
        case Stage.OPEN:
            until = f", until {one.until.astimezone(plan.zone):%Y-%m-%d %H:%M %Z}" if one.until is not None else ""
            agreed = f"{len(one.approved)} of {one.quorum} agreed"
            return f"open{amount}; asked of {names_of(one.asked, house)}, {agreed}{until}"
        case Stage.APPROVED:
            return f"approved{amount} by {names_of(one.approved, house)}"
        case Stage.REJECTED:
            return f"rejected{amount} by {names_of((one.rejected,), house)}{': ' if one.reason else ''}{one.reason}"
        case _:
            return f"{one.stage.value}{amount}"


def _find(plan: Plan, argument: str, word: str) -> _Named | None:
    """Find the approval that is decided: the one named, else that of the answered mail; or refuse."""
    opened = {key: one for key, one in all_asked(plan.ticket) if one.is_open}
    named, _, rest = argument.partition(" ")
    is_named = named in dict(plan.ticket.approvals)
    answered = plan.case.found.answered
    seen = answered.seen if answered is not None and answered.ticket == plan.ticket.number else 0
    mine = {key: one for key, one in opened.items() if plan.person.key in one.asked}
    if is_named:
        mine = {key: one for key, one in mine.items() if key == named}
    shown = {key: one for key, one in mine.items() if one.n <= seen}
    newest = max((one.n for one in shown.values()), default=0)
    candidates = [key for key, one in shown.items() if one.n == newest]
    if len(candidates) != 1:
        plan.refuse(_why_none(plan, word, opened, mine, candidates))
        return None
    key = candidates[0]
    rule = plan.house.rules.approvals.get(key)
    if rule is None or plan.person.key in excluded(rule, plan.ticket, plan.house, plan.now):
        plan.refuse(say("#{word}: you must not decide on “{key}” any more", word=word, key=key))
        return None
    return _Named(key, mine[key], (rest if is_named else argument).strip())


def _why_none(plan: Plan, word: str, opened: dict[str, Asked], mine: dict[str, Asked], candidates: list[str]) -> Said:
    number = plan.ticket.number
    if candidates:
        return say("#{word}: which one? Write #{word} {names}", word=word, names=f" or #{word} ".join(candidates))
    if mine:
        return say("#{word}: answer the newest mail that asks you: what is asked has changed since", word=word)
    if opened:
        told = "; ".join(f"{key}: {names_of(one.asked, plan.house)}" for key, one in opened.items())
        return say("#{word}: you were not asked; {told}", word=word, told=told)
    return say("#{word}: nothing of #{number} waits for anybody's word", word=word, number=number)
