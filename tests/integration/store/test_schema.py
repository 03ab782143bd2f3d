"""The database file: whose it is, who may read it, and which schema it has."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import maild.store
from maild.errors import StoreUnusableError
from maild.model.search import Search
from maild.store import DaemonLock, Store, columns, migrating, sqlite_note
from maild.store.copying import copy_rows
from tests.integration.store.values import NOW, answer, asking, record


def test_the_steps_lead_to_the_tables(store: Store, directory: Path, url: str | None):
    """What the migrations make is what the verbs were written for, to the last index."""
    engine = create_engine((url or f"sqlite:///{directory / 'maild.db'}").replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, columns.metadata) == []
    engine.dispose()


def test_the_indexes_wait_only_for_what_waits(sqlite_store: Store, directory: Path):
    """Partial indexes are made as the tables say: a comparison of names alone would miss their condition."""
    with closing(sqlite3.connect(directory / "maild.db")) as database:
        made = dict(database.execute("SELECT name, sql FROM sqlite_master WHERE sql LIKE '% WHERE %'"))
    wanted = {
        index.name: str(index.dialect_options["sqlite"]["where"].compile(compile_kwargs={"literal_binds": True}))
        for table in columns.metadata.sorted_tables
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    assert {name: sql.partition(" WHERE ")[2] for name, sql in made.items()} == {
        name: re.sub(r"\b[a-z_]+\.", "", where) for name, where in wanted.items()
    }


def test_the_newest_step_is_known_by_number():
    """The number that spares every command the loading of alembic is that of the newest step."""
    config = Config()
    config.set_main_option("script_location", str(Path(maild.store.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == migrating.HEAD


def test_a_store_opened_again_is_the_same(directory: Path, url: str | None):
    """Closing and opening changes nothing."""
    store = Store.open(directory, url)
    record(store, 1, 2)
    store.close()

    again = Store.open(directory, url)

    assert again.read(lambda reader: reader.find_uids("support", "INBOX", 1, range(1, 10_000))) == {1, 2}
    again.close()


@pytest.fixture
def older(directory: Path, url: str | None) -> dict[str, object]:
    """A desk as schema 0002 left it, and its entries; `schema_0002.sql` was written by the maild of that time."""
    directory.mkdir()
    with closing(sqlite3.connect(directory / "maild.db")) as database:
        database.executescript((Path(__file__).parent / "schema_0002.sql").read_text(encoding="utf-8"))
        database.execute(
            "INSERT INTO draft (token, ticket, author, meaning, state, created_at, reasons, text)"
            " VALUES ('kept', 1001, 'alice', 'relay', 'open', 0, '[]', 'Words.')"
        )
        database.execute(
            "INSERT INTO draft_attachment (draft, position, blob, is_inline, type, name)"
            " SELECT 'kept', 0, min(id), 0, 'text/plain', 'log.txt' FROM blob"
        )
        database.commit()
        entries = dict(database.execute("SELECT ticket || '/' || n, text FROM entry"))
    if url is not None:
        move_older(directory / "maild.db", url)
    return entries


def move_older(file: Path, url: str) -> None:
    """Make a server's database what the file is: by the older steps, and row by row."""
    source = create_engine(f"sqlite:///{file}")
    target = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with source.connect() as old, target.connect() as new:
        new.exec_driver_sql("DROP SCHEMA public CASCADE")
        new.exec_driver_sql("CREATE SCHEMA public")
        new.commit()
        migrating.migrate(new, head="0002")
        copy_rows(old, new, lambda _: None)
        new.commit()
    source.dispose()
    target.dispose()


def test_an_older_schema_is_upgraded(older: dict[str, object], directory: Path, url: str | None):
    """A new maild brings a database of old to its own schema, says so once, and everything in it can be read."""
    store = Store.open(directory, url)
    assert store.upgraded_from == "0002"
    tickets = store.read(lambda reader: reader.search(Search(()), 10, NOW))
    assert {row.number for row in tickets} == {1001, 1002, 1003}
    read = {f"{n}/{one.n}": one.text for n in (1001, 1002, 1003) for one in store.read(lambda r, n=n: r.entries_of(n))}
    assert read == older
    assert store.read(lambda reader: [fault for one in reader.tickets_after(0) for fault in one.history.faults]) == []
    assert all(blob.is_sound for blob in store.read(lambda reader: reader.blobs_after(0)))
    assert record(store, 4711).new == 1
    (kept,) = answer(store, asking(drafts=("kept",))).drafts.values()
    assert (kept.ticket, kept.text, [each.name for each in kept.attachments]) == (1001, "Words.", ["log.txt"])
    store.close()

    again = Store.open(directory, url)
    assert again.upgraded_from is None
    again.close()


def test_no_schema_changes_under_a_daemon(older: dict[str, object], directory: Path, url: str | None):
    """A command of a newer maild leaves a database alone on which a daemon of the older one works; the new daemon,
    which has the lock itself, upgrades it.
    """
    with DaemonLock(directory, url) as lock:
        assert lock.try_take()
        with pytest.raises(StoreUnusableError, match=r"a daemon works on this database.*older maild.*stop the daemon"):
            Store.open(directory, url)

        store = Store.open(directory, url, daemon_lock=lock)
        assert store.upgraded_from == "0002"
        store.close()


def test_a_newer_schema_is_refused_by_name(directory: Path):
    """An old maild does not touch a database that it does not understand, and says which schemas meet."""
    Store.open(directory).close()
    with closing(sqlite3.connect(directory / "maild.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0999'")
        database.commit()

    with pytest.raises(StoreUnusableError, match=rf"schema 0999.*newer maild.*{migrating.HEAD}"):
        Store.open(directory)


def test_somebody_elses_database_is_refused(directory: Path):
    """A database with tables of another program is left alone."""
    directory.mkdir()
    with closing(sqlite3.connect(directory / "maild.db")) as database:
        database.execute("CREATE TABLE customer (name TEXT)")

    with pytest.raises(StoreUnusableError, match=r"none of maild's.*customer"):
        Store.open(directory)


def test_what_is_no_database_is_refused(directory: Path):
    """A file of something else gives a clear message and is not overwritten."""
    directory.mkdir()
    (directory / "maild.db").write_bytes(b"dear diary, " * 1000)

    with pytest.raises(StoreUnusableError, match="cannot be opened"):
        Store.open(directory)

    assert (directory / "maild.db").read_bytes().startswith(b"dear diary")


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path):
    """A state directory below a file is refused with its path."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(StoreUnusableError, match="file/state"):
        Store.open(tmp_path / "file" / "state")


def test_nobody_else_may_read_the_desk(sqlite_store: Store, directory: Path):
    """The directory is 0700 and every file in it 0600, SQLite's own as well."""
    record(sqlite_store, 1)

    assert directory.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()}
    assert set(modes) >= {"maild.db", "maild.db-wal", "maild.db-shm", "maild.lock"}
    assert set(modes.values()) == {0o600}


def test_an_operator_is_told_of_an_old_sqlite():
    """The note names the version that runs, or there is none to make."""
    note = sqlite_note()

    assert note is None or sqlite3.sqlite_version in note
    assert (note is None) == (sqlite3.sqlite_version_info >= (3, 51, 3))
