"""Approvals: of whom they are asked, who decides, what waits for them, and how they end."""

from dataclasses import replace

import pytest

from maild.desk import decide
from maild.desk.approving import expire
from maild.desk.consenting import says_yes
from maild.desk.lapsing import live_on
from maild.marks import exposure
from maild.model.asked import Asked, Stage, parse_asked
from maild.model.decision import Authenticity, OutcomeKind, StartTimer, StopTimers, Timer, TimerKind
from maild.model.facts import Facts, IssuedMail, KnownId, ThreadFacts
from maild.model.mail import Address, Automatic
from maild.model.outgoing import Meaning, Template
from maild.model.ticket import EntryKind, State
from maild.rules.approvals import amount_of
from maild.store.promises import History, SeenEntry, SeenTicket, check_ticket
from tests.unit.desk_values import (
    BOB,
    CAROL,
    EVE,
    FAIL,
    NONE,
    PASS,
    TOKEN,
    a_message,
    an_arrival,
    answer_to,
    entries_of,
    issued,
    mark_of,
    to_bob,
)
from tests.unit.rules_values import problems_of, rules_of
from tests.unit.test_clocks import RULES, Matter, at

PEOPLE = """\
people:
  alice: {name: Alice Reyes, mail: alice@acme.example, role: [agent, admin]}
  alex: {name: Alex Stone, mail: alex@acme.example}
  dana: {name: Dana Cole, mail: dana@acme.example, role: manager}
  cfo: {name: Carla Fox, mail: cfo@acme.example, role: manager}
  omar: {name: Omar Said, mail: omar@acme.example}
  nina: {name: Nina Vale, mail: nina@acme.example}
teams:
  first-line: {members: [alice, alex], lead: dana}
  buying: {members: [nina], lead: omar}
fields:
  cost: {type: money, unit: EUR}
  room: {type: text}
"""
SPEND = """\
approvals:
  spend:
    title: Money spent
    of: cost
    tiers: [{from: 500, ask: [nina]}, {from: 5000, ask: [dana, cfo], quorum: 2}]
    never: [assignee, requester]
    expires: 2wd
    blocks: [resolve]
  remote-access:
    title: {en: Remote access to your computer, de: Fernzugriff auf Ihren Rechner}
    when: {tag: remote-session}
    ask: [requester]
    expires: 1d
    calendar: real
    blocks: [wait]
    record: consent
  risk: {ask: [dana], blocks: [resolve]}
"""
WRITTEN = PEOPLE + RULES + "  risky: {when: {text: {words: reboot}}, then: {approval: risk}}\n" + SPEND
PEOPLE_BY_KEY = {key: Address(f"{key}@acme.example") for key in ("alice", "alex", "dana", "cfo", "omar", "nina")}


