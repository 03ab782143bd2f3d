"""`maild ticket`: what the desk knows of its matters."""

import os
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import click

from maild.cli.byhand import merge, new, set_
from maild.cli.clocks import print_clocks, timed
from maild.cli.display import (
    fit,
    json_option,
    moment,
    print_facts,
    print_heading,
    print_json,
    print_table,
    print_text,
    say_no,
    size,
)
from maild.cli.mails import mail_line
from maild.cli.opening import NUMBER, config_directory, now, opened_store
from maild.cli.retargeting import retarget
from maild.config import read_config
from maild.desk.searching import SearchError, parse_search
from maild.model.clocks import PROMISED
from maild.model.explaining import Json, entry_line, instant, ticket_line, whole_ticket
from maild.model.mail import Address
from maild.model.search import Search
from maild.model.ticket import CONTACT_VALUES, Contact, Entry, Ticket
from maild.store import MailRow, Store


@click.group()
def ticket() -> None:
    """List and show tickets."""


@ticket.command("list")
@click.argument("query", nargs=-1)
@click.option("--limit", default=100, show_default=True, type=NUMBER, help="How many, newest first.")
@json_option
def list_(query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List tickets that QUERY finds, the newest first; without one, all.

    The language is that of `#list` in agents' mails: state:open -team:network tag:vpn after:2026-11-01 printer. A word
    that begins with a minus stands behind `--`.
    """
    config = read_config(config_directory(), os.environ)
    try:
        search = parse_search(" ".join(query), None, ZoneInfo(config.desk.timezone)) if query else Search(())
    except SearchError as error:
        raise click.UsageError(str(error)) from error
    with opened_store() as store:
        found = store.read(lambda reader: reader.search(search, limit, now()))
    if as_json:
        print_json([ticket_line(one) for one in found])
        return
    print_table(
        ("ticket", "state", "queue", "assignee", "updated", "requester", "subject"),
        [
            (f"#{one.number}", one.state, one.queue, one.assignee, moment(one.updated_at), _who(one), one.subject)
            for one in found
        ],
    )


@ticket.command()
@click.argument("number", type=NUMBER)
@json_option
def show(number: int, as_json: bool) -> None:
    """Show one ticket with its entries and its mails."""
    with opened_store() as store:
        found = _find(store, number)
        entries = store.read(lambda reader: reader.entries_of(number))
        mails = store.read(lambda reader: reader.mails_of(number))
        contact = store.read(lambda reader: reader.find_contact(_who(found)))
        every = store.read(lambda reader: reader.clocks_of(number))
        clocks = timed([clock for clock in every if clock.name in PROMISED])
        children = store.read(lambda reader: reader.children_of(number))
    if as_json:
        said = whole_ticket(found, entries, contact, clocks, children)
        print_json({**said, "mails": [mail_line(mail) for mail in mails]})
        return
    _print_ticket(found, contact, children)
    print_clocks(clocks)
    for entry in entries:
        _print_entry(entry)
    if mails:
        print_heading("Mails")
        print_table(
            ("mail", "template", "to", "state", "subject"),
            [(mail.id, mail.template, mail.recipient, mail.state, mail.subject) for mail in mails],
        )


@ticket.command()
@click.argument("number", type=NUMBER)
@json_option
def history(number: int, as_json: bool) -> None:
    """Show what happened to a ticket, in order."""
    with opened_store() as store:
        _find(store, number)
        entries = store.read(lambda reader: reader.entries_of(number))
        mails = store.read(lambda reader: reader.mails_of(number))
    if as_json:
        happened = [(entry.at, {"what": "entry", **entry_line(entry)}) for entry in entries]
        happened += [(mail.created_at, _mail_happened(mail)) for mail in mails]
        print_json([line for _, line in sorted(happened, key=lambda one: one[0])])
        return
    rows = [(entry.at, entry.kind.value, fit(entry.by), str(entry.cause.kind), _summary(entry)) for entry in entries]
    rows += [
        (mail.created_at, f"mail {mail.state}", "maild", mail.template.value, f"to {mail.recipient}") for mail in mails
    ]
    ordered = sorted(rows, key=lambda row: row[0])
    print_table(("at", "what", "by", "cause", "summary"), [(moment(at), *rest) for at, *rest in ordered])


ticket.add_command(new)
ticket.add_command(set_)
ticket.add_command(merge)
ticket.add_command(retarget)


def _find(store: Store, number: int) -> Ticket:
    found = store.read(lambda reader: reader.find_ticket(number))
    if found is None:
        raise say_no(f"there is no ticket #{number}")
    return found


def _mail_happened(mail: MailRow) -> Json:
    return {"what": "mail", "at": instant(mail.created_at), **mail_line(mail)}


def _who(one: Ticket) -> str:
    return one.requester.address if one.requester else ""


def _full(who: Address) -> str:
    return f"{who.name} <{who.address}>" if who.name else who.address


def _print_ticket(found: Ticket, contact: Contact | None, children: Sequence[int]) -> None:
    print_facts(
        [
            ("ticket", f"#{found.number}"),
            ("subject", found.subject),
            ("state", found.state.value),
            ("requester", _full(found.requester) if found.requester else None),
            ("contact", _known_of(contact) if contact is not None else None),
            ("participants", ", ".join(map(_full, found.participants))),
            ("queue", found.queue),
            ("team", found.team),
            ("assignee", found.assignee),
            ("category", found.category),
            ("priority", found.priority),
            ("level", found.level),
            ("agreement", found.agreement),
            *((f"approval {name}", said) for name, said in found.approvals),
            ("tags", ", ".join(found.tags)),
            ("language", found.language),
            ("incident", found.incident),
            ("belongs to", f"#{found.parent}" if found.parent is not None else None),
            ("tickets of it", ", ".join(f"#{number}" for number in children)),
            ("created", moment(found.created_at)),
            ("updated", moment(found.updated_at)),
        ]
    )


def _known_of(contact: Contact) -> str:
    """Say what agents and mails say of somebody; the file of contacts, which goes before it, is not read here."""
    known = ((name, contact.value(name)) for name in CONTACT_VALUES)
    return ", ".join(f"{name} {value}" for name, value in known if value)


def _print_entry(entry: Entry) -> None:
    print_heading(f"{entry.n}  {entry.kind} by {entry.by}, {moment(entry.at)}")
    for change in entry.changes:
        print_text(f"{change.field}: {change.old or '–'} → {change.new or '–'}")
    if entry.flags:
        print_text(f"flags: {', '.join(entry.flags)}")
    if entry.text:
        print_text(entry.text, indent="  | ")
    for each in entry.attachments:
        print_text(f"file: {each.name} ({each.type}, {size(each.size)})")


def _summary(entry: Entry) -> str:
    changes = ", ".join(f"{change.field}: {change.old or '–'} → {change.new or '–'}" for change in entry.changes)
    words = " ".join(entry.text.split())[:80]
    return "; ".join(part for part in (changes, words) if part)
