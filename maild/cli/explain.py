"""`maild explain`: what a message comes to, and why."""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from maild import desk
from maild.carrying import Desk
from maild.cli.agenda import agenda_of, fired_line, print_agenda
from maild.cli.clocks import print_spans
from maild.cli.display import json_option, print_facts, print_heading, print_json, print_table, print_text, say_no
from maild.cli.judging import in_full, print_rules, remembered_in_full
from maild.cli.opening import NUMBER, STANDARD_INPUT, bytes_of, config_directory, now, opened_store
from maild.config import read_config
from maild.daemon import steady
from maild.imap.fetching import LEADING
from maild.model.explaining import explanation, instant, spans_of, whole_message
from maild.model.mail import Arrival, Place
from maild.model.ticket import Entry, Ticket
from maild.parsing import fingerprint
from maild.premises import (
    NO_KEYS,
    Premises,
    find_earlier,
    keyring_of,
    open_store,
    premises_in_force,
    read_premises,
)
from maild.reading import read_one
from maild.store import Store
from maild.vouching import authenticate, sender_keys

# A stored story is JSON that we wrote; its shape is that of model/explaining.py.
Story = Mapping[str, Any]


@click.command()
@click.argument("what", metavar="FILE|N")
@json_option
def explain(what: str, as_json: bool) -> None:
    """Say what would happen to a message, or what happened to ticket N and why."""
    file, number = Path(what), what.removeprefix("#")
    story: Story
    if file == STANDARD_INPUT or (file.exists() and not file.is_dir()):
        story = _foresee(bytes_of(file))
    elif number.isascii() and number.isdigit():
        wanted = NUMBER(number)
        with opened_store() as store:
            story = _remember(store, wanted)
    else:
        raise click.UsageError(f"{what} is neither a file nor the number of a ticket")
    if as_json:
        print_json(story)
        return
    for each in story.get("arrivals", [story]):
        _print_story(each)
    print_spans(story.get("clocks", []))
    print_agenda(story)


def _foresee(raw: bytes) -> Story:
    """Decide a message as the daemon would at this moment, and keep nothing of it."""
    config, rules = read_premises(config_directory(), os.environ)
    at = now()
    arrival = _arrival_of(raw, config.limits.message, at)
    message = read_one(arrival.raw, config.reading)
    with closing(open_store(config)) as store:
        premises = Premises(config, rules, keyring_of(store, at))
        house = premises.house()
        (facts,) = store.read(lambda reader: reader.answer([desk.ask(message, arrival, house)], at))
    writer = Desk(premises.composer(), now, secrets.token_bytes)
    (authenticity,) = authenticate([message], house, sender_keys(config, steady), at)
    decision = desk.decide(message, arrival, facts, authenticity, house, at, writer.new_token())
    story = explanation(message, decision, writer.write_mails(decision, facts, at))
    return {**in_full(story, message, "", arrival.size, house), "message": whole_message(message)}


def _arrival_of(raw: bytes, limit: int, at: datetime) -> Arrival:
    """Take a file as if a mailbox had just given it: one over the limit as its beginning alone."""
    is_whole = len(raw) <= limit
    taken = raw if is_whole else raw[:LEADING]
    return Arrival(0, Place("", "", 0, 0), taken, fingerprint(taken), len(raw), is_whole, at, attempts=0)


def _remember(store: Store, number: int) -> Story:
    """Tell what was decided about a ticket: the first arrival's story, and all of them in order, then what time did."""
    found = store.read(lambda reader: reader.find_ticket(number))
    if found is None:
        raise say_no(f"there is no ticket #{number}")
    entries = store.read(lambda reader: reader.entries_of(number))
    arrivals = dict.fromkeys(entry.arrival for entry in entries if entry.arrival is not None)
    told = [story for arrival in arrivals if (story := _story_of(store, arrival)) is not None]
    told = remembered_in_full(store, told) if told else []
    return {**(told[0] if told else {}), "arrivals": told, "clocks": spans_of(entries), **_timed(store, found, entries)}


def _timed(store: Store, ticket: Ticket, entries: Sequence[Entry]) -> Story:
    """Tell what timers decided about a ticket, and what time will do to it by the rules in force."""
    config = read_config(config_directory(), os.environ)
    house = Premises(*premises_in_force(store, config), NO_KEYS, find_earlier(store, config)).house()
    number = ticket.number
    clocks, timers, fired = store.read(
        lambda reader: (reader.clocks_of(number), reader.timers_of(number), reader.fired_timers(number))
    )
    return {"fired": list(map(fired_line, fired)), **agenda_of(ticket, entries, clocks, timers, house)}


def _story_of(store: Store, arrival: int) -> Story | None:
    text, row = store.read(lambda reader: (reader.find_explanation(arrival), reader.find_arrival(arrival)))
    done_at = row.done_at if row is not None else None
    return None if text is None else {"arrival": arrival, "at": instant(done_at), **json.loads(text)}


def _print_story(story: Story) -> None:
    """Print one decision: from whom, to which ticket, why, and what leaves."""
    message, sender, decision = story["message"] or {}, story["sender"], story["decision"]
    outcome = story["outcome"]
    print_heading(f"Arrival {story['arrival']}, {story['at']}" if "arrival" in story else "What would happen")
    print_facts(
        [
            ("message", f"{message.get('subject') or '(no subject)'} from {message.get('from') or 'unknown'}"),
            ("automatic", message.get("automatic")),
            ("outcome", outcome["kind"]),
            ("ticket", f"#{story['ticket']['number']}" if story["ticket"]["number"] else None),
            ("reason", outcome["reason"]),
            ("sender", f"{sender['address']}: {sender['standing']}, {sender['trust']}" if sender else "unknown"),
            ("proof", sender["proof"] if sender else None),
            ("commands", ", ".join(story["commands"])),
            *((name, decision[name]) for name in ("queue", "team", "assignee")),
        ]
    )
    for title, lines in (("Why", decision["why"]), ("What is done", decision["steps"])):
        if lines:
            print_heading(title)
            print_text("\n".join(lines))
    print_rules(story)
    if story["ticket"]["evidence"]:
        print_heading("Evidence for a ticket")
        rows = [
            (one["kind"], f"#{one['ticket']}", "yes" if one["accepted"] else "no", one["why"], one["value"])
            for one in story["ticket"]["evidence"]
        ]
        print_table(("kind", "ticket", "accepted", "why", "value"), rows)
    if story["mails"]:
        print_heading("Mails")
        print_table(
            ("template", "to", "subject"), [(one["template"], one["to"], one["subject"]) for one in story["mails"]]
        )