class Asking(Matter):
    """A ticket whose approvals are asked, answered and expire; the mails that ask are kept to be answered."""

    def __init__(self, text: str = WRITTEN) -> None:
        super().__init__()
        self.house = replace(self.house, rules=rules_of(text))
        self.asked: list[IssuedMail] = []
        self.told: list[str] = []
        self.ends: dict[str, StartTimer] = {}
        self.away: tuple[str, ...] = ()
        self.last = None

    def facts(self, *mails: IssuedMail) -> Facts:
        return replace(super().facts(*mails), absences={key: at("2026-12-31T00:00") for key in self.away})

    def _carry_out(self, decision, facts, now):
        super()._carry_out(decision, facts, now)
        self.last = decision
        for step in decision.steps:
            if isinstance(step, StopTimers) and step.kind is TimerKind.APPROVAL:
                self.ends.pop(step.about, None)
            if isinstance(step, StartTimer) and step.kind is TimerKind.APPROVAL:
                self.ends[step.about] = step
        self.asked = [
            issued(
                chr(ord("f") + number),
                mail.to,
                mail.person,
                mail.meaning,
                mail.template,
                ticket=self.number,
                seen=self.known.last_n,
            )
            for number, mail in enumerate(decision.mails)
            if mail.template is Template.APPROVAL_ASKED
        ]
        self.told = [f"{mail.person or mail.to}: {line}" for mail in decision.mails for line in mail.about]
        outside = {(mail.to, mail.thread): ThreadFacts("t", (), None) for mail in decision.mails if mail.person is None}
        if self.known is not None:
            self.known = replace(self.known, threads={**self.known.threads, **outside})
        return self

    def says(self, key: str, text: str, when: str, mail: IssuedMail | None = None, proof: Authenticity = PASS):
        """Let somebody of the house answer the mail that asks them, or another one of the desk's to them."""
        address = PEOPLE_BY_KEY[key]
        seen = issued("z", address.address, key, ticket=self.number, seen=self.known.last_n)
        mail = mail or seen
        message = answer_to(mail, text, address, message_id=f"<{key}-{when}@acme.example>")
        return self.take(message, when, mail, proof=proof)

    def mail_to(self, who: str) -> IssuedMail:
        return next(mail for mail in self.asked if who in {mail.person, mail.recipient})

    def of(self, name: str) -> Asked | None:
        return parse_asked(self.known.ticket.approval(name))

    @property
    def whom(self) -> list[str]:
        return [mail.person or mail.recipient for mail in self.asked]

    @property
    def story(self) -> list[str]:
        return self.known.entries[-1].text.split("\n")

    def ends_at(self, when: str) -> "Asking":
        step = self.ends.pop("spend")
        timer = Timer(1, TimerKind.APPROVAL, self.number, 0, step.due_at, "spend")
        return self.kept(expire(timer, self.facts(), self.house, at(when)), when)


def costly(cost: str = "620", text: str = WRITTEN) -> Asking:
    """A ticket of Alice's on which she wrote down a cost."""
    return Asking(text).customer("10:00").agent("10:10", f"#take\n#field cost={cost}")


@pytest.mark.parametrize(
    ("cost", "whom", "quorum"),
    [
        ("499.99", [], 0),
        ("500", ["nina"], 1),
        ("4999", ["nina"], 1),
        ("5000", ["dana", "cfo"], 2),
        ("1.200", ["nina"], 1),  # one euro twenty, or twelve hundred: the larger counts
        ("5,000", ["dana", "cfo"], 2),
    ],
)
def test_whom_to_ask_goes_by_the_amount(cost: str, whom: list[str], quorum: int):
    """The highest tier that the field reaches says whom, and how many must agree."""
    matter = costly(cost)
    assert matter.whom == whom
    one = matter.of("spend")
    assert (one.quorum if one else 0) == quorum


def test_what_is_no_amount_asks_those_of_the_highest_tier():
    """Whoever may write anything into a field must not get round the approval by it."""
    matter = Asking().customer("10:00").by_hand("10:05", **{"field.cost": "a lot"})
    assert matter.whom == ["dana", "cfo"]
    assert amount_of("a lot") is None


def test_an_approval_is_asked_in_so_many_words():
    """What for, how much, until when, what waits for it, and how to answer; the history says who was asked."""
    matter = costly()
    assert [line for line in matter.told if line.startswith("nina")] == [
        "nina: “Money spent” waits for your word.",
        "nina: cost is 620 EUR.",
        "nina: Until then it keeps back: #resolve.",
        "nina: It is open until 2026-11-25 10:10 GMT.",
        "nina: Answer with #approve spend, or with #reject spend and why.",
    ]
    assert matter.story == ["“Money spent” is asked of Nina Vale: cost is 620."]
    assert matter.mail_to("nina").meaning is Meaning.NOTHING


