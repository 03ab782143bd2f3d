"""What the rule files make of a customer's or a machine's mail: evaluated once, then carried into the decision."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from maild.desk.case import Case, Sheet, held
from maild.desk.telling import named, notices
from maild.desk.viewing import view_of
from maild.model.aftermath import changed_ticket
from maild.model.asked import Asked, Stage, parse_asked
from maild.model.decision import AddParticipant, CountMail, Decision, OpenTicket, Ruled, Standing, Trust
from maild.model.facts import TicketFacts
from maild.model.mail import Address
from maild.model.saying import say
from maild.model.steps import STEP_PREFIX
from maild.model.ticket import (
    APPROVAL_PREFIX,
    FIELD_PREFIX,
    Cause,
    CauseKind,
    Change,
    Confidence,
    EntryKind,
    State,
    Ticket,
)
from maild.rules import effects, find_tier
from maild.rules.evaluating import evaluate
from maild.rules.occasions import Done, Evidence, On, RateAnswers, TicketView, Verdict, Verdicts, see
from maild.rules.rulings import ruling_of, wanted_of, write_ruling

BY = "rules"
NO_SURVEY = "no"  # what stands in a ticket whose customer is not asked
_OF_FOREIGN_MAIL = (effects.AddNote, effects.Notify, effects.MakeConfidential)
_WORDS = (
    "category",
    "impact",
    "urgency",
    "priority",
    "level",
    "agreement",
    "climbs",
    "queue",
    "team",
    "assignee",
    "language",
)


def rule_new(case: Case, queue: str, team: str | None) -> Verdicts:
    """Hold the rules against a mail that would open a ticket in a queue."""
    requester = case.message.sender.address if case.message.sender else ""
    return _evaluate(case, frozenset({On.NEW}), TicketView(State.NEW.value, queue, requester, team=team))


def rule_mail(case: Case, known: TicketFacts, *, is_reopened: bool) -> Verdicts:
    """Hold the rules against a mail that goes to a ticket."""
    return _evaluate(case, frozenset({On.REPLY, *((On.REOPENED,) if is_reopened else ())}), _view_of(known))


def rule_vote(case: Case, known: TicketFacts, score: int) -> Verdicts:
    """Hold the rules against a vote on a ticket."""
    return _evaluate(case, frozenset({On.SURVEY}), replace(_view_of(known), score=score))


def _view_of(known: TicketFacts) -> TicketView:
    """Show rules a ticket as it stands, with what came to it."""
    return replace(
        view_of(known.ticket),
        unanswered=_unanswered(known),
        reopened=sum(_reopens(entry.changes) for entry in known.entries),
    )


def keep(case: Case, sheet: Sheet, verdicts: Verdicts) -> None:
    """Keep beside a decision what rules were asked and said."""
    sheet.rule(tuple(ruled(verdicts)), write_ruling(ruling_of(verdicts, case.now)))
    sheet.explain(*(["rules rest: none was asked"] if case.facts.are_rules_resting else []))


def held_by_rules(case: Case, why: str, verdicts: Verdicts, opening: Verdicts | None = None) -> Decision:
    """Set a mail aside because a rule wants it; it counts all the same, or what a rate stops would flow again."""
    decision = replace(held(case, why), steps=tuple(counted(case, verdicts, None)))
    ruling = write_ruling(ruling_of(verdicts, case.now, opening))
    return replace(decision, rules=tuple(ruled(verdicts)), ruling=ruling)


def why_held(verdicts: Verdicts) -> str:
    """Say why a rule wants the mail set aside; "" where none does."""
    held = next((done for done in verdicts.done if isinstance(done.effect, effects.Hold)), None)
    return f"{held.effect.reason} ({held.origin})" if held and isinstance(held.effect, effects.Hold) else ""


def counted(case: Case, verdicts: Verdicts, number: int | None) -> Iterator[CountMail]:
    """Count the mail for whatever rules will ask; `number` is its ticket, None where it has none."""
    if verdicts.counted:
        yield CountMail(verdicts.counted, number if is_report(case) else None)


def is_report(case: Case) -> bool:
    """Whether a mail may bring its ticket into an incident: what is said of that goes to the ticket's customer.

    Neither a forged one nor a foreign one.
    """
    is_forged = case.sender is not None and case.sender.trust is Trust.FORGED
    return not is_forged and not _is_foreign(case)


def obeyed(case: Case, verdicts: Verdicts) -> Verdicts:
    """Give what of the rules is done to a ticket that is there.

    A foreign mail moves nothing and lets nobody join (behaviour.md, 4): colleagues hear of it, and its words may be
    for the eyes of few.
    """
    if not _is_foreign(case):
        return verdicts
    done = tuple(each for each in verdicts.done if isinstance(each.effect, _OF_FOREIGN_MAIL))
    return replace(verdicts, verdicts=verdicts.verdicts if done else (), done=done, after=verdicts.before)


def _is_foreign(case: Case) -> bool:
    """Whether nothing proves who wrote to a ticket, and they take no part in it."""
    sender = case.sender
    is_stranger = sender is None or (sender.standing is Standing.STRANGER and sender.trust is not Trust.PROVED)
    return case.known is not None and is_stranger


def find_effect(verdicts: Verdicts, kind: type[effects.Effect]) -> Done | None:
    """Find what a rule did of a kind; of several the last."""
    return next((done for done in reversed(verdicts.done) if isinstance(done.effect, kind)), None)


def wants(verdicts: Verdicts, kind: type[effects.Effect]) -> bool:
    """Whether a rule wants an effect of a kind."""
    return any(isinstance(done.effect, kind) for done in verdicts.done)


def opened_as(case: Case, opened: OpenTicket, verdicts: Verdicts) -> OpenTicket:
    """Give a new ticket the values that the rules end with, and to somebody where its team shares its tickets out."""
    after = verdicts.after
    is_spam = wants(verdicts, effects.CallSpam)
    return replace(
        opened,
        queue=after.queue,
        team=after.team,
        assignee=after.assignee or (None if is_spam else find_assignee(case, after, opened.number)),
        language=after.language or opened.language,
        category=after.category,
        impact=after.impact,
        urgency=after.urgency,
        priority=after.priority,
        level=after.level,
        agreement=after.agreement,
        climbs=after.climbs,
        tags=after.tags,
        fields=tuple((dict(opened.fields) | dict(after.fields)).items()),
        steps=tuple(after.steps.items()),
        confidential=confidence_of(verdicts, opened.confidential),
    )


def find_assignee(case: Case, view: TicketView, number: int) -> str | None:
    """Choose who of a team gets a new ticket: present, with the category's skills if anybody has them.

    Least loaded, the first written among equals; or each in turn, by the ticket's number. None where the team does not
    share its tickets out, or nobody is there.
    """
    team = case.house.rules.teams.get(view.team) if view.team else None
    if team is None or team.assign == "none":
        return None
    here = [
        person
        for key in team.members
        if not case.house.is_absent(key, case.now) and (person := case.house.find_person(key, case.now)) is not None
    ]
    category = case.house.rules.categories.get(view.category) if view.category else None
    wanted = {*(category.skills if category else ()), *view.tags}
    skilled = [person for person in here if person.skills & wanted] or here
    if not skilled:
        return None
    if team.assign == "round-robin":
        return skilled[number % len(skilled)].key
    return min(skilled, key=lambda person: case.facts.loads.get(person.key, 0)).key


def apply_to(sheet: Sheet, known: TicketFacts, verdicts: Verdicts) -> None:
    """Change a ticket as the rules want; the event says who."""
    if any(verdict.is_matched for verdict in verdicts.verdicts):
        sheet.change(*_changes(known, verdicts))


def as_ruled(known: TicketFacts, verdicts: Verdicts, now: datetime) -> Ticket:
    """Give a ticket with the values that the rules end with: who may see it is decided by these."""
    ticket = known.ticket
    for change in _changes(known, verdicts) if any(each.is_matched for each in verdicts.verdicts) else ():
        ticket = changed_ticket(ticket, change, now)
    return ticket


def confidence_of(verdicts: Verdicts, before: Confidence | None) -> Confidence | None:
    """Say how confidential a ticket is by the rules: never less than it was."""
    wanted = [done.effect.confidence for done in verdicts.done if isinstance(done.effect, effects.MakeConfidential)]
    every = (*wanted, *((before,) if before is not None else ()))
    return Confidence.SEALED if Confidence.SEALED in every else next(iter(every), None)


def record(case: Case, sheet: Sheet, number: int, verdicts: Verdicts, *, changes: tuple[Change, ...] = ()) -> None:
    """Enter what rules did and whose it was, the notes they leave, and tell whom they name."""
    told = [_line(done) for done in verdicts.done if not isinstance(done.effect, effects.Stop)]
    known = case.facts.tickets.get(number)
    if wants(verdicts, effects.DoNotSurvey) and (known is None or known.ticket.survey is None):
        sheet.change(Change("survey", None, NO_SURVEY))
    if any(verdict.is_matched for verdict in verdicts.verdicts):
        cause = Cause(CauseKind.RULE, verdicts.digest)
        sheet.enter(number, EntryKind.EVENT, "\n".join(told), by=BY, cause=cause, shown=changes)
    for done in verdicts.done:
        match done.effect:
            case effects.AddNote(text):
                cause = Cause(CauseKind.RULE, place_of(done))
                sheet.enter(number, EntryKind.NOTE, text, by=BY, cause=cause)
            case effects.AddParticipant(address):
                if case.house.is_outside(address, case.now):
                    sheet.add(AddParticipant(number, Address(address)))
            case _:
                pass


def notify(case: Case, sheet: Sheet, ticket: Ticket | OpenTicket, verdicts: Verdicts, told: Iterable[str]) -> None:
    """Tell whom rules name and nobody told yet, if they may see the ticket."""
    already, rules = set(told), incident_rules(verdicts)
    for done in verdicts.done:
        if isinstance(done.effect, effects.Notify) and done.origin.name not in rules:
            whom, after = done.effect.whom, verdicts.after
            people = named(case.house, whom, after.team, after.assignee, case.now)
            new = [each for each in people if each.key not in already and case.house.may_see(each, ticket)]
            already |= {person.key for person in new}
            sheet.want(*notices(new, ticket.number, (say("You are told by {rule}.", rule=done.origin),)))


def _evaluate(case: Case, on: frozenset[On], view: TicketView) -> Verdicts:
    seen = see(case.message, case.sender, case.mailbox, case.size, case.message.language)
    answers = RateAnswers({asked: rate.times for asked, rate in case.facts.rates.items()})
    are_resting = case.facts.are_rules_resting
    return evaluate(case.house.rules, on, seen, view, answers, case.now, are_resting=are_resting)


def _changes(known: TicketFacts, verdicts: Verdicts) -> Iterator[Change]:
    ticket, after = known.ticket, verdicts.after
    for name in _WORDS:
        old, new = getattr(ticket, name), getattr(after, name)
        if old != new and new is not None:
            yield Change(name, old, new)
    confidence = confidence_of(verdicts, ticket.confidential)
    if confidence is not None and confidence is not ticket.confidential:
        yield Change("confidential", ticket.confidential and ticket.confidential.value, confidence.value)
    yield from (Change("tag", None, tag) for tag in after.tags if tag not in ticket.tags)
    for prefix, before, now in (
        (FIELD_PREFIX, dict(ticket.fields), after.fields),
        (STEP_PREFIX, dict(ticket.steps), after.steps),
    ):
        for name, value in now.items():
            if before.get(name) != value:
                yield Change(f"{prefix}{name}", before.get(name), value)


def asked_approvals(case: Case, verdicts: Verdicts, ticket: Ticket | None) -> Iterator[Change]:
    """Have approvals asked that rules want; what is open or decided already is left alone. `ticket` None: a new one."""
    for key in dict.fromkeys(
        done.effect.name for done in verdicts.done if isinstance(done.effect, effects.AskApproval)
    ):
        old = ticket.approval(key) if ticket is not None else None
        one = parse_asked(old)
        if one is None or one.stage in {Stage.EXPIRED, Stage.WITHDRAWN}:
            rules = case.house.rules
            tier = find_tier(rules.approvals[key], rules, verdicts.after, case.now, is_wanted=False)
            yield Change(f"{APPROVAL_PREFIX}{key}", old, Asked(Stage.WANTED, is_wanted=tier is None).written())


def _unanswered(known: TicketFacts) -> int:
    count = 1
    for entry in reversed(known.entries):
        if entry.kind is EntryKind.AGENT:
            break
        count += entry.kind is EntryKind.CUSTOMER
    return count


def _reopens(changes: Iterable[Change]) -> bool:
    settled = {State.RESOLVED.value, State.CLOSED.value}
    return any(one.field == "state" and one.old in settled and one.new == State.OPEN for one in changes)


def incident_rules(verdicts: Verdicts) -> frozenset[str]:
    """Name the rules that want an incident: whom they notify hears of that, once, and not of each of its tickets."""
    return frozenset(done.origin.name for done in verdicts.done if isinstance(done.effect, effects.JoinIncident))


def ruled(verdicts: Verdicts) -> Iterator[Ruled]:
    """Say which rules held, or did not, and on which words."""
    for verdict in verdicts.verdicts:
        words = tuple(_words(each, verdict) for each in verdict.evidence)
        place = verdict.origin.place
        yield Ruled(verdict.origin.name.removeprefix("rules."), place.file, place.line, verdict.is_matched, words)


def _words(evidence: Evidence, verdict: Verdict) -> str:
    """Say what a test met; one that had to fail, under a `not`, is told as that."""
    asked = evidence.asked if evidence.is_met is verdict.is_matched else f"not {evidence.asked}"
    return f"{asked} {evidence.words}".strip()


def _line(done: Done) -> str:
    wanted = wanted_of(done.effect) or ("requester", "the mail names none")
    said = f"{done.field}: {done.old or '–'} → {done.new or '–'}" if done.field else ": ".join(wanted)
    replaced = f", replaced {done.replaced}" if done.replaced else ""
    return f"{said} by {done.origin}{replaced}"


def place_of(done: Done) -> str:
    """Say where the rule stands whose an effect is."""
    return f"{done.origin.place.file}:{done.origin.place.line}"
