"""`maild run --observe`: what the desk would do stands on the terminal, and nowhere else."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Condition, Thread

from tests.acceptance.promises import rows_of
from tests.acceptance.working_desk import PATIENCE, WorkingDesk
from tests.servers import postgresql


class Observer:
    """A desk that is only observed, and what stands on its terminal."""

    def __init__(self, desk: WorkingDesk) -> None:
        command = [sys.executable, "-m", "maild", "--config", str(desk.config), "run", "--observe"]
        copies = copies_of(desk)
        copies.mkdir(exist_ok=True)
        environ = {**os.environ, "PYTHONUNBUFFERED": "1", "TMPDIR": str(copies)}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)
        self._lines: list[str] = []
        self._news = Condition()
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout
        with self.process.stdout as stream:
            for line in stream:
                with self._news:
                    self._lines.append(line.rstrip())
                    self._news.notify_all()

    def wait_for(self, words: str) -> str:
        """Wait for a line that holds these words, and give all that stands there."""
        with self._news:
            found = self._news.wait_for(lambda: any(words in line for line in self._lines), PATIENCE)
            assert found, (words, self._lines)
            return "\n".join(self._lines)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        self._listener.join(PATIENCE)
        return code


def copies_of(desk: WorkingDesk) -> Path:
    """Where this desk's throw-away copies lie: other tests observe at the same time."""
    return desk.folder / "copies"


def observed(desk: WorkingDesk, words: str) -> str:
    observer = Observer(desk)
    try:
        return observer.wait_for(words)
    finally:
        assert observer.stop() == 0


def traces(desk: WorkingDesk) -> object:
    """All that a desk leaves behind: its database, its files, what lies in the mailbox and how, what went out."""
    # In maild.lock stands who held it last, for moments.
    files = {path.name: path.name == "maild.lock" or path.read_bytes() for path in desk.state.glob("*")}
    imap = desk.host.dovecot
    mailbox = (imap.messages(desk.address), imap.flags(desk.address), imap.messages(desk.address, "Handled"))
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    if desk.database is None:
        rows: object = None
    elif postgresql.rows_of(desk.database, tables) == [(0,)]:
        rows = "no tables"
    else:
        rows = rows_of(desk, "SELECT number, version FROM ticket ORDER BY number")
    return files, mailbox, rows, len(desk.host.transcript)


def test_an_observed_desk_leaves_no_trace(new_database: Callable[[], str | None], new_desk: Callable[..., WorkingDesk]):
    """Before the first run and after it: what would happen is shown and not kept, and then it happens."""
    desk = new_desk(database=new_database())
    bob = desk.host.new_user("bigco.example")
    desk.send(desk.write(bob, "Printer", "It is dead."), bob)
    desk.host.wait_for_mail(desk.address)
    before = traces(desk)

    shown = observed(desk, f"mail to {bob}: ")

    assert f"{bob}: Printer → ticket #1001" in shown
    assert "open ticket #1001 in support as new" in shown
    assert f"mail to {desk.alice}: " in shown and "(agent-notice)" in shown
    assert traces(desk) == before
    desk.start()
    assert "#1001" in desk.wait_for_mail(bob)["Subject"]
    desk.wait_for_event("outcomes_shown")
    desk.wait_for_event("mail_accepted", 3)
    assert desk.stop() == 0

    desk.send(desk.answer(bob, desk.wait_for_mail(bob), "It still is."), bob)
    desk.host.wait_for_mail(desk.address, 2)
    before = traces(desk)

    assert f"{bob}: Re: " in observed(desk, "add entry 2 to #1001: customer-message")
    assert traces(desk) == before
    desk.start()
    desk.wait_for_event("entry_added", ticket=1001)
    assert list(copies_of(desk).iterdir()) == []