def test_it_is_asked_once_until_more_is_at_stake():
    """Neither another field nor a customer's mail asks again; another amount does, and so does a higher tier."""
    matter = costly()
    assert matter.agent("10:20", "#field room=12").whom == []
    assert matter.customer("10:30").whom == []
    assert matter.agent("10:40", "#field cost=900").whom == ["nina"]
    assert matter.agent("10:50", "#field cost=9000").whom == ["dana", "cfo"]
    assert matter.of("spend").tier == "5000"
    assert matter.agent("11:00", "#field cost=700").whom == ["nina"]


def test_what_waits_is_refused_whole_until_those_asked_agreed():
    """#resolve, and #close with it, whatever else stands in the mail; then it goes through."""
    matter = costly("6000")
    dana, cfo = matter.mail_to("dana"), matter.mail_to("cfo")
    for when, text in (("10:20", "#resolve Bought it."), ("10:21", "#close Bought it."), ("10:22", "#p1\n#resolve Ok")):
        matter.agent(when, text)
        (refusal,) = [line for line in matter.told if "must be approved first" in line]
        assert refusal.endswith(
            "“Money spent” must be approved first; it was asked of Dana Cole, Carla Fox, 0 of 2 agreed so far"
        )
        assert (matter.known.ticket.state, matter.known.ticket.priority) == (State.NEW, "p3")
    matter.says("dana", "#approve", "10:30", dana)
    assert matter.of("spend").stage is Stage.OPEN
    assert matter.story[-1].startswith("“Money spent”: Dana Cole agrees, 1 of 2 (mail <dana-10:30@acme.example>: ")
    assert "1 of 2 agreed" in "\n".join(matter.agent("10:35", "#resolve Bought it.").told)
    matter.says("cfo", "#approve spend", "10:40", cfo)
    assert matter.of("spend").stage is Stage.APPROVED
    assert next(line for line in matter.told if "is approved by" in line).startswith(
        "alice: “Money spent” is approved by"
    )
    assert matter.agent("10:50", "#resolve Bought it.").known.ticket.state is State.RESOLVED
    assert matter.ends == {}


def test_a_decision_is_signed():
    """Its entry is the approver's, with the change and the mail; the desk's beside it says what proved it."""
    matter = costly()
    matter.says("nina", "#approve", "11:00", matter.mail_to("nina"))
    theirs, ours = matter.known.entries[-2:]
    assert (theirs.by, theirs.cause.reference) == ("nina", "<nina-11:00@acme.example>")
    assert [change.field for change in theirs.changes] == ["approval.spend"]
    assert ours.text == f"“Money spent” is approved by Nina Vale (mail <nina-11:00@acme.example>: {PASS.proof})."


def test_one_no_is_enough_and_says_why():
    """Whoever has the ticket hears it; the command tells how to ask once more, and then it is asked."""
    matter = costly("6000")
    matter.says("cfo", "#reject too expensive", "10:30", matter.mail_to("cfo"))
    assert matter.of("spend").stage is Stage.REJECTED
    assert any(
        line.startswith("alice: “Money spent” is rejected by Carla Fox: too expensive (mail") for line in matter.told
    )
    told = "\n".join(matter.agent("10:40", "#resolve Bought it.").told)
    assert "was rejected by Carla Fox: too expensive; #approval spend asks once more" in told
    assert matter.agent("10:50", "#approval spend").whom == ["dana", "cfo"]


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("omar", "#approve", "you were not asked; spend: Dana Cole, Carla Fox"),
        ("alex", "#approve spend", "you were not asked"),
        ("alice", "#reject spend no", "you were not asked"),
    ],
)
def test_only_those_decide_who_were_asked(key: str, text: str, why: str):
    """Whoever else works here hears who was."""
    matter = costly("6000").says(key, text, "10:30")
    assert matter.of("spend").approved == ()
    assert any(why in line for line in matter.told)


