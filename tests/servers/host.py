"""Postfix and Dovecot joined: what is sent to alice@acme.example lies in Alice's IMAP mailbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from tests.servers.dovecot import Dovecot
from tests.servers.maildrop import Delivered, Maildrop
from tests.servers.postfix import AUTHSERV_ID, DOMAINS, Postfix


@dataclass(frozen=True, slots=True)
class MailHost:
    """One machine for acme.example, bigco.example and x.example; every address of theirs is a mailbox and a user."""

    dovecot: Dovecot
    postfix: Postfix
    drop: Maildrop
    authserv_id: str = AUTHSERV_ID
    domains: tuple[str, ...] = DOMAINS

    @property
    def password(self) -> str:
        """Everybody's, for IMAP and for SMTP."""
        return self.dovecot.password

    @property
    def transcript(self) -> tuple[Delivered, ...]:
        """All that was delivered to anybody, oldest first."""
        return self.drop.transcript

    def new_user(self, domain: str = "acme.example") -> str:
        """Give an address that nobody has used."""
        return self.dovecot.new_user(domain)

    def send(self, mail: EmailMessage | bytes, sender: str, recipients: Sequence[str], verdict: str = "pass") -> None:
        """Send a mail as somebody's own server would, found `pass`, `none` or `fail` at the border."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        self.postfix.submit(raw, sender, recipients, verdict)

    def wait_for_mail(self, recipient: str, count: int = 1) -> list[bytes]:
        """Wait until so many mails lie in a mailbox, and give them as they were delivered, oldest first."""
        return [mail.raw for mail in self.drop.wait_for(lambda mail: mail.recipient == recipient, count)]

    def inbox(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """What IMAP shows of a folder, oldest first."""
        return self.dovecot.messages(user, folder)
