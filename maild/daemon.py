"""The daemon: builds everything from the configuration, runs the legs side by side, stops them.

    intake     1  Mailbox.unseen             raw bytes, oldest first
               2  tx.record_arrivals         kept; (mailbox, folder, uidvalidity, uid) unique       COMMIT
    handling   3  tx.claim_arrivals          a batch                                                COMMIT
               4  Readers.read               bytes → Message, in a worker; alone and dead thrice → held
               5  desk.ask                   Message → Questions                                    pure
               6  reader.answer              Questions → Facts, set-wise for the batch
               7  desk.decide                Message + Facts + House + now → Decision               pure
               8  Composer.compose           wanted mails → OutgoingMail; marks fixed here          pure
               9  tx.carry_out               Decision → ticket, entries, outgoing mail, outcome
              10  (5–9 of one arrival stand or fall together)                                       COMMIT
    intake    10a Mailbox.show               outcomes → Handled, Held or keyword, when no new mail waits
    timing        tx.claim_timers → facts → decide → compose → carry_out                            COMMIT
    delivery  11  tx.claim_due               one new, one deferred                                  COMMIT
              12  Relay.offer                MAIL, RCPT: Offered | Deferred | Refused
              12a tx.record_handing_over                                                            COMMIT
              12b Relay.hand_over            DATA to the dot's answer: Accepted | Deferred | Refused | InDoubt
              13  next_attempt                                                                      pure
              14  tx.record_…                                                                       COMMIT

Intake, handling and timing are plain functions, each in a thread of its own; delivery is async, and so is the web, in
a loop and thread of its own. Stopping is asked
between steps; what has not ended then after a few seconds is left in the middle of its step, as a power cut would.
"""

import asyncio
import ctypes
import gc
import os
import random
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from maild.alarming import Alarming, restore_alarms, tell_step
from maild.bells import Bells
from maild.carrying import InForce
from maild.clock import Clock
from maild.config import StateConfig, read_draft
from maild.delivery import Channel, Tools, Ward
from maild.doors import doors_of
from maild.errors import StoreUnusableError
from maild.handling import Handling
from maild.imap import Mailbox, Wake
from maild.intake import Intake, Source
from maild.journal import Event, journal
from maild.ledger import Ledger
from maild.loop import Loop
from maild.notify import Notifier
from maild.oauth import Wallet
from maild.observing import Observing, Tell
from maild.premises import Premises, begin_premises, files_alone, find_earlier, keyring_of, open_store, sound_premises
from maild.reading import Readers
from maild.reloading import Reloading, Seat
from maild.renewing import Renewing
from maild.resting import watch_pauses
from maild.resuming import check_at_home, home_directory
from maild.retaining import Retaining
from maild.rules import read_together
from maild.smtp import Relay
from maild.stopwatch import Stopwatch
from maild.store import DaemonLock, Store, sqlite_note, throw_away_copy
from maild.supervising import Supervisor, drain, stopping_by_signal
from maild.timing import NAP_SECONDS, Timing
from maild.troubles import Board
from maild.vouching import sender_keys

DRAIN_SECONDS = 7  # of the ten that stopping may take in all
SWITCH_SECONDS = 0.0005  # every hash, packing or commit lets go of the interpreter; 5 ms until it is given back is long

M_ARENA_MAX = -8  # of glibc's malloc.h

log = journal("daemon")


def now() -> datetime:
    """Say what time it is on this machine; together with the command line's, the only clock there is."""
    return datetime.now(UTC)


def steady() -> float:
    """Give seconds that nobody sets, and that go on while the machine sleeps (clock_gettime(2))."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True)
class Times:
    """How time passes: what time it is, seconds of a clock that nobody sets, and how often timers are looked for."""

    wall: Callable[[], datetime] = now
    steady: Callable[[], float] = steady
    nap_seconds: float = NAP_SECONDS


def is_hung_up_to_reload() -> bool:
    """Whether SIGHUP asks for a reload; on a terminal it says that this was closed."""
    return not os.isatty(0)


def _share_memory() -> None:
    """Let all threads take memory from one place (mallopt(3)): of its own, each would keep what it ever needed.

    Nearly all is taken under the lock of the interpreter, so that hardly anybody waits. Does nothing without glibc.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


