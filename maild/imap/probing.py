"""Trying a mailbox without touching it: what its server can do, and how outcomes will be shown there.

Folders are opened by EXAMINE, which changes nothing, and none is made. One sign-in serves all folders: a wrong password
that is tried for each would lock the account.

BUGS
    A server that hangs holds the thread for a minute and more (see wire.py); whoever calls keeps the time.
    What EXAMINE says of lasting flags is the server's choice: `is_sure` says whether it was a promise.
"""

import contextlib
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from imaplib import IMAP4
from typing import Any, Final

from maild.config import MailboxConfig, Secret, ShowAs
from maild.errors import MailboxRefusedError, MailboxUnavailableError, MaildError
from maild.imap.mailbox import FAULTS
from maild.imap.showing import ANY_KEYWORD, in_namespace
from maild.imap.signing import CODE, CONTROL, PASSING, sign_in
from maild.imap.wire import Client
from maild.reaching import Failure, Trouble, find_trouble

_LIMIT: Final = "APPENDLIMIT="
_MAY_MOVE: Final = frozenset("te")
_MAY_MOVE_ONCE: Final = frozenset("d")  # RFC 2086, before RFC 4314 split it
_MOST_NAMES: Final = 200


class Means(StrEnum):
    """How an outcome will be shown, the best first (see showing.py)."""

    MOVE = "move"
    COPY_AND_EXPUNGE = "copy-and-expunge"
    COPY_AND_MARK = "copy-and-mark"
    KEYWORD = "keyword"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Shown:
    """How one outcome will be shown: by what means and where; not `is_there`: the folder will be made.

    `is_sure` is False where only a folder opened for writing would tell.
    """

    means: Means
    target: str = ""
    is_there: bool = True
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class ProbedFolder:
    """A folder that can be read."""

    name: str
    count: int
    uidvalidity: int
    done: Shown
    held: Shown


@dataclass(frozen=True, slots=True)
class ProbedMailbox:
    """An account that let us in; each folder stands beside its name, or why it cannot be read.

    `tls` is empty in clear text; `limit` is the largest mail that the server keeps, in bytes, where it says so.
    """

    tls: str
    abilities: frozenset[str]
    limit: int | None
    folders: Mapping[str, ProbedFolder | Failure]


def probe_mailbox(settings: MailboxConfig, secret: Secret) -> ProbedMailbox | Failure:
    """Sign in, examine each folder, and leave; nothing is changed, and no failure is raised."""
    try:
        first = secret()
    except MaildError as error:
        return Failure(find_trouble(error) or Trouble.NO_PASSWORD, str(error))
    try:
        client = sign_in(settings, lambda refused=None: first if refused is None else secret(refused))
    except (MailboxRefusedError, MailboxUnavailableError, *FAULTS) as error:
        return Failure(_trouble_at_the_door(error), str(error))
    try:
        return _look_around(client, settings)
    except FAULTS as error:
        return _failure(error)
    finally:
        _leave(client)


def _look_around(client: Client, settings: MailboxConfig) -> ProbedMailbox:
    abilities = frozenset(word.decode("ascii", "replace").upper() for word in client.capabilities())
    limits = (word.removeprefix(_LIMIT) for word in abilities if word.startswith(_LIMIT))
    stay = client.wire.sock
    return ProbedMailbox(
        tls=(stay.version() or "") if isinstance(stay, ssl.SSLSocket) else "",
        abilities=abilities,
        limit=next((int(limit) for limit in limits if limit.isdigit()), None),
        folders={name: _examine(client, name, abilities, settings) for name in (settings.folder, *settings.also)},
    )


def _examine(client: Client, name: str, abilities: frozenset[str], settings: MailboxConfig) -> ProbedFolder | Failure:
    if CONTROL.search(name):
        return Failure(Trouble.FOLDER_MISSING, "a folder's name has no control characters")
    try:
        said: Mapping[bytes, Any] = client.select_folder(name, readonly=True)
        rights = _rights(client, name) if "ACL" in abilities else None
        here = _Here(client, abilities, rights, frozenset(said.get(b"PERMANENTFLAGS", ())))
        done, held = here.shown(settings.done), here.shown(settings.held)
    except IMAP4.abort as error:
        return _failure(error)
    except IMAP4.error as error:
        return _no_folder(client, name, str(error))
    except FAULTS as error:
        return _failure(error)
    uidvalidity = said.get(b"UIDVALIDITY")
    if not isinstance(uidvalidity, int) or not uidvalidity:
        return Failure(Trouble.FOLDER_REFUSED, "the server gives its messages no lasting UIDs")
    count = said.get(b"EXISTS", 0)
    return ProbedFolder(name, count if isinstance(count, int) else 0, uidvalidity, done, held)


