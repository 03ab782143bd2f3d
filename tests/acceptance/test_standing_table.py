"""Who is the sender, and what may they do: every cell of the table (behaviour.md, 4), through the whole daemon."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest

from tests.acceptance.attacking import Letter, May, write
from tests.acceptance.siege import lay, said, settle, stories
from tests.acceptance.working_desk import WorkingDesk, text_of
from tests.servers.host import MailHost


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: who writes, what the border found, whether their own mark is in it; and what must come of it."""

    who: str
    found: str
    has_mark: bool
    outcome: str
    trust: str
    kind: str = ""
    flags: frozenset[str] = frozenset()
    state: str = "new"
    outside: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.who} {self.found}{' with mark' if self.has_mark else ''}"


def _cell(line: str) -> Cell:
    """Read a line of the table below."""
    who, verdict, outcome, trust, kind, flags, state, outside, inside = (part.strip() for part in line.split("|"))
    found, _, mark = verdict.partition("+")
    words = [frozenset(part.split()) if part != "-" else frozenset() for part in (flags, outside, inside)]
    return Cell(
        who, found, bool(mark), outcome, trust, kind.strip("-"), words[0], state, tuple(words[1]), tuple(words[2])
    )


# who | border (+mark) | outcome | trust | entry | flags | state after | mails outside | mails inside
TABLE = """
agent      |pass     |entry|proved |agent-reply     |-               |open|reply               |transcript
agent      |none+mark|entry|proved |agent-reply     |-               |open|reply               |transcript
agent      |none     |entry|claimed|event           |claimed         |new |-                   |did-you-send-this
agent      |fail     |entry|claimed|event           |claimed         |new |-                   |did-you-send-this
participant|pass     |entry|proved |customer-message|-               |new |-                   |agent-notice
participant|none+mark|entry|proved |customer-message|-               |new |-                   |agent-notice
participant|none     |entry|claimed|customer-message|claimed         |new |-                   |agent-notice
participant|fail     |held |forged |-               |-               |new |-                   |-
consulted  |pass     |entry|proved |note            |aside           |new |-                   |agent-notice
consulted  |none+mark|entry|proved |note            |aside           |new |-                   |agent-notice
consulted  |none     |entry|claimed|note            |aside claimed   |new |-                   |agent-notice
consulted  |fail     |held |forged |-               |-               |new |-                   |-
stranger   |pass     |entry|proved |customer-message|stranger        |new |-                   |agent-notice
stranger   |none     |entry|claimed|customer-message|stranger claimed|new |-                   |agent-notice
stranger   |fail     |held |forged |-               |-               |new |-                   |-
nobody     |pass     |entry|proved |customer-message|-               |new |acknowledged        |agent-notice
nobody     |none     |entry|claimed|customer-message|claimed         |new |acknowledged-minimal|agent-notice
nobody     |fail     |entry|forged |customer-message|forged          |new |-                   |agent-notice
"""
CELLS = [_cell(line) for line in TABLE.strip().splitlines()]


@dataclass(slots=True)
class Round:
    """What became of each cell's mail, and its ticket afterwards."""

    desk: WorkingDesk
    fates: dict[str, Any] = field(default_factory=dict)
    tickets: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def played(mail_host: MailHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Round]:
    """All cells at once on one desk, each with a customer and a ticket of its own."""
    desk = WorkingDesk(mail_host, tmp_path_factory.mktemp("standing"))
    desk.start()
    try:
        bobs = {cell.name: mail_host.new_user("bigco.example") for cell in CELLS}
        firsts = {
            name: write(May.OPEN, bob, f"Matter of {name}", "Help.", to=desk.address) for name, bob in bobs.items()
        }
        lay(desk, [letter.raw for letter in firsts.values()])
        settle(desk, len(firsts))
        thanks = {name: desk.wait_for_mail(bob) for name, bob in bobs.items()}
        numbers = {name: int(re.findall(r"\[#(\d+)\]", str(mail["Subject"]))[0]) for name, mail in thanks.items()}
        notices = {name: _notice(desk, number) for name, number in numbers.items()}
        asked = {cell.name: mail_host.new_user("x.example") for cell in CELLS if cell.who == "consulted"}
        lay(desk, [_ask(desk, notices[name], who).raw for name, who in asked.items()])
        settle(desk, len(firsts) + len(asked))
        letters = {
            cell.name: _letter(desk, cell, bobs[cell.name], thanks[cell.name], notices[cell.name], asked, mail_host)
            for cell in CELLS
        }
        lay(desk, [letter.raw for letter in letters.values()])
        settle(desk, len(firsts) + len(asked) + len(letters))
        rows = said(desk, "mail", "list", "--in", "--limit", "1000")[: len(letters)][::-1]
        fates = stories(desk, [row["id"] for row in rows])
        round_ = Round(desk, dict(zip(letters, fates, strict=True)))
        round_.tickets = {name: said(desk, "ticket", "show", str(number)) for name, number in numbers.items()}
        yield round_
        assert desk.stop() == 0
    finally:
        desk.remove()


