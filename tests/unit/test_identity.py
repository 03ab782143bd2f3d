"""Who asks: a code to the address on file, what it proves in whose mail, and what waits until it came back."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import pytest

from maild.composing import Composer
from maild.composing.mime import Encoder
from maild.desk import decide
from maild.desk.codes import new_code, tried
from maild.desk.waking import expire_code
from maild.model.aftermath import ticket_after
from maild.model.decision import (
    AddEntry,
    Authenticity,
    Decision,
    DropCode,
    KeepCode,
    OpenTicket,
    OutcomeKind,
    StartTimer,
    Timer,
    TimerKind,
)
from maild.model.explaining import explanation
from maild.model.facts import Facts, IssuedMail
from maild.model.identity import Identity, IdentityCode, IdentityState, find_codes, mask
from maild.model.mail import Address, Automatic, Message
from maild.model.outgoing import Meaning, Template, Wanted
from maild.model.ticket import Change, EntryKind, State, Ticket
from maild.rules import Contact
from tests.unit.desk_values import (
    BOB,
    CAROL,
    EVE,
    FAIL,
    HOUSE,
    NONE,
    NOW,
    PASS,
    RING,
    TOKEN,
    a_machines_message,
    a_message,
    a_ticket,
    an_arrival,
    an_entry,
    answer_to,
    changes_of,
    decided,
    facts,
    issued,
    known,
    recipients,
    steps_of,
    to_bob,
    wanted,
)
from tests.unit.rules_values import ALICE as ALICES
from tests.unit.rules_values import problems_of, rules_of

HOME = Address("bob@home.example", "Bob Miller")
CONTACTS = "address,name,verify\nbob@customer.example,Bob Miller,bob@home.example\nc@x.example,Cal,+44 20 7946\n"
RULES = rules_of(
    ALICES,
    """\
contacts: {file: c.csv}
categories:
  password:
    title: Password reset
    procedure: [{step: Reset it, required: true}]
    verify_identity: {send_code_to: verify, attempts: 3, expires: 24h}
fields: {device: {find: 'code is (?P<device>[A-Z-]+)'}}
rules:
  password: {when: {subject: {words: [password]}}, then: {category: password}}
""",
    data={"c.csv": CONTACTS},
)
ASKING = replace(
    HOUSE,
    rules=replace(
        HOUSE.rules,
        categories=RULES.categories,
        rules=RULES.rules,
        contacts=RULES.contacts,
        fields=RULES.fields,
        digest=RULES.digest,
    ),
)
PASSWORD = {"category": "password", "number": 1042}
WRONG = "BBBB-CCCC"


class Matter:
    """A ticket that goes on: each decision is carried out on facts alone."""

    def __init__(self, decision: Decision, number: int = 2001) -> None:
        self.number, self.at = number, NOW
        self.code: IdentityCode | None = None
        self.facts = facts()
        self.said: list[Wanted] = []
        self.take(decision)

    def take(self, decision: Decision) -> Decision:
        after = ticket_after(decision, self.facts, self.number, self.at)
        for step in decision.steps:
            match step:
                case KeepCode():
                    self.code = step.code
                case DropCode():
                    self.code = None
        self.said += wanted(decision, Template.IDENTITY_CODE)
        self.facts = facts(ticket=replace(after, code=self.code))
        return decision

    @property
    def identity(self) -> Identity:
        return Identity.parse(self.facts.tickets[self.number].ticket.identity)

    def hear(
        self, message: Message, *mails: IssuedMail, authenticity: Authenticity = PASS, token: str = "another"
    ) -> Decision:
        known_mails = {mail.token: mail for mail in mails}
        asked = replace(self.facts, issued=known_mails, next_number=3001)
        return self.take(decide(message, an_arrival(), asked, authenticity, ASKING, self.at, token))


def asked(sender: Address = BOB, authenticity: Authenticity = PASS, text: str = "I forgot it.") -> Decision:
    return decided(a_message(sender, text, subject="Password"), facts(), authenticity, ASKING)


def code_of(matter: Matter) -> str:
    return matter.said[-1].code


def mail(words: str, sender: Address = BOB, **changes: object) -> Message:
    return a_message(
        sender,
        words,
        **{"subject": "Re: Password [#2001]", "message_id": f"<{sha256(words.encode()).hexdigest()}@x>"} | changes,
    )


def code_mail(letter: str = "h") -> IssuedMail:
    sent = issued(letter, HOME.address, None, Meaning.CUSTOMER, Template.IDENTITY_CODE)
    return replace(sent, ticket=2001)


def test_a_code_goes_to_the_address_on_file_and_nowhere_else():
    """At once, for a proved requester; what is kept of it cannot be read, and it ends by a timer."""
    matter = Matter(asked())

    (sent,) = matter.said
    assert (sent.to, sent.to_name, sent.person) == (HOME.address, "Bob Miller", None)
    assert matter.identity == Identity(IdentityState.ASKED, 3)
    assert sent.expires_in == timedelta(hours=24)
    (kept,) = steps_of(asked(), KeepCode)
    assert tried(kept.code, [sent.code.replace("-", "")])
    assert sent.code.replace("-", "") not in repr((kept, asked(), sent))
    assert kept.code.expires_at == NOW + timedelta(hours=24)
    due = [(each.kind, each.due_at) for each in steps_of(asked(), StartTimer)]
    assert (TimerKind.IDENTITY, kept.code.expires_at) in due


def test_no_two_codes_are_alike():
    """Each comes of the token of its own decision, and of the desk's secret."""
    assert len({new_code(RING, f"token{number}") for number in range(200)}) == 200


