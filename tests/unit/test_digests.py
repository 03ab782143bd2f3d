"""Mails by schedule: whom they tell what, and what an answer to one may do."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from maild.desk import ask_of_timer, decide_timer
from maild.documents import Place
from maild.model.clocks import Clock, ClockName, ClockState
from maild.model.decision import BlockSender, EndHeld, OutcomeKind, RecordDeed, StartTimer, Timer, TimerKind
from maild.model.facts import Facts, Want
from maild.model.mail import Address, Automatic
from maild.model.occasion import DeskDeed, DeskEvent, DeskFacts, HeldMail, KeptWords, Learned, OpenMatter
from maild.model.outgoing import Meaning, Template, Thread
from maild.model.reports import FIELDS, Logged, ReportFacts
from maild.model.ticket import Confidence, State
from maild.rules import Category, Person, Report, ReportPart, Review, Schedule, Whom, WhomKind
from maild.rules.procedures import Step
from tests.unit.desk_values import (
    ALEX,
    ALICE,
    BOB,
    FAIL,
    HOUSE,
    NONE,
    NOW,
    PASS,
    a_machines_message,
    a_message,
    a_ticket,
    answer_to,
    decided,
    facts,
    issued,
    recipients,
    steps_of,
)

DAY = timedelta(days=1)
RITA = Address("rita@acme.example", "Rita Root")
SHIFT = "report handover Europe/London 2026-11-23"
TEAM = (Whom(WhomKind.TEAM, "first-line"),)
DIGEST = issued(
    "h",
    RITA.address,
    "root",
    Meaning.NOTHING,
    Template.HELD_DIGEST,
    ticket=None,
    thread=Thread.INTERNAL,
    listed=("71", "72", "73", "74"),
    subject="Acme Support: held mail: 4",
)
HANDOVER = issued(
    "o", ALICE.address, "alice", Meaning.NOTHING, Template.HANDOVER, ticket=None, listed=(SHIFT,), subject="handover"
)
HELD = tuple(HeldMail(70 + n, f"x{n}@spam.example", f"Offer {n}", "a reason", NOW, False) for n in (1, 2, 3))


def told_to_desk(text: str, sender: Address = RITA, proof=PASS, held=HELD, mail=DIGEST, **more):
    known = facts(mail, desk=DeskFacts(held=held, **more))
    return decided(answer_to(mail, text, sender), known, proof)


def a_report(*parts: ReportPart, to=TEAM, accept=None) -> Report:
    return Report("handover", Place("f.yaml", 1, 1), to, Schedule(time(9, 30)), parts, accept)


def held_by(report: Report, *matters: OpenMatter, kind=TimerKind.OCCASION, late=timedelta(), house=HOUSE, **more):
    """Let an occasion of the report come."""
    there = replace(house, rules=replace(house.rules, reports={report.key: report}))
    timer = Timer(1, kind, None, 0, NOW - late, SHIFT)
    known = Facts(2001, desk=DeskFacts(matters=matters, **more.pop("desk", {})), **more)
    return decide_timer(timer, known, there, NOW)


def a_matter(number: int, due: timedelta | None = None, why: str = "", **ticket) -> OpenMatter:
    at = NOW + due if due is not None else None
    clock = Clock(ClockName.RESOLUTION, ClockState.RUNNING, timedelta(hours=8), "c", "", timedelta(), NOW, at)
    return OpenMatter(a_ticket(number, **ticket), (clock,) if at is not None else (), why)


def lines_of(decision, to: str) -> list[str]:
    (mail,) = [each for each in decision.mails if each.to == to]
    return [f"{part.name}: #{item.ticket} {item.words}" for part in mail.listings for item in part.items]


def test_held_mail_is_ended_by_numbers_of_the_list():
    """Several, ranges, and what becomes of them in a transcript to whoever said so."""
    decision = told_to_desk("#release 1\n#discard 2-3")

    assert steps_of(decision, EndHeld) == [
        EndHeld(71, True, "root"),
        EndHeld(72, False, "root"),
        EndHeld(73, False, "root"),
    ]
    (mail,) = decision.mails
    assert (mail.to, mail.template) == (RITA.address, Template.TRANSCRIPT)
    assert mail.about[0] == "released: x1@spam.example: Offer 1"


def test_a_sender_is_blocked():
    """The mail is dropped, and whatever they write from now on is held."""
    decision = told_to_desk("#block 2")

    assert steps_of(decision, BlockSender) == [BlockSender("x2@spam.example", "root")]
    assert steps_of(decision, EndHeld) == [EndHeld(72, False, "root")]


@pytest.mark.parametrize(
    "text",
    [
        "#release 5",
        "#release 0",
        "#release 1, 9",
        "#release 4",
        "#release 1\n#discard 1",
        "#discard",
        "#release 3-1200",
        "#release 1\n#block 9",
    ],
)
def test_a_wrong_number_is_refused_whole(text):
    """One that the list has not, one that is held no more, one said twice: nothing of the mail is done."""
    decision = told_to_desk(text)

    assert steps_of(decision, EndHeld) == []
    assert steps_of(decision, BlockSender) == []
    (mail,) = decision.mails
    assert mail.about[0] == "Nothing was done:"


@pytest.mark.parametrize(
    "mail",
    [
        HeldMail(71, BOB.address, "Offer", "forged", NOW, True),
        HeldMail(71, "", "Offer", "nobody", NOW, False),
        HeldMail(71, ALEX.address, "Offer", "loop", NOW, False),
        HeldMail(71, "support@acme.example", "Offer", "loop", NOW, False),
    ],
    ids=["forged", "nobody", "a colleague", "ourselves"],
)
def test_whose_name_was_only_used_is_not_blocked(mail):
    """Else a forger could shut a customer out by the administrator's hand."""
    assert steps_of(told_to_desk("#block 1", held=(mail,)), BlockSender) == []


