"""Tickets that belong to an incident, in the store: found by its name, read with it, and never put under another."""

from dataclasses import replace

from maild.model.decision import ChangeTicket, OutcomeKind, Step
from maild.model.facts import Want
from maild.model.ticket import Change
from maild.store import Store
from tests.integration.store.values import (
    a_decision,
    a_work,
    an_entry,
    answer,
    asking,
    carry_out,
    open_ticket,
    opening,
    take_one,
)

OUTAGE = replace(opening(1001, "VPN outage"), requester=None, incident="VPN  Outage")
NAMED = asking(wants=frozenset({Want.INCIDENTS}))


def do(store: Store, uid: int, *steps: Step) -> tuple[int, ...]:
    """Carry steps out; where they are stale, end their mail without them."""
    arrival = take_one(store, uid)
    stale = carry_out(store, a_work(arrival, a_decision(*steps, kind=OutcomeKind.DESK)))
    if stale:
        carry_out(store, a_work(arrival, a_decision(kind=OutcomeKind.DESK)))
    return stale


def joining(number: int, parent: int = 1001) -> ChangeTicket:
    return ChangeTicket(number, (Change("parent", None, str(parent)),))


def test_an_open_incident_is_found_by_its_name(store: Store):
    """Letter case and blanks distinguish none; closed, it is found no more, and another may be opened."""
    assert do(store, 1, OUTAGE, an_entry(1001)) == ()

    found = answer(store, NAMED)
    assert (found.incidents, set(found.tickets)) == ({"vpn outage": 1001}, {1001})
    assert answer(store, asking()).incidents is None

    again = replace(OUTAGE, number=1002, incident="vpn outage")
    assert do(store, 2, again) == (0,)
    assert do(store, 3, ChangeTicket(1001, (Change("state", "new", "closed"),))) == ()
    assert answer(store, NAMED).incidents == {}
    assert do(store, 4, again) == ()


def test_tickets_come_with_what_they_belong_to_and_what_belongs_to_them(store: Store):
    """A child names its incident; an agent's mail to the incident is decided with all of its children."""
    assert do(store, 1, OUTAGE, an_entry(1001)) == ()
    for number in (1002, 1003):
        open_ticket(store, number)
        assert do(store, number * 10, joining(number)) == ()

    child = answer(store, asking(numbers=(1002,))).tickets
    assert child[1002].ticket.parent == 1001
    assert child[1001].children == (1002, 1003)
    assert 1003 not in child
    whole = answer(store, asking(numbers=(1001,), wants=frozenset({Want.CHILDREN})))
    assert [whole.tickets[number].last_n for number in (1002, 1003)] == [1, 1]
    assert set(answer(store, asking(numbers=(1001,))).tickets) == {1001}


def test_a_ticket_joins_no_other_than_an_open_incident(store: Store):
    """Its number may be another ticket's by now, or it is closed: the decision is made again."""
    open_ticket(store, 1001)
    open_ticket(store, 1002)
    assert do(store, 1, joining(1002)) == (0,)

    assert do(store, 2, replace(OUTAGE, number=1003), an_entry(1003)) == ()
    assert do(store, 3, ChangeTicket(1003, (Change("state", "new", "closed"),))) == ()
    assert do(store, 4, joining(1002, 1003)) == (0,)
