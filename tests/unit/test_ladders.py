"""Ladders: what they say, who hears of it when, and how far a ticket has come."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from maild.desk import climb
from maild.desk.climbing import Progress
from maild.desk.clocks import elapsed_at, hours_of
from maild.desk.recomputing import clock_faults
from maild.model.clocks import ClockName
from maild.model.decision import StartTimer, StopTimers, Timer, TimerKind
from tests.unit.rules_values import ALICE, problems_of
from tests.unit.test_clocks import HAPPENINGS, RULES, Matter, at

LADDERS = (
    RULES
    + """\
ladders:
  urgent:
    for: {priority: [p1, p2]}
    calendar: real
    steps:
      - {at: first_response 80%, notify: [assignee]}
      - {after: 20m, if: unassigned, notify: [lead]}
      - {at: first_response 100%, if: unanswered, notify: [assignee, lead]}
      - {after: 2h, if: unresolved, level: L2, notify: [lead]}
      - {after: 4h, if: unresolved, level: L3, notify: [lead, managers], urgency: {raise: 1}}
      - {after: 8h, if: unresolved, notify: [managers], repeat: 4h}
  standard:
    steps:
      - {after: {p3: 1wd}, if: unresolved, level: L2, notify: [lead]}
"""
)


class Climbing(Matter):
    """A ticket whose ladder is climbed whenever a step of it falls due."""

    def __init__(self, text: str = LADDERS) -> None:
        super().__init__(text)
        self.step_at = None
        self.said = None

    def _carry_out(self, decision, facts, now):
        self.said = decision
        for step in decision.steps:
            if isinstance(step, StopTimers) and step.kind is TimerKind.LADDER:
                self.step_at = None
            if isinstance(step, StartTimer) and step.kind is TimerKind.LADDER:
                self.step_at = step.due_at
        return super()._carry_out(decision, facts, now)

    def until(self, when: str) -> list[str]:
        """Let every step happen that falls due; say when, and who hears."""
        told = []
        while self.step_at is not None and self.step_at <= at(when):
            now, self.step_at = self.step_at, None
            decision = climb(Timer(1, TimerKind.LADDER, self.number, 0, now), self.facts(), self.house, now)
            self.kept(decision, f"{now:%Y-%m-%dT%H:%M:%S}")
            told += [f"{now:%d %H:%M} {mail}" for mail in self.mails] or [f"{now:%d %H:%M} nobody"]
        return told


def short(told: list[str]) -> list[str]:
    return [line.replace("@acme.example", "").replace(" to ", " ") for line in told]


def test_an_urgent_ticket_climbs_as_the_procedure_says():
    """Level 2 after two hours, level 3 after four, then the managers again and again; each step once, none early."""
    matter = Climbing().customer("10:00", "There is fire.")
    assert short(matter.until("11:00")) == [
        "23 10:20 escalated dana",
        "23 10:24 breach-warning dana",
        "23 10:30 breached dana",
    ]
    assert short(matter.until("17:00")) == [
        f"23 {when} escalated {who}" for when in ("12:00", "14:00") for who in ("dana", "alice", "alex")
    ]
    assert (matter.known.ticket.level, matter.known.ticket.urgency) == ("L3", "high")
    assert short(matter.until("2026-11-24T03:00")) == [
        f"{when} escalated dana" for when in ("23 18:00", "23 22:00", "24 02:00")
    ]
    assert matter.step_at == at("2026-11-24T06:00")


def test_steps_whose_condition_does_not_hold_are_passed_over():
    """An answered ticket, with somebody: nobody needs to hear until it is long unresolved."""
    matter = Climbing().customer("10:00", "There is fire.").agent("10:05")
    assert matter.until("11:59") == ["23 10:20 nobody"]
    assert matter.known.entries[-1].text == "Ladder urgent, after 20m. Nothing is done: it is with alice."
    matter.agent("11:59", "#resolve It is out.")
    assert matter.step_at is None


def test_waiting_for_the_customer_does_not_count():
    """Unless the ladder says so."""
    matter = Climbing().customer("10:00", "There is fire.").agent("10:05", "#wait\nWhere?")
    assert matter.step_at is None
    matter.customer("11:00", "In the cellar.")
    assert matter.step_at == at("11:15")
    counting = Climbing(LADDERS.replace("    calendar: real\n", "    calendar: real\n    count_paused: true\n"))
    counting.customer("10:00", "There is fire.").agent("10:05", "#wait\nWhere?")
    assert counting.step_at == at("10:20")


def test_another_priority_brings_another_ladder():
    """What has passed counts: the first step of it that is over is due at once."""
    matter = Climbing().customer("10:00")
    assert matter.step_at == at("2026-11-24T10:00")  # a working day of eight hours
    matter.by_hand("13:00", priority="p1")
    assert matter.step_at == at("13:00")
    told = short(matter.until("13:00"))
    assert "23 13:00 escalated dana" in told
    assert matter.known.ticket.level == "L2"
    assert len(told) == 3


def test_a_ticket_that_had_no_ladder_climbs_one_that_it_comes_to():
    """What has passed since it was opened counts, though nothing counted it then."""
    text = LADDERS.replace("  standard:\n    steps:", "  standard:\n    for: {priority: [p4]}\n    steps:")
    matter = Climbing(text).customer("10:00")
    assert matter.step_at is None
    matter.by_hand("13:00", priority="p1")
    assert matter.step_at == at("13:00")
    matter.until("13:00")
    assert matter.known.ticket.level == "L2"


def test_steps_that_were_missed_are_told_together_and_say_so():
    """The desk stood still for a night."""
    matter = Climbing().customer("10:00", "There is fire.")
    decision = climb(
        Timer(1, TimerKind.LADDER, matter.number, 0, matter.step_at), matter.facts(), matter.house, at("23:00")
    )
    matter.kept(decision, "23:00")
    assert sorted(matter.mails) == [f"escalated to {who}@acme.example" for who in ("alex", "alice", "dana")]
    assert matter.known.entries[-1].text.endswith(" late, at 2026-11-23 23:00 UTC.")
    assert matter.step_at == at("2026-11-24T02:00")


def test_who_is_away_is_passed_over_and_their_lead_told():
    """By the rule files or by their own word."""
    matter = Climbing(LADDERS.replace("if: unassigned, notify: [lead]", "notify: [alice]"))
    matter.customer("10:00", "There is fire.")
    facts = replace(matter.facts(), absences={"alice": at("18:00")})
    decision = climb(Timer(1, TimerKind.LADDER, matter.number, 0, at("10:20")), facts, matter.house, at("10:20"))
    assert [mail.to for mail in decision.mails] == ["dana@acme.example"]


def test_an_agent_who_sees_to_it_lets_the_ladder_rest_until_the_next_level():
    """`#ack`; what repeats is passed over once."""
    matter = Climbing().customer("10:00", "There is fire.").agent("10:10", "#ack")
    assert matter.step_at == at("12:00")
    assert short(matter.until("12:00"))[0] == "23 12:00 escalated dana"
    matter.until("18:00")
    matter.agent("19:00", "#ack")
    assert matter.step_at == at("2026-11-24T02:00")


def test_an_agent_brings_a_ticket_to_the_next_level():
    """With words for whoever takes it on; the ladder's own step to that level is done by it."""
    matter = Climbing().customer("10:00", "There is fire.").agent("10:10", "#escalate")
    assert matter.known.ticket.level is None
    matter.agent("10:15", "#escalate\nIt smokes; we tried water; no error is shown; the whole cellar.")
    assert matter.known.ticket.level == "L2"
    assert "escalated to dana@acme.example" in matter.mails
    assert short(matter.until("13:59"))[-1] == "23 10:30 breached dana"


