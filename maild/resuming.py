"""Resuming: a desk that was restored, or was carried elsewhere, finds again what it does not know.

    list INBOX, Handled and Held → leave out what the ledger knows → fetch the rest → record it as taken over (commit)

What the lost part of the ledger knew lies on the server, in the folders to which its outcome was moved. Nobody can say
any more what was answered, so whatever is found is filed, and nobody outside is written to. Of what still lies in INBOX
the desk's people are told: it may wait for an answer. All is recorded in the order in which the server received it, so
that tickets that were lost mostly get their old numbers.

BUGS
    What was received before the backup and is as large, to the byte, as another mail of the same second is not missed.
    What somebody moved out of these folders is not found.
"""

import hashlib
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from maild.config import MailboxConfig, Secret, StateConfig
from maild.errors import StoreUnusableError
from maild.imap import Envelope, Mailbox
from maild.model.mail import Fetched
from maild.model.pausing import Home, PauseKind
from maild.model.ticket import State
from maild.parsing import fingerprint
from maild.store import Begin, NewArrival, Store, pack

FOUND_AS = State.OPEN
_MARGIN = timedelta(days=1)  # clocks differ, and what waited at the time of the backup came before it
_PORTION_BYTES = 8_000_000
_PORTION = 50
_TRIES = 2
_MACHINE = Path("/etc/machine-id")
_OLDEST = datetime.min.replace(tzinfo=UTC)
_RESUME = "say how it goes on by `maild resume --restored`"


def home_of(directory: Path) -> Home:
    """Say where a state directory lies. The machine's name is hashed: machine-id(5) wants it kept from others."""
    try:
        machine = _MACHINE.read_bytes().strip()
    except OSError:
        machine = b""
    name = hashlib.sha256(b"maild " + machine).hexdigest()[:32] if machine else ""
    return Home(name, str(directory.resolve()))


def home_directory(state: StateConfig) -> Path | None:
    """Give the directory that a desk must not leave unasked; None where its database is on a server."""
    return state.directory if state.database is None else None


def check_at_home(store: Store, directory: Path | None, now: datetime) -> None:
    """Refuse to work with a desk that was restored, or whose state directory lies elsewhere than it remembers.

    `directory` is None where the database is on a server: no matter from where one works on it. Raises
    StoreUnusableError.
    """
    pause = store.read(lambda reader: reader.find_pause(PauseKind.RESTORED))
    if pause is not None:
        raise StoreUnusableError(f"this desk rests: {pause.reason}; {_RESUME}")
    if directory is None:
        return
    here, known = home_of(directory), store.read(lambda reader: reader.find_home())
    if known is None:
        store.write(lambda tx: tx.move_home(here, now))
    elif known != here:
        where = "on another machine" if known.path == here.path else f"in {known.path}"
        raise StoreUnusableError(f"this desk was last at work {where}: if it works there no more, {_RESUME}")


def is_elsewhere(store: Store, directory: Path | None) -> bool:
    """Say whether a state directory lies elsewhere than the desk remembers."""
    known = store.read(lambda reader: reader.find_home())
    return directory is not None and known is not None and known != home_of(directory)


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox of the desk; `limit` is in bytes."""

    name: str
    settings: MailboxConfig
    secret: Secret
    limit: int


@dataclass(frozen=True, slots=True)
class _Folder:
    """An open folder; `is_of_outcomes`: mail was moved here when it was done."""

    name: str
    mailbox: Mailbox
    is_of_outcomes: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A message that may be unknown, and where it lies."""

    folder: _Folder
    envelope: Envelope

    @property
    def at(self) -> datetime:
        return self.envelope.received_at or _OLDEST


def take_over_lost(account: Account, store: Store, since: datetime, now: datetime, begin: Begin) -> int:
    """Record what lies in an account's folders and the ledger does not know; return how much that was.

    What the server received before `since` is known by its date and size, what came later by its content. Nothing is
    changed on the server. Raises MailboxUnavailableError or MailboxRefusedError; doing it again goes on.
    """
    with ExitStack() as stack:
        candidates = sorted(_candidates(account, store, since - _MARGIN, stack), key=lambda each: each.at)
        advance = begin(f"taking over: {account.name}", len(candidates))
        taken = 0
        for portion in _portions(candidates):
            for folder, group in groupby(portion, key=lambda each: each.folder):
                taken += _record(account, store, folder, [each.envelope for each in group], now)
            advance(len(portion))
    return taken