@pytest.mark.parametrize(
    ("sender", "proof", "kind"),
    [
        (RITA, FAIL, OutcomeKind.DESK),
        (ALICE, PASS, OutcomeKind.DESK),
        (Address("eve@elsewhere.example"), PASS, OutcomeKind.ENTRY),
        (Address("eve@elsewhere.example"), NONE, OutcomeKind.ENTRY),
    ],
    ids=["forged", "an agent who is none", "a stranger", "a stranger unproved"],
)
def test_nobody_else_ends_what_is_held(sender, proof, kind):
    """Not who forges an administrator, not an agent who got the list passed on, not who found it."""
    decision = told_to_desk("#release 1-3\n#block 1", sender, proof)

    assert steps_of(decision, EndHeld) == []
    assert steps_of(decision, BlockSender) == []
    assert decision.outcome.kind is kind


def test_somebody_who_was_an_administrator_is_refused():
    """The list was theirs, the role is not any more."""
    person = Person("root", "Rita Root", (RITA.address,), frozenset({"agent"}), None)
    house = replace(HOUSE, rules=replace(HOUSE.rules, people={**HOUSE.rules.people, "root": person}))
    known = facts(DIGEST, desk=DeskFacts(held=HELD))

    assert steps_of(decided(answer_to(DIGEST, "#release 1", RITA), known, house=house), EndHeld) == []


@pytest.mark.parametrize("mail", [DIGEST, HANDOVER])
def test_an_out_of_office_does_nothing(mail):
    """It is a matter of the desk, and gets no answer."""
    away = a_machines_message(
        Automatic.OUT_OF_OFFICE, sender=Address(mail.recipient), text="#release 1\n#ack", **_answering(mail)
    )
    decision = decided(away, facts(mail, desk=DeskFacts(held=HELD)))

    assert decision.outcome.kind is OutcomeKind.DESK
    assert decision.mails == ()
    assert decision.steps == ()


def _answering(mail):
    return {"in_reply_to": answer_to(mail).in_reply_to, "subject": f"Re: {mail.subject}"}


