"""`maild parse` and `maild explain`: what is read in a message, and what it comes to."""

import json
import secrets
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from maild import desk
from maild.carrying import Desk
from maild.cli.display import (
    json_option,
    moment,
    print_facts,
    print_heading,
    print_json,
    print_json_line,
    print_table,
    print_text,
    say_no,
    size,
)
from maild.cli.opening import Opened, now, opened_desk, opened_store
from maild.errors import MaildError
from maild.handling import authenticity_of
from maild.model.explaining import explanation, instant, whole_message
from maild.model.mail import Message
from maild.parsing import ReadingLimits
from maild.reading import Readers, read_one
from maild.store import Store

_FILES = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
_STANDARD_INPUT = Path("-")
_AT_ONCE = 50

# A stored story is JSON that we wrote; its shape is that of model/explaining.py.
Story = Mapping[str, Any]


@click.command()
@click.argument("files", type=_FILES, nargs=-1, required=True, metavar="FILE…")
@json_option
def parse(files: tuple[Path, ...], as_json: bool) -> None:
    """Show what maild reads in a message; `-` is standard input. Several files: one JSON object a line."""
    unread = 0
    for file, message in _read_all(files):
        if isinstance(message, str):
            unread += 1
            _print_unread(file, message, as_json=as_json and len(files) > 1)
        elif not as_json:
            print_heading(str(file))
            _print_message(message)
        elif len(files) == 1:
            print_json(whole_message(message))
        else:
            print_json_line({"file": str(file), **whole_message(message)})
    if unread:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("what", metavar="FILE|N")
@json_option
def explain(what: str, as_json: bool) -> None:
    """Say what would happen to a message, or what happened to ticket N and why."""
    number = what.removeprefix("#")
    story: Story
    if Path(what).is_file() or Path(what) == _STANDARD_INPUT:
        with opened_desk() as opened:
            story = _foresee(_bytes_of(Path(what)), opened)
    elif number.isascii() and number.isdigit():
        with opened_store() as store:
            story = _remember(store, int(number))
    else:
        raise click.UsageError(f"{what} is neither a file nor the number of a ticket")
    if as_json:
        print_json(story)
        return
    for each in story.get("arrivals", [story]):
        _print_story(each)


def _read_all(files: tuple[Path, ...]) -> Iterator[tuple[Path, Message | str]]:
    if len(files) == 1:
        try:
            yield files[0], read_one(_bytes_of(files[0]))
        except MaildError as error:
            yield files[0], str(error)
        return
    readers = Readers(ReadingLimits(), workers=2)
    try:
        for at in range(0, len(files), _AT_ONCE):
            some = files[at : at + _AT_ONCE]
            yield from zip(some, readers.read_raw([_bytes_of(file) for file in some]), strict=True)
    finally:
        readers.stop()


def _bytes_of(file: Path) -> bytes:
    return sys.stdin.buffer.read() if file == _STANDARD_INPUT else file.read_bytes()


def _foresee(raw: bytes, opened: Opened) -> Story:
    """Decide a message as the daemon would at this moment, and keep nothing of it."""
    premises, at = opened.premises, now()
    house = premises.house()
    message = read_one(raw, premises.config.limits.reading)
    (facts,) = opened.store.read(lambda reader: reader.answer([desk.ask(message, None, house)], at))
    writer = Desk(premises.composer(), now, secrets.token_bytes)
    decision = desk.decide(message, None, facts, authenticity_of(message, house), house, at, writer.new_token())
    return {
        **explanation(message, decision, writer.write_mails(decision, facts, at)),
        "message": whole_message(message),
    }


def _remember(store: Store, number: int) -> Story:
    """Tell what was decided about each arrival of a ticket: the first, and all of them in order."""
    if store.read(lambda reader: reader.find_ticket(number)) is None:
        raise say_no(f"there is no ticket #{number}")
    told: list[Story] = []
    for entry in store.read(lambda reader: reader.entries_of(number)):
        arrival = entry.arrival
        if arrival is None or any(one["arrival"] == arrival for one in told):
            continue
        text = _story_of(store, arrival)
        if text is not None:
            told.append({"arrival": arrival, "at": instant(entry.at), **json.loads(text)})
    if not told:
        raise say_no(f"nothing is kept of how ticket #{number} came about")
    return {**told[0], "arrivals": told}


def _story_of(store: Store, arrival: int) -> str | None:
    return store.read(lambda reader: reader.find_explanation(arrival))


def _print_unread(file: Path, why: str, *, as_json: bool) -> None:
    if as_json:
        print_json_line({"file": str(file), "error": why})
    click.echo(f"{file}: {why}", err=True)


def _print_message(message: Message) -> None:
    sender = message.sender
    print_facts(
        [
            ("from", f"{sender.name} <{sender.address}>" if sender else "unknown"),
            ("to", ", ".join(each.address for each in message.to)),
            ("cc", ", ".join(each.address for each in message.cc)),
            ("reply-to", ", ".join(each.address for each in message.reply_to)),
            ("subject", message.subject),
            ("date", moment(message.date)),
            ("message-id", message.message_id),
            ("in-reply-to", " ".join(message.in_reply_to)),
            ("references", " ".join(message.references)),
            ("automatic", f"{message.automatic} ({message.automatic_proof})" if message.automatic else None),
            ("flags", ", ".join(message.flags)),
        ]
    )
    if message.bounce:
        bounce = message.bounce
        print_facts([("bounce", f"{bounce.action} {bounce.status or ''} for {bounce.recipient or 'unknown'}")])
    for each in message.attachments:
        print_facts([("file", f"{each.name} ({each.type}, {size(each.size)}{', inline' if each.is_inline else ''})")])
    print_heading("New words")
    print_text(message.reply, indent="  | ")
    if message.text.strip() != message.reply.strip():
        print_heading("Whole text")
        print_text(message.text, indent="  | ")


def _print_story(story: Story) -> None:
    """Print one decision: from whom, to which ticket, why, and what leaves."""
    message, sender, decision = story["message"] or {}, story["sender"], story["decision"]
    outcome = story["outcome"]
    print_heading(f"Arrival {story['arrival']}, {story['at']}" if "arrival" in story else "What would happen")
    print_facts(
        [
            ("message", f"{message.get('subject') or '(no subject)'} from {message.get('from') or 'unknown'}"),
            ("automatic", message.get("automatic")),
            ("outcome", outcome["kind"]),
            ("ticket", f"#{story['ticket']['number']}" if story["ticket"]["number"] else None),
            ("reason", outcome["reason"]),
            ("sender", f"{sender['address']}: {sender['standing']}, {sender['trust']}" if sender else "unknown"),
            ("proof", sender["proof"] if sender else None),
            ("commands", ", ".join(story["commands"])),
            *((name, decision[name]) for name in ("queue", "team", "assignee")),
        ]
    )
    for title, lines in (("Why", decision["why"]), ("What is done", decision["steps"])):
        if lines:
            print_heading(title)
            print_text("\n".join(lines))
    if story["ticket"]["evidence"]:
        print_heading("Evidence for a ticket")
        rows = [
            (one["kind"], f"#{one['ticket']}", "yes" if one["accepted"] else "no", one["why"], one["value"])
            for one in story["ticket"]["evidence"]
        ]
        print_table(("kind", "ticket", "accepted", "why", "value"), rows)
    if story["mails"]:
        print_heading("Mails")
        print_table(
            ("template", "to", "subject"), [(one["template"], one["to"], one["subject"]) for one in story["mails"]]
        )
