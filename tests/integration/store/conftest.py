"""A database of each test's own, as in life: a file on disk, and a database on a server.

A test that asks for `store` or `url` runs on both; one that asks for `directory` alone is about SQLite's file.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from maild.store import Store
from tests.integration.store.values import FIRST
from tests.servers.postgresql import Postgresql


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where a store may be opened; nothing is there yet."""
    return tmp_path / "state"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where a store may be opened: in the directory (None), or in a database on a server."""
    if request.param == "sqlite":
        yield None
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    with server.database() as database:
        yield database


@pytest.fixture
def database(postgresql: Postgresql) -> Iterator[str]:
    """The URL of a database on a server, for what is about PostgreSQL alone."""
    with postgresql.database() as name:
        yield name


@pytest.fixture
def store(directory: Path, url: str | None) -> Iterator[Store]:
    """An empty store."""
    opened = Store.open(directory, url, first_number=FIRST)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(directory: Path) -> Iterator[Store]:
    """An empty store in a file."""
    opened = Store.open(directory, None, first_number=FIRST)
    yield opened
    opened.close()
