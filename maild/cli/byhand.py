"""`maild ticket new | set | merge`: what is done to tickets by hand."""

import os
import secrets
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

import click

from maild.carrying import Desk, carry_out_alone
from maild.cli.display import print_text, say_no
from maild.cli.opening import NUMBER, config_directory, now, user
from maild.config import Config, read_config
from maild.desk import House, keep_time
from maild.desk.byhand import Caller, HandError, merge_tickets, open_for_caller, set_fields
from maild.errors import MaildError
from maild.model.decision import Decision, LinkTickets
from maild.model.facts import Facts, Questions, TicketFacts
from maild.model.mail import Address
from maild.premises import Premises, find_earlier, keyring_of, open_store, premises_in_force
from maild.store import Store

_TRIES = 5
Deciding = Callable[[Facts, House, datetime], Decision]


@click.command()
@click.argument("requester")
@click.argument("subject")
@click.option("--name", default="", help="Whoever it is, by name.")
@click.option("--queue", help="Which queue; the first one else.")
def new(requester: str, subject: str, name: str, queue: str | None) -> None:
    """Open a ticket for REQUESTER, an address, who called; what they said is read from standard input.

    They are told its number and the team of it.
    """
    if requester.count("@") != 1 or any(letter.isspace() for letter in requester):
        raise click.UsageError(f"'{requester}' is no address")
    if sys.stdin.isatty():
        click.echo("What did they say? End with Ctrl-D.", err=True)
    words = sys.stdin.read().strip()
    if not words:
        raise click.UsageError("nothing was said: write the matter to standard input")
    local, at, domain = requester.rpartition("@")
    who = Address(f"{local}{at}{domain.lower()}", name)

    def decide(facts: Facts, house: House, at: datetime) -> Decision:
        return open_for_caller(Caller(who, subject, words, queue), facts, house, at, user())

    decision = _carry_out((), decide, who.address)
    is_told = any(mail.to == who.address for mail in decision.mails)
    print_text(f"#{decision.outcome.ticket} is open; {who.address} is {'' if is_told else 'not '}told its number.")


@click.command("set")
@click.argument("number", type=NUMBER)
@click.argument("values", nargs=-1, required=True, metavar="FIELD=VALUE…")
def set_(number: int, values: tuple[str, ...]) -> None:
    """Set fields of a ticket, like team=network field.cost=500 contact.phone=+4420; an empty value empties one."""
    pairs = dict(each.partition("=")[::2] for each in values)
    if any("=" not in each for each in values):
        raise click.UsageError("write FIELD=VALUE, like team=network")

    def decide(facts: Facts, house: House, _at: datetime) -> Decision:
        return set_fields(_find(facts, number), pairs, facts=facts, house=house, by=user())

    _carry_out((number,), decide)
    print_text(f"#{number}: " + ", ".join(f"{name} = {value or '–'}" for name, value in pairs.items()))


@click.command()
@click.argument("number", type=NUMBER)
@click.argument("target", type=NUMBER)
@click.option("--join", is_flag=True, help="Though their requesters differ: each reads the other's mail from then on.")
def merge(number: int, target: int, *, join: bool) -> None:
    """Let ticket NUMBER go on in TARGET: whoever answers about it answers there."""

    def decide(facts: Facts, _house: House, _at: datetime) -> Decision:
        return merge_tickets(_find(facts, number), _followed(facts, target), is_join=join, by=user())

    decision = _carry_out((number, target), decide)
    merged = next(step for step in decision.steps if isinstance(step, LinkTickets))
    print_text(f"#{number} goes on in #{merged.other}.")


def _find(facts: Facts, number: int) -> TicketFacts:
    known = facts.tickets.get(number)
    if known is None:
        raise say_no(f"there is no ticket #{number}")
    return known


def _followed(facts: Facts, number: int) -> TicketFacts:
    """Find a ticket, or the one in which it goes on."""
    known = _find(facts, number)
    for _ in facts.tickets:
        if known.ticket.merged_into is not None:
            known = _find(facts, known.ticket.merged_into)
    return known


@dataclass(frozen=True, slots=True)
class Hands:
    """Who decides about tickets by hand: with the daemon's own rules, on the facts as they are."""

    store: Store
    house: House
    writer: Desk

    def do(
        self,
        numbers: tuple[int, ...],
        decide: Deciding,
        contact: str = "",
        unless: Callable[[Decision], bool] = lambda _: False,
    ) -> Decision:
        """Decide and carry it out; again where the facts changed meanwhile. Of what `unless` holds nothing is kept."""
        for _ in range(_TRIES):
            at = now()
            (facts,) = self.store.read(lambda reader: reader.answer([_asking(numbers, contact)], at))  # noqa: B023 - read at once
            try:
                decision = keep_time(decide(facts, self.house, at), facts, self.house, at)
            except HandError as error:
                raise MaildError(str(error)) from error
            if unless(decision) or carry_out_alone(self.store, self.writer, decision, facts):
                return decision
        raise MaildError("the ticket changes faster than it can be written; try again")


def hands_of(store: Store, config: Config) -> Hands:
    """Give the hands of whoever is at the command line."""
    premises = Premises(*premises_in_force(store, config), keyring_of(store, now()), find_earlier(store, config))
    return Hands(store, premises.house(), Desk(premises.composer(), now, secrets.token_bytes))


def _carry_out(numbers: tuple[int, ...], decide: Deciding, contact: str = "") -> Decision:
    config = read_config(config_directory(), os.environ)
    with closing(open_store(config)) as store:
        return hands_of(store, config).do(numbers, decide, contact)


def _asking(numbers: tuple[int, ...], contact: str) -> Questions:
    return Questions(
        arrival=None,
        mailbox="",
        fingerprint="",
        sender="",
        message_id=None,
        ids=(),
        tokens=(),
        numbers=numbers,
        contacts=(contact,) if contact else (),
    )
