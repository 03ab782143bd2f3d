"""Reloading: the daemon takes what was examined, between two mails, and tells when it was refused.

    newest edition in the store → read its texts → record that it is taken (commit) → everybody decides by it

What lies in the files is examined by a process of its own, `maild reload`: called by a person, or begun here when the
files were changed (`reload: watch`), on SIGHUP, and at a start that finds other files than those in force. Since what
is in force is kept in the store, a start needs no sound files.

BUGS
    An edition that was taken and one whose taking was cut off by a kill are in force from the next start on.
"""

import gc
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryFile
from threading import Event as Bell
from typing import IO, Final

from maild.carrying import InForce
from maild.config import Config, Stamp, find_unreloaded, texts_of
from maild.desk import Hours
from maild.errors import ConfigurationError, StoreBusyError, StoreUnusableError
from maild.following import Recounting, follow_rules
from maild.journal import Event, journal
from maild.marks import Keyring
from maild.model.edition import Edition, EditionState, digest_of
from maild.model.trouble import TroubleKind, TroubleSpot
from maild.premises import Premises, sound_premises
from maild.rules import Rules
from maild.store import Store
from maild.troubles import Board

LOOK_SECONDS: Final = 1.0
CATCH_UP_SECONDS: Final = 0.1
SETTLED_LOOKS: Final = 2
DIGEST_SHOWN: Final = 12
SPOT: Final = TroubleSpot(TroubleKind.RULES)
MOST_EARLIER: Final = 20
_MOST_WORDS: Final = 5
_SAID_BYTES: Final = 4000

log = journal("reloading")


