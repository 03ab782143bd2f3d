"""A desk under attack: its victims, and what became of every mail."""

import json
import re
from contextlib import closing
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from click.testing import CliRunner

from maild.cli import main
from maild.store import Store
from tests.acceptance.attacking import Letter, May, Scene, write
from tests.acceptance.attacks import ATTACKS
from tests.acceptance.attacks_by_answers import SUBJECTS, WORDS
from tests.acceptance.working_desk import PATIENCE, WorkingDesk, read, text_of
from tests.servers.host import MailHost

HANDLED = ("ticket_opened", "entry_added", "arrival_held", "arrival_duplicate", "desk_matter")


def said(desk: WorkingDesk, *words: str) -> Any:
    """Run a command of the command line with --json."""
    done = CliRunner().invoke(main, ["--config", str(desk.config), *words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, (words, done.output)
    return json.loads(done.stdout)


def lay(desk: WorkingDesk, letters: list[bytes]) -> None:
    """Lay mails into the desk's mailbox, byte for byte."""
    with desk.host.dovecot.client(desk.address) as client:
        for raw in letters:
            kind, answer = client.append("INBOX", None, None, raw)
            assert kind == "OK", answer


def settle(desk: WorkingDesk, arrivals: int) -> None:
    """Wait until this life of the daemon has handled so many arrivals and sent all that came of them."""
    running = desk.running
    assert running

    def is_settled() -> bool:
        handled = [line for event in HANDLED for line in running.find(event)]
        mails = sum(line.get("mails", 0) for line in handled)
        sent = len(running.find("mail_accepted")) + len(running.find("mail_refused"))
        return (len(handled) >= arrivals and sent >= mails) or running.process.poll() is not None

    with running.changed:
        running.changed.wait_for(is_settled, PATIENCE)
    failed = running.find("decision_failed")
    assert is_settled() and not failed and running.process.poll() is None, (failed, running.lines[-3:], running.other)


@dataclass(slots=True)
class Siege:
    """A desk that was attacked: what it was before, what it is after, what became of each mail."""

    desk: WorkingDesk
    scenes: dict[str, Scene] = field(default_factory=dict)
    letters: dict[str, list[Letter]] = field(default_factory=dict)
    before: dict[int, Any] = field(default_factory=dict)
    after: dict[int, Any] = field(default_factory=dict)
    fates: dict[str, Any] = field(default_factory=dict)
    sent_before: int = 0

    @property
    def staff(self) -> set[str]:
        scene = next(iter(self.scenes.values()))
        return {scene.alice, scene.carol, scene.erik}

    def outgoing(self, since: int = 0) -> list[tuple[str, EmailMessage]]:
        """Give what the desk sent to people outside, as (recipient, mail)."""
        ours = [mail for mail in self.desk.host.transcript[since:] if mail.sender == self.desk.address]
        return [(mail.recipient, read(mail.raw)) for mail in ours if mail.recipient not in self.staff]

    def fate(self, letter: Letter) -> Any:
        return self.fates[letter.message_id]


# What the shipped desk has for machines, as wide as an attacker could wish.
MACHINES = r"""
rules:
  form:  {when: {header: {X-Form: {exists: true}}}, then: {requester: reply_to, as: person}}
  keyed: {when: {subject: {matches: '^KEYED (?P<host>\S+)'}}, then: {same_ticket: 'host/{host}', within: 7d}}
  risky: {when: {text: {words: ceiling}}, then: {approval: risk}}
approvals:
  risk: {ask: [carol], blocks: [resolve]}
"""


def employ(desk: WorkingDesk, erik: str, left: str) -> None:
    (desk.config / "rules" / "machines.yaml").write_text(MACHINES, encoding="utf-8")
    people = desk.config / "rules" / "people.yaml"
    text = people.read_text()
    if "erik" in text:
        people.write_text(text.replace(f"mail: {erik}}}", f"mail: {erik}, left: {left}}}"))
    else:
        teams = text.replace("members: [alice, carol]", "members: [alice, carol, erik]")
        people.write_text(teams.replace("teams:", f"  erik: {{name: Erik Holm, mail: {erik}}}\nteams:"))


def gather_victims(siege: Siege, host: MailHost, erik: str) -> None:
    """Let a victim write for each attack, and collect what they and the agents got."""
    desk = siege.desk
    firsts = []
    for number, attack in enumerate(ATTACKS):
        name = attack.__name__
        bob, eve = host.new_user("bigco.example"), host.new_user("x.example")
        scene = Scene(desk.address, desk.alice, desk.carol, erik, bob, eve)
        scene.secret = f"kumquat{number:03}q"
        scene.subject = SUBJECTS.get(name, f"Matter {number}")
        words = f"{WORDS.get(name, '')}My password is {scene.secret}\n"
        first = write(May.OPEN, bob, scene.subject, words, to=desk.address, From=f"Bob Miller <{bob}>")
        scene.first_id = first.message_id
        siege.scenes[name] = scene
        firsts.append(first.raw)
    lay(desk, firsts)
    settle(desk, len(firsts))
    for scene in siege.scenes.values():
        scene.thanks = desk.wait_for_mail(scene.bob)
        found = re.search(r"\[#(\d+)\]", str(scene.thanks["Subject"]))
        assert found
        scene.number = int(found[1])
        scene.notice, scene.eriks = (_told(desk, who, scene.secret) for who in (desk.alice, erik))
    for scene in siege.scenes.values():
        scene.ids = [other.first_id for other in siege.scenes.values()]
        scene.marks = [other.bobs_mark for other in siege.scenes.values() if other is not scene]


def _told(desk: WorkingDesk, who: str, secret: str) -> EmailMessage:
    """Wait for the notice of a secret: what the relay took it delivers in its own time."""
    return desk.wait_for_mail(who, lambda mail: secret in text_of(mail))


def in_force(desk: WorkingDesk) -> str:
    """Name the edition by which the desk decides."""
    with closing(Store.open(desk.state, None)) as store:
        edition = store.read(lambda reader: reader.edition_in_force())
    assert edition is not None
    return edition.digest


def stories(desk: WorkingDesk, arrivals: list[int]) -> list[Any]:
    """Tell what was decided about each arrival, as `maild explain` keeps it, held ones and duplicates included."""
    with closing(Store.open(desk.state, None)) as store:
        return [
            json.loads(store.read(lambda reader, one=one: reader.find_explanation(one)) or "{}") for one in arrivals
        ]
