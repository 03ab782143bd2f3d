"""The people of the demo, and how their mail clients write."""

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid

from maild import daemon
from maild.demo.servers import HOST, MailHost
from maild.demo.stage import plain_text

DESK = "support@acme.example"
STRICT_DOMAINS = frozenset({"acme.example", "bigco.example"})


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody with a mail client."""

    address: str
    name: str
    password: str

    def write(self, subject: str, words: str) -> EmailMessage:
        """Begin a mail to the desk."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = formataddr((self.name, self.address))
        mail["To"] = DESK
        mail["Subject"] = subject
        mail["Date"] = format_datetime(daemon.now())
        mail["Message-ID"] = make_msgid(domain=self.address.partition("@")[2])
        mail.set_content(words)
        return mail

    def answer(self, original: EmailMessage, words: str) -> EmailMessage:
        """Answer a mail as Thunderbird does: above the quoted original."""
        subject = str(original["Subject"])
        mail = self.write(subject if subject.startswith("Re: ") else f"Re: {subject}", "")
        mail["In-Reply-To"] = str(original["Message-ID"])
        mail["References"] = f"{original['References'] or ''} {original['Message-ID']}".strip()
        quoted = "".join(f"> {line}\n" for line in plain_text(original).splitlines())
        attribution = f"On {original['Date']}, {original['From']} wrote:"
        mail.set_content(f"{words}\n\n{attribution}\n{quoted}")
        return mail

    def send(self, host: MailHost, mail: EmailMessage, *, signed_in: bool = True) -> None:
        """Hand a mail to the relay, signed in as oneself or as nobody."""
        with smtplib.SMTP(HOST, host.smtp_port, timeout=30) as relay:
            if signed_in:
                relay.login(self.address, self.password)
            relay.sendmail(self.address, [DESK], mail.as_bytes())

    def send_raw(self, host: MailHost, raw: bytes) -> None:
        """Hand in bytes as they are, signed in as oneself."""
        with smtplib.SMTP(HOST, host.smtp_port, timeout=30) as relay:
            relay.login(self.address, self.password)
            relay.sendmail(self.address, [DESK], raw)


ALICE = Player("alice@acme.example", "Alice Reyes", "alice-demo")
CAROL = Player("carol@acme.example", "Carol Lind", "carol-demo")
NINA = Player("nina@acme.example", "Nina Park", "nina-demo")
OMAR = Player("omar@acme.example", "Omar Haddad", "omar-demo")
BOB = Player("bob@bigco.example", "Bob Miller", "bob-demo")
DORA = Player("dora@bigco.example", "Dora Klein", "dora-demo")
DORA_AT_HOME = Player("dora@home.example", "Dora Klein", "dora-home-demo")
UMA = Player("uma@bigco.example", "Uma Winter", "uma-demo")
YUKI = Player("yuki@mail.example", "山田 由紀", "yuki-demo")
HENRI = Player("henri@mail.example", "Henri Dupont", "henri-demo")
MALLORY = Player("mallory@evil.example", "Mallory", "mallory-demo")
PLAYERS = (ALICE, CAROL, NINA, OMAR, BOB, DORA, DORA_AT_HOME, UMA, YUKI, HENRI, MALLORY)
DESK_PASSWORD = "desk-demo"