class Examiner:
    """A `maild reload` of our own, for one examination at a time."""

    def __init__(self, directory: Path, environ: Mapping[str, str]) -> None:
        self._command = [sys.executable, "-m", "maild", "--config", str(directory), "reload", "--unattended"]
        self._environ = dict(environ)
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether an examination is under way."""
        return self._process is not None

    def begin(self, why: str) -> None:
        """Begin to examine the files as they lie."""
        self._said = TemporaryFile()  # noqa: SIM115 - closed when it has ended
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no word from outside
            [*self._command, why],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            env=self._environ,
        )

    def end(self) -> str | None:
        """Give what it said last, if it has ended since it was asked; "" where it is content."""
        if self._process is None or self._said is None or (code := self._process.poll()) is None:
            return None
        with self._said as said:
            said.seek(0)
            words = said.read(_SAID_BYTES).decode("utf-8", "replace")
        self._process = self._said = None
        return words.strip() or f"it ended with exit code {code}" if code else ""

    def stop(self) -> None:
        """End what is under way; nothing of it is kept."""
        if self._process is not None and self._said is not None:
            self._process.kill()
            self._process.wait()
            self._said.close()
            self._process = self._said = None


class Watch:
    """Tells when files were changed and are at rest again; `seen` is how they stood when they were read last."""

    def __init__(self, seen: Stamp) -> None:
        self._known = self._seen = seen
        self._looks = 0

    def is_due(self, stamp: Stamp) -> bool:
        """Whether files that were changed have stood as they do now for several looks; once for each change."""
        self._looks = self._looks + 1 if stamp == self._seen else 0
        self._seen = stamp
        is_due = stamp != self._known and self._looks >= SETTLED_LOOKS
        if is_due:
            self._known = stamp
        return is_due


@dataclass(frozen=True, slots=True)
class Seat:
    """What the daemon works with: its configuration as it read it, and what it decides by."""

    config: Config
    environ: Mapping[str, str]
    keyring: Keyring
    in_force: InForce
    now: Callable[[], datetime]

    def adopt(self, config: Config, rules: Rules, record: Callable[[datetime], None]) -> None:
        """Let everything from the next mail on be decided by other rules, templates and answers, once recorded.

        Clocks that run by calendars of before go on by them until this instant.
        """
        before, at = self.in_force.get()[0], self.now()
        earlier = (*before.earlier, Hours(at, before.rules.calendars))[-MOST_EARLIER:]
        house, desk = Premises(config, rules, self.keyring, earlier).in_force(self.now).get()
        self.in_force.exchange(house, desk, lambda: record(at))
        # What stood before need not stand for life any more, and what stands now may.
        gc.unfreeze()
        gc.collect()
        gc.freeze()


class Reloading:
    """The leg that takes editions. One thread, but for `ask`."""

    def __init__(self, seat: Seat, store: Store, board: Board) -> None:
        self._seat = seat
        self._store = store
        self._board = board
        self._examiner = Examiner(seat.config.directory, seat.environ)
        self._asked: SimpleQueue[str] = SimpleQueue()
        self._newest: Edition | None = None
        self._trouble = ""
        self._watch = Watch(seat.config.look_at_texts())
        self._examined_after: Edition | None = None
        self._followed_on: date | None = None
        self._recounting = Recounting(store, seat.in_force, seat.now)

    def ask(self, why: str) -> None:
        """Let the files be examined as soon as it can be; from any thread."""
        self._asked.put(why)

    def run(self, stop: Bell) -> None:
        """Take what is laid before the daemon until told to stop, and see whether files were changed.

        An examination that is under way when the leg fails goes on, and is taken up when it begins again.
        """
        while not stop.is_set():
            self.look()
            if self._seat.config.is_watching and not self._examiner.is_busy:
                self._look_at_files()
            if not self._examiner.is_busy and not self._asked.empty():
                self._examine(self._asked.get())
            if not self._recounting.go_on():
                stop.wait(LOOK_SECONDS)
        self._examiner.stop()

    def catch_up(self, stop: Bell) -> None:
        """Before any mail is decided, let the files be examined if they are not what is in force."""
        try:
            self.look()
            if self._is_changed():
                self._examine("maild run")
            while self._examiner.is_busy and not stop.is_set():
                stop.wait(CATCH_UP_SECONDS)
                self.look()
        finally:
            self._examiner.stop()

    def look(self) -> None:
        """Answer what was laid before the daemon since the last look."""
        said = self._examiner.end()
        # Two may reload at once: whoever was first must not wait for ever, nor be taken after the second.
        for edition in self._store.read(lambda reader: reader.proposed_editions()):
            self._newest = self._settled(edition)
        newest = self._store.read(lambda reader: reader.newest_edition())
        if newest is not None and newest != self._newest:
            self._newest = self._settled(newest)
        if said and self._newest == self._examined_after:
            # It came not even so far as to say so in the store: `maild.yaml` does not hold, for one.
            self._note(said.splitlines(), "maild", is_urgent=True)
        if not self._trouble:
            self._board.clear(SPOT)
        if self._seat.now().date() != self._followed_on:
            self._follow()

    def _examine(self, why: str) -> None:
        self._examined_after = self._newest
        self._examiner.begin(why)

    def _look_at_files(self) -> None:
        if self._watch.is_due(self._seat.config.look_at_texts()) and self._is_changed():
            self.ask("the files were changed")

    def _is_changed(self) -> bool:
        """Whether the files are something else than the last edition that was examined, and that was taken."""
        texts, known = self._seat.config.read_texts(), self._newest
        is_known = known is not None and known.digest == digest_of(texts.files())
        return bool(texts.problems) or not is_known

    def _settled(self, edition: Edition) -> Edition:
        """Take an edition or refuse it, and tell what became of it."""
        if edition.state is EditionState.PROPOSED:
            try:
                self._take(edition)
            except (StoreBusyError, StoreUnusableError):
                raise  # no edition's fault: it is taken when the leg begins again
            except Exception:
                # Whoever waits for an answer must not wait for ever.
                words = ("maild could not take it (an error of maild's: see the log)",)
                self._store.write(lambda tx: tx.refuse_edition(edition.id, words))
                raise
            settled = self._store.read(lambda reader: reader.find_edition(edition.id))
            edition = settled or edition
        if edition.state is EditionState.REFUSED:
            self._note(edition.words, edition.by, is_urgent=not edition.is_attended)
        else:
            self._trouble = ""
        return edition

    def _take(self, edition: Edition) -> None:
        seat = self._seat
        files = self._store.read(lambda reader: reader.files_of_edition(edition.id))
        try:
            config, rules = sound_premises(seat.config, texts_of(files))
        except ConfigurationError as error:
            words = ("it does not fit the maild.yaml that the daemon began with:", *map(str, error.problems))
            self._store.write(lambda tx: tx.refuse_edition(edition.id, words))
            return
        words = find_unreloaded(seat.config, seat.environ)

        def record(at: datetime) -> None:
            self._store.write(lambda tx: tx.take_edition(edition.id, words, at))

        seat.adopt(config, rules, record)
        self._trouble = ""
        self._board.clear(SPOT)
        log.info(Event.RULES_TAKEN, digest=edition.digest[:DIGEST_SHOWN], by=edition.by, rules=len(rules.rules))
        self._follow()
        self._recounting.begin()

    def _follow(self) -> None:
        """Let open tickets follow what was taken; and once a day, for a day may be somebody's last."""
        now = self._seat.now
        self._followed_on = now().date()
        if count := follow_rules(self._store, self._seat.in_force.get()[0], now):
            log.info(Event.TICKETS_FOLLOWED, count=count)

    def _note(self, words: Sequence[str], by: str, *, is_urgent: bool) -> None:
        """Note on the board that what lies in the files was refused; what was in force stays."""
        more = f"; and {len(words) - _MOST_WORDS} more" if len(words) > _MOST_WORDS else ""
        self._trouble = "; ".join(words[:_MOST_WORDS]) + more
        self._board.note(SPOT, self._trouble, is_urgent=is_urgent)
        log.error(Event.RULES_REFUSED, reason=self._trouble, by=by)
