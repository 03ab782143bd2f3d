"""Procedures have reviewers: they are reminded when a review is due, and told each month what colleagues learned.

Whose reviewer left, and what has none, is the managers'.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from maild.desk.hour import Hour
from maild.desk.house import House
from maild.desk.listings import bounded, shortened
from maild.desk.telling import to_person
from maild.model.digest import Item, Listing
from maild.model.occasion import DeskDeed, DeskEvent, Learned
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.saying import say
from maild.rules import Category, Person, Review

_AGAIN_AFTER = 7  # days
_LONGEST_WORDS = 220
_DAY = timedelta(days=1)


def reviewers(house: House, now: datetime) -> tuple[Person, ...]:
    """Give everybody to whom reviews and what was learned may go."""
    owners = [person for _, review in _reviewed(house) for person in _owners(review.by, house, now)]
    return tuple({person.key: person for person in (*owners, *house.managers(now))}.values())


def due_on(review: Review, category: str, events: Sequence[DeskEvent], zone: ZoneInfo) -> date:
    """Say when a procedure is to be reviewed next, counted from the last review; the file's date counts if later."""
    done = [each.at.astimezone(zone).date() for each in events if each.about == category]
    last = max([review.on, *done])
    return last + review.every if review.every <= date.max - last else date.max


def review_mails(hour: Hour) -> Iterator[Wanted]:
    """Remind those who live by this clock of each procedure that is due, once a week until it is reviewed."""
    zone, house = ZoneInfo(hour.occasion.zone), hour.house
    events = [each for each in hour.facts.desk.events if each.what is DeskDeed.REVIEWED]
    before = hour.facts.desk.since
    for category, review in _reviewed(house):
        due = due_on(review, category.key, events, zone)
        if not _is_told(due, before.astimezone(zone).date() if before is not None else None, hour.occasion.day):
            continue
        for person in _owners(review.by, house, hour.now):
            if (person.timezone or house.desk.timezone) == hour.occasion.zone:
                yield _reminder(category, review, due, person, hour)


def _is_told(due: date, before: date | None, day: date) -> bool:
    """Whether a reminder falls on this day, or on one that was missed since the last."""
    if due > day:
        return False
    if before is None:
        return True
    return any((one - due).days % _AGAIN_AFTER == 0 for one in _days(max(before, due - _DAY), day))


def _days(after: date, until: date) -> Iterator[date]:
    yield from (after + number * _DAY for number in range(1, (until - after).days + 1))


def _reminder(category: Category, review: Review, due: date, person: Person, hour: Hour) -> Wanted:
    headline = say("review due: {category}", category=category.key)
    lines = (
        say("The procedure of {title} was to be reviewed by {day}.", title=category.title, day=due.isoformat()),
        *(_gone(review.by, hour)),
        *hour.late(),
    )
    steps = tuple(Item(each.text) for each in category.procedure)
    mail = to_person(person, Template.REVIEW_DUE, None, Thread.INTERNAL, Meaning.NOTHING, about=(headline, *lines))
    return replace(mail, listings=(Listing("procedure", steps),), listed=(category.key,))


def _gone(key: str, hour: Hour) -> tuple[str, ...]:
    if hour.house.find_person(key, hour.now) is not None:
        return ()
    known = hour.house.rules.people.get(key)
    return (say("{name}, who reviewed it, is not here any more.", name=known.name if known is not None else key),)


def knowledge_mails(hour: Hour) -> Iterator[Wanted]:
    """Tell each reviewer what was learned about their procedures, and the managers what is nobody's."""
    house, now = hour.house, hour.now
    told: defaultdict[str, list[Learned]] = defaultdict(list)
    for each in hour.facts.desk.learned:
        review = _review_of(each.ticket.category, house)
        for person in _owners(review.by, house, now) if review is not None else house.managers(now):
            if house.may_see(person, each.ticket):
                told[person.key].append(each)
    for key, learned in told.items():
        person = house.rules.people[key]
        if (person.timezone or house.desk.timezone) == hour.occasion.zone:
            about = (say("worth keeping, {day}", day=hour.occasion.day.isoformat()), *hour.late())
            mail = to_person(person, Template.KNOWLEDGE, None, Thread.INTERNAL, Meaning.NOTHING, about=about)
            yield replace(mail, listings=tuple(_listings(learned, house)))


def _listings(learned: Sequence[Learned], house: House) -> Iterator[Listing]:
    yield bounded("kb", tuple(_resolution(each) for each in learned if not each.is_feedback))
    yield bounded("feedback", tuple(_feedback(each, house) for each in learned if each.is_feedback))


def _resolution(each: Learned) -> Item:
    if each.ticket.confidential is not None:
        return Item(say("(confidential)"), each.ticket.number)
    note = say("asked: “{question}” · answered: “{answer}”", question=_words(each.question), answer=_words(each.answer))
    return Item(_title(each), each.ticket.number, note=note)


def _feedback(each: Learned, house: House) -> Item:
    if each.ticket.confidential is not None:
        return Item(say("(confidential)"), each.ticket.number)
    person = house.rules.people.get(each.by)
    name = person.name if person is not None else each.by
    words = say(
        "{name} about {category}: {words}", name=name, category=each.ticket.category or "–", words=_words(each.answer)
    )
    return Item(words, each.ticket.number)


def _title(each: Learned) -> str:
    subject = shortened(each.ticket.subject)
    return f"{subject} ({each.ticket.category})" if each.ticket.category else subject


def _words(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_WORDS else f"{line[: _LONGEST_WORDS - 1]}…"


def _reviewed(house: House) -> Iterator[tuple[Category, Review]]:
    """Give the categories with a review of their own: what children have from a parent is reviewed there."""
    categories = house.rules.categories
    for category in categories.values():
        above = _above(category.key, house)
        if category.reviewed is not None and (above is None or above.reviewed != category.reviewed):
            yield category, category.reviewed


def _above(key: str, house: House) -> Category | None:
    while key:
        key = key.rpartition("/")[0]
        if key in house.rules.categories:
            return house.rules.categories[key]
    return None


def _review_of(category: str | None, house: House) -> Review | None:
    known = house.rules.categories.get(category) if category else None
    return known.reviewed if known is not None else None


def _owners(key: str, house: House, now: datetime) -> tuple[Person, ...]:
    person = house.find_person(key, now)
    return (person,) if person is not None else house.managers(now)
