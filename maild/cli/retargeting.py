"""`maild ticket retarget`: the clocks of unfinished tickets get the targets that the agreements have by now."""

import os
from contextlib import closing
from zoneinfo import ZoneInfo

import click

from maild.cli.byhand import Hands, hands_of
from maild.cli.display import print_text
from maild.cli.opening import NUMBER, config_directory, now, user
from maild.config import read_config
from maild.desk.byhand import retarget as retarget_one
from maild.desk.searching import SearchError, parse_search
from maild.model.decision import AddEntry, ChangeTicket, Decision
from maild.model.ticket import FINISHED
from maild.premises import open_store


@click.command()
@click.argument("query", nargs=-1)
@click.option("--limit", default=10_000, show_default=True, type=NUMBER, help="How many, newest first.")
def retarget(query: tuple[str, ...], limit: int) -> None:
    """Give the clocks of the unfinished tickets that QUERY finds the targets of today's agreements.

    An edited agreement is for tickets that are opened after the reload; this is for the rest. What has elapsed stays; a
    ticket that has these targets already is left alone.
    """
    config = read_config(config_directory(), os.environ)
    try:
        search = parse_search(" ".join(query), None, ZoneInfo(config.desk.timezone))
    except SearchError as error:
        raise click.UsageError(str(error)) from error
    with closing(open_store(config)) as store:
        hands = hands_of(store, config)
        found = store.read(lambda reader: reader.search(search, limit, now()))
        changed = [one.number for one in found if one.state not in FINISHED and _is_retargeted(hands, one.number)]
    names = f": {', '.join(f'#{number}' for number in changed)}" if changed else ""
    print_text(f"{len(changed)} of {len(found)} tickets have other targets now{names}", indent="")


def _is_retargeted(hands: Hands, number: int) -> bool:
    """Retarget a ticket; whether anything of it changed."""
    decision = hands.do(
        (number,), lambda facts, _house, _at: retarget_one(facts.tickets[number], by=user()), unless=_says_nothing
    )
    return not _says_nothing(decision)


def _says_nothing(decision: Decision) -> bool:
    entries = [step for step in decision.steps if isinstance(step, AddEntry)]
    is_changed = any(isinstance(step, ChangeTicket) for step in decision.steps)
    return not is_changed and not any(entry.clocks for entry in entries)
