"""What every test of the mailbox needs."""

from collections.abc import Iterator

import pytest

from maild.imap import Wake


@pytest.fixture
def wake() -> Iterator[Wake]:
    """A bell of one's own."""
    bell = Wake()
    yield bell
    bell.close()
