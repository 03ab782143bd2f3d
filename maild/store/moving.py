"""A whole desk on its way: into a backup, out of one, or from one database into another."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from maild.model.pausing import Pause, PauseKind
from maild.store.backupfile import Backup, Origin, brought_up_to_date, new_backup, opened_backup, seal_backup
from maild.store.copying import Advance
from maild.store.database import Store
from maild.store.verbs import Reader, Transaction

Begin = Callable[[str, int], Advance]  # what begins and how many rows it is → whom to tell of those that are done


def write_backup(store: Store, path: Path, files: Mapping[str, bytes], origin: Origin, begin: Begin) -> int:
    """Write all of a store, in one snapshot, and the files of its configuration into one file; return how many rows.

    The daemon works on meanwhile. Raises BackupUnusableError; what was at `path` then stays as it was.
    """

    def write(reader: Reader) -> int:
        with new_backup(path) as target:
            rows = reader.count_rows()
            seal_backup(target, origin, reader.copy_to(target, begin("writing", rows)), files)
        return rows

    return store.read(write)


@contextmanager
def checked_backup(path: Path, begin: Begin) -> Iterator[Backup]:
    """Open a backup for a block, once every sum of it was found right; one of an older schema as an upgraded copy.

    Raises BackupUnusableError, in the block too.
    """
    with opened_backup(path) as backup:
        backup.check(begin("checking", backup.rows))
        if not backup.is_older:
            yield backup
            return
    with brought_up_to_date(path) as newer:
        yield newer


def restore_backup(store: Store, backup: Backup, mark: Pause, begin: Begin) -> int:
    """Put what a backup holds in the place of all that a store holds; return how many rows.

    The store rests from then on, by `mark`. Raises StoreUnusableError; the store then is as it was.
    """
    rows = backup.rows

    def put(tx: Transaction) -> int:
        tx.take_all(backup.connection, begin("restoring", rows), begin("comparing", rows))
        tx.lift_pause(PauseKind.RESTORED)
        tx.pause(mark)
        return rows

    return store.write(put)


def copy_desk(source: Store, target: Store, mark: Pause, begin: Begin) -> int:
    """Copy all of a store into another, empty one, compare, and let the source rest for good; return how many rows.

    Raises StoreUnusableError; the target then is as it was.
    """

    def copy(reader: Reader) -> int:
        rows = reader.count_rows()

        def put(tx: Transaction) -> None:
            reader.copy_into(tx, begin("copying", rows), begin("comparing", rows))
            tx.move_home(None, mark.at)

        target.write(put)
        return rows

    rows = source.read(copy)
    source.write(lambda tx: tx.pause(mark))
    return rows
