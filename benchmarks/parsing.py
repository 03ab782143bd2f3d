"""What reading a mail costs beside mail-parser and the standard library, all of it measured in one run.

    MAILD_CORPUS=… python benchmarks/parsing.py

Goals: ordinary mails (2 to 20 KB) through everything that `maild parse --json` shows at 0.8 × the speed of
mail-parser alone or better; a mail of 25 MB within 1.5 × the time and 1.2 × the peak memory of the standard
library's parsing and decoding.
"""

import base64
import email
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import mailparser

from maild.parsing import Flag, parse

ROUNDS = 15
ORDINARY = range(2_000, 20_001)
LARGE = 25 * 1024 * 1024


def main() -> None:
    if len(sys.argv) > 2:
        measure_memory(sys.argv[1], sys.argv[2])
        return
    logging.getLogger("mailparser").setLevel(logging.CRITICAL)
    mails = read_corpus()
    unread = sum(Flag.UNREADABLE in parse(raw).flags for raw in mails)
    if unread:
        sys.exit(f"{unread} mails are not read at all: nothing to measure")
    ordinary = [raw for raw in mails if len(raw) in ORDINARY]
    print(f"calibration: {calibrate() * 1000:.1f} ms for 2 million turns")
    compare("all of the corpus", mails)
    compare("ordinary mails, 2 to 20 KB", ordinary)
    for kind in ("base64", "text", "html"):
        compare_large(kind)


def read_corpus() -> list[bytes]:
    folder = Path(os.environ["MAILD_CORPUS"])
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md")
    return [raw for path in paths if is_mail(raw := path.read_bytes())]


def is_mail(raw: bytes) -> bool:
    return b":" in raw.split(b"\n", 1)[0] or raw.startswith(b"From ")


def calibrate() -> float:
    start = time.perf_counter()
    for _ in range(2_000_000):
        pass
    return time.perf_counter() - start


def compare(title: str, mails: list[bytes]) -> None:
    """Take turns, so that a machine that changes its speed changes it for all."""
    readers: dict[str, Callable[[bytes], object]] = {
        "mail-parser": mailparser.parse_from_bytes,
        "standard library": parse_and_decode,
        "maild": parse,
    }
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(ROUNDS):
        for name, read in readers.items():
            start = time.perf_counter()
            for raw in mails:
                read(raw)
            times[name].append(time.perf_counter() - start)
    base = median(times["mail-parser"])
    print(f"\n{title}: {len(mails)} mails, {sum(map(len, mails)) / len(mails) / 1000:.1f} KB on average")
    for name, measured in times.items():
        each = median(measured)
        print(f"  {name:18} {len(mails) / each:8.0f} mails/s   {base / each:5.2f} × mail-parser")


def parse_and_decode(raw: bytes) -> list[object]:
    message = email.message_from_bytes(raw)
    return [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]


def large_mail(kind: str) -> bytes:
    """One mail with a part of 25 MB as sent: a file, plain words, or HTML."""
    chosen = random.Random(7)
    head = b"From: Bob Miller <bob@example.com>\r\nTo: support@acme.example\r\nSubject: large\r\nMIME-Version: 1.0\r\n"
    if kind == "base64":
        data = base64.encodebytes(chosen.randbytes(LARGE * 3 // 4)).replace(b"\n", b"\r\n")
        return (
            head
            + b'Content-Type: multipart/mixed; boundary="b1"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\nSee the'
            b" file.\r\n--b1\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; filename=a.zip\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" + data + b"\r\n--b1--\r\n"
        )
    words = [b"printer", b"paper", b"jam", b"again", b"please", b"help", b"\r\n", b"monday", b"office"]
    line = b" ".join(chosen.choices(words, k=2000)) + b"\r\n"
    if kind == "html":
        line = b"<p>" + line + b"</p>"
    subtype = b"html" if kind == "html" else b"plain"
    return head + b"Content-Type: text/" + subtype + b"\r\n\r\n" + line * (LARGE // len(line))


def compare_large(kind: str) -> None:
    raw = large_mail(kind)
    times: dict[str, list[float]] = {"standard library": [], "maild": []}
    for _ in range(3):
        for name, read in (("standard library", parse_and_decode), ("maild", parse)):
            start = time.perf_counter()
            read(raw)
            times[name].append(time.perf_counter() - start)
    ours, theirs = median(times["maild"]), median(times["standard library"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "large.eml")
        path.write_bytes(raw)
        peaks = {name: peak_of(name, path) for name in ("nothing", "stdlib", "maild")}
    spent = {name: peaks[name] - peaks["nothing"] for name in ("stdlib", "maild")}
    print(f"\n25 MB of {kind}")
    print(f"  time         {ours:6.2f} s against {theirs:6.2f} s   {ours / theirs:5.2f} × the standard library")
    print(
        f"  peak memory  {spent['maild']:6.0f} MB against {spent['stdlib']:4.0f} MB   "
        f"{spent['maild'] / spent['stdlib']:5.2f} × (above the raw mail itself)"
    )


def peak_of(name: str, path: Path) -> float:
    command = [sys.executable, __file__, name, str(path)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def measure_memory(name: str, path: str) -> None:
    """In a process of its own: read one large mail and print the peak of resident memory in MB."""
    raw = Path(path).read_bytes()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    readers: dict[str, Callable[[bytes], object]] = {"nothing": len, "stdlib": parse_and_decode, "maild": parse}
    kept = readers[name](raw)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
    print(peak / 1024)
    del kept


if __name__ == "__main__":
    main()
