"""Settings of mailboxes and relays, as a configuration would give them."""

from typing import Any

from maild.config import MailboxConfig, RelayConfig
from tests.fakes.imap import FakeImap
from tests.fakes.smtp import FakeSmtp
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix


def mailbox_at(server: Dovecot | FakeImap, user: str = "desk@acme.example", **changes: object) -> MailboxConfig:
    """A mailbox in clear text on loopback unless `changes` say otherwise."""
    settings: dict[str, Any] = {
        "host": server.host,
        "port": server.port,
        "tls": "none",
        "user": user,
        "password_file": "secret",
        "queue": "support",
    }
    return MailboxConfig.model_validate(settings | changes)


def relay_at(server: FakeSmtp | Postfix, **changes: object) -> RelayConfig:
    """A relay with a password: clear text to a fake, STARTTLS to Postfix, unless `changes` say otherwise."""
    port, tls = (server.submission_port, "starttls") if isinstance(server, Postfix) else (server.port, "none")
    settings: dict[str, Any] = {
        "host": server.host,
        "port": port,
        "tls": tls,
        "user": "desk@acme.example",
        "password_file": "secret",
    }
    return RelayConfig.model_validate(settings | changes)
