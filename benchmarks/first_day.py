"""The first day at an old mailbox: how long its mail takes, and how long today's customers wait meanwhile.

    python benchmarks/first_day.py [--mails 20000]

A Dovecot of its own with a crowd's old mail (crowd.py) in INBOX, `maild run`, a relay that takes everything. Every two
seconds, as long as old mail is left, somebody new writes. Aim: nobody is written to of the old mail, and a new mail is
acknowledged as soon as at rest: median under 1 s, 95 % under 3 s.

BUGS
    Dovecot, the relay and the daemon share the machine's cores.
"""

import argparse
import re
import sys
import time
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.crowd import crowd
from benchmarks.processes import use_of
from benchmarks.rig import ALICE, DESK, Daemon, Rig

PAUSE_SECONDS = 2.0
_LEFT = re.compile(r'"left": (\d+)')


def lefts(daemon: Daemon) -> list[int]:
    """What was told of the old mail that is left, in order."""
    return [int(_LEFT.findall(line)[0]) for _, line in daemon.events().get("old_mail_taken_over", [])]


def write_meanwhile(rig: Rig, daemon: Daemon) -> list[float]:
    """Let new mail come until no old mail is left; give the seconds from each to its acknowledgement."""
    waits: list[float] = []
    while 0 not in lefts(daemon):
        customer = f"today{len(waits)}@fresh.example"
        head = f"From: {customer}\r\nTo: {DESK}\r\nSubject: Today {len(waits)}\r\nMessage-ID: <{customer}>\r\n"
        start = time.monotonic()
        rig.maildirs.lay(DESK, [f"{head}\r\nMy screen is dark.\r\n".encode()])
        waits.append(rig.sink.wait_for(customer) - start)
        time.sleep(PAUSE_SECONDS)
    return waits


def measure(rig: Rig, mails: int) -> None:
    for letter in crowd(mails, DESK, seed=1):
        rig.maildirs.lay(DESK, [letter.raw])
    rig.maildirs.index(DESK)
    daemon = rig.start_daemon("first-connection")
    daemon.wait_for_event("folder_first_seen")
    waits = write_meanwhile(rig, daemon)
    events = daemon.events()
    began, recorded = events["folder_first_seen"][0][0], events["arrivals_recorded"]
    ended = events["old_mail_taken_over"][-1][0]
    seconds = (ended - began).total_seconds()
    print(
        f"{mails:,} old mails taken over in {seconds:.0f} s, {mails / seconds:.0f} a second; "
        f"left, as told: {lefts(daemon)}"
    )
    print(
        f"{len(waits)} new mails meanwhile, the last recorded {(recorded[-1][0] - began).total_seconds():.0f} s after"
    )
    print(f"coming → acknowledgement taken: median {median(waits):.2f} s, 95 % {quantiles(waits, n=20)[-1]:.2f} s, "
          f"longest {max(waits):.2f} s")  # fmt: skip
    others = set(rig.sink.taken) - {f"today{number}@fresh.example" for number in range(len(waits))} - {ALICE}
    print("written to of the old mail:", sorted(others) or "nobody")
    print(f"memory at the end {use_of(daemon.process.pid).resident:.0f} MB")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--mails", type=int, default=20_000)
    options = words.parse_args()
    rig = Rig()
    try:
        measure(rig, options.mails)
    finally:
        rig.remove()


if __name__ == "__main__":
    main()
