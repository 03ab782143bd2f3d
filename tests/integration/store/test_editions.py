"""Editions of rules, templates and answers, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.errors import StaleError
from maild.model.decision import ChangeTicket
from maild.model.edition import EditionFile, EditionState, FileKind, Holding, digest_of
from maild.model.ticket import Change
from maild.store import Store, propose
from tests.integration.store.values import NOW, a_decision, a_work, carry_out, opening, take_one

FILES = (
    EditionFile(FileKind.RULES, "/etc/maild/rules/10-people.yaml", "people: {ä: …}\n"),
    EditionFile(FileKind.TEMPLATE, "de/reply.txt", "Hallo\n"),
    EditionFile(FileKind.ANSWER, "vpn", ""),
)
LATER = NOW + timedelta(minutes=1)


def test_what_was_taken_is_given_back_as_it_was(store: Store):
    """The last edition that was taken is in force, whatever was proposed or refused after it."""
    mine = propose(digest_of(FILES), FILES, "root", is_attended=True)
    first = store.write(lambda tx: tx.propose_edition(mine, NOW))
    assert store.read(lambda reader: reader.edition_in_force()) is None
    store.write(lambda tx: tx.take_edition(first, ("a note", "another"), LATER))
    second = store.write(lambda tx: tx.propose_edition(mine, LATER))
    store.write(lambda tx: tx.refuse_edition(second, ("no",)))
    assert store.write(lambda tx: tx.record_refusal(mine, ("somebody else had it taken",), LATER)) is None
    other = propose("d", FILES, "root", is_attended=True)
    third = store.write(lambda tx: tx.record_refusal(other, ("never",), LATER))

    known = store.read(lambda reader: reader.edition_in_force())
    assert known is not None
    assert (known.id, known.state, known.taken_at, known.words) == (
        first,
        EditionState.TAKEN,
        LATER,
        ("a note", "another"),
    )
    assert store.read(lambda reader: reader.files_of_edition(first)) == FILES
    newest = store.read(lambda reader: reader.newest_edition())
    assert newest is not None
    assert (newest.id, newest.state, newest.words, newest.taken_at) == (third, EditionState.REFUSED, ("never",), None)


def test_an_edition_is_settled_once(store: Store):
    """A daemon that comes late changes nothing of what another has said."""
    one = store.write(lambda tx: tx.propose_edition(propose("d", FILES, "root", is_attended=False), NOW))
    store.write(lambda tx: tx.refuse_edition(one, ("no",)))
    with pytest.raises(StaleError):
        store.write(lambda tx: tx.take_edition(one, (), LATER))


def test_what_unfinished_tickets_have_is_counted(store: Store):
    """By value, with the first of them; what is closed holds nothing."""
    for uid, number in enumerate((1001, 1002, 1003), start=1):
        arrival = take_one(store, uid)
        opened = replace(opening(number), category="network", team="net")
        assert carry_out(store, a_work(arrival, a_decision(opened))) == ()
    arrival = take_one(store, 4)
    closing = ChangeTicket(1001, (Change("state", "new", "closed"), Change("assignee", None, "alice")))
    assert carry_out(store, a_work(arrival, a_decision(closing))) == ()

    held = store.read(lambda reader: reader.holdings())
    assert set(held) == {
        Holding("queue", "support", 2, 1002),
        Holding("team", "net", 2, 1002),
        Holding("category", "network", 2, 1002),
    }


def test_the_digest_is_of_all_texts_wherever_they_lie():
    """Moving the folder changes nothing; a word, a name or what a file is changes it."""
    moved = (EditionFile(FileKind.RULES, "config/rules/10-people.yaml", FILES[0].text), *FILES[:0:-1])
    assert digest_of(moved) == digest_of(FILES)
    others = [
        (*FILES[:2], EditionFile(FileKind.ANSWER, "vpn", "x")),
        (*FILES[:2], EditionFile(FileKind.ANSWER, "dns", "")),
        (*FILES[:2], EditionFile(FileKind.LIST, "vpn", "")),
        FILES[:2],
    ]
    assert len({digest_of(one) for one in [FILES, *others]}) == 5
