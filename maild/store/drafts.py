"""Reading drafts: what agents wrote and nobody has sent."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from maild.model.facts import Draft
from maild.model.mail import Attachment
from maild.model.outgoing import Meaning
from maild.model.saying import read_kept
from maild.store.blobs import read_blobs
from maild.store.dialect import in_chunks
from maild.store.tables import blob, draft, draft_attachment


def read_drafts(connection: Connection, tokens: Iterable[str]) -> dict[str, Draft]:
    """Read drafts by their tokens, with their attachments."""
    found = {}
    for some in in_chunks(tokens):
        kept = _draft_attachments(connection, some)
        for row in connection.execute(select(draft).where(draft.c.token.in_(some))):
            found[row.token] = Draft(
                token=row.token,
                ticket=row.ticket,
                author=row.author,
                meaning=Meaning(row.meaning),
                text=row.text,
                reasons=tuple(read_kept(reason) for reason in row.reasons),
                arrival=row.arrival,
                attachments=kept.get(row.token, ()),
                state=row.state,
                created_at=row.created_at,
                commands=tuple(row.commands),
            )
    return found


def _draft_attachments(connection: Connection, tokens: Sequence[str]) -> dict[str, tuple[Attachment, ...]]:
    of_drafts = (
        select(draft_attachment, blob.c.sha256, blob.c.size)
        .join(blob, blob.c.id == draft_attachment.c.blob)
        .where(draft_attachment.c.draft.in_(tokens))
        .order_by(draft_attachment.c.draft, draft_attachment.c.position)
    )
    rows = connection.execute(of_drafts).all()
    contents = read_blobs(connection, (row.blob for row in rows))
    kept: defaultdict[str, tuple[Attachment, ...]] = defaultdict(tuple)
    for row in rows:
        content = contents[row.blob]
        one = Attachment(row.name, row.type, row.size, row.sha256, row.is_inline, row.content_id, content)
        kept[row.draft] += (one,)
    return kept
