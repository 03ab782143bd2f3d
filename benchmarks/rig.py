"""A desk between real servers: Dovecot with mail laid into its folders, `maild run`, a relay that takes everything."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from benchmarks.crowd import AUTHSERV_ID
from tests.servers.certificates import make_certificate
from tests.servers.dovecot import Dovecot

PATIENCE = 60.0
HERE = Path(__file__).parent
DESK, ALICE = "support@acme.example", "alice@acme.example"
NO_OLD = "2000-01-01T00:00:00Z"  # nothing was received before: no mail is old
OUTCOMES = ("ticket_opened", "entry_added", "desk_matter", "arrival_duplicate", "arrival_held")
_MAILS = re.compile(rb'"mails": (\d+)')
_AT = re.compile(r'"timestamp": "([^"]+)"')


class Maildirs:
    """Dovecot, and mail laid straight into its folders."""

    def __init__(self, folder: Path) -> None:
        programs = {name: shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in ("dovecot", "openssl")}
        if not all(programs.values()):
            raise SystemExit(f"these are needed: {programs}; apt-get install dovecot-imapd openssl")
        self.server = Dovecot(str(programs["dovecot"]), make_certificate(folder, str(programs["openssl"])))
        self.server.start()
        self._count = 0

    def lay(self, user: str, raws: Iterable[bytes]) -> None:
        """Lay mails into the user's INBOX; the names say the sizes, or Dovecot reads every file to learn them."""
        folder = self.server.maildir(user)
        for part in (folder.parent.parent, folder.parent, folder, folder / "tmp", folder / "new", folder / "cur"):
            part.mkdir(exist_ok=True)
            os.chown(part, self.server.uid, self.server.gid)
        for raw in raws:
            self._count += 1
            name = f"{1_700_000_000 + self._count}.M{self._count}P{os.getpid()}.bench,S={len(raw)},W={len(raw)}"
            temporary = folder / "tmp" / name
            temporary.write_bytes(raw)
            os.chown(temporary, self.server.uid, self.server.gid)
            temporary.rename(folder / "new" / name)

    def index(self, user: str) -> None:
        """Let Dovecot look at an INBOX once, as it has at one that is in use."""
        with self.server.client(user) as client:
            client.select("INBOX")
            client.fetch("1:*", "(RFC822.SIZE INTERNALDATE)")


