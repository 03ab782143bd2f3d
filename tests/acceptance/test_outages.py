"""What a desk stands on goes away and comes back: nothing is lost, all goes on alone, and it is told once each time."""

import fcntl
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.acceptance.promises import rows_of, undone
from tests.acceptance.working_desk import PATIENCE, WorkingDesk
from tests.servers.absence import refuse
from tests.servers.disk import fill
from tests.servers.dovecot import Dovecot
from tests.servers.host import MailHost
from tests.servers.proxy import Proxy

NewDesk = Callable[..., WorkingDesk]
AFTER = 10  # the least patience that `alarm.after` may have
CURED = 60  # within so many seconds of the cure all must work again
SECOND = "second"


class Pager:
    """The program of `alarm.command`: a headline for each time that it was called."""

    def __init__(self, folder: Path) -> None:
        self._calls = folder / "calls"
        self._program = folder / "pager"
        # One write for each call: what is read while it works is whole.
        self._program.write_text(f'#!/bin/sh\nread -r headline\necho "$headline" >> {self._calls}\n', encoding="ascii")
        self._program.chmod(0o700)

    @property
    def settings(self) -> str:
        return f"alarm: {{command: [{self._program}], after: {AFTER}s}}\n"

    @property
    def calls(self) -> Counter[str]:
        return Counter(self._calls.read_text().splitlines() if self._calls.exists() else ())

    def wait_for(self, *headlines: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not set(headlines) <= set(self.calls):
            assert time.monotonic() < deadline, (headlines, self.calls)
            time.sleep(0.2)  # a file says nothing by itself


@contextmanager
def cured_in_time() -> Iterator[None]:
    """What the block waits for must have happened within a minute."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < CURED


def lines_too_soon(lines: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The lines about one trouble that came within a minute of the one before."""
    lasting = {"mailbox_lost": "mailbox", "mailbox_refused": "mailbox", "relay_lost": "relay", "relay_refused": "relay"}
    lasting |= dict.fromkeys(("store_busy", "store_unusable", "readers_lost", "disk_short"), "none")
    last: dict[tuple[str, str], float] = {}
    soon = []
    for line in lines:
        if line["event"] in lasting:
            place = lasting[line["event"]]
            about = (place, str(line.get(place)))
            at = time.mktime(time.strptime(line["timestamp"][:19], "%Y-%m-%dT%H:%M:%S"))
            if at - last.get(about, -1e9) < CURED - 1:
                soon.append(about)
            last[about] = at
    return soon


def test_all_of_it_at_once_is_told_once_each(
    new_desk: NewDesk, mail_host: MailHost, dovecot_with: Callable[[], Dovecot], tmp_path: Path
):
    """IMAP away, the relay away, a password expired, and the database locked for a while in the middle of it.

    One call of the pager for each, a restart repeats none; within a minute of the cures all mail is answered once, and
    each all-clear comes once; no line about one trouble comes twice in a minute.
    """
    pager, away, relay = Pager(tmp_path), dovecot_with(), Proxy(mail_host.postfix.submission_port)
    desk = new_desk(extra=pager.settings)
    wrong = tmp_path / "second-password"
    wrong.write_text("expired", encoding="ascii")
    wrong.chmod(0o600)
    config = desk.config / "maild.yaml"
    second = f"  {SECOND}: {{host: 127.0.0.1, port: {mail_host.dovecot.tls_port}, tls: implicit,"
    second += f" user: {mail_host.new_user()}, password_file: {wrong}}}\nrelays:"
    text = config.read_text().replace("relays:", second, 1)
    text = text.replace(f"port: {mail_host.dovecot.tls_port}", f"port: {away.tls_port}", 1)
    config.write_text(text.replace(f"port: {mail_host.postfix.submission_port}", f"port: {relay.port}"))
    people = [mail_host.new_user("bigco.example") for _ in range(4)]
    for who in people:
        away.append(desk.address, desk.write(who, "Help", "It is broken.").as_bytes())
    relay.close()
    desk.start()
    desk.wait_for_event("ticket_opened", len(people))
    away.stop()

    alarms = (
        "alarm: mailbox support/INBOX cannot be read",
        "alarm: mailbox second/INBOX cannot be read",
        "alarm: relay main takes no mail",
    )
    pager.wait_for(*alarms)
    assert desk.stop() == 0
    first_life = desk.running.lines
    desk.start()
    lock = os.open(desk.state / "maild.lock", os.O_RDWR)
    desk.wait_for_event("mailbox_refused")
    fcntl.flock(lock, fcntl.LOCK_EX)
    pager.wait_for("alarm: the database does not work")
    os.close(lock)
    wrong.write_text(mail_host.password, encoding="ascii")
    away.start()
    relay.open()

    with cured_in_time():
        for who in people:
            desk.wait_for_mail(who)
        desk.wait_for_event("mailbox_connected", mailbox="support")
        desk.wait_for_event("mailbox_connected", mailbox=SECOND)
    clear = [f"all clear: it is over that {alarm.removeprefix('alarm: ')}" for alarm in alarms]
    pager.wait_for(*clear, "all clear: it is over that the database does not work")
    assert set(pager.calls.values()) == {1}, pager.calls
    assert len(pager.calls) == 8
    assert lines_too_soon(first_life) + lines_too_soon(desk.running.lines) == []
    assert [len(desk.mails_to(who)) for who in people] == [1] * 4
    relay.close()
    assert desk.stop() == 0


def test_a_disk_below_its_floor_stops_fetching_and_a_full_one_loses_nothing(small_disk: Path, new_desk: NewDesk):
    """A small tmpfs, filled: mail stays on the server, not a byte is deleted, and once there is room all is in.

    The administrator reads of it, by a mail that needs no disk.
    """
    desk = new_desk(extra=f"limits: {{message: 10MB}}\nalarm: {{after: {AFTER}s}}\n")
    desk.state = small_disk / "state"
    config = desk.config / "maild.yaml"
    config.write_text(config.read_text().replace(f"{desk.folder}/state", str(desk.state)))
    people = [desk.host.new_user("bigco.example") for _ in range(3)]
    desk.start()
    desk.wait_for_event("mailbox_connected")
    desk.send(desk.write(people[0], "Room", "Hello"), people[0])
    desk.wait_for_mail(people[0])

    fill(small_disk, leave=19_000_000)  # the floor is 15 + 5 MB
    desk.wait_for_event("disk_short")
    desk.send(desk.write(people[1], "No room", "Hello"), people[1])
    desk.wait_for_mail(desk.carol, lambda mail: "alarm: the disk is full" in mail["Subject"])
    (small_disk / "ballast").unlink()
    fill(small_disk, leave=0)
    desk.send(desk.write(people[2], "Not a byte", "Hello"), people[2])
    desk.host.wait_for_mail(desk.address, 3)
    assert len(desk.running.find("arrivals_recorded")) == 1
    assert len(desk.host.inbox(desk.address)) == 2
    (small_disk / "ballast").unlink()

    with cured_in_time():
        for who in people:
            desk.wait_for_mail(who)
    desk.wait_for_mail(desk.carol, lambda mail: "all clear: it is over that the disk is full" in mail["Subject"])
    assert len([mail for mail in desk.mails_to(desk.carol) if "the disk is full" in mail["Subject"]]) == 2
    assert undone_in(desk, 3) == 0
    assert lines_too_soon(desk.running.lines) == []
    assert desk.stop() == 0
    assert desk.maild("verify").returncode == 0


def undone_in(desk: WorkingDesk, expected: int) -> int:
    """What is left to do, once nothing more is done about it."""
    with desk.running.changed:
        desk.running.changed.wait_for(lambda: undone(desk, expected) == 0, PATIENCE)
    return undone(desk, expected)


def set_clock(file: Path, by: timedelta) -> None:
    """Set the clock of a daemon that `clocked.py` runs."""
    new = file.with_suffix(".new")
    new.write_text(str(by.total_seconds()))
    new.replace(file)


def dues_of(desk: WorkingDesk) -> list[float]:
    """In how many seconds, by the right clock, each mail is due that was tried before."""
    rows = rows_of(desk, "SELECT due_at FROM outgoing_mail WHERE ended_at IS NULL AND is_deferred")
    return [due_at / 1e6 - time.time() for (due_at,) in rows]


PROMISED = """\
calendars: {always: {timezone: UTC, hours: always}}
agreements:
  all: {calendar: always, clocks: {p1: {}, p2: {}, p3: {}, p4: {first_response: 2h}, p5: {}}}
rules: {all: {when: always, then: {priority: p4}}}
"""


def test_a_clock_that_is_put_forward_and_back(new_desk: NewDesk, tmp_path: Path):
    """Six hours ahead while the relay is away: no answer is given up for its age, and none waits for that time to come.

    One alarm, and one all-clear when the clock is right again. Time that was stepped over is passed: what fell due by
    it is told once, and not again by the right clock.
    """
    pager, file = Pager(tmp_path), tmp_path / "offset"
    desk = new_desk(extra=pager.settings)
    relay = Proxy(desk.host.postfix.submission_port)
    config = desk.config / "maild.yaml"
    config.write_text(config.read_text().replace(f"port: {desk.host.postfix.submission_port}", f"port: {relay.port}"))
    relay.close()
    (desk.config / "rules" / "time.yaml").write_text(PROMISED)
    set_clock(file, timedelta(0))
    desk.start(sys.executable, str(Path(__file__).with_name("clocked.py")), str(file))
    bob = desk.host.new_user("bigco.example")
    late = f"later.{bob}"
    for who in (bob, late):
        desk.send(desk.write(who, "What time is it?", "Hello"), who)
    desk.wait_for_event("ticket_opened", 2)
    desk.wait_for_event("relay_lost")

    set_clock(file, timedelta(hours=6))  # an acknowledgement is too old after four
    pager.wait_for("alarm: the clock was set")
    desk.wait_for_event("timer_fired", 2, kind="due")
    relay.open()
    desk.wait_for_mail(bob)
    [deferred] = desk.wait_for_event("mail_deferred")
    assert deferred["to"] == late
    assert dues_of(desk)[0] > timedelta(hours=5).total_seconds()
    set_clock(file, timedelta(0))

    desk.wait_for_event("clock_believed")
    deadline = time.monotonic() + PATIENCE
    while not all(due < CURED for due in dues_of(desk)):
        assert time.monotonic() < deadline, dues_of(desk)
        time.sleep(0.2)  # a database says nothing by itself
    pager.wait_for("all clear: it is over that the clock was set")
    assert pager.calls["alarm: the clock was set"] == 1
    assert desk.running.find("mail_expired") == []
    assert len(desk.running.find("timer_fired", kind="due")) == 2
    told = [entry["text"] for entry in desk.show("ticket", "show", "1001")["entries"] if "breached" in entry["flags"]]
    assert len(told) == 1 and "The desk stood still" in told[0]
    relay.close()
    assert desk.stop() == 0


@contextmanager
def silent_name_server() -> Iterator[socket.socket]:
    """A name server that takes every question and answers none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        try:
            server.bind(("127.7.7.7", 53))
        except PermissionError:
            refuse("nobody may listen on port 53 here; these tests are run by root")
        yield server


NAMES = 'mount --bind "$0/hosts" /etc/hosts && mount --bind "$0/resolv.conf" /etc/resolv.conf && exec "$@"'


def test_names_that_nobody_knows_and_a_resolver_that_hangs(new_desk: NewDesk, tmp_path: Path):
    """DNS is gone: told as any outage; back, the mail goes within a minute; hanging, it does not hold the end.

    The daemon has a table of names of its own, in a mount namespace.
    """
    hosts, resolver = tmp_path / "hosts", tmp_path / "resolv.conf"
    known = "127.0.0.1 localhost mx.acme.example\n"
    desk = new_desk()
    config = desk.config / "maild.yaml"
    config.write_text(config.read_text().replace("host: 127.0.0.1", "host: mx.acme.example"))
    with silent_name_server() as silent:
        hosts.write_text("127.0.0.1 localhost\n")
        resolver.write_text("nameserver 127.7.7.8\noptions timeout:1 attempts:1\n")  # nobody there: refused at once
        probe = ["unshare", "-m", "sh", "-c", NAMES, str(tmp_path), "true"]
        done = subprocess.run(probe, capture_output=True, text=True, check=False)
        if done.returncode:
            refuse(f"no names of one's own can be had here ({done.stderr.strip()}); these tests are run by root")
        desk.start(*probe[:-1])
        desk.wait_for_event("mailbox_lost")
        bob = desk.host.new_user("bigco.example")
        desk.send(desk.write(bob, "Names", "Hello"), bob)

        hosts.write_text(known)
        with cured_in_time():
            desk.wait_for_mail(bob)

        assert desk.stop() == 0
        config.write_text(config.read_text().replace("host: mx.acme.example", "host: 127.0.0.1", 1))  # the mailbox's
        resolver.write_text("nameserver 127.7.7.7\noptions timeout:30 attempts:5\n")
        hosts.write_text("127.0.0.1 localhost\n")
        desk.start(*probe[:-1])
        desk.send(desk.write(bob, "Again", "Hello"), bob)
        silent.settimeout(PATIENCE)
        silent.recv(4096)  # who asks now waits for an answer
        begun = time.monotonic()
        assert desk.stop() == 0
        assert time.monotonic() - begun < 10.5