def test_a_mail_that_asked_something_else_decides_nothing():
    """Nina saw 620: by her answer to that mail she does not agree to 900."""
    matter = costly()
    old = matter.mail_to("nina")
    matter.agent("10:20", "#field cost=900")
    new = matter.mail_to("nina")
    matter.says("nina", "#approve", "10:30", old)
    assert matter.of("spend").is_open
    assert any("answer the newest mail that asks you" in line for line in matter.told)
    matter.says("nina", "#approve", "10:40", new)
    assert matter.of("spend").stage is Stage.APPROVED


@pytest.mark.parametrize("proof", [NONE, FAIL])
def test_a_claimed_mail_never_decides(proof: Authenticity):
    """Without a mark of Nina's, in her name: it is her draft, and she is asked whether it is hers."""
    matter = costly()
    message = a_message(
        PEOPLE_BY_KEY["nina"], "#approve spend", subject=f"Re: [#{matter.number}] It", message_id="<evil@x.example>"
    )
    matter.take(message, "11:00", proof=proof)
    assert matter.of("spend").is_open
    assert matter.mails == ["did-you-send-this to nina@acme.example"]


def test_plain_words_to_the_mail_that_asks_are_a_note():
    """'Yes, fine' of a colleague is no decision."""
    matter = costly()
    matter.says("nina", "Yes, fine with me.", "11:00", matter.mail_to("nina"))
    assert matter.of("spend").is_open
    assert matter.known.entries[-1].kind is EntryKind.NOTE


def test_nobody_approves_their_own_ticket():
    """Whoever was asked and takes the ticket is asked no more; nor is ever asked whose own matter it is."""
    matter = costly("6000")
    dana = matter.mail_to("dana")
    matter.says("dana", "#take", "10:20")
    assert matter.whom == ["cfo"]
    assert any(
        "cannot be approved as it stands: 2 must agree, and 1 can be asked (Dana Cole never" in x for x in matter.told
    )
    matter.says("dana", "#approve", "10:30", dana)
    assert matter.of("spend").approved == ()

    matter = Asking().customer("10:00", sender=PEOPLE_BY_KEY["nina"])
    matter.agent("10:10", "#take\n#field cost=620")
    assert matter.whom == []
    assert matter.of("spend").is_open


def test_who_agreed_must_not_end_the_ticket_themselves():
    """An unassigned ticket is whose who resolves it: not Nina's, who approved."""
    matter = Asking().customer("10:00").by_hand("10:05", **{"field.cost": "620"})
    matter.says("nina", "#approve", "10:20", matter.mail_to("nina"))
    assert matter.of("spend").stage is Stage.APPROVED
    matter.says("nina", "#resolve Bought it.", "10:30")
    assert matter.known.ticket.state is not State.RESOLVED
    assert any("was approved by Nina Vale, who must not have the ticket" in line for line in matter.told)


def test_who_is_away_has_a_deputy():
    """The lead of a team of theirs, who is told for whom; never somebody excluded, and without one the others."""
    matter = Asking()
    matter.away = ("nina",)
    matter.customer("10:00").agent("10:10", "#take\n#field cost=620")
    assert matter.whom == ["omar"]
    assert "omar: You are asked in the place of Nina Vale, who is away." in matter.told
    assert "Omar Said is asked in the place of Nina Vale, who is away." in matter.story

    matter = Asking(WRITTEN.replace("never: [assignee, requester]", "never: [assignee, omar]"))
    matter.away = ("nina",)
    matter.customer("10:00").agent("10:10", "#take\n#field cost=620")
    assert matter.whom == ["dana"]

    matter = Asking()
    matter.away = ("nina", "omar", "dana", "cfo")
    matter.customer("10:00").agent("10:10", "#take\n#field cost=620")
    assert matter.whom == ["nina"]


