"""Prove the unit: boot Debian in a container, install maild there, let systemd run it as systemd/maild.service says.

    python tools/prove_unit.py [--root /var/lib/machines/maild-unit]

As root on Debian, with systemd-container, mmdebstrap and what the tests need. The container shares this machine's
network: Dovecot and Postfix of the tests are its mail servers, on loopback. It is a systemd of its own whatever the
first process of this machine is. Every step prints a fact; the first that does not hold ends it.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

HERE = Path(__file__).parent.parent
sys.path.insert(0, str(HERE))

from tests.servers.certificates import make_certificate  # noqa: E402 - found by the line above
from tests.servers.dovecot import Dovecot  # noqa: E402
from tests.servers.host import MailHost  # noqa: E402
from tests.servers.maildrop import Maildrop  # noqa: E402
from tests.servers.postfix import AUTHSERV_ID, Postfix  # noqa: E402

PACKAGES = "systemd,systemd-sysv,dbus,python3,ca-certificates"
LIBRARIES = "usr/lib/python3/dist-packages"
PATIENCE = 120.0
WORST = 2.0  # what `systemd-analyze security` may say


class Container:
    """A Debian with systemd as its first process, booted from a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        command = [
            "systemd-nspawn",
            "-q",
            "-D",
            str(root),
            "--register=no",
            "--keep-unit",
            "-M",
            "maild-unit",
            "--boot",
        ]
        self._log = (root.parent / f"{root.name}.log").open("wb")
        self._process = subprocess.Popen(
            [*command, "--console=read-only"], stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )
        self._leader = wait_for("the container's first process", self._find_leader)

    def _find_leader(self) -> str:
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return children.read_text(encoding="ascii").strip()

    def run(self, *words: str, is_checked: bool = True) -> str:
        """Run a command inside, as its root."""
        command = ["nsenter", "-t", self._leader, "-m", "-u", "-i", "-p", "-C", "-r", "-w", *words]
        environ = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "SYSTEMD_PAGER": "cat"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ, timeout=PATIENCE)
        if is_checked and done.returncode:
            raise SystemExit(f"{words}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def show(self, name: str) -> str:
        """Ask systemd for a property of the service."""
        return self.run("systemctl", "show", "maild", "-P", name).strip()

    def end(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


def wait_for(what: str, ask: Callable[[], object]) -> str:
    """Ask again and again until there is an answer."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise SystemExit(f"waited in vain for {what}")
        time.sleep(0.2)
    return str(answer)


def fact(words: str, is_so: object = True) -> None:
    print(f"{'ok' if is_so else 'NOT SO'}: {words}", flush=True)
    if not is_so:
        raise SystemExit(1)


def build(root: Path) -> None:
    """Make the folder of a small Debian, once, and install this tree into it."""
    if not (root / "etc" / "debian_version").exists():
        run("mmdebstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(root))
    shutil.rmtree(root / LIBRARIES, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-warn-script-location"]
    run(*pip, "-c", str(HERE / "requirements.lock"), "--target", str(root / LIBRARIES), str(HERE))
    script = root / "usr" / "bin" / "maild"
    script.write_text("#!/usr/bin/python3\nfrom maild.cli import main\nmain()\n", encoding="ascii")
    script.chmod(0o755)


def run(*words: str) -> None:
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def configure(root: Path, host: MailHost, desk: str, agent: str, authority: Path) -> None:
    """Write /etc/maild as an administrator would, the password as a credential; trust the test servers."""
    etc = root / "etc" / "maild"
    shutil.rmtree(etc, ignore_errors=True)
    shutil.rmtree(root / "var" / "lib" / "private", ignore_errors=True)
    (etc / "rules").mkdir(parents=True)
    (etc / "secrets").mkdir(mode=0o700)
    (etc / "secrets" / "support-password").write_text(host.password + "\n", encoding="ascii")
    (etc / "secrets" / "support-password").chmod(0o600)
    account = f"host: 127.0.0.1, user: {desk}, password_credential: support-password"
    (etc / "maild.yaml").write_text(
        f"version: 1\ndesk: {{name: Acme Support, address: {desk}, send_delay: 0s}}\n"
        f"mailboxes:\n  support: {{{account}, port: {host.dovecot.tls_port}, tls: implicit}}\n"
        f"relays:\n  main: {{{account}, port: {host.postfix.submission_port}, tls: starttls}}\n"
        f"trust: {{authserv_id: {AUTHSERV_ID}}}\n",
        encoding="utf-8",
    )
    (etc / "rules" / "10-people.yaml").write_text(
        f"people:\n  alice: {{name: Alice Reyes, mail: {agent}, role: [agent, manager, admin]}}\n"
        "teams:\n  first-line: {members: [alice], lead: alice}\n",
        encoding="utf-8",
    )
    shutil.copy(authority, root / "usr" / "local" / "share" / "ca-certificates" / "tests.crt")
    run("chroot", str(root), "update-ca-certificates", "--fresh")
    system = root / "etc" / "systemd" / "system"
    (system / "multi-user.target.wants" / "maild.service").unlink(missing_ok=True)
    unit = (HERE / "systemd" / "maild.service").read_text(encoding="utf-8")
    (system / "maild.service").write_text(unit.replace("#LoadCredential=", "LoadCredential="), encoding="utf-8")


@contextmanager
def mail_host() -> Iterator[tuple[MailHost, Path]]:
    """Dovecot and Postfix, and who signed their certificate."""
    folder = Path(tempfile.mkdtemp(prefix="maild-unit-"))
    folder.chmod(0o755)
    certificate = make_certificate(folder, "openssl")
    dovecot = Dovecot("/usr/sbin/dovecot", certificate)
    drop = Maildrop(dovecot.maildir, dovecot.uid, dovecot.gid)
    postfix = Postfix("/usr/sbin/postfix", certificate, drop.port, dovecot.sasl_port)
    try:
        dovecot.start()
        drop.start()
        postfix.start()
        yield MailHost(dovecot, postfix, drop), certificate.authority
    finally:
        postfix.remove()
        drop.stop()
        dovecot.remove()
        shutil.rmtree(folder)


def write(host: MailHost, customer: str, desk: str, subject: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = customer, desk, subject
    mail.set_content("The line is dead.")
    host.send(mail, customer, [desk])


def answered(host: MailHost, customer: str, subject: str) -> bool:
    host.drop.wait_for(lambda mail: mail.recipient == customer and subject.encode() in mail.raw)
    return True


def prove(box: Container, host: MailHost, desk: str) -> None:
    """What must hold of the unit at work."""
    customer = host.new_user("bigco.example")
    fact("systemd runs the container", wait_for("the boot", lambda: "running" in state_of(box)))
    noise = box.run("systemd-analyze", "verify", "/etc/systemd/system/maild.service", is_checked=False)
    fact("systemd knows every key of the unit", "Unknown key" not in noise)
    box.run("systemctl", "enable", "--now", "maild")
    fact("the unit is active once the daemon says that it is ready", box.show("ActiveState") == "active")
    told = json.loads(box.run("systemd-analyze", "security", "--json=short", "--no-pager", "maild"))
    exposure = float(box.run("systemd-analyze", "security", "--no-pager", "maild").split(": ")[-1].split()[0])
    fact(f"its exposure is {exposure} of 10, by {len(told)} measures", exposure <= WORST)
    wait_for(
        "the first sight of the mailbox", lambda: "folder_first_seen" in box.run("journalctl", "-b", "-u", "maild")
    )
    write(host, customer, desk, "Telephone")
    fact("a customer's mail is answered, signed in with a credential", answered(host, customer, "#1001"))
    confined(box)
    box.run("systemctl", "kill", "-s", "KILL", "--kill-whom=main", "maild")
    write(host, customer, desk, "Screen")
    fact("killed, it is started again and answers the next", answered(host, customer, "#1002"))
    fact(
        "what it is busy with is told to systemd", box.show("NRestarts") == "1" and "at work" in box.show("StatusText")
    )
    fact("root's command line sees the tickets", "1002" in box.run("maild", "--config", "/etc/maild", "ticket", "list"))
    fact("and leaves the database to the daemon", box.run("maild", "--config", "/etc/maild", "verify"))
    began = time.monotonic()
    box.run("systemctl", "stop", "maild")
    seconds = time.monotonic() - began
    fact(f"it stops in {seconds:.1f} s, its own exit code 0", seconds < 10 and box.show("ExecMainStatus") == "0")
    box.run("systemctl", "start", "maild")
    fact("it starts again on what root has looked at", box.show("ActiveState") == "active")
    worse = box.run("journalctl", "-u", "maild", "-p", "warning", "--no-pager", "-o", "cat")
    fact(
        "systemd has nothing to complain of but the kill",
        not re.search(r"seccomp|SIGSYS|denied|watchdog", worse, re.IGNORECASE),
    )


def state_of(box: Container) -> str:
    return box.run("systemctl", "is-system-running", is_checked=False)


def confined(box: Container) -> None:
    """What the kernel says of the process."""
    pid = box.show("MainPID")
    status = dict(re.findall(r"^(\w+):\s*(.*)$", box.run("cat", f"/proc/{pid}/status"), re.MULTILINE))
    uid = int(status["Uid"].split()[0])
    fact(f"it runs as the transient user {uid}", 61184 <= uid <= 65519)
    fact(
        "without a capability",
        {status[f"Cap{kind}"].strip("0") for kind in ("Eff", "Prm", "Inh", "Amb", "Bnd")} == {""},
    )
    fact("with system calls filtered and no new privileges", (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1"))
    modes = box.run("stat", "-c", "%a %n", "/var/lib/private/maild", "/var/lib/private/maild/maild.db").split()
    fact("its state is its own alone", modes[::2] == ["700", "600"])
    readers = box.run("cat", f"/proc/{pid}/task/{pid}/children").split()
    filters = [box.run("grep", "Seccomp:", f"/proc/{each}/status").split()[1] for each in readers]
    fact(f"its {len(readers)} readers are under the same filter", filters == ["2", "2"])
    tries = box.run(
        "nsenter",
        "-t",
        pid,
        "-m",
        "sh",
        "-c",
        "for name in /etc /usr /home; do touch $name/x; done 2>&1",
        is_checked=False,
    )
    refused = [line for line in tries.splitlines() if re.search("Read-only|No such file|Permission", line)]
    fact("the system is read-only to it, homes are not there", len(refused) == 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--root", type=Path, default=Path("/var/lib/machines/maild-unit"), help="the container's folder"
    )
    root = parser.parse_args().root
    missing = [name for name in ("systemd-nspawn", "mmdebstrap", "nsenter") if not shutil.which(name)]
    if missing or os.geteuid():
        raise SystemExit(f"as root, with {missing or 'nothing more'}: apt-get install systemd-container mmdebstrap")
    build(root)
    with mail_host() as (host, authority):
        desk, agent = host.new_user(), host.new_user()
        configure(root, host, desk, agent, authority)
        box = Container(root)
        try:
            prove(box, host, desk)
        except (SystemExit, TimeoutError):
            print(box.run("journalctl", "-u", "maild", "--no-pager", "-n", "40", is_checked=False), file=sys.stderr)
            raise
        finally:
            box.end()


if __name__ == "__main__":
    main()
