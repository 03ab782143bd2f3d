"""Reloading with a real store, real files and the real command; the daemon is its leg and its lock."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from maild.config import read_config
from maild.daemon import now
from maild.errors import ConfigurationError
from maild.following import Recounting
from maild.model.decision import TimerKind
from maild.model.edition import EditionState, digest_of
from maild.premises import Premises, begin_premises, find_earlier, keyring_of, open_store
from maild.reloading import SPOT, Reloading, Seat
from maild.store import DaemonLock, propose
from maild.troubles import Board
from tests.integration.a_desk import ADesk, a_mail
from tests.integration.hearing import Heard, hearing
from tests.servers.postgresql import Postgresql
from tests.servers.terminal import Terminal

LONG_AGO = time.time() - 1000
VPN = "rules:\n  vpn: {when: {text: {words: [vpn]}}, then: {tags: [vpn]}}\n"


class Reloaded(ADesk):
    """A desk whose daemon is a leg that takes editions, and the lock by which the command knows of it."""

    def __init__(self, folder: Path, heard: Heard) -> None:
        super().__init__(folder)
        self.heard = heard
        self.board = Board(time.monotonic, timedelta(minutes=2))
        self.is_over = Event()
        self.write("people.yaml", (self.config / "rules" / "people.yaml").read_text())

    def write(self, name: str, text: str | bytes) -> None:
        """Write a rule file as if that was long ago."""
        file = self.config / "rules" / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.settle()

    def settle(self) -> None:
        for path in (self.config / "rules", *(self.config / "rules").iterdir()):
            os.utime(path, (LONG_AGO, LONG_AGO))

    def begin(self, stack: ExitStack) -> None:
        """Begin the daemon's part."""
        config = read_config(self.config, {})
        lock = stack.enter_context(DaemonLock(config.state.directory, config.state.database))
        assert lock.try_take()
        self.store = open_store(config, lock)
        stack.callback(self.store.close)
        mine, rules = begin_premises(self.store, config, now())
        keyring = keyring_of(self.store, now())
        self.in_force = Premises(mine, rules, keyring, find_earlier(self.store, config)).in_force(now)
        self.leg = Reloading(Seat(config, os.environ, keyring, self.in_force, now), self.store, self.board)

    def work(self, stack: ExitStack) -> None:
        """Let the leg work, as a thread."""
        thread = Thread(target=self.leg.run, args=(self.is_over,))
        thread.start()
        stack.callback(thread.join)
        stack.callback(self.is_over.set)

    @property
    def rules(self) -> list[str]:
        return [rule.name for rule in self.in_force.get()[0].rules.rules]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def heard() -> Iterator[Heard]:
    with hearing() as listening:
        yield listening


@pytest.fixture
def desk(tmp_path: Path, heard: Heard, stack: ExitStack) -> Reloaded:
    """A desk at work."""
    desk = Reloaded(tmp_path, heard)
    desk.begin(stack)
    desk.work(stack)
    return desk


@pytest.mark.parametrize("is_on_a_server", [False, True], ids=["sqlite", "postgresql"])
def test_an_edited_rule_is_taken(
    tmp_path: Path, heard: Heard, stack: ExitStack, is_on_a_server: bool, request: pytest.FixtureRequest
):
    """The command waits for the daemon's word; a second time nothing has changed."""
    desk = Reloaded(tmp_path, heard)
    if is_on_a_server:
        server: Postgresql = request.getfixturevalue("postgresql")
        main, url = desk.config / "maild.yaml", stack.enter_context(server.database())
        main.write_text(main.read_text().replace("/state}", f"/state, database: '{url}'}}"))
    desk.begin(stack)
    desk.work(stack)
    desk.write("vpn.yaml", VPN)
    done = desk.maild("reload")

    assert desk.rules == ["vpn"]
    desk.heard.wait_for("rules_taken")
    taken = desk.store.read(lambda reader: reader.edition_in_force())
    assert taken is not None
    assert (taken.state, taken.by) == (EditionState.TAKEN, desk.heard.find("rules_taken")[0]["by"])
    assert done.stdout == f"Taken: 1 rule; the desk decides by edition {taken.digest[:12]}.\n"
    assert desk.maild("reload").stdout == f"Nothing has changed; the desk decides by edition {taken.digest[:12]}.\n"


TEST = "tests: [{mail: {from: b@x.test, subject: Vpn}, expect: {tags: [dns]}}]"
BROKEN: list[tuple[str | bytes, int, str]] = [
    (VPN[:-9], 2, "vpn.yaml:2:"),
    (VPN.encode() + "# größer".encode()[:-3], 2, "is not UTF-8 here"),
    (VPN.replace("tags: [vpn]", "team: netwrok"), 2, "netwrok"),
    (
        VPN.replace("tags: [vpn]}", f"tags: [vpn]}}, {TEST}"),
        1,
        "the test 'Vpn' from b@x.test fails: tags: expected dns, got vpn",
    ),
]


