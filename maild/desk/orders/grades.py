"""Commands that say how bad a matter is and what it is about: p1 to p5, impact, urgency, category."""

from collections.abc import Callable

from maild.desk.hints import hint
from maild.desk.orders.hands import let_go
from maild.desk.orders.plan import Plan
from maild.model.saying import say
from maild.model.ticket import Confidence, Ticket
from maild.rules import Category


def priority(word: str) -> Callable[[Plan, str], None]:
    """Make the command of one priority, which overrides the matrix."""

    def prioritise(plan: Plan, _argument: str) -> None:
        plan.set("priority", word)
        plan.done.append(f"its priority is {word}")

    return prioritise


def impact(plan: Plan, argument: str) -> None:
    """Say how many it concerns; the priority follows the matrix."""
    _grade(plan, "impact", argument)


def urgency(plan: Plan, argument: str) -> None:
    """Say how soon it is needed; the priority follows the matrix."""
    _grade(plan, "urgency", argument)


def category(plan: Plan, argument: str) -> None:
    """Say what it is about; the category's team has it from then on."""
    known = plan.house.rules.categories
    key = next((each for each in known if each.casefold() == argument.casefold()), None)
    if key is None:
        plan.refuse(
            say("#category {argument}: there is no such category{hint}", argument=argument, hint=hint(argument, known))
        )
        return
    plan.set("category", key)
    plan.done.append(f"it is about {key}")
    confidence = confidence_in(known[key], plan.ticket)
    if confidence is not None and plan.set("confidential", confidence.value):
        plan.done.append(f"it is confidential now ({confidence.value}), as all of {key} is")
    team = plan.house.rules.team_for(key, plan.ticket.level)
    if team is not None and plan.set("team", team):
        let_go(plan)
        plan.done.append(f"team {team} has it now")


def confidence_in(category: Category, ticket: Ticket) -> Confidence | None:
    """Say how confidential a ticket is in a category: as that wants it, and never less than it was."""
    if category.confidential is None or ticket.confidential is Confidence.SEALED:
        return ticket.confidential
    return category.confidential


def _grade(plan: Plan, field: str, argument: str) -> None:
    priorities = plan.house.rules.priorities
    scale = priorities.scale(field)
    value = argument.casefold()
    if value not in scale:
        plan.refuse(
            say(
                "#{field} {argument}: there is no such {field}{hint}",
                field=field,
                argument=argument,
                hint=hint(argument, scale),
            )
        )
        return
    plan.set(field, value)
    follows = priorities.priority(plan.ticket.impact or priorities.impact, plan.ticket.urgency or priorities.urgency)
    plan.set("priority", follows)
    plan.done.append(f"its {field} is {value}, and so its priority {follows}")
