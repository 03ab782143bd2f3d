"""One folder of one mailbox: what it has, its bytes, its marks, its news.

Blocking; an object belongs to one thread. Any failure closes the connection: `connect` makes the next one.
"""

import contextlib
import select
import time
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from imaplib import IMAP4
from typing import Any, Final

from maild.config import MailboxConfig, Secret, ShowAs
from maild.errors import MailboxRefusedError, MailboxUnavailableError
from maild.imap import fetching
from maild.imap.fetching import Envelope
from maild.imap.showing import DELETED, Desired, Selected, Shower, numbers
from maild.imap.signing import CONTROL, asked_pause, place, refusal, sign_in
from maild.imap.wake import Wake
from maild.imap.wire import Client, Wire
from maild.model.decision import OutcomeKind
from maild.model.mail import Fetched

FAULTS: Final = (IMAP4.error, OSError, ValueError, LookupError, RecursionError)
LAST_UID: Final = 2**32 - 1
WINDOW: Final = 50_000  # messages to one SEARCH: its answer must stay below imaplib's million bytes
VAIN_LISTINGS: Final = 3  # that many in a row for news that no listing finds
IDLE_SECONDS: Final = 9 * 60.0  # shorter than the memory of home routers and of servers' 29 minutes
DONE: Final = "$MaildDone"
HELD: Final = "$MaildHeld"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Mailbox:
    """One folder of one mailbox.

    Raises MailboxUnavailableError when the server cannot be reached, hangs up or talks nonsense, and
    MailboxRefusedError when it refuses us or the folder. With `is_read_only` the folder is examined (RFC 9051, 6.3.3),
    and showing changes nothing.
    """

    def __init__(self, settings: MailboxConfig, folder: str, secret: Secret, *, is_read_only: bool = False) -> None:
        self._settings = settings
        self._folder = folder
        self._secret = secret
        self._is_read_only = is_read_only
        self._client: Client | None = None
        self._shower: Shower | None = None
        self._vain_listings = 0
        self.uidvalidity = 0
        self.abilities: frozenset[str] = frozenset()

    def connect(self) -> None:
        """Sign in and select the folder."""
        self.close()
        if CONTROL.search(self._folder):
            raise MailboxRefusedError(f"{place(self._settings)}: a folder's name has no control characters")
        with self._guarded("connecting"):
            self._client = client = sign_in(self._settings, self._secret)
            self.abilities = frozenset(word.decode("ascii", "replace") for word in client.capabilities())
            selected = self._select(client)
            self._shower = Shower(client, self.abilities, selected)
            client.wire.has_grown = False

    def close(self) -> None:
        """Hang up; a server that does not answer is not waited for."""
        client, self._client, self._shower = self._client, None, None
        if client is None:
            return
        with contextlib.suppress(*FAULTS):
            client.wire.send(b"bye LOGOUT\r\n")
        with contextlib.suppress(*FAULTS):
            client.wire.shutdown()

    def unseen(self, known: AbstractSet[int]) -> list[int]:
        """List the UIDs that the folder has and `known` has not, oldest first."""
        with self._guarded("listing the folder"):
            wire = self._wire()
            self._refresh(wire)
            wire.has_grown = False
            new = sorted(set(self._all_uids(wire)) - known)
            if new:
                self._vain_listings = 0
            return new

    def received_since(self, day: date) -> frozenset[int]:
        """List the UIDs of what the server received on a day or later, by the server's own clock and zone."""
        since = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year:04}"
        with self._guarded("listing the folder"):
            return frozenset(self._all_uids(self._wire(), "SINCE", since))

    def glance(self, uids: Sequence[int]) -> list[Envelope]:
        """Ask for the sizes and dates of messages alone; what the server does not tell of is left out."""
        with self._guarded("asking for sizes"):
            return fetching.envelopes(self._wire(), uids)

    def outcome_folders(self) -> tuple[str, ...]:
        """Give the folders to which outcomes are moved, as the server calls them, if they are there."""
        with self._guarded("looking for folders"):
            self._wire()
            wishes = dict.fromkeys(wish.move for wish in (self._settings.done, self._settings.held) if wish.move)
            found = (self._shower.find_folder(wish) for wish in wishes) if self._shower else ()
            return tuple(name for name in found if name is not None)

    def portions(self, uids: Sequence[int], limit: int) -> list[list[int]]:
        """Split messages into portions that fit into memory: 8 MB by the server's word, or one message.

        One command for 50 messages, none for one.
        """
        with self._guarded("asking for sizes"):
            return fetching.portions(self._wire(), uids, limit)

    def fetch(self, uids: Sequence[int], limit: int) -> list[Fetched]:
        """Fetch messages whole, in order; one above `limit` bytes as its first 256 KiB.

        A message that did not come whole is left out. Nothing is marked as seen.
        """
        with self._guarded("fetching"):
            return fetching.fetch(self._wire(), uids, limit)

    def show(self, outcomes: Mapping[OutcomeKind, Sequence[int]]) -> None:
        """Show what became of messages, as the settings wish and the server can; twice is as good as once."""
        with self._guarded("showing outcomes"):
            self._wire()
            for kind, uids in outcomes.items():
                if self._shower and uids:
                    self._shower.show(uids, self._desired(kind))

    def wait(self, wake: Wake, timeout: timedelta) -> None:
        """Return on news, when the bell rings, or after `timeout`; at once if news came since the listing was begun.

        What a server told in the middle of another command it does not tell again to IDLE. Where it has no IDLE, what
        arrives is no news: the timeout is the poll interval.
        """
        deadline = time.monotonic() + timeout.total_seconds()
        with self._guarded("waiting for news"):
            wire = self._wire()
            if wire.has_grown and self._vain_listings < VAIN_LISTINGS:
                self._vain_listings += 1
                return
            self._vain_listings = 0
            while (left := deadline - time.monotonic()) > 0:
                if "IDLE" not in self.abilities:
                    _listen(wire, wake, left)
                    return
                match _idle(wire, wake, min(left, IDLE_SECONDS)):
                    case True:
                        return
                    case None:
                        self.abilities -= {"IDLE"}

    @contextlib.contextmanager
    def _guarded(self, doing: str) -> Iterator[None]:
        """Turn the library's errors into ours; after any, the connection is not to be trusted."""
        try:
            yield
        except (MailboxUnavailableError, MailboxRefusedError):
            self.close()
            raise
        except FAULTS as error:
            self.close()
            raise MailboxUnavailableError(
                f"{place(self._settings)}: {doing}: {error}", asked_pause(str(error))
            ) from error
        except BaseException:
            self.close()
            raise

    def _wire(self) -> Wire:
        if self._client is None:
            raise MailboxUnavailableError(f"{place(self._settings)}: not connected")
        return self._client.wire

    def _select(self, client: Client) -> Selected:
        try:
            answer = self._try_select(client)
        except IMAP4.abort:
            raise
        except IMAP4.error as error:
            raise refusal(str(error), f"{place(self._settings)}: folder {self._folder}") from error
        self.uidvalidity = _last_number(client.wire, "UIDVALIDITY")
        if not self.uidvalidity:
            raise MailboxRefusedError(f"{place(self._settings)}: folder {self._folder} has no lasting UIDs")
        return Selected(
            is_writable=not client.wire.is_readonly, flags=frozenset(answer.get(b"PERMANENTFLAGS", (DELETED,)))
        )

    def _try_select(self, client: Client) -> Mapping[bytes, Any]:
        try:
            answer: Mapping[bytes, Any] = client.select_folder(self._folder, readonly=self._is_read_only)
        except IMAP4.readonly:
            answer = client.select_folder(self._folder, readonly=True)
        return answer

    def _refresh(self, wire: Wire) -> None:
        """Let the server tell its news, and forget the old: imaplib would keep them all for as long as it lives."""
        wire.untagged_responses.clear()
        wire.noop()
        if _last_number(wire, "UIDVALIDITY") not in {0, self.uidvalidity}:
            raise MailboxUnavailableError(f"{place(self._settings)}: folder {self._folder} was renumbered meanwhile")

    def _all_uids(self, wire: Wire, *criteria: str) -> Iterator[int]:
        firsts = [1, *_borders(wire, wire.count)]
        lasts = [first - 1 for first in firsts[1:]] + [LAST_UID]
        for first, last in zip(firsts, lasts, strict=True):
            kind, rows = wire.uid("SEARCH", "UID", f"{first}:{last}", *criteria)
            if kind != "OK":
                raise MailboxUnavailableError(f"{place(self._settings)}: the folder cannot be listed: {rows}")
            # A range beyond the last message is answered with the last message.
            yield from (uid for uid in numbers(rows) if first <= uid <= last)

    def _desired(self, kind: OutcomeKind) -> Desired:
        is_held = kind is OutcomeKind.HELD
        wish: ShowAs = self._settings.held if is_held else self._settings.done
        return Desired(wish.move, wish.keyword, HELD if is_held else DONE)


