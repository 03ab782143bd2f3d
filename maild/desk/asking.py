"""What deciding must know of the store about a message: everything that the message names, checked or not."""

from collections.abc import Iterator

from maild import marks
from maild.desk.house import House
from maild.model.facts import Questions
from maild.model.mail import Arrival, Message

_MOST_NUMBERS = 20


def ask(message: Message, arrival: Arrival | None, house: House) -> Questions:
    """List the ids, marks and ticket numbers that a message names; `arrival` is None for a file on the command line."""
    numbers = marks.find_tags(message.subject, house.desk.tag, house.desk.old_tags)
    shown = marks.find_marks(_places(message))
    return Questions(
        arrival=arrival.id if arrival else None,
        mailbox=arrival.place.mailbox if arrival else "",
        fingerprint=arrival.fingerprint if arrival else "",
        sender=message.sender.address if message.sender else "",
        message_id=message.message_id,
        ids=tuple(dict.fromkeys((*_ids(message), *map(marks.exposure, shown)))),
        tokens=tuple(dict.fromkeys(mark.token for mark in shown)),
        numbers=numbers[:_MOST_NUMBERS],
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