@pytest.mark.parametrize(
    ("sender", "authenticity"),
    [(EVE, PASS), (Address("c@x.example"), PASS), (BOB, NONE), (BOB, FAIL)],
    ids=["a new address", "a phone alone", "unproved", "forged"],
)
def test_nobody_else_lets_a_code_go_out(sender: Address, authenticity: Authenticity):
    """Neither an address that the file does not know, nor anybody in somebody else's name."""
    decision = asked(sender, authenticity)

    assert not wanted(decision, Template.IDENTITY_CODE)
    (opened,) = steps_of(decision, OpenTicket)
    assert opened.category == "password"
    assert "identity" not in changes_of(decision)


def test_no_code_goes_to_the_address_that_asks():
    """Whatever stands on file: it would prove nothing."""
    same = {BOB.address: Contact(BOB.address, "Bob Miller", verify=BOB.address.upper())}
    house = replace(ASKING, rules=replace(ASKING.rules, contacts=same))
    assert not wanted(decided(a_message(BOB, subject="Password"), facts(), PASS, house), Template.IDENTITY_CODE)


def test_at_most_three_codes_of_one_requester_are_out():
    """Whoever writes in somebody's mailbox shall not flood their other one."""
    out = tuple(a_ticket(number, identity="asked: 3") for number in (1, 2, 3))

    decision = decided(a_message(BOB, subject="Password"), facts(open_tickets={BOB.address: out}), PASS, ASKING)

    assert not wanted(decision, Template.IDENTITY_CODE)
    assert any("3 codes are out" in step.text for step in steps_of(decision, AddEntry))


@pytest.mark.parametrize("dress", ["{}", "My code is {}.", "*{}*", "“{}”", "{}\n\nThanks, Bob", "code:{}"])
def test_the_right_code_in_the_requesters_mail_verifies(dress: str):
    """However it is dressed; it is used up by that."""
    matter = Matter(asked())

    decision = matter.hear(mail(dress.format(code_of(matter))))

    assert matter.identity.is_verified
    assert matter.code is None
    assert steps_of(decision, DropCode)


@pytest.mark.parametrize(
    "change", [str.lower, lambda code: code.replace("-", ""), lambda code: code.replace("-", " – ")]
)
def test_a_code_may_be_typed_as_people_type(change):
    """In small letters, without its hyphen, with another."""
    matter = Matter(asked())
    matter.hear(mail(change(code_of(matter))))
    assert matter.identity.is_verified


def test_a_direct_answer_of_the_address_on_file_verifies():
    """It proves the same: whoever reads that mailbox sent it back."""
    matter = Matter(asked())
    answer = answer_to(code_mail(), f"It is me: {code_of(matter)}", HOME)
    matter.hear(answer, code_mail(), authenticity=NONE)
    assert matter.identity.is_verified


@pytest.mark.parametrize(
    ("message", "authenticity"),
    [
        (mail, NONE),
        (lambda code: mail(code, EVE), PASS),
        (lambda code: mail(code, CAROL), PASS),
        (lambda code: mail(code, HOME), PASS),
    ],
    ids=["unproved", "a stranger", "a participant", "the address on file, unasked"],
)
def test_the_right_code_in_another_mail_proves_nothing(message, authenticity: Authenticity):
    """It neither verifies nor counts as wrong: nobody can lock a ticket for its owner."""
    matter = Matter(asked())
    matter.facts.tickets[2001] = replace(
        matter.facts.tickets[2001], ticket=replace(matter.facts.tickets[2001].ticket, participants=(CAROL,))
    )

    matter.hear(message(code_of(matter)), authenticity=authenticity)

    assert matter.identity == Identity(IdentityState.ASKED, 3)


