"""What a desk takes of mail in a second, from the mailbox to the relay, beside a bare loop in the same run.

    python benchmarks/pipeline.py [--mails 2000] [--singles 50]

A Dovecot of its own, a crowd of customers (crowd.py) waiting in its INBOX, `maild run`, and a relay that takes
everything. Aim: a sixth of the bare loop (bare_loop.py) until all is committed, a notice and an acknowledgement written
for each new matter; memory flat over a backlog of 20,000; then, at rest in IDLE, from a mail's coming to its
acknowledgement at the relay: median under 1 s, 95 % under 3 s.

BUGS
    Dovecot and the relay share the machine's cores with the daemon, as they would not at work.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.bare_loop import Floor, bare_loop
from benchmarks.crowd import crowd
from benchmarks.figures import Figure, print_table
from benchmarks.processes import Use, children_of, use_of
from benchmarks.rig import DESK, OUTCOMES, Daemon, Rig

FLOOR_USER, FLOOR_MAILS = "floor@acme.example", 2_000
LOOK_SECONDS = 0.2
SILENCE_SECONDS = 120.0
UNWANTED = ("leg_failed", "decision_stale", "decision_failed", "mail_unreadable", "mail_deferred", "store_busy")


@dataclass(slots=True)
class Drained:
    """What came of a backlog; `resident` are the daemon's MB, ten times along the way."""

    before: dict[int, Use]
    after: dict[int, Use] = field(default_factory=dict)
    resident: list[float] = field(default_factory=list)


def calibrate() -> float:
    """Time a fixed loop: how fast this machine is at the moment, in ms."""
    start = time.perf_counter()
    total = 0
    for number in range(2_000_000):
        total += number
    return (time.perf_counter() - start) * 1000


def family(daemon: Daemon) -> dict[int, Use]:
    """The daemon first, then its readers."""
    pid = daemon.process.pid
    return {each: use_of(each) for each in (pid, *children_of(pid))}


def drain(daemon: Daemon, mails: int) -> Drained:
    """Wait until every mail is handled and every mail that this made is taken by the relay."""
    drained = Drained(family(daemon))
    heard, last_news = -1, time.monotonic()
    while daemon.handled < mails or daemon.accepted < daemon.wanted:
        time.sleep(LOOK_SECONDS)
        daemon.look()
        if daemon.handled * 10 // mails > len(drained.resident):
            drained.resident.append(use_of(daemon.process.pid).resident)
        if daemon.handled + daemon.accepted > heard:
            heard, last_news = daemon.handled + daemon.accepted, time.monotonic()
        elif time.monotonic() - last_news > SILENCE_SECONDS:
            raise SystemExit(f"{daemon.handled} of {mails} handled, {daemon.accepted} of {daemon.wanted} sent")
    drained.after = family(daemon)
    return drained


def seconds_until(events: dict[str, list[tuple[datetime, str]]], names: Sequence[str]) -> float:
    """Count from the first sight of the mailbox to the last of these events."""
    start = events["mailbox_connected"][0][0]
    return (max(events[name][-1][0] for name in names if name in events) - start).total_seconds()


def report_backlog(daemon: Daemon, drained: Drained, mails: int, floors: Sequence[Floor]) -> Iterator[Figure]:
    """Print all that was seen, and give what is aimed at."""
    events, rates = daemon.events(), [each.rate for each in floors]
    floor, spent = median(rates), median(each.cpu for each in floors)
    print(
        f"bare loop         {floor:9,.0f} mails/s   ({min(rates):,.0f} to {max(rates):,.0f}, {len(floors)} runs); "
        f"CPU {spent:.2f} ms a mail"
    )
    for what, seconds in (
        ("all recorded", seconds_until(events, ("arrivals_recorded",))),
        ("all committed", seconds_until(events, OUTCOMES)),
        ("all sent", seconds_until(events, ("mail_accepted", *OUTCOMES))),
    ):
        rate = mails / seconds
        print(f"{what:18}{rate:9,.0f} mails/s   1/{floor / rate:.1f} of the bare loop   ({seconds:.1f} s)")
    last = max(events[name][-1][0] for name in OUTCOMES if name in events)
    sent_meanwhile = sum(at <= last for at, _ in events["mail_accepted"])
    outcomes = ", ".join(f"{len(events[name])} {name}" for name in OUTCOMES if name in events)
    print(f"{outcomes}; {daemon.accepted} mails sent, {sent_meanwhile} of them before the last commit")
    print("unwanted:", {name: len(found) for name, found in events.items() if name in UNWANTED} or "nothing")
    cpu = report_use(drained, mails, spent)
    ratio = floor * seconds_until(events, OUTCOMES) / mails
    yield Figure("bare loop", f"{floor:,.0f} mails/s, {spent:.2f} ms of CPU")
    yield Figure(f"{mails:,} mails until committed", f"1/{ratio:.1f} of the bare loop", "1/6", ratio <= 6)
    yield Figure("CPU of daemon and readers, a mail", f"{cpu:.2f} ms, {cpu / spent:.1f} × the bare loop's")
    peak = next(iter(drained.after.values())).peak
    growth = drained.resident[-1] - drained.resident[0]
    yield Figure(f"memory over {mails:,} mails", f"peak {peak:.0f} MB, growth {growth:.0f} MB", "200 MB", peak <= 200)