def test_a_clock_that_begins_anew_may_be_warned_of_again():
    """Its earlier steps are forgotten."""
    text = LADDERS.replace("at: first_response 80%", "at: next_response 50%")
    matter = Climbing(text).customer("10:00", "There is fire.").agent("10:01").customer("10:40", "Still!")
    assert "23 11:10 breach-warning alice" in short(matter.until("11:30"))
    matter.agent("11:31").customer("11:35", "And now?")
    assert "23 12:05 breach-warning alice" in short(matter.until("12:10"))


def test_a_step_that_was_dropped_after_a_restore_comes_with_the_next_mail():
    """Its timer is gone, and the ladder goes on all the same."""
    matter = Climbing().customer("10:00", "There is fire.")
    matter.step_at = None
    matter.customer("10:50", "Still!")
    assert matter.step_at == at("10:50")


@settings(max_examples=30)
@given(HAPPENINGS)
def test_in_any_life_each_step_is_done_once_and_none_early(happenings: list[tuple[int, str]]):
    """Whatever happens in whichever order; and what is stored of clocks adds up."""
    matter, now = Climbing().customer("10:00", "There is fire."), at("10:00")
    history = [*matter.changes()]
    for minutes, what in happenings:
        now += timedelta(minutes=minutes)
        matter.until(f"{now:%Y-%m-%dT%H:%M}")
        history += matter.changes()
        matter.live(what, now)
        history += matter.changes()
        assert matter.step_at is None or matter.step_at >= now
        assert [*clock_faults(tuple(matter.clocks.values()), history, matter.house.rules.calendars)] == []
    told = [line for entry in matter.known.entries if "ladder" in entry.flags for line in entry.text.split("\n")]
    steps = [line.split(".")[0] for line in told if "after 8h" not in line]
    assert len(steps) == len(set(steps))
    counting = matter.clocks["ladder"]
    elapsed = elapsed_at(counting, hours_of(counting.calendar, matter.house.rules.calendars), now)
    for hours in (2, 4, 8):
        assert elapsed >= timedelta(hours=hours) or f"Ladder urgent, after {hours}h" not in steps