def test_plain_words_do_nothing_and_say_so():
    """Lists take only lines of # commands."""
    decision = told_to_desk("Please release the first one")

    assert decision.steps == ()
    assert [mail.about[0] for mail in decision.mails] == ["Nothing was done:"]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({}, OutcomeKind.HELD), ({"is_blocked": False}, OutcomeKind.ENTRY)],
    ids=["blocked", "not"],
)
def test_what_a_blocked_sender_writes_is_held(changes, kind):
    """And nobody hears of it but by the count in the list."""
    decision = decided(a_message(BOB), facts(**{"is_blocked": True, **changes}))

    assert decision.outcome.kind is kind
    assert (decision.mails == ()) is (kind is OutcomeKind.HELD)


def test_a_handover_is_accepted_by_ack():
    """In an answer to it, by whoever got it; a second time it is said who did."""
    first = told_to_desk("#ack", ALICE, mail=HANDOVER)
    before = DeskEvent(DeskDeed.ACCEPTED, SHIFT, "alex", NOW)
    second = told_to_desk("#ack", ALICE, mail=HANDOVER, events=(before,))

    assert steps_of(first, RecordDeed) == [RecordDeed(DeskDeed.ACCEPTED, SHIFT, "alice")]
    assert steps_of(second, RecordDeed) == []
    assert "Alex Stone accepted it already" in second.mails[0].about[0]


@pytest.mark.parametrize(("sender", "proof"), [(ALICE, FAIL), (ALEX, PASS)], ids=["forged", "not asked"])
def test_nobody_else_accepts_a_handover(sender, proof):
    """Neither who forges them, nor a colleague to whom it was only passed on."""
    assert steps_of(told_to_desk("#ack", sender, proof, mail=HANDOVER), RecordDeed) == []


def test_a_handover_waits_for_somebody():
    """It goes to all of the shift who are here, and must be accepted in time."""
    decision = held_by(
        a_report(ReportPart.OPEN_BY_DUE, accept=timedelta(minutes=30)), absences={"alex": NOW + timedelta(1)}
    )

    assert recipients(decision.mails) == [ALICE.address]
    assert decision.mails[0].listed == (SHIFT,)
    timers = {step.kind: step for step in steps_of(decision, StartTimer)}
    assert timers[TimerKind.HANDOVER] == StartTimer(TimerKind.HANDOVER, None, NOW + timedelta(minutes=30), SHIFT)
    assert timers[TimerKind.OCCASION].about == SHIFT.replace("-23", "-24")


@pytest.mark.parametrize(
    ("events", "away", "told"),
    [
        ((DeskEvent(DeskDeed.ACCEPTED, SHIFT, "alice", NOW),), {}, []),
        ((), {}, ["alex@acme.example"]),
        ((), {"alex": NOW + timedelta(1)}, ["dana@acme.example"]),
        ((), {"alex": NOW + timedelta(1), "dana": NOW + timedelta(1)}, ["dana@acme.example"]),
    ],
    ids=["accepted", "the lead", "the lead is away: managers", "all are away: managers all the same"],
)
def test_a_handover_that_nobody_accepted(events, away, told):
    """Its lead hears, with all that it held, and may accept it too."""
    teams = {"first-line": replace(HOUSE.rules.teams["first-line"], lead="alex")}
    house = replace(HOUSE, rules=replace(HOUSE.rules, teams=teams))
    report = a_report(ReportPart.OPEN_BY_DUE, accept=timedelta(minutes=30))
    decision = held_by(report, kind=TimerKind.HANDOVER, house=house, absences=away, desk={"events": events})

    assert recipients(decision.mails) == told
    assert all(mail.listed == (SHIFT,) for mail in decision.mails)


@pytest.mark.parametrize(
    ("by", "says"),
    [("alex", "Alex Stone accepted the handover before this one, 2026-11-23 09:30."), (None, "Nobody accepted")],
)
def test_a_handover_says_who_accepted_the_last(by, says):
    """Or that nobody did."""
    before = SHIFT.replace("-23", "-22")
    events = (DeskEvent(DeskDeed.ACCEPTED, before, by, NOW),) if by else ()
    report = a_report(ReportPart.OPEN_BY_DUE, accept=timedelta(minutes=30))
    decision = held_by(report, desk={"events": events, "before": before})

    assert decision.mails[0].about[1].startswith(says)


