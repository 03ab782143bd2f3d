"""A desk in a folder that handled real mails, and its command line."""

import json
import secrets
import time
from pathlib import Path

from click.testing import CliRunner, Result

from maild.cli import main
from maild.daemon import now
from maild.handling import Handling
from maild.model.limits import ReadingLimits
from maild.model.mail import Fetched
from maild.parsing import fingerprint
from maild.premises import Premises, keyring_of, open_store, read_premises
from maild.reading import Readers
from maild.store import NewArrival, Store, pack
from maild.troubles import Board

ADDRESS = "support@acme.example"
BOB = "bob@customer.example"


def a_mail(
    sender: str = BOB, subject: str = "Printer on floor 3", words: str = "It prints nothing.", verdict: str = "pass"
):
    domain = sender.partition("@")[2]
    return (
        f"Authentication-Results: mx.acme.example; dkim={verdict} header.d={domain};"
        f" dmarc={verdict} (p=reject) header.from={domain}\r\n"
        f"From: Bob Miller <{sender}>\r\nTo: {ADDRESS}\r\nSubject: {subject}\r\n"
        f"Message-ID: <{secrets.token_hex(8)}@{domain}>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\n{words}\r\n"
    ).encode()


class ADesk:
    """A desk in a folder, its daemon's hands for handling, and its command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config"
        (self.config / "rules").mkdir(parents=True)
        (folder / "password").write_text("secret", encoding="ascii")
        (folder / "password").chmod(0o600)
        account = f"user: {ADDRESS}, password_file: {folder / 'password'}"
        (self.config / "maild.yaml").write_text(
            "version: 1\n"
            f"desk: {{name: Acme Support, address: {ADDRESS}}}\n"
            f"state: {{directory: {folder / 'state'}}}\n"
            f"mailboxes:\n  support: {{host: 127.0.0.1, port: 1, {account}}}\n"
            f"relays:\n  main: {{host: 127.0.0.1, port: 1, {account}}}\n"
            "trust: {authserv_id: mx.acme.example}\n",
            encoding="utf-8",
        )
        (self.config / "rules" / "people.yaml").write_text(
            "people:\n  alice: {name: Alice Reyes, mail: alice@acme.example, role: [agent, admin]}\n"
            "teams:\n  first-line: {members: [alice], lead: alice}\n"
            f"queues:\n  support: {{address: {ADDRESS}, name: Acme Support, relay: main, team: first-line,"
            " visible_to: all}\n",
            encoding="utf-8",
        )

    def open(self) -> Store:
        config, _ = read_premises(self.config, {})
        return open_store(config)

    def handle(self, *raws: bytes) -> None:
        """Take in mails and handle them, as the daemon does."""
        config, rules = read_premises(self.config, {})
        store = open_store(config)
        readers = Readers(ReadingLimits(), workers=1)
        try:
            known = len(store.read(lambda reader: reader.list_arrivals(1000)))
            new = [
                NewArrival(Fetched(known + n, raw, len(raw), True, now()), fingerprint(raw), pack(raw))
                for n, raw in enumerate(raws, start=1)
            ]
            store.write(lambda tx: tx.record_arrivals("support", "INBOX", 1, new, now()))
            premises = Premises(config, rules, keyring_of(store, now()))
            board = Board(time.monotonic, config.alarm.after)
            Handling(store, readers, premises.in_force(now), "a daemon's life", board=board).handle_batch()
        finally:
            readers.stop()
            store.close()

    def maild(self, *words: str, code: int = 0, said: str = "") -> Result:
        """Run a command that reads `said`; its exit code must be `code`."""
        done = CliRunner().invoke(main, ["--config", str(self.config), *words], input=said)
        assert done.exit_code == code, (words, done.stdout, done.stderr)
        return done

    def show(self, *words: str):
        return json.loads(self.maild(*words, "--json").stdout)
