"""The pen of all channels with a real store: what waits together is written together, and each is told its own end."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from maild.errors import StaleError
from maild.ledger import Ledger
from maild.model.outgoing import MailState
from maild.store import Store, Transaction
from tests.integration.hearing import a_board
from tests.integration.store.values import CLAIM, FIRST, NOW, a_mail, claim_due, send


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "state", None, first_number=FIRST)
    yield opened
    opened.close()


def states_in(store: Store) -> list[MailState]:
    return [row.state for row in reversed(store.read(lambda reader: reader.list_mails(None, 50)))]


async def test_what_waits_together_is_one_commit(store: Store) -> None:
    """Eight channels that come at once cost as many commits as one: the first and what gathered behind it."""
    send(store, *(a_mail() for _ in range(8)))
    mails = claim_due(store)
    ledger, commits = Ledger(store, a_board()), []

    def hear(connection: Connection) -> None:
        commits.append(connection)

    event.listen(Engine, "commit", hear)
    try:
        await asyncio.gather(
            *(ledger.record(lambda tx, mail=mail: tx.record_handing_over(mail.id, CLAIM, NOW)) for mail in mails)
        )
    finally:
        event.remove(Engine, "commit", hear)

    assert states_in(store) == [MailState.HANDING_OVER] * 8
    assert len(commits) == 1


async def test_a_work_that_fails_harms_no_other_mail(store: Store) -> None:
    """One is stale and one breaks in the middle: each tells its own channel, and the third is recorded."""
    send(store, a_mail(), a_mail())
    first, second = claim_due(store)

    def stumble(tx: Transaction) -> None:
        tx.record_handing_over(second.id, CLAIM, NOW)
        raise ZeroDivisionError

    ledger = Ledger(store, a_board())
    told = await asyncio.gather(
        ledger.record(lambda tx: tx.record_handing_over(first.id, "another's", NOW)),
        ledger.record(stumble),
        ledger.record(lambda tx: tx.record_handing_over(first.id, CLAIM, NOW)),
        return_exceptions=True,
    )

    assert [type(one) for one in told] == [StaleError, ZeroDivisionError, type(None)]
    assert states_in(store) == [MailState.HANDING_OVER, MailState.WAITING]