def test_a_shift_of_which_nobody_is_here_is_told_to_the_lead_at_once():
    """Nothing waits half an hour for nobody."""
    away = {"alice": NOW + timedelta(1), "alex": NOW + timedelta(1)}
    decision = held_by(a_report(ReportPart.OPEN_BY_DUE, accept=timedelta(minutes=30)), absences=away)

    assert recipients(decision.mails) == ["dana@acme.example"]


def test_each_reads_only_what_they_may_see():
    """What is not theirs to see is not there, of a confidential ticket there is but its number."""
    secret = a_matter(1002, timedelta(hours=1), subject="Salary", confidential=Confidence.TEAM, team="first-line")
    hidden = a_matter(1003, timedelta(hours=1), subject="Merger", confidential=Confidence.TEAM, team="empty")
    decision = held_by(a_report(ReportPart.OPEN_BY_DUE, ReportPart.BREACHED), a_matter(1001), secret, hidden)

    assert lines_of(decision, ALICE.address) == [
        "open-by-due: #1002 (confidential)",
        "open-by-due: #1001 Printer, with nobody",
    ]


def test_what_a_handover_tells():
    """Open by what is due, waiting on whom, late and why, who is away, whose tickets lie with nobody."""
    matters = (
        a_matter(1001, timedelta(hours=2), assignee="alice"),
        a_matter(1002, timedelta(hours=-2), "Why resolution is late: the part is missing", assignee="erik"),
        a_matter(1003, state=State.WAITING),
        a_matter(1004, state=State.PENDING, assignee="alex"),
    )
    parts = (ReportPart.OPEN_BY_DUE, ReportPart.WAITING, ReportPart.BREACHED, ReportPart.ABSENCES)
    decision = held_by(a_report(*parts), *matters, absences={"alex": NOW + timedelta(1)})

    assert lines_of(decision, ALICE.address) == [
        "open-by-due: #1002 Printer, with Erik Holm",
        "open-by-due: #1001 Printer, with Alice Reyes",
        "waiting: #1003 Printer, waits for Bob Miller",
        "waiting: #1004 Printer, sleeps",
        "breached: #1002 Printer",
        "absences: #None Alex Stone is away",
        "absences: #1002 Printer, with Erik Holm, who left",
        "absences: #1004 Printer, with Alex Stone, who is away",
    ]
    late = [item for part in decision.mails[0].listings if part.name == "breached" for item in part.items]
    assert late[0].note == "Why resolution is late: the part is missing"


def test_a_morning_tells_each_their_own():
    """Their tickets and their drafts, nobody else's."""
    drafts = (
        KeptWords("alice", 1001, NOW, "Dear Bob"),
        KeptWords("alice", 1003, NOW, "Dear boss"),
        KeptWords("alice", 1004, NOW, "Dear rival"),
        KeptWords("alex", None, NOW, "Dear Carol"),
    )
    secret = a_matter(1003, confidential=Confidence.SEALED, team="first-line")
    hidden = a_matter(1004, confidential=Confidence.TEAM, team="empty")
    report = a_report(ReportPart.MINE_BY_DUE, ReportPart.DRAFTS, to=(Whom(WhomKind.EACH, "first-line"),))
    decision = held_by(
        report,
        a_matter(1001, assignee="alice"),
        a_matter(1002, assignee="alex"),
        secret,
        hidden,
        desk={"drafts": drafts},
    )

    assert lines_of(decision, ALICE.address) == [
        "mine-by-due: #1001 Printer",
        "drafts: #1001 your draft: Dear Bob",
        "drafts: #1003 your draft: (confidential)",
    ]
    assert lines_of(decision, ALEX.address) == ["mine-by-due: #1002 Printer", "drafts: #None your draft: Dear Carol"]


