"""What the links in mails let their readers do, found by the hash of a secret."""

from sqlalchemy import select

from maild.model.facts import LinkedMail
from maild.model.links import Purpose
from maild.store.issued import ISSUED, issued_mail
from maild.store.snapshot import Snapshot
from maild.store.tables import outgoing_mail, page


class LinkReading(Snapshot):
    """Asking whose a link is."""

    def find_link(self, purpose: Purpose, digest: str) -> LinkedMail | None:
        """Find the mail that a link for a purpose stands in; None where there is no such link."""
        found = select(page.c.expires_at, *ISSUED).join(outgoing_mail, outgoing_mail.c.token == page.c.mail)
        row = self._connection.execute(
            found.where(page.c.digest == digest, page.c.purpose == purpose.value)
        ).one_or_none()
        return None if row is None else LinkedMail(issued_mail(row), row.expires_at)
