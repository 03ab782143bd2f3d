"""A configuration whose accounts sign in at a provider, and its secrets with a clock that a test turns."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from maild.config import read_config
from maild.oauth import Keeper, Wallet

USER = "support@acme.example"


class Clock:
    """The time; it goes on when a test says so."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, **by: float) -> None:
        self.at += timedelta(**by)


class AWallet:
    """A mailbox `support` and a relay `main` of one account."""

    def __init__(self, folder: Path, auth: str) -> None:
        self.folder = folder
        self.clock = Clock()
        self.config = folder / "config"
        (self.config / "rules").mkdir(parents=True)
        self.write(auth)

    def write(self, auth: str, **more: str) -> None:
        account = f"user: {USER}, auth: {auth}"
        (self.config / "maild.yaml").write_text(
            "version: 1\n"
            f"desk: {{name: Acme Support, address: {USER}}}\n"
            f"state: {{directory: {self.folder / 'state'}}}\n"
            f"mailboxes:\n  support: {{host: 127.0.0.1, port: 1, {account}}}\n"
            f"relays:\n  main: {{host: 127.0.0.1, port: 2, {more.get('relay', account)}}}\n",
            encoding="utf-8",
        )

    def open(self, **environ: str) -> Wallet:
        """Build the secrets as a process does at its start."""
        return Wallet(read_config(self.config, {}), environ, self.clock)

    def keeper(self, **environ: str) -> Keeper:
        [sign_in] = self.open(**environ).sign_ins
        return sign_in.keeper

    def secret_file(self, text: str) -> Path:
        file = self.folder / "secret"
        file.write_text(text, encoding="utf-8")
        file.chmod(0o600)
        return file