class Sink:
    """The relay's process, and when each recipient's mails were taken."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([sys.executable, str(HERE / "sink.py")], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        self.taken: dict[str, float] = {}
        self._news = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            at, _, recipient = line.strip().partition(" ")
            with self._news:
                self.taken.setdefault(recipient, float(at))
                self._news.notify_all()

    def wait_for(self, recipient: str) -> float:
        """Give the instant at which the first mail to an address was taken."""
        with self._news:
            if not self._news.wait_for(lambda: recipient in self.taken, PATIENCE):
                raise TimeoutError(recipient)
            return self.taken[recipient]


class Daemon:
    """One life of `maild run`; its log lies in a file, as a journal's would."""

    def __init__(
        self, folder: Path, imap: Dovecot, relay_port: int, *, old_before: str, mailboxes: int, agents: int
    ) -> None:
        self._log = folder / "maild.log"
        config = folder / "config"
        write_config(
            config,
            folder,
            imap.password,
            imap.port,
            relay_port,
            old_before=old_before,
            mailboxes=mailboxes,
            agents=agents,
        )
        command = [sys.executable, "-m", "maild", "--config", str(config), "run"]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log, cwd=HERE.parent)
        self._position = 0
        self._rest = b""
        self.handled = self.wanted = self.accepted = self.shown = 0

    def look(self) -> None:
        """Count what the log has told since the last look."""
        with self._log.open("rb") as log:
            log.seek(self._position)
            new = self._rest + log.read()
            self._position = log.tell()
        new, _, self._rest = new.rpartition(b"\n")
        self.handled += sum(new.count(f'"event": "{event}"'.encode()) for event in OUTCOMES)
        self.wanted += sum(map(int, _MAILS.findall(new)))
        self.accepted += new.count(b'"event": "mail_accepted"')
        if self.process.poll() is not None:
            raise SystemExit(f"the daemon ended:\n{self._log.read_text(encoding='utf-8')[-2000:]}")

    def events(self) -> dict[str, list[tuple[datetime, str]]]:
        """Give all lines of the log by event, each with its instant."""
        found: dict[str, list[tuple[datetime, str]]] = {}
        for line in self._log.read_text(encoding="utf-8").splitlines():
            event, at = re.search(r'"event": "([^"]+)"', line), _AT.search(line)
            if event and at:
                found.setdefault(event[1], []).append((datetime.fromisoformat(at[1]), line))
        return found

    def wait_for_event(self, event: str, count: int = 1) -> None:
        deadline = time.monotonic() + PATIENCE
        while len(self.events().get(event, ())) < count:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise SystemExit(f"no {event}:\n{self._log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)


def write_config(
    config: Path,
    folder: Path,
    password: str,
    imap_port: int,
    relay_port: int,
    *,
    old_before: str = NO_OLD,
    mailboxes: int = 1,
    agents: int = 1,
) -> None:
    """Write the configuration of a desk whose first mailbox is its own, and whose caps do not matter."""
    (config / "rules").mkdir(parents=True)
    secret = folder / "password"
    secret.write_text(password, encoding="ascii")
    secret.chmod(0o600)
    many = 1_000_000
    boxes = "".join(
        f"  {name}: {{host: 127.0.0.1, port: {imap_port}, tls: none, user: {user}, password_file: {secret}, "
        f"takeover: {{before: {old_before}}}}}\n"
        for name, user in [("support", DESK), *((f"box{n}", f"box{n}@acme.example") for n in range(1, mailboxes))]
    )
    others = "".join(
        f"  agent{n}: {{name: Agent {n}, mail: agent{n}@acme.example, role: [agent]}}\n" for n in range(1, agents)
    )
    members = ", ".join(["alice", *(f"agent{n}" for n in range(1, agents))])
    (config / "maild.yaml").write_text(
        "version: 1\n"
        f"desk: {{name: Acme Support, address: {DESK}, send_delay: 0s, notice_every: 0s}}\n"
        f"state: {{directory: {folder / 'state'}}}\n"
        f"mailboxes:\n{boxes}"
        f"relays:\n  main: {{host: 127.0.0.1, port: {relay_port}, tls: none}}\n"
        f"trust: {{authserv_id: {AUTHSERV_ID}}}\n"
        f"limits: {{acknowledgements: {{address_hour: {many}, unproved_address_hour: {many}, "
        f"unproved_address_day: {many}, unproved_domain_hour: {many}, unproved_all_hour: {many}}}}}\n",
        encoding="utf-8",
    )
    (config / "rules" / "people.yaml").write_text(
        f"people:\n  alice: {{name: Alice Reyes, mail: {ALICE}, role: [agent, manager, admin]}}\n{others}"
        f"teams:\n  first-line: {{members: [{members}], lead: alice}}\n"
        f"queues:\n  support: {{address: {DESK}, name: Acme Support, relay: main, team: first-line, "
        "visible_to: all}\n",
        encoding="utf-8",
    )


class Rig:
    """Everything that one run needs, in a folder on the disk, not in memory."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="maild-bench-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self.maildirs = Maildirs(self.folder)
        self.sink = Sink()
        self.daemon: Daemon | None = None

    def start_daemon(self, old_before: str = NO_OLD, *, mailboxes: int = 1, agents: int = 1) -> Daemon:
        """Start the desk; by default none of its mail is old."""
        imap = self.maildirs.server
        self.daemon = Daemon(
            self.folder, imap, self.sink.port, old_before=old_before, mailboxes=mailboxes, agents=agents
        )
        return self.daemon

    def remove(self) -> None:
        """Leave nothing behind."""
        if self.daemon:
            self.daemon.stop()
        self.sink.process.terminate()
        self.sink.process.wait(PATIENCE)
        self.maildirs.server.remove()
        shutil.rmtree(self.folder)
