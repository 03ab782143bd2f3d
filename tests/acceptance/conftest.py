"""A desk at work for each test that asks for one."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.acceptance.working_desk import WorkingDesk
from tests.servers.host import MailHost
from tests.servers.postgresql import Postgresql


@pytest.fixture
def new_desk(mail_host: MailHost, tmp_path: Path) -> Iterator[Callable[..., WorkingDesk]]:
    """Set up desks that are not started yet; whatever of them still runs at the end is ended."""
    desks: list[WorkingDesk] = []

    def make(**options: str | None) -> WorkingDesk:
        folder = tmp_path / f"desk{len(desks)}"
        folder.mkdir()
        desks.append(WorkingDesk(mail_host, folder, **options))
        return desks[-1]

    yield make
    for desk in desks:
        desk.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest) -> Iterator[Callable[[], str | None]]:
    """Say where a desk's database is: in its directory (None), or one of its own on a server. Ask before `new_desk`."""
    if request.param == "sqlite":
        yield lambda: None
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    with ExitStack() as stack:
        yield lambda: stack.enter_context(server.database())


@pytest.fixture
def desk(new_desk: Callable[..., WorkingDesk]) -> WorkingDesk:
    """A desk at work, connected to its mailbox."""
    desk = new_desk()
    desk.start()
    desk.wait_for_event("mailbox_connected")
    return desk


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sweep", choices=["short", "long"], default="short", help="how long the kill sweep is")


@pytest.fixture
def turns(request: pytest.FixtureRequest) -> int:
    """At how many of its turns each failpoint kills."""
    return 4 if request.config.getoption("--sweep") == "long" else 1


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How many mornings are disturbed by random kills."""
    return 200 if request.config.getoption("--sweep") == "long" else 3