def test_nobody_decided_in_time():
    """In working time it ends; whoever has the ticket and the lead hear it, it can be asked again, and late is said."""
    matter = costly()
    assert matter.ends["spend"].due_at == at("2026-11-25T10:10")
    matter.ends_at("2026-11-25T10:10")
    assert matter.of("spend").stage is Stage.EXPIRED
    assert matter.story == ["Nobody decided on “Money spent” in time; it was asked of Nina Vale."]
    assert sorted(line.partition(":")[0] for line in matter.told) == ["alice", "dana"]
    told = "\n".join(matter.agent("2026-11-25T11:00", "#resolve Bought it.").told)
    assert "nobody approved “Money spent” in time; #approval spend asks once more" in told
    assert matter.agent("2026-11-25T12:00", "#approval spend").whom == ["nina"]
    matter.ends_at("2026-11-30T12:00")
    assert matter.story[0].startswith("The desk stood still: this comes ")


def test_its_time_stands_still_while_the_ticket_waits():
    """Two working days of open time; a timer that comes early or late ends nothing."""
    matter = costly()
    matter.agent("11:10", "Which one?\n#wait")
    assert matter.ends == {}
    assert matter.of("spend").left == at("15:00") - at("00:00")
    matter.customer("2026-11-24T09:00", "The blue one.")
    assert matter.ends["spend"].due_at == at("2026-11-25T16:00")
    early = Timer(1, TimerKind.APPROVAL, matter.number, 0, at("2026-11-24T10:00"), "spend")
    assert expire(early, matter.facts(), matter.house, at("2026-11-24T10:00")).outcome.kind is OutcomeKind.DESK


def test_what_need_not_be_approved_any_more_is_withdrawn():
    """The cost is taken off: nothing waits, the time ends; written again it is asked again."""
    matter = costly()
    matter.agent("10:20", "#field cost=")
    assert (matter.of("spend").stage, matter.ends) == (Stage.WITHDRAWN, {})
    assert matter.story == ["“Money spent” need not be approved any more."]
    assert matter.agent("10:30", "#field cost=620").whom == ["nina"]
    assert matter.agent("10:40", "#spam").of("spend").stage is Stage.WITHDRAWN


def test_undo_takes_a_decision_back_until_somebody_acted_on_it():
    """It is open again until it was, and those in charge hear it."""
    matter = costly()
    mail = matter.mail_to("nina")
    matter.says("nina", "#approve", "10:20", mail)
    matter.says("nina", "#undo", "10:30")
    assert (matter.of("spend").is_open, matter.ends["spend"].due_at) == (True, at("2026-11-25T10:10"))
    assert any("was taken back: it is open again" in line for line in matter.told)
    matter.says("nina", "#approve", "10:40", mail).agent("10:50", "#resolve Bought it.")
    matter.says("nina", "#undo", "11:00")
    assert matter.of("spend").stage is Stage.APPROVED


def test_a_rule_asks_by_its_effect():
    """Whatever conditions are written; the same rule asks no second time while it is open or decided."""
    matter = Asking().customer("10:00", "You may reboot it.")
    assert matter.whom == ["dana"]
    assert matter.of("risk").is_wanted
    told = "\n".join(matter.agent("10:10", "#take").agent("10:20", "#resolve Rebooted.").told)
    assert "“risk” must be approved first; it was asked of Dana Cole" in told


def test_rules_resolve_nothing_that_waits():
    """The effect is left out and the decision says why; a new ticket whose own rules make it cost is one, too."""
    bought = "  bought: {on: any, when: {text: {words: bought}}, then: {field: {cost: '800'}, resolve: Done.}}\n"
    text = WRITTEN.replace("approvals:\n", f"{bought}approvals:\n")
    matter = Asking(text).customer("10:00", "We bought one.")
    assert (matter.known.ticket.state, matter.whom) == (State.NEW, ["nina"])
    assert any("stays as it is, against resolved by rules.bought" in why for why in matter.last.why)


