"""What deciding must know of the store about a message: everything that the message names, checked or not."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from maild import marks
from maild.desk.commands import Given, commands_named
from maild.desk.gist import gist_of
from maild.desk.house import House
from maild.desk.orders.facts import read_address
from maild.desk.orders.figures import question_of
from maild.desk.packets import parse_fields
from maild.desk.searching import SearchError, search_of
from maild.model.facts import Questions, Want
from maild.model.mail import Arrival, Message
from maild.model.reports import ReportQuestion
from maild.model.search import Search
from maild.rules import RuleQuestions, ask_rules, see

_MOST_NUMBERS = 20
_MOST_SEARCHES = 5
_NUMBER = re.compile(r"-?#?(\d{1,18})\b")
_ABOUT_TICKETS = frozenset({"merge", "link", "show", "history", "sla"})
_NAMING = frozenset({"new", "requester"})  # of whom contacts are asked for
_WANTS = {
    "history": Want.HISTORY,
    "escalate": Want.HISTORY,
    "undo": Want.SENT,
    **dict.fromkeys(("release", "discard", "block"), Want.HELD),
    **dict.fromkeys(("get", "forward", "split"), Want.FILES),
}


def ask(message: Message, arrival: Arrival | None, house: House) -> Questions:
    """List the ids, marks and ticket numbers that a message names; `arrival` is None for a file on the command line."""
    numbers = marks.find_tags(message.subject, house.desk.tag, house.desk.old_tags)
    old = marks.find_old_tags(message.subject, house.desk.old_tags)
    shown = marks.find_marks(_places(message))
    given = tuple(_commands(message, house))
    mailbox = arrival.place.mailbox if arrival else ""
    asked = _ask_rules(message, arrival, house)
    person = house.rules.find_person(message.sender.address) if message.sender else None
    return Questions(
        arrival=arrival.id if arrival else None,
        mailbox=mailbox,
        fingerprint=arrival.fingerprint if arrival else "",
        sender=message.sender.address if message.sender else "",
        message_id=message.message_id,
        ids=tuple(dict.fromkeys((*_ids(message), *map(marks.exposure, shown), *(each.id for each in old)))),
        tokens=tuple(dict.fromkeys(mark.token for mark in shown)),
        numbers=(*numbers[:_MOST_NUMBERS], *_named_numbers(given), *_opened(arrival)),
        searches=tuple(_searches(given, message, house)),
        reports=tuple(_reports(given, message, house)),
        people=house.sharers(),
        contacts=tuple(_contacts(given, message)),
        # What has a key is a machine's, never answered, and says the same as often as it likes.
        gist="" if asked.same_tickets else gist_of(message, house),
        person=person.key if person is not None else None,
        requesters=asked.requesters,
        keys=tuple(dict.fromkeys(same.key for same in asked.same_tickets)),
        wants=frozenset(
            (
                *(want for each in given if (want := _WANTS.get(each.word)) is not None),
                *((Want.INCIDENTS,) if asked.may_join else ()),
                *((Want.HISTORY,) if _fills_a_form(message, house) else ()),
                *((Want.CHILDREN,) if _is_of_the_house(message, house) else ()),
            )
        ),
        rates=asked.rates,
    )


def _ask_rules(message: Message, arrival: Arrival | None, house: House) -> RuleQuestions:
    """Ask what rules must know; of mail that is older than the desk's work no rates: days at once are no burst."""
    mailbox, size = (arrival.place.mailbox, arrival.size) if arrival is not None else ("", 0)
    asked = ask_rules(house.rules, see(message, None, mailbox, size, message.language))
    is_old = arrival is not None and arrival.taken_over_as is not None
    return replace(asked, rates=(), may_join=False) if is_old else asked


def _commands(message: Message, house: House) -> Iterator[Given]:
    """Give what a mail in the name of somebody of the house may command, proved or not."""
    if _is_of_the_house(message, house):
        yield from commands_named(message.text)


def _is_of_the_house(message: Message, house: House) -> bool:
    """Whether a mail is in the name of somebody of the house."""
    return message.sender is not None and house.rules.find_person(message.sender.address) is not None


def _fills_a_form(message: Message, house: House) -> bool:
    """Whether a mail may answer the form of a packet, which is drawn from the ticket's whole history."""
    return _is_of_the_house(message, house) and bool(parse_fields(message.text).parts)


def _contacts(given: tuple[Given, ...], message: Message) -> Iterator[str]:
    """Name of whom a mail of an agent's may want to know, though they did not write here."""
    yield from (read_address(each.argument).address for each in given if each.word in _NAMING)
    if message.forwarding is not None:
        yield from (each.sender.address for each in message.forwarding.mails)


def _opened(arrival: Arrival | None) -> Iterator[int]:
    if arrival is not None and arrival.opened is not None:
        yield arrival.opened


def _named_numbers(given: tuple[Given, ...]) -> tuple[int, ...]:
    named = (_NUMBER.match(each.argument) for each in given if each.word in _ABOUT_TICKETS)
    return tuple(int(match[1]) for match in named if match)[:_MOST_NUMBERS]


def _searches(given: tuple[Given, ...], message: Message, house: House) -> Iterator[Search]:
    person = house.rules.find_person(message.sender.address) if message.sender else None
    if person is None:
        return
    for each in [one for one in given if one.word == "list"][:_MOST_SEARCHES]:
        with suppress(SearchError):  # who asks hears of it when the command is obeyed
            yield search_of(each.argument, person, house)


def _reports(given: tuple[Given, ...], message: Message, house: House) -> Iterator[ReportQuestion]:
    person = house.rules.find_person(message.sender.address) if message.sender else None
    if person is not None:
        yield from (
            question_of(each.argument, person, house) for each in [it for it in given if it.word == "report"][:1]
        )


def _ids(message: Message) -> Iterator[str]:
    if message.message_id:
        yield message.message_id
    yield from message.in_reply_to
    yield from message.references
    if message.bounce and message.bounce.original_message_id:
        yield message.bounce.original_message_id


def _places(message: Message) -> Iterator[str]:
    """Give every place where a mark may stand."""
    yield from _ids(message)
    yield from (each.address for each in (*message.to, *message.cc))
    yield from message.delivered_to
