"""A desk without a store: mails are decided, and what falls due meanwhile, on facts that earlier decisions left.

It decides by the very functions that the daemon decides by. Its mails reach whom they are for as soon as they are
wanted, its timers fire in the second in which they are due, and its people have as little to do when it begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from maild import marks
from maild.desk.asking import ask
from maild.desk.deciding import decide
from maild.desk.house import House, is_same
from maild.desk.timers import ask_of_timer, decide_timer
from maild.marks import Keyring, SigningKey
from maild.model.aftermath import ticket_after
from maild.model.decision import (
    AddEntry,
    Authenticity,
    ChangeTicket,
    CloseDraft,
    Decision,
    KeepDraft,
    LinkTickets,
    OpenTicket,
    RecordAbsence,
    RememberKey,
    StartTimer,
    Step,
    StopTimers,
    Timer,
    Verdict,
)
from maild.model.facts import (
    AcknowledgementCounts,
    Draft,
    DraftState,
    Facts,
    IssuedMail,
    KeyedTicket,
    Questions,
    ThreadFacts,
    TicketFacts,
)
from maild.model.mail import Arrival, Message
from maild.model.outgoing import Template, Thread, Wanted
from maild.model.rounds import Round

# Whoever rehearses has no keys of the desk: what its mails are signed with is good for their answers alone.
_KEY = SigningKey("trial", bytes(32))
# Whoever's timers start one another without time going on would never end.
MOST_TIMERS = 10_000


@dataclass(frozen=True, slots=True)
class Happened:
    """One decision of the rehearsal: when, and the mail or the timer that it was about."""

    at: datetime
    decision: Decision
    mail: Message | None = None
    timer: Timer | None = None


class EndlessError(Exception):
    """More fell due than anybody would wait for."""


class Rehearsal:
    """A few mails and as many hours as are wanted, played through on a house's rules.

    BUGS
        What a mail does besides its ticket is known by counts, keys, links and drafts alone: contacts are not
        remembered, nothing that was sent can be taken back, and no mail comes back undelivered.
    """

    def __init__(self, house: House) -> None:
        self.happened: list[Happened] = []
        self.tickets: dict[int, TicketFacts] = {}
        self._house = replace(house, keyring=Keyring(_KEY, {_KEY.id: _KEY}))
        self._round = Round()
        self._timers: dict[int, Timer] = {}
        self._issued: dict[str, IssuedMail] = {}
        self._drafts: dict[str, Draft] = {}
        self._keyed: dict[tuple[str, str], KeyedTicket] = {}
        self._absences: dict[str, datetime] = {}
        self._started = 0
        self._named = 0

    def answering(self, message: Message, template: Template) -> Message | None:
        """Let a mail answer the last of a kind that its sender got; None if they got none."""
        sender = message.sender.address if message.sender is not None else ""
        got = (mail for mail in reversed(self._issued.values()) if mail.template is template)
        mail = next((mail for mail in got if is_same(mail.recipient, sender)), None)
        if mail is None:
            return None
        mark = marks.sign(mail.token, mail.recipient, self._house.keyring)
        return replace(message, in_reply_to=(marks.message_id(mark, "desk.invalid"),))

    def take(self, message: Message, arrival: Arrival, authenticity: Authenticity) -> Decision:
        """Let a mail come, once all is done that was due before it."""
        now = arrival.recorded_at
        self.pass_until(now)
        questions = ask(message, arrival, self._house)
        facts = self._facts(questions, now, is_proved=authenticity.verdict is Verdict.PASS)
        decision = decide(message, arrival, facts, authenticity, self._house, now, self._token())
        self._carry_out(Happened(now, decision, mail=message), facts)
        self.pass_until(now)
        return decision

    def pass_until(self, until: datetime) -> None:
        """Let all happen that is due by an instant, in the order in which it is due. Raises EndlessError."""
        for _ in range(MOST_TIMERS):
            timer = min(self._timers.values(), key=lambda each: (each.due_at, each.id), default=None)
            if timer is None or timer.due_at > until:
                return
            del self._timers[timer.id]
            facts = self._facts(ask_of_timer(timer, self._house), timer.due_at)
            decision = decide_timer(timer, facts, self._house, timer.due_at)
            self._carry_out(Happened(timer.due_at, decision, timer=timer), facts)
        raise EndlessError(f"{MOST_TIMERS:,} timers fell due until {until:%F %H:%M}")

    def _facts(self, questions: Questions, now: datetime, *, is_proved: bool = True) -> Facts:
        """Give what the store would answer; besides what is asked, every ticket."""
        sender = questions.sender.lower()
        named = dict.fromkeys((each.lower() for each in questions.requesters), AcknowledgementCounts())
        facts = Facts(
            self._house.desk.first_number,
            issued={token: self._issued[token] for token in questions.tokens if token in self._issued},
            drafts=self._drafts,
            was_proved_lately=is_proved,
            requesters=named,
            incidents={},
            keyed={key: keyed for (key, owner), keyed in self._keyed.items() if owner == sender},
            absences={person: until for person, until in self._absences.items() if until > now},
        )
        known = self._round.known_to(questions, facts, now)
        return replace(known, tickets={**known.tickets, **self.tickets})

    def _carry_out(self, happened: Happened, facts: Facts) -> None:
        decision, now = happened.decision, happened.at
        self.happened.append(happened)
        self._round.add(decision, facts, now)
        for number in dict.fromkeys(_touched(decision)):
            self.tickets[number] = ticket_after(decision, facts, number, now)
        for step in sorted(decision.steps, key=lambda step: isinstance(step, StartTimer)):
            self._do(step, now)
        for mail in decision.mails:
            self._deliver(mail, now)

    def _do(self, step: Step, now: datetime) -> None:
        match step:
            case StopTimers(kind, number, about):
                stopped = (each for each in self._timers.values() if (each.kind, each.ticket) == (kind, number))
                for timer in [each for each in stopped if about in {None, each.about}]:
                    del self._timers[timer.id]
            case StartTimer(kind, number, due_at, about):
                self._started += 1
                self._timers[self._started] = Timer(self._started, kind, number, 0, due_at, about)
            case RecordAbsence(person, until_at, _):
                self._absences[person] = until_at
            case RememberKey(number, key, owner):
                self._keyed[key, owner.lower()] = KeyedTicket(number, now)
            case _:
                self._remember(step, now)

    def _remember(self, step: Step, now: datetime) -> None:
        match step:
            case KeepDraft(token, number, author, meaning, text, reasons, attachments, commands):
                kept = Draft(token, number, author, meaning, text, reasons, None, attachments, DraftState.OPEN, now)
                self._drafts[token] = replace(kept, commands=commands)
            case CloseDraft(token, state):
                self._drafts[token] = replace(self._drafts[token], state=state)
            case LinkTickets(number, other, _):
                for one, linked in ((number, other), (other, number)):
                    known = self.tickets[one]
                    self.tickets[one] = replace(known, links=tuple(sorted({*known.links, linked})))
            case OpenTicket(number=number, parent=int(parent)) if parent in self.tickets:
                known = self.tickets[parent]
                self.tickets[parent] = replace(known, children=(*known.children, number))
            case ChangeTicket(number, changes):
                for change in changes:
                    if change.field == "parent" and change.new and int(change.new) in self.tickets:
                        known = self.tickets[int(change.new)]
                        self.tickets[int(change.new)] = replace(known, children=(*known.children, number))

    def _deliver(self, mail: Wanted, now: datetime) -> None:
        """Let a mail be known to whoever got it, so that they can answer."""
        token = self._token()
        known = self.tickets.get(mail.ticket) if mail.ticket is not None else None
        seen = known.last_n if known is not None else 0
        self._issued[token] = IssuedMail(
            token=token,
            ticket=mail.ticket,
            recipient=mail.to,
            person=mail.person,
            template=mail.template,
            thread=mail.thread,
            meaning=mail.meaning,
            seen=seen,
            draft=mail.draft,
            created_at=now,
            subject=known.ticket.subject if known is not None else "",
            ours="",
            quoted="",
        )
        if known is not None and mail.ticket is not None:
            place = (mail.to.lower(), mail.thread)
            threads = {place: ThreadFacts(token, (), None), **known.threads}
            is_notice = (mail.template, mail.thread) == (Template.AGENT_NOTICE, Thread.NOTICE)
            noticed_at = now if is_notice else known.noticed_at
            self.tickets[mail.ticket] = replace(known, threads=threads, noticed_at=noticed_at)

    def _token(self) -> str:
        self._named += 1
        return marks.new_token(self._named.to_bytes(10))


def _touched(decision: Decision) -> Iterator[int]:
    for step in decision.steps:
        if isinstance(step, OpenTicket | ChangeTicket | AddEntry):
            yield step.number