def test_silence_resolves_nothing_that_waits():
    """A customer who does not answer: it is open again, and those in charge hear why."""
    life = "lifecycle: {waiting: {resolve_after: 7wd}}\n"
    matter = costly(text=WRITTEN + life).agent("10:30", "Which one?\n#wait")
    timer = Timer(1, TimerKind.LIFECYCLE, matter.number, 0, at("2026-12-02T10:30"), "waiting resolve")
    matter.kept(live_on(timer, matter.facts(), matter.house, at("2026-12-02T10:30")), "2026-12-02T10:30")
    assert matter.known.ticket.state is State.OPEN
    assert any("must be approved first" in line for line in matter.told)


def remote(text: str = WRITTEN) -> Asking:
    return Asking(text).customer("10:00").agent("10:05", "#take\nI will look.").agent("10:10", "#tag +remote-session")


def test_a_customer_is_asked_in_plain_words_and_answers_with_one():
    """Their yes is their consent: signed, entered as theirs, told to whoever has the ticket."""
    matter = remote()
    mail = matter.mail_to(BOB.address)
    assert (mail.person, mail.meaning) == (None, Meaning.CUSTOMER)
    assert matter.told[-1] == f"{BOB.address}: We need your consent: Remote access to your computer."
    assert "must be approved first" in "\n".join(matter.agent("10:15", "#wait").told)
    matter.take(answer_to(mail, "Hello,\nyes, thanks!\n\nBob", BOB, message_id="<yes@c.example>"), "10:20", mail)
    assert matter.of("remote-access").stage is Stage.APPROVED
    theirs, ours = matter.known.entries[-2:]
    assert (theirs.kind, theirs.by) == (EntryKind.CUSTOMER, BOB.address)
    assert "consent" in ours.flags
    assert ours.text.startswith(
        f"“Remote access to your computer” is approved by {BOB.address} (mail <yes@c.example>: "
    )


@pytest.mark.parametrize(
    ("text", "sender", "proof", "stage"),
    [
        ("Yes", BOB, NONE, Stage.APPROVED),  # the mark is theirs
        ("no", BOB, PASS, Stage.REJECTED),
        ("approve", BOB, PASS, Stage.APPROVED),
        ("#approve", BOB, PASS, Stage.APPROVED),
        ("Yes, but only until noon.", BOB, PASS, Stage.OPEN),
        ("It works now, thank you!", BOB, PASS, Stage.OPEN),
        ("Thanks!", BOB, PASS, Stage.OPEN),
        ("I do not approve", BOB, PASS, Stage.OPEN),
        ("yes and no", BOB, PASS, Stage.OPEN),
        ("Yes", EVE, PASS, Stage.OPEN),
        ("Yes", CAROL, PASS, Stage.OPEN),
        ("Yes", BOB, FAIL, Stage.OPEN),
    ],
)
def test_only_who_was_asked_says_yes_and_nothing_else(text: str, sender: Address, proof: Authenticity, stage: Stage):
    """More words are a mail like any other; somebody else's yes is none, nor one that is forged."""
    matter = remote()
    mail = matter.mail_to(BOB.address)
    matter.take(answer_to(mail, text, sender, message_id="<a@c.example>"), "10:20", mail, proof=proof)
    assert matter.of("remote-access").stage is stage


def test_a_yes_to_another_mail_is_no_consent():
    """Nor one whose quote holds the commands of the mail that asked."""
    matter = remote()
    asked = matter.mail_to(BOB.address)
    other = to_bob(ticket=matter.number, seen=matter.known.last_n)
    matter.take(answer_to(other, "yes", BOB, message_id="<y@c.example>"), "10:20", other)
    assert matter.of("remote-access").is_open
    quoting = answer_to(
        asked, "Sure?\n\n> #approve remote-access\n> yes", BOB, reply="Sure?", message_id="<q@c.example>"
    )
    matter.take(quoting, "10:30", asked)
    assert matter.of("remote-access").is_open


