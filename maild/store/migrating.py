"""Bringing a database to the schema of this maild: all steps in one transaction, or none."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from maild.errors import StoreUnusableError

HEAD = "0031"  # the newest step in migrations/versions

_version = table("alembic_version", column("version_num"))


def migrate(
    connection: Connection, permit: Callable[[], AbstractContextManager[object]] = nullcontext, head: str = HEAD
) -> str | None:
    """Create or upgrade the tables; return the schema that was upgraded, None where there was nothing to.

    A database that is there is upgraded within what `permit` gives. Raises StoreUnusableError for one that a newer
    maild wrote, or that is none of maild's.
    """
    with connection.begin():
        found = find_version(connection)
        if found == head:
            return None
        if found is not None and found > head:
            raise StoreUnusableError(
                f"the database has schema {found}, written by a newer maild; this one knows schemas up to {head}: "
                "use that maild again, or restore a backup made before it"
            )
        with nullcontext() if found is None else permit():
            _upgrade(connection, head)
        return found


def find_version(connection: Connection) -> str | None:
    """Read the schema's number; None for an empty database."""
    names = inspect(connection).get_table_names()
    if _version.name in names:
        version: str | None = connection.execute(select(_version.c.version_num)).scalar_one_or_none()
        return version
    if names:
        raise StoreUnusableError(f"the database is none of maild's: it has tables {', '.join(sorted(names)[:5])}")
    return None


def _upgrade(connection: Connection, head: str) -> None:
    # Imported here: it takes a while, and every command but the first after an upgrade does without.
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, head)