def test_a_forged_mail_with_the_code_is_held():
    """As every forged mail to a ticket."""
    matter = Matter(asked())
    held = decide(mail(code_of(matter)), an_arrival(), matter.facts, FAIL, ASKING, NOW, TOKEN)
    assert held.outcome.kind is OutcomeKind.HELD


def test_wrong_codes_count_over_many_mails_and_lock_the_ticket():
    """After the last the lead hears, the right one is worth nothing, and no other goes out."""
    matter = Matter(asked())
    right = code_of(matter)

    for letter, left in (("B", 2), ("C", 1)):
        matter.hear(mail(f"{letter * 4}-{letter * 4}"))
        assert matter.identity == Identity(IdentityState.ASKED, left)
    last = matter.hear(mail("DDDD-DDDD"))

    assert matter.identity == Identity(IdentityState.LOCKED)
    assert "dana@acme.example" in recipients(wanted(last, Template.AGENT_NOTICE))
    matter.hear(mail(right))
    assert matter.identity == Identity(IdentityState.LOCKED)
    assert len(matter.said) == 1


def test_many_codes_in_one_mail_are_as_many_tries():
    """Those beyond what is left are not even looked at."""
    matter = Matter(asked())
    matter.hear(mail(f"BBBB-BBBB CCCC-CCCC DDDD-DDDD {code_of(matter)}"))
    assert matter.identity == Identity(IdentityState.LOCKED)


def test_the_code_of_another_ticket_is_a_wrong_one():
    """Each holds for its own ticket alone."""
    first = Matter(asked())
    second = Matter(decide(a_message(BOB, subject="Password"), an_arrival(), facts(), PASS, ASKING, NOW, "other"))
    second.hear(mail(code_of(first)))
    assert second.identity == Identity(IdentityState.ASKED, 2)


def later(matter: Matter, at: datetime) -> None:
    matter.at = at


def test_a_code_expires_and_the_next_mail_lets_another_go_out():
    """By its timer, told to those in charge; the tries that were used stay used."""
    matter = Matter(asked())
    matter.hear(mail(WRONG))
    first = code_of(matter)
    later(matter, NOW + timedelta(hours=24))

    expired = matter.take(
        expire_code(Timer(1, TimerKind.IDENTITY, 2001, 0, matter.at), matter.facts, ASKING, matter.at)
    )
    assert matter.identity == Identity(IdentityState.EXPIRED, 2)
    assert wanted(expired, Template.AGENT_NOTICE)

    matter.hear(mail("Did you get it?"))
    assert matter.identity == Identity(IdentityState.ASKED, 2)
    assert code_of(matter) != first
    matter.hear(mail(first))
    assert matter.identity == Identity(IdentityState.ASKED, 1)


def test_nobody_hears_of_a_code_that_expires_when_the_matter_is_over():
    """It was closed or merged without anything that wanted one; the code is worth nothing all the same."""
    matter = Matter(asked())
    over = replace(matter.facts.tickets[2001].ticket, state=State.CLOSED)
    matter.facts = facts(ticket=replace(matter.facts.tickets[2001], ticket=over))
    later(matter, NOW + timedelta(hours=24))
    expired = matter.take(
        expire_code(Timer(1, TimerKind.IDENTITY, 2001, 0, matter.at), matter.facts, ASKING, matter.at)
    )
    assert (matter.identity, expired.mails) == (Identity(IdentityState.EXPIRED, 3), ())


def test_a_machine_in_their_mailbox_asks_for_no_code():
    """An out-of-office is proved as well as their own words, and means nothing."""
    ticket = a_ticket(**PASSWORD, identity="expired: 2")
    away = a_machines_message(Automatic.OUT_OF_OFFICE, subject="Re: Password [#1042]")
    assert not wanted(decided(away, facts(ticket=known(ticket)), PASS, ASKING), Template.IDENTITY_CODE)


def test_a_code_that_comes_too_late_is_worth_nothing():
    """Though the daemon stood still when it ended."""
    matter = Matter(asked())
    late = code_of(matter)
    later(matter, NOW + timedelta(hours=24))
    matter.hear(mail(late))
    assert not matter.identity.is_verified


