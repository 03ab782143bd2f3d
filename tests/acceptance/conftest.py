"""A desk at work for each test that asks for one."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.acceptance.working_desk import WorkingDesk
from tests.servers.disk import mounted_disk
from tests.servers.host import MailHost
from tests.servers.postgresql import Postgresql

SHORT_SOAK = 63.0


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


@pytest.fixture
def small_disk(tmp_path: Path, soak_seconds: float) -> Iterator[Path]:
    """A file system of 100 MB, or of a gigabyte for a long soak, of its own."""
    with mounted_disk(tmp_path / "small", 100 if soak_seconds <= SHORT_SOAK else 1000) as folder:
        yield folder


def pytest_addoption(parser: pytest.Parser) -> None:
    seconds = f"for how many seconds the soak lasts ({SHORT_SOAK})"
    parser.addoption("--soak", type=float, default=SHORT_SOAK, help=seconds)
    parser.addoption("--sweep", choices=["short", "long"], default="short", help="how long the kill sweep is")


@pytest.fixture
def soak_seconds(request: pytest.FixtureRequest) -> float:
    """How long the soak lasts."""
    return float(request.config.getoption("--soak"))


@pytest.fixture
def turns(request: pytest.FixtureRequest) -> int:
    """At how many of its turns each failpoint kills."""
    return 4 if request.config.getoption("--sweep") == "long" else 1


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How many mornings are disturbed by random kills."""
    return 200 if request.config.getoption("--sweep") == "long" else 2
