"""What a rule did is taken back where nobody changed it since; what stays says why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.desk.retracting import retract
from maild.model.decision import ChangeTicket, Decision, RemoveParticipant
from maild.model.facts import TicketFacts
from maild.model.mail import Address
from maild.model.ticket import Cause, CauseKind, Change, Entry, EntryKind
from maild.rules.occasions import On, TicketView
from maild.rules.rulings import Deed, Ruling
from tests.unit.desk_values import BOB, NOW, a_ticket, an_entry, entries_of, steps_of

ROOT = "command line: root"


def did(what: str, old: str | None, new: str | None, rule: str = "rules.bad") -> Deed:
    return Deed(what, old, new, rule, "a.yaml", 3)


def ruled(*deeds: Deed, on: On = On.NEW) -> Ruling:
    return Ruling("digest", NOW, frozenset({on}), TicketView("new", "support", BOB.address), deeds=deeds)


def of_mail(n: int, arrival: int = 1) -> Entry:
    return replace(an_entry(n), arrival=arrival)


def by_alice(n: int, *changes: Change) -> Entry:
    cause = Cause(CauseKind.MESSAGE, "<a@acme.example>")
    return Entry(1042, n, NOW, EntryKind.NOTE, "alice", cause, "", changes, (), (), None, 9)


def known(*entries: Entry, **ticket: object) -> TicketFacts:
    return TicketFacts(a_ticket(**ticket), entries, entries[-1].n, {})


def changes_of(decision: Decision) -> list[Change]:
    return [change for step in steps_of(decision, ChangeTicket) for change in step.changes]


@pytest.mark.parametrize(
    ("deeds", "since", "ticket", "back", "told"),
    [
        ([did("category", None, "network")], [], {"category": "network"},
         [Change("category", "network", None)], "category: network → –"),
        ([did("priority", None, "p4", "priorities.default"), did("priority", "p4", "p3")], [], {"priority": "p3"},
         [Change("priority", "p3", "p4")], "priority: p3 → p4"),
        ([did("field.host", "a", "b")], [], {"fields": (("host", "b"),)},
         [Change("field.host", "b", "a")], "field.host: b → a"),
        ([did("tag", None, "x")], [], {"tags": ("w", "x")}, [Change("tag", "x", None)], "tag x: taken off"),
        ([did("category", None, "network"), did("category", "network", "mail", "rules.other")], [],
         {"category": "mail"}, [], "category mail: stays, other (a.yaml:3) changed it since"),
        ([did("category", None, "network")], [by_alice(3, Change("category", "network", "mail"))],
         {"category": "mail"}, [], "category mail: stays, alice changed it since"),
        ([did("category", None, "network")],
         [by_alice(3, Change("category", "network", "x")), by_alice(4, Change("category", "x", "network"))],
         {"category": "network"}, [], "category network: stays, alice changed it since"),
        ([did("tag", None, "x")], [by_alice(3, Change("tag", "x", None))], {}, [],
         "tag x –: stays, alice changed it since"),
        ([did("category", None, "network")], [], {"category": "mail"}, [],
         "category mail: stays, somebody changed it since"),
        ([did("note", None, "Look here.")], [], {}, [], "note Look here.: stays"),
        ([did("notify", None, "managers")], [], {}, [], "notify managers: stays"),
    ],
)  # fmt: skip
def test_each_value_goes_back_unless_somebody_changed_it(deeds, since, ticket, back, told):
    """To what it was before the rule set it; a person's word and another rule's stay."""
    facts = known(of_mail(1), of_mail(2), *since, **ticket)

    found = retract(facts, {1: ruled(*deeds)}, "bad", ROOT, frozenset())

    assert found.told == (told,)
    if not back:
        assert found.decision is None
        return
    assert changes_of(found.decision) == back
    (event,) = entries_of(found.decision)
    assert (event.kind, event.by, event.cause) == (EntryKind.EVENT, ROOT, Cause(CauseKind.COMMAND_LINE, ROOT))
    assert list(event.changes) == back


def test_what_the_rule_alone_raised_again_and_again_goes_all_the_way_back():
    """Mail by mail; and no further than where somebody else set it."""
    mails = [of_mail(1, 1), of_mail(2, 2), by_alice(3, Change("priority", "p3", "p5")), of_mail(4, 4), of_mail(5, 5)]
    rulings = {
        1: ruled(did("priority", None, "p4")),
        2: ruled(did("priority", "p4", "p3"), on=On.REPLY),
        4: ruled(did("priority", "p5", "p2"), on=On.REPLY),
        5: ruled(did("priority", "p2", "p1"), on=On.REPLY),
    }
    first = retract(known(*mails[:2], priority="p3"), rulings, "bad", ROOT, frozenset())
    later = retract(known(*mails, priority="p1"), rulings, "bad", ROOT, frozenset())

    assert changes_of(first.decision) == [Change("priority", "p3", None)]
    assert changes_of(later.decision) == [Change("priority", "p1", "p5")]


@pytest.mark.parametrize(("before", "after"), [("waiting", "waiting"), ("pending", "open")])
def test_an_answer_that_was_called_spam_gives_the_ticket_its_state_back(before: str, after: str):
    """What the event of the rules says of the state is the rule's; nobody knows any more until when one slept."""
    event = replace(of_mail(3, 2), cause=Cause(CauseKind.RULE, "digest"), changes=(Change("state", before, "spam"),))
    rulings = {2: ruled(did("spam", None, "yes"), on=On.REPLY)}

    found = retract(known(of_mail(1), of_mail(2, 2), event, state="spam"), rulings, "bad", ROOT, frozenset())

    assert changes_of(found.decision) == [Change("state", "spam", after)]


def test_who_was_brought_into_an_incident_leaves_it():
    """By the mail of another ticket too, whose own values are none of this one's; and unless somebody else said so."""
    cause = Cause(CauseKind.RULE, "rules/a.yaml:3")
    joined = replace(of_mail(3, 7), cause=cause, by="rules", changes=(Change("parent", None, "1500"),))
    ticket = known(of_mail(1), of_mail(2), joined, parent=1500)

    assert changes_of(retract(ticket, {}, "bad", ROOT, frozenset({7})).decision) == [Change("parent", "1500", None)]
    assert retract(ticket, {}, "bad", ROOT, frozenset({8})).decision is None
    moved = by_alice(4, Change("parent", "1500", None), Change("parent", None, "1600"))
    stays = retract(known(of_mail(1), joined, moved, parent=1600), {}, "bad", ROOT, frozenset({7}))
    assert (stays.decision, stays.told) == (None, ("parent 1600: stays, alice changed it since",))


def test_who_was_added_and_never_wrote_takes_part_no_more():
    """Whoever wrote since has a part of their own."""
    guests = (Address("quiet@x.test"), Address("Loud@x.test"))
    rulings = {1: ruled(did("cc", None, "quiet@x.test"), did("cc", None, "loud@x.test"))}
    wrote = replace(of_mail(2, 2), by="loud@x.test", at=NOW + timedelta(hours=1))

    found = retract(known(of_mail(1), wrote, participants=guests), rulings, "bad", ROOT, frozenset())

    assert [step for step in found.decision.steps if isinstance(step, RemoveParticipant)] == [
        RemoveParticipant(1042, "quiet@x.test")
    ]
    assert found.told == ("quiet@x.test: takes part no more", "loud@x.test: stays")
