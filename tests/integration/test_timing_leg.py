"""Timing with a real store: a timer that cannot be carried out waits for its next try, and every other one fires."""

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import connect

import pytest

from maild.carrying import Desk, InForce
from maild.composing import Composer
from maild.model.decision import ChangeTicket, KeepCode, StartTimer, TimerKind
from maild.model.identity import IdentityCode
from maild.model.outgoing import MailState, Template
from maild.model.ticket import Change
from maild.store import Store
from maild.timing import AGAIN_AFTER, Timing
from tests.integration.hearing import Heard, hearing
from tests.integration.store.values import (
    CLAIM,
    FIRST,
    NOW,
    a_decision,
    a_mail,
    a_work,
    answer,
    asking,
    carry_out,
    claim_due,
    open_ticket,
    take_one,
)
from tests.unit.desk_values import HOUSE, RING

# What cannot be printed about the first ticket: what our own code stumbles over.
STUMBLING = {"transcript.txt": f"Subject: {{{{ tag }}}}\n\n{{{{ nothing.at.all if number == {FIRST} else number }}}}\n"}


class Leg:
    """Timing between a store and nobody, with a clock that a test turns."""

    def __init__(self, store: Store, heard: Heard) -> None:
        self.store = store
        self.heard = heard
        self.now = NOW
        parts = Desk(Composer(HOUSE.desk, HOUSE.rules, RING, STUMBLING), self.clock, os.urandom)
        self.timing = Timing(store, InForce(HOUSE, parts), "this life")

    def clock(self) -> datetime:
        return self.now

    def lose_mails(self, *tickets: int) -> None:
        """Open tickets, the mail about each of them refused for good."""
        for number in tickets:
            open_ticket(self.store, number, a_mail(number))
            (mail,) = claim_due(self.store)
            self.store.write(lambda tx, one=mail: tx.record_given_up(one.id, CLAIM, MailState.REFUSED, "550 no", NOW))

    def told(self) -> list[int | None]:
        """The tickets about which somebody was told, in order."""
        mails = self.store.read(lambda reader: reader.list_mails([MailState.WAITING], 100))
        return [mail.ticket for mail in reversed(mails) if mail.template is Template.TRANSCRIPT]


@pytest.fixture
def leg(tmp_path: Path) -> Iterator[Leg]:
    store = Store.open(tmp_path / "state", None, first_number=FIRST)
    with hearing() as heard:
        yield Leg(store, heard)
    store.close()


def test_a_timer_that_fails_blocks_no_other(leg: Leg):
    """The first of three stumbles: the others fire in the same pass, and it is tried again later, not at once."""
    leg.lose_mails(FIRST, FIRST + 1, FIRST + 2)

    assert leg.timing.fire_due() == 2

    assert set(leg.told()) == {FIRST + 1, FIRST + 2}
    assert leg.heard.events.count("decision_failed") == 1
    assert leg.timing.fire_due() == 0
    assert leg.heard.events.count("decision_failed") == 1
    leg.now += AGAIN_AFTER
    assert leg.timing.fire_due() == 0
    assert leg.heard.events.count("decision_failed") == 2


def test_a_code_that_nobody_sent_back_expires(leg: Leg):
    """At its instant and not before: nothing is kept of it, those in charge hear, and the tries that are left stay."""
    open_ticket(leg.store, FIRST)
    until = NOW + timedelta(hours=24)
    asked = ChangeTicket(FIRST, (Change("identity", None, "asked: 2"),))
    code = KeepCode(FIRST, IdentityCode("a" * 64, "b" * 64, expires_at=until))
    due = StartTimer(TimerKind.IDENTITY, FIRST, until)
    assert carry_out(leg.store, a_work(take_one(leg.store, 2), a_decision(asked, code, due))) == ()

    leg.now = until - timedelta(seconds=1)
    assert leg.timing.fire_due() == 0
    leg.now = until
    assert leg.timing.fire_due() == 1

    known = answer(leg.store, asking(numbers=(FIRST,))).tickets[FIRST]
    assert (known.ticket.identity, known.code) == ("expired: 2", None)
    notices = leg.store.read(lambda reader: reader.list_mails([MailState.WAITING], 100))
    assert Template.AGENT_NOTICE in {mail.template for mail in notices}
    assert leg.timing.fire_due() == 0


def test_a_timer_that_the_database_refuses_waits(leg: Leg, tmp_path: Path):
    """A decision that is stale whatever one does is not made again at once, for ever."""
    leg.lose_mails(FIRST + 1)
    with closing(connect(tmp_path / "state" / "maild.db")) as database:
        database.execute("CREATE TRIGGER never BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'refused'); END")
    assert [leg.timing.fire_due() for _ in range(3)] == [0, 0, 0]
    with closing(connect(tmp_path / "state" / "maild.db")) as database:
        database.execute("DROP TRIGGER never")

    leg.now += AGAIN_AFTER
    assert leg.timing.fire_due() == 1

    assert set(leg.told()) == {FIRST + 1}
    assert leg.heard.events.count("decision_stale") == 1
