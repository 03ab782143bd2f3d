"""People, teams and queues: what they come to, and what is wrong with them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from maild.config import DeskConfig
from maild.model.ticket import Contact as Known
from maild.rules import Contact, Person, Queue, Rules, Team, default_queue
from maild.rules.sections import SECTIONS, WHOLE_SECTIONS
from tests.unit.rules_values import ALICE, MAIN, TWO_RELAYS, problems_of, rules_of

AT = datetime(2026, 11, 23, tzinfo=UTC)


def test_people_have_their_main_address_first():
    """All addresses are known, domains in lower case, and the role may be a word or a list."""
    rules = rules_of(
        "people:\n"
        "  alice: {name: Alice Reyes, mail: Alice@ACME.example, also: [a.reyes@acme.example], role: [agent, admin]}\n"
        "  erik: {name: Erik Holm, mail: erik@acme.example, left: 2026-11-30}\n"
    )
    assert rules.people["alice"] == Person(
        "alice", "Alice Reyes", ("Alice@acme.example", "a.reyes@acme.example"), frozenset({"agent", "admin"})
    )
    assert rules.people["erik"] == Person(
        "erik", "Erik Holm", ("erik@acme.example",), frozenset({"agent"}), date(2026, 11, 30)
    )


def test_a_person_is_found_by_any_address_in_any_case():
    """Who left is found too: their history keeps its name."""
    rules = rules_of(ALICE.replace("role: admin", "role: admin, also: [A.Reyes@acme.example], left: 2020-01-01"))
    found = rules.find_person("a.reyes@ACME.EXAMPLE")
    assert found is not None
    assert found.key == "alice"
    assert rules.find_person("bob@acme.example") is None


def test_files_are_read_side_by_side():
    """A section may go on in another file, in the order of their names."""
    rules = rules_of(
        ALICE + "teams: {first-line: {members: [alice, bob], lead: alice}}\n",
        "people:\n  bob: {name: Bob, mail: bob@acme.example}\n",
    )
    assert tuple(rules.people) == ("alice", "bob")
    assert rules.teams == {"first-line": Team("first-line", ("alice", "bob"), "alice")}


def test_a_small_desk_needs_no_queues():
    """Without queues there is one that writes from the desk's address, for the first team, by the first relay."""
    rules = rules_of(ALICE + "teams:\n  z: {members: [alice]}\n  a: {members: [alice]}\n")
    queue = Queue("support", "support@acme.example", "Acme Support", "main", "z", ("all",))
    assert rules.queues == {"support": queue}
    assert default_queue(DeskConfig(name="Acme Support", address="support@acme.example"), "main", "z") == queue


def test_a_queue_without_relay_takes_the_first_that_it_may_use():
    """`only` keeps a relay for the queues that it names."""
    rules = rules_of(
        ALICE + "queues:\n"
        "  support: {address: support@acme.example, name: Acme}\n"
        "  billing: {address: billing@acme.example, name: Bills}\n",
        main=TWO_RELAYS,
    )
    assert [queue.relay for queue in rules.queues.values()] == ["main", "spare"]


def test_a_name_written_in_two_files_is_told_with_both_places():
    """The later file does not win."""
    assert problems_of(ALICE, "\n" + ALICE) == [
        "2.yaml:3:3: people.alice: 'alice' is written a second time; the first is at 1.yaml:2:3. Keep one of them"
    ]


def test_whoever_is_named_must_exist():
    """Members, leads, teams, relays and queues are held against what is written; the nearest name is asked after."""
    text = (
        ALICE
        + "teams:\n  first-line: {members: [alice, alcie], lead: omar}\n"
        + "queues:\n  billing: {address: billing@acme.example, name: B, relay: mian, team: frist-line}\n"
    )
    main = MAIN.replace("user: support@acme.example", "user: x, queue: bilings")
    assert problems_of(text, main=main) == [
        "1.yaml:4:33: teams.first-line.members[1]: there is no person 'alcie'. Did you mean 'alice'?",
        "1.yaml:4:47: teams.first-line.lead: there is no person 'omar'; known here: alice",
        "1.yaml:6:60: queues.billing.relay: there is no relay 'mian'. Did you mean 'main'?",
        "1.yaml:6:72: queues.billing.team: there is no team 'frist-line'. Did you mean 'first-line'?",
        "maild.yaml:3:38: mailboxes.support.queue: there is no queue 'bilings'. Did you mean 'billing'?",
    ]