def test_a_mark_that_was_seen_outside_consents_to_nothing():
    """Whoever got hold of it may have written the yes."""
    matter = remote()
    mail = matter.mail_to(BOB.address)
    exposed = exposure(mark_of(mail))
    seen = KnownId(exposed, matter.number, is_reference=True, addresses=frozenset({EVE.address}))
    known = replace(matter.facts(mail), known={exposed: (seen,)})
    yes = answer_to(mail, "Yes", BOB, message_id="<y@c.example>")
    decision = decide(yes, an_arrival(), known, NONE, matter.house, at("10:20"), TOKEN)
    assert all(not change.field.startswith("approval.") for entry in entries_of(decision) for change in entry.changes)


def test_a_machine_consents_to_nothing():
    """An out-of-office that says yes is a machine's."""
    matter = remote()
    mail = matter.mail_to(BOB.address)
    away = answer_to(mail, "Yes", BOB, automatic=Automatic.OUT_OF_OFFICE, message_id="<o@c.example>")
    matter.take(away, "10:20", mail)
    assert matter.of("remote-access").is_open


def test_a_stranger_is_not_written_to():
    """A mail in Bob's name that nothing proves, and the desk's first: those in charge hear that he was not asked."""
    tagging = WRITTEN.replace("then: {approval: risk}", "then: {tags: [remote-session]}")
    matter = Asking(tagging).take(a_message(BOB, "You may reboot it.", message_id="<n@x.example>"), "10:00", proof=NONE)
    assert matter.whom == []
    assert any("bob@customer.example never got a mail about it" in line for line in matter.told)


def test_whose_own_matter_it_is_answers_as_a_customer():
    """Nina brought the ticket: asked for her consent she says yes; commands of hers are words."""
    matter = Asking().customer("10:00", sender=PEOPLE_BY_KEY["nina"]).agent("10:05", "#take\nI will look.")
    matter.agent("10:10", "#tag +remote-session")
    mail = matter.mail_to("nina@acme.example")
    assert mail.person is None
    matter.take(answer_to(mail, "#approve spend", PEOPLE_BY_KEY["nina"], message_id="<1@a.example>"), "10:20", mail)
    assert matter.of("remote-access").is_open
    matter.take(answer_to(mail, "Yes", PEOPLE_BY_KEY["nina"], message_id="<2@a.example>"), "10:30", mail)
    assert matter.of("remote-access").stage is Stage.APPROVED


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Ja", True),
        ("Ja, gerne.\n\nViele Grüße\nBob", True),
        ("Einverstanden", True),
        ("Nein danke", False),
        ("oui", True),
        ("Yes!", True),
        ("yes?", None),
        ("", None),
        ("y" * 5000, None),
        ("Yes, and by the way my mouse is broken", None),
    ],
)
def test_a_yes_in_any_tongue_is_bare(words: str, answer: bool | None):
    """Greeting, name and thanks may stand beside it."""
    assert says_yes(words, ["Bob Miller"], None) is answer


def test_what_stands_in_the_ticket_is_read_back():
    """Whatever an address, an amount or a reason holds."""
    one = Asked(
        Stage.OPEN, 7, "500", "620 = much, %", 2, ("dana", '"a, b=c"@x.example'), ("dana",), "cfo", "no; 5%=x", True,
        at("11:00"), None,
    )  # fmt: skip
    assert parse_asked(one.written()) == one
    paused = replace(one, until=None, left=at("11:00") - at("10:00"))
    assert parse_asked(paused.written()) == paused


