"""One evening at the theatre: servers up, daemon up, the play, the summary, and everything down again."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from maild import daemon
from maild.config import shipped_files
from maild.demo.cast import BOB, DESK, DESK_PASSWORD, PLAYERS, STRICT_DOMAINS
from maild.demo.fasttime import FastTime
from maild.demo.servers import AUTHSERV_ID, HOST, MailHost, free_port
from maild.demo.stage import MissedCueError, Stage, plain_text, read_mail
from maild.demo.story import Play
from maild.demo.week import Week, monday_of

STOP_SECONDS = 15


def run_demo(console: Console, *, keep: bool) -> bool:
    """Perform the whole demo on the terminal; True if every scene went as it should.

    With `keep` the desk stays up afterwards, for a real mail client, until Ctrl-C.
    """
    with ExitStack() as evening:
        # Whoever ends the demo ends its daemon with it; a shell that starts it in the background has SIGINT ignored.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.default_int_handler)
        folder = Path(evening.enter_context(tempfile.TemporaryDirectory(prefix="maild-demo-")))
        stage = Stage(console, DESK)
        passwords = {player.address: player.password for player in PLAYERS} | {DESK: DESK_PASSWORD}
        host = MailHost(passwords, STRICT_DOMAINS, stage.show_mail)
        host.start()
        evening.callback(host.stop)
        write_config(folder, host)
        evening.enter_context(working_daemon(folder, stage))
        stage.wait_for_event("mailbox_connected")
        console.print(f"maild works for [bold]{DESK}[/] (SQLite in {folder}); times are this machine's.")
        try:
            Play(host, stage).perform()
        except KeyboardInterrupt:
            return False
        except MissedCueError as missed:
            tell_missed(console, folder, missed)
            return False
        summarise(console, stage, folder)
        if not play_week(console):
            return False
        if keep:
            stay(console, host)
        return True


def play_week(console: Console) -> bool:
    """Perform a week of the shipped desk in fast time, on mail servers of its own."""
    with ExitStack() as week:
        folder = Path(week.enter_context(tempfile.TemporaryDirectory(prefix="maild-demo-week-")))
        time = FastTime(folder / "time")
        monday = monday_of(time.now())
        time.put_forward(monday + timedelta(hours=8))
        stage = Stage(console, DESK)
        passwords = {player.address: player.password for player in PLAYERS} | {DESK: DESK_PASSWORD}
        host = MailHost(passwords, STRICT_DOMAINS, stage.show_mail, now=time.now)
        host.start()
        week.callback(host.stop)
        write_week(folder, host)
        week.enter_context(working_daemon(folder, stage, time))
        console.print(f"\nThe shipped desk, a week in fast time: [bold]{monday:%d %B %Y}[/] and on.")
        try:
            stage.wait_for_event("mailbox_connected")
            Week(host, stage, time, folder / "state" / "maild.db", monday).perform()
        except KeyboardInterrupt:
            return False
        except (MissedCueError, OSError) as missed:
            tell_missed(console, folder, missed)
            return False
        console.print("\n[bold]$ maild ticket history 1009[/]")
        maild(folder, "ticket", "history", "1009")
        console.print("\n[bold]$ maild verify[/]")
        maild(folder, "verify")
        return True


def tell_missed(console: Console, folder: Path, missed: Exception) -> None:
    """Say what did not come, and keep the daemon's log."""
    kept = Path(tempfile.mkdtemp(prefix="maild-demo-log-")) / "maild.log"
    shutil.copy(folder / "maild.log", kept)
    console.print(f"[red]The play stopped: {missed} did not come.[/] The daemon's log: {kept}")


def write_config(folder: Path, host: MailHost) -> None:
    """Write the two short files of this desk."""
    secret = folder / "password"
    secret.write_text(DESK_PASSWORD, encoding="ascii")
    secret.chmod(0o600)
    (folder / "config" / "rules").mkdir(parents=True)
    account = f"host: {HOST}, tls: none, user: {DESK}, password_file: {secret}"
    # The demo's IMAP server does not tell IDLE of a mail that comes just as IDLE begins: polling finds it.
    (folder / "config" / "maild.yaml").write_text(
        f"version: 1\n"
        f"desk: {{name: Acme Support, address: {DESK}, send_delay: 1s, notice_every: 0s}}\n"
        f"state: {{directory: {folder / 'state'}}}\n"
        f"mailboxes:\n  support: {{{account}, port: {host.imap_port}, poll: 2s, "
        "takeover: {before: 2000-01-01T00:00:00Z}}\n"
        f"relays:\n  main: {{{account}, port: {host.smtp_port}}}\n"
        f"trust: {{authserv_id: {AUTHSERV_ID}}}\n",
        encoding="utf-8",
    )
    (folder / "config" / "rules" / "people.yaml").write_text(
        "people:\n"
        "  alice: {name: Alice Reyes, mail: alice@acme.example}\n"
        "  carol: {name: Carol Lind, mail: carol@acme.example, role: [agent, manager, admin]}\n"
        "teams:\n"
        "  first-line: {members: [alice, carol], lead: carol}\n"
        "queues:\n"
        f"  support: {{address: {DESK}, name: Acme Support, relay: main, team: first-line, visible_to: all}}\n",
        encoding="utf-8",
    )


