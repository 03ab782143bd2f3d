"""The outbox: mails claimed, tried, and ended.

waiting → handing-over → accepted, refused or expired; a person may cancel what waits and retry what was given up.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Update, bindparam, func, select, type_coerce, update

from maild.errors import StaleError
from maild.model.decision import TimerKind
from maild.model.facts import Undelivered
from maild.model.outgoing import DueMail, MailState, Template
from maild.model.pausing import PauseKind
from maild.store.columns import MICROSECOND
from maild.store.dialect import any_of
from maild.store.issued import ISSUED, issued_mail
from maild.store.pauses import is_working
from maild.store.snapshot import Found, Snapshot, light
from maild.store.tables import arrival, blob, mail_event, outgoing_mail, timer
from maild.store.wires import PIECES_SIZE, read_wires

CLAIM_BYTES = 8_000_000  # each channel has as much in memory, and what goes over the wire once more
_DOUBTS = 2
_mail = outgoing_mail.c
_DUE_COLUMNS = (
    *("id", "token", "recipient", "envelope_from", "relay", "attempts", "doubts", "created_at", "expires_at"),
    *("body", "headers"),
)

# Statements stand here, built once: building one costs more than running it.
_NEXT_DUE = select(func.min(_mail.due_at)).where(
    _mail.claim.is_(None), _mail.ended_at.is_(None), is_working(PauseKind.MAIL)
)
_NEXT_OF_LINE = _NEXT_DUE.where(_mail.relay == bindparam("relay"), _mail.is_deferred == bindparam("is_deferred"))
_UNDELIVERED = select(*ISSUED, _mail.state, _mail.last_reply).where(
    _mail.id == bindparam("mail"), _mail.state.in_([MailState.REFUSED.value, MailState.EXPIRED.value])
)
_DUE = (
    select(*(_mail[name] for name in _DUE_COLUMNS), (blob.c.size + PIECES_SIZE).label("size"))
    .join(blob, blob.c.id == _mail.body)
    .where(_mail.claim.is_(None), _mail.ended_at.is_(None), any_of(_mail.relay, "relays"))
    .where(_mail.is_deferred == bindparam("is_deferred"), _mail.due_at <= bindparam("now"))
    .where(is_working(PauseKind.MAIL))
    .order_by(_mail.due_at, _mail.id)
    .limit(bindparam("limit"))
    .with_for_update(of=outgoing_mail, skip_locked=True)
)
_CLAIM = update(outgoing_mail).where(any_of(_mail.id, "ids")).values(claim=bindparam("by"))
_OURS = update(outgoing_mail).where(
    _mail.id == bindparam("mail"), _mail.claim == bindparam("by"), _mail.ended_at.is_(None)
)
_HANDING_OVER = _OURS.values(state=MailState.HANDING_OVER.value, handed_at=bindparam("now"))
_ACCEPTED = _OURS.values(
    state=MailState.ACCEPTED.value,
    claim=None,
    attempts=_mail.attempts + 1,
    ended_at=bindparam("now"),
    last_reply=bindparam("words"),
)
_DEFERRED = _OURS.values(
    state=MailState.WAITING.value,
    claim=None,
    is_deferred=True,
    attempts=_mail.attempts + 1,
    doubts=_mail.doubts + bindparam("doubts"),
    due_at=bindparam("next_at"),
    last_reply=bindparam("words"),
)
_WAITS_LONGER = (
    update(outgoing_mail)
    .where(_mail.claim.is_(None), _mail.ended_at.is_(None), _mail.due_at > bindparam("now"))
    .values(due_at=type_coerce(_mail.due_at, BigInteger) - bindparam("by", type_=BigInteger))
)
_TELLS_LATER = (
    update(timer)
    .where(timer.c.done_at.is_(None), timer.c.kind == TimerKind.UNDELIVERED.value, timer.c.due_at > bindparam("now"))
    .values(due_at=bindparam("now"))
)
_TRIED = _OURS.values(attempts=_mail.attempts + 1)
_PUT_BACK = (
    update(outgoing_mail)
    .where(any_of(_mail.id, "ids"), _mail.claim == bindparam("by"))
    .values(claim=None, state=MailState.WAITING.value, due_at=bindparam("next_at"))
)
_IN_DOUBT = (
    update(outgoing_mail)
    .where(_mail.claim.is_not(None), _mail.state == MailState.HANDING_OVER.value)
    .values(
        state=MailState.WAITING.value,
        claim=None,
        is_deferred=True,
        attempts=_mail.attempts + 1,
        doubts=_mail.doubts + 1,
        due_at=bindparam("now"),
    )
    .returning(_mail.id, _mail.doubts)
)
_GIVEN_UP = (
    update(outgoing_mail)
    .where(_mail.id == bindparam("mail"))
    .values(state=bindparam("end"), claim=None, ended_at=bindparam("now"), last_reply=bindparam("words"))
    .returning(_mail.ticket, _mail.template)
)


class OutboxReading(Snapshot):
    """Asking for outgoing mail."""

    def next_due_at(self, relays: Sequence[str] | None = None) -> datetime | None:
        """Say when the next mail that nobody has in hand falls due: of these relays, or of any."""
        if relays is None:
            due_at: datetime | None = self._connection.execute(_NEXT_DUE).scalar_one_or_none()
            return due_at
        lines = [{"relay": relay, "is_deferred": it} for relay in relays for it in (False, True)]
        due = [self._connection.execute(_NEXT_OF_LINE, line).scalar_one_or_none() for line in lines]
        return min((one for one in due if one is not None), default=None)

    def find_undelivered(self, mail_id: int) -> Undelivered | None:
        """Give a mail that was given up and why; None if it is gone, or on its way after all."""
        row = self._connection.execute(_UNDELIVERED, {"mail": mail_id}).one_or_none()
        if row is None:
            return None
        return Undelivered(issued_mail(row), mail_id, MailState(row.state), row.last_reply)


class OutboxWriting(Snapshot):
    """Bringing outgoing mail to its end."""

    def void_claims(self, now: datetime) -> None:
        """Lift every claim of a daemon that is dead; only the one daemon of this database may do so.

        A mail that was being handed over may have been sent or not: it goes once more, the same bytes, and if that is
        in doubt too, it is given up.
        """
        for table in (arrival, timer):
            claimed = (table.c.done_at.is_(None), table.c.claim.is_not(None))
            self._connection.execute(update(table).where(*claimed).values(claim=None))
        for row in self._connection.execute(_IN_DOUBT, {"now": now}).all():
            self._note(row.id, "in-doubt", "the daemon ended before the relay's answer was recorded", now)
            if row.doubts >= _DOUBTS:
                self._give_up(row.id, MailState.EXPIRED, "twice in doubt whether it was taken", now)
        self._connection.execute(update(outgoing_mail).where(_mail.claim.is_not(None)).values(claim=None))

    def bring_forward(self, by: timedelta, now: datetime) -> None:
        """Make up for a clock that was put back `by` so much: what it dated later would wait that much longer.

        A mail that was dated before is tried too early, which does no harm.
        """
        self._connection.execute(_WAITS_LONGER, {"now": now, "by": by // MICROSECOND})
        self._connection.execute(_TELLS_LATER, {"now": now})

    def reroute_mails(self, relays: Sequence[str], relay: str) -> int:
        """Let mails that wait for a relay not among `relays` go by another; return how many did."""
        lost = (_mail.ended_at.is_(None), _mail.claim.is_(None), _mail.relay.not_in(relays))
        return self._connection.execute(update(outgoing_mail).where(*lost).values(relay=relay)).rowcount

    def claim_due(self, claim: str, limit: int, relays: Sequence[str], now: datetime) -> tuple[DueMail, ...]:
        """Take due mails in hand: one never tried, one deferred, and so on, so that neither blocks the other.

        Fewer where they are large, but one at least.
        """
        due = {"relays": list(relays), "now": now, "limit": limit}
        new = self._connection.execute(_DUE, {**due, "is_deferred": False}).all()
        deferred = self._connection.execute(_DUE, {**due, "is_deferred": True}).all()
        rows = light(_alternate(new, deferred)[:limit], CLAIM_BYTES)
        if not rows:
            return ()
        self._connection.execute(_CLAIM, {"ids": [row.id for row in rows], "by": claim})
        wires = read_wires(self._connection, rows)
        return tuple(_due_mail(row, claim, wires[row.token]) for row in rows)

    def put_back_mails(self, mail_ids: Sequence[int], claim: str, due_at: datetime) -> None:
        """Return mails that were surely not tried; nothing is counted against them."""
        self._connection.execute(_PUT_BACK, {"ids": list(mail_ids), "by": claim, "next_at": due_at})

    def record_handing_over(self, mail_id: int, claim: str, now: datetime) -> None:
        """Note that the next thing is DATA: from here to the answer to its dot, nobody knows whether it was sent."""
        self._change(_HANDING_OVER, {"mail": mail_id, "by": claim, "now": now})

    def record_accepted(self, mail_id: int, claim: str, reply: str, now: datetime) -> None:
        """Note the relay's 250 to the final dot."""
        self._change(_ACCEPTED, {"mail": mail_id, "by": claim, "now": now, "words": reply})

    def record_deferred(
        self, mail_id: int, claim: str, reason: str, next_at: datetime, *, is_doubt: bool, now: datetime
    ) -> None:
        """Note that a mail was not taken this time, or that nobody knows whether it was (`is_doubt`)."""
        values = {"mail": mail_id, "by": claim, "words": reason, "next_at": next_at, "doubts": int(is_doubt)}
        self._change(_DEFERRED, values)
        self._note(mail_id, "in-doubt" if is_doubt else "deferred", reason, now)

    def record_given_up(self, mail_id: int, claim: str, state: MailState, reason: str, now: datetime) -> None:
        """End a mail that was not delivered, and start the timer that tells someone."""
        self._change(_TRIED, {"mail": mail_id, "by": claim})
        self._give_up(mail_id, state, reason, now)

    def retry_mail(self, mail_id: int, by: str, now: datetime) -> bool:
        """Make a mail due now, one given up with all its time again; False if it was accepted or is in hand."""
        found = select(_mail.state, _mail.claim, _mail.created_at, _mail.expires_at).where(_mail.id == mail_id)
        row = self._connection.execute(found).one_or_none()
        if row is None or row.claim is not None or row.state in {MailState.ACCEPTED, MailState.HANDING_OVER}:
            return False
        values: dict[str, object] = {"due_at": now}
        if row.state != MailState.WAITING:
            time: timedelta = row.expires_at - row.created_at
            values |= {"state": MailState.WAITING.value, "ended_at": None, "attempts": 0, "is_deferred": False}
            values |= {"doubts": 0, "expires_at": now + time}
        self._connection.execute(update(outgoing_mail).where(_mail.id == mail_id).values(values))
        self._note(mail_id, "retried", "", now, by)
        return True

    def cancel_mail(self, mail_id: int, by: str, now: datetime) -> bool:
        """Stop a mail that still waits; False if it has ended, or may be on its way at this moment."""
        waits = (_mail.id == mail_id, _mail.state == MailState.WAITING.value, _mail.claim.is_(None))
        values = {"state": MailState.CANCELLED.value, "ended_at": now, "last_reply": f"cancelled by {by}"}
        is_cancelled = bool(self._connection.execute(update(outgoing_mail).where(*waits).values(values)).rowcount)
        if is_cancelled:
            self._note(mail_id, "cancelled", "", now, by)
        return is_cancelled

    def expire_mail(self, mail_id: int, reason: str, now: datetime) -> None:
        """End a mail that waits as undelivered, and start the timer that tells someone."""
        self._give_up(mail_id, MailState.EXPIRED, reason, now)

    def _change(self, change: Update, values: Mapping[str, object]) -> None:
        if not self._connection.execute(change, values).rowcount:
            raise StaleError(f"mail {values['mail']} is not in our hands")

    def _give_up(self, mail_id: int, state: MailState, reason: str, now: datetime) -> None:
        ended = {"mail": mail_id, "end": state.value, "now": now, "words": reason}
        row = self._connection.execute(_GIVEN_UP, ended).one()
        self._note(mail_id, state.value, reason, now)
        if row.template == Template.ALARM.value:
            return  # An alarm about an alarm would go the same way.
        self._connection.execute(
            timer.insert(),
            {"kind": TimerKind.UNDELIVERED.value, "ticket": row.ticket, "subject_id": mail_id, "due_at": now},
        )

    def _note(self, mail_id: int, what: str, words: str, now: datetime, by: str = "") -> None:
        row = {"mail": mail_id, "at": now, "what": what, "words": words, "by": by}
        self._connection.execute(mail_event.insert(), row)


def _alternate(new: Sequence[Found], deferred: Sequence[Found]) -> list[Found]:
    rows: list[Found] = []
    for index in range(max(len(new), len(deferred))):
        rows += [*new[index : index + 1], *deferred[index : index + 1]]
    return rows


def _due_mail(row: Found, claim: str, wire: bytes) -> DueMail:
    return DueMail(
        id=row.id,
        claim=claim,
        token=row.token,
        recipient=row.recipient,
        envelope_from=row.envelope_from,
        relay=row.relay,
        attempts=row.attempts,
        doubts=row.doubts,
        created_at=row.created_at,
        expires_at=row.expires_at,
        wire=wire,
    )
