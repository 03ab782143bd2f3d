"""`maild parse`: what is read in a message."""

from collections.abc import Iterator
from pathlib import Path

import click

from maild.cli.display import (
    json_option,
    moment,
    print_facts,
    print_heading,
    print_json,
    print_json_line,
    print_text,
    size,
)
from maild.cli.opening import bytes_of
from maild.errors import MaildError
from maild.model.explaining import whole_message
from maild.model.limits import ReadingLimits
from maild.model.mail import Message
from maild.reading import Readers, read_one

_FILES = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
_AT_ONCE = 50


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


def _read_all(files: tuple[Path, ...]) -> Iterator[tuple[Path, Message | str]]:
    if len(files) == 1:
        try:
            yield files[0], read_one(bytes_of(files[0]))
        except MaildError as error:
            yield files[0], str(error)
        return
    readers = Readers(ReadingLimits(), workers=2)
    try:
        for at in range(0, len(files), _AT_ONCE):
            some = files[at : at + _AT_ONCE]
            yield from zip(some, readers.read_raw([bytes_of(file) for file in some]), strict=True)
    finally:
        readers.stop()


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
            ("language", message.language),
            ("passes on", ", ".join(_passed_on(message)) or None),
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


def _passed_on(message: Message) -> Iterator[str]:
    for each in message.forwarding.mails if message.forwarding else ():
        yield f"a mail of {each.sender.address} ({each.subject or 'no subject'})"