NONSENSE = [
    ("a: {ask: [nobody]}", "there is no person 'nobody'"),
    ("a: {ask: [dana, dana]}", "twice"),
    ("a: {ask: [dana], quorum: 2}", "2 must agree, and no more than 1 can be asked"),
    ("a: {ask: [managers], quorum: 3}", "3 must agree, and no more than 2 can be asked"),
    ("a: {ask: ['team:buying'], never: [nina]}", "`never` leaves nobody to ask: it takes out nina"),
    ("a: {ask: [assignee], never: [assignee]}", "`never` leaves nobody to ask"),
    ("a: {of: costs, tiers: [{from: 5, ask: dana}]}", "there is no field 'costs'. Did you mean 'cost'?"),
    ("a: {of: room, tiers: [{from: 5, ask: dana}]}", "tiers need a field of type money or number"),
    ("a: {of: cost, ask: [dana]}", "`of` and `tiers` go together"),
    ("a: {of: cost, tiers: [{from: 5, ask: dana}, {from: 5, ask: cfo}]}", "from low to high"),
    ("a: {of: cost, tiers: [{from: 5, ask: dana}], quorum: 2}", "each tier has a `quorum` of its own"),
    ("a: {when: {tag: x}}", "asks nobody"),
    ("a: {ask: [dana], when: {subject: x}}", "an approval asks of the ticket, not of a mail"),
    ("a: {ask: [dana], when: {any: [{sender: '*@x.example'}]}}", "an approval asks of the ticket, not of a mail"),
    ("a: {ask: [dana], when: {field: {none: x}}}", "there is no field 'none'"),
    ("a: {ask: [dana], when: {team: none}}", "there is no team 'none'"),
    ("a: {ask: [dana], expires: 2d}", "days have no length in a calendar"),
    ("a: {ask: [dana], expires: 9000wd}", "write less"),
    ("a: {ask: [dana], expires: 2wd, calendar: nowhere}", "there is no calendar 'nowhere'"),
    ("a: {ask: [dana], calendar: real}", "say how `expires` is counted"),
    ("a: {ask: [dana], blocks: [reply]}", "'reply' waits for no approval"),
    ("a: {ask: [dana], record: consent}", "is somebody's outside"),
    ("a: {ask: [dana@acme.example]}", "is dana's: name them by their key"),
    ("a: {ask: [dana], tires: 1}", "unknown key 'tires'"),
    ("a: {ask: ['team:none']}", "there is no team 'none'"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "what"), NONSENSE)
def test_what_can_never_be_is_refused_where_it_stands(written: str, what: str):
    """With file, line and column."""
    found = problems_of(PEOPLE + RULES, f"approvals:\n  {written}\n")
    assert any(each.startswith("2.yaml:2:") and what in each for each in found), found


def test_a_rule_names_an_approval_that_there_is():
    """The nearest is named."""
    (problem,) = problems_of(WRITTEN.replace("approval: risk", "approval: risc"))
    assert "there is no approval 'risc'. Did you mean 'risk'?" in problem


OPEN = Asked(Stage.OPEN, 2, asked=("nina",), until=at("12:00")).written()


@pytest.mark.parametrize(
    ("kept", "entered", "ends", "faults"),
    [
        ({"spend": OPEN}, OPEN, {"spend"}, []),
        ({"spend": "approved n=2"}, "approved n=2", set(), []),
        ({"spend": "approved n=2"}, OPEN, {"spend"}, ["its entries say", "a timer ends no open approval"]),
        ({}, OPEN, set(), ["its entries say"]),
        ({"spend": OPEN}, OPEN, set(), ["an open approval has no timer that ends it"]),
        ({"spend": "agreed"}, "agreed", set(), ["cannot be read"]),
    ],
)
def test_verify_knows_how_far_approvals_have_come(kept, entered, ends, faults):
    """As the entries say, and each open one has its timer."""
    history = History(1042, {})
    history.add(SeenEntry(1, "event", None, None, None, f'[["approval.spend", null, "{entered}"]]'))
    seen = SeenTicket(1042, 1, {"state": "open"}, history, kept, frozenset(ends))
    found = [str(fault) for fault in check_ticket(seen)]
    assert len(found) == len(faults)
    assert all(what in fault for what, fault in zip(faults, found, strict=True)), found