def test_what_does_not_hold_changes_nothing(desk: Reloaded):
    """Half written, not UTF-8, naming nobody, failing its own test: what was in force stays, commands work by it, and a
    good set ends it.
    """
    desk.handle(a_mail())
    for number, (text, code, word) in enumerate(BROKEN, start=1):
        desk.write("vpn.yaml", text)
        done = desk.maild("reload", code=code)

        assert word in done.stderr
        assert done.stderr.endswith("Refused: what was in force stays in force.\n")
        desk.heard.wait_for("rules_refused", number)
        assert (desk.rules, desk.board.is_ill(SPOT)) == ([], True)
        assert word in desk.heard.find("rules_refused")[-1]["reason"]
        desk.maild("ticket", "set", "1001", f"subject=Printer {number}")

    desk.write("vpn.yaml", "")
    assert "Taken: 0 rules" in desk.maild("reload").stdout
    desk.heard.wait_for("rules_taken")
    assert not desk.board.is_ill(SPOT)


def test_what_an_open_ticket_has_is_not_taken_away(desk: Reloaded):
    """A team that tickets have blocks until it says what it was called; a person may leave, and not vanish."""
    people = (desk.config / "rules" / "people.yaml").read_text()
    nina = people.replace("teams:", "  nina: {name: Nina Ray, mail: nina@acme.example}\nteams:")
    desk.write("people.yaml", nina)
    desk.maild("reload")
    desk.handle(a_mail())
    desk.maild("ticket", "set", "1001", "assignee=nina")
    desk.write("people.yaml", people.replace("first-line", "desk"))
    refused, checked = desk.maild("reload", code=1).stderr, desk.maild("check", code=1).stderr

    for words in (
        "team first-line: #1001 has it; write `was: [first-line]` at the team that takes them over",
        "person nina: #1001 has it; write `left:` with a date instead of taking the person out",
    ):
        assert words in refused and f"a reload would be refused: {words}" in checked
    renamed = nina.replace("first-line", "desk").replace("lead: alice}", "lead: alice, was: [first-line]}")
    desk.write("people.yaml", renamed.replace("nina@acme.example}", "nina@acme.example, left: 2026-01-01}"))
    desk.maild("reload", "--yes")
    desk.heard.wait_for("tickets_followed")
    ticket = desk.show("ticket", "show", "1001")
    assert (ticket["team"], ticket["assignee"]) == ("desk", None)
    assert [entry["by"] for entry in ticket["entries"]][-1] == "rules"


def test_many_other_decisions_and_new_spam_take_a_yes(desk: Reloaded):
    """Without a terminal they are refused with the count and an example; on one a person is asked."""
    desk.handle(*(a_mail(words=f"The vpn is down, {n}.") for n in range(3)))
    desk.write("vpn.yaml", VPN)
    done = desk.maild("reload", code=1)
    assert "3 of 3 decisions of the last 7 days would be other ones (100%)" in done.stderr
    desk.write("vpn.yaml", VPN.replace("tags: [vpn]", "spam: true"))
    for said, code, words in (("n", 1, "Nothing was taken"), ("y", 0, "Taken: 1 rule")):
        with Terminal([sys.executable, "-m", "maild", "--config", str(desk.config), "reload"]) as terminal:
            terminal.wait_for("3 mails would newly be spam, by vpn")
            terminal.wait_for("Take them all the same")
            terminal.type(f"{said}\n")
            terminal.wait_for(words)
            assert terminal.wait_for_end() == code


def test_whoever_reloads_gets_an_answer_though_somebody_else_reloads_too(tmp_path: Path, heard: Heard):
    """Each edition is answered in its turn, whatever came after: the last good one is in force."""
    desk = Reloaded(tmp_path, heard)
    with ExitStack() as stack:
        desk.begin(stack)
        made = []
        for name in ("vpn", "dns"):
            desk.write("vpn.yaml", VPN.replace("vpn", name))
            files = read_config(desk.config, {}).read_texts().files()
            proposal = propose(digest_of(files), files, name, is_attended=True)
            made.append(desk.store.write(lambda tx, one=proposal: tx.propose_edition(one, now())))
        bad = propose("bad", (), "sip", is_attended=True)
        desk.store.write(lambda tx: tx.record_refusal(bad, ("it does not hold",), now()))
        desk.leg.look()

        answers = [desk.store.read(lambda reader, one=one: reader.find_edition(one)) for one in made]
        assert [one.state for one in answers if one is not None] == [EditionState.TAKEN, EditionState.TAKEN]
        assert (desk.rules, desk.board.is_ill(SPOT)) == (["dns"], True)


def test_without_a_daemon_the_command_says_so(tmp_path: Path, heard: Heard):
    """Exit code 1, and nothing is examined."""
    desk = Reloaded(tmp_path, heard)
    assert desk.maild("reload", code=1).stderr.startswith("no daemon is at work on this database")


