"""Outgoing mails put together again from the blobs that they are kept in."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from maild.store.blobs import read_blobs
from maild.store.dialect import any_of
from maild.store.snapshot import Found
from maild.store.tables import blob, outgoing_mail, outgoing_piece

_PIECES = (
    select(outgoing_piece.c.token, outgoing_piece.c.blob)
    .where(any_of(outgoing_piece.c.token, "tokens"))
    .order_by(outgoing_piece.c.token, outgoing_piece.c.n)
)

PIECES_SIZE = (
    select(func.coalesce(func.sum(blob.c.size), 0))
    .select_from(outgoing_piece.join(blob, blob.c.id == outgoing_piece.c.blob))
    .where(outgoing_piece.c.token == outgoing_mail.c.token)
    .scalar_subquery()
)


def read_wires(connection: Connection, mails: Sequence[Found]) -> dict[str, bytes]:
    """Give what goes over the wire by token; `mails` are rows with `token`, `headers` and `body`."""
    blobs: defaultdict[str, list[int]] = defaultdict(list)
    for row in mails:
        blobs[row.token].append(row.body)
    for row in connection.execute(_PIECES, {"tokens": list(blobs)}):
        blobs[row.token].append(row.blob)
    contents = read_blobs(connection, {key for keys in blobs.values() for key in keys})
    return {row.token: b"".join((row.headers, *(contents[key] for key in blobs[row.token]))) for row in mails}
