"""`maild export` and `maild erase`: what is kept of a person, given to them or taken out."""

import json
import os
import re
import sys
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from maild.cli.display import number_of, say_no
from maild.cli.opening import config_directory, now, opened_store, user
from maild.cli.progress import beginning, shown_progress
from maild.config import read_config
from maild.errors import MaildError
from maild.premises import read_premises
from maild.store import Portrait, Removal, Store, Traces

_SHOWN = 12
_PORTION = 500
_UNSAFE = re.compile(r"[^\w.@+-]+")
_OUT_OF_REACH = """\
Not within maild's reach: the mail server's folders (Handled, Held, Sent), backups, the mailboxes of those who got mail,
logs of this machine and of mail servers, and what the administrators wrote: take them out of {files} yourself; earlier
editions of these files stay in the database."""


@click.command()
@click.argument("address")
@click.argument("file", type=click.Path(path_type=Path))
def export(address: str, file: Path) -> None:
    """Write all that is kept of a person into a ZIP file: data as JSON, mails and files as they are."""
    if file.exists():
        raise MaildError(f"{file} is there already: name another file")
    with opened_store() as store:
        portrait = store.read(lambda reader: reader.portray(address))
        traces = _known(store, address)
        try:
            _write(store, portrait, file)
        except OSError as error:
            file.unlink(missing_ok=True)
            raise MaildError(f"{file} cannot be written: {error.strerror}") from error
    click.echo(
        f"{file}: {number_of(len(traces.own), 'ticket')} of theirs, what they wrote in {len(traces.shared)} of others',"
        f" {number_of(len(portrait.arrivals), 'mail')} from them, {len(portrait.mails)} to them,"
        f" {number_of(len(portrait.files), 'file')}."
    )
    click.echo(_out_of_reach())


@click.command()
@click.argument("address")
@click.option("--open", "with_open", is_flag=True, help="Even if tickets of theirs are unfinished.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Show what it would take out, and take nothing.")
def erase(address: str, with_open: bool, is_sure: bool, dry_run: bool) -> None:
    """Take a person out of the desk: words, names, mails and files go, figures stay. It cannot be undone."""
    _, rules = read_premises(config_directory(), os.environ)
    if rules.find_person(address) is not None:
        raise say_no(f"{address} is one of the desk's people: take them out of `people` first, as one who left")
    with opened_store() as store:
        traces = _known(store, address)
        _show(traces)
        if traces.open and not with_open:
            raise say_no(f"unfinished: {_numbers(traces.open)}: close them first, or say --open")
        if dry_run:
            return
        _ask(is_sure=is_sure)
        under_way = _erase(store, traces, now())
        left = store.read(lambda reader: reader.find_traces(address))
    if under_way:
        raise say_no(f"mail to others is under way in {_numbers(under_way)}: erase once more when it is out")
    if not left.is_unknown:
        raise say_no(f"{address} wrote meanwhile: erase once more")
    click.echo(f"{address} is erased.\n{_out_of_reach()}")


def _known(store: Store, address: str) -> Traces:
    traces = store.read(lambda reader: reader.find_traces(address))
    if traces.is_unknown:
        raise say_no(f"nothing is kept of {address}")
    return traces


def _show(traces: Traces) -> None:
    click.echo(f"{traces.address}, known as {', '.join(traces.names) or 'nobody'}:")
    click.echo(f"  their tickets, emptied but for their figures: {_numbers(traces.own)}")
    click.echo(f"  tickets of others, without what they wrote and without mails: {_numbers(traces.shared)}")
    click.echo(f"  {number_of(len(traces.arrivals), 'mail')} from them without a ticket, {traces.mails} to them")
    click.echo(f"  their contact: {'yes' if traces.has_contact else 'none'}")


def _numbers(numbers: Sequence[int]) -> str:
    shown = ", ".join(f"#{number}" for number in numbers[:_SHOWN])
    return f"{shown} and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else shown or "none"


def _ask(*, is_sure: bool) -> None:
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("say --yes to erase this, or --dry-run to look")
    click.confirm("Erase all of this for good?", abort=True)


def _erase(store: Store, traces: Traces, at: datetime) -> list[int]:
    """Take them out; return the tickets of others in which that has to wait."""
    under_way: list[int] = []
    record = Removal("their person asked for it", user(), at)
    with shown_progress() as progress:
        advance = beginning(progress)("erasing", len(traces.own) + len(traces.shared) + 1)
        for number in traces.own:
            store.write(lambda tx, number=number: tx.erase_own(number, record))  # type: ignore[misc]  # its default
            advance(1)
        for number in traces.shared:
            if not store.write(lambda tx, number=number: tx.erase_shared(number, traces, record)):  # type: ignore[misc]
                under_way.append(number)
            advance(1)
        store.write(lambda tx: tx.erase_rest(traces, record))
        # To look takes as long as the desk is old, and holds up nobody; to write does.
        mentions = store.read(lambda reader: reader.find_mentions(traces.address))
        for start in range(0, len(mentions), _PORTION):
            some = mentions[start : start + _PORTION]
            store.write(lambda tx, some=some: tx.erase_mentions(some, traces))  # type: ignore[misc]
        advance(1)
    return under_way


def _write(store: Store, portrait: Portrait, file: Path) -> None:
    """Write the file beside its place and move it there when it is whole; nobody else may read it."""
    part = file.with_name(f"{file.name}.part")
    stream = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
    with stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.json", json.dumps(portrait.record, ensure_ascii=False, indent=1))
        for number in portrait.arrivals:
            raw = store.read(lambda reader, number=number: reader.raw_of(number)) or b""  # type: ignore[misc]
            archive.writestr(f"from-them/{number}.eml", raw)
        for number in portrait.mails:
            wire = store.read(lambda reader, number=number: reader.wire_of(number)) or b""  # type: ignore[misc]
            archive.writestr(f"to-them/{number}.eml", wire)
        for name, blob in portrait.files.items():
            content = store.read(lambda reader, blob=blob: reader.bytes_of(blob))  # type: ignore[misc]
            archive.writestr(f"files/{_UNSAFE.sub('_', name)}", content)
    part.replace(file)


def _out_of_reach() -> str:
    config = read_config(config_directory(), os.environ)
    return _OUT_OF_REACH.format(files=", ".join(sorted(config.rule_data)) or "the rule files")
