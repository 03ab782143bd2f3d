"""Guards over every statement that the store can make: what it costs, and whether another database would take it."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import connect
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql import ClauseElement

import maild.store
from maild.store import Store, tables
from tests.integration.store.a_day import live_a_day
from tests.integration.store.values import FIRST

# What is gone through from end to end: a handful of keys, and the rows that still wait for something.
BOUNDED = {
    "SCAN signing_key",
    "SCAN alarm USING INDEX ix_alarm_open",
    "SCAN absence",
    "SCAN arrival USING INDEX ix_arrival_waiting",
    "SCAN arrival USING INDEX ix_arrival_held",
    "SCAN timer USING INDEX ix_timer_due",
    "SCAN outgoing_mail USING INDEX ix_outgoing_mail_due",
    "SCAN ticket USING COVERING INDEX ix_ticket_incident",
    "SCAN outgoing_mail USING INDEX ix_outgoing_mail_claimed",
}
OF_ONE_DATABASE = ("sqlite.py", "backupfile.py", "throwaway.py", "postgresql.py", "dialect.py", "columns.py")
SQLITE_WORDS = re.compile(r"PRAGMA|sqlite_master|INSERT OR|\browid\b|exec_driver_sql|sqlalchemy\.dialects|sqlite3")


@contextmanager
def listening(name: str, listener: object) -> Iterator[None]:
    """Hear of something on every engine while a block runs."""
    event.listen(Engine, name, listener)
    try:
        yield
    finally:
        event.remove(Engine, name, listener)


def test_no_verb_reads_a_whole_table(sqlite_store: Store, directory: Path):
    """Every statement finds its rows by an index, so that it costs the same with a million tickets."""
    heard: dict[str, object] = {}

    def hear(_connection, _cursor, statement, parameters, _context, is_many) -> None:
        heard[statement] = parameters[0] if is_many and isinstance(parameters[0], tuple) else parameters

    with listening("before_cursor_execute", hear):
        live_a_day(sqlite_store)

    plans = {}
    with closing(connect(directory / "maild.db")) as database:
        for statement, parameters in heard.items():
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
                steps = database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
                plans[statement] = [step[3] for step in steps]
    assert len(plans) > 50
    assert {statement: steps for statement, steps in plans.items() if reads_it_all(statement, steps)} == {}


def test_no_verb_reads_a_whole_table_of_postgresql(directory: Path, database: str):
    """There too each statement has an index to find its rows by: none is left that must go through a table."""
    heard: dict[str, object] = {}

    def hear(_connection, _cursor, statement, parameters, _context, is_many) -> None:
        heard[statement] = parameters[0] if isinstance(parameters, list) else parameters

    store = Store.open(directory, database, first_number=FIRST)
    with listening("before_cursor_execute", hear):
        live_a_day(store)
    store.close()

    plans = {}
    with psycopg.connect(database) as connection:
        connection.execute("SET enable_seqscan = off")
        for statement, parameters in heard.items():
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")) and "advisory" not in statement:
                plan = connection.execute(b"EXPLAIN (FORMAT JSON) " + statement.encode(), parameters).fetchone()
                plans[statement] = [node for node in nodes_of(plan[0][0]["Plan"]) if goes_through(node)]
    assert len(plans) > 50
    assert {statement: nodes for statement, nodes in plans.items() if nodes and "LIMIT" not in statement} == {}


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        # What stands below a Limit without a Sort between stops early.
        if plan["Node Type"] != "Limit" or below["Node Type"] == "Sort":
            yield from nodes_of(below)


def goes_through(node: dict[str, Any]) -> bool:
    """Whether a node reads a table that grows without end from its first row to its last."""
    is_bounded = {node.get("Relation Name"), node.get("Index Name")} & {step.rpartition(" ")[2] for step in BOUNDED}
    if node["Node Type"] == "Seq Scan":
        return not is_bounded
    return "Index Scan" in node["Node Type"] and "Index Cond" not in node and not is_bounded


def reads_it_all(statement: str, steps: list[str]) -> bool:
    """Whether a plan goes through a table that grows without end."""
    sorts = any(step.startswith("USE TEMP B-TREE") for step in steps)
    if "LIMIT" in statement and not sorts:
        return False  # it stops early
    scans = {step for step in steps if step.startswith("SCAN") and "CONSTANT ROW" not in step}
    return bool(scans - BOUNDED)


def test_postgresql_would_take_every_statement(sqlite_store: Store):
    """No verb says what only SQLite understands, but through the two doors that know both databases."""
    heard: list[ClauseElement] = []

    def hear(_connection, clause, _many, _parameters, _options) -> None:
        if isinstance(clause, ClauseElement) and not isinstance(clause, sqlite.Insert):
            heard.append(clause)

    with listening("before_execute", hear):
        live_a_day(sqlite_store)

    assert len(heard) > 100
    for clause in heard:
        clause.compile(dialect=postgresql.dialect())


def test_postgresql_would_take_every_table():
    """Tables and indexes can be made in either database."""
    for table in tables.ticket.metadata.sorted_tables:
        CreateTable(table).compile(dialect=postgresql.dialect())
        for index in table.indexes:
            CreateIndex(index).compile(dialect=postgresql.dialect())


@pytest.mark.parametrize("path", sorted(Path(maild.store.__file__).parent.rglob("*.py")), ids=lambda path: path.stem)
def test_sqlite_is_spoken_in_few_rooms(path: Path):
    """What is SQLite's own stands in the modules that say so in their first line."""
    if path.name not in OF_ONE_DATABASE:
        assert SQLITE_WORDS.findall(path.read_text(encoding="utf-8")) == []