def _last_number(wire: Wire, name: str) -> int:
    """Read the newest untagged answer of this name; 0 where the server gave none."""
    *_, newest = wire.untagged_responses.get(name) or [b"0"]
    return int(newest) if isinstance(newest, bytes) and newest.isdigit() else 0


def _borders(wire: Wire, count: int) -> list[int]:
    """Give the UID of every 50,000th message: between two of them an answer has room, however sparse they are."""
    uids = (fetching.find_uid(wire, position) for position in range(WINDOW + 1, count + 1, WINDOW))
    return sorted({uid for uid in uids if uid is not None and 1 < uid <= LAST_UID})


def _idle(wire: Wire, wake: Wake, seconds: float) -> bool | None:
    """Idle until news, the bell or the time is up (RFC 2177); say whether it was news or the bell, None if refused.

    imapclient's own `idle` fails on news that comes before the "+".
    """
    tag = wire._command("IDLE")  # noqa: SLF001 - imaplib has no public door to a command of two steps
    is_over = False
    while wire._get_response() is not None:  # noqa: SLF001
        if wire.tagged_commands[tag]:
            del wire.tagged_commands[tag]
            return None
        is_over = True
    is_over = is_over or _listen(wire, wake, seconds)
    # Reading on until the tagged answer, with a time-out, is what finds a peer that is gone or a line in two halves.
    wire.send(b"DONE\r\n")
    wire._command_complete("IDLE", tag)  # noqa: SLF001
    return is_over or wire.has_grown


def _listen(wire: Wire, wake: Wake, seconds: float) -> bool:
    """Wait for bytes or the bell; bytes that imaplib or TLS hold already are seen by no poll()."""
    if wire.has_news():
        return True
    poll = select.poll()
    poll.register(wire.sock, select.POLLIN)
    poll.register(wake, select.POLLIN)
    return bool(poll.poll(seconds * 1000))
