"""maild's own legs in this process, on a real store, by a clock that is turned by hand."""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

from maild.carrying import Desk, InForce
from maild.config import DeskConfig, SourceFile, StateConfig, TrustConfig
from maild.desk.recomputing import Changed, clock_faults
from maild.handling import Handling
from maild.model.limits import ReadingLimits
from maild.model.mail import Fetched
from maild.parsing import fingerprint
from maild.premises import Premises, keyring_of, open_store
from maild.reading import Readers
from maild.rules import parse_rules
from maild.store import NewArrival, Store, pack
from maild.store.promises import check_figures, check_ticket
from maild.timing import Timing
from maild.troubles import Board
from tests.unit.rules_values import a_config
from tests.year.agreed import DESK, RULES, ZONE

_STEP = re.compile(r"Ladder (\w+), (.+?)\.(?= |$)")
_UNTOLD = {"agent-notice", "transcript", "assigned", "draft"}


@dataclass(frozen=True)
class Delivered:
    """A mail of the desk that reached whom it is for."""

    message_id: str
    template: str
    ticket: int | None
    recipient: str
    at: int


@dataclass(frozen=True)
class Shown:
    """A ticket as it stands in the database; clocks as (state, target, calendar, elapsed, due)."""

    values: dict[str, str | None]
    clocks: dict[str, tuple[str, int, str, int, int | None]]


