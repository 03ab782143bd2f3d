"""The tables, as they stand after the last migration.

Small columns come before large ones: SQLite reads a row from its front and follows it only as far as it must.
Partial indexes ask `IS NULL` or `IS NOT NULL`, which both databases can prove of a query with bound values.
Whatever refers to a blob has an index on it: before one is deleted, both databases look for it there.
"""

from maild.store.tables.arrivals import arrival, arrival_event, counted, explanation, sender_proof
from maild.store.tables.desk import (
    alarm,
    blocked,
    desk_event,
    edition,
    edition_file,
    home,
    pause,
    report_link,
    signing_key,
)
from maild.store.tables.histories import CLOCK_VALUES, attachment, clock, clock_change, entry, figures
from maild.store.tables.letters import blob, blob_chunk, epoch
from maild.store.tables.outbox import listed, mail_event, outgoing_mail, outgoing_piece, page
from maild.store.tables.people import absence, contact, draft, draft_attachment, mail_id
from maild.store.tables.tickets import consulted, identity_code, link, participant, ticket, ticket_key, timer

__all__ = [
    "CLOCK_VALUES",
    "absence",
    "alarm",
    "arrival",
    "arrival_event",
    "attachment",
    "blob",
    "blob_chunk",
    "blocked",
    "clock",
    "clock_change",
    "consulted",
    "contact",
    "counted",
    "desk_event",
    "draft",
    "draft_attachment",
    "edition",
    "edition_file",
    "entry",
    "epoch",
    "explanation",
    "figures",
    "home",
    "identity_code",
    "link",
    "listed",
    "mail_event",
    "mail_id",
    "outgoing_mail",
    "outgoing_piece",
    "page",
    "participant",
    "pause",
    "report_link",
    "sender_proof",
    "signing_key",
    "ticket",
    "ticket_key",
    "timer",
]
