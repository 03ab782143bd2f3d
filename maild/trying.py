"""Trying: every test that stands beside a rule is run, by the same reading and deciding as a mail's.

tests → mails → read → decided → compared
"""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from mimetypes import guess_type

from maild.desk import House
from maild.desk.trials import Tried, Wrong, trial_at, trial_mailbox, try_out
from maild.model.mail import Arrival, Place
from maild.reading import Read, Readers, Unreadable
from maild.rules import Rule, Trial, TrialMail
from maild.store import Begin

PORTION = 50  # read together


def try_rules(readers: Readers, house: House, begin: Begin) -> tuple[Tried, ...]:
    """Run every test beside the rules of a house, in the order written.

    `begin` gives whom to tell of the progress. Raises ReaderLostError where this machine reads nothing.
    """
    trials = [(rule, trial) for rule in house.rules.rules for trial in rule.tests]
    advance = begin("tests", len(trials))
    tried: list[Tried] = []
    for start in range(0, len(trials), PORTION):
        portion = trials[start : start + PORTION]
        tried += _try(readers, house, portion)
        advance(len(portion))
    return tuple(tried)


def _try(readers: Readers, house: House, trials: Sequence[tuple[Rule, Trial]]) -> list[Tried]:
    readings = iter(readers.read([arrival_of(mail, at, house) for _, trial in trials for mail, at in trial.mails]))
    tried = []
    for rule, trial in trials:
        read = [next(readings) for _ in trial.mails]
        unread = [each.reason for each in read if isinstance(each, Unreadable)]
        mails = [(each.message, each.arrival) for each in read if isinstance(each, Read)]
        wrong = tuple(Wrong("mail", "readable", reason) for reason in unread)
        tried.append(Tried(rule, trial, wrong) if wrong else try_out(rule, trial, mails, house))
    return tried


def arrival_of(mail: TrialMail, wall: datetime, house: House) -> Arrival:
    """Let a mail of a test arrive when the clock on the desk's wall shows a time."""
    at = trial_at(wall, house)
    raw = _raw_of(mail, house.desk.address, at)
    place = Place(trial_mailbox(house), "", 0, 0)
    return Arrival(0, place, raw, "", len(raw), is_whole=True, recorded_at=at, attempts=0)


def _raw_of(mail: TrialMail, desk: str, at: datetime) -> bytes:
    """Write the mail of a test as it would come over the wire."""
    message = EmailMessage(policy=SMTP)
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.to) or desk
    for name, addresses in (("Cc", mail.cc), ("Reply-To", mail.reply_to)):
        if addresses:
            message[name] = ", ".join(addresses)
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = "<tried@rules.invalid>"
    message.set_content(mail.text or "\n")
    for name in mail.attachments:
        kind = guess_type(name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        message.add_attachment(b"", main, sub, filename=name)
    for name, value in mail.headers:
        # What a test says of a header is meant, one that stands there already too.
        del message[name]
        message[name] = " ".join(value.split())
    return message.as_bytes()
