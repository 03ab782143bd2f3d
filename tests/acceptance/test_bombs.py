"""Mails that are made to hurt, among ordinary ones, and machines that hurt the readers of harmless ones."""

import hashlib
import os
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from email.message import EmailMessage
from itertools import zip_longest
from pathlib import Path
from threading import Event, Thread

from maild.store import Store
from tests.acceptance.bombs import MEGABYTE, make_bombs
from tests.acceptance.promises import undone
from tests.acceptance.working_desk import PATIENCE, WorkingDesk

NewDesk = Callable[..., WorkingDesk]

ORDINARY = 100
PARTIAL = 256 * 1024  # what is taken of a mail that is over the size limit

# What may be in the daemon's hands at once, whatever comes: a claim of 32 MB in five forms (raw, going to a reader,
# answered, taken in, packed again), a mail of 25 MB being fetched in three, four mails of 14 MB being sent in four, and
# 64 MB of database pages; and half of that again, which malloc keeps between its threads. It is far from what the bombs
# come to: 250 MB raw, five times that if anything of each were kept.
DAEMON_GROWTH = (32 * 5 + 25 * 3 + 4 * 14 * 4 + 64) * MEGABYTE * 3 // 2
# A reader's writable memory is limited by the kernel (96 MB and ten sizes); its code and libraries come on top.
READER_PEAK = (96 + 10 * 25 + 64) * MEGABYTE


def lay_in(desk: WorkingDesk, raws: Sequence[bytes]) -> None:
    """Lay mails into the mailbox as they are: neither a mail client nor a relay mends them on their way."""
    dovecot = desk.host.dovecot
    with dovecot.client(desk.address) as client:
        client.select()
    folder = dovecot.maildir(desk.address)
    for number, raw in enumerate(raws):
        file = folder / "tmp" / f"1.M{number:06}.bombs"
        # A Maildir's lines end as those of the machine's other files do.
        file.write_bytes(raw.replace(b"\r\n", b"\n"))
        os.chown(file, dovecot.uid, dovecot.gid)
    for file in sorted((folder / "tmp").iterdir()):
        file.rename(folder / "new" / file.name)


def an_ordinary_mail(desk: WorkingDesk, number: int) -> EmailMessage:
    who = desk.host.new_user("bigco.example")
    proof = f"{desk.host.authserv_id}; dmarc=pass header.from=bigco.example"
    return desk.write(who, f"Matter {number}", f"These are the words of matter {number}.", Authentication_Results=proof)


def finish(desk: WorkingDesk, expected: int, patience: float = PATIENCE) -> None:
    """Wait until this life of the daemon has nothing left to do."""
    running = desk.running
    with running.changed:
        done = running.changed.wait_for(
            lambda: undone(desk, expected) == 0 or running.process.poll() is not None, patience
        )
    assert done and running.process.poll() is None, (undone(desk, expected), running.lines[-9:], running.other[-9:])


def kept(desk: WorkingDesk, count: int) -> list[bytes]:
    """The bytes of every arrival, in the order of their numbers."""
    store = Store.open(desk.state, None, first_number=1001)
    try:
        return [store.read(lambda reader, n=n: reader.raw_of(n)) or b"" for n in range(1, count + 1)]
    finally:
        store.close()


def named(mails: Sequence[EmailMessage], bombs: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    yield from (("", mail.as_bytes()) for mail in mails)
    yield from bombs.items()


def as_kept(name: str, raw: bytes) -> bytes:
    """What the mailbox gives of a mail: Dovecot shows no NUL, and of a mail over the limit only the head is taken."""
    return raw[:PARTIAL] if name == "over-the-limit" else raw.replace(b"\0", b"\x80")


def digests(raws: Sequence[bytes]) -> Counter[str]:
    return Counter(hashlib.sha256(raw).hexdigest() for raw in raws)


def peak_of(pid: int) -> int:
    """The most bytes that a process has had resident, 0 once it has gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s*(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def readers_of(pid: int) -> list[int]:
    """The reader processes of a daemon."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        if parent == pid and b"maild.reading.worker" in words:
            found.append(int(folder.name))
    return found


class Watch:
    """Looks at a daemon's readers as long as the block lasts, and does something to each."""

    def __init__(self, pid: int, deed: Callable[[int], object]) -> None:
        self._stop = Event()
        self._thread = Thread(target=self._run, args=(pid, deed))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self, pid: int, deed: Callable[[int], object]) -> None:
        while not self._stop.wait(0.05):
            for reader in readers_of(pid):
                with suppress(ProcessLookupError):
                    deed(reader)


def test_one_bomb_of_each_kind_among_a_hundred_mails(desk: WorkingDesk):
    """The hundred are answered as if nothing was, each bomb is an entry or held, the daemon neither dies nor swells."""
    mails = [an_ordinary_mail(desk, number) for number in range(ORDINARY)]
    bombs = make_bombs()
    pairs = zip_longest((mail.as_bytes() for mail in mails), bombs.values())
    raws = [raw for pair in pairs for raw in pair if raw is not None]
    pid = desk.running.process.pid
    before = peak_of(pid)
    peaks: dict[int, int] = {}
    with Watch(pid, lambda reader: peaks.update({reader: max(peak_of(reader), peaks.get(reader, 0))})):
        lay_in(desk, raws)
        finish(desk, len(raws), 3 * PATIENCE)
    after = peak_of(pid)

    assert after - before < DAEMON_GROWTH, f"{before // MEGABYTE} MB grew to {after // MEGABYTE} MB"
    assert max(peaks.values()) < READER_PEAK
    assert desk.running.find("leg_failed") == desk.running.find("decision_failed") == []
    _check_answered(desk, mails)
    _check_outcomes(desk, len(raws))
    _check_release(desk)
    assert desk.stop() == 0
    assert digests(kept(desk, len(raws))) == digests([as_kept(name, raw) for name, raw in named(mails, bombs)])


