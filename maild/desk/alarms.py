"""What is said when the desk itself is in trouble, and when it is well again."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from maild.desk.house import House
from maild.desk.telling import NOTICE_EXPIRES, alarms
from maild.model.decision import Decision, Outcome, OutcomeKind
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.trouble import Alarm, TroubleKind

ADMINISTRATORS: Final = "admins"
_WHAT: Final = {
    TroubleKind.MAILBOX: "mailbox {name} cannot be read",
    TroubleKind.RELAY: "relay {name} takes no mail",
    TroubleKind.SIGN_IN: "the sign-in at {name} cannot be renewed",
    TroubleKind.DATABASE: "the database does not work",
    TroubleKind.DISK: "the disk is full",
    TroubleKind.READERS: "no mail can be read on this machine",
    TroubleKind.LEG: "{name} fails again and again",
    TroubleKind.RULES: "rules, templates or answers were refused",
    TroubleKind.CLOCK: "the clock was set",
    TroubleKind.WEB: "the desk's pages cannot be reached",
    TroubleKind.ACKNOWLEDGEMENTS: "a cap on acknowledgements was reached",
}
_MEANWHILE: Final = {
    TroubleKind.MAILBOX: "Its mail stays on the server, and is taken in once the mailbox can be read; nothing is lost.",
    TroubleKind.RELAY: "Mail for it waits, and goes within half a minute once it takes mail; nothing is lost.",
    TroubleKind.SIGN_IN: "Its mailboxes and relays work until the token ends; sign in again by `maild auth login`.",
    TroubleKind.DATABASE: "Mail stays where it is, and everything goes on by itself once the database works.",
    TroubleKind.DISK: "New mail stays on the server, and is taken in by itself once there is room; nothing is deleted.",
    TroubleKind.READERS: "Mail is taken in and waits unread; see that the machine has memory and processes to give.",
    TroubleKind.LEG: "It is begun again every few seconds; the log has the whole error. Please report it.",
    TroubleKind.RULES: "The last good set stays in force. Mend the files, then `maild reload`; nothing else waits.",
    TroubleKind.CLOCK: "While the time is in doubt, no mail is given up for its age; see that the clock is kept right.",
    TroubleKind.WEB: "Mail goes on as ever; customers who follow a link find nothing. See who has the port.",
    TroubleKind.ACKNOWLEDGEMENTS: "Mail beyond the cap becomes a ticket as ever, and gets no automatic answer.",
}


def what_is_wrong(alarm: Alarm) -> str:
    """Say in a few words what is wrong."""
    return _WHAT[alarm.spot.kind].format(name=alarm.spot.name)


def words_of(alarm: Alarm, now: datetime) -> tuple[str, ...]:
    """Say an alarm or an all-clear, line by line; the first is its headline."""
    began = f"since {(now - alarm.age):%Y-%m-%d %H:%M} UTC"
    if alarm.is_over:
        return (f"all clear: it is over that {what_is_wrong(alarm)}", f"{began}; the last word was: {alarm.reason}")
    return (f"alarm: {what_is_wrong(alarm)}", f"{began}: {alarm.reason}", _MEANWHILE[alarm.spot.kind])


def decide_alarm(alarm: Alarm, to: Iterable[str], house: House, now: datetime) -> Decision:
    """Want a mail to everybody who is told of trouble: `admins` are the administrators, anything else an address."""
    about = words_of(alarm, now)
    mails = tuple(wanted for each in to for wanted in _mails(each, about, house, now))
    return Decision(Outcome(OutcomeKind.DESK, reason=about[0]), (), mails, (), None, ())


def _mails(to: str, about: tuple[str, ...], house: House, now: datetime) -> Iterator[Wanted]:
    if to == ADMINISTRATORS:
        yield from alarms(house.administrators(now), about)
        return
    yield Wanted(
        template=Template.ALARM,
        to=to,
        to_name="",
        person=None,
        ticket=None,
        thread=Thread.INTERNAL,
        meaning=Meaning.NOTHING,
        about=about,
        expires_in=NOTICE_EXPIRES,
    )
