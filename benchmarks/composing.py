"""What writing a mail costs beside the standard library's MIMEMultipart, all of it measured in one run.

    python benchmarks/composing.py

Goal: an ordinary mail (acknowledgement, relay) in 0.5 ms; never slower than MIMEMultipart and as_bytes() of the very
same words, which has no template, no mark and no thread to care for.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email import encoders, policy
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from hashlib import sha256
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))

from maild.composing.mime import Encoder, build_body
from maild.model.facts import Facts
from maild.model.mail import Attachment
from maild.model.outgoing import OutgoingMail, Template
from tests.unit.composing_values import (
    NOW,
    TOKEN,
    a_composer,
    a_decision,
    an_entry,
    html_of,
    read,
    text_of,
    to_alice,
    to_customer,
)

ROUNDS = 7
OFTEN = 300


def calibrate() -> float:
    """Time a fixed loop: how fast this machine is at the moment, in ms."""
    start = time.perf_counter()
    total = 0
    for number in range(2_000_000):
        total += number
    return (time.perf_counter() - start) * 1000


def microseconds(work: Callable[[], object], often: int = OFTEN) -> float:
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(often):
            work()
        rounds.append((time.perf_counter() - start) / often * 1e6)
    return median(rounds)


def by_the_standard_library(mail: OutgoingMail) -> Callable[[], bytes]:
    """Build the same mail of words that are written already."""
    text, html, fields = text_of(mail), html_of(mail), list(read(mail).items())
    kept = [(name, str(value)) for name, value in fields if not name.startswith(("Content-", "MIME-"))]

    def build() -> bytes:
        message = MIMEMultipart("alternative")
        for name, value in kept:
            message[name] = value
        message.attach(MIMEText(text, "plain", "utf-8"))
        message.attach(MIMEText(html, "html", "utf-8"))
        return message.as_bytes(policy=policy.SMTP)

    return build


def main() -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} calib {calibrate():.0f} ms; median of {ROUNDS} × {OFTEN}, µs a mail")
    composer, facts = a_composer(), Facts(next_number=1042)
    words = "Hello Bob,\n\nplease try the first tray and tell us what you see.\n\n- one\n- two\n" * 6
    decision = a_decision(*(an_entry(n, words) for n in range(1, 5)))
    wishes = {
        "acknowledged": to_customer(Template.ACKNOWLEDGED),
        "acknowledged-minimal": to_customer(Template.ACKNOWLEDGED_MINIMAL),
        "reply": to_customer(Template.REPLY, by="alice", text=words),
        "agent-notice": to_alice(),
    }
    print(f"{'':22}{'maild':>8}{'MIMEMultipart':>16}{'ratio':>8}")
    for name, wish in wishes.items():
        mine = microseconds(lambda wish=wish: composer.compose(wish, decision, facts, TOKEN, NOW, encoder=Encoder()))
        theirs = microseconds(
            by_the_standard_library(composer.compose(wish, decision, facts, TOKEN, NOW, encoder=Encoder()))
        )
        print(f"{name:22}{mine:8.0f}{theirs:16.0f}{theirs / mine:8.2f}")
    content = bytes(range(256)) * 4096 * 4
    attachment = Attachment("a.bin", "application/zip", len(content), sha256(content).hexdigest(), False, None, content)

    def attach() -> bytes:
        message = MIMEMultipart("mixed")
        message.attach(MIMEText(words, "plain", "utf-8"))
        part = MIMEBase("application", "zip")
        part.set_payload(content)
        encoders.encode_base64(part)
        message.attach(part)
        return message.as_bytes(policy=policy.SMTP)

    mine = microseconds(lambda: build_body(words, None, (), (attachment,), Encoder()), 3) / 1000
    theirs = microseconds(attach, 3) / 1000
    print(f"{'4 MiB attached, ms':22}{mine:8.1f}{theirs:16.1f}{theirs / mine:8.2f}")


if __name__ == "__main__":
    main()
