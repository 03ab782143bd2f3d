"""What going through the whole store costs, and whether another database would take it; what it finds is in
test_cli_verifying.py.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ClauseElement

from maild.store import Reader, Store
from tests.integration.store.a_day import live_a_day


@pytest.fixture
def lived(store: Store) -> Store:
    """A store in which every verb was used."""
    live_a_day(store)
    return store


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


def test_a_page_costs_a_page(lived: Store, directory: Path, statements: dict[str, object]):
    """Each page, and what belongs to its rows, is found by a key: a million rows make it no dearer."""
    lived.read(read_pages)

    with closing(connect(directory / "maild.db")) as database:
        plans = {
            statement: [step[3] for step in database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for statement, parameters in statements.items()
        }
    assert len(plans) == 9
    slow = ("SCAN", "USE TEMP B-TREE")
    assert {one: plan for one, plan in plans.items() if any(step.startswith(slow) for step in plan)} == {}


def test_postgresql_would_take_every_statement(lived: Store):
    """Nothing here is SQLite's own but what stands in the room that knows both databases."""
    heard: list[ClauseElement] = []

    def hear(_connection, clause, _many, _parameters, _options) -> None:
        if isinstance(clause, ClauseElement) and not isinstance(clause, sqlite.Insert):
            heard.append(clause)

    event.listen(Engine, "before_execute", hear)
    lived.read(read_all)
    event.remove(Engine, "before_execute", hear)

    assert len(heard) > 15
    for clause in heard:
        clause.compile(dialect=postgresql.dialect())
