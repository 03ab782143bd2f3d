"""`maild held`: mail that was set aside, and a person's word about it."""

import json

import click

from maild.cli.display import (
    cell,
    json_option,
    moment,
    print_bytes,
    print_facts,
    print_heading,
    print_json,
    print_table,
    print_text,
    say_no,
    size,
)
from maild.cli.opening import NUMBER, Deed, do_to_each, opened_store
from maild.errors import MaildError
from maild.model.decision import OutcomeKind
from maild.model.explaining import Json, instant, whole_message
from maild.reading import read_one
from maild.store import ArrivalRow, Happening, Store


@click.group()
def held() -> None:
    """List, show, release and discard held mail; unblock senders."""


@held.command("list")
@click.option("--blocked", is_flag=True, help="List the senders whose mail is held, whatever it is.")
@json_option
def list_(blocked: bool, as_json: bool) -> None:
    """List mail that waits for a person's word, the oldest first."""
    if blocked:
        _list_blocked(as_json=as_json)
        return
    with opened_store() as store:
        found = store.read(lambda reader: reader.list_held())
    if as_json:
        print_json([arrival_line(one) for one in found])
        return
    print_table(
        ("id", "mailbox", "arrived", "size", "from", "reason"),
        [(one.id, one.place.mailbox, moment(one.recorded_at), size(one.size), one.sender, one.reason) for one in found],
    )


@held.command()
@click.argument("number", type=NUMBER)
@click.option("--raw", is_flag=True, help="Print the mail's bytes as they came, and nothing else.")
@json_option
def show(number: int, raw: bool, as_json: bool) -> None:
    """Show a held mail: why it was held, and what can be read of it."""
    with opened_store() as store:
        found = _find(store, number)
        octets = store.read(lambda reader: reader.raw_of(number)) or b""
        story = store.read(lambda reader: reader.find_explanation(number))
        happenings = store.read(lambda reader: reader.happenings_of_arrival(number))
    if raw:
        print_bytes(octets)
        return
    message = _try_to_read(octets)
    if as_json:
        explained = json.loads(story) if story else None
        told = [happening_line(one) for one in happenings]
        print_json({**arrival_line(found), "message": message, "explanation": explained, "happenings": told})
        return
    _print_held(found, happenings)
    print_heading("What can be read of it")
    if isinstance(message, str):
        print_text(message)
        return
    print_facts([(name, cell(message[name])) for name in ("from", "to", "subject", "date", "automatic", "flags")])
    print_text(str(message["text"]), indent="  | ")


@held.command()
@click.argument("numbers", type=NUMBER, nargs=-1, required=True, metavar="NUMBER…")
def release(numbers: tuple[int, ...]) -> None:
    """Let held mail be handled anew."""
    _end(numbers, lambda tx, number, by, at: tx.release_held(number, by, at), "released: it will be handled anew")


@held.command()
@click.argument("numbers", type=NUMBER, nargs=-1, required=True, metavar="NUMBER…")
def discard(numbers: tuple[int, ...]) -> None:
    """Take held mail off the list for good; its bytes stay until retention removes them."""
    _end(numbers, lambda tx, number, by, at: tx.discard_held(number, by, at), "discarded")


@held.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS…")
def unblock(addresses: tuple[str, ...]) -> None:
    """Let mail from blocked senders be handled as any other; what is held already waits for its release."""
    with opened_store() as store:
        lifted = store.write(lambda tx: {address: tx.unblock(address) for address in addresses})
    for address in addresses:
        if lifted[address]:
            click.echo(f"{address}: unblocked")
    if not all(lifted.values()):
        raise say_no("\n".join(f"{address}: is not blocked" for address in addresses if not lifted[address]))


def _list_blocked(*, as_json: bool) -> None:
    with opened_store() as store:
        found = store.read(lambda reader: reader.list_blocked())
    if as_json:
        print_json([{"address": one.address, "by": one.by, "at": instant(one.at)} for one in found])
        return
    print_table(("address", "by", "at"), [(one.address, one.by, moment(one.at)) for one in found])


def arrival_line(one: ArrivalRow) -> Json:
    """Say what a list shows of an arrival."""
    return {
        "id": one.id,
        "mailbox": one.place.mailbox,
        "folder": one.place.folder,
        "uid": one.place.uid,
        "size": one.size,
        "whole": one.is_whole,
        "received_at": instant(one.received_at),
        "recorded_at": instant(one.recorded_at),
        "from": one.sender,
        "trust": one.trust,
        "outcome": one.outcome.value if one.outcome else None,
        "reason": one.reason,
        "ticket": one.ticket,
        "entry": one.entry,
        "duplicate_of": one.duplicate_of,
        "attempts": one.attempts,
        "done_at": instant(one.done_at),
        "shown_at": instant(one.shown_at),
        "discarded_at": instant(one.discarded_at),
    }


def happening_line(one: Happening) -> Json:
    """Say something that befell a mail."""
    return {"at": instant(one.at), "what": one.what, "by": one.by, "words": one.words}


def print_happenings(happenings: tuple[Happening, ...]) -> None:
    """Print what befell a mail, if anything did."""
    if happenings:
        print_heading("What happened since")
        print_table(
            ("at", "what", "by", "words"), [(moment(one.at), one.what, one.by, one.words) for one in happenings]
        )


def _end(numbers: tuple[int, ...], deed: Deed, done: str) -> None:
    refused = do_to_each(numbers, deed)
    for number in numbers:
        if number not in refused:
            click.echo(f"{number}: {done}")
    if refused:
        raise say_no("\n".join(f"{number}: is not held" for number in sorted(refused)))


def _find(store: Store, number: int) -> ArrivalRow:
    found = store.read(lambda reader: reader.find_arrival(number))
    if found is None or found.outcome is not OutcomeKind.HELD:
        raise say_no(f"no arrival {number} is held; `maild held list` names those that are")
    return found


def _try_to_read(octets: bytes) -> Json | str:
    try:
        return whole_message(read_one(octets))
    except MaildError as error:
        return str(error)


def _print_held(found: ArrivalRow, happenings: tuple[Happening, ...]) -> None:
    print_facts(
        [
            ("id", found.id),
            ("reason", found.reason),
            ("mailbox", f"{found.place.mailbox}, folder {found.place.folder}, uid {found.place.uid}"),
            ("arrived", moment(found.recorded_at)),
            ("size", size(found.size)),
            ("from", found.sender),
            ("trust", found.trust),
            ("discarded", moment(found.discarded_at)),
        ]
    )
    print_happenings(happenings)
