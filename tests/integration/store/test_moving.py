"""A whole desk into a backup, out of it, and from one database into another."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from maild.errors import BackupUnusableError
from maild.model.pausing import Home, Pause, PauseKind
from maild.store import Origin, Store, checked_backup, copy_desk, restore_backup, write_backup
from tests.integration.store.a_day import live_a_day
from tests.integration.store.plain import rows_of
from tests.integration.store.values import FIRST, NOW, record
from tests.servers.postgresql import Postgresql

ORIGIN = Origin(NOW, "0.1.0")
FILES = {"maild.yaml": b"version: 1\n", "rules/10-people.yaml": "people: {ä: 1}\n".encode()}
LATER = NOW + timedelta(hours=5)


class Heard(list[tuple[str, int, list[int]]]):
    """What was told of the progress: each round with its total and the counts."""

    def begin(self, what: str, rows: int) -> Callable[[int], None]:
        self.append((what, rows, []))
        return self[-1][2].append

    def are_whole(self) -> bool:
        return all(sum(counts) == rows for _, rows, counts in self)


MARK = Pause(PauseKind.RESTORED, LATER, "root", "restored", NOW)


def restore(store: Store, backup: Path, heard: Heard) -> None:
    with checked_backup(backup, heard.begin) as checked:
        restore_backup(store, checked, MARK, heard.begin)


def check(backup: Path) -> tuple[Origin, Mapping[str, bytes]]:
    with checked_backup(backup, Heard().begin) as checked:
        return checked.origin, checked.files()


def content(directory: Path, url: str | None) -> dict[str, list[object]]:
    """Every row of every table, but for what says where the desk is and what rests."""
    names = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        if url is None
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    tables = {name for (name,) in rows_of(directory, url, names)} - {"pause", "home", "alembic_version"}
    return {name: sorted(map(plain, rows_of(directory, url, f"SELECT * FROM {name}"))) for name in tables}


def plain(row: tuple[object, ...]) -> str:
    """A row as both databases mean it: a boolean is a number, JSON its text, in no order of columns."""
    values = [json.dumps(value) if isinstance(value, list | dict) else value for value in row]
    return repr(sorted(repr(int(value) if isinstance(value, bool) else value) for value in values))


@contextmanager
def opened(directory: Path, url: str | None) -> Iterator[Store]:
    store = Store.open(directory, url, first_number=FIRST)
    try:
        yield store
    finally:
        store.close()


@pytest.fixture
def lived_in(sqlite_store: Store) -> Store:
    live_a_day(sqlite_store)
    return sqlite_store


@pytest.fixture
def backup(lived_in: Store, tmp_path: Path) -> Path:
    write_backup(lived_in, tmp_path / "desk.backup", FILES, ORIGIN, Heard().begin)
    return tmp_path / "desk.backup"


def test_a_backup_is_one_private_file_of_everything(backup: Path, tmp_path: Path):
    """It lies there whole, readable by its owner alone, nothing of its making beside it, and names its origin."""
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["desk.backup"]
    assert check(backup) == (ORIGIN, FILES)


def test_what_is_restored_is_what_was_there(
    store: Store, directory: Path, url: str | None, tmp_path: Path, postgresql: Postgresql
):
    """On either database, from either: every row is the same, new rows get keys of their own, and the desk rests."""
    live_a_day(store)
    backup, written = tmp_path / "desk.backup", Heard()
    write_backup(store, backup, FILES, ORIGIN, written.begin)
    assert written.are_whole()
    with postgresql.database() as server:
        for other in (None, server):
            elsewhere = tmp_path / f"other-{other is None}"
            with opened(elsewhere, other) as target:
                record(target, 77)
                heard = Heard()
                restore(target, backup, heard)

                assert heard.are_whole()
                assert content(elsewhere, other) == content(directory, url)
                assert target.read(lambda reader: reader.find_pause(PauseKind.RESTORED)) == MARK
                assert record(target, 4711).new == 1


def test_a_flipped_byte_is_found(backup: Path, tmp_path: Path):
    """Where a byte of what counts is another, the backup is refused, and the desk stays as it was."""
    whole = backup.read_bytes()
    # Words that no index repeats: what an index says is not restored.
    for words in (b"Restart it", b"version: 1", b"itself"):
        at = whole.index(words)
        backup.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with opened(tmp_path / "other", None) as store:
            record(store, 77)
            with pytest.raises(BackupUnusableError, match=r"damaged|cannot be read"):
                restore(store, backup, Heard())
            assert store.read(lambda reader: reader.find_uids("support", "INBOX", 1, [1, 77])) == {77}


def test_a_restore_that_is_cut_off_changes_nothing(backup: Path, url: str | None, tmp_path: Path):
    """Everything was written, and nothing of it was kept: the desk is as it was before."""

    def begin(what: str, rows: int) -> Callable[[int], None]:
        if what == "comparing":
            raise InterruptedError
        return lambda _: None

    with opened(tmp_path / "other", url) as store:
        record(store, 77)
        with pytest.raises(InterruptedError), checked_backup(backup, begin) as checked:
            restore_backup(store, checked, MARK, begin)

        sizes = store.read(lambda reader: reader.sizes())
        assert (sizes.arrivals, sizes.tickets) == (1, 0)
        assert store.read(lambda reader: reader.pauses()) == ()
        assert record(store, 78).new == 1


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE backup SET made_at = made_at + 1", "damaged.*what it says of itself"),
        ("DELETE FROM entry WHERE n = 2", r"damaged \(entry\)"),
        ("UPDATE backup_file SET path = 'rules/other.yaml' WHERE path LIKE 'rules%'", "damaged.*configuration"),
        ("UPDATE backup SET schema = '0999'", "newer maild.*0999"),
    ],
)
def test_what_was_changed_afterwards_is_found(backup: Path, tmp_path: Path, statement: str, reason: str):
    """A backup says what it holds and when it was made, and is held to it."""
    with closing(sqlite3.connect(backup)) as database:
        assert database.execute(statement).rowcount
        database.commit()
    with opened(tmp_path / "other", None) as store, pytest.raises(BackupUnusableError, match=reason):
        restore(store, backup, Heard())


def test_a_backup_takes_no_other_files_place(lived_in: Store, directory: Path, tmp_path: Path):
    """An older backup is replaced; anything else, the desk's own database above all, is left alone."""
    heard = Heard()
    target = tmp_path / "desk.backup"
    write_backup(lived_in, target, {}, ORIGIN, heard.begin)
    write_backup(lived_in, target, FILES, ORIGIN, heard.begin)
    assert check(target)[1] == FILES

    (tmp_path / "diary").write_bytes(b"dear diary")
    for file in (tmp_path / "diary", tmp_path):
        with pytest.raises(BackupUnusableError, match="no backup"):
            write_backup(lived_in, file, {}, ORIGIN, heard.begin)
        with pytest.raises(BackupUnusableError, match="no backup"):
            check(file)
    with pytest.raises(BackupUnusableError, match="cannot be written"):
        write_backup(lived_in, tmp_path / "nowhere" / "backup", {}, ORIGIN, heard.begin)
    assert (tmp_path / "diary").read_bytes() == b"dear diary"