def _check_answered(desk: WorkingDesk, mails: Sequence[EmailMessage]) -> None:
    """Each ordinary mail is a ticket of its own, acknowledged once."""
    tickets = {ticket["subject"]: ticket for ticket in desk.show("ticket", "list", "--limit", "1000")}
    for mail in mails:
        acknowledged = desk.wait_for_mail(str(mail["From"]))
        number = tickets[str(mail["Subject"])]["number"]
        assert f"[#{number}]" in str(acknowledged["Subject"])
        assert len(desk.mails_to(str(mail["From"]))) == 1


def _check_outcomes(desk: WorkingDesk, count: int) -> None:
    """Every arrival ended; what is held says why, and nothing is held because maild itself stumbled."""
    arrivals = desk.show("mail", "list", "--in", "--limit", str(count))
    assert len(arrivals) == count
    assert {one["outcome"] for one in arrivals} <= {"entry", "desk", "held", "duplicate"}
    for one in desk.show("held", "list"):
        assert "an error of maild's" not in one["reason"]
        assert one["reason"] in desk.maild("held", "show", str(one["id"])).stdout


def _check_release(desk: WorkingDesk) -> None:
    """What was held for what it says, not for what it did to readers, is read again and passes once released."""
    held = [str(one["id"]) for one in desk.show("held", "list") if not one["attempts"]]
    assert held, "no bomb was held: one that loops is to be"
    assert desk.maild("held", "release", *held).returncode == 0
    finish(desk, 1)
    released = {str(one["id"]): one for one in desk.show("mail", "list", "--in", "--limit", "1000")}
    for number in held:
        assert released[number]["outcome"] in {"entry", "desk"}


def test_a_mail_that_kills_its_reader_is_held_after_three_tries(new_desk: NewDesk):
    """Limits that are far too wide, and a mail that needs them: it alone is held; with good limits it is an entry."""
    wide = "limits: {reading: {header_block: 10MB, field: 10MB, address_field: 10MB}}\n"
    desk = new_desk(extra=wide)
    desk.start()
    desk.wait_for_event("mailbox_connected")
    people = b'"a, b" (c) <a@x.example>, ' * 380_000
    poison = b"From: eve@x.example\r\nSubject: poison\r\nTo: " + people + b"\r\n\r\nHello\r\n"
    mails = [an_ordinary_mail(desk, number) for number in range(9)]
    lay_in(desk, [mails[0].as_bytes(), poison, *(mail.as_bytes() for mail in mails[1:])])

    finish(desk, 10)

    _check_answered(desk, mails)
    [held] = desk.show("held", "list")
    assert (held["attempts"], held["reason"]) == (3, "could not be read: the reader used more than 2 s of CPU")
    assert [line["arrival"] for line in desk.running.find("mail_unreadable")] == [held["id"]] * 3
    assert desk.stop() == 0

    config = desk.config / "maild.yaml"
    config.write_text(config.read_text().replace(wide, ""))
    desk.start()
    shown = desk.show("held", "show", str(held["id"]))
    assert shown["reason"] == held["reason"]
    assert shown["message"]["subject"] == "poison"
    assert desk.maild("held", "release", str(held["id"])).returncode == 0
    desk.wait_for_event("ticket_opened", arrival=held["id"])
    assert desk.show("held", "list") == []


def test_a_machine_that_kills_readers_is_blamed_on_no_mail(desk: WorkingDesk):
    """Every reader is killed, as a machine short of memory does: nothing is held; once that ends, all is handled."""
    killed = Event()

    def kill(reader: int) -> None:
        os.kill(reader, signal.SIGKILL)
        killed.set()

    with Watch(desk.running.process.pid, kill):
        # Readers are quick: one that is left alone reads all of it first.
        assert killed.wait(PATIENCE)
        mails = [an_ordinary_mail(desk, number) for number in range(3)]
        lay_in(desk, [mail.as_bytes() for mail in mails])
        lost = desk.wait_for_event("readers_lost")  # one line a minute, however often they die
        assert "SIGKILL" in lost[0]["reason"]
        assert desk.show("held", "list") == []

    finish(desk, len(mails))
    _check_answered(desk, mails)
    assert desk.running.find("arrival_held") == []


def test_too_little_memory_for_readers_is_told_at_the_start(new_desk: NewDesk):
    """Started under a limit in which no mail could be read, the daemon says so, ends, and has held nothing."""
    desk = new_desk(extra="limits: {message: 100MB}\n")
    mail = an_ordinary_mail(desk, 1)
    lay_in(desk, [mail.as_bytes()])
    running = desk.start("prlimit", f"--data={100 * MEGABYTE}")

    assert desk.wait_for_end() != 0

    assert "needed more than 100 MB of memory, before its first mail" in "".join(running.other)
    desk.start()
    finish(desk, 1)
    _check_answered(desk, [mail])
    assert desk.show("held", "list") == []
