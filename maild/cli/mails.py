"""`maild mail`: what left the desk and how it ended, and what came in."""

import click

from maild.cli.display import (
    json_option,
    moment,
    print_bytes,
    print_facts,
    print_heading,
    print_json,
    print_table,
    say_no,
    size,
)
from maild.cli.held import arrival_line, happening_line, print_happenings
from maild.cli.opening import NUMBER, Deed, do_to_each, opened_store
from maild.model.explaining import Json, instant
from maild.model.outgoing import MailState, Template
from maild.store import ArrivalRow, MailRow, Store

_STATES = [state.value for state in MailState]


@click.group()
def mail() -> None:
    """List, show, retry and cancel mail."""


@mail.command("list")
@click.option("--in", "incoming", is_flag=True, help="List what came in instead of what goes out.")
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only of this state; repeatable.")
@click.option("--limit", default=100, show_default=True, type=NUMBER, help="How many, newest first.")
@json_option
def list_(incoming: bool, states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List mails, the newest first."""
    if incoming and states:
        raise click.UsageError("--state is for mail that goes out; leave it out beside --in")
    if incoming:
        _list_arrivals(limit, as_json=as_json)
        return
    wanted = [MailState(state) for state in states] or None
    with opened_store() as store:
        found = store.read(lambda reader: reader.list_mails(wanted, limit))
    if as_json:
        print_json([mail_line(one) for one in found])
        return
    print_table(
        ("mail", "ticket", "template", "to", "state", "due", "subject"),
        [
            (
                one.id,
                _ticket(one),
                one.template,
                one.recipient,
                one.state,
                moment(one.due_at),
                one.subject,
            )
            for one in found
        ],
    )


@mail.command()
@click.argument("number", type=NUMBER)
@click.option("--raw", is_flag=True, help="Print the mail's bytes as they go over the wire, and nothing else.")
@json_option
def show(number: int, raw: bool, as_json: bool) -> None:
    """Show an outgoing mail: its fate so far, and its bytes."""
    with opened_store() as store:
        found = _find(store, number)
        wire = _shown(found, store.read(lambda reader: reader.wire_of(number)) or b"")
        happenings = store.read(lambda reader: reader.happenings_of_mail(number))
    if raw:
        print_bytes(wire)
        return
    if as_json:
        text = wire.decode("utf-8", "replace")
        print_json({**mail_line(found), "happenings": [happening_line(one) for one in happenings], "wire": text})
        return
    _print_mail(found)
    print_happenings(happenings)
    print_heading("As it goes over the wire")
    print_bytes(wire)


@mail.command()
@click.argument("numbers", type=NUMBER, nargs=-1, required=True, metavar="NUMBER…")
def retry(numbers: tuple[int, ...]) -> None:
    """Make mails due now, those that were given up too."""
    _change(
        numbers,
        lambda tx, number, by, at: tx.retry_mail(number, by, at),
        "is due now",
        "is unknown, was accepted already, or is being handed over at this moment",
    )


@mail.command()
@click.argument("numbers", type=NUMBER, nargs=-1, required=True, metavar="NUMBER…")
def cancel(numbers: tuple[int, ...]) -> None:
    """Stop mails that still wait."""
    _change(
        numbers,
        lambda tx, number, by, at: tx.cancel_mail(number, by, at),
        "cancelled",
        "is unknown, has ended, or is being handed over at this moment",
    )


def mail_line(one: MailRow) -> Json:
    """Say what a list shows of an outgoing mail."""
    return {
        "id": one.id,
        "ticket": one.ticket,
        "template": one.template.value,
        "to": one.recipient,
        "subject": one.subject,
        "state": one.state.value,
        "message_id": one.message_id,
        "relay": one.relay,
        "attempts": one.attempts,
        "doubts": one.doubts,
        "created_at": instant(one.created_at),
        "due_at": instant(one.due_at),
        "expires_at": instant(one.expires_at),
        "ended_at": instant(one.ended_at),
        "last_reply": one.last_reply,
    }


def _list_arrivals(limit: int, *, as_json: bool) -> None:
    with opened_store() as store:
        found = store.read(lambda reader: reader.list_arrivals(limit))
    if as_json:
        print_json([arrival_line(one) for one in found])
        return
    print_table(
        ("id", "mailbox", "arrived", "size", "from", "outcome", "ticket", "reason"),
        [
            (
                one.id,
                one.place.mailbox,
                moment(one.recorded_at),
                size(one.size),
                one.sender,
                one.outcome or "waiting",
                _ticket(one),
                one.reason,
            )
            for one in found
        ],
    )


def _change(numbers: tuple[int, ...], deed: Deed, done: str, why_not: str) -> None:
    refused = do_to_each(numbers, deed)
    for number in numbers:
        if number not in refused:
            click.echo(f"mail {number}: {done}")
    if refused:
        raise say_no("\n".join(f"mail {number}: {why_not}" for number in sorted(refused)))


def _shown(found: MailRow, wire: bytes) -> bytes:
    """Leave out the words of a mail that holds a code: it is its reader's alone."""
    if found.template is not Template.IDENTITY_CODE:
        return wire
    return wire.partition(b"\r\n\r\n")[0] + b"\r\n\r\n(its words hold a code and are not shown)\r\n"


def _find(store: Store, number: int) -> MailRow:
    found = store.read(lambda reader: reader.find_mail(number))
    if found is None:
        raise say_no(f"there is no mail {number}")
    return found


def _ticket(one: MailRow | ArrivalRow) -> str:
    return "" if one.ticket is None else f"#{one.ticket}"


def _print_mail(found: MailRow) -> None:
    print_facts(
        [
            ("mail", found.id),
            ("ticket", _ticket(found)),
            ("template", found.template.value),
            ("to", found.recipient),
            ("subject", found.subject),
            ("message-id", found.message_id),
            ("relay", found.relay),
            ("state", found.state.value),
            ("attempts", found.attempts),
            ("doubts", found.doubts),
            ("created", moment(found.created_at)),
            ("due", moment(found.due_at)),
            ("expires", moment(found.expires_at)),
            ("ended", moment(found.ended_at)),
            ("last reply", found.last_reply),
        ]
    )
