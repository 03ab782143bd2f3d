"""The mails that ask for an approval: to colleagues with all that decides it, to those outside in a few plain words."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from maild.desk.approvers import Approver, Asking
from maild.desk.blocking import names_of
from maild.desk.telling import to_person
from maild.model.asked import Asked
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.saying import Said, say
from maild.rules import Approval, Person


def mails_to_approvers(approval: Approval, one: Asked, people: Iterable[Approver], asking: Asking) -> Iterator[Wanted]:
    """Ask each of them."""
    for each in people:
        if each.person is not None:
            about = tuple(_to_colleague(approval, one, each, each.person, asking))
            number, template = asking.ticket.number, Template.APPROVAL_ASKED
            yield to_person(each.person, template, number, Thread.INTERNAL, Meaning.NOTHING, about=about)
        else:
            yield _to_somebody_outside(approval, each, asking)


def _to_colleague(approval: Approval, one: Asked, each: Approver, person: Person, asking: Asking) -> Iterator[Said]:
    title = approval.title(person.language or asking.house.desk.locale)
    yield say("“{title}” waits for your word.", title=title)
    field = asking.house.rules.fields.get(approval.of or "")
    if approval.of is not None and one.amount:
        unit = f" {field.unit}" if field is not None and field.unit else ""
        yield say("{field} is {amount}.", field=approval.of, amount=f"{one.amount}{unit}")
    if len(one.asked) > 1:
        names = names_of(one.asked, asking.house)
        yield say("{names} are asked, and {quorum} of them must agree.", names=names, quorum=one.quorum)
    if each.stands_for is not None:
        yield say("You are asked in the place of {name}, who is away.", name=each.stands_for.name)
    if approval.blocks:
        yield say(
            "Until then it keeps back: {commands}.", commands=", ".join(f"#{word}" for word in sorted(approval.blocks))
        )
    if one.until is not None:
        zone = ZoneInfo(person.timezone or asking.house.desk.timezone)
        yield say("It is open until {when}.", when=f"{one.until.astimezone(zone):%Y-%m-%d %H:%M %Z}")
    yield say("Answer with #approve {key}, or with #reject {key} and why.", key=approval.key)


def _to_somebody_outside(approval: Approval, each: Approver, asking: Asking) -> Wanted:
    language = asking.ticket.language or asking.house.desk.locale
    title = approval.title(language)
    consent, other = (
        say("We need your consent: {title}.", title=title),
        say("We need your approval: {title}.", title=title),
    )
    return Wanted(
        template=Template.APPROVAL_ASKED,
        to=each.who.address,
        to_name=each.who.name,
        person=None,
        ticket=asking.ticket.number,
        thread=Thread.CUSTOMER,
        meaning=Meaning.CUSTOMER,
        about=(consent if approval.is_consent else other,),
    )
