"""Outgoing mails as later answers name them: without their bytes, with the words they carried."""

from maild.model.facts import IssuedMail
from maild.model.outgoing import Meaning, Template, Thread
from maild.store.snapshot import Found
from maild.store.tables import outgoing_mail

_mail = outgoing_mail.c

ISSUED = (
    _mail.token,
    _mail.ticket,
    _mail.recipient,
    _mail.person,
    _mail.template,
    _mail.thread,
    _mail.meaning,
    _mail.seen,
    _mail.draft,
    _mail.created_at,
    _mail.subject,
    _mail.ours,
    _mail.quoted,
)


def issued_mail(row: Found) -> IssuedMail:
    """Make the value of a row that holds at least the columns of ISSUED."""
    return IssuedMail(
        token=row.token,
        ticket=row.ticket,
        recipient=row.recipient,
        person=row.person,
        template=Template(row.template),
        thread=Thread(row.thread),
        meaning=Meaning(row.meaning),
        seen=row.seen,
        draft=row.draft,
        created_at=row.created_at,
        subject=row.subject,
        ours=row.ours,
        quoted=row.quoted,
    )
