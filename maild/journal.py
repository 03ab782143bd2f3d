"""The closed vocabulary of the log, and how a line looks.

Only legs, the daemon and the command line log; one event per message and leg, with `arrival`, `ticket`, `message_id`.
"""

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from threading import Lock
from typing import TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger


class Event(StrEnum):
    """Past-tense facts; docs/operating.md says what each means and what to do."""

    DAEMON_STARTED = "daemon_started"
    DAEMON_STOPPING = "daemon_stopping"
    DAEMON_STOPPED = "daemon_stopped"
    DAEMON_WAITING = "daemon_waiting"
    DESK_PAUSED = "desk_paused"
    DESK_RESUMED = "desk_resumed"
    DAEMON_LOCK_LOST = "daemon_lock_lost"
    LEGS_LEFT = "legs_left"
    LEG_FAILED = "leg_failed"
    RULES_TAKEN = "rules_taken"
    RULES_REFUSED = "rules_refused"
    TICKETS_FOLLOWED = "tickets_followed"
    CLOCKS_RECOUNTED = "clocks_recounted"
    MAILBOX_CONNECTED = "mailbox_connected"
    MAILBOX_LOST = "mailbox_lost"
    MAILBOX_REFUSED = "mailbox_refused"
    MAIL_NOT_FETCHED = "mail_not_fetched"
    FOLDER_FIRST_SEEN = "folder_first_seen"
    OLD_MAIL_TAKEN_OVER = "old_mail_taken_over"
    EPOCH_CHANGED = "epoch_changed"
    ARRIVALS_RECORDED = "arrivals_recorded"
    OUTCOMES_SHOWN = "outcomes_shown"
    TICKET_OPENED = "ticket_opened"
    ENTRY_ADDED = "entry_added"
    ARRIVAL_HELD = "arrival_held"
    ARRIVAL_DUPLICATE = "arrival_duplicate"
    DESK_MATTER = "desk_matter"
    MAIL_UNREADABLE = "mail_unreadable"
    READERS_LOST = "readers_lost"
    DECISION_STALE = "decision_stale"
    DECISION_FAILED = "decision_failed"
    TIMER_FIRED = "timer_fired"
    CHARTS_NOT_DRAWN = "charts_not_drawn"
    MAIL_ACCEPTED = "mail_accepted"
    MAIL_DEFERRED = "mail_deferred"
    MAIL_REFUSED = "mail_refused"
    MAIL_EXPIRED = "mail_expired"
    MAIL_IN_DOUBT = "mail_in_doubt"
    CLAIM_LOST = "claim_lost"
    MAILS_REROUTED = "mails_rerouted"
    RELAY_LOST = "relay_lost"
    RELAY_REFUSED = "relay_refused"
    KEPT_LONG_ENOUGH = "kept_long_enough"
    TOKENS_RENEWED = "tokens_renewed"
    TOKENS_MENDED = "tokens_mended"
    TOKENS_LOST = "tokens_lost"
    TOKENS_REFUSED = "tokens_refused"
    DISK_SHORT = "disk_short"
    CLOCK_SET = "clock_set"
    CLOCK_BELIEVED = "clock_believed"
    CAP_REACHED = "cap_reached"
    ALARM_GIVEN = "alarm_given"
    ALL_CLEAR_GIVEN = "all_clear_given"
    ALARM_NOT_TAKEN = "alarm_not_taken"
    WEB_LISTENING = "web_listening"
    WEB_NOT_LISTENING = "web_not_listening"
    PAGE_ANSWERED = "page_answered"
    PAGE_FAILED = "page_failed"
    STORE_BUSY = "store_busy"
    STORE_UNUSABLE = "store_unusable"


_OURS = frozenset({"event", "timestamp", "level", "leg"})
_masks: list[Callable[[str], str]] = []


class _Log:
    """Writes finished lines. One that a full disk or a closed pipe does not take is lost, and no leg with it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._turn = Lock()

    def msg(self, line: str) -> None:
        with self._turn, suppress(OSError):
            self._stream.write(line + "\n")
            self._stream.flush()

    debug = info = warning = error = critical = exception = msg


def start_journal(stream: TextIO, *, is_json: bool, is_quiet: bool = False) -> None:
    """Send every log line of this process to `stream`, coloured only on a terminal; `is_quiet`: only what is wrong."""
    logging.getLogger("mailparser").setLevel(logging.ERROR)
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if is_json
        # Values are printed as literals: a server's words must not command the operator's terminal.
        else structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=20, repr_native_str=True)
    )
    outlet = _Log(stream)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _known_event,
            structlog.processors.format_exc_info,
            _hidden,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if is_quiet else logging.INFO),
        logger_factory=lambda *_: outlet,
        cache_logger_on_first_use=True,
    )


def journal(leg: str) -> FilteringBoundLogger:
    """Give a leg its logger."""
    logger: FilteringBoundLogger = structlog.get_logger(leg=leg)
    return logger


def _known_event(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Keep the vocabulary closed: a word of nobody's list is an error where it is written."""
    event["event"] = Event(event["event"]).value
    return event


def hide(mask: Callable[[str], str]) -> None:
    """Let no line hold what `mask` takes out: of what a server or a mail said, some is nobody's to read in a log."""
    _masks[:] = [mask]


def _hidden(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    for mask in _masks:
        for name, value in event.items():
            if isinstance(value, str) and name not in _OURS:
                event[name] = mask(value)
    return event


def start_default_journal(*, is_quiet: bool = False) -> None:
    """Log to standard error: for a person on a terminal, JSON otherwise."""
    start_journal(sys.stderr, is_json=not sys.stderr.isatty(), is_quiet=is_quiet)
