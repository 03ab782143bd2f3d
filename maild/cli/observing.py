"""`maild run --observe`: what the desk would do, as lines for a person; nothing is marked, sent or kept."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from maild.cli.display import fit
from maild.cli.opening import now
from maild.daemon import Daemon
from maild.journal import start_default_journal

# A stored story is JSON that we wrote; its shape is that of model/explaining.py.
Story = Mapping[str, Any]

_NOTHING: Final = "Observing: mailboxes are read only, nothing is sent, nothing is kept. Ctrl-C ends it."


def observe(directory: Path) -> None:
    """Run a desk that changes nothing until told to stop, and print what it decides."""
    start_default_journal(is_quiet=True)
    click.echo(_NOTHING)
    Daemon(directory, os.environ, print_story).run()


def print_story(text: str) -> None:
    """Print one decision: who wrote what, what would become of it, and which mails would leave."""
    story: Story = json.loads(text)
    lines = (f"{now().astimezone():%H:%M:%S}  {_headline(story)}", *(f"          {line}" for line in _rest(story)))
    click.echo("\n".join(map(fit, lines)))


def _headline(story: Story) -> str:
    message = story["message"]
    if message is None:
        return f"a timer, or a mail that nothing can read: {_outcome(story)}"
    sender = f"{message['from_name']} <{message['from']}>" if message["from_name"] else message["from"] or "unknown"
    return f"{sender}: {message['subject'] or '(no subject)'} → {_outcome(story)}"


def _outcome(story: Story) -> str:
    outcome = story["outcome"]
    match outcome["kind"]:
        case "entry":
            return f"ticket #{outcome['ticket']}"
        case "duplicate":
            return f"the same mail as arrival {outcome['of']}"
        case "held":
            return f"held: {outcome['reason']}"
        case _:
            return f"a matter of the desk: {outcome['reason']}"


def _rest(story: Story) -> Iterator[str]:
    sender = story["sender"]
    if sender:
        yield f"sender: {sender['standing']}, {sender['trust']} ({sender['proof']})"
    yield from (step for step in story["decision"]["steps"] if not step.startswith("remember "))
    yield from story["decision"]["why"]
    for mail in story["mails"]:
        yield f"mail to {mail['to']}: {mail['subject']} ({mail['template']})"
