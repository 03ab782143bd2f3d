"""What follows from a mail that is older than the desk's work: an entry where it belongs, and nothing else."""

from dataclasses import replace

import pytest

from maild.model.decision import AddEntry, AddParticipant, LinkTickets, OpenTicket, OutcomeKind, RememberIds
from maild.model.mail import Automatic
from maild.model.ticket import EntryKind, State
from tests.unit.desk_values import (
    ALICE,
    BOB,
    CAROL,
    EVE,
    FAIL,
    PASS,
    a_bounce,
    a_machines_message,
    a_message,
    a_ticket,
    an_arrival,
    answer_to,
    decided,
    entries_of,
    facts,
    issued,
    known,
    steps_of,
    to_bob,
)

OLD = replace(an_arrival(), taken_over_as=State.CLOSED)
FILING = OpenTicket | AddEntry | AddParticipant | RememberIds | LinkTickets


def test_an_old_mail_opens_a_ticket_in_the_state_wished_for():
    """Whoever wrote last year gets no acknowledgement today, and nobody is told; the thread can be found."""
    open_as = replace(OLD, taken_over_as=State.OPEN)

    closed, opened = (decided(a_message(cc=(CAROL,)), authenticity=PASS, arrival=each) for each in (OLD, open_as))

    assert [steps_of(each, OpenTicket)[0].state for each in (closed, opened)] == [State.CLOSED, State.OPEN]
    assert closed.mails == opened.mails == ()
    assert steps_of(closed, RememberIds)[0].message_id == "<first@customer.example>"
    assert [step.who for step in steps_of(closed, AddParticipant)] == [CAROL]
    assert entries_of(closed)[0].flags == ("taken-over",)


def test_mail_that_may_be_new_is_told_inside_only():
    """After a restore, a mail that may have been answered opens its ticket as ever and colleagues hear of it, but not
    its sender; an agent's is filed, and goes to nobody.
    """
    doubtful = replace(OLD, taken_over_as=State.OPEN, is_told=True)

    customers = decided(a_message(), authenticity=PASS, arrival=doubtful)
    agents = decided(a_message(sender=ALICE), authenticity=PASS, arrival=doubtful)

    assert steps_of(customers, OpenTicket)[0].state is State.NEW
    assert {mail.person for mail in customers.mails} == {"alice", "alex"}
    assert agents.mails == ()


def test_an_old_answer_joins_its_ticket_and_wakes_nobody():
    """A customer's old words reopen nothing, whatever the ticket's state."""
    decision = decided(answer_to(to_bob(), sender=BOB), facts(to_bob(), ticket=known(a_ticket(state=State.CLOSED))),
                       PASS, arrival=OLD)  # fmt: skip

    assert decision.outcome.kind is OutcomeKind.ENTRY
    assert decision.outcome.ticket == 1042
    assert [(entry.kind, entry.changes) for entry in entries_of(decision)] == [(EntryKind.CUSTOMER, ())]
    assert all(isinstance(step, FILING) for step in decision.steps)
    assert decision.mails == ()


@pytest.mark.parametrize(
    ("to", "kind"), [((BOB,), EntryKind.AGENT), ((ALICE,), EntryKind.NOTE)], ids=["to the customer", "to colleagues"]
)
def test_an_agents_old_words_command_nothing(to, kind: EntryKind):
    """What an agent commanded then was done then: today their mail is filed, and sent to nobody."""
    message = answer_to(issued(), "#resolve Fixed it.", to=to)

    decision = decided(message, facts(issued(), ticket=known()), PASS, arrival=OLD)

    assert [(entry.kind, entry.by, entry.changes) for entry in entries_of(decision)] == [(kind, "alice", ())]
    assert all(isinstance(step, FILING) for step in decision.steps)
    assert (decision.mails, decision.commands) == ((), ())


@pytest.mark.parametrize(
    "message",
    [
        a_machines_message(Automatic.OUT_OF_OFFICE, sender=ALICE),
        a_machines_message(Automatic.GENERATED),
        a_bounce(to_bob()),
        a_message(EVE),
        a_message(None),
    ],
    ids=["out-of-office", "monitoring", "bounce", "stranger", "nobody"],
)
def test_nobody_is_told_whatever_it_is(message):
    """A bounce of last year stops no mail of today, an out-of-office sends nobody on leave."""
    decision = decided(message, facts(to_bob(), ticket=known()), PASS, arrival=OLD)

    assert decision.mails == ()
    assert all(isinstance(step, FILING) for step in decision.steps)


def test_a_forged_old_mail_is_held_as_any_other():
    """Taking over lets nothing into a ticket that would not have come in."""
    message = answer_to(to_bob(), sender=BOB)

    decision = decided(message, facts(to_bob(), ticket=known()), FAIL, arrival=OLD)

    assert (decision.outcome.kind, decision.mails, decision.steps) == (OutcomeKind.HELD, (), ())
