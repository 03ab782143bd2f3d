"""Intake: unseen mail of a mailbox becomes arrivals; later, when idle, their outcomes are shown on the server.

    fetch raw bytes → record the arrivals (commit) → … → show their outcomes → record that they are shown (commit)

The server is told only what is committed, and marking twice does no harm. New mail is what the server has and we have
not, never "above the last": one bad mail neither hides nor blocks another.

What lay in a folder when the desk first saw it is old mail: it is taken over, a slice at a time, after all that came
since.

BUGS
    A mail that somebody else deletes between the server's listing and our fetch is not missed by anybody.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event as Bell

from maild.config import TakeoverConfig
from maild.errors import AccountError, MailboxRefusedError, MailboxUnavailableError
from maild.failpoints import Failpoint, reach
from maild.imap import Mailbox, Wake
from maild.journal import Event, journal
from maild.model.decision import OutcomeKind
from maild.model.mail import Fetched
from maild.model.pausing import PauseKind
from maild.model.ticket import State
from maild.model.trouble import TroubleKind, TroubleSpot
from maild.parsing import fingerprint
from maild.store import FirstSight, NewArrival, Store, pack
from maild.troubles import Board

FETCH_BATCH = 50
OLD_SLICE = 500  # of old mail, until it is looked whether new mail came
TELL_EVERY = timedelta(seconds=5)
SHOW_BATCH = 500  # in one command (see imap/showing.py)
TRIES = 3
RETRY_FIRST = timedelta(seconds=1)
RETRY_LAST = timedelta(seconds=30)  # and half of that by chance: a server that is back is used within the minute
RETRY_REFUSED = timedelta(minutes=10)  # at most six sign-ins an hour with a password that is wrong
LOOK_AT_PASSWORD = timedelta(seconds=15)
LOOK_AT_DISK = timedelta(seconds=20)

log = journal("intake")


@dataclass(frozen=True, slots=True)
class Source:
    """One folder of one mailbox, as the configuration names it. `limit` is in bytes."""

    name: str
    folder: str
    poll: timedelta
    limit: int
    takeover: TakeoverConfig

    def state_of(self, mail: Fetched, uidvalidity: int, first: FirstSight | None) -> State | None:
        """Give the state of the ticket that a mail opens if it is old: it lay here at first sight, before the cut-off.

        Once a server has numbered a folder anew, when it received a mail must say whether that lay there.
        """
        if first is None:
            return None
        at, before = mail.received_at, self.takeover.before
        lay_here = mail.uid < first.old_below if uidvalidity == first.uidvalidity else at is not None and at < first.at
        is_old = lay_here and (before is None or at is None or at < before)
        return self.takeover.state if is_old else None


class Intake:
    """The leg that reads one folder of one mailbox. One thread; the mailbox is nobody else's.

    `tell` hears now and then how much old mail is still to be taken over, last of all 0. `stamp` tells one version of
    the password from another: a new one is tried at once.
    """

    def __init__(
        self,
        source: Source,
        mailbox: Mailbox,
        store: Store,
        now: Callable[[], datetime],
        tell: Callable[[int], None],
        *,
        board: Board,
        stamp: Callable[[], object],
    ) -> None:
        self._source = source
        self._mailbox = mailbox
        self._store = store
        self._now = now
        self._tell = tell
        self._failures: Counter[int] = Counter()
        self._epoch = 0
        self._known: set[int] = set()  # of this epoch, as far as the folder still has them
        self._first: FirstSight | None = None
        self._unfetched = 0  # of old mail
        self._is_taking_over = False
        self._tell_at: datetime | None = None  # None: nothing is left to take over
        self._show_at: datetime | None = None  # None: at once
        self._is_careful = False
        self._delay = RETRY_FIRST
        self._board = board
        self._stamp = stamp
        self._spot = TroubleSpot(TroubleKind.MAILBOX, f"{source.name}/{source.folder}")
        self._is_connection_news = True
        self._has_room = True
        self._log = log.bind(mailbox=source.name, folder=source.folder)

    def run(self, stop: Bell, wake: Wake, arrived: Callable[[], None], jitter: Callable[[], float]) -> None:
        """Read the folder until told to stop, connecting again for ever; `arrived` is called after each commit."""
        while not stop.is_set():
            stamp = self._stamp()
            try:
                self._mailbox.connect()
                self._tell_connected()
                self._read_until(stop, wake, arrived)
            except MailboxUnavailableError as error:
                asked = error.again_in.total_seconds() if error.again_in else 0.0
                seconds = max(self._delay.total_seconds() * (0.5 + jitter()), asked)
                self._delay = min(self._delay * 2, RETRY_LAST)
                if times := self._note(error, is_urgent=False):
                    self._is_connection_news = True
                    self._log.warning(Event.MAILBOX_LOST, reason=str(error), again_in=round(seconds, 1), times=times)
                stop.wait(seconds)
            except MailboxRefusedError as error:
                seconds = RETRY_REFUSED.total_seconds()
                if times := self._note(error, is_urgent=True):
                    self._is_connection_news = True
                    self._log.error(Event.MAILBOX_REFUSED, reason=str(error), again_in=seconds, times=times)
                self._wait_for_password(stop, stamp)
            finally:
                self._mailbox.close()

    def _note(self, error: AccountError, *, is_urgent: bool) -> int:
        """Note what is wrong where it is wrong: a server that is asked for a sign-in was reached."""
        if not error.sign_in:
            return self._board.note(self._spot, str(error), is_urgent=is_urgent)
        self._board.clear(self._spot)
        return self._board.note(TroubleSpot(TroubleKind.SIGN_IN, error.sign_in), str(error), is_urgent=is_urgent)

    def _tell_connected(self) -> None:
        """Say that IMAP works, if anybody was told that it does not."""
        if self._is_connection_news:
            self._is_connection_news = False
            self._log.info(Event.MAILBOX_CONNECTED, uidvalidity=self._mailbox.uidvalidity)

    def _wait_for_password(self, stop: Bell, stamp: object) -> None:
        """Leave a server alone that refused us; not longer than it takes somebody to mend the password."""
        for _ in range(RETRY_REFUSED // LOOK_AT_PASSWORD):
            if stop.wait(LOOK_AT_PASSWORD.total_seconds()) or self._stamp() != stamp:
                return

    def _note_well(self) -> None:
        """Mail flows, or all of it is in."""
        self._delay = RETRY_FIRST
        self._board.clear(self._spot)

    def _read_until(self, stop: Bell, wake: Wake, arrived: Callable[[], None]) -> None:
        self.begin_epoch()
        while not stop.is_set():
            wake.clear()
            # After showing, the folder is listed again: news told in the middle of a command is not told to IDLE.
            taken = self.take_in(stop, arrived)
            self._tell_progress()
            if not (taken or stop.is_set() or self._show_in_turn()):
                self._note_well()
                self._mailbox.wait(wake, self._patience())

    def _patience(self) -> timedelta:
        """Say how long nothing need be looked at unless the server has news."""
        patience = self._source.poll if self._tell_at is None else min(self._source.poll, TELL_EVERY)
        return patience if self._has_room else min(patience, LOOK_AT_DISK)

    def begin_epoch(self) -> None:
        """Note what lies in a folder at first sight, and tell when the server renumbered it: all is compared again."""
        source, current, now = self._source, self._mailbox.uidvalidity, self._now()
        before = self._store.read(lambda reader: reader.find_uidvalidity(source.name, source.folder))
        if before is None:
            lying = self._mailbox.unseen(frozenset())
            below = max(lying, default=0) + 1
            self._store.write(lambda tx: tx.begin_epoch(source.name, source.folder, current, below, now))
            self._log.info(Event.FOLDER_FIRST_SEEN, old=len(lying), taken_over_as=source.takeover.state.value)
        elif before != current:
            self._store.write(lambda tx: tx.begin_epoch(source.name, source.folder, current, None, now))
            self._log.warning(Event.EPOCH_CHANGED, before=before, now=current)
        self._first = self._store.read(lambda reader: reader.find_first_sight(source.name, source.folder))
        self._tell_at = now

    def _tell_progress(self) -> None:
        """Say now and then how much old mail is still to be taken over, and once that it is done."""
        now, source = self._now(), self._source
        if self._tell_at is None or now < self._tell_at:
            return
        left = self._unfetched + self._store.read(lambda reader: reader.count_old_left(source.name, source.folder))
        is_news = left > 0 or self._is_taking_over
        self._is_taking_over = left > 0
        self._tell_at = now + TELL_EVERY if left else None
        if is_news:
            self._log.info(Event.OLD_MAIL_TAKEN_OVER, left=left)
            self._tell(left)

    def take_in(self, stop: Bell, arrived: Callable[[], None]) -> int:
        """Record what the folder has and the ledger has not; return how many were recorded.

        All that is new, and a slice of what is old: the next call looks for new mail first. Nothing while mail rests.
        """
        if self._store.read(lambda reader: reader.find_pause(PauseKind.MAIL)) is not None:
            return 0
        validity = self._mailbox.uidvalidity
        if validity != self._epoch:
            self._epoch = validity
            self._failures.clear()
            self._known.clear()
        new, old = self._in_turn(self._unknown())
        self._has_room = True
        self._unfetched = max(len(old) - OLD_SLICE, 0)
        taken = 0
        for uids in self._portions([*new, *old[:OLD_SLICE]]):
            self._has_room = self._store.find_shortage(self._source.limit) is None
            if stop.is_set() or not self._has_room:
                break
            taken += self._record(self._fetch(uids))
            arrived()
        self._is_careful = False
        return taken

    def _unknown(self) -> list[int]:
        """List the folder, then ask the ledger about what it has; oldest first."""
        source, validity = self._source, self._epoch
        unseen = self._mailbox.unseen(self._known)
        known = self._store.read(lambda reader: reader.find_uids(source.name, source.folder, validity, unseen))
        self._known |= known
        return [uid for uid in unseen if uid not in known]

    def _in_turn(self, uids: Sequence[int]) -> tuple[list[int], list[int]]:
        """Part what has come since the first sight, or since the cut-off, from what was there before."""
        first, before = self._first, self._source.takeover.before
        below = first.old_below if first is not None and first.uidvalidity == self._epoch else 0
        old = {uid for uid in uids if uid < below}
        if old and before is not None:
            # Servers compare the date alone, each in its own zone: a day too many does no harm to the order.
            old -= self._mailbox.received_since(before.date() - timedelta(days=1))
        return [uid for uid in uids if uid not in old], [uid for uid in uids if uid in old]

    def _portions(self, uids: Sequence[int]) -> Iterator[list[int]]:
        """Split what is to be fetched; one by one after a fetch that broke the connection."""
        if self._is_careful:
            yield from ([uid] for uid in uids)
            return
        for start in range(0, len(uids), FETCH_BATCH):
            with self._warned():
                portions = self._mailbox.portions(uids[start : start + FETCH_BATCH], self._source.limit)
            yield from portions

    def _fetch(self, uids: Sequence[int]) -> list[Fetched]:
        """Fetch a portion; a mail that does not come three times is given as a stub, to be held."""
        try:
            with self._warned():
                fetched = self._mailbox.fetch(uids, self._source.limit)
        except MailboxUnavailableError:
            if len(uids) == 1:
                self._record(self._failed(uids))
            raise
        missing = set(uids) - {mail.uid for mail in fetched}
        return sorted([*fetched, *self._failed(missing)], key=lambda mail: mail.uid)

    @contextmanager
    def _warned(self) -> Iterator[None]:
        """Remember that one mail may be what breaks the connection: next time they are fetched one by one."""
        try:
            yield
        except MailboxUnavailableError:
            self._is_careful = True
            raise

    def _failed(self, uids: Collection[int]) -> list[Fetched]:
        """Count a failure of each mail; give a stub of those that had their three tries."""
        self._failures.update(uids)
        return [self._stub(uid) for uid in uids if self._failures[uid] >= TRIES]

    def _stub(self, uid: int) -> Fetched:
        self._log.error(Event.MAIL_NOT_FETCHED, uid=uid, tries=self._failures.pop(uid))
        return Fetched(uid=uid, raw=b"", size=0, is_whole=False, received_at=None)

    def _record(self, fetched: Sequence[Fetched]) -> int:
        """Keep what came; return how many that were."""
        reach(Failpoint.INTAKE_FETCHED)
        source, validity, now = self._source, self._epoch, self._now()
        new = [
            NewArrival(mail, fingerprint(mail.raw), pack(mail.raw), source.state_of(mail, validity, self._first))
            for mail in fetched
        ]
        if not new:
            return 0
        counts = self._store.write(lambda tx: tx.record_arrivals(source.name, source.folder, validity, new, now))
        reach(Failpoint.INTAKE_RECORDED)
        self._known.update(mail.uid for mail in fetched)
        self._log.info(Event.ARRIVALS_RECORDED, new=counts.new, rekeyed=counts.rekeyed)
        self._note_well()
        return len(new)

    def _show_in_turn(self) -> int:
        """Show outcomes; while old mail is taken over, only every few seconds.

        To move one mail out of a folder of 20,000 costs a server as much as to move hundreds, and who writes meanwhile
        waits for it.
        """
        now = self._now()
        if self._tell_at is not None and self._show_at is not None and now < self._show_at:
            return 0
        shown = self.show_outcomes()
        self._show_at = None if shown == SHOW_BATCH else now + TELL_EVERY
        return shown

    def show_outcomes(self) -> int:
        """Show on the server what became of a batch of its messages; return how many."""
        source, validity = self._source, self._mailbox.uidvalidity
        unshown = self._store.read(lambda reader: reader.find_unshown(source.name, source.folder, validity, SHOW_BATCH))
        if not unshown:
            return 0
        reach(Failpoint.SHOWING_CLAIMED)
        by_kind: dict[OutcomeKind, list[int]] = {}
        for row in unshown:
            by_kind.setdefault(row.kind, []).append(row.uid)
        self._mailbox.show(by_kind)
        reach(Failpoint.SHOWING_SHOWN)
        ids, now = [row.arrival for row in unshown], self._now()
        self._store.write(lambda tx: tx.record_shown(ids, now))
        reach(Failpoint.SHOWING_RECORDED)
        self._known.difference_update(row.uid for row in unshown)
        self._log.info(Event.OUTCOMES_SHOWN, count=len(ids))
        return len(ids)
