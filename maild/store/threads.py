"""What each recipient's mail client knows of a ticket: the ids that a next mail may refer to.

In a customer's thread these are the ids of their own messages and of what those referred to, and of our mails to them.
A mark of a mail to somebody else is never among them, whoever wrote it there. In the threads of colleagues these are
only our own mails.

BUGS
    All mails of a ticket are gone through, without their words: ten thousand of them on one ticket would be felt.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from maild.marks import find_marks
from maild.model.facts import ThreadFacts
from maild.model.mail import Conversation
from maild.model.outgoing import Thread
from maild.store.dialect import in_chunks
from maild.store.tables import mail_id, outgoing_mail

LONGEST = 30

_mail = outgoing_mail.c
Place = tuple[str, Thread]


class _Id(NamedTuple):
    """One id of a thread, in the order in which it came up; at one instant the answered mail precedes the answer."""

    at: datetime
    is_ours: bool
    position: int
    message_id: str


def read_threads(connection: Connection, numbers: Iterable[int]) -> dict[int, dict[Place, ThreadFacts]]:
    """Read the threads of tickets by recipient and kind."""
    gathering: defaultdict[int, _Gathering] = defaultdict(_Gathering)
    for some in in_chunks(numbers):
        _gather_ours(connection, some, gathering)
        _gather_theirs(connection, some, gathering)
    return {number: one.threads() for number, one in gathering.items()}


class _Gathering:
    """The threads of one ticket while its rows come in."""

    def __init__(self) -> None:
        self.ids: defaultdict[Place, list[_Id]] = defaultdict(list)
        self.roots: dict[Place, str] = {}
        self.last: dict[Place, str] = {}
        self.named: dict[Place, Conversation] = {}
        self.tokens: defaultdict[str, set[str]] = defaultdict(set)

    def threads(self) -> dict[Place, ThreadFacts]:
        return {place: self._thread(place, sorted(ids)) for place, ids in self.ids.items()}

    def _thread(self, place: Place, ids: list[_Id]) -> ThreadFacts:
        own = self.tokens[place[0]]
        references = dict.fromkeys(
            one.message_id for one in ids if all(mark.token in own for mark in find_marks([one.message_id]))
        )
        seen = tuple(references)[-LONGEST:]
        return ThreadFacts(self.roots.get(place), seen, self.last.get(place), self.named.get(place))


def _gather_ours(connection: Connection, numbers: list[int], gathering: "defaultdict[int, _Gathering]") -> None:
    ours = select(_mail.id, _mail.ticket, _mail.recipient, _mail.thread, _mail.token, _mail.root, _mail.message_id)
    ours = ours.add_columns(_mail.created_at).where(_mail.ticket.in_(numbers)).order_by(_mail.id)
    for row in connection.execute(ours):
        one, place = gathering[row.ticket], (row.recipient, Thread(row.thread))
        one.ids[place].append(_Id(row.created_at, is_ours=True, position=row.id, message_id=row.message_id))
        one.roots.setdefault(place, row.root)
        one.tokens[row.recipient].add(row.token)


def _gather_theirs(connection: Connection, numbers: list[int], gathering: "defaultdict[int, _Gathering]") -> None:
    theirs = select(mail_id).where(mail_id.c.ticket.in_(numbers), mail_id.c.sender.is_not(None))
    for row in connection.execute(theirs.order_by(mail_id.c.id)):
        one, place = gathering[row.ticket], (row.sender, Thread.CUSTOMER)
        one.ids[place].append(_Id(row.at, is_ours=False, position=row.id, message_id=row.message_id))
        if not row.is_reference:
            one.last[place] = row.message_id
        if row.thread_index is not None:
            one.named[place] = Conversation(row.thread_index, row.thread_topic)
