"""Deciding: which ticket, who wrote and what they may, what an answer means, and what follows. Pure, all of it."""

from maild.desk.alarms import decide_alarm, words_of
from maild.desk.asking import ask
from maild.desk.deciding import decide, hold
from maild.desk.escalating import climb
from maild.desk.following import follow, outdated
from maild.desk.house import Hours, House
from maild.desk.lapsing import live_on
from maild.desk.overdue import fall_due
from maild.desk.recounting import recount
from maild.desk.scheduling import plan_occasions
from maild.desk.timekeeping import keep_time
from maild.desk.timers import ask_of_timer, decide_timer
from maild.desk.undelivered import decide_undelivered
from maild.desk.waking import remind_of_draft, tell_together, wake

__all__ = [
    "Hours",
    "House",
    "ask",
    "ask_of_timer",
    "climb",
    "decide",
    "decide_alarm",
    "decide_timer",
    "decide_undelivered",
    "fall_due",
    "follow",
    "hold",
    "keep_time",
    "live_on",
    "outdated",
    "plan_occasions",
    "recount",
    "remind_of_draft",
    "tell_together",
    "wake",
    "words_of",
]
