"""Bad input and bad weather: a clear word, everyone else served, nothing lost."""

import fcntl
import os
import resource
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from tests.acceptance.working_desk import PATIENCE, WorkingDesk, text_of
from tests.fakes.smtp import FakeSmtp
from tests.fakes.wire import hang
from tests.servers.host import MailHost

NewDesk = Callable[..., WorkingDesk]


def test_a_broken_config_says_where_and_what(new_desk: NewDesk):
    """Every problem at once, with file, line and the nearest word; no traceback; exit 2."""
    desk = new_desk(extra="limts: {}\n")
    people = desk.config / "rules" / "people.yaml"
    people.write_text(people.read_text().replace("lead: carol", "lead: caroll"))

    done = desk.maild("run")

    assert done.returncode == 2
    assert "limits" in done.stderr and "maild.yaml:9:" in done.stderr
    assert "people.yaml:5:" in done.stderr and "carol" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_password_is_named_and_not_tried_in_a_loop(new_desk: NewDesk):
    """The operator reads which mailbox was refused; the secret is in no log."""
    desk = new_desk()
    (desk.folder / "password").write_text("wrong-horse")
    desk.start()

    refused = desk.wait_for_event("mailbox_refused")

    assert refused[0]["mailbox"] == "support"
    assert refused[0]["again_in"] >= 600
    assert "wrong-horse" not in str(desk.running.lines)
    assert desk.stop() == 0


def test_one_bad_mailbox_does_not_stop_another(mail_host: MailHost, new_desk: NewDesk):
    """A server that nobody answers at is tried again and again; the other mailbox works."""
    desk = new_desk()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        config = desk.config / "maild.yaml"
        bad = f"mailboxes:\n  second: {{host: 127.0.0.1, port: {port}, tls: implicit, user: second@acme.example, "
        bad += f"password_file: {desk.folder}/password}}\n"
        config.write_text(config.read_text().replace("mailboxes:\n", bad))
        desk.start()
        desk.wait_for_event("mailbox_lost", mailbox="second")
    bob = mail_host.new_user("bigco.example")

    desk.send(desk.write(bob, "Still there?", "Hello"), bob)

    assert "[#1001]" in str(desk.wait_for_mail(bob)["Subject"])


def test_a_server_that_goes_away_and_comes_back(
    dovecot_with: Callable[..., object], new_desk: NewDesk, mail_host: MailHost
):
    """IMAP cut in IDLE: the daemon connects again by itself and takes what came meanwhile."""
    server = dovecot_with()
    desk = new_desk()
    config = desk.config / "maild.yaml"
    config.write_text(config.read_text().replace(f"port: {mail_host.dovecot.tls_port}", f"port: {server.tls_port}"))
    desk.start()
    desk.wait_for_event("mailbox_connected")
    bob = mail_host.new_user("bigco.example")
    server.append(desk.address, desk.write(bob, "First", "one").as_bytes())
    desk.wait_for_event("ticket_opened")

    server.stop()
    desk.wait_for_event("mailbox_lost")
    server.start()
    server.append(desk.address, desk.write(bob, "Second", "two").as_bytes())

    desk.wait_for_event("ticket_opened", 2)


def test_a_relay_that_is_down_costs_no_mail(new_desk: NewDesk, mail_host: MailHost):
    """SMTP refused at the door: the mail waits, and goes once the relay is back."""
    desk = new_desk()
    config = desk.config / "maild.yaml"
    right = config.read_text()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        config.write_text(right.replace(f"port: {mail_host.postfix.submission_port}", f"port: {port}"))
        desk.start()
        bob = mail_host.new_user("bigco.example")
        desk.send(desk.write(bob, "Hello", "?"), bob)
        desk.wait_for_event("relay_lost")
        assert {mail["state"] for mail in desk.show("mail", "list")} <= {"waiting", "handing-over"}
        assert desk.stop() == 0
    config.write_text(right)
    desk.start()

    desk.wait_for_mail(bob)

    assert len(desk.mails_to(bob)) == 1


def test_a_refused_recipient_is_told_to_the_team(desk: WorkingDesk):
    """A dead letter ends as refused, stands on the ticket, and a colleague hears of it."""
    gone = f"refused.{desk.host.new_user('bigco.example')}"
    desk.send(desk.write(gone, "No way back", "Hello"), gone)
    desk.wait_for_event("mail_refused")
    desk.wait_for_event("timer_fired")

    told = desk.wait_for_mail(desk.alice, lambda mail: gone in text_of(mail) and "550" in text_of(mail))

    assert "[#1001" in str(told["Subject"])
    assert "refused" in {mail["state"] for mail in desk.show("mail", "list")}
    assert "event" in {entry["kind"] for entry in desk.show("ticket", "show", "1001")["entries"]}