@dataclass(frozen=True, slots=True)
class _Here:
    """What is known of an examined folder; no `rights`: the server does not say."""

    client: Client
    abilities: frozenset[str]
    rights: frozenset[str] | None
    flags: frozenset[bytes]

    def shown(self, wish: ShowAs) -> Shown:
        """Say how an outcome will be shown here (the twin of Shower.show)."""
        if wish.keyword is not None:
            return self._by_keyword(wish.keyword)
        if wish.move is None:
            return Shown(Means.NOTHING)
        if self.rights is not None and not (self.rights >= _MAY_MOVE or self.rights >= _MAY_MOVE_ONCE):
            return Shown(Means.NOTHING)
        is_there = self._has(wish.move)
        if "MOVE" in self.abilities:
            return Shown(Means.MOVE, wish.move, is_there)
        means = Means.COPY_AND_EXPUNGE if "UIDPLUS" in self.abilities else Means.COPY_AND_MARK
        return Shown(means, wish.move, is_there)

    def _by_keyword(self, keyword: str) -> Shown:
        if self.rights is not None and "w" not in self.rights:
            return Shown(Means.NOTHING)
        return Shown(Means.KEYWORD, keyword, is_sure=bool({ANY_KEYWORD, keyword.encode()} & self.flags))

    def _has(self, folder: str) -> bool:
        """Look for a folder; one that the server will not tell of is made when it is needed."""
        try:
            namespaces = self.client.namespace() if "NAMESPACE" in self.abilities else None
            return bool(self.client.list_folders("", in_namespace(folder, namespaces)))
        except IMAP4.abort:
            raise
        except IMAP4.error:
            return False


def _rights(client: Client, name: str) -> frozenset[str] | None:
    """Ask what we may do in a folder (RFC 4314, 3.5); None where the server does not say."""
    try:
        kind, rows = client.wire.myrights(client._normalise_folder(name))  # noqa: SLF001 - the library's way to write names
    except IMAP4.abort:
        raise
    except IMAP4.error:
        return None
    words = rows[-1].split() if kind == "OK" and rows and isinstance(rows[-1], bytes) else []
    return frozenset(words[-1].decode("ascii", "replace")) if len(words) > 1 else None


def _no_folder(client: Client, name: str, words: str) -> Failure:
    """Tell a folder that is not there from one that is refused, by what the server lists."""
    code = CODE.search(words)
    if code and code[1] in PASSING:
        return Failure(Trouble.PASSING, words)
    try:
        known = _names(client.list_folders())
    except FAULTS:
        known = ()
    trouble = Trouble.FOLDER_REFUSED if name in known else Trouble.FOLDER_MISSING
    return Failure(trouble, words, known)


def _names(folders: Iterable[Sequence[Any]]) -> tuple[str, ...]:
    names = (name for *_, name in folders)
    return tuple(name for name in names if isinstance(name, str))[:_MOST_NAMES]


def _trouble_at_the_door(error: Exception) -> Trouble:
    """Name why the sign-in did not come about."""
    if trouble := find_trouble(error):
        return trouble
    has_answered = isinstance(error.__cause__, IMAP4.error | UnicodeEncodeError)
    match error:
        case MailboxUnavailableError():
            return Trouble.PASSING
        case MailboxRefusedError():
            return Trouble.SIGN_IN_REFUSED if has_answered else Trouble.NO_TLS
    return _failure(error).trouble


def _failure(error: Exception) -> Failure:
    trouble = find_trouble(error)
    if trouble is None:
        # imaplib's abort: the connection is gone, with or without a BYE.
        trouble = Trouble.HUNG_UP if isinstance(error, IMAP4.abort) else Trouble.NOT_UNDERSTOOD
    return Failure(trouble, str(error))


def _leave(client: Client) -> None:
    with contextlib.suppress(*FAULTS):
        client.wire.send(b"bye LOGOUT\r\n")
    with contextlib.suppress(*FAULTS):
        client.wire.shutdown()
