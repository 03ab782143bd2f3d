"""A database of each test's own, on disk as in life."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from maild.store import Store
from tests.integration.store.values import FIRST


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where a store may be opened; nothing is there yet."""
    return tmp_path / "state"


@pytest.fixture
def store(directory: Path) -> Iterator[Store]:
    """An empty store."""
    opened = Store.open(directory, None, first_number=FIRST)
    yield opened
    opened.close()
