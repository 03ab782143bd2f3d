"""Kill the daemon at every named point and at any moment; begin again; every promise holds.

pytest tests/acceptance/test_kill_anywhere.py                 each point once, a handful of random kills (CI)
pytest tests/acceptance/test_kill_anywhere.py --sweep=long    each point at several turns, hundreds of kills
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from threading import Event, Thread

import pytest

from maild.failpoints import EXIT_CODE, Failpoint
from tests.acceptance.promises import check, undone
from tests.acceptance.working_desk import PATIENCE, WorkingDesk

CUSTOMERS = 6


def mails_for(desk: WorkingDesk) -> list[bytes]:
    """A small morning: new matters, one of them twice, an answer to one, an unreachable sender, a forged one."""
    raws, passed = [], "pass"
    for number in range(CUSTOMERS):
        who = desk.host.new_user("bigco.example")
        raws.append(_mail(desk, who, f"matter{number}", passed))
    raws.append(raws[0])
    raws.append(_mail(desk, who, "more", passed).replace(b"To:", f"In-Reply-To: <matter5.{who}>\r\nTo:".encode(), 1))
    raws.append(_mail(desk, f"refused.{who}", "unreachable", passed))
    raws.append(_mail(desk, who, "forged", "fail (p=reject)"))
    return raws


def _mail(desk: WorkingDesk, who: str, subject: str, verdict: str) -> bytes:
    domain = who.partition("@")[2]
    return (
        f"Authentication-Results: {desk.host.authserv_id}; dmarc={verdict} header.from={domain}\r\n"
        f"From: {who}\r\nTo: {desk.address}\r\nSubject: {subject}\r\nMessage-ID: <{subject}.{who}>\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\nGrüße zu {subject}.\r\n"
    ).encode()


def lay_in(desk: WorkingDesk) -> list[bytes]:
    raws = mails_for(desk)
    for raw in raws:
        desk.host.dovecot.append(desk.address, raw)
    return raws


def finish(desk: WorkingDesk, raws: Sequence[bytes]) -> None:
    """Let an unharmed daemon do the rest, and check the promises."""
    running = desk.start()
    desk.wait_for_event("daemon_started")
    with running.changed:
        done = running.changed.wait_for(
            lambda: undone(desk, len(raws)) == 0 or running.process.poll() is not None, PATIENCE
        )
    assert done and running.process.poll() is None, (undone(desk, len(raws)), running.lines[-9:], running.other[-9:])
    assert desk.stop() == 0
    check(desk, raws)


AT_A_DESK = 4
# No mail passes the pages.
POINTS = tuple(point for point in Failpoint if not point.value.startswith("web."))
CHAINS = tuple(POINTS[first : first + AT_A_DESK] for first in range(0, len(POINTS), AT_A_DESK))


@pytest.mark.parametrize("points", CHAINS, ids=lambda points: f"{points[0].value}-to-{points[-1].value}")
def test_killed_at_failpoints(
    points: Sequence[Failpoint],
    turns: int,
    new_database: Callable[[], str | None],
    new_desk: Callable[..., WorkingDesk],
):
    """Whatever line the power is cut at, nothing is lost and nothing is doubled; a point never reached fails.

    Each morning ends at the next point, so that what one cut left behind is mended by a life that is cut itself.
    """
    for turn in range(1, turns + 1):
        desk = new_desk(database=new_database())
        raws: list[bytes] = []
        for point in points:
            raws += lay_in(desk)
            desk.start(MAILD_FAILPOINT=f"{point.value}:{turn}")

            code = desk.wait_for_end()

            assert code == EXIT_CODE, f"{point.value} was not reached {turn} times"
            torn = desk.maild("verify")  # what a power cut leaves is whole before anybody mends it
            assert torn.returncode == 0, torn.stdout + torn.stderr
        finish(desk, raws)


def test_killed_at_random_beside_writers(
    kills: int, new_database: Callable[[], str | None], new_desk: Callable[..., WorkingDesk]
):
    """SIGKILL at any moment, a command line writing to the same database meanwhile: the promises hold."""
    for seed in range(kills):
        chance = random.Random(seed)
        desk = new_desk(database=new_database())
        raws = lay_in(desk)
        deaths = chance.randint(1, 3)
        for _ in range(deaths):
            live_until_line(desk, chance.randint(1, 40), len(raws))
        finish(desk, raws)


def live_until_line(desk: WorkingDesk, line: int, expected: int) -> None:
    """One life: until the daemon has logged so many lines or has nothing left to do, then SIGKILL."""
    running = desk.start()
    with writer(desk), running.changed:
        running.changed.wait_for(lambda: len(running.lines) >= line or undone(desk, expected) == 0, PATIENCE)
    desk.kill()


@contextmanager
def writer(desk: WorkingDesk) -> Iterator[None]:
    """Somebody at the command line who writes as long as the block lasts."""
    stop = Event()

    def write() -> None:
        for number in cycle(range(1, CUSTOMERS + 1)):
            if stop.is_set():
                return
            desk.maild("mail", "retry", str(number))

    thread = Thread(target=write, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)