def report_use(drained: Drained, mails: int, floor: float) -> float:
    """Print what each process used; give the milliseconds of CPU that all of them took for a mail."""
    total = 0.0
    for number, (pid, use) in enumerate(drained.after.items()):
        before = drained.before.get(pid, Use(0, 0, 0))
        name = "daemon" if number == 0 else f"reader {number}"
        spent = (use.cpu - before.cpu) * 1000 / mails
        total += spent
        print(
            f"{name:10} CPU {spent:6.2f} ms a mail   memory: peak {use.peak:5.0f} MB, at the end {use.resident:5.0f} MB"
        )
    print(f"together   CPU {total:6.2f} ms a mail, {total / floor:.1f} times the bare loop's")
    print("daemon's memory along the way, MB:", *(f"{each:.0f}" for each in drained.resident))
    return total


def time_singles(rig: Rig, count: int, seed: int) -> list[float]:
    """Let single mails come to a desk at rest; give the seconds from each to its acknowledgement."""
    chance = random.Random(seed)
    letters = [
        letter for letter in crowd(count * 2, DESK, seed) if "Auto-Submitted:" not in letter.raw.decode("latin-1")
    ]
    fresh = {letter.sender: letter for letter in reversed(letters)}
    waits = []
    for letter in list(fresh.values())[:count]:
        # Not in step with anybody's polling.
        time.sleep(1 + chance.random())
        start = time.monotonic()
        rig.maildirs.lay(DESK, [letter.raw])
        waits.append(rig.sink.wait_for(letter.sender) - start)
    return waits


def figure_of_singles(waits: Sequence[float]) -> Figure:
    middle, last = median(waits), quantiles(waits, n=20)[-1]
    value = f"median {middle:.2f} s, 95 % {last:.2f} s"
    return Figure("a mail in IDLE → its acknowledgement", value, "1 s, 3 s", middle < 1 and last < 3)


def measure(mails: int, singles: int) -> Iterator[Figure]:
    """Drain a backlog, then let single mails come."""
    rig = Rig()
    try:
        yield from measure_in(rig, mails, singles)
    finally:
        rig.remove()


def measure_in(rig: Rig, mails: int, singles: int) -> Iterator[Figure]:
    rig.maildirs.lay(FLOOR_USER, (letter.raw for letter in crowd(min(mails, FLOOR_MAILS), DESK, seed=2)))
    sizes = []
    for letter in crowd(mails, DESK, seed=1):
        rig.maildirs.lay(DESK, [letter.raw])
        sizes.append(len(letter.raw))
    for user in (FLOOR_USER, DESK):
        rig.maildirs.index(user)
    print(f"{mails:,} mails, {sum(sizes) / mails / 1024:.1f} KB each on average; calibration {calibrate():.0f} ms")
    server = rig.maildirs.server
    floors = [bare_loop(server.port, FLOOR_USER, server.password, rig.folder) for _ in range(3)]
    daemon = rig.start_daemon()
    daemon.wait_for_event("daemon_started")
    drained = drain(daemon, mails)
    floors += [bare_loop(server.port, FLOOR_USER, server.password, rig.folder) for _ in range(3)]
    yield from report_backlog(daemon, drained, mails, floors)
    if singles:
        time.sleep(3)
        yield figure_of_singles(time_singles(rig, singles, seed=3))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--mails", type=int, default=2_000)
    words.add_argument("--singles", type=int, default=50)
    options = words.parse_args()
    print_table(list(measure(options.mails, options.singles)))


if __name__ == "__main__":
    main()