def write_week(folder: Path, host: MailHost) -> None:
    """Write the shipped files, and in place of two of them those of this desk."""
    secret = folder / "password"
    secret.write_text(DESK_PASSWORD, encoding="ascii")
    secret.chmod(0o600)
    config = folder / "config"
    for name, text in shipped_files().items():
        (config / name).parent.mkdir(parents=True, exist_ok=True)
        (config / name).write_text(text, encoding="utf-8")
    account = f"host: {HOST}, tls: none, user: {DESK}, password_file: {secret}"
    web = f"{HOST}:{free_port()}"
    (config / "maild.yaml").write_text(
        "version: 1\n"
        f"desk: {{name: Acme Support, address: {DESK}, send_delay: 0s, notice_every: 0s, timezone: Europe/London}}\n"
        f"state: {{directory: {folder / 'state'}}}\n"
        f"mailboxes:\n  support: {{{account}, port: {host.imap_port}, poll: 1s, "
        "takeover: {before: 2000-01-01T00:00:00Z}}\n"
        f"relays:\n  main: {{{account}, port: {host.smtp_port}}}\n"
        f"trust: {{authserv_id: {AUTHSERV_ID}}}\n"
        f"web: {{listen: '{web}', public_url: 'http://{web}'}}\n",
        encoding="utf-8",
    )
    rules = config / "rules"
    (rules / "10-people.yaml").write_text(WEEKS_PEOPLE, encoding="utf-8")
    (rules / "contacts.csv").write_text(WEEKS_CONTACTS, encoding="utf-8")
    # Whichever week it is, the desk works.
    hours = (rules / "20-hours.yaml").read_text(encoding="utf-8")
    (rules / "20-hours.yaml").write_text(_HOLIDAYS.sub("", hours), encoding="utf-8")
    categories = (rules / "30-categories.yaml").read_text(encoding="utf-8")
    (rules / "30-categories.yaml").write_text(categories.replace("by: alex", "by: omar"), encoding="utf-8")


_HOLIDAYS = re.compile(r"(?m)^    holidays:\n(?:      .*\n)+")
WEEKS_PEOPLE = """\
people:
  alice: {name: Alice Reyes, mail: alice@acme.example}
  nina:  {name: Nina Park, mail: nina@acme.example, skills: [vpn]}
  omar:  {name: Omar Haddad, mail: omar@acme.example}
  carol: {name: Carol Lind, mail: carol@acme.example, role: [agent, manager, admin]}
teams:
  first-line:    {members: [alice], lead: carol, assign: least-loaded}
  field-service: {members: [nina], lead: omar}
  network:       {members: [nina, omar], lead: omar}
  engineering:   {members: [omar], lead: omar}
  accounts:      {members: [carol], lead: carol}
"""
WEEKS_CONTACTS = """\
address,name,company,phone,language,timezone,verify
dora@bigco.example,Dora Klein,Big Co,+44 20 7946 0001,en,Europe/London,dora@home.example
"""


@contextmanager
def working_daemon(folder: Path, stage: Stage, time: FastTime | None = None) -> Iterator[None]:
    """Run `maild run` as a process of its own, its log shown on the stage and kept in maild.log.

    With `time` it lives in that instead of this machine's.
    """
    config = str(folder / "config")
    in_fast_time = [sys.executable, "-m", "maild.demo.fasttime", str(folder / "time"), config]
    command = in_fast_time if time is not None else [sys.executable, "-m", "maild", "--config", config, "run"]
    now = time.now if time is not None else daemon.now
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=os.environ.copy())
    listener = Thread(target=_listen, args=(process, folder / "maild.log", stage, now), daemon=True)
    listener.start()
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        listener.join()


def _listen(process: "subprocess.Popen[str]", path: Path, stage: Stage, now: Callable[[], datetime]) -> None:
    if process.stderr is None:
        return
    with process.stderr, path.open("w", encoding="utf-8") as log:
        for line in process.stderr:
            log.write(line)
            log.flush()
            if line.startswith("{"):
                stage.show_log(json.loads(line), now())


def summarise(console: Console, stage: Stage, folder: Path) -> None:
    """Show what the evening came to: Bob's mailbox, the tickets, one history."""
    console.print("\n[bold]Bob's mailbox, as his mail client shows the thread[/]")
    for passed in stage.mails:
        if passed.recipient == BOB.address:
            mail = read_mail(passed.raw)
            head = f"From: {mail['From']}\nSubject: {mail['Subject']}"
            console.print(Panel(f"{head}\n\n{plain_text(mail).strip()}", width=92), markup=False)
    console.print("\n[bold]$ maild ticket list[/]")
    maild(folder, "ticket", "list")
    console.print("\n[bold]$ maild ticket history 1001[/]")
    maild(folder, "ticket", "history", "1001")
    incoming = sum(passed.recipient == DESK for passed in stage.mails)
    table = Table(title="The evening in figures", show_header=False)
    for words, count in (
        ("mails to the desk", incoming),
        ("tickets opened", stage.count("ticket_opened")),
        ("filed in tickets", stage.count("entry_added")),
        ("duplicates", stage.count("arrival_duplicate")),
        ("held", stage.count("arrival_held")),
        ("mails from the desk", stage.count("mail_accepted")),
    ):
        table.add_row(words, str(count))
    console.print(table)


def maild(folder: Path, *words: str) -> None:
    """Run one command of the command line, for the audience to see."""
    sys.stdout.flush()
    subprocess.run([sys.executable, "-m", "maild", "--config", str(folder / "config"), *words], check=True)


def stay(console: Console, host: MailHost) -> None:
    """Keep the desk up for real mail clients until Ctrl-C."""
    table = Table(title=f"IMAP {HOST}:{host.imap_port}, SMTP {HOST}:{host.smtp_port}, no TLS, password sign-in")
    table.add_column("user")
    table.add_column("password")
    for user, password in host.passwords.items():
        table.add_row(user, password)
    console.print(table)
    try:
        console.print("The desk stays up. Write to it, answer its mails; Ctrl-C ends it.")
        signal.pause()
    except KeyboardInterrupt:
        console.print("Good night.")
