"""Intake: unseen mail of a mailbox becomes arrivals; later, when idle, their outcomes are shown on the server.

    fetch raw bytes → record the arrivals (commit) → … → show their outcomes → record that they are shown (commit)

The server is told only what is committed, and marking twice does no harm. New mail is what the server has and we have
not, never "above the last": one bad mail neither hides nor blocks another.

BUGS
    A mail that somebody else deletes between the server's listing and our fetch is not missed by anybody.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event as Bell

from maild.errors import MailboxRefusedError, MailboxUnavailableError
from maild.failpoints import Failpoint, reach
from maild.imap import Mailbox, Wake
from maild.journal import Event, journal
from maild.model.decision import OutcomeKind
from maild.model.mail import Fetched
from maild.parsing import fingerprint
from maild.store import NewArrival, Store, pack

FETCH_BATCH = 50
SHOW_BATCH = 200
TRIES = 3
RETRY_FIRST = timedelta(seconds=1)
RETRY_LAST = timedelta(minutes=5)
RETRY_REFUSED = timedelta(minutes=10)  # at most six sign-ins an hour with a password that is wrong

log = journal("intake")


@dataclass(frozen=True, slots=True)
class Source:
    """One folder of one mailbox, as the configuration names it. `limit` is in bytes."""

    name: str
    folder: str
    poll: timedelta
    limit: int


class Intake:
    """The leg that reads one folder of one mailbox. One thread; the mailbox is nobody else's."""

    def __init__(self, source: Source, mailbox: Mailbox, store: Store, now: Callable[[], datetime]) -> None:
        self._source = source
        self._mailbox = mailbox
        self._store = store
        self._now = now
        self._failures: Counter[int] = Counter()
        self._epoch = 0
        self._is_careful = False
        self._delay = RETRY_FIRST
        self._log = log.bind(mailbox=source.name, folder=source.folder)

    def run(self, stop: Bell, wake: Wake, arrived: Callable[[], None], jitter: Callable[[], float]) -> None:
        """Read the folder until told to stop, connecting again for ever; `arrived` is called after each commit."""
        while not stop.is_set():
            try:
                self._mailbox.connect()
                self._log.info(Event.MAILBOX_CONNECTED, uidvalidity=self._mailbox.uidvalidity)
                self._read_until(stop, wake, arrived)
            except MailboxUnavailableError as error:
                seconds = self._delay.total_seconds() * (0.5 + jitter())
                self._delay = min(self._delay * 2, RETRY_LAST)
                self._log.warning(Event.MAILBOX_LOST, reason=str(error), again_in=round(seconds, 1))
                stop.wait(seconds)
            except MailboxRefusedError as error:
                self._log.error(Event.MAILBOX_REFUSED, reason=str(error), again_in=RETRY_REFUSED.total_seconds())
                stop.wait(RETRY_REFUSED.total_seconds())
            finally:
                self._mailbox.close()

    def _read_until(self, stop: Bell, wake: Wake, arrived: Callable[[], None]) -> None:
        self._note_epoch()
        while not stop.is_set():
            wake.clear()
            # After showing, the folder is listed again: news told in the middle of a command is not told to IDLE.
            if not (self.take_in(stop, arrived) or self.show_outcomes(stop) or stop.is_set()):
                self._delay = RETRY_FIRST
                self._mailbox.wait(wake, self._source.poll)

    def _note_epoch(self) -> None:
        """Tell the operator when the server renumbered the folder: everything in it is fetched and compared again."""
        source, current = self._source, self._mailbox.uidvalidity
        before = self._store.read(lambda reader: reader.find_uidvalidity(source.name, source.folder))
        if before is not None and before != current:
            self._log.warning(Event.EPOCH_CHANGED, before=before, now=current)

    def take_in(self, stop: Bell, arrived: Callable[[], None]) -> int:
        """Record every message that the folder has and the ledger has not; return how many were recorded."""
        source, validity = self._source, self._mailbox.uidvalidity
        if validity != self._epoch:
            self._epoch = validity
            self._failures.clear()
        known = self._store.read(lambda reader: reader.find_uids(source.name, source.folder, validity))
        taken = 0
        for uids in self._portions(self._mailbox.unseen(known)):
            if stop.is_set():
                break
            taken += self._record(self._fetch(uids))
            arrived()
        self._is_careful = False
        return taken

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
        new = [NewArrival(mail, fingerprint(mail.raw), pack(mail.raw)) for mail in fetched]
        if not new:
            return 0
        source, validity, now = self._source, self._epoch, self._now()
        counts = self._store.write(lambda tx: tx.record_arrivals(source.name, source.folder, validity, new, now))
        reach(Failpoint.INTAKE_RECORDED)
        self._log.info(Event.ARRIVALS_RECORDED, new=counts.new, rekeyed=counts.rekeyed)
        self._delay = RETRY_FIRST
        return len(new)

    def show_outcomes(self, stop: Bell) -> int:
        """Show on the server what became of its messages, in batches; return how many were shown."""
        source, validity = self._source, self._mailbox.uidvalidity
        shown = 0
        while not stop.is_set():
            unshown = self._store.read(
                lambda reader: reader.find_unshown(source.name, source.folder, validity, SHOW_BATCH)
            )
            if not unshown:
                break
            reach(Failpoint.SHOWING_CLAIMED)
            by_kind: dict[OutcomeKind, list[int]] = {}
            for row in unshown:
                by_kind.setdefault(row.kind, []).append(row.uid)
            self._mailbox.show(by_kind)
            reach(Failpoint.SHOWING_SHOWN)
            ids, now = [row.arrival for row in unshown], self._now()
            self._store.write(lambda tx: tx.record_shown(ids, now))  # noqa: B023 - called before the next turn
            reach(Failpoint.SHOWING_RECORDED)
            self._log.info(Event.OUTCOMES_SHOWN, count=len(ids))
            shown += len(ids)
        return shown
