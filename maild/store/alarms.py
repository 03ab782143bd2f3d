"""Alarms that were given and not taken back yet, so that no later life of the daemon repeats them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from maild.model.outgoing import MailState, OutgoingMail
from maild.model.trouble import Alarm, TroubleKind, TroubleSpot
from maild.store.blobs import Packed, keep_blobs
from maild.store.rows import mail_row
from maild.store.snapshot import Snapshot
from maild.store.tables import alarm, outgoing_mail

_OPEN = select(alarm).where(alarm.c.ended_at.is_(None)).order_by(alarm.c.id)
_END = (
    update(alarm)
    .where(alarm.c.ended_at.is_(None), alarm.c.kind == bindparam("of_kind"), alarm.c.name == bindparam("of_name"))
    .values(ended_at=bindparam("now"))
)


class AlarmReading(Snapshot):
    """Asking for alarms."""

    def open_alarms(self, now: datetime) -> tuple[Alarm, ...]:
        """Give the alarms whose all-clear has not been given, the oldest first."""
        rows = self._connection.execute(_OPEN).all()
        return tuple(
            Alarm(TroubleSpot(TroubleKind(row.kind), row.name), row.reason, max(now - row.begun_at, timedelta(0)))
            for row in rows
        )


class AlarmWriting(Snapshot):
    """Remembering alarms."""

    def record_alarm(self, told: Alarm, sent: Sequence[tuple[OutgoingMail, Packed]], reply: str, now: datetime) -> None:
        """Remember that an alarm or an all-clear was given, and the mails with their bodies that did it.

        The relay took those before anybody wrote them down: an alarm must not need the database that it is about.
        """
        spot, begun_at = told.spot, now - told.age
        ended = self._connection.execute(_END, {"of_kind": spot.kind.value, "of_name": spot.name, "now": now}).rowcount
        if not (told.is_over and ended):
            row = {"kind": spot.kind.value, "name": spot.name, "reason": told.reason, "begun_at": begun_at}
            self._connection.execute(alarm.insert(), row | {"ended_at": now if told.is_over else None})
        blobs = keep_blobs(self._connection, (body for _, body in sent))
        end = {"state": MailState.ACCEPTED.value, "attempts": 1, "handed_at": now, "ended_at": now, "last_reply": reply}
        for mail, body in sent:
            written = mail_row(mail, body.sha256, now) | {"body": blobs[body.sha256]} | end
            del written["sha256"]
            self._connection.execute(outgoing_mail.insert(), written)
