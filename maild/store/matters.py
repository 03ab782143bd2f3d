"""Tickets with all that deciding needs of them: history, threads, links, and what a mail's commands want besides."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from maild.model.facts import SentMail, TicketFacts, Want
from maild.model.identity import Identity, IdentityCode, IdentityState
from maild.model.mail import Attachment
from maild.model.outgoing import MailState, Template, Thread
from maild.model.ticket import Entry, EntryKind, Ticket
from maild.store.blobs import read_blobs
from maild.store.clocks import read_clocks
from maild.store.dialect import in_chunks
from maild.store.history import read_entries, read_latest, read_tickets
from maild.store.tables import attachment, blob, entry, identity_code, link, outgoing_mail, ticket
from maild.store.threads import read_threads

MOST_FILES = 32_000_000  # octets of attachments that one mail's commands may have read into memory
_MOST_HOPS = 5
_LATEST_SENT = 100
_SHOWN = 3  # so many entries with words a notice shows

_mail = outgoing_mail.c


def read_matters(
    connection: Connection, seen: Mapping[int, int], wants: Mapping[int, Collection[Want]]
) -> dict[int, TicketFacts]:
    """Read tickets and those that they lead to (merged, succeeded).

    `seen` gives for each number from which entry on its history is needed at least; `wants` what else.
    """
    if not seen:
        return {}
    tickets = _followed(connection, seen)
    latest, threads = read_latest(connection, tickets), read_threads(connection, tickets)
    links, sent = _links(connection, tickets), _sent(connection, _wanting(wants, Want.SENT))
    files = {number: _files(connection, number) for number in _wanting(wants, Want.FILES) if number in tickets}
    noticed, clocks = _noticed(connection, tickets), read_clocks(connection, tickets)
    children, codes = read_children(connection, tickets), _codes(connection, (one for one, _ in tickets.values()))
    whole = _wanting(wants, Want.HISTORY)
    for number in tickets:
        above = 0 if number in whole else seen.get(number)
        latest[number] = _history(connection, number, latest.get(number, []), above)
    return {
        number: TicketFacts(
            one,
            tuple(latest[number]),
            last_n,
            threads.get(number, {}),
            links=links.get(number, ()),
            sent=sent.get(number, ()),
            files=files.get(number, ()),
            noticed_at=noticed.get(number),
            clocks=clocks.get(number, ()),
            children=children.get(number, ()),
            code=codes.get(number),
        )
        for number, (one, last_n) in tickets.items()
    }


def _followed(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[Ticket, int]]:
    """Read tickets, and then those that they say go on for them or that they belong to."""
    tickets = read_tickets(connection, numbers)
    for _ in range(_MOST_HOPS):
        led_to = {next_one for one, _ in tickets.values() for next_one in one.leads_to}
        new = led_to - tickets.keys()
        if not new:
            break
        tickets |= read_tickets(connection, new)
    return tickets


def _history(connection: Connection, number: int, latest: list[Entry], above: int | None) -> list[Entry]:
    """Read a history further back where the mail that is answered showed what the latest entries do not hold."""
    if above is None or not latest or latest[0].n == 1 or above > latest[-1].n:
        return latest
    shown = [one for one in latest if one.n <= above and one.kind is not EntryKind.EVENT]
    is_enough = len(shown) >= _SHOWN
    return latest if is_enough else read_entries(connection, number, _before_shown(connection, number, above))


def _before_shown(connection: Connection, number: int, seen: int) -> int:
    """Give the entry before the last few that hold words, of those up to one."""
    worded = select(entry.c.n).where(entry.c.ticket == number, entry.c.n <= seen, entry.c.kind != EntryKind.EVENT.value)
    numbers = connection.execute(worded.order_by(entry.c.n.desc()).limit(_SHOWN)).scalars().all()
    return numbers[-1] - 1 if len(numbers) == _SHOWN else 0


def _wanting(wants: Mapping[int, Collection[Want]], want: Want) -> set[int]:
    return {number for number, wanted in wants.items() if want in wanted}


def _codes(connection: Connection, tickets: Iterable[Ticket]) -> dict[int, IdentityCode]:
    """Read the codes that are out: few tickets have one, and their own row says so."""
    asked = [one.number for one in tickets if Identity.parse(one.identity).state is IdentityState.ASKED]
    found: dict[int, IdentityCode] = {}
    for some in in_chunks(asked):
        for row in connection.execute(select(identity_code).where(identity_code.c.ticket.in_(some))):
            found[row.ticket] = IdentityCode(row.salt, row.digest, expires_at=row.expires_at)
    return found


def _links(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[int, ...]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for some in in_chunks(numbers):
        for here, there in ((link.c.ticket, link.c.other), (link.c.other, link.c.ticket)):
            for one, other in connection.execute(select(here, there).where(here.in_(some))):
                found[one].add(other)
    return {number: tuple(sorted(others)) for number, others in found.items()}


def read_children(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Name the tickets that belong to each, in their order."""
    found: defaultdict[int, tuple[int, ...]] = defaultdict(tuple)
    for some in in_chunks(numbers):
        rows = select(ticket.c.parent, ticket.c.number).where(ticket.c.parent.in_(some))
        for parent, number in connection.execute(rows.order_by(ticket.c.parent, ticket.c.number)):
            found[parent] += (number,)
    return found


def _noticed(connection: Connection, numbers: Iterable[int]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for some in in_chunks(numbers):
        notices = select(_mail.ticket, func.max(_mail.created_at)).where(
            _mail.ticket.in_(some), _mail.template == Template.AGENT_NOTICE.value, _mail.thread == Thread.NOTICE.value
        )
        found.update((row[0], row[1]) for row in connection.execute(notices.group_by(_mail.ticket)))
    return found


def _sent(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[SentMail, ...]]:
    return {number: _sent_of(connection, number) for number in numbers}


def _sent_of(connection: Connection, number: int) -> tuple[SentMail, ...]:
    names = ("token", "recipient", "template", "seen", "state", "claim")
    mails = select(*(_mail[name] for name in names)).where(
        _mail.ticket == number, _mail.thread == Thread.CUSTOMER.value
    )
    rows = connection.execute(mails.order_by(_mail.id.desc()).limit(_LATEST_SENT))
    return tuple(
        SentMail(
            row.token, row.recipient, Template(row.template), row.seen, MailState(row.state), row.claim is not None
        )
        for row in rows
    )


def _files(connection: Connection, number: int) -> tuple[Attachment, ...]:
    """Read a ticket's attachments, inline pictures left out; those that are too much together are left out too."""
    kept = select(attachment, blob.c.sha256, blob.c.size).join(blob, blob.c.id == attachment.c.blob)
    kept = kept.where(attachment.c.ticket == number, attachment.c.is_inline.is_(False))
    rows = connection.execute(kept.order_by(attachment.c.entry, attachment.c.position)).all()
    room, chosen = MOST_FILES, []
    for row in rows:
        if row.size <= room:
            room -= row.size
            chosen.append(row)
    contents = read_blobs(connection, {row.blob for row in chosen})
    return tuple(
        Attachment(row.name, row.type, row.size, row.sha256, row.is_inline, row.content_id, contents[row.blob])
        for row in chosen
    )
