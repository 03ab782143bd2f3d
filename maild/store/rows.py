"""Values become rows."""

from datetime import datetime

from maild.model.clocks import Clock
from maild.model.links import Link
from maild.model.mail import Attachment
from maild.model.outgoing import ACKNOWLEDGEMENTS, MailState, OutgoingMail
from maild.store.acknowledgements import domain_of
from maild.store.columns import MICROSECOND
from maild.store.sealing import MAIL_STAYS, seal

Row = dict[str, object]


def attachment_row(one: Attachment) -> Row:
    """Write a file of an entry or a draft, without where it belongs."""
    return {
        "sha256": one.sha256,
        "is_inline": one.is_inline,
        "type": one.type,
        "content_id": one.content_id,
        "name": one.name,
    }


def mail_row(mail: OutgoingMail, body: str, now: datetime) -> Row:
    """Write an outgoing mail as a row that waits, its body by the SHA-256 of it."""
    row: Row = {
        "token": mail.token,
        "ticket": mail.ticket,
        "state": MailState.WAITING.value,
        "relay": mail.relay,
        "is_deferred": False,
        "due_at": mail.due_at,
        "attempts": 0,
        "doubts": 0,
        "created_at": now,
        "expires_at": mail.expires_at,
        "template": mail.template.value,
        "thread": mail.thread.value,
        "meaning": mail.meaning.value,
        "seen": mail.seen,
        "person": mail.person,
        "draft": mail.draft,
        "root": mail.root,
        "recipient": mail.recipient,
        "domain": domain_of(mail.recipient),
        "acknowledged": mail.recipient.lower() if mail.is_capped or mail.template in ACKNOWLEDGEMENTS else None,
        "message_id": mail.message_id,
        "envelope_from": mail.envelope_from,
        "sha256": body,
        "subject": mail.subject,
        "last_reply": "",
        "headers": mail.headers,
        "ours": mail.ours,
        "quoted": mail.quoted,
    }
    return row | {"seal": seal(row, MAIL_STAYS)}


def link_row(mail: str, link: Link) -> Row:
    """Write what a link in a mail is for."""
    return {"digest": link.digest, "purpose": link.purpose.value, "mail": mail, "expires_at": link.expires_at}


def clock_row(ticket: int, clock: Clock) -> Row:
    """Write a clock of a ticket as it stands."""
    return {
        "ticket": ticket,
        "name": clock.name.value,
        "state": clock.state.value,
        "target": clock.target // MICROSECOND,
        "calendar": clock.calendar,
        "stamp": clock.stamp,
        "elapsed": clock.elapsed // MICROSECOND,
        "at": clock.at,
        "due_at": clock.due_at,
    }
