"""From decisions to rows: what each of a batch of works would write, checked against the tickets as they stand.

Works of one batch see one another: a later one is checked against what the earlier ones leave behind. Nothing here
touches the database.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from maild.errors import StaleError
from maild.model.decision import (
    AddEntry,
    AddParticipant,
    BlockSender,
    CancelMail,
    ChangeContact,
    ChangeTicket,
    CloseDraft,
    Consult,
    CountMail,
    DropCode,
    EndHeld,
    KeepCode,
    KeepDraft,
    LinkTickets,
    MarkReachable,
    MeetContact,
    OpenTicket,
    OutcomeKind,
    RecordAbsence,
    RecordDeed,
    RememberIds,
    RememberKey,
    RemoveParticipant,
    Silence,
    StartTimer,
    Step,
    StopTimers,
    Trust,
)
from maild.model.facts import DraftState
from maild.model.rates import Counted
from maild.model.saying import kept
from maild.model.ticket import FINISHED, Change, folded
from maild.store.contacts import met_row, told_row
from maild.store.ground import Ground, Rows
from maild.store.rows import Row, attachment_row, clock_row, link_row, mail_row
from maild.store.sealing import ENTRY_STAYS, seal
from maild.store.standing import FIELDS, Standing
from maild.store.work import Carrying

ENDED = ("claim", "done_at", "outcome", "reason", "ticket", "entry", "duplicate_of", "sender", "trust", "gist")


def plan(works: Sequence[Carrying], ground: Ground, now: datetime) -> tuple[Rows, dict[int, str]]:
    """Say what to write for all works whose facts still hold, and which are stale, by index, and why."""
    rows, stale = Rows(), dict[int, str]()
    for index, work in enumerate(works):
        try:
            rows.take(_Plan(work, ground, rows, now).rows)
        except StaleError as error:
            stale[index] = str(error)
    return rows, stale


class _Plan:
    """The rows of one work; raises StaleError while it is made if a fact of the decision does not hold any more."""

    def __init__(self, work: Carrying, ground: Ground, before: Rows, now: datetime) -> None:
        self.rows = Rows()
        self._work = work
        self._ground = ground
        self._before = before
        self._now = now
        # What is older than the desk is dated as it came: nobody wants 20,000 tickets of today.
        self._at = now if work.arrival is None else ground.old_arrivals.get(work.arrival, now)
        self._check_claim()
        for step in work.decision.steps:
            self._add(step)
        for mail, (body, *pieces) in zip(work.mails, work.pieces, strict=True):
            self._add_row("outgoing_mail", mail_row(mail, body.sha256, now))
            for n, piece in enumerate(pieces, start=1):
                self._add_row("outgoing_piece", {"token": mail.token, "n": n, "sha256": piece.sha256})
            for n, what in enumerate(mail.listed, start=1):
                self._add_row("listed", {"token": mail.token, "n": n, "what": what})
            if mail.link is not None:
                self._add_row("page", link_row(mail.token, mail.link))
        self._end()

    def _check_claim(self) -> None:
        work, ground = self._work, self._ground
        if work.arrival is not None and ground.claimed_arrivals.get(work.arrival) != work.claim:
            raise StaleError(f"arrival {work.arrival} is not in our hands")
        if work.timer is not None and ground.claimed_timers.get(work.timer) != work.claim:
            raise StaleError(f"timer {work.timer} is not in our hands")

    def _add(self, step: Step) -> None:  # noqa: C901, PLR0912 - one case for each step, and nothing else
        match step:
            case OpenTicket():
                self._open(step)
            case ChangeTicket():
                self._change(step)
            case AddEntry():
                self._add_entry(step)
            case RememberIds() | RememberKey():
                self._remember(step)
            case LinkTickets(number, other, why):
                self._add_row("link", {"ticket": number, "other": other, "why": why, "at": self._now})
            case KeepDraft():
                self._keep_draft(step)
            case CloseDraft(token, state):
                self._close_draft(token, state)
            case CancelMail(token, why):
                self._cancel(token, why)
            case MarkReachable() | Silence() | ChangeContact():
                self._tell_contact(step)
            case AddParticipant() | RemoveParticipant() | Consult() | MeetContact() | RecordAbsence():
                self._add_person(step)
            case StartTimer() | StopTimers():
                self._add_timer(step)
            case KeepCode() | DropCode():
                self._add_code(step)
            case CountMail(counted, ticket):
                self._count(counted, ticket)
            case EndHeld() | BlockSender() | RecordDeed():
                self._add_deed(step)
            case _:
                assert_never(step)

    def _add_deed(self, step: EndHeld | BlockSender | RecordDeed) -> None:
        now = self._now
        match step:
            case EndHeld(arrival, is_released, by):
                if arrival not in self._ground.held:
                    raise StaleError(f"arrival {arrival} is not held any more")
                self._spend("held", arrival)
                what = "released" if is_released else "discarded"
                self._add_row(f"{what}_arrival", {"the_key": arrival, "at": now, "by": by})
            case BlockSender(address, by):
                self._add_row("blocked", {"address": address.lower(), "at": now, "by": by})
            case RecordDeed(what, about, by):
                self._add_row("desk_event", {"what": what.value, "about": about, "by": by, "at": now})

    def _count(self, counted: Sequence[Counted], ticket: int | None) -> None:
        for each in counted:
            row: Row = {"arrival": self._work.arrival, "kind": each.of.value, "key": each.key}
            self._add_row("counted", row | {"at": self._now, "ticket": ticket})

    def _tell_contact(self, step: MarkReachable | Silence | ChangeContact) -> None:
        if isinstance(step, ChangeContact):
            self._check_contact(step)
        column, row = told_row(step, self._now)
        self._add_row(f"contact.{column}", row)

    def _check_contact(self, step: ChangeContact) -> None:
        address = step.who.address.lower()
        known = self._ground.contacts.get(address)
        if known is not None and known.value(step.name) != step.old:
            raise StaleError(f"contact {address}: {step.name} is not {step.old!r} any more")
        self._spend("contact", f"{step.name} of {address}")

    def _add_person(self, step: AddParticipant | RemoveParticipant | Consult | MeetContact | RecordAbsence) -> None:
        now = self._now
        match step:
            case AddParticipant(number, who):
                row: Row = {"ticket": number, "address": who.address, "name": who.name, "added_at": now}
                self._add_row("participant", row)
            case RemoveParticipant(number, address):
                self._add_row("removed_participant", {"the_ticket": number, "the_address": address.lower()})
            case Consult(number, who, asked_by):
                row = {"ticket": number, "address": who.address, "name": who.name, "asked_by": asked_by, "at": now}
                self._add_row("consulted", row)
            case MeetContact():
                self._add_row("contact", met_row(step, now))
            case RecordAbsence(person, until_at, by):
                self._add_row("absence", {"person": person, "until_at": until_at, "by": by, "at": now})

    def _add_timer(self, step: StartTimer | StopTimers) -> None:
        match step:
            case StartTimer(kind, number, due_at, about):
                row: Row = {"kind": kind.value, "ticket": number, "subject_id": 0, "due_at": due_at, "about": about}
                self._add_row("new_timer", row)
            case StopTimers(kind, number, about):
                name = "stopped_timers" if about is None else "stopped_timer"
                end: Row = {"the_kind": kind.value, "the_ticket": number, "done_at": self._now}
                self._add_row(name, end if about is None else end | {"the_about": about})

    def _add_code(self, step: KeepCode | DropCode) -> None:
        if isinstance(step, DropCode):
            self._add_row("dropped_code", {"the_ticket": step.number})
            return
        row: Row = {"ticket": step.number, "salt": step.code.salt, "digest": step.code.digest}
        self._add_row("identity_code", row | {"expires_at": step.code.expires_at})

    def _cancel(self, token: str, why: str) -> None:
        if token not in self._ground.waiting_mails:
            raise StaleError(f"mail {token} does not wait any more")
        self._spend("mail", token)
        self._add_row("cancelled_mail", {"the_key": token, "ended_at": self._now, "last_reply": why})

    def _open(self, step: OpenTicket) -> None:
        if step.number in self._ground.tickets or step.number in self._before.opened:
            raise StaleError(f"ticket {step.number} exists")
        if step.incident is not None and self._is_open(folded(step.incident)):
            raise StaleError(f"an incident “{step.incident}” is open")
        values = dict.fromkeys(FIELDS) | {"state": step.state.value, "subject": step.subject, "queue": step.queue}
        values |= {name: getattr(step, name) for name in ("team", "assignee", "language", "category", "impact")}
        values |= {name: getattr(step, name) for name in ("urgency", "priority", "level")}
        values |= {name: getattr(step, name) for name in ("agreement", "terms", "climbs")}
        requester, confidential = step.requester, step.confidential
        values |= {
            "requester": None if requester is None else requester.address,
            "requester_name": "" if requester is None else requester.name,
            "confidential": None if confidential is None else confidential.value,
            "incident": step.incident,
            "parent": None if step.parent is None else str(step.parent),
        }
        self.rows.opened[step.number] = {"number": step.number, "created_at": self._at}
        self.rows.changed[step.number] = Standing(
            step.number, 1, 0, values, step.tags, step.fields, step.steps, (), self._now
        )

    def _is_open(self, name: str) -> bool:
        names = (one.values["incident"] for one in self._before.changed.values())
        return name in self._ground.open_incidents or name in {folded(each) for each in names if each is not None}

    def _change(self, step: ChangeTicket) -> None:
        standing = self._standing(step.number)
        for change in step.changes:
            self._check_parent(change)
            standing = standing.changed(change, self._now)
        self.rows.changed[step.number] = replace(standing, version=standing.version + 1)

    def _check_parent(self, change: Change) -> None:
        """See that what a ticket joins is the incident that it was decided to join, and goes on."""
        if change.field == "parent" and change.new is not None:
            values = self._standing(int(change.new)).values
            if values["incident"] is None or values["state"] in FINISHED:
                raise StaleError(f"ticket {change.new} is no open incident")

    def _add_entry(self, step: AddEntry) -> None:
        standing = self._standing(step.number)
        if step.n <= standing.last_n:
            raise StaleError(f"ticket {step.number} has an entry {step.n}")
        self.rows.changed[step.number] = replace(standing, version=standing.version + 1, last_n=step.n)
        row: Row = {
            "ticket": step.number,
            "n": step.n,
            "at": self._at,
            "kind": step.kind.value,
            "by": step.by,
            "cause_kind": step.cause.kind.value,
            "cause_reference": step.cause.reference,
            "message_id": step.message_id,
            "arrival": self._work.arrival,
            "changes": [[change.field, change.old, change.new] for change in step.changes],
            "flags": list(step.flags),
            "text": step.text,
        }
        self._add_row("entry", row | {"seal": seal(row, ENTRY_STAYS)})
        for position, one in enumerate(step.attachments):
            place: Row = {"ticket": step.number, "entry": step.n, "position": position}
            self._add_row("attachment", place | attachment_row(one))
        for clock in step.clocks:
            as_it_stands = clock_row(step.number, clock)
            self._add_row("clock", as_it_stands)
            self._add_row("clock_change", as_it_stands | {"entry": step.n})

    def _remember(self, step: RememberIds | RememberKey) -> None:
        if isinstance(step, RememberKey):
            owner = step.owner.lower()
            self._add_row("ticket_key", {"key": step.key, "owner": owner, "ticket": step.number, "at": self._at})
            return
        sender = self._work.decision.sender
        row: Row = {
            "ticket": step.number,
            "arrival": self._work.arrival,
            "sender": None if sender is None else sender.address,
            "at": self._now,
            "addresses": sorted(step.addresses),
            "thread_index": None,
            "thread_topic": None,
        }
        for reference in step.references:
            self._add_row("mail_id", row | {"message_id": reference, "is_reference": True})
        if step.message_id is not None:
            own: Row = {"message_id": step.message_id, "is_reference": False}
            if (named := step.conversation) is not None:
                own |= {"thread_index": named.index, "thread_topic": named.topic}
            self._add_row("mail_id", row | own)

    def _keep_draft(self, step: KeepDraft) -> None:
        row: Row = {
            "token": step.token,
            "ticket": step.number,
            "author": step.author,
            "meaning": step.meaning.value,
            "arrival": self._work.arrival,
            "state": DraftState.OPEN,
            "created_at": self._now,
            "reasons": [kept(reason) for reason in step.reasons],
            "text": step.text,
            "commands": list(step.commands),
        }
        self._add_row("draft", row)
        for position, one in enumerate(step.attachments):
            place: Row = {"draft": step.token, "position": position}
            self._add_row("draft_attachment", place | attachment_row(one))

    def _close_draft(self, token: str, state: str) -> None:
        if token not in self._ground.open_drafts:
            raise StaleError(f"draft {token} is not open")
        self._spend("draft", token)
        self._add_row("closed_draft", {"the_key": token, "state": state, "closed_at": self._now})

    def _end(self) -> None:
        work, now = self._work, self._now
        outcome, sender = work.decision.outcome, work.decision.sender
        if work.arrival is not None:
            self._spend("arrival", work.arrival)
            row: Row = {
                "the_key": work.arrival,
                "claim": None,
                "done_at": now,
                "outcome": outcome.kind.value,
                "reason": outcome.reason,
                "ticket": outcome.ticket,
                "entry": self._first_entry(),
                "duplicate_of": outcome.of,
                "sender": None if sender is None else sender.address,
                "trust": None if sender is None else sender.trust.value,
                "gist": self._gist(),
            }
            self._add_row("arrival", row)
        if work.timer is not None:
            self._spend("timer", work.timer)
            self._add_row("timer", {"the_key": work.timer, "claim": None, "done_at": now})
        if work.explanation:
            about: Row = {"arrival": work.arrival, "timer": work.timer}
            self._add_row("explanation", {**about, "at": now, "text": work.explanation})
        is_lately = work.arrival not in self._ground.old_arrivals
        if sender is not None and sender.trust is Trust.PROVED and is_lately:
            self._add_row("sender_proof", {"address": sender.address.lower(), "proved_at": now})

    def _gist(self) -> str | None:
        """Give what counts when the same comes again: what is forged, a copy, or older than the desk does not."""
        decision = self._work.decision
        is_forged = decision.sender is None or decision.sender.trust is Trust.FORGED
        is_copy = decision.outcome.kind is OutcomeKind.DUPLICATE
        is_old = self._work.arrival in self._ground.old_arrivals
        return None if is_forged or is_copy or is_old else self._work.gist or None

    def _first_entry(self) -> int | None:
        number = self._work.decision.outcome.ticket
        steps = self._work.decision.steps
        return next((step.n for step in steps if isinstance(step, AddEntry) and step.number == number), None)

    def _standing(self, number: int) -> Standing:
        for known in (self.rows.changed, self._before.changed, self._ground.tickets):
            if number in known:
                return known[number]
        raise StaleError(f"there is no ticket {number}")

    def _spend(self, kind: str, name: int | str) -> None:
        if (kind, name) in self._before.spent:
            raise StaleError(f"{kind} {name}: another work of this batch has done it")
        self.rows.spent.add((kind, name))

    def _add_row(self, table: str, row: Row) -> None:
        self.rows.by_table[table].append(row)
