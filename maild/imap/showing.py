r"""Showing an outcome on the server, by the best that it has.

    MOVE → COPY, \Deleted and UID EXPUNGE of that UID → COPY and \Deleted → a keyword → nothing: our ledger knows

A plain EXPUNGE is never sent: it removes what other people deleted and may want back.

BUGS
    Killed between COPY and \Deleted, the next try copies again: without MOVE a mail may stand twice in Handled.
    On a server without UIDPLUS too, the mails stay in the folder, marked as deleted, until somebody's client expunges.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from imaplib import IMAP4
from typing import Final

from maild.imap.fetching import ask
from maild.imap.wire import Client

TRIES: Final = 3
PER_COMMAND: Final = 500  # 500 UIDs of ten digits stay below the 8,000 octets that servers take (RFC 7162, 4)
DELETED: Final = b"\\Deleted"
ANY_KEYWORD: Final = b"\\*"


@dataclass(frozen=True, slots=True)
class Desired:
    """Another folder, or a keyword; `fallback` is the keyword where the folder cannot be had."""

    folder: str | None
    keyword: str | None
    fallback: str


@dataclass(frozen=True, slots=True)
class Selected:
    """What SELECT said about the folder."""

    is_writable: bool
    flags: frozenset[bytes]

    def has_keyword(self, keyword: str) -> bool:
        """Say whether a keyword set here would last."""
        return ANY_KEYWORD in self.flags or keyword.encode() in self.flags


class Shower:
    """Marks messages of one selected folder; a UID that is gone counts as marked.

    Raises what imaplib raises when the connection breaks; a refusal is not an error here, the next means is tried.
    """

    def __init__(self, client: Client, abilities: frozenset[str], selected: Selected) -> None:
        self._client = client
        self._abilities = abilities
        self._selected = selected
        self._known_folders: set[str] = set()
        self._names: dict[str, str] = {}

    def show(self, uids: Sequence[int], desired: Desired) -> None:
        """Show one outcome of many messages."""
        if not self._selected.is_writable:
            return
        for start in range(0, len(uids), PER_COMMAND):
            some = uids[start : start + PER_COMMAND]
            if desired.folder is None:
                self._mark(self._present(some), desired.keyword)
            else:
                self._mark(self._move(some, desired.folder), desired.fallback)

    def find_folder(self, wanted: str) -> str | None:
        """Give a folder's name as the server has it, if it is there."""
        name = self._in_namespace(wanted)
        return name if self._client.list_folders("", name) else None

    def _present(self, uids: Sequence[int]) -> list[int]:
        """Say which of the messages are still there; NOOP first, for a server may show an old view until then."""
        self._client.noop()
        _, rows = self._client.wire.uid("SEARCH", "UID", ",".join(map(str, uids)))
        here = set(numbers(rows))
        return [uid for uid in uids if uid in here]

    def _move(self, uids: Sequence[int], wanted: str) -> list[int]:
        """Move messages to a folder, which is made if need be; return those that the server would not move.

        Refused is also a batch of which somebody else took a message away meanwhile: each try looks again.
        """
        folder = self._in_namespace(wanted)
        for _ in range(TRIES):
            if not (present := self._present(uids)):
                return []
            with self._refused() as refusals:
                self._carry(present, folder)
                self._known_folders.add(folder)
            if not refusals:
                return []
            if folder not in self._known_folders:
                self._create(folder)
        return self._present(uids)

    def _carry(self, uids: Sequence[int], folder: str) -> None:
        if "MOVE" in self._abilities:
            self._client.move(uids, folder)
            return
        if DELETED not in self._selected.flags:
            raise IMAP4.error("nothing can be deleted here")
        # What somebody else deleted is not ours to copy, and above all not ours to expunge.
        answers = ask(self._client.wire, uids, "(UID FLAGS)")
        ours = [uid for uid in uids if DELETED not in (answers.get(uid, {}).get(b"FLAGS") or ())]
        if not ours:
            return
        self._client.copy(ours, folder)
        with self._refused():  # the copies stand: trying again would make more of them
            self._client.add_flags(ours, [DELETED], silent=True)
            if "UIDPLUS" in self._abilities:
                self._client.uid_expunge(ours)

    def _create(self, folder: str) -> None:
        with self._refused():  # it exists, or may not be made: the next try of the move tells
            self._client.create_folder(folder)
        with self._refused():
            self._client.subscribe_folder(folder)

    def _mark(self, uids: Sequence[int], keyword: str | None) -> None:
        if uids and keyword and self._selected.has_keyword(keyword):
            with self._refused():  # our ledger knows
                self._client.add_flags(uids, [keyword], silent=True)

    @staticmethod
    @contextlib.contextmanager
    def _refused() -> Iterator[list[IMAP4.error]]:
        """Collect the server's NO or BAD; a broken connection is another matter."""
        refusals: list[IMAP4.error] = []
        try:
            yield refusals
        except IMAP4.abort:
            raise
        except IMAP4.error as error:
            refusals.append(error)

    def _in_namespace(self, folder: str) -> str:
        if folder not in self._names:
            namespaces = self._client.namespace() if "NAMESPACE" in self._abilities else None
            self._names[folder] = in_namespace(folder, namespaces)
        return self._names[folder]


def in_namespace(folder: str, namespaces: Sequence[Sequence[tuple[str, str]] | None] | None) -> str:
    """Write a folder's name as the server wants it: many keep all personal folders below `INBOX.` (RFC 2342)."""
    if not namespaces or not namespaces[0] or folder.upper() == "INBOX":
        return folder
    prefixes = [prefix for kind in namespaces for prefix, _ in kind or () if prefix]
    if any(folder.startswith(prefix) for prefix in prefixes):
        return folder
    prefix, separator = namespaces[0][0]
    return prefix + (folder.replace("/", separator) if separator else folder)


def numbers(rows: Sequence[bytes | None]) -> Iterator[int]:
    """Read the UIDs out of SEARCH answers, however many lines the server made of them."""
    for row in rows:
        for word in (row or b"").split():
            if word.isdigit():
                yield int(word)