@pytest.mark.parametrize(("late", "says"), [(timedelta(minutes=4), 1), (timedelta(days=3), 2)])
def test_a_late_report_says_so(late, says):
    """It is told at once, once, and stands for what was missed meanwhile."""
    decision = held_by(a_report(ReportPart.OPEN_BY_DUE), late=late)

    assert [len(mail.about) for mail in decision.mails] == [says, says]
    (after,) = steps_of(decision, StartTimer)
    assert after.due_at == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


REVIEWED = Category(
    "network/vpn",
    "VPN access",
    procedure=(Step("Ask for the version"),),
    reviewed=Review("alice", date(2026, 9, 1), 80 * DAY),
)
CHILD = replace(REVIEWED, key="network/vpn/home", title="At home")
REMINDER = issued(
    "r", ALICE.address, "alice", Meaning.NOTHING, Template.REVIEW_DUE, ticket=None, listed=("network/vpn",)
)


def on_day(kind: str, day: str = "2026-11-23", house=HOUSE, **desk):
    """Let an occasion of reviews or of knowledge come."""
    categories = {each.key: each for each in (REVIEWED, CHILD)}
    there = replace(house, rules=replace(house.rules, categories=categories))
    now = datetime.fromisoformat(f"{day}T08:00").replace(tzinfo=UTC)
    timer = Timer(1, TimerKind.OCCASION, None, 0, now, f"{kind} - Europe/London {day}")
    return decide_timer(timer, Facts(2001, desk=DeskFacts(**desk)), there, now)


def a_review(day: str) -> DeskEvent:
    at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
    return DeskEvent(DeskDeed.REVIEWED, "network/vpn", "alice", at)


@pytest.mark.parametrize(
    ("day", "since", "events", "told"),
    [
        ("2026-11-19", "2026-11-18", (), 0),
        ("2026-11-20", "2026-11-19", (), 1),
        ("2026-11-21", "2026-11-20", (), 0),
        ("2026-11-27", "2026-11-26", (), 1),
        ("2026-11-28", "2026-11-25", (), 1),
        ("2026-11-28", None, (), 1),
        ("2026-11-20", "2026-11-19", (a_review("2026-11-01"),), 0),
        ("2027-01-20", "2027-01-19", (a_review("2026-11-01"),), 1),
        ("2026-11-20", "2026-11-19", (a_review("2026-08-01"),), 1),
    ],
    ids=["before", "due", "the day after", "a week later", "missed", "first", "reviewed", "due again", "newer file"],
)
def test_a_reviewer_is_reminded_when_a_review_is_due(day, since, events, told):
    """Once a week until somebody says that it was done; what children have from it is reviewed with it."""
    at = datetime.fromisoformat(f"{since}T08:00").replace(tzinfo=UTC) if since else None
    decision = on_day("review", day, events=events, since=at)

    assert recipients(decision.mails) == [ALICE.address] * told
    assert all(mail.listed == ("network/vpn",) for mail in decision.mails)


def test_whose_reviewer_left_is_the_managers():
    """And says who it was."""
    people = {**HOUSE.rules.people, "alice": replace(HOUSE.rules.people["alice"], left=date(2026, 1, 1))}
    decision = on_day("review", "2026-11-20", replace(HOUSE, rules=replace(HOUSE.rules, people=people)))

    assert recipients(decision.mails) == ["dana@acme.example"]
    assert decision.mails[0].about[2] == "Alice Reyes, who reviewed it, is not here any more."


@pytest.mark.parametrize(
    ("sender", "proof", "mail", "count"),
    [(ALICE, PASS, REMINDER, 1), (ALICE, FAIL, REMINDER, 0), (ALEX, PASS, REMINDER, 0), (ALICE, PASS, HANDOVER, 0)],
    ids=["the reviewer", "forged", "not the reviewer", "another mail"],
)
def test_a_review_is_recorded(sender, proof, mail, count):
    """By whoever was reminded, in answer to the reminder."""
    decision = told_to_desk("#reviewed", sender, proof, mail=mail)

    assert steps_of(decision, RecordDeed) == [RecordDeed(DeskDeed.REVIEWED, "network/vpn", "alice")] * count


