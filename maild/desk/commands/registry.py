"""The one registry of commands: what each is called, takes and does, for whom its mail's words are, who may give it.

`#help`, the README's table and the hints of the mails are written from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from maild.desk.commands.arguments import Shape


class Audience(StrEnum):
    """For whom the words are that stand beside a command."""

    CUSTOMER = "customer"
    COLLEAGUES = "colleagues"
    NAMED = "named"
    NOBODY = "nobody"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    `example` is a whole line. Without `needs_ticket` it may stand in a mail about no ticket.
    """

    word: str
    audience: Audience
    help: str
    shape: Shape = Shape.NONE
    example: str = ""
    is_subject_tag: bool = False
    needs_ticket: bool = True


_CUSTOMER = (
    Command("reply", Audience.CUSTOMER, "the words go to the customer", is_subject_tag=True),
    Command(
        "resolve", Audience.CUSTOMER, "solved: the words, or your last ones, are the resolution", is_subject_tag=True
    ),
    Command("close", Audience.CUSTOMER, "closed without asking whether it is solved", is_subject_tag=True),
    Command("reopen", Audience.CUSTOMER, "open again", is_subject_tag=True),
    Command(
        "wait",
        Audience.CUSTOMER,
        "waits for the customer; with a time, open again after it",
        Shape.TIME,
        "#wait 3d",
        is_subject_tag=True,
    ),
    Command(
        "pending",
        Audience.CUSTOMER,
        "sleeps until an instant",
        Shape.INSTANT,
        "#pending until monday 9:00",
        is_subject_tag=True,
    ),
    Command("answer", Audience.CUSTOMER, "a stored answer follows the words", Shape.NAME, "#answer vpn-first-aid"),
    Command("quiet", Audience.CUSTOMER, "change the state and send nothing", is_subject_tag=True),
)
_COLLEAGUES = (
    Command("note", Audience.COLLEAGUES, "the words are for colleagues only", is_subject_tag=True),
    Command("assign", Audience.COLLEAGUES, "give it to somebody", Shape.NAME, "#assign alice", is_subject_tag=True),
    Command("team", Audience.COLLEAGUES, "give it to a team", Shape.NAME, "#team network", is_subject_tag=True),
    Command("queue", Audience.COLLEAGUES, "move it to a queue", Shape.NAME, "#queue billing", is_subject_tag=True),
    Command("unassign", Audience.COLLEAGUES, "give it back to the team", is_subject_tag=True),
    Command(
        "merge",
        Audience.COLLEAGUES,
        "this ticket goes on in another; `join` where their requesters differ",
        Shape.TICKET_JOIN,
        "#merge 1017",
    ),
    Command(
        "link",
        Audience.COLLEAGUES,
        "belongs to another ticket or incident; `-1017`: no more",
        Shape.TICKET_SIGNED,
        "#link 1017",
    ),
    Command("split", Audience.COLLEAGUES, "the newest customer mail becomes a ticket of its own"),
    Command("spam", Audience.COLLEAGUES, "no matter at all: ends it, nobody is told"),
    Command("escalate", Audience.COLLEAGUES, "brings it to the next level, with your words", is_subject_tag=True),
    Command(
        "ack",
        Audience.COLLEAGUES,
        "you see to it: its ladder rests until the next level's time; in answer to a handover: it is yours",
        is_subject_tag=True,
        needs_ticket=False,
    ),
    Command("approve", Audience.COLLEAGUES, "you agree, as one who was asked", Shape.LINE_OR_NONE, "#approve spend"),
    Command(
        "reject", Audience.COLLEAGUES, "you do not agree, and why", Shape.LINE_OR_NONE, "#reject spend too expensive"
    ),
    Command(
        "approval", Audience.COLLEAGUES, "have an approval asked, or asked once more", Shape.NAME, "#approval spend"
    ),
)
_NAMED = (
    Command("ask", Audience.NAMED, "ask somebody aside", Shape.ADDRESS, "#ask legal@acme.example"),
    Command("forward", Audience.NAMED, "send the customer's last mail on", Shape.ADDRESS, "#forward maker@x.example"),
    Command(
        "new",
        Audience.NAMED,
        "the words are a customer's: a ticket for them",
        Shape.ADDRESS,
        "#new bob@x.example",
        needs_ticket=False,
    ),
    Command(
        "write",
        Audience.NAMED,
        "write to somebody first",
        Shape.ADDRESS_ABOUT,
        "#write bob@x.example about your order",
        needs_ticket=False,
    ),
)
_NOBODY = (
    Command("show", Audience.NOBODY, "the ticket", Shape.TICKET_OR_NONE, "#show 1017", needs_ticket=False),
    Command("history", Audience.NOBODY, "all that happened to it", Shape.TICKET_OR_NONE, needs_ticket=False),
    Command("list", Audience.NOBODY, "tickets: mine, drafts, or a search", Shape.LINE_OR_NONE, needs_ticket=False),
    Command("help", Audience.NOBODY, "these lines", Shape.LINE_OR_NONE, needs_ticket=False),
    Command("answers", Audience.NOBODY, "the stored answers", needs_ticket=False),
    Command("get", Audience.NOBODY, "an attachment of the ticket by its number", Shape.NUMBER, "#get 3"),
    Command(
        "sla",
        Audience.NOBODY,
        "what of the ticket is due when, and what is late",
        Shape.TICKET_OR_NONE,
        needs_ticket=False,
    ),
    Command(
        "report",
        Audience.NOBODY,
        "figures of a period, of the tickets that you may see",
        Shape.LINE_OR_NONE,
        "#report last-week sla by team",
        needs_ticket=False,
    ),
)
_ANY = (
    Command("take", Audience.ANY, "it is yours", is_subject_tag=True),
    *(
        Command(word, Audience.ANY, help_, is_subject_tag=True)
        for word, help_ in zip(
            ("p1", "p2", "p3", "p4", "p5"),
            ("the highest priority", "high priority", "middling priority", "low priority", "the lowest priority"),
            strict=True,
        )
    ),
    Command("impact", Audience.ANY, "how many it concerns", Shape.LEVEL, "#impact extensive", is_subject_tag=True),
    Command("urgency", Audience.ANY, "how soon it is needed", Shape.LEVEL, "#urgency high", is_subject_tag=True),
    Command("category", Audience.ANY, "what it is about", Shape.NAME, "#category network/vpn", is_subject_tag=True),
    Command("tag", Audience.ANY, "set and remove tags", Shape.SIGNED, "#tag +vpn -printer", is_subject_tag=True),
    Command("field", Audience.ANY, "set a field; empty removes it", Shape.PAIR, "#field error_code=809"),
    Command("cc", Audience.ANY, "who takes part", Shape.ADDRESSES, "#cc +a@x.example -b@y.example"),
    Command("requester", Audience.ANY, "whose matter it is", Shape.ADDRESS, "#requester carol@x.example"),
    Command(
        "contact",
        Audience.ANY,
        "the requester's name, company, phone, language, timezone; empty removes it",
        Shape.PAIRS,
        '#contact phone="+44 20 7946 0000" company="Miller & Sons"',
    ),
    Command("subject", Audience.ANY, "what it is called", Shape.LINE, "#subject Printer on floor 3"),
    Command("language", Audience.ANY, "the language that the desk writes in", Shape.NAME, "#language de"),
    Command("kb", Audience.ANY, "its resolution is worth an article"),
    Command("feedback", Audience.ANY, "about the procedure", Shape.LINE, "#feedback Step 2 is out of date"),
    Command(
        "away",
        Audience.ANY,
        "you, or for a lead somebody, is not here",
        Shape.WHO_UNTIL,
        "#away until friday",
        needs_ticket=False,
    ),
    Command("here", Audience.ANY, "you are back", needs_ticket=False),
    Command("undo", Audience.ANY, "take back your last mail on the ticket, as far as it can be"),
    Command("send", Audience.ANY, "the draft goes out, with the words above instead of its own where there are any"),
    Command(
        "discard",
        Audience.ANY,
        "the draft is dropped; with numbers of a list of held mail: that mail is",
        Shape.PLACES_OR_NONE,
        needs_ticket=False,
    ),
    Command("reviewed", Audience.ANY, "in answer to a reminder: the procedure was looked through", needs_ticket=False),
    Command(
        "release",
        Audience.ANY,
        "for administrators, in answer to a list of held mail: handled after all",
        Shape.PLACES,
        "#release 3",
        needs_ticket=False,
    ),
    Command(
        "block",
        Audience.ANY,
        "for administrators, in answer to a list of held mail: dropped, and all from its sender is held",
        Shape.PLACES,
        "#block 5-7",
        needs_ticket=False,
    ),
    Command("late", Audience.ANY, "why something is late, for the reports", Shape.LINE, "#late waited for a part"),
    Command(
        "done",
        Audience.ANY,
        "steps of the checklist are done",
        Shape.NUMBERS,
        "#done 2,4",
        is_subject_tag=True,
    ),
    Command("skip", Audience.ANY, "a step of the checklist is left out", Shape.NUMBER_WHY, "#skip 3 no such device"),
    Command("verified", Audience.ANY, "how you made sure who asks", Shape.LINE, "#verified called back on file number"),
)
COMMANDS = (*_CUSTOMER, *_COLLEAGUES, *_NAMED, *_NOBODY, *_ANY)
BY_WORD = {command.word: command for command in COMMANDS}
_TITLES = {
    Audience.CUSTOMER: "The words go to the customer",
    Audience.COLLEAGUES: "The words are for colleagues",
    Audience.NAMED: "The words go to the one named",
    Audience.NOBODY: "No words",
    Audience.ANY: "Whatever the words are for",
}


def help_lines(word: str = "") -> Iterator[str]:
    """Say what every command does, or one of them, as lines for a mail."""
    chosen = [command for command in COMMANDS if word in {"", command.word}]
    for audience, title in _TITLES.items():
        lines = [command for command in chosen if command.audience is audience]
        if lines:
            yield f"{title}:"
            yield from (f"  {usage(command)}  {command.help}" for command in lines)


def table_lines() -> Iterator[str]:
    """Write the registry as the rows of a Markdown table, for the README."""
    for audience, title in _TITLES.items():
        for command in COMMANDS:
            if command.audience is audience:
                tag = f"`{_tag_of(command)}`" if command.is_subject_tag else "–"
                yield f"| `{usage(command)}` | {command.help} | {title.lower()} | {tag} |"


def _tag_of(command: Command) -> str:
    return f"[{usage(command).removeprefix('#')}]"


def usage(command: Command) -> str:
    """Write a command as it is given."""
    return command.example or f"#{command.word} {command.shape.value}".rstrip()