class Daemon:
    """One desk at work. `run` returns when SIGTERM or SIGINT was obeyed.

    With `tell` it is only observed: it works on a copy of its database, which is thrown away, in folders that are
    opened for reading; nothing leaves it but the story of each decision.
    """

    def __init__(
        self,
        directory: Path,
        environ: Mapping[str, str],
        tell: Tell | None = None,
        times: Times = Times(),
    ) -> None:
        self._tell = tell
        self._nap_seconds = times.nap_seconds
        self._environ = environ
        draft = read_draft(directory, environ)
        # Where the main file does not hold, it and the rules are complained of together.
        self._config = draft.config or read_together(draft)[0]
        if not Store.may_be_at(self._config.state.directory, self._config.state.database):
            sound_premises(self._config, self._config.read_texts())  # nothing is made of what does not hold
        self._board = Board(steady, self._config.alarm.after)
        self._steps: SimpleQueue[timedelta] = SimpleQueue()
        self._clock = Clock(times.wall, times.steady, partial(tell_step, self._board, self._steps))
        self._supervisor = Supervisor(self._board, steady)
        self._wallet = Wallet(self._config, environ, self._clock.now)
        self._notifier = Notifier.from_environ(environ)
        self._stopwatch = Stopwatch()
        self._claim = secrets.token_hex(8)

    def run(self) -> None:
        """Work until told to stop.

        Raises StoreUnusableError, StoreBusyError or ReaderLostError when the desk cannot begin, StoreUnusableError
        also when it stopped because it is not the daemon of its database any more.
        """
        config = self._config
        sys.setswitchinterval(SWITCH_SECONDS)
        _share_memory()
        if is_hung_up_to_reload():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)  # one that comes before the desk works is obeyed by its start
        with ExitStack() as stack:
            stop = threading.Event()
            if self._tell is not None:
                copy = stack.enter_context(throw_away_copy(config.state.directory, config.state.database, now()))
                config = replace(config, state=StateConfig(directory=copy))
            lock = stack.enter_context(DaemonLock(config.state.directory, config.state.database))
            if not self._take(lock, stop) or stop.is_set():
                return
            readers = Readers(config.reading, workers=2)
            readers.start()
            store = open_store(config, lock)
            stack.callback(store.close)
            stack.callback(readers.stop)
            check_at_home(store, home_directory(config.state), now())
            store.write(lambda tx: tx.void_claims(self._clock.now()))
            self._reroute(store)
            in_force, reloading = self._begin(store, stop)
            if stop.is_set():
                return
            with asyncio.Runner(loop_factory=Loop) as runner:
                runner.run(self._work(store, readers, lock, stop, in_force=in_force, reloading=reloading))
            is_lost = lock.is_lost
        if is_lost:
            log.error(Event.DAEMON_LOCK_LOST)
            raise StoreUnusableError(
                "the daemon's lock on the database is lost (the connection broke, or this process stood still): "
                "another daemon may have taken over, so this one has stopped"
            )
        log.info(Event.DAEMON_STOPPED)

    def _reroute(self, store: Store) -> None:
        """Let mail that was written for a relay that the configuration has no more go by one that takes all mail."""
        relays = self._config.relays
        first = next((name for name, relay in relays.items() if not relay.only), next(iter(relays)))
        count = store.write(lambda tx: tx.reroute_mails(list(relays), first))
        if count:
            log.warning(Event.MAILS_REROUTED, count=count, relay=first)

    def _begin(self, store: Store, stop: threading.Event) -> tuple[InForce, Reloading]:
        """Find what is decided by, and let edited files be examined before the first mail is."""
        config, environ, clock = self._config, self._environ, self._clock.now
        begin = begin_premises if self._tell is None else files_alone
        mine, rules = begin(store, config, clock())
        keyring = keyring_of(store, clock())
        in_force = Premises(mine, rules, keyring, find_earlier(store, config)).in_force(clock)
        reloading = Reloading(Seat(config, environ, keyring, in_force, clock), store, self._board)
        if self._tell is None:
            self._notifier.status("examining what was edited")
            with stopping_by_signal(stop):
                reloading.catch_up(stop)
        return in_force, reloading

    def _take(self, lock: DaemonLock, stop: threading.Event) -> bool:
        """Wait for the other daemon of this database to end; False when told to stop before."""
        with stopping_by_signal(stop):
            if not lock.is_free():
                log.warning(Event.DAEMON_WAITING, reason="another daemon works on this database")
                self._notifier.status("waiting for the other daemon")
            return lock.take(stop)

    async def _work(
        self,
        store: Store,
        readers: Readers,
        lock: DaemonLock,
        stop: threading.Event,
        *,
        in_force: InForce,
        reloading: Reloading,
    ) -> None:
        loop = asyncio.get_running_loop()
        bells = Bells(stop, threading.Event(), threading.Event(), [], loop, asyncio.Event())
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, bells.ring_all)
        threads = [*self._readers_of_mailboxes(store, bells), *self._deciders(store, readers, in_force, bells)]
        if self._tell is None:
            threads.append(self._thread("reloading", partial(reloading.run, bells.stop), bells.stop))
            threads += self._pages(store, in_force, bells)
            if is_hung_up_to_reload():
                loop.add_signal_handler(signal.SIGHUP, reloading.ask, "SIGHUP")
        # What stands now stands for life: it need not be gone through each time that garbage is looked for.
        gc.collect()
        gc.freeze()
        for thread in threads:
            thread.start()
        note = sqlite_note() if self._config.state.database is None else None
        log.info(Event.DAEMON_STARTED, mailboxes=list(self._config.mailboxes), pid=os.getpid(), note=note)
        self._notifier.ready()
        self._notifier.status("at work")
        watchdog = asyncio.create_task(self._watch(threads, stop))
        tasks = [] if self._tell else list(self._senders(store, in_force, bells))
        with lock.watched(bells.ring_all):
            await bells.stop_delivery.wait()
        deadline = loop.time() + DRAIN_SECONDS
        log.info(Event.DAEMON_STOPPING)
        self._notifier.stopping()
        watchdog.cancel()
        # A mail in a reader's hand is not waited for: its arrival is given back and read by the next daemon.
        await asyncio.to_thread(readers.stop)
        await drain(tasks, threads, deadline)

    def _senders(self, store: Store, in_force: InForce, bells: Bells) -> Iterator["asyncio.Task[None]"]:
        """Start all by which mail leaves the desk, and what tells that none does."""
        supervise_task, end = self._supervisor.supervise_task, bells.stop_delivery
        for number, (channel, bell) in enumerate(self._channels(store, bells)):
            work = supervise_task("delivery", partial(channel.run, end, bell), end)
            yield asyncio.create_task(work, name=f"delivery:{number}")
        alarming = self._alarming(store, in_force)
        yield asyncio.create_task(supervise_task("alarming", partial(alarming.run, end), end), name="alarming")
        watch = partial(watch_pauses, store, end, self._notifier.status, bells.ring_rested)
        yield asyncio.create_task(supervise_task("resting", watch, end), name="resting")

    def _readers_of_mailboxes(self, store: Store, bells: Bells) -> Iterator[threading.Thread]:
        for name, settings in self._config.mailboxes.items():
            for folder in (settings.folder, *settings.also):
                wake = Wake()
                bells.wakes.append(wake)
                mailbox = Mailbox(settings, folder, self._wallet.of_mailbox(name), is_read_only=self._tell is not None)
                source = Source(name, folder, settings.poll, self._config.limits.message, settings.takeover)
                tell, stamp = partial(self._tell_old_left, f"{name}/{folder}"), partial(self._wallet.stamp_of, settings)
                intake = Intake(source, mailbox, store, self._clock.now, tell, board=self._board, stamp=stamp)
                leg = partial(intake.run, bells.stop, wake, bells.arrivals.set)
                yield self._thread(f"intake:{name}/{folder}", partial(leg, random.random), bells.stop)

    def _tell_old_left(self, place: str, left: int) -> None:
        self._notifier.status(f"at work; {place}: {left} old mails to be taken over" if left else "at work")

    def _deciders(self, store: Store, readers: Readers, in_force: InForce, bells: Bells) -> Iterator[threading.Thread]:
        keys = sender_keys(self._config, steady)
        handling = Handling(store, readers, in_force, self._claim, board=self._board, keys=keys, watch=self._stopwatch)
        yield self._thread("handling", partial(handling.run, bells.stop, bells.arrivals, bells.ring_done), bells.stop)
        timing = Timing(store, in_force, self._claim, self._stopwatch, nap_seconds=self._nap_seconds)
        yield self._thread("timing", partial(timing.run, bells.stop, bells.timers, bells.ring_done), bells.stop)
        if self._tell is not None:
            yield self._thread("observing", partial(Observing(store, self._tell).run, bells.stop), bells.stop)
        else:
            retaining = Retaining(store, in_force, self._clock.now)
            yield self._thread("retaining", partial(retaining.run, bells.stop), bells.stop)
        if self._wallet.sign_ins:
            renewing = Renewing(self._wallet.sign_ins, self._board)
            yield self._thread("renewing", partial(renewing.run, bells.stop), bells.stop)

    def _channels(self, store: Store, bells: Bells) -> list[tuple[Channel, asyncio.Event]]:
        ledger, clock = Ledger(store, self._board), self._clock.now
        tools = Tools(store, ledger, self._claim, clock, random.random, bells.timers.set, self._board)
        channels = []
        for name, settings in self._config.relays.items():
            secret = self._wallet.of_relay(name)
            ward = Ward(name, self._board, partial(self._wallet.stamp_of, settings))
            for _ in range(settings.connections):
                bell = asyncio.Event()
                bells.outbox.append(bell)
                channels.append((Channel(ward, Relay(settings, secret), tools), bell))
        return channels

    def _alarming(self, store: Store, in_force: InForce) -> Alarming:
        """Build the leg that tells of trouble, and take up what an earlier life has told."""
        config, clock = self._config, self._clock.now
        restore_alarms(self._board, store, config, clock())
        doors = list(doors_of(config, self._wallet.of_relay, in_force))
        limit = config.limits.message
        return Alarming(self._board, doors, store, limit=limit, now=clock, set_back=self._steps)

    def _pages(self, store: Store, in_force: InForce, bells: Bells) -> Iterator[threading.Thread]:
        """Serve the desk's pages, where the configuration says so."""
        listen = self._config.web.listen
        if listen is not None:
            from maild.web import Limiter, Room, Web  # noqa: PLC0415 - a third of a second that no other desk pays for

            board, supervisor, watch = self._board, self._supervisor, self._stopwatch
            limiter, answers = Limiter(steady), Limiter(steady)
            done = bells.ring_decided
            room = partial(
                Room, self._config, store, in_force, self._clock.now, board, supervisor, watch, limiter, answers, done
            )
            yield self._thread("web", partial(Web(listen, room).run, bells.stop), bells.stop)

    def _thread(self, name: str, work: Callable[[], None], stop: threading.Event) -> threading.Thread:
        return threading.Thread(target=self._supervisor.supervise, args=(name, work, stop), name=name, daemon=True)

    async def _watch(self, threads: list[threading.Thread], stop: threading.Event) -> None:
        """Tell systemd that the desk lives, as long as every leg does."""
        while not stop.is_set():
            if all(thread.is_alive() for thread in threads):
                self._notifier.alive()
            await asyncio.sleep(self._notifier.interval)
