"""A test's database, asked from outside by plain SQL."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.servers import postgresql


def rows_of(directory: Path, url: str | None, query: str) -> list[tuple[Any, ...]]:
    """Ask without maild."""
    if url is not None:
        return postgresql.rows_of(url, query)
    with closing(sqlite3.connect(directory / "maild.db")) as database:
        return database.execute(query).fetchall()


def check_whole(directory: Path, url: str | None) -> None:
    """Let SQLite look for damage; a server does so with every page that it reads."""
    if url is None:
        assert rows_of(directory, url, "PRAGMA integrity_check") == [("ok",)]
        assert rows_of(directory, url, "PRAGMA foreign_key_check") == []