def test_a_mailbox_names_its_queue_where_none_is_called_support():
    """The default of `queue` is told where it names nothing."""
    text = ALICE + "queues:\n  billing: {address: billing@acme.example, name: B}\n"
    assert problems_of(text) == ["maild.yaml:3:3: mailboxes.support: write `queue`, one of: billing"]


def test_a_relay_serves_only_whom_it_names():
    """A queue that names a relay kept for others is refused, and so is `only` of a queue that is none."""
    text = ALICE + "queues:\n  support: {address: support@acme.example, name: S, relay: spare}\n"
    assert problems_of(text, main=TWO_RELAYS) == [
        "1.yaml:4:60: queues.support.relay: relays.spare.only does not name this queue: add 'support' there",
        "maild.yaml:5:27: relays.spare.only[0]: there is no queue 'billing'; known here: support",
    ]


def test_a_queue_that_no_relay_serves_is_told():
    """Where every relay is kept for others, a queue without one could write nothing."""
    main = MAIN.replace("main: {host: h}", "main: {host: h, only: [billing]}")
    text = (
        ALICE
        + "queues:\n  support: {address: s@acme.example, name: S}\n  billing: {address: b@acme.example, name: B}\n"
    )
    (problem,) = problems_of(text, main=main)
    assert problem.startswith("1.yaml:4:3: queues.support: every relay is kept for other queues")


def test_an_address_belongs_to_one():
    """Two people, two queues, or an agent and the desk never share an address, whatever the letter case."""
    text = (
        ALICE
        + "  bob: {name: Bob, mail: bob@acme.example, also: [ALICE@acme.example]}\n"
        + "  carol: {name: Carol, mail: support@acme.example}\n"
        + "queues:\n"
        + "  support: {address: support@acme.example, name: S}\n"
        + "  bill: {address: Support@acme.example, name: B}\n"
    )
    assert problems_of(text) == [
        "1.yaml:3:51: people.bob.also[0]: ALICE@acme.example is already the address of people.alice at 1.yaml:2:3",
        "1.yaml:4:30: people.carol.mail: support@acme.example is already the address of queues.support at 1.yaml:6:3",
        "1.yaml:7:19: queues.bill.address: Support@acme.example is already the address of queues.support at 1.yaml:6:3",
    ]


def test_nobody_of_the_desk_reads_mail_at_a_mailbox_of_the_desk():
    """A notice to an address that the desk reads would come back for ever."""
    (problem,) = problems_of(ALICE.replace("alice@", "support@"))
    assert problem.startswith("1.yaml:2:36: people.alice.mail: support@acme.example is already the address of desk at")
    (problem,) = problems_of(ALICE.replace("alice@", "box@"), main=MAIN.replace("user: support@", "user: box@"))
    assert problem.startswith("1.yaml:2:36: people.alice.mail: box@acme.example is already the address of mailboxes.")


def test_somebody_is_the_administrator():
    """Without one, nobody would hear of trouble; no people at all is told once."""
    assert problems_of(ALICE.replace("admin", "manager")) == [
        "1.yaml:2:3: people.alice: nobody is an administrator: give one of `people` role: admin"
    ]
    (problem,) = problems_of()
    assert problem.startswith("maild.yaml:1:1: rules: nobody is an administrator")


def test_plus_addresses_need_room_before_the_at():
    """A mark takes fifty of the sixty-four letters that an address may have there."""
    main = MAIN.replace("desk: {", "desk: {plus_addresses: true, ")
    text = ALICE + "queues:\n  support: {address: customer.support@acme.example, name: S}\n"
    (problem,) = problems_of(text, main=main)
    assert problem.startswith("1.yaml:4:22: queues.support.address: too long for plus-addresses: at most 13 letters")
    assert problems_of(text) == []


@pytest.mark.parametrize("name", ["lead", "managers", "all", "assignee"])
def test_words_of_the_grammar_are_nobodys_name(name: str):
    """`lead` in a rule is always the lead."""
    (problem,) = problems_of(ALICE, f"people: {{{name}: {{name: N, mail: n@acme.example}}}}")
    assert problem == f"2.yaml:1:10: people.{name}: '{name}' is a word with a meaning of its own: choose another name"


@pytest.mark.parametrize("name", ["Alice", "al ice", "é", "-a", "a" * 41])
def test_names_are_plain(name: str):
    """A name can be typed in a command, in any mail client."""
    (problem,) = problems_of(ALICE, f"people: {{{name}: {{name: N, mail: n@acme.example}}}}")
    assert "is no name" in problem


