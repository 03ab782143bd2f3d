"""A due timer: what must be known before it is decided, and what follows."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from maild.desk.aftercare import ask_for_review, follow_up
from maild.desk.approving import expire
from maild.desk.digests import hold_occasion, miss_handover, wanted_on
from maild.desk.escalating import climb
from maild.desk.house import House
from maild.desk.lapsing import live_on
from maild.desk.overdue import fall_due
from maild.desk.surveying import send_survey
from maild.desk.timekeeping import keep_time
from maild.desk.waking import expire_code, remind_of_draft, tell_together, wake
from maild.model.decision import Decision, Timer, TimerKind
from maild.model.facts import Facts, Questions, Want
from maild.model.occasion import parse_occasion

# What a mail that was given up comes to is decided by `undelivered`: it needs the mail, too.
_DECIDING: Mapping[TimerKind, Callable[[Timer, Facts, House, datetime], Decision]] = MappingProxyType(
    {
        TimerKind.WAKE: wake,
        TimerKind.NOTICE: tell_together,
        TimerKind.IDENTITY: expire_code,
        TimerKind.DUE: fall_due,
        TimerKind.LADDER: climb,
        TimerKind.LIFECYCLE: live_on,
        TimerKind.DRAFT: remind_of_draft,
        TimerKind.APPROVAL: expire,
        TimerKind.SURVEY: send_survey,
        TimerKind.FOLLOW_UP: follow_up,
        TimerKind.REVIEW: ask_for_review,
        TimerKind.OCCASION: hold_occasion,
        TimerKind.HANDOVER: miss_handover,
    }
)

_WANTS: Mapping[TimerKind, frozenset[Want]] = MappingProxyType(
    {
        TimerKind.LIFECYCLE: frozenset({Want.HISTORY, Want.OUTSIDERS}),
        TimerKind.SURVEY: frozenset({Want.HISTORY, Want.OUTSIDERS, Want.SURVEYS}),
        TimerKind.FOLLOW_UP: frozenset({Want.OUTSIDERS}),
        TimerKind.REVIEW: frozenset({Want.HISTORY}),
        TimerKind.LADDER: frozenset({Want.HISTORY}),
        TimerKind.DUE: frozenset({Want.HISTORY, Want.OUTSIDERS}),
        TimerKind.DRAFT: frozenset({Want.HISTORY}),
    }
)

_OF_THE_DESK = frozenset({TimerKind.OCCASION, TimerKind.HANDOVER})


def ask_of_timer(timer: Timer, house: House) -> Questions:
    """Say what must be known of the store before a due timer can be decided."""
    numbers = () if timer.ticket is None else (timer.ticket,)
    drafts = (timer.about,) if timer.kind is TimerKind.DRAFT else ()
    occasion = parse_occasion(timer.about) if timer.kind in _OF_THE_DESK else None
    wants = _WANTS.get(timer.kind, frozenset()) if occasion is None else wanted_on(occasion, house)
    return Questions(
        arrival=None,
        mailbox="",
        fingerprint="",
        sender="",
        message_id=None,
        ids=(),
        tokens=(),
        numbers=numbers,
        drafts=drafts,
        wants=wants,
        occasion=occasion,
    )


def decide_timer(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Decide what a due timer comes to, of whichever kind but `undelivered`, with what it does to the clocks."""
    return keep_time(_DECIDING[timer.kind](timer, facts, house, now), facts, house, now)
