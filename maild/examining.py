"""Examining: whether rules, templates and answers that lie in the files may be what the desk decides by.

    read once nobody writes → all valid → every test passes → no open ticket is orphaned → the last days replayed

It is done by the process that asks for a reload, never by the daemon: mail goes on meanwhile. The daemon is handed the
texts themselves, so it takes what was examined, whatever lies in the files by then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from maild.config import Config, Texts
from maild.desk.trials import Tried
from maild.errors import ConfigurationError, MaildError
from maild.model.edition import EditionFile, digest_of
from maild.premises import NO_KEYS, Premises, find_in_force, sound_premises
from maild.reading import Readers
from maild.replaying import Replay, replay
from maild.rules import Rules, find_orphans, words_of_orphans
from maild.store import Begin, Store
from maild.trying import try_rules

SETTLED_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 30.0
REPLAYED: Final = timedelta(days=7)
MOST_CHANGED: Final = 0.05


@dataclass(frozen=True, slots=True)
class Times:
    """How whoever examines knows the time: that of the files in seconds since 1970, and how to wait."""

    wall: Callable[[], float]
    steady: Callable[[], float]
    wait: Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found of an edition: `wrong` refuses it for good, `doubts` unless a person says yes.

    `is_invalid`: it cannot even be read; `is_in_force`: it is decided by already. `rules` counts its rules.
    """

    digest: str
    files: tuple[EditionFile, ...]
    wrong: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    is_invalid: bool = False
    is_in_force: bool = False
    rules: int = 0


def read_settled(config: Config, times: Times) -> Texts:
    """Read the files once nobody has written one for a second; raises MaildError where that does not come.

    An editor that takes a file away and writes another, or a checkout of a hundred files, is seen before or after.
    """
    known, since = config.look_at_texts(), times.steady()
    end = since + PATIENCE_SECONDS
    while times.steady() < end:
        seen = config.look_at_texts()
        if seen != known:
            known, since = seen, times.steady()
        # A file server's clock may be ahead of ours: then it is settled once it was seen so for long enough.
        is_old = times.wall() - seen.changed_at >= SETTLED_SECONDS
        if is_old or times.steady() - since >= SETTLED_SECONDS:
            texts = config.read_texts()
            if config.look_at_texts() == seen:
                return texts
        times.wait(LOOK_SECONDS)
    raise MaildError(f"the rule files have been changing for {PATIENCE_SECONDS:.0f} s: try again when they are at rest")


def examine(config: Config, texts: Texts, store: Store, readers: Readers, *, now: datetime, begin: Begin) -> Examined:
    """Hold everything against an edition; nothing is written.

    `begin` gives whom to tell of the progress. Raises ReaderLostError where this machine reads nothing.
    """
    files = texts.files()
    # What cannot be read has no name: without it the rest may be called like what is in force.
    digest = "" if texts.problems else digest_of(files)
    in_force = store.read(lambda reader: reader.edition_in_force())
    if in_force is not None and in_force.digest == digest:
        return Examined(digest, files, is_in_force=True)
    try:
        mine, rules = sound_premises(config, texts)
    except ConfigurationError as error:
        return Examined(digest, files, tuple(map(str, error.problems)), is_invalid=True)
    house = Premises(mine, rules, NO_KEYS).house()
    count = len(rules.rules)
    failed = [words_of_failure(one) for one in try_rules(readers, house, begin) if one.wrong]
    wrong = (*failed, *orphaned(config, rules, store))
    if wrong:
        return Examined(digest, files, wrong, rules=count)
    return Examined(digest, files, doubts=doubts_of(replay(store, readers, house, now - REPLAYED, begin)), rules=count)


def words_of_failure(tried: Tried) -> str:
    """Say what a test that failed expected, in a line."""
    place = tried.wrong[0].place or tried.trial.place
    wrong = ", ".join(
        f"{one.what}: expected {one.expected or 'nothing'}, got {one.got or 'nothing'}" for one in tried.wrong
    )
    return f"{place}: rules.{tried.rule.name}: the test {tried.trial.title} fails: {wrong}"


def orphaned(config: Config, rules: Rules, store: Store) -> tuple[str, ...]:
    """Say which open tickets these rules would leave without what they have, and the rules in force do not."""
    found = find_orphans(store.read(lambda reader: reader.holdings()), rules)
    if found:
        in_force = find_in_force(store, config)
        lost_before = find_orphans(found, in_force[1]) if in_force is not None else ()
        found = tuple(one for one in found if one not in lost_before)
    return tuple(words_of_orphans(one) for one in found)


def doubts_of(replayed: Replay) -> tuple[str, ...]:
    """Say what a person should look at before rules are taken that would have decided so (behaviour.md, 9)."""
    doubts = []
    if replayed.share > MOST_CHANGED:
        of = f"{replayed.changed} of {replayed.total} decisions of the last {REPLAYED.days} days"
        doubts.append(f"{of} would be other ones ({replayed.share:.0%})")
    for group in replayed.alarming:
        now, first = group.difference.now, group.tickets or group.arrivals
        example = f", like {'ticket #' if group.tickets else 'arrival '}{first[0]}" if first else ""
        mails = "1 mail" if group.count == 1 else f"{group.count:,} mails"
        doubts.append(f"{mails} would newly be {now.value}, by {now.origin or 'nobody'}{example}")
    return tuple(doubts)
