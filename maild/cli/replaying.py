"""`maild rules replay`: what the rule files on disk would have made of the mails of the last days."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime

import click

from maild.cli.display import json_option, moment, number_of, print_heading, print_json, print_table
from maild.cli.opening import config_directory, now
from maild.cli.progress import beginning, shown_progress
from maild.cli.since import Since
from maild.model.explaining import Json, instant
from maild.premises import Premises, keyring_of, open_store, read_premises
from maild.reading import Readers
from maild.replaying import Group, Replay
from maild.replaying import replay as replay_mails

_SHOWN_GROUPS = 100


@click.command()
@click.option("--since", type=Since(), required=True, help="From when on: 30d, 4h, 14:00, 2026-11-20.")
@json_option
def replay(since: datetime, as_json: bool) -> None:
    """Ask the rule files on disk about stored mails, with the facts of that day; exit code 1 if any would differ.

    Every mail stands by itself: an answer is asked about on its ticket as it stood that day. Who would have got a
    ticket is not compared. Nothing is changed.
    """
    found = _replay(since)
    if as_json:
        print_json(_said(found))
    else:
        print_replay(found)
    if found.changed:
        raise click.exceptions.Exit(1)


def print_replay(found: Replay) -> None:
    """Print what would differ: first whose mails would be lost to sight."""
    click.echo("\n".join(_summary(found)))
    newly = found.alarming
    rest = [group for group in found.groups if not group.difference.is_alarming]
    for title, groups in (("Newly spam, held or refused", newly), ("Decided differently", rest)):
        if groups:
            print_heading(title)
            print_table(("mails", "what", "by", "instead of", "for example"), list(_rows(groups[:_SHOWN_GROUPS])))
        if len(groups) > _SHOWN_GROUPS:
            click.echo(f"and {len(groups) - _SHOWN_GROUPS} smaller groups: --json shows them")


def _replay(since: datetime) -> Replay:
    config, rules = read_premises(config_directory(), os.environ)
    readers = Readers(config.reading, workers=2)
    try:
        with closing(open_store(config)) as store, shown_progress() as progress:
            house = Premises(config, rules, keyring_of(store, now())).house()
            return replay_mails(store, readers, house, since, beginning(progress))
    finally:
        readers.stop()


def _summary(found: Replay) -> Iterator[str]:
    mails, since = number_of(found.total, "mail"), moment(found.since)
    if not found.changed:
        yield f"{mails} since {since}: none would be decided differently."
    else:
        yield f"{mails} since {since}: {found.changed:,} would be decided differently ({found.share:.1%})."
    reasons = (
        (found.gone, "the bytes are not kept any more"),
        (found.unreadable, "unreadable"),
        (found.unknown, "decided before maild kept what rules saw"),
    )
    yield from (f"{count:,} not compared: {why}." for count, why in reasons if count)


def _rows(groups: Sequence[Group]) -> Iterator[tuple[object, ...]]:
    for group in groups:
        one = group.difference
        what = f"{one.what}: {one.then.value or '–'} → {one.now.value or '–'}"
        yield f"{group.count:,}", what, one.now.origin or "–", one.then.origin or "–", _examples(group)


def _examples(group: Group) -> str:
    named = [f"#{number}" for number in group.tickets] or [f"arrival {number}" for number in group.arrivals]
    return ", ".join(named)


def _said(found: Replay) -> Json:
    return {
        "since": instant(found.since),
        "compared": found.total,
        "changed": found.changed,
        "share": round(found.share, 4),
        "alarming": [_group(group) for group in found.alarming],
        "groups": [_group(group) for group in found.groups if not group.difference.is_alarming],
        "not_compared": {"gone": found.gone, "unreadable": found.unreadable, "unknown": found.unknown},
    }


def _group(group: Group) -> Json:
    one = group.difference
    return {
        "what": one.what,
        "then": {"value": one.then.value or None, "by": one.then.origin or None},
        "now": {"value": one.now.value or None, "by": one.now.origin or None},
        "mails": group.count,
        "tickets": list(group.tickets),
        "arrivals": list(group.arrivals),
    }
