"""What is due, in mails: by when customers hear from the desk, and what colleagues must know of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.model.clocks import Clock, ClockName, ClockState
from maild.model.decision import Decision
from maild.model.outgoing import Template, Thread
from tests.unit.composing_values import NOW, a_decision, an_entry, text_of, to_alice, to_customer, write

HOUR = timedelta(hours=1)


def a_clock(name: ClockName, due_in: timedelta, state: ClockState = ClockState.RUNNING) -> Clock:
    return Clock(name, state, 2 * HOUR, "office", "", timedelta(), NOW, NOW + due_in)


def with_clocks(*clocks: Clock, language: str | None = None) -> Decision:
    decision = a_decision(replace(an_entry(), clocks=clocks))
    return replace(decision, steps=(replace(decision.steps[0], language=language), *decision.steps[1:]))


@pytest.mark.parametrize(
    ("language", "first", "again"),
    [
        (
            "en",
            "you at this address, by 23 Nov 2026, 11:30 GMT.",
            "You hear from us again by 23 Nov 2026, 12:30 GMT.",
        ),
        ("de", "spätestens 23.11.2026, 11:30 GMT.", "Sie hören wieder von uns bis 23.11.2026, 12:30 GMT."),
    ],
)
def test_customers_are_told_by_when(language: str, first: str, again: str):
    """Of their first answer in the acknowledgement, and of the next news in each answer."""
    decision = with_clocks(
        a_clock(ClockName.FIRST_RESPONSE, 2 * HOUR), a_clock(ClockName.UPDATE, 3 * HOUR), language=language
    )
    assert first in text_of(write(to_customer(), decision))
    assert again in text_of(write(to_customer(Template.REPLY, text="Try again.", by="alice"), decision))


def test_nothing_is_promised_where_nothing_is_due():
    """Without an agreement, or while the clock stands."""
    still = with_clocks(replace(a_clock(ClockName.UPDATE, HOUR, ClockState.PAUSED), due_at=None))
    for decision in (still, a_decision()):
        assert "again by" not in text_of(write(to_customer(Template.REPLY, text="Try again.", by="alice"), decision))
        assert "this address.\n" in text_of(write(to_customer(), decision))


def test_colleagues_see_what_is_due_and_what_is_late():
    """In a notice's facts; a breach says which clock it is."""
    decision = with_clocks(a_clock(ClockName.NEXT_RESPONSE, -HOUR), a_clock(ClockName.RESOLUTION, 2 * HOUR))
    assert "Solution due: 23 Nov 2026, 11:30 GMT" in text_of(write(to_alice(), decision))
    wish = replace(to_alice(Template.BREACHED, Thread.INTERNAL), clock=ClockName.NEXT_RESPONSE)
    assert "An answer is late: it was due 23 Nov 2026, 08:30 GMT." in text_of(write(wish, decision))