@pytest.mark.parametrize("place", ["subject", "text"])
def test_the_code_is_seen_by_nobody(place: str):
    """Neither in the entry, nor a field, the story, a notice, or the ticket that a mail of its own opens."""
    matter = Matter(asked())
    code = code_of(matter)
    words = f"My code is {code}" if place == "text" else "Here it is."
    subject = f"Re: {code} [#2001]" if place == "subject" else "Re: Password [#2001]"
    message = mail(words, subject=subject)
    before = matter.facts

    decision = matter.hear(message)
    written = composed(decision, before)
    fresh = decide(
        a_message(BOB, words, subject=subject.replace("[#2001]", "Password")),
        an_arrival(),
        facts(open_tickets={BOB.address: (before.tickets[2001].ticket,)}),
        PASS,
        ASKING,
        NOW,
        TOKEN,
    )

    shown = {"mails": written, "decision": repr(decision), "new ticket": repr(fresh)}
    shown["story"] = repr(explanation(message, decision, ()))
    assert [name for name, each in shown.items() if code in each or code.replace("-", "") in each] == []
    assert "(code)" in repr(decision.steps) or place == "subject"


def composed(decision: Decision, before: Facts) -> str:
    composer = Composer(ASKING.desk, ASKING.rules, RING, {})
    return "\n".join(
        written.wire.decode("utf-8", "replace") + written.ours
        for number, each in enumerate(decision.mails)
        if each.template is not Template.IDENTITY_CODE
        and (written := composer.compose(each, decision, before, f"{number:a>16}", NOW, encoder=Encoder()))
    )


def test_the_mail_of_a_code_names_nothing_that_whoever_asks_wrote():
    """Its reader may be the one in whose name somebody else asks; and what is kept to compare answers holds no code."""
    decision = asked(text="Send it to evil.example now")
    composer = Composer(ASKING.desk, ASKING.rules, RING, {})
    (sent,) = wanted(decision, Template.IDENTITY_CODE)

    mail_ = composer.compose(sent, decision, facts(), "a" * 16, NOW, encoder=Encoder())

    text = mail_.wire.decode("utf-8", "replace")
    assert sent.code in text
    assert "Password reset" in text
    assert sent.code not in mail_.subject + mail_.ours + mail_.quoted
    assert "evil.example" not in text


def commanded(words: str, **changes: object) -> Decision:
    ticket = a_ticket(**{**PASSWORD, **changes})
    last = an_entry(2, EntryKind.AGENT, "alice", "Please wait.")
    notice = replace(issued(), seen=2)
    return decided(answer_to(notice, words), facts(notice, ticket=known(ticket, an_entry(), last)), PASS, ASKING)


@pytest.mark.parametrize("words", ["#done 1", "#resolve It is reset.\n#skip 1 no need", "#done 1\n#resolve Done."])
@pytest.mark.parametrize("identity", [None, "asked: 3", "expired: 1", "locked"])
def test_nothing_is_done_before_who_asks_is_verified(words: str, identity: str | None):
    """The answer says what to do."""
    decision = commanded(words, identity=identity)

    (told,) = [*wanted(decision, Template.DRAFT), *wanted(decision, Template.TRANSCRIPT)]
    assert "nobody verified who asks" in "\n".join(told.about)
    assert changes_of(decision) == {}


@pytest.mark.parametrize(
    ("words", "identity", "changes"),
    [
        ("#verified called back", "locked", {"identity": "verified: called back"}),
        ("#done 1\n#verified in person", None, {"step.Reset it": "done", "identity": "verified: in person"}),
        ("#done 1", "verified: by phone", {"step.Reset it": "done"}),
        ("#skip 1 they never answered\n#close", "locked", {"step.Reset it": "skipped: they never answered"}),
    ],
)
def test_an_agent_verifies_by_other_means(words: str, identity: str | None, changes: dict[str, str]):
    """And says how; whom nobody can verify is sent away by #close."""
    said = changes_of(commanded(words, identity=identity))
    assert changes.items() <= said.items()


def test_verified_says_how():
    """Without it the line is asked about."""
    decision = commanded("#verified")
    (told,) = [*wanted(decision, Template.DRAFT), *wanted(decision, Template.TRANSCRIPT)]
    assert "#verified lacks what it needs" in "\n".join(told.about)


def test_moving_a_ticket_lets_a_code_go_out():
    """An agent's word is enough for that: it goes to the address on file."""
    decision = commanded("#category password", category=None)
    assert recipients(wanted(decision, Template.IDENTITY_CODE)) == [HOME.address]
    assert changes_of(decision)["identity"] == "asked: 3"


def test_undo_of_verified_brings_no_code_back():
    """It was used up: the next mail lets another go out."""
    done = an_entry(2, EntryKind.EVENT, "alice", "", changes=(Change("identity", "asked: 2", "verified: in person"),))
    ticket = a_ticket(**PASSWORD, identity="verified: in person")
    told = facts(issued(), ticket=known(ticket, an_entry(), done))
    decision = decided(answer_to(issued(), "#undo"), told, PASS, ASKING)
    assert changes_of(decision)["identity"] == "expired: 2"


