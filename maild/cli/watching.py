"""The desk's folders, watched for letters that were sent: those that are read, and those that a daemon moves them to.

BUGS
    A folder that a daemon at work makes only now to move the letters into is not watched.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from maild.cli.letters import Came, Letter
from maild.config import Config, MailboxConfig, Secret
from maild.errors import MailboxRefusedError, MaildError
from maild.imap import Mailbox, Wake
from maild.model.decision import OutcomeKind
from maild.model.limits import ReadingLimits
from maild.model.mail import Fetched, Message
from maild.oauth import Wallet
from maild.reading import Readers

PATIENCE: Final = 120.0  # seconds until the first letter has come
REST: Final = 15.0  # and until the others have, which were sent with it
_LOOK_EVERY: Final = timedelta(seconds=1)
_MOST_BYTES: Final = 64 << 10  # of somebody else's mail that comes meanwhile, this is more than enough
_RECENT: Final = 20


@dataclass(slots=True)
class Folder:
    """One folder, and what of it was looked at already."""

    place: str
    mailbox: Mailbox
    is_read: bool
    known: set[int] = field(default_factory=set)

    def news(self) -> list[Fetched]:
        """Give the mails that were not looked at yet."""
        new = self.mailbox.unseen(self.known)
        self.known.update(new)
        return self.mailbox.fetch(new, _MOST_BYTES)


@contextmanager
def watching(config: Config, wallet: Wallet) -> Iterator["Watch"]:
    """Open every folder; what lies in them now is not looked at."""
    with ExitStack() as stack:
        wake = Wake()
        stack.callback(wake.close)
        folders = []
        for name, settings in config.mailboxes.items():
            for folder in _opened(name, settings, wallet.of_mailbox(name)):
                stack.callback(folder.mailbox.close)
                folder.known.update(folder.mailbox.unseen(frozenset()))
                folders.append(folder)
        yield Watch(folders, wake, config.reading)


def _opened(name: str, settings: MailboxConfig, secret: Secret) -> Iterator[Folder]:
    for folder in (settings.folder, *settings.also):
        mailbox = Mailbox(settings, folder, secret)
        mailbox.connect()
        yield Folder(f"{name}/{folder}", mailbox, is_read=True)
    if settings.done.move is not None:
        mailbox = Mailbox(settings, settings.done.move, secret)
        with suppress(MailboxRefusedError):  # there is none before the first mail was handled
            mailbox.connect()
            yield Folder(f"{name}/{settings.done.move}", mailbox, is_read=False)


class Watch:
    """Folders that are open, and what came into them."""

    def __init__(self, folders: Sequence[Folder], wake: Wake, limits: ReadingLimits) -> None:
        self._folders = folders
        self._wake = wake
        self._limits = limits
        self._ours: dict[str, list[int]] = {}

    def wait_for(self, letters: Sequence[Letter], clock: Callable[[], float] = time.monotonic) -> Mapping[str, Came]:
        """Wait until all letters have come, but not for ever; give them by their tokens."""
        came: dict[str, Came] = {}
        deadline = clock() + PATIENCE
        while len(came) < len(letters) and clock() < deadline:
            before = len(came)
            for folder in self._folders:
                came |= self._look(folder, [letter for letter in letters if letter.token not in came])
            if len(came) > before:
                deadline = min(deadline, clock() + REST)
            elif self._folders:
                self._folders[0].mailbox.wait(self._wake, _LOOK_EVERY)
        return came

    def _look(self, folder: Folder, letters: Sequence[Letter]) -> dict[str, Came]:
        """Find letters among the news of a folder; a report of their failure holds their token too."""
        found = [(each, mail) for mail in folder.news() for each in letters if each.token.encode("ascii") in mail.raw]
        self._ours.setdefault(folder.place, []).extend(mail.uid for _, mail in found)
        messages = self._read([mail.raw for _, mail in found])
        return {
            each.token: Came(each, folder.place, message) for (each, _), message in zip(found, messages, strict=True)
        }

    def _read(self, raws: Sequence[bytes]) -> list[Message]:
        if not raws:
            return []
        readers = Readers(self._limits, workers=1)
        try:
            answers = readers.read_raw(raws)
        finally:
            readers.stop()
        if any(isinstance(each, str) for each in answers):
            raise MaildError("a mail of the probe cannot be read")
        return [each for each in answers if not isinstance(each, str)]

    def recent(self) -> list[Message]:
        """Read the heads of the newest mails of the first folder that has any."""
        for folder in self._folders:
            newest = sorted(folder.known)[-_RECENT:]
            if folder.is_read and newest:
                return self._read([_head(mail.raw) for mail in folder.mailbox.fetch(newest, _MOST_BYTES)])
        return []

    def tidy(self) -> None:
        """Show the letters as done, as a daemon would."""
        for folder in self._folders:
            uids = self._ours.get(folder.place)
            if uids and folder.is_read:
                folder.mailbox.show({OutcomeKind.DESK: uids})


def _head(raw: bytes) -> bytes:
    return raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