def test_a_start_needs_no_sound_rule_files(tmp_path: Path, heard: Heard):
    """The first does; later ones work with what was in force, have the files examined, and tell when these are bad.
    Files that are watched are taken as they change.
    """
    desk = Reloaded(tmp_path, heard)
    desk.write("vpn.yaml", VPN[:-9])
    with ExitStack() as stack, pytest.raises(ConfigurationError):
        desk.begin(stack)
    desk.write("vpn.yaml", VPN)
    with ExitStack() as stack:
        desk.begin(stack)
    desk.write("vpn.yaml", VPN[:-9])
    with ExitStack() as stack:
        desk.begin(stack)
        desk.leg.catch_up(Event())
        assert (desk.rules, desk.board.is_ill(SPOT)) == (["vpn"], True)
    desk.write("vpn.yaml", VPN.replace("vpn", "dns"))
    with ExitStack() as stack:
        desk.begin(stack)
        assert desk.rules == ["vpn"]
        desk.leg.catch_up(Event())
        assert (desk.rules, desk.board.is_ill(SPOT)) == (["dns"], False)
    main = desk.config / "maild.yaml"
    main.write_text(main.read_text() + "reload: watch\n")
    with ExitStack() as stack:
        desk.begin(stack)
        desk.work(stack)
        desk.write("vpn.yaml", VPN.replace("vpn", "sip"))
        heard.wait_for("rules_taken", 2)
        assert desk.rules == ["sip"]
        assert len(heard.find("rules_refused")) == 2  # in each life once
    assert [line["by"] for line in heard.find("rules_taken")] == ["maild run", "the files were changed"]


def test_the_main_file_takes_a_restart(desk: Reloaded):
    """A reload says what waits for one; the daemon refuses a rule that needs it, whatever the file says by now."""
    main = desk.config / "maild.yaml"
    text = main.read_text()
    relays = text.partition("relays:\n")[2].partition("trust:")[0]
    main.write_text(text.replace("Acme Support", "Acme").replace(relays, relays + relays.replace("main:", "second:")))
    notes = desk.maild("reload").stderr
    assert "note: maild.yaml: desk.name was changed: this takes a restart\n" in notes
    assert "note: maild.yaml: relays.second was changed: this takes a restart\n" in notes

    people = (desk.config / "rules" / "people.yaml").read_text()
    desk.write("people.yaml", people.replace("relay: main", "relay: second"))
    refused = desk.maild("reload", code=1).stderr
    assert "it does not fit the maild.yaml that the daemon began with:" in refused and "second" in refused
    assert desk.in_force.get()[0].rules.queues["support"].relay == "main"


PROMISED = """\
calendars: {plant: {timezone: UTC, hours: always}}
agreements:
  standard: {calendar: plant, clocks: {p1: {}, p2: {}, p3: {first_response: 90h}, p4: {first_response: 90h}, p5: {}}}
"""


def test_edited_hours_are_followed_though_the_daemon_dies(tmp_path: Path, heard: Heard):
    """Killed before it came to any ticket: the next one knows the hours that held; clock, timer and history agree."""
    desk = Reloaded(tmp_path, heard)
    desk.write("time.yaml", PROMISED)
    desk.handle(a_mail(), a_mail(subject="VPN again"))
    desk.maild("ticket", "set", "1002", "priority=p5")
    due = desk.show("ticket", "show", "1001")["clocks"][0]["due_at"]
    with ExitStack() as stack:
        desk.begin(stack)
        desk.write("time.yaml", PROMISED.replace("hours: always", 'hours: {mon-sun: ["00:00-12:00"]}'))
        files = read_config(desk.config, {}).read_texts().files()
        proposal = propose(digest_of(files), files, "somebody", is_attended=True)
        desk.store.write(lambda tx: tx.propose_edition(proposal, now()))
        desk.leg.look()
    with ExitStack() as stack:
        desk.begin(stack)
        (hours,) = desk.in_force.get()[0].earlier
        assert hours.calendars["plant"].is_open(now())
        recounting = Recounting(desk.store, desk.in_force, now)
        assert [recounting.go_on(), recounting.go_on(), recounting.go_on()] == [True, False, False]
        assert heard.find("clocks_recounted")[-1]["count"] == 1
        timers = desk.store.read(lambda reader: reader.timers_of(1001))
        clock = desk.store.read(lambda reader: reader.clocks_of(1001))[0]
        assert [timer.due_at for timer in timers if timer.kind is TimerKind.DUE] == [clock.due_at]
    assert clock.elapsed < timedelta(hours=1)
    assert desk.show("ticket", "show", "1001")["clocks"][0]["due_at"] > due
    assert desk.show("ticket", "show", "1001")["entries"][-1]["flags"] == ["recounted"]
    assert desk.show("verify")["ok"]
    with ExitStack() as stack:
        desk.begin(stack)
        assert desk.in_force.get()[0].earlier == ()
