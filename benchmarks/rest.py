"""What a desk costs at rest, and what large mail costs it in memory.

    python benchmarks/rest.py [--seconds 60]

Aims: 20 idle mailboxes under 1 % of a core; three mails of 7 MB to a team of twelve, each of whom gets a notice with
the files, within 400 MB.
"""

import argparse
import base64
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.figures import Figure, print_table
from benchmarks.processes import use_of
from benchmarks.rig import DESK, Rig

MAILBOXES, AGENTS, LARGE_MAILS, LARGE_BYTES = 20, 12, 3, 5_000_000
SETTLING = 20.0


def measure_idleness(seconds: float) -> Iterator[Figure]:
    """Let a desk with many mailboxes wait in IDLE; count its CPU."""
    rig = Rig()
    try:
        daemon = rig.start_daemon(mailboxes=MAILBOXES)
        daemon.wait_for_event("mailbox_connected", MAILBOXES)
        time.sleep(SETTLING)
        before, start = use_of(daemon.process.pid).cpu, time.monotonic()
        time.sleep(seconds)
        share = (use_of(daemon.process.pid).cpu - before) / (time.monotonic() - start) * 100
        yield Figure(f"{MAILBOXES} idle mailboxes", f"{share:.2f} % of a core", "1 %", share < 1)
    finally:
        rig.remove()


def large_mail(number: int, chance: random.Random) -> bytes:
    """Write a mail with one attachment that nothing makes smaller."""
    content = base64.encodebytes(chance.randbytes(LARGE_BYTES)).replace(b"\n", b"\r\n")
    return (
        b"From: Bob <bob%d@large.example>\r\nTo: %b\r\nSubject: Large %d\r\nMessage-ID: <large%d@large.example>\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nHere it is.\r\n"
        b"--b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n%b--b--\r\n"
    ) % (number, DESK.encode(), number, number, content)


def measure_large_mail() -> Iterator[Figure]:
    """Let large mail come to a large team; give the daemon's memory at its peak."""
    rig = Rig()
    try:
        daemon = rig.start_daemon(agents=AGENTS)
        daemon.wait_for_event("mailbox_connected")
        chance = random.Random(1)
        rig.maildirs.lay(DESK, [large_mail(number, chance) for number in range(LARGE_MAILS)])
        # An acknowledgement to each sender, a notice to each of the team.
        daemon.wait_for_event("mail_accepted", LARGE_MAILS * (AGENTS + 1))
        peak = use_of(daemon.process.pid).peak
        name = f"{LARGE_MAILS} mails of 7 MB to a team of {AGENTS}"
        yield Figure(name, f"{peak:.0f} MB at the peak", "400 MB", peak < 400)
    finally:
        rig.remove()


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seconds", type=float, default=60)
    options = words.parse_args()
    print_table([*measure_idleness(options.seconds), *measure_large_mail()])


if __name__ == "__main__":
    main()