def _notice(desk: WorkingDesk, number: int) -> EmailMessage:
    return desk.wait_for_mail(desk.alice, lambda mail: f"[#{number}]" in str(mail["Subject"]))


def _ask(desk: WorkingDesk, notice: EmailMessage, who: str) -> Letter:
    mark = str(notice["Message-ID"])
    subject = str(notice["Subject"])
    return write(May.KEEP, desk.alice, f"Re: {subject}", f"#ask {who}\nMay we?", to=desk.address, In_Reply_To=mark)


def _letter(  # noqa: PLR0917 - all that a cell's mail may name
    desk: WorkingDesk,
    cell: Cell,
    bob: str,
    thanks: EmailMessage,
    notice: EmailMessage,
    asked: dict[str, str],
    host: MailHost,
) -> Letter:
    """Write a cell's mail: it finds the ticket by its own mark, by its number, or by a mark of somebody else."""
    tag = str(thanks["Subject"])
    theirs = {"agent": notice, "participant": thanks}
    if cell.who == "consulted":
        who = asked[cell.name]
        theirs["consulted"] = desk.wait_for_mail(who, lambda mail: "May we?" in text_of(mail))
    sender = {"agent": desk.alice, "participant": bob, "consulted": asked.get(cell.name, "")}.get(cell.who)
    sender = sender or host.new_user("x.example")
    words = "#reply\nWe are on it." if cell.who == "agent" else "It is urgent."
    more: dict[str, str] = {}
    subject = "Something new" if cell.who == "nobody" else f"Re: {tag}"
    if cell.has_mark:
        more["In_Reply_To"] = str(theirs[cell.who]["Message-ID"])
    elif cell.who in {"stranger", "consulted"}:
        more["References"] = str(thanks["Message-ID"])
    return write(May.KEEP, sender, subject, words, found=cell.found, to=desk.address, **more)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_cell_of_the_table(played: Round, cell: Cell):
    """Outcome, trust, entry, flags, state and mails are those of the table, and nothing else."""
    fate, ticket = played.fates[cell.name], played.tickets[cell.name]
    staff = {played.desk.alice, played.desk.carol}

    assert (fate["outcome"]["kind"], fate["sender"]["trust"]) == (cell.outcome, cell.trust), fate
    assert {mail["template"] for mail in fate["mails"] if mail["to"] not in staff} == set(cell.outside), fate
    assert {mail["template"] for mail in fate["mails"] if mail["to"] in staff} == set(cell.inside), fate
    assert ticket["state"] == cell.state
    if cell.who == "nobody":
        assert fate["outcome"]["ticket"] != ticket["number"]
        ticket = said(played.desk, "ticket", "show", str(fate["outcome"]["ticket"]))
    entries = [entry for entry in ticket["entries"] if entry["cause"]["reference"] == fate["message"]["message_id"]]
    assert [entry["kind"] for entry in entries] == ([cell.kind] if cell.kind else [])
    assert {flag for entry in entries for flag in entry["flags"]} == cell.flags
