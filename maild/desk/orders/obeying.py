"""From commands to a plan: each command has one function that adds to it or refuses."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from maild.desk.commands import BY_WORD, Given
from maild.desk.orders import (
    approvals,
    belonging,
    clocks,
    contacts,
    digests,
    facts,
    figures,
    grades,
    hands,
    looking,
    matters,
    outside,
    presence,
    procedure,
    states,
    undoing,
)
from maild.desk.orders.plan import Plan
from maild.model.saying import say
from maild.rules import PRIORITIES


def _nothing(plan: Plan, argument: str) -> None:
    """Only say for whom the words are, or what becomes of a draft: the leg of agents' mail reads these itself."""


DOING: Mapping[str, Callable[[Plan, str], None]] = MappingProxyType(
    {
        **dict.fromkeys(("reply", "note", "send"), _nothing),
        "discard": digests.discard,
        "release": digests.release,
        "block": digests.block,
        "reviewed": digests.reviewed,
        "resolve": states.resolve,
        "close": states.close,
        "reopen": states.reopen,
        "wait": states.wait,
        "pending": states.pending,
        "quiet": states.quiet,
        "take": hands.take,
        "assign": hands.assign,
        "unassign": hands.unassign,
        "team": hands.team,
        "queue": hands.queue,
        "cc": facts.cc,
        "requester": facts.requester,
        "contact": contacts.contact,
        "tag": facts.tag,
        "field": facts.field,
        "subject": facts.subject,
        "language": facts.language,
        "kb": facts.kb,
        "feedback": facts.feedback,
        **{word: grades.priority(word) for word in PRIORITIES},
        "impact": grades.impact,
        "urgency": grades.urgency,
        "category": grades.category,
        "merge": matters.merge,
        "link": belonging.link,
        "split": matters.split,
        "spam": matters.spam,
        "ask": outside.ask,
        "forward": outside.forward,
        "new": outside.new,
        "write": outside.write,
        "answer": looking.answer,
        "answers": looking.answers,
        "show": looking.show,
        "history": looking.history,
        "list": looking.list_tickets,
        "help": looking.show_help,
        "report": figures.report,
        "sla": clocks.show_clocks,
        "late": clocks.late,
        "ack": digests.ack,
        "escalate": clocks.escalate,
        "get": looking.get,
        "done": procedure.done,
        "skip": procedure.skip,
        "approve": approvals.approve,
        "reject": approvals.reject,
        "approval": approvals.approval,
        "verified": procedure.verified,
        "away": presence.away,
        "here": presence.here,
        "undo": undoing.undo,
    }
)


def obey(plan: Plan, commands: Sequence[Given]) -> None:
    """Let each command add to the plan, in the order given."""
    for given in commands:
        if BY_WORD[given.word].needs_ticket and plan.known is None:
            plan.refuse(
                say(
                    "{command}: your mail is about no ticket; put its number into the subject, like [#1017]",
                    command=given,
                )
            )
        else:
            DOING[given.word](plan, given.argument)
    procedure.check_identity(plan)
    procedure.check_steps(plan)
    approvals.refuse_blocked(plan, frozenset(given.word for given in commands))
