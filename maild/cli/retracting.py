"""`maild rules undo`: what a rule did since an instant is taken back, ticket by ticket."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

import click

from maild.carrying import carry_out_alone
from maild.cli.byhand import Hands, hands_of
from maild.cli.display import fit, moment, number_of, say_no
from maild.cli.opening import config_directory, now, user
from maild.cli.progress import beginning, shown_progress
from maild.cli.since import Since
from maild.config import read_config
from maild.desk import keep_time
from maild.desk.retracting import Retraction, retract
from maild.documents import did_you_mean
from maild.errors import MaildError
from maild.model.decision import OutcomeKind
from maild.model.facts import Facts, Questions, TicketFacts, Want
from maild.model.ticket import State
from maild.premises import open_store, premises_in_force
from maild.rules import Rules
from maild.rules.occasions import On
from maild.rules.rulings import Ruling, parse_ruling
from maild.store import Begin, PastDecision, Store

_PAGE = 200
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """Which rule's doings since when are taken back, and who wants it."""

    rule: str
    since: datetime
    by: str


@dataclass(slots=True)
class Touched:
    """What a rule touched: tickets, mails that it held or refused, tickets that it opened as spam by their mails.

    `joins` are the arrivals by which it brought tickets into an incident.
    """

    tickets: dict[int, None] = field(default_factory=dict)
    held: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    spam: dict[int, int] = field(default_factory=dict)
    joins: set[int] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)


@click.command()
@click.argument("rule", metavar="NAME")
@click.option("--since", type=Since(), required=True, help="From when on: 14:00, 4h, 2026-11-20.")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken back.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def undo(rule: str, since: datetime, dry_run: bool, yes: bool) -> None:
    """Take back what rule NAME did: values that nobody changed since, mails that it held, refused or called spam.

    A value goes back to what it was before. Mail that is released is handled again, by the rules that the daemon has
    by then. Notes, and what was mailed, stay; each line says so.
    """
    wish = Wish(rule, since, user())
    config = read_config(config_directory(), os.environ)
    with closing(open_store(config)) as store:
        with shown_progress() as progress:
            touched = _find(store, wish, beginning(progress))
        if not (touched.tickets or touched.held or touched.refused or touched.spam):
            hint = did_you_mean(rule, touched.rules - {rule})
            raise say_no(f"rule {rule} did nothing since {moment(since)} that can be taken back{hint}")
        click.echo(f"Since {moment(since)} {rule} did this:")
        click.echo("\n".join(fit(line) for line in touched.lines))
        if dry_run:
            click.echo("Nothing was taken back: --dry-run.")
            return
        if touched.held or touched.refused or touched.spam:
            _warn(premises_in_force(store, config)[1], rule)
        _ask(is_sure=yes)
        _take_back(hands_of(store, config), wish, touched)


def _find(store: Store, wish: Wish, begin: Begin) -> Touched:
    """Go through what was decided since, and say what would be taken back of it."""
    touched = Touched()
    first, last = store.read(lambda reader: (reader.find_story_since(wish.since), reader.last_story()))
    advance = begin("decisions", last - first)
    for page in _pages(store, first):
        for one in page:
            if one.at >= wish.since:
                _note(store, one, wish, touched)
        advance(page[-1].key - first)
        first = page[-1].key
    touched.tickets |= dict.fromkeys(_brought_along(store, touched))
    for number in touched.tickets:
        told = _retraction(store, _facts_of(store, number, now()).tickets[number], wish, touched).told
        touched.lines += [f"#{number} {line}" for line in told]
    return touched


def _brought_along(store: Store, touched: Touched) -> Iterator[int]:
    """Name the tickets of the incidents to which those that the rule touched belong: it may have brought them too."""
    parents = set()
    for number in touched.tickets if touched.joins else ():
        ticket = store.read(lambda reader, number=number: reader.find_ticket(number))  # type: ignore[misc]  # its default
        parents |= {ticket.parent} if ticket is not None and ticket.parent is not None else set()
    for parent in sorted(parents):
        yield from store.read(lambda reader, parent=parent: reader.children_of(parent))  # type: ignore[misc]  # its default


def _pages(store: Store, key: int) -> Iterator[tuple[PastDecision, ...]]:
    while page := _page(store, key):
        yield page
        key = page[-1].key


def _page(store: Store, key: int) -> tuple[PastDecision, ...]:
    return store.read(lambda reader: reader.past_decisions(key, _PAGE))


