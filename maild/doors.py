"""The ways out for alarms: a relay without the outbox in between, and a program of the administrator's."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from maild import desk
from maild.carrying import InForce
from maild.config import Config, Secret
from maild.errors import AlarmNotTakenError
from maild.model.facts import Facts
from maild.model.outgoing import Accepted, Deferred, DueMail, InDoubt, Offered, OutgoingMail, Refused
from maild.model.trouble import Alarm, TroubleKind, TroubleSpot
from maild.shouting import shout
from maild.smtp import Relay


@dataclass(frozen=True, slots=True)
class Taken:
    """What a door said when it took an alarm, and the mails that went through it."""

    reply: str
    mails: tuple[OutgoingMail, ...] = ()


class Door(Protocol):
    """A way out for alarms; `spot` is what must be well for it to open, None where that is not watched."""

    @property
    def name(self) -> str: ...
    @property
    def spot(self) -> TroubleSpot | None: ...
    async def take(self, alarm: Alarm) -> Taken:
        """Tell; raises MaildError where that did not work."""


@dataclass(frozen=True, slots=True)
class CommandDoor:
    """A program, with the alarm on its standard input."""

    command: Sequence[str]
    now: Callable[[], datetime]
    spot: TroubleSpot | None = None

    @property
    def name(self) -> str:
        return f"command {self.command[0]}"

    async def take(self, alarm: Alarm) -> Taken:
        """Run it; raises AlarmNotTakenError."""
        await shout(self.command, "\n".join(desk.words_of(alarm, self.now())) + "\n")
        return Taken("the command ended well")


@dataclass(frozen=True, slots=True)
class RelayDoor:
    """A mail to everybody in `to`, straight to a relay. `connect` gives a connection of its own for each alarm."""

    relay: str
    connect: Callable[[], Relay]
    to: Sequence[str]
    in_force: InForce

    @property
    def name(self) -> str:
        return f"relay {self.relay}"

    @property
    def spot(self) -> TroubleSpot:
        return TroubleSpot(TroubleKind.RELAY, self.relay)

    async def take(self, alarm: Alarm) -> Taken:
        """Hand the mails over, and be content when anybody gets theirs; raises MaildError where nobody does."""
        house, writing = await asyncio.to_thread(self.in_force.get)
        now = writing.now()
        decision = desk.decide_alarm(alarm, self.to, house, now)
        mails = writing.write_mails(decision, Facts(0), now)
        relay, sent, said = self.connect(), [], "there is nobody to tell"
        try:
            for mail in mails:
                outcome = await _hand_over(relay, mail, now)
                said = outcome.reply if isinstance(outcome, Accepted) else outcome.reason
                sent += [mail] if isinstance(outcome, Accepted) else []
        finally:
            await relay.close()
        if not sent:
            raise AlarmNotTakenError(f"{self.name} took no mail: {said}")
        return Taken(said, tuple(sent))


def doors_of(config: Config, secret_of: Callable[[str], Secret], in_force: InForce) -> Iterator[Door]:
    """Give the doors of `alarm:` in turn: its own relay, its command, then the relays of ordinary mail."""
    alarm = config.alarm
    house, writing = in_force.get()

    def door(name: str) -> Door:
        return RelayDoor(name, partial(Relay, config.relays[name], secret_of(name)), alarm.to, in_force)

    if alarm.relay:
        yield door(alarm.relay)
    if alarm.command:
        yield CommandDoor(alarm.command, writing.now)
    ordinary = dict.fromkeys([*(queue.relay for queue in house.queues().values()), *config.relays])
    yield from (door(name) for name in ordinary if name != alarm.relay)


async def _hand_over(relay: Relay, mail: OutgoingMail, now: datetime) -> Accepted | Deferred | Refused | InDoubt:
    """Offer and hand over one mail, which stands in no outbox."""
    due = DueMail(
        id=0,
        claim="",
        token=mail.token,
        recipient=mail.recipient,
        envelope_from=mail.envelope_from,
        relay=mail.relay,
        attempts=0,
        doubts=0,
        created_at=now,
        expires_at=mail.expires_at,
        wire=mail.wire,
    )
    offer = await relay.offer(due)
    return await relay.hand_over(due) if isinstance(offer, Offered) else offer
