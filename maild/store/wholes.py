"""Verbs about all rows at once."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from maild.errors import StoreUnusableError
from maild.store.copying import Advance, Sum, copy_rows, count_rows, delete_rows, sum_rows, tables_of
from maild.store.snapshot import Snapshot
from maild.store.tables import arrival, ticket


class WholeReading(Snapshot):
    """Giving everything."""

    def count_rows(self) -> int:
        """Count the rows of all tables."""
        return count_rows(self._connection, tables_of(self._connection))

    def holds_mail(self) -> bool:
        """Say whether the desk has ever taken a mail in."""
        any_row = (select(table).limit(1) for table in (arrival, ticket))
        return any(self._connection.execute(rows).first() is not None for rows in any_row)

    def copy_to(self, target: Connection, advance: Advance) -> Mapping[str, Sum]:
        """Write every row into an empty database of our schema, in its transaction; return the sums."""
        return copy_rows(self._connection, target, advance)

    def copy_into(self, target: "WholeWriting", copied: Advance, compared: Advance) -> None:
        """Put every row in the place of what another store holds."""
        target.take_all(self._connection, copied, compared)


class WholeWriting(Snapshot):
    """Taking everything."""

    def take_all(self, source: Connection, copied: Advance, compared: Advance) -> None:
        """Put every row of a database of our schema in the place of our own, and compare what lies here then.

        Raises StoreUnusableError where that differs.
        """
        delete_rows(self._connection)
        given = copy_rows(source, self._connection, copied)
        taken = sum_rows(self._connection, compared)
        differing = [
            name for name, one in given.items() if (one.rows, one.sha256) != (taken[name].rows, taken[name].sha256)
        ]
        if differing:
            raise StoreUnusableError(f"what was written differs from what was read ({', '.join(differing)})")
