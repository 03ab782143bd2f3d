"""What going through the whole store costs, and whether another database would take it; what it finds is in
test_cli_verifying.py.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest
from sqlalchemy import Engine, event

from maild.store import Reader, Store
from maild.store.verifying import Sizes
from tests.integration.store.a_day import live_a_day


@pytest.fixture
def statements() -> Iterator[dict[str, object]]:
    """Every SELECT from here on, with what was bound to it."""
    heard: dict[str, object] = {}

    def hear(_connection, _cursor, statement, parameters, _context, _many) -> None:
        if statement.startswith("SELECT"):
            heard[statement] = parameters

    event.listen(Engine, "before_cursor_execute", hear)
    yield heard
    event.remove(Engine, "before_cursor_execute", hear)


def read_pages(reader: Reader) -> None:
    reader.blobs_after(0)
    reader.arrivals_after(0)
    reader.tickets_after(0)
    reader.mails_after(0)
    reader.timers_after(0)


def read_all(reader: Reader) -> None:
    read_pages(reader)
    reader.sizes()
    reader.find_damage()
    reader.find_lost_references()
    reader.find_untold()
    reader.owners_of([1, 2])


def test_a_page_costs_a_page(sqlite_store: Store, directory: Path, statements: dict[str, object]):
    """Each page, and what belongs to its rows, is found by a key: a million rows make it no dearer."""
    live_a_day(sqlite_store)
    statements.clear()
    sqlite_store.read(read_pages)

    with closing(connect(directory / "maild.db")) as database:
        plans = {
            statement: [step[3] for step in database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for statement, parameters in statements.items()
        }
    assert len(plans) == 13
    slow = ("SCAN", "USE TEMP B-TREE")
    assert {one: plan for one, plan in plans.items() if any(step.startswith(slow) for step in plan)} == {}


def test_each_page_can_be_read(store: Store):
    """Either database takes every statement, and finds what a day has left."""
    live_a_day(store)

    def read(reader: Reader) -> Sizes:
        read_all(reader)
        assert reader.tickets_after(0)[0].history.faults == []
        assert all(blob.is_sound for blob in reader.blobs_after(0))
        return reader.sizes()

    assert store.read(read).blobs > 2