def _note(store: Store, one: PastDecision, wish: Wish, touched: Touched) -> None:
    """Note what a rule did to one mail."""
    ruling = _ruling_of(one.story)
    if ruling is None:
        return
    touched.rules |= {deed.rule.removeprefix("rules.") for deed in ruling.deeds if deed.rule.startswith("rules.")}
    own = {deed.what for deed in ruling.deeds if deed.rule == f"rules.{wish.rule}"}
    others = {deed.what for deed in ruling.deeds if deed.rule != f"rules.{wish.rule}"}
    arrival = store.read(lambda reader: reader.find_arrival(one.arrival))
    if not own or arrival is None:
        return
    if arrival.outcome is OutcomeKind.HELD:
        is_ours = "hold" in own - others and arrival.discarded_at is None
        touched.held += [one.arrival] if is_ours else []
        why = "released, to be handled again" if is_ours else "stays held: another rule holds it, or it was discarded"
        touched.lines.append(f"arrival {one.arrival} from {arrival.sender or 'unknown'}: {why}")
    elif arrival.outcome is OutcomeKind.DESK and "refuse" in own:
        touched.refused.append(one.arrival)
        touched.lines.append(f"arrival {one.arrival} from {arrival.sender or 'unknown'}: refused, to be handled again")
    elif one.ticket is not None:
        # Of several rules that want an incident the first has it.
        joins = next((deed.rule for deed in ruling.deeds if deed.what == "incident"), None)
        touched.joins |= {one.arrival} if joins == f"rules.{wish.rule}" else set()
        _note_ticket(store, one.ticket, one.arrival, touched, is_spam="spam" in own - others and On.NEW in ruling.on)


def _note_ticket(store: Store, number: int, arrival: int, touched: Touched, *, is_spam: bool) -> None:
    ticket = store.read(lambda reader: reader.find_ticket(number))
    if is_spam and ticket is not None and ticket.state is State.SPAM:
        touched.spam[number] = arrival
        touched.lines.append(f"#{number} spam: its mail is handled again")
    elif number not in touched.spam:
        touched.tickets[number] = None


def _ruling_of(story: str) -> Ruling | None:
    written = json.loads(story)["decision"].get("ruling")
    return None if written is None else parse_ruling(written)


def _retraction(store: Store, known: TicketFacts, wish: Wish, touched: Touched) -> Retraction:
    """Say what can be taken back of a ticket as it is now."""
    return retract(known, _rulings_of(store, known, wish.since), wish.rule, wish.by, touched.joins)


def _facts_of(store: Store, number: int, at: datetime) -> Facts:
    asked = Questions(None, "", "", "", None, (), (), (number,), wants=frozenset({Want.HISTORY}))
    (facts,) = store.read(lambda reader: reader.answer([asked], at))
    return facts


def _rulings_of(store: Store, known: TicketFacts, since: datetime) -> Mapping[int, Ruling]:
    """Give the rulings on a ticket's own mails; one that brought it into an incident was on another ticket's."""
    arrivals = dict.fromkeys(entry.arrival for entry in known.entries if entry.arrival is not None)
    own = [arrival for arrival in arrivals if _ticket_of(store, arrival) == known.ticket.number]
    found = {arrival: _last_ruling(store, arrival) for arrival in own}
    return {arrival: ruling for arrival, ruling in found.items() if ruling is not None and ruling.at >= since}


def _ticket_of(store: Store, arrival: int) -> int | None:
    row = store.read(lambda reader: reader.find_arrival(arrival))
    return None if row is None else row.ticket


def _last_ruling(store: Store, arrival: int) -> Ruling | None:
    story = store.read(lambda reader: reader.find_explanation(arrival))
    return None if story is None else _ruling_of(story)


def _warn(rules: Rules, rule: str) -> None:
    """Say that the daemon still has the rule: what is handled again may meet it again."""
    place = next((each.place for each in rules.rules if each.name == rule), None)
    if place is not None:
        where = f"{place.file}:{place.line}"
        click.echo(
            f"note: {rule} still decides ({where}): mail that is handled again meets it, unless you reload first"
        )


def _ask(*, is_sure: bool) -> None:
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("say --yes to take this back, or --dry-run to look")
    click.confirm("Take this back?", abort=True)


def _take_back(hands: Hands, wish: Wish, touched: Touched) -> None:
    store = hands.store
    changed = sum(_take_back_of(hands, number, wish, touched) for number in touched.tickets)
    at = now()
    held = sum(store.write(lambda tx, one=one: tx.release_held(one, wish.by, at)) for one in touched.held)  # type: ignore[misc]  # its default
    spam = sum(store.write(lambda tx, one=one: tx.release_spam(one, wish.by, at)) for one in touched.spam.values())  # type: ignore[misc]  # its default
    refused = sum(store.write(lambda tx, one=one: tx.release_refused(one, wish.by, at)) for one in touched.refused)  # type: ignore[misc]  # its default
    mails = held + refused + spam
    told = [f"{number_of(changed, 'ticket')} changed"] if changed else []
    told += [f"{number_of(mails, 'mail')} to be handled again"] if mails else []
    click.echo(f"Taken back: {', '.join(told) or 'nothing'}.")


def _take_back_of(hands: Hands, number: int, wish: Wish, touched: Touched) -> bool:
    """Take back what can be of one ticket, in one transaction; again where it changed meanwhile."""
    for _ in range(_TRIES):
        at = now()
        facts = _facts_of(hands.store, number, at)
        decision = _retraction(hands.store, facts.tickets[number], wish, touched).decision
        if decision is None:
            return False
        # Another priority or state is another time, and another value may need an approval, or none.
        decision = keep_time(decision, facts, hands.house, at)
        if carry_out_alone(hands.store, hands.writer, decision, facts):
            return True
    raise MaildError(f"ticket #{number} changes faster than it can be written; try again")
