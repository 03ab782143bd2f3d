"""Alarms through real doors: a relay, a program, and what is remembered of them."""

import asyncio
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue

import pytest

from maild import doors as doors_module
from maild import shouting
from maild.alarming import Alarming
from maild.carrying import Desk, InForce
from maild.composing import Composer
from maild.doors import CommandDoor, RelayDoor
from maild.errors import AlarmNotTakenError
from maild.model.outgoing import MailState
from maild.model.trouble import Alarm, TroubleKind, TroubleSpot
from maild.shouting import shout
from maild.smtp import Relay
from maild.store import Store
from maild.troubles import Board
from tests.fakes.smtp import FakeSmtp, reply
from tests.integration.hearing import Heard, hearing
from tests.integration.store.values import FIRST, NOW
from tests.servers.accounts import relay_at
from tests.unit.desk_values import HOUSE, RING

MAIN = TroubleSpot(TroubleKind.RELAY, "main")
MAILBOX = TroubleSpot(TroubleKind.MAILBOX, "support/INBOX")


class Leg:
    """Alarming between a board, a store and doors."""

    def __init__(self, store: Store, heard: Heard, folder: Path) -> None:
        self.heard = heard
        self.store = store
        self.time = 0.0
        self.folder = folder
        self.board = Board(lambda: self.time, timedelta(minutes=2))
        self.writing = Desk(Composer(HOUSE.desk, HOUSE.rules, RING, {}), lambda: NOW, os.urandom)
        self.set_back: SimpleQueue[timedelta] = SimpleQueue()

    def door(self, name: str, server: FakeSmtp, to: tuple[str, ...] = ("admins",)) -> RelayDoor:
        return RelayDoor(name, lambda: Relay(relay_at(server), lambda: "secret"), to, InForce(HOUSE, self.writing))

    def command(self, *words: str) -> CommandDoor:
        return CommandDoor(words, lambda: NOW)

    def alarming(self, *doors: doors_module.Door, limit: int = 1000) -> Alarming:
        return Alarming(self.board, doors, self.store, limit=limit, now=lambda: NOW, set_back=self.set_back)

    @property
    def told(self) -> list[tuple[str, str, str]]:
        events = ("alarm_given", "all_clear_given")
        return [(line["event"], line["about"], line["door"]) for line in self.heard.lines if line["event"] in events]


@pytest.fixture
def leg(tmp_path: Path) -> Iterator[Leg]:
    store = Store.open(tmp_path / "state", None, first_number=FIRST)
    with hearing() as heard:
        yield Leg(store, heard, tmp_path)
    store.close()


async def test_an_alarm_about_a_relay_never_goes_by_it(leg: Leg) -> None:
    """The alarm's own relay first, unless the alarm is about it; one that is ill is tried last; then its end by any."""
    with FakeSmtp() as main, FakeSmtp() as second:
        alarming = leg.alarming(leg.door("main", main), leg.door("second", second))
        leg.board.note(MAIN, "connection refused", is_urgent=True)
        await alarming.tell()
        leg.board.note(MAILBOX, "no", is_urgent=True)
        await alarming.tell()
        leg.board.clear(MAIN)
        leg.time += 121
        await alarming.tell()
        await alarming.tell()

    assert leg.told == [
        ("alarm_given", "relay main", "relay second"),
        ("alarm_given", "mailbox support/INBOX", "relay second"),
        ("all_clear_given", "relay main", "relay main"),
    ]
    [over] = main.taken
    assert b"all clear: it is over that relay main takes no mail" in over.raw
    assert over.recipient == "rita@acme.example"


async def test_the_next_door_is_tried_and_a_locked_one_left_alone(leg: Leg) -> None:
    """A relay that refuses, then a program: the program is told, and the relay is not asked again at once."""
    took = leg.folder / "took"
    with FakeSmtp() as server:
        server.plan("AUTH", *[reply("535 5.7.8 no")] * 9)
        alarming = leg.alarming(leg.door("second", server), leg.command("sh", "-c", f"env > {took}.env; cat > {took}"))
        for spot in (MAIN, MAILBOX):
            leg.board.note(spot, "connection refused", is_urgent=True)
            await alarming.tell()

    assert [door for _, _, door in leg.told] == ["command sh"] * 2
    assert sum(said.startswith("AUTH") for said in server.heard) == 1
    [line] = leg.heard.find("alarm_not_taken")
    assert (line["door"], "535" in line["reason"]) == ("relay second", True)
    headline, words, _ = took.read_text().splitlines()
    assert headline == "alarm: mailbox support/INBOX cannot be read"
    assert words == "since 2026-11-23 09:00 UTC: connection refused"
    names = {line.partition("=")[0] for line in (leg.folder / "took.env").read_text().splitlines()}
    assert names <= {"PATH", "LANG", "PWD", "SHLVL", "_"}


