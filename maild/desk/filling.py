"""A customer's answer to what the acknowledgement asked: fields are filled, as changes of their own entry."""

from collections.abc import Iterator, Sequence

from maild.desk.announcing import is_proved
from maild.desk.case import Case
from maild.desk.courtesy import Answer, find_answer
from maild.model.decision import Standing
from maild.model.outgoing import Template
from maild.model.ticket import FIELD_PREFIX, Change, Ticket
from maild.rules import Field, Verdicts, answers, missing

_ASKING = frozenset({Template.ACKNOWLEDGED, Template.NEW_AFTER_CLOSED})
_MOST_LINES = 30


def filled(case: Case, ticket: Ticket, verdicts: Verdicts) -> Iterator[Change]:
    """Give what a mail says to the questions about its ticket: what patterns find in it, and what a direct answer says.

    `verdicts` are what is done of the rules. Whoever neither takes part nor is proved answers nothing.
    """
    rules, after = case.house.rules, verdicts.after
    asked = missing(rules.categories.get(after.category or ""), dict(ticket.fields), rules.fields)
    is_written = any(verdict.is_matched for verdict in verdicts.verdicts)
    found = {} if is_written else {field.key: after.fields.get(field.key) for field in asked}
    yield from (Change(f"{FIELD_PREFIX}{name}", None, value) for name, value in found.items() if value)
    yield from _answered(case, ticket, tuple(field for field in asked if not after.fields.get(field.key)))


def _answered(case: Case, ticket: Ticket, asked: Sequence[Field]) -> Iterator[Change]:
    answered, sender = case.found.answered, case.sender
    is_direct = answered is not None and case.found.is_direct and answered.template in _ASKING
    is_believed = sender is not None and (sender.standing is Standing.PARTICIPANT or is_proved(case))
    if not asked or not is_direct or not is_believed:
        return
    for field, value in answers(asked, _lines(case, ticket)):
        yield Change(f"{FIELD_PREFIX}{field.key}", None, value)


def _lines(case: Case, ticket: Ticket) -> list[str]:
    """Give the lines of the new words that say anything: neither greeting nor thanks nor name."""
    names = [each.name for each in case.house.people(case.now)]
    names += [each.name for each in (case.message.sender, ticket.requester) if each is not None]
    lines = [line.strip() for line in case.message.reply.splitlines() if line.strip()]
    if len(lines) > _MOST_LINES:
        return []
    # A greeting alone is no answer to anybody; with thanks it says nothing.
    return [line for line in lines if find_answer(f"{line}\nThanks", names, ticket.language) is Answer.WORDS]