def learned(number: int = 1001, answer: str = "Restart the client.", is_feedback: bool = False, **ticket) -> Learned:
    one = a_ticket(number, **{"category": "network/vpn", "tags": ("kb",), **ticket})
    return Learned(one, NOW, "alex", "It hangs", answer, is_feedback)


def test_what_was_learned_goes_to_the_reviewer_each_month():
    """Resolutions with their tickets' words, what colleagues say of the procedure; of confidential ones no word."""
    said = (
        learned(),
        learned(1002, confidential=Confidence.TEAM, team="first-line"),
        learned(1003, confidential=Confidence.TEAM, team="empty"),
        learned(1004, "Step 2 is old", is_feedback=True),
        learned(1005, category=None),
    )
    decision = on_day("knowledge", learned=said)

    assert lines_of(decision, ALICE.address) == [
        "kb: #1001 Printer (network/vpn)",
        "kb: #1002 (confidential)",
        "feedback: #1004 Alex Stone about network/vpn: Step 2 is old",
    ]
    assert decision.mails[0].listings[0].items[0].note == "asked: “It hangs” · answered: “Restart the client.”"
    assert lines_of(decision, "dana@acme.example") == ["kb: #1005 Printer"]


def test_a_month_in_which_nothing_was_learned_is_not_mailed():
    """Nor is a morning on which nothing is held."""
    assert on_day("knowledge").mails == ()
    assert on_day("held").mails == ()


def test_figures_of_a_report_are_of_the_time_since_the_last():
    """With the charts that show them; of tickets that the reader may see."""
    opened = Logged(1001, NOW - timedelta(hours=1), {**dict.fromkeys(FIELDS), "state": "new", "queue": "support"}, ())
    before = replace(opened, number=1002, opened_at=NOW - timedelta(hours=9))
    desk = {"figures": ReportFacts((opened, before)), "since": NOW - timedelta(hours=8)}
    decision = held_by(a_report(ReportPart.VOLUME), desk=desk)

    words = [item.words for part in decision.mails[0].listings for item in part.items]
    assert words[-1].startswith("all: before 1, opened 1")
    assert [chart.key for chart in decision.mails[0].charts] == ["course"]


@pytest.mark.parametrize(
    ("part", "told"), [(ReportPart.VOLUME, ["Figures of {since} to {until}."]), (ReportPart.WAITING, [])]
)
def test_a_report_says_of_which_time_its_figures_are(part, told):
    """By its reader's clock; a list of what is waiting is of now."""
    (mail, *_) = held_by(a_report(part), desk={"figures": ReportFacts(()), "since": NOW - timedelta(hours=8)}).mails

    assert [line.wording for line in mail.about[1:]] == told


@pytest.mark.parametrize(
    ("schedule", "since"),
    [
        (Schedule(time(9, 30)), "2026-11-22 09:30 GMT"),
        (Schedule(time(9, 30), frozenset({0})), "2026-11-16 09:30 GMT"),
        (Schedule(time(9, 30), is_monthly=True), "2026-11-01 09:30 GMT"),
    ],
    ids=["daily", "weekly", "monthly"],
)
def test_the_first_report_is_of_as_long_as_the_others(schedule, since):
    """A desk's first week is a week, whatever the desk did before; one that comes late is of the time until now."""
    report = replace(a_report(ReportPart.VOLUME), schedule=schedule)

    (mail, *_) = held_by(report, desk={"figures": ReportFacts(())}, late=timedelta(hours=30)).mails

    assert mail.about[-1].values["since"] == since


@pytest.mark.parametrize(("part", "wants"), [(ReportPart.SLA, {Want.FIGURES}), (ReportPart.DRAFTS, set())])
def test_figures_are_read_only_for_a_report_that_tells_them(part, wants):
    """A morning's list costs no month of histories."""
    house = replace(HOUSE, rules=replace(HOUSE.rules, reports={"handover": a_report(part)}))

    assert ask_of_timer(Timer(1, TimerKind.OCCASION, None, 0, NOW, SHIFT), house).wants == wants
