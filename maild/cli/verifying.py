"""`maild verify`: every promise of the store, recomputed; nothing is changed."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol, TypeVar

import click
from rich.progress import Progress

from maild.cli.display import fit, json_option, number_of, print_json, print_table
from maild.cli.opening import config_directory, opened_store
from maild.cli.progress import shown_progress
from maild.config import read_draft
from maild.desk.recomputing import Changed, clock_faults
from maild.errors import StoreUnusableError
from maild.marks import Keyring
from maild.model.clocks import ClockState
from maild.model.explaining import Json
from maild.rules import read_calendars
from maild.store import Fault, Reader, Store
from maild.store.promises import (
    REPORT,
    RESTORE,
    check_arrival,
    check_blob,
    check_figures,
    check_mail,
    check_ticket,
    check_timer,
)

_MOST_LISTED: Final = 1000  # of the faults in one JSON value; on a terminal each is printed when it is found
_LONGEST: Final = 150


class Row(Protocol):
    """What was read of one row; `key` is where the next page begins."""

    @property
    def key(self) -> int:
        """Give the row's key."""


R = TypeVar("R", bound=Row)
Advance = Callable[[int], None]


@dataclass(slots=True)
class Count:
    """What was looked at of one kind: how many rows, how many of them wait, how many faults there were."""

    checked: int = 0
    waiting: int = 0
    faults: int = 0


@dataclass(slots=True)
class Counts:
    """What was looked at, by kind."""

    by_kind: dict[str, Count] = field(default_factory=dict)

    def of(self, kind: str) -> Count:
        """Give the count of a kind."""
        return self.by_kind.setdefault(kind, Count())


@click.command()
@json_option
def verify(as_json: bool) -> None:
    """Check every promise over all that is stored; change nothing."""
    counts = Counts()
    listed: list[Fault] = []
    with opened_store() as store, shown_progress() as progress:
        for kind, fault in _all_faults(store, counts, progress):
            counts.of(kind).faults += 1
            if not as_json:
                click.echo(fit(fault))
            elif len(listed) < _MOST_LISTED:
                listed.append(fault)
    found = sum(count.faults for count in counts.by_kind.values())
    if as_json:
        print_json(_said(counts, listed, found))
    else:
        _print(counts, found)
    if found:
        raise click.exceptions.Exit(1)


def _all_faults(store: Store, counts: Counts, progress: Progress) -> Iterator[tuple[str, Fault]]:
    """Go through the store, kind by kind; one that cannot be read does not hide the others."""
    for kind, total, faults in _rounds(store, counts):
        task = progress.add_task(kind, total=total)
        try:
            for fault in faults(partial(progress.advance, task)):
                yield kind, fault
        except StoreUnusableError as error:
            # What follows in the driver's words may be those of a mail.
            yield kind, Fault("the database cannot be read", f"{kind}: {str(error)[:_LONGEST]}", RESTORE)
        progress.update(task, total=1, completed=1)


def _rounds(store: Store, counts: Counts) -> Iterator[tuple[str, int | None, Callable[[Advance], Iterator[Fault]]]]:
    yield "file", None, lambda _: iter(store.read(lambda reader: reader.find_damage()))
    yield "references", None, lambda _: iter(store.read(lambda reader: reader.find_lost_references()))
    sizes = store.read(lambda reader: reader.sizes())
    yield "bytes", sizes.blobs, lambda advance: _blobs(store, counts, advance)
    yield "arrivals", sizes.arrivals, lambda advance: _arrivals(store, counts, advance)
    yield "tickets", sizes.tickets, lambda advance: _tickets(store, counts, advance)
    yield "clocks", sizes.tickets, lambda advance: _clocks(store, counts, advance)
    yield "figures", sizes.figures, lambda advance: _figures(store, counts, advance)
    yield "mails", sizes.mails, lambda advance: _mails(store, counts, advance)
    yield "timers", sizes.timers, lambda advance: _timers(store, counts, advance)