def test_a_team_was_called_what_nobody_else_is():
    """Its old name leads to one team, and to none that is still there."""
    teams = "teams:\n  a: {members: [alice], was: [old, b]}\n  b: {members: [alice], was: [old]}\n"
    assert problems_of(ALICE, teams) == [
        "2.yaml:2:36: teams.a.was[1]: there is a team 'b': its tickets stay its own",
        "2.yaml:3:31: teams.b.was[0]: 'old' is a by now: leave it out at one of them",
    ]


def test_a_queue_is_visible_to_teams_and_managers_that_there_are():
    """Whoever may see a queue is named as a team, or is the managers, or all."""
    queue = "queues:\n  support: {address: support@acme.example, name: S, visible_to: %s}\n"
    people = ALICE + "teams: {first-line: {members: [alice]}}\n"
    assert problems_of(people, queue % "[first-line, managers]") == problems_of(people, queue % "all") == []
    (problem,) = problems_of(people, queue % "[frist-line]")
    assert "visible_to" in problem and "Did you mean 'first-line'" in problem


def test_an_unknown_section_is_met_with_the_nearest():
    """A mistyped section is not taken for nothing."""
    assert problems_of(ALICE, "poeple: {}\nzebra: {}\n") == [
        "2.yaml:1:1: poeple: unknown section 'poeple'. Did you mean 'people'?",
        f"2.yaml:2:1: zebra: unknown section 'zebra'; known here: {', '.join((*SECTIONS, *WHOLE_SECTIONS))}",
    ]


def test_a_file_that_is_no_mapping_is_told():
    """A list of people is not a section, nor is a word."""
    assert problems_of(ALICE, "- alice\n", "people: [alice]\n", "people:\n") == [
        "2.yaml:1:1: the file: must hold sections, like people: and teams:",
        "3.yaml:1:9: people: must hold entries by their names, like name: {…}",
    ]


@pytest.mark.parametrize("day", ["2026-13-01", "30.11.2026", "20261130", "soon", "2026-11-30T10:00", "5", "[1]"])
def test_a_day_is_written_in_one_way(day: str):
    """A day that can be read in two ways is not read."""
    (problem,) = problems_of(ALICE, f"people: {{b: {{name: B, mail: b@acme.example, left: {day}}}}}")
    assert "is no day: write it like 2026-11-30" in problem


@pytest.mark.parametrize(
    "address",
    ["alice", "alice@", "@x", "a@b@c.example", "a b@c.example", "Alice <a@c.example>", "a@c_d.example", "ä@c.example",
     "a@bücher.example", f"{'a' * 65}@c.example", ".a@c.example", "a@yours.invalid"],
)  # fmt: skip
def test_an_address_is_one_plain_address(address: str):
    """No names, no comments, nothing that two servers could read differently."""
    (problem,) = problems_of(ALICE, f"people: {{b: {{name: B, mail: '{address}'}}}}")
    assert problem.startswith("2.yaml:1:29: people.b.mail: ")


def test_one_mistake_does_not_hide_another():
    """An entry that is wrong by itself is held against the others all the same, and is known to them."""
    text = (
        "people:\n  alice: {name: A, mail: a@acme.example, role: admin, mail_mi: {}}\n"
        "teams:\n  t: {members: [alice, bob], lead: 5, assign: none}\n"
    )
    assert [problem.split(": ", 2)[1] for problem in problems_of(text)] == [
        "people.alice",
        "teams.t.members[1]",
        "teams.t.lead",
    ]


def test_the_file_of_contacts_goes_before_what_agents_and_mails_say():
    """Value by value: what the file leaves open is as the store knows it, and the rest of that stays."""
    listed = Contact("bob@x.example", "Bob Miller", phone="1", language="de", verify="secret@x.example")
    rules = Rules({}, {}, {}, contacts={listed.address: listed})
    met = Known("bob@x.example", "bobby", "Mill", "2", timezone="Europe/Madrid", undeliverable_at=AT)

    both = replace(met, name="Bob Miller", phone="1", language="de")
    assert rules.contact_of("Bob@x.example", met) == both
    assert rules.contact_of("bob@x.example", None) == Known("bob@x.example", "Bob Miller", phone="1", language="de")
    assert rules.contact_of("eve@x.example", met) is met