def test_a_mail_that_cannot_be_read_lets_the_others_through(desk: WorkingDesk):
    """A bomb among ordinary mail: the others are tickets, the bomb an entry or held with its reason."""
    people = [desk.host.new_user("bigco.example") for _ in range(5)]
    for number, who in enumerate(people):
        raw = desk.write(who, f"Matter {number}", "Hello").as_bytes()
        desk.host.dovecot.append(desk.address, raw)
        if number == 2:
            nested = b"".join(
                b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(9000)
            )
            desk.host.dovecot.append(desk.address, b"From: bomb@x.example\r\nSubject: bomb\r\n" + nested)

    for who in people:
        desk.wait_for_mail(who)

    arrivals = desk.show("mail", "list", "--in")
    assert len(arrivals) == 6


def test_a_locked_database_is_waited_for(desk: WorkingDesk):
    """Another process holds the lock: the command line says who, the daemon goes on when it is free."""
    lock = os.open(desk.state / "maild.lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        done = desk.maild("mail", "retry", "1")
        assert done.returncode == 1
        assert "maild.lock" in done.stderr or "held" in done.stderr or "busy" in done.stderr
        bob = desk.host.new_user("bigco.example")
        desk.send(desk.write(bob, "Patience", "Hello"), bob)
        desk.wait_for_event("store_busy")
    finally:
        os.close(lock)

    assert "[#1001]" in str(desk.wait_for_mail(bob)["Subject"])


def test_a_full_disk_loses_nothing_and_says_so(desk: WorkingDesk):
    """What cannot be written is not shown as handled; a word in the log, no trace; once there is room, all goes on."""
    daemon = desk.running.process.pid
    before = resource.prlimit(daemon, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    bob = desk.host.new_user("bigco.example")
    desk.send(desk.write(bob, "Room?", "Hello"), bob)

    failed = desk.wait_for_event("store_unusable")

    assert desk.running.find("leg_failed") == []
    assert "exception" not in failed[0] and failed[0]["reason"]
    assert len(desk.host.inbox(desk.address)) == 1
    resource.prlimit(daemon, resource.RLIMIT_FSIZE, before)
    assert "[#1001]" in str(desk.wait_for_mail(bob)["Subject"])


def test_sigterm_drains_within_ten_seconds(desk: WorkingDesk):
    """The daemon ends by itself, cleanly, with mail in hand or not."""
    bob = desk.host.new_user("bigco.example")
    desk.send(desk.write(bob, "Stop", "Hello"), bob)
    desk.wait_for_event("arrivals_recorded")
    desk.running.process.send_signal(signal.SIGTERM)

    assert desk.running.process.wait(10) == 0
    assert desk.running.find("daemon_stopped")


def test_servers_that_hang_do_not_keep_the_daemon(new_desk: NewDesk):
    """Two mailboxes and a relay that accept and say nothing: the daemon ends within ten seconds all the same."""
    desk = new_desk()
    config = desk.config / "maild.yaml"
    with socket.create_server(("127.0.0.1", 0)) as silent, FakeSmtp() as relay:
        port = silent.getsockname()[1]
        lines = "".join(
            f"  {name}: {{host: 127.0.0.1, port: {port}, tls: {tls}, user: {name}@acme.example,"
            f" password_file: {desk.folder}/password}}\n"
            for name, tls in [("second", "implicit"), ("third", "none")]
        )
        right = config.read_text()
        relay.plan("dot", hang)
        held = right.replace(
            f"port: {desk.host.postfix.submission_port}, tls: starttls", f"port: {relay.port}, tls: none"
        )
        config.write_text(held.replace("mailboxes:\n", f"mailboxes:\n{lines}"))
        desk.start()
        bob = desk.host.new_user("bigco.example")
        desk.send(desk.write(bob, "Hello", "?"), bob)
        relay.wait_until(lambda: "dot" in relay.heard)
        desk.running.process.send_signal(signal.SIGTERM)

        assert desk.running.process.wait(10) == 0

        [left] = desk.wait_for_event("legs_left")
        assert {"intake:second/INBOX", "intake:third/INBOX"} <= set(left["legs"])
        assert any(name.startswith("delivery") for name in left["legs"])
        in_doubt = relay.taken[0]
        config.write_text(held)
        desk.start()
        relay.wait_until(lambda: relay.taken.count(in_doubt) == 2)


def test_a_second_daemon_waits_and_takes_over(desk: WorkingDesk):
    """One daemon a database: the second works only once the first is dead."""
    first = desk.running
    second = desk.start()
    desk.wait_for_event("daemon_waiting")

    first.process.kill()
    first.process.wait(PATIENCE)

    desk.wait_for_event("mailbox_connected")
    assert second.process.poll() is None


def test_systemd_is_told(new_desk: NewDesk, tmp_path: Path):
    """READY once the legs run, WATCHDOG while they live, STOPPING at the end (sd_notify)."""
    desk = new_desk()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        path = str(tmp_path / "notify")
        listener.bind(path)
        listener.settimeout(PATIENCE)
        desk.start(NOTIFY_SOCKET=path, WATCHDOG_USEC="2000000")
        heard = ""
        while "WATCHDOG=1" not in heard:
            heard += listener.recv(4096).decode() + "\n"
        assert "READY=1" in heard
        desk.running.process.send_signal(signal.SIGTERM)
        while "STOPPING=1" not in heard:
            heard += listener.recv(4096).decode() + "\n"
        assert desk.wait_for_end() == 0
