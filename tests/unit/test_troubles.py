"""The board: one alarm and one all-clear for each trouble, and a line a minute."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from maild.model.trouble import Alarm, TroubleKind, TroubleSpot
from maild.troubles import Board

SPOT = TroubleSpot(TroubleKind.MAILBOX, "support/INBOX")
OTHER = TroubleSpot(TroubleKind.RELAY, "main")
CAP = TroubleSpot(TroubleKind.ACKNOWLEDGEMENTS)
MINUTE, HOUR = 60.0, 3600.0


class Wall:
    """A board and its clock, and what it told so far: `+` an alarm, `-` an all-clear."""

    def __init__(self) -> None:
        self.time = 0.0
        self.board = Board(lambda: self.time, timedelta(minutes=2))

    def pass_by(self, seconds: float, step: float = 5.0) -> list[str]:
        """Let time go by, settling whatever is due on the way."""
        told = []
        end = self.time + seconds
        while self.time < end:
            self.time += step
            told += list(self.settle())
        return told

    def settle(self) -> Iterator[str]:
        for alarm in self.board.due():
            self.board.settle(alarm)
            yield f"{'-' if alarm.is_over else '+'}{alarm.spot}"


@pytest.fixture
def wall() -> Wall:
    return Wall()


def test_a_trouble_that_lasts_is_told_once_and_its_end_once(wall: Wall):
    """However often it is noted, for a day: one alarm after two minutes, one all-clear two minutes after the cure."""
    told = []
    for _ in range(24 * 60):
        wall.board.note(SPOT, "refused")
        told += wall.pass_by(MINUTE)
    assert told == ["+mailbox support/INBOX"]

    wall.board.clear(SPOT)
    assert wall.pass_by(MINUTE) == []
    assert wall.pass_by(2 * MINUTE) == ["-mailbox support/INBOX"]
    assert wall.pass_by(HOUR) == []
    assert wall.board.spots() == ()


def test_a_blink_is_told_to_nobody(wall: Wall):
    """A server that restarts within the patience."""
    wall.board.note(SPOT, "cut")
    assert wall.pass_by(110) == []
    wall.board.clear(SPOT)
    assert wall.pass_by(HOUR) == []


def test_what_comes_and_goes_is_one_trouble(wall: Wall):
    """Up and down every half minute, for an hour: one alarm, and no all-clear before it is quiet."""
    told = []
    for _ in range(60):
        wall.board.note(SPOT, "cut")
        told += wall.pass_by(MINUTE / 2)
        wall.board.clear(SPOT)
        told += wall.pass_by(MINUTE / 2)
    assert told == ["+mailbox support/INBOX"]
    assert wall.pass_by(3 * MINUTE) == ["-mailbox support/INBOX"]


def test_what_waiting_does_not_mend_is_told_at_once(wall: Wall):
    """A password that is refused."""
    wall.board.note(SPOT, "no", is_urgent=True)
    assert wall.pass_by(5) == ["+mailbox support/INBOX"]


def test_what_only_happens_is_over_when_it_did_not_for_an_hour(wall: Wall):
    """A cap that is reached again and again is told once; nobody needs to say that it is not reached."""
    told = []
    for _ in range(10):
        wall.board.note(CAP, "as many as it may", is_urgent=True)
        told += wall.pass_by(HOUR / 2)
    assert told == ["+acknowledgements"]
    assert wall.pass_by(HOUR) == ["-acknowledgements"]


def test_an_alarm_that_no_door_took_stays_due_and_its_end_is_told_alone(wall: Wall):
    """As long as it lasts it is due; when all is over only that is told."""
    wall.board.note(OTHER, "down", is_urgent=True)
    for _ in range(3):
        assert [(alarm.spot, alarm.is_over) for alarm in wall.board.due()] == [(OTHER, False)]
    wall.board.clear(OTHER)
    wall.time += 3 * MINUTE
    assert [(alarm.spot, alarm.is_over) for alarm in wall.board.due()] == [(OTHER, True)]


def test_a_later_life_repeats_no_alarm_and_tells_its_end(wall: Wall):
    """What was told before the restart is known, whether the trouble still stands or ends."""
    wall.board.restore([Alarm(SPOT, "refused", timedelta(hours=3)), Alarm(OTHER, "down", timedelta(hours=1))])
    wall.board.note(SPOT, "refused", is_urgent=True)
    wall.board.clear(OTHER)

    assert wall.pass_by(HOUR) == ["-relay main"]
    wall.board.clear(SPOT)
    wall.time += 3 * MINUTE
    [alarm] = wall.board.due()
    assert (alarm.is_over, alarm.age) == (True, timedelta(hours=4, minutes=3))


def test_a_line_a_minute_and_how_often_in_between(wall: Wall):
    """The first is written; then at most one a minute, whatever is cleared meanwhile; another trouble has its own."""
    written = []
    for _ in range(180):
        written.append(wall.board.note(SPOT, "cut"))
        wall.board.clear(SPOT)
        wall.time += 1
    assert [times for times in written if times] == [1, 60, 60]
    assert wall.board.note(OTHER, "down") == 1