async def test_without_an_open_door_it_stays_due(leg: Leg) -> None:
    """Only the relay that is in trouble: nobody can be told, until it is over."""
    with FakeSmtp() as server:
        alarming = leg.alarming(leg.door("main", server))
        leg.board.note(MAIN, "gone", is_urgent=True)
        await alarming.tell()
        assert leg.told == []
        leg.board.clear(MAIN)
        leg.time += 121
        await alarming.tell()

    assert leg.told == [("all_clear_given", "relay main", "relay main")]
    assert leg.store.read(lambda reader: reader.open_alarms(NOW)) == ()


async def test_what_was_told_is_remembered_and_the_mails_are_known(leg: Leg) -> None:
    """The next life knows the alarm, and an answer to its mails finds their marks."""
    with FakeSmtp() as server:
        leg.board.note(MAILBOX, "no", is_urgent=True)
        await leg.alarming(leg.door("second", server, ("it@acme.example", "admins"))).tell()

    [alarm] = leg.store.read(lambda reader: reader.open_alarms(NOW + timedelta(hours=1)))
    assert alarm == Alarm(MAILBOX, "no", timedelta(hours=1))
    rows = leg.store.read(lambda reader: reader.list_mails(None, 10))
    to = ["rita@acme.example", "it@acme.example"]
    assert [(row.state, row.recipient) for row in rows] == [(MailState.ACCEPTED, each) for each in to]
    assert all(row.message_id.encode() in taken.raw for row, taken in zip(rows, reversed(server.taken), strict=True))
    next_life = Board(lambda: 0.0, timedelta(minutes=2))
    next_life.restore([alarm])
    next_life.note(MAILBOX, "no", is_urgent=True)
    assert next_life.due() == ()


async def test_an_alarm_about_the_database_needs_no_database(leg: Leg) -> None:
    """It is told while nothing can be written, and written down once that can be: not told twice."""
    leg.store.close()
    with FakeSmtp() as server:
        alarming = leg.alarming(leg.door("second", server))
        leg.board.note(TroubleSpot(TroubleKind.DATABASE), "disk I/O error", is_urgent=True)
        await alarming.tell()
        await alarming.tell()
        assert len(server.taken) == 1
    assert leg.board.is_ill(TroubleSpot(TroubleKind.DATABASE))


async def test_a_disk_below_its_floor_is_told(leg: Leg) -> None:
    """Mails so large that no disk has room for one and a half of them; with small ones all is well."""
    leg.alarming(limit=1 << 60).look()
    assert leg.board.is_ill(TroubleSpot(TroubleKind.DISK))
    assert len(leg.heard.find("disk_short")) == 1
    leg.alarming().look()
    assert not leg.board.is_ill(TroubleSpot(TroubleKind.DISK))


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (["/no/such/program"], "cannot be run"),
        (["false"], "exit code 1"),
        (["sh", "-c", "echo $$ > {folder}/pid; sleep 600 & wait"], "did not end"),
    ],
)
async def test_a_program_that_does_not_take_it_says_why(
    command: list[str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, failing or hanging: an error in words, and nothing of it is left running."""
    monkeypatch.setattr(shouting, "PATIENCE_SECONDS", 1.0)
    with pytest.raises(AlarmNotTakenError, match=why):
        await shout([word.format(folder=tmp_path) for word in command], "alarm")
    if (tmp_path / "pid").exists():
        group = int((tmp_path / "pid").read_text())
        await asyncio.to_thread(_wait_for_end_of, group)


def _wait_for_end_of(group: int) -> None:
    """Wait until no process of a group lives; what is killed ends in its own time."""
    while any(_group_of(status) == group for status in Path("/proc").glob("[0-9]*/stat")):
        pass


def _group_of(status: Path) -> int:
    try:
        state, _, group = status.read_text().rpartition(") ")[2].split()[:3]
    except (OSError, ValueError):
        return 0
    return 0 if state == "Z" else int(group)