def test_another_requester_is_verified_anew():
    """What was proved is not theirs."""
    decision = commanded("#requester carol@customer.example", identity="verified: in person")
    assert changes_of(decision)["identity"] is None


def test_work_for_another_requester_waits_too():
    """Though one mail makes it theirs and does it."""
    decision = commanded("#requester carol@customer.example\n#done 1", identity="verified: in person")
    assert changes_of(decision) == {}


def test_a_closed_ticket_that_opens_again_is_verified_anew():
    """Whoever writes weeks later may be somebody else."""
    closed = a_ticket(**PASSWORD, state=State.CLOSED, identity="verified: in person", state_at=NOW - timedelta(days=1))
    answered = to_bob()
    again = answer_to(answered, "Reset it once more.", BOB)
    decision = decided(again, facts(answered, ticket=known(closed)), PASS, ASKING)
    assert changes_of(decision)["identity"] == "asked: 3"
    assert recipients(wanted(decision, Template.IDENTITY_CODE)) == [HOME.address]


@pytest.mark.parametrize(
    ("ticket", "line"),
    [
        (a_ticket(**PASSWORD, identity="asked: 2"), "a code went to the address on file (2 may be tried)"),
        (a_ticket(**PASSWORD, identity="locked"), "too many codes were wrong"),
        (a_ticket(**PASSWORD, requester=Address("c@x.example")), "call back +44 20 7946"),
        (a_ticket(**PASSWORD, identity="verified: in person"), "Identity: verified in person"),
    ],
)
def test_a_notice_says_how_far_it_is(ticket: Ticket, line: str):
    """In its first lines, until it is known who asks."""
    decision = decided(
        mail("And now?", ticket.requester, subject="Re: Password [#1042]"), facts(ticket=known(ticket)), PASS, ASKING
    )
    composer = Composer(ASKING.desk, ASKING.rules, RING, {})
    (told, *_), about = wanted(decision, Template.AGENT_NOTICE), facts(ticket=known(ticket))
    notice = composer.compose(told, decision, about, "a" * 16, NOW, encoder=Encoder())
    lines = notice.ours.split("\n")
    assert any(line in each for each in (lines if "Identity" in line else lines[:3]))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("BKTR-WXQM", ("BKTRWXQM",)),
        ("bktrwxqm and BKTR–WXQM", ("BKTRWXQM",)),
        ("ＢＫＴＲ-ＷＸＱＭ", ("BKTRWXQM",)),
        ("B\u200bKTR-W\u200dXQM", ("BKTRWXQM",)),
        ("call 7946-0000, order 12345678, TELEPHONE-NUMBER", ()),
        ("XBKTR-WXQM", ()),
    ],
)
def test_codes_are_found_however_they_were_copied(text: str, codes: tuple[str, ...]):
    """And nothing that people write besides."""
    assert find_codes(text) == codes
    assert not find_codes(mask(text))


@pytest.mark.parametrize(
    ("text", "data", "problem"),
    [
        ("categories: {x: {verify_identity: {send_code_to: verify, attempts: 0}}}", "", "attempts: must be at least 1"),
        ("categories: {x: {verify_identity: {send_code_to: verify, expires: 1m}}}", "", "1m is not between 5m and 7d"),
        ("categories: {x: {verify_identity: {send_code_to: phone}}}", "", "'phone' is none of verify"),
        ("categories: {x: {verify_identity: {}}}", "", "'send_code_to' is missing"),
        ("contacts: {file: c.csv}", "a@x.example,a@X.example", "is the address itself"),
        ("contacts: {file: c.csv}", "a@x.example,home", "'home' is neither an address nor a phone"),
    ],
)
def test_what_proves_nothing_is_refused(text: str, data: str, problem: str):
    """Where it stands."""
    found = problems_of(ALICES, text, data={"c.csv": f"address,verify\n{data}\n"})
    assert any(problem in each for each in found), found


def test_a_file_without_addresses_to_verify_is_doubted():
    """Every ticket of that category would wait for `#verified`."""
    text = "categories: {x: {verify_identity: {send_code_to: verify}}}"
    (doubt,) = rules_of(ALICES, text).warnings
    assert "no code can go out" in str(doubt)


def test_a_contact_of_the_desk_says_where_codes_go():
    """Only the file does: what agents or mails say of somebody names no such address."""
    assert RULES.contacts["bob@customer.example"] == Contact("bob@customer.example", "Bob Miller", verify=HOME.address)