def test_progress_is_written_as_it_is_read():
    """A step by the name of its ladder, and how often."""
    text = "urgent/after 2h; urgent/after 8h x3; urgent/next_response 80%"
    progress = Progress.parse(text)
    assert progress.written() == text
    assert progress.begun_anew(ClockName.NEXT_RESPONSE).written() == "urgent/after 2h; urgent/after 8h x3"
    assert Progress.parse(None).written() is None


@pytest.mark.parametrize(
    ("ladder", "complaint"),
    [
        ("{steps: []}", "steps: must not be empty"),
        ("{steps: [{notify: [lead]}]}", "steps[0]: write when: `at` a part of a clock's target, or `after`"),
        ("{steps: [{after: 2h, at: update 80%, notify: lead}]}", "steps[0]: write when"),
        ("{steps: [{after: 2h}]}", "steps[0]: does nothing: write whom to notify"),
        ("{steps: [{after: 2d, notify: lead}]}", "'2d': days have no length in a calendar"),
        ("{calendar: real, steps: [{after: 9999d, notify: lead}]}", "steps[0].after: 9999d in real: from 2026-01-05"),
        ("{for: {level: [L0]}, steps: [{after: 2h, notify: lead}]}", "for.level[0]: "),
        ("{steps: [{after: 9999wd, notify: lead}]}", "steps[0].after: 9999wd in real: from 2026-01-05 it is due on 20"),
        ("{steps: [{after: 2h, repeat: 99999h, notify: lead}]}", "steps[0].repeat: 99999h in real: from 2026-01-05"),
        ("{steps: [{at: answer 80%, notify: lead}]}", "steps[0].at: 'answer 80%': write a clock and a part"),
        ("{steps: [{at: update 80%, notify: lead, repeat: 2h}]}", "only what is due `after` a time can repeat"),
        ("{steps: [{after: 2h, notify: [requester]}]}", "steps[0].notify[0]: nobody outside is told by this"),
        ("{steps: [{after: 2h, notify: [team:nope]}]}", "steps[0].notify[0]: there is no team 'nope'"),
        ("{steps: [{after: 2h, notify: bob}]}", "steps[0].notify: there is no person 'bob'"),
        ("{steps: [{after: 2h, level: L2, needs: packet}]}", "a step needs a packet, and there is none"),
        ("{steps: [{after: 2h, urgency: {raise: 1}, needs: packet}], packet: contact}", "goes along with mails"),
        ("{steps: [{after: 2h, level: L2}], packet: [phone]}", "packet[0]: 'phone' is none of problem"),
        ("{calendar: nope, steps: [{after: 2h, notify: lead}]}", "calendar: there is no calendar 'nope'"),
        ("{steps: [{after: 2h, if: cold, notify: lead}]}", "steps[0].if: 'cold' is none of unassigned, unanswered"),
    ],
)
def test_ladders_that_lead_nowhere_are_refused(ladder: str, complaint: str):
    """Each with its key."""
    (problem,) = problems_of(ALICE, f"ladders: {{l: {ladder}}}")
    assert "ladders.l" in problem
    assert complaint in problem