def test_a_backup_that_fails_leaves_the_old_one(backup: Path, lived_in: Store, directory: Path, tmp_path: Path):
    """What was there stays whole when a new one cannot be finished, and nothing is left of that."""
    whole = backup.read_bytes()

    def begin(what: str, rows: int) -> Callable[[int], None]:
        raise OSError(28, "No space left on device")

    with pytest.raises(BackupUnusableError, match="No space left"):
        write_backup(lived_in, backup, FILES, ORIGIN, begin)

    assert backup.read_bytes() == whole
    assert list(tmp_path.glob(".*partial")) == []


def test_a_desk_moves_to_a_server(sqlite_store: Store, directory: Path, database: str):
    """Row by row the same on PostgreSQL, which works on from there, while what was left behind rests for good."""
    live_a_day(sqlite_store)
    sqlite_store.write(lambda tx: tx.move_home(Home("m", "/here"), NOW))
    moved = Pause(PauseKind.RESTORED, LATER, "root", "moved", LATER)
    with opened(directory, database) as server:
        heard = Heard()
        copy_desk(sqlite_store, server, moved, heard.begin)

        assert heard.are_whole()
        assert content(directory, database) == content(directory, None)
        assert server.read(lambda reader: (reader.pauses(), reader.find_home())) == ((), None)
        assert record(server, 4711).new == 1
    assert sqlite_store.read(lambda reader: reader.find_pause(PauseKind.RESTORED)) == moved