def _blobs(store: Store, counts: Counts, advance: Advance) -> Iterator[Fault]:
    count = counts.of("bytes")
    for page in _pages(store, lambda reader, key: reader.blobs_after(key), count, advance):
        owners = _owners(store, [one.key for one in page if not one.is_sound])
        for one in page:
            yield from check_blob(one, owners.get(one.key, ()))


def _owners(store: Store, damaged: Sequence[int]) -> Mapping[int, Sequence[str]]:
    return store.read(lambda reader: reader.owners_of(damaged)) if damaged else {}


def _arrivals(store: Store, counts: Counts, advance: Advance) -> Iterator[Fault]:
    count = counts.of("arrivals")
    for page in _pages(store, lambda reader, key: reader.arrivals_after(key), count, advance):
        for one in page:
            count.waiting += not one.is_done
            yield from check_arrival(one)


def _tickets(store: Store, counts: Counts, advance: Advance) -> Iterator[Fault]:
    count, entries = counts.of("tickets"), counts.of("entries")
    for page in _pages(store, lambda reader, key: reader.tickets_after(key), count, advance):
        for one in page:
            entries.checked += one.history.count
            yield from check_ticket(one)


def _clocks(store: Store, counts: Counts, advance: Advance) -> Iterator[Fault]:
    """Compute clocks again by the calendars that there are: in other ones nobody can."""
    count = counts.of("clocks")
    calendars = read_calendars(read_draft(config_directory(), os.environ))
    for page in _pages(store, lambda reader, key: reader.clocks_after(key), count, advance):
        for one in page:
            count.waiting += any(clock.state is ClockState.RUNNING for clock in one.clocks)
            changes = [Changed(*each) for each in one.changes]
            for fault in clock_faults(one.clocks, changes, calendars):
                yield Fault("a clock is not what its entries add up to", f"ticket #{one.key}: {fault}", REPORT)


def _figures(store: Store, counts: Counts, advance: Advance) -> Iterator[Fault]:
    count = counts.of("figures")
    for page in _pages(store, lambda reader, key: reader.figures_after(key), count, advance):
        for one in page:
            yield from check_figures(one.key, one.kept, one.computed)


def _mails(store: Store, counts: Counts, advance: Advance) -> Iterator[Fault]:
    count = counts.of("mails")
    keys = store.read(lambda reader: reader.signing_keys())
    keyring = Keyring(keys[-1], {key.id: key for key in keys}) if keys else None
    for page in _pages(store, lambda reader, key: reader.mails_after(key), count, advance):
        for one in page:
            count.waiting += not one.is_ended
            yield from check_mail(one, keyring)
    yield from store.read(lambda reader: reader.find_untold())


def _timers(store: Store, counts: Counts, advance: Advance) -> Iterator[Fault]:
    count = counts.of("timers")
    for page in _pages(store, lambda reader, key: reader.timers_after(key), count, advance):
        for one in page:
            count.waiting += not one.is_done
            yield from check_timer(one)


def _pages(
    store: Store, read: Callable[[Reader, int], Sequence[R]], count: Count, advance: Advance
) -> Iterator[Sequence[R]]:
    """Give page after page, each of a snapshot of its own."""
    key = -1
    while page := _page(store, read, key):
        yield page
        key = page[-1].key
        count.checked += len(page)
        advance(len(page))


def _page(store: Store, read: Callable[[Reader, int], Sequence[R]], key: int) -> Sequence[R]:
    return store.read(lambda reader: read(reader, key))


def _said(counts: Counts, listed: Sequence[Fault], found: int) -> Json:
    return {
        "ok": not found,
        "counts": {
            kind: {"checked": count.checked, "waiting": count.waiting, "problems": count.faults}
            for kind, count in counts.by_kind.items()
        },
        "problems_found": found,
        "problems": [{"what": one.what, "where": one.where, "remedy": one.remedy} for one in listed],
    }


def _print(counts: Counts, found: int) -> None:
    if found:
        click.echo()
    rows = [(kind, count.checked or "", count.waiting or "", count.faults) for kind, count in counts.by_kind.items()]
    print_table(("", "checked", "waiting", "problems"), rows)
    click.echo(f"\n{number_of(found, 'problem')} found." if found else "\nEvery promise holds.")