@pytest.mark.parametrize(("level", "step"), [("L1", "10:20"), ("L2", "11:00")])
def test_a_ladder_may_be_for_the_tickets_of_a_level(level: str, step: str):
    """A ticket that came to none is at the first one; brought to the next, it climbs that one's ladder."""
    second = "  second: {for: {level: L2}, calendar: real, steps: [{after: 1h, notify: lead}]}\n  standard:\n"
    text = LADDERS.replace("priority: [p1, p2]", "level: L1").replace("  standard:\n    steps", f"{second}    steps")
    matter = Climbing(text).customer("10:00", "There is fire.")
    if level == "L2":
        matter.by_hand("10:01", level="L2")
    assert matter.step_at == at(step)


def test_days_in_a_ladder_of_wall_time_are_days():
    """Two of them are 48 hours, weekend or not."""
    text = RULES + "ladders: {l: {calendar: real, steps: [{after: 2d, notify: lead, repeat: 1d}]}}\n"
    matter = Climbing(text).customer("2026-11-27T10:00")
    assert short(matter.until("2026-11-30T11:00")) == ["29 10:00 escalated dana", "30 10:00 escalated dana"]


def test_a_rule_names_the_ladder_that_a_ticket_climbs():
    """Whatever that ladder is for; one that is taken away later leaves the first that fits."""
    text = LADDERS.replace("then: {priority: p3}", "then: {priority: p3, ladder: urgent}")
    matter = Climbing(text).customer("10:00")
    assert (matter.known.ticket.climbs, matter.step_at) == ("urgent", at("10:20"))
    told = short(matter.until("12:00"))
    assert told[-1].startswith("23 12:00 escalated")
    assert matter.known.ticket.level == "L2"


def test_a_rule_names_no_ladder_that_is_not_there():
    """By its key."""
    (problem,) = problems_of(ALICE, LADDERS, "rules: {r: {when: always, then: {ladder: urgnt}}}")
    assert "rules.r.then.ladder: there is no ladder 'urgnt'. Did you mean 'urgent'?" in problem


def test_real_is_no_name_of_a_calendar():
    """It is wall time."""
    (problem,) = problems_of(ALICE, "calendars: {real: {timezone: UTC, hours: always}}")
    assert "'real' is wall time" in problem


def test_a_ladder_is_cheap_where_nothing_is_due():
    """A ticket has one timer for its ladder, however many steps it has."""
    matter = Climbing().customer("10:00", "There is fire.")
    assert matter.step_at == at("10:20")
    assert matter.clocks["ladder"].due_at is None
    assert matter.clocks["ladder"].target == timedelta()


NIGHT = """\
calendars:
  night: {timezone: Europe/London, hours: {sat-sun: ["00:00-06:00"]}}
agreements: {all: {calendar: night, clocks: {p1: {}, p2: {}, p3: {first_response: 2h}, p4: {}, p5: {}}}}
ladders: {all: {steps: [{at: first_response 50%, notify: lead}, {after: 2h, notify: lead}, {after: 5h, notify: lead}]}}
rules: {all: {when: always, then: {priority: p3}}}
"""


@pytest.mark.parametrize(
    ("opened", "warned", "due", "last"),
    [
        # Half past midnight in summer; the hour from one to two is there twice, and both count.
        ("2026-10-24T23:30", "25 00:30", "25 01:30", "25 04:30"),
        # Half past midnight in winter; there is no hour from one to two, so the night is one short.
        ("2026-03-29T00:30", "29 01:30", "29 02:30", "03 23:30"),
    ],
)
def test_in_a_night_in_which_clocks_are_set_each_step_comes_once(opened: str, warned: str, due: str, last: str):
    """After so much time as really passed while the wall showed working hours."""
    matter = Climbing(NIGHT).customer(opened)
    assert f"{matter.timers['first_response']:%d %H:%M}" == due
    told = [line.rpartition(" to ")[0] for line in matter.until("2026-12-01T00:00")]
    assert told == [f"{warned} breach-warning", f"{due} escalated", f"{last} escalated"]
