"""Kill the timing leg at every named point while breach, ladder and silence are due; each step is done once.

pytest tests/acceptance/test_kill_in_time.py                 a life for each point (CI)
pytest tests/acceptance/test_kill_in_time.py --sweep=long    each point at several turns
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from maild.daemon import now
from maild.failpoints import EXIT_CODE, Failpoint
from tests.acceptance.working_desk import PATIENCE
from tests.integration.a_desk import ADesk, a_mail

RULES = """\
calendars: {always: {timezone: UTC, hours: always}}
agreements:
  all: {calendar: always, clocks: {p1: {first_response: 1h, resolution: 8h}, p2: {}, p3: {}, p4: {}, p5: {}}}
ladders:
  all:
    steps:
      - {at: first_response 50%, notify: [lead]}
      - {after: 2h, if: unresolved, level: L2, notify: [lead]}
      - {after: 4h, if: unresolved, notify: [managers], repeat: 4h}
lifecycle:
  waiting: {remind: [20h, 40h], resolve_after: 60h}
  resolved: {close_after: 20h}
rules: {all: {when: always, then: {priority: p1}}}
"""
TIMING = [Failpoint.TIMING_CLAIMED, Failpoint.TIMING_CARRIED_OUT, Failpoint.TIMING_COMMITTED]
# What a life leaves; what is random in it, or names the life, is left out.
LEFT = (
    'SELECT ticket, n, kind, "by", text, flags, changes FROM entry ORDER BY ticket, n',
    "SELECT ticket, template, recipient, subject, state FROM outgoing_mail ORDER BY ticket, template, recipient",
    "SELECT kind, ticket, about, due_at FROM timer WHERE done_at IS NULL ORDER BY kind, ticket, about",
    "SELECT ticket, name, state, elapsed, at, due_at FROM clock ORDER BY ticket, name",
    "SELECT number, state, level, ladder FROM ticket ORDER BY number",
)


@dataclass(frozen=True, slots=True)
class Morning:
    """A desk that stood still for a day: an urgent ticket that nobody touched, one that waits, one that is resolved."""

    config: Path
    state: Path
    at: str

    def live(self, state: Path, kill: str = "") -> int:
        """Let one life do what is due on a copy of the desk; give its exit code."""
        command = [sys.executable, str(Path(__file__).with_name("firing.py")), str(self.config), str(state), self.at]
        environ = {name: value for name, value in os.environ.items() if name != "MAILD_FAILPOINT"}
        environ |= {"MAILD_FAILPOINT": kill} if kill else {}
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE, env=environ)
        assert done.returncode in {0, EXIT_CODE}, done.stderr
        return done.returncode

    def left(self, state: Path) -> list[list[Any]]:
        with closing(sqlite3.connect(state / "maild.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return [database.execute(query).fetchall() for query in LEFT]

    def copy(self, folder: Path) -> Path:
        shutil.copytree(self.state, folder / "state")
        return folder / "state"


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    desk = ADesk(tmp_path_factory.mktemp("morning"))
    (desk.config / "rules" / "time.yaml").write_text(RULES, encoding="utf-8")
    desk.handle(*(a_mail(subject=subject) for subject in ("Fire", "Which one?", "Done")))
    desk.maild("ticket", "set", "1002", "state=waiting")
    desk.maild("ticket", "set", "1003", "state=resolved")
    return Morning(desk.config, desk.folder / "state", (now() + timedelta(hours=26)).isoformat())


@pytest.fixture(scope="module")
def undisturbed(morning: Morning, tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What a life leaves that nobody kills."""
    state = morning.copy(tmp_path_factory.mktemp("undisturbed"))
    assert morning.live(state) == 0
    return morning.left(state)


def test_undisturbed_each_step_is_done_once(undisturbed: list[list[Any]]):
    """Two breaches, each step of the ladder, what repeats once for all that was missed; a reminder, a closing."""
    entries, mails, _, _, tickets = undisturbed
    flags = Counter(flag for *_, flags, _ in entries for flag in ("breached", "ladder", "reminder") if flag in flags)
    assert flags == {"breached": 2, "ladder": 1, "reminder": 1}
    assert "all/after 4h x6" in tickets[0][3]
    outside = Counter(template for _, template, recipient, *_ in mails if "customer" in recipient)
    assert outside == {"acknowledged": 3, "waiting-reminder": 1}  # nobody was told that it is solved
    assert [state for _, state, *_ in tickets] == ["new", "waiting", "closed"]


def test_killed_while_breach_ladder_and_silence_are_due(
    turns: int, morning: Morning, undisturbed: list[list[Any]], tmp_path: Path
):
    """Life after life is killed, at each point; what they leave is what one would have left that nobody kills."""
    for turn in range(1, turns + 1):
        state = morning.copy(tmp_path / str(turn))
        codes = [morning.live(state, f"{point.value}:{turn}") for point in TIMING]
        assert codes == [EXIT_CODE] * len(TIMING) or turn > 1, "a point was not reached"
        assert morning.live(state) == 0
        assert morning.left(state) == undisturbed