def _candidates(account: Account, store: Store, since: datetime, stack: ExitStack) -> Iterator[_Candidate]:
    known = store.read(lambda reader: reader.sketches_of(account.name))
    for folder in _folders(account, store, stack):
        there = folder.mailbox.unseen(frozenset())
        place = (account.name, folder.name, folder.mailbox.uidvalidity)
        ours = store.read(lambda reader: reader.find_uids(*place, there))  # noqa: B023 - called at once
        for envelope in folder.mailbox.glance([uid for uid in there if uid not in ours]):
            at = envelope.received_at
            is_doubtful = at is None or at >= since or (at, envelope.size) not in known
            # What lies in a folder that is read would be news to intake, and answered: it is recorded in any case.
            if is_doubtful or not folder.is_of_outcomes:
                yield _Candidate(folder, envelope)


def _folders(account: Account, store: Store, stack: ExitStack) -> Iterator[_Folder]:
    """Open the folders that are read, if the desk had seen them, and those that outcomes were moved to."""
    settings, found = account.settings, None
    for name in (settings.folder, *settings.also):
        if store.read(lambda reader: reader.find_uidvalidity(account.name, name)) is not None:  # noqa: B023 - called at once
            found = _opened(account, name, stack)
            yield _Folder(name, found, is_of_outcomes=False)
    for name in found.outcome_folders() if found else ():
        yield _Folder(name, _opened(account, name, stack), is_of_outcomes=True)


def _opened(account: Account, folder: str, stack: ExitStack) -> Mailbox:
    mailbox = Mailbox(account.settings, folder, account.secret)
    stack.callback(mailbox.close)
    mailbox.connect()
    return mailbox


def _portions(candidates: Sequence[_Candidate]) -> Iterator[list[_Candidate]]:
    """Cut what is to be fetched into portions that fit into memory."""
    portion: list[_Candidate] = []
    size = 0
    for each in candidates:
        size += each.envelope.size or 0
        if portion and (len(portion) == _PORTION or size > _PORTION_BYTES):
            yield portion
            portion, size = [], each.envelope.size or 0
        portion.append(each)
    if portion:
        yield portion


def _record(account: Account, store: Store, folder: _Folder, envelopes: Sequence[Envelope], now: datetime) -> int:
    """Fetch messages of one folder, and keep those that the ledger does not know by their content either."""
    is_open = not folder.is_of_outcomes
    mails = list(_fetch(folder.mailbox, envelopes, account.limit))
    prints = [fingerprint(mail.raw) for mail in mails]
    known: AbstractSet[str] = frozenset()
    if folder.is_of_outcomes:
        known = store.read(lambda reader: reader.find_fingerprints(account.name, prints))
    new = [
        NewArrival(mail, one, pack(mail.raw), FOUND_AS, is_told=is_open, is_shown=not is_open)
        for mail, one in zip(mails, prints, strict=True)
        if one not in known or not mail.raw
    ]
    place = (account.name, folder.name, folder.mailbox.uidvalidity)
    return store.write(lambda tx: tx.record_arrivals(*place, new, now)).new if new else 0


def _fetch(mailbox: Mailbox, envelopes: Sequence[Envelope], limit: int) -> Iterator[Fetched]:
    """Fetch messages, in their order; of one that does not come, a stub that will be held."""
    come: dict[int, Fetched] = {}
    for _ in range(_TRIES):
        missing = [each.uid for each in envelopes if each.uid not in come]
        come |= {mail.uid: mail for mail in (mailbox.fetch(missing, limit) if missing else ())}
    for each in envelopes:
        yield come.get(each.uid) or Fetched(each.uid, b"", 0, False, each.received_at)
