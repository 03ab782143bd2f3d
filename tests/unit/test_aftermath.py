"""The ticket as a decision leaves it, for the mails that are written before it is stored."""

import pytest

from maild.model.aftermath import ticket_after
from maild.model.decision import AddParticipant, ChangeTicket, Decision, OpenTicket, Outcome, OutcomeKind, Step
from maild.model.facts import Facts, TicketFacts
from maild.model.ticket import Change, State
from tests.unit.desk_values import BOB, CAROL, NOW, a_ticket

LATER = NOW.replace(hour=11)


def after(*steps: Step, number: int = 1042) -> TicketFacts:
    """Apply steps to a ticket of Bob's that is open."""
    decision = Decision(Outcome(OutcomeKind.ENTRY, number), steps, (), (), None, ())
    known = TicketFacts(a_ticket(1042), (), 3, {})
    return ticket_after(decision, Facts(2000, tickets={1042: known}), number, LATER)


@pytest.mark.parametrize(
    ("field", "new", "expected"),
    [
        ("state", "resolved", State.RESOLVED),
        ("subject", None, ""),
        ("assignee", "alice", "alice"),
        ("assignee", None, None),
        ("team", "network", "network"),
        ("queue", "billing", "billing"),
        ("queue", None, "support"),
    ],
)
def test_a_change_is_seen_in_the_mails_about_it(field: str, new: str | None, expected: object):
    """Whoever writes a mail of this decision writes of the ticket as it will stand; a queue it always has."""
    ticket = after(ChangeTicket(1042, (Change(field, "old", new),))).ticket

    assert getattr(ticket, field) == expected
    assert ticket.updated_at == LATER


def test_a_field_that_no_mail_knows_is_not_passed_over():
    """A new field that is forgotten here is an error, and no mail with the old value."""
    with pytest.raises(ValueError, match="colour"):
        after(ChangeTicket(1042, (Change("colour", None, "red"),)))


def test_steps_about_another_ticket_leave_this_one_alone():
    """A decision may touch several tickets; each mail is about one."""
    opened = OpenTicket(2000, "Other", State.NEW, "support", None, None, BOB, None)
    known = after(opened, AddParticipant(2000, CAROL), ChangeTicket(2000, (Change("state", "new", "spam"),)))

    assert (known.ticket, known.last_n) == (a_ticket(1042), 3)


def test_who_joins_is_there_for_the_mails_of_the_same_decision():
    """A participant added by this decision gets its mail."""
    assert after(AddParticipant(1042, CAROL)).ticket.participants == (CAROL,)


def test_a_ticket_that_nobody_knows_is_an_error():
    """A mail about a ticket that neither is nor will be cannot be written."""
    with pytest.raises(KeyError):
        after(number=77)