class VirtualDesk:
    """The daemon's hands, one after the other: handling, timing, and delivery without a network."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.now = 0
        self.lives = 0
        self._random = Random(seed)
        config = a_config()
        desk = DeskConfig.model_validate(
            {"name": "Acme Support", "address": DESK, "timezone": ZONE, "send_delay": "0s"}
        )
        self._config = replace(
            config,
            desk=desk,
            state=StateConfig.model_validate({"directory": str(folder)}),
            trust=TrustConfig.model_validate({"authserv_id": "mx.acme.example"}),
        )
        self._folder = folder
        self._readers = Readers(ReadingLimits(), workers=1)
        self._uids = count(1)
        self._rules = parse_rules([SourceFile("rules.yaml", RULES)], self._config)
        self._seen = {"entry": 0, "outgoing_mail": 0}
        self.begin_life()
        self._look = sqlite3.connect(f"file:{folder / 'maild.db'}?mode=ro", uri=True)

    def clock(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    def begin_life(self) -> None:
        """Begin as a daemon that was killed begins again: what its last life had in hand is free."""
        self.lives += 1
        self.store: Store = open_store(self._config)
        self.store.write(lambda tx: tx.void_claims(self.clock()))
        keyring = keyring_of(self.store, self.clock())
        self._premises = Premises(self._config, self._rules, keyring)
        self._in_force = InForce(self._premises.house(), self._writing(self._premises))
        claim = f"life {self.lives}"
        board = Board(count(step=61).__next__, timedelta(minutes=2))
        self._handling = Handling(self.store, self._readers, self._in_force, claim, board=board)
        self._timing = Timing(self.store, self._in_force, claim)
        self._claim = claim

    def _writing(self, premises: Premises) -> Desk:
        return Desk(premises.composer(), self.clock, self._random.randbytes)

    def end_life(self) -> None:
        """Die with work in hand: arrivals and timers claimed, a mail handed over of which nobody knows the end."""
        dead, now = f"dead {self.lives}", self.clock()
        self.store.write(lambda tx: tx.claim_arrivals(dead, 10, now))
        self.store.write(lambda tx: tx.claim_timers(dead, 10, now))
        self.store.close()

    def close(self) -> None:
        self._look.close()
        self._readers.stop()
        self.store.close()

    def take_edition(self, text: str) -> None:
        """Let other rule files hold from now on."""
        self._rules = parse_rules([SourceFile("rules.yaml", text)], self._config)
        self._premises = Premises(self._config, self._rules, self._premises.keyring)
        self._in_force.exchange(self._premises.house(), self._writing(self._premises), lambda: None)

    def record(self, raws: Sequence[bytes]) -> None:
        """Take in mails, as intake does."""
        new = [
            NewArrival(Fetched(next(self._uids), raw, len(raw), True, self.clock()), fingerprint(raw), pack(raw))
            for raw in raws
        ]
        self.store.write(lambda tx: tx.record_arrivals("support", "INBOX", 1, new, self.clock()))

    def handle(self) -> None:
        while self._handling.handle_batch():
            pass

    def fire(self) -> int:
        """Fire what is due; give how many timers that were."""
        fired = 0
        while some := self._timing.fire_due():
            fired += some
        return fired

    def next_timer(self) -> int | None:
        due = self.store.read(lambda reader: reader.next_timer_at())
        return None if due is None else int(due.timestamp())

    def deliver(self, doubt: float) -> list[Delivered]:
        """Hand over what is due, each as the store's verbs have it; of a few the answer is lost, and they go again."""
        came: list[Delivered] = []
        while due := self.store.write(lambda tx: tx.claim_due(self._claim, 50, ("main",), self.clock())):
            for mail in due:
                is_lost = self._random.random() < doubt and not mail.doubts
                self.store.write(lambda tx, mail=mail, is_lost=is_lost: self._hand_over(tx, mail, is_lost))
                if not is_lost:
                    row = self._look.execute(
                        "select message_id, template, ticket from outgoing_mail where id = ?", (mail.id,)
                    ).fetchone()
                    came.append(Delivered(*row, mail.recipient, self.now))
        return came

    def _hand_over(self, tx, mail, is_lost: bool) -> None:
        now = self.clock()
        tx.record_handing_over(mail.id, mail.claim, now)
        if is_lost:
            tx.record_deferred(mail.id, mail.claim, "cut", now, is_doubt=True, now=now)
        else:
            tx.record_accepted(mail.id, mail.claim, "250 2.0.0 taken", now)

    # ---- what the database says, read beside maild -------------------------------------------------------------------

    def news(self) -> tuple[dict[int, list[str]], dict[int, set[tuple[str, str]]], set[int]]:
        """Give what time brought since the last look, ticket by ticket; which mails were written; what was touched."""
        brought: defaultdict[int, list[str]] = defaultdict(list)
        touched: set[int] = set()
        rows = self._look.execute(
            "select rowid, ticket, cause_kind, cause_reference, changes, flags, text from entry where rowid > ?"
            " order by rowid",
            (self._seen["entry"],),
        )
        for rowid, ticket, kind, reference, changes, flags, text in rows:
            self._seen["entry"] = rowid
            touched.add(ticket)
            if kind == "timer" and (what := _brought(reference, json.loads(changes), json.loads(flags), text)):
                brought[ticket].append(what)
        written: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
        rows = self._look.execute(
            "select id, ticket, recipient, template from outgoing_mail where id > ? order by id",
            (self._seen["outgoing_mail"],),
        )
        for key, ticket, recipient, template in rows:
            self._seen["outgoing_mail"] = key
            if ticket is not None and template not in _UNTOLD:
                written[ticket].add((recipient.removesuffix("@acme.example"), template))
        return brought, written, touched

    def ticket_of(self, message_id: str) -> int | None:
        row = self._look.execute(
            "select ticket from entry where message_id = ? and kind = 'customer-message' order by ticket desc limit 1",
            (message_id,),
        ).fetchone()
        return None if row is None else row[0]

    def show(self, number: int) -> Shown:
        names = ("state", "priority", "urgency", "level", "team", "assignee", "agreement", "category")
        row = self._look.execute(f"select {', '.join(names)} from ticket where number = ?", (number,)).fetchone()
        clocks = self._look.execute(
            "select name, state, target, calendar, elapsed, due_at from clock where ticket = ?", (number,)
        )
        return Shown(
            dict(zip(names, row, strict=True)),
            {
                name: (state, target // 10**6, calendar, elapsed // 10**6, None if due is None else due // 10**6)
                for name, state, target, calendar, elapsed, due in clocks
            },
        )

    def counted(self) -> dict[str, int]:
        return {
            name: self._look.execute(f"select count(*) from {name}").fetchone()[0]
            for name in ("ticket", "arrival", "entry", "timer", "outgoing_mail")
        }

    def faults(self) -> list[str]:
        """Compute all again that is kept of tickets, clocks and figures, as `maild verify` does."""
        calendars = self._rules.calendars
        found = [str(fault) for one in self._each("tickets_after") for fault in check_ticket(one)]
        for one in self._each("clocks_after"):
            changes = [Changed(*each) for each in one.changes]
            found += [f"#{one.key}: {fault}" for fault in clock_faults(one.clocks, changes, calendars)]
        for one in self._each("figures_after"):
            found += [str(fault) for fault in check_figures(one.key, one.kept, one.computed)]
        return found

    def _each(self, verb: str):
        key = -1
        while page := self.store.read(lambda reader, key=key: getattr(reader, verb)(key)):
            yield from page
            key = page[-1].key

    def left_over(self) -> dict[str, int]:
        """Count what should not be there in the end: arrivals without an outcome, mails that were given up."""
        arrivals = self._look.execute("select count(*) from arrival where outcome is null").fetchone()[0]
        lost = self._look.execute(
            "select count(*) from outgoing_mail where state not in ('accepted', 'waiting')"
        ).fetchone()[0]
        held = self._look.execute("select count(*) from arrival where outcome = 'held'").fetchone()[0]
        return {"undecided": arrivals, "not delivered": lost, "held": held}


def _brought(reference: str, changes: list[list[str]], flags: list[str], text: str) -> str:
    """Call what an entry of a timer says by the oracle's name for it."""
    if "breached" in flags:
        return f"breached {flags[1]}"
    if "ladder" in flags:
        lines = [line for line in text.split("\n") if line.startswith("Ladder ")]
        return "; ".join(sorted(_step(line) for line in lines))
    if "reminder" in flags:
        return "reminded" if "was reminded" in text else f"not reminded: {text}"
    states = [new for field, _, new in changes if field == "state"]
    if reference == "wake" and states == ["open"]:
        return "woken"
    return states[0] if reference == "lifecycle" and states else ""


def _step(line: str) -> str:
    match = _STEP.match(line)
    if match is None:
        return line
    return f"{match[1]}, {match[2]}{': nothing' if 'Nothing is done' in line else ''}"
