"""A real IMAP server in a temporary folder: Dovecot, as root or as anybody.

Any user may sign in with the one password; their mail is made when they first do. Settings of a variant are appended to
the configuration, so that they win: `imap_capability = …` takes an ability away, `namespace` moves the folders.
"""

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.servers.certificates import Certificate
from tests.servers.loopback import PATIENCE, free_ports, wait_for_port

PASSWORD = "correct-horse"

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
mail_location = maildir:~/Maildir
mail_max_userip_connections = 0
first_valid_uid = 1
auth_failure_delay = 0
auth_mechanisms = plain login
auth_username_chars =
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%d/%n
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {sasl_port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap {{
  process_limit = 512
}}
"""


class Dovecot:
    """One instance on ports of its own. `port` speaks clear text and STARTTLS, `tls_port` TLS from the first byte."""

    def __init__(self, program: str, certificate: Certificate, settings: str = "") -> None:
        self._program = program
        self._certificate = certificate
        self._process: subprocess.Popen[bytes] | None = None
        self.host = "127.0.0.1"
        self.port, self.tls_port, self.sasl_port = free_ports(3)
        self.password = PASSWORD
        # Not a folder of pytest's: those are closed to the servers' own users.
        self.folder = Path(tempfile.mkdtemp(prefix="maild-dovecot-"))
        self.folder.chmod(0o755)
        self.uid, self.gid = _mail_owner()
        (self.folder / "mail").mkdir()
        os.chown(self.folder / "mail", self.uid, self.gid)
        self._configuration = self.folder / "dovecot.conf"
        self._configuration.write_text(CONFIGURATION.format_map(self._values()) + settings, encoding="utf-8")
        self._users = 0

    def _values(self) -> Mapping[str, object]:
        me = getpass.getuser()
        is_root = os.geteuid() == 0
        return {
            "folder": self.folder,
            "internal": "dovecot" if is_root else me,
            "group": "dovecot" if is_root else grp.getgrgid(os.getegid()).gr_name,
            "login": "dovenull" if is_root else me,
            "uid": self.uid,
            "gid": self.gid,
            "port": self.port,
            "tls_port": self.tls_port,
            "sasl_port": self.sasl_port,
            "password": self.password,
            "certificate": self._certificate.certificate,
            "key": self._certificate.key,
        }

    def start(self) -> None:
        command = [self._program, "-F", "-c", str(self._configuration)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        wait_for_port(self.port, self._process)

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def stop(self) -> None:
        """Stop the server and cut every connection."""
        if self._process:
            # Its whole group: processes that idle would see only after ten seconds that their master is gone.
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(timeout=PATIENCE)
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def new_user(self, domain: str = "acme.example") -> str:
        """Give an address that nobody has used."""
        self._users += 1
        return f"user{self._users}@{domain}"

    def maildir(self, user: str) -> Path:
        name, _, domain = user.partition("@")
        return self.folder / "mail" / domain / name / "Maildir"

    def append(self, user: str, raw: bytes, folder: str = "INBOX") -> None:
        """Lay a message into a folder, byte for byte; the folder is made if need be."""
        with self.client(user) as client:
            client.create(_quoted(folder))
            _ok(client.append(_quoted(folder), None, None, raw))

    def messages(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """All messages of a folder, oldest first, without marking them; none if there is no such folder."""
        with self.client(user) as client:
            kind, _ = client.select(_quoted(folder), readonly=True)
            if kind != "OK":
                return []
            rows = _ok(client.uid("FETCH", "1:*", "(BODY.PEEK[])"))
            return [row[1] for row in rows if isinstance(row, tuple)]

    def flags(self, user: str, folder: str = "INBOX") -> list[frozenset[str]]:
        """Each message's flags and keywords, oldest first."""
        with self.client(user) as client:
            client.select(_quoted(folder), readonly=True)
            rows = _ok(client.uid("FETCH", "1:*", "(FLAGS)"))
            lines = [row for row in rows if isinstance(row, bytes)]
            return [frozenset(flag.decode() for flag in imaplib.ParseFlags(line)) for line in lines]

    @contextmanager
    def client(self, user: str) -> Iterator[imaplib.IMAP4]:
        """A plain client of the standard library, signed in."""
        client = imaplib.IMAP4(self.host, self.port, timeout=30)
        try:
            client.login(user, self.password)
            yield client
        finally:
            client.logout()


def _ok(answer: tuple[str, list[object]]) -> list[object]:
    kind, rows = answer
    assert kind == "OK", rows
    return rows


def _quoted(name: str) -> str:
    return f'"{name}"'


def _mail_owner() -> tuple[int, int]:
    """Dovecot opens no mail as root."""
    if os.geteuid() == 0:
        owner = pwd.getpwnam("mail")
        return owner.pw_uid, owner.pw_gid
    return os.geteuid(), os.getegid()
