"""How it was: a customer whose ticket was closed is asked once in a while, and says it by a number, with words or not.

A vote is the answer of a participant who surely is who they say, by mail or by the page that the mail links to; the
last one counts. It moves no ticket and no clock, unless a rule for votes opens the ticket again.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from maild.desk.agreeing import hours_for
from maild.desk.announcing import announce, is_proved
from maild.desk.case import Case, Sheet, entry_of, sheet_for
from maild.desk.courtesy import Answer, find_answer
from maild.desk.ending import rule_ticket
from maild.desk.house import House
from maild.desk.lapsing import BY, PUT_OFF
from maild.desk.ruling import as_ruled, keep, notify, rule_vote, wants
from maild.desk.telling import those_leading, to_person
from maild.desk.unasked import is_capped, reachable, unasked_mail
from maild.model.decision import Decision, Outcome, OutcomeKind, Standing, StartTimer, Timer
from maild.model.facts import Facts, IssuedMail, TicketFacts
from maild.model.outgoing import Meaning, Template, Thread
from maild.model.reports import SCORE, VOTE
from maild.model.saying import say
from maild.model.ticket import Cause, CauseKind, Change, Entry, EntryKind, State, Ticket
from maild.rules import Person
from maild.rules.effects import Reopen
from maild.rules.lifecycle import Survey

CHANGEABLE: Final = timedelta(days=7)
MOST_VOTES: Final = 20  # of one survey; whoever changes their mind more often is heard no more
_DELIVERED_WITHIN: Final = timedelta(days=3)
_NUMBER: Final = re.compile(
    r"^[ \t*_(\[]*(?P<score>\d{1,2})(?!\d)\ufe0f?\u20e3?[*_)\]]*"
    r"(?:[ \t]*(?:/|of|out of|von)[ \t]*(?P<scale>\d{1,2})\b)?(?:[ \t]*(?:stars?|points?|sterne?n?|punkte?n?)\b)?"
    r"[ \t]*(?P<sign>[.,;:!)–—-]+(?!\d))?(?P<rest>.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_THUMB: Final = "\N{THUMBS UP SIGN}"  # thanks in any language: with it, what stands before a number is but a greeting
_LIST_GOES_ON: Final = re.compile(r"^[ \t]*2[.)]", re.MULTILINE)


def send_survey(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Ask whoever brought a ticket that was closed how it was; nobody whom the cap, or anything else, forbids."""
    known = facts.tickets.get(timer.ticket) if timer.ticket is not None else None
    survey = house.rules.lifecycle.survey
    if known is None or survey is None or known.ticket.state is not State.CLOSED or known.ticket.requester is None:
        return _nothing("the ticket goes on, or nobody is asked any more")
    ticket, who = known.ticket, known.ticket.requester
    if is_capped((who,), facts, house):
        again = StartTimer(timer.kind, ticket.number, now + PUT_OFF, timer.about)
        return replace(_nothing("put off: the desk wrote as often within the hour as it may"), steps=(again,))
    why = reachable(known, (who,), facts, house, now)[1] or _why_not_asked(ticket, facts, survey, now)
    if why:
        return _nothing(f"nobody is asked how it was: {why}")
    sheet = Sheet(Cause(CauseKind.TIMER, timer.kind.value), BY, ticket, known.last_n)
    sheet.enter(ticket.number, EntryKind.EVENT, f"{who.address} was asked how it was.")
    open_until = closes_at(ticket, survey, house, now) + CHANGEABLE
    mail = unasked_mail(ticket, who, Template.SURVEY)
    sheet.want(replace(mail, scale=survey.scale, open_until=open_until, expires_in=_DELIVERED_WITHIN))
    return sheet.decision(entry_of(ticket.number), None)


def closes_at(ticket: Ticket, survey: Survey, house: House, sent_at: datetime) -> datetime:
    """Say until when a survey that was sent then can be answered for the first time."""
    hours = hours_for(ticket, house, survey.calendar)
    return hours.add(sent_at, survey.expires.within(hours)) or sent_at


def may_vote(known: TicketFacts, sent_at: datetime, house: House, now: datetime) -> bool:
    """Whether the answer to a survey that was sent then still counts: in its time, and for a week after the first."""
    votes = votes_since(known, sent_at)
    if votes:
        return now <= votes[0].at + CHANGEABLE and len(votes) < MOST_VOTES
    return now <= closes_at(known.ticket, _survey_of(house), house, sent_at)


def votes_since(known: TicketFacts, sent_at: datetime) -> tuple[Entry, ...]:
    """Give the votes that answered a survey, oldest first."""
    return tuple(entry for entry in known.entries if VOTE in entry.flags and entry.at >= sent_at)


def scale_of(house: House) -> int:
    """Say what the highest vote is."""
    return _survey_of(house).scale


def find_vote(case: Case, known: TicketFacts) -> tuple[int, str] | None:
    """Find the score and the words that answer a survey; None where a mail is no vote, or nobody's who has one."""
    survey = _answered(case)
    if survey is None or case.message.attachments or not may_vote(known, survey.created_at, case.house, case.now):
        return None
    names = [each.name for each in (case.message.sender, *case.house.people(case.now)) if each is not None]

    def is_polite(words: str) -> bool:
        return find_answer(words, names, known.ticket.language) is Answer.COURTESY

    return parse_vote(case.words, scale_of(case.house), is_polite)


def parse_vote(words: str, scale: int, is_polite: Callable[[str], bool]) -> tuple[int, str] | None:
    """Read a number from 1 to `scale` that stands before whatever else is said, but for a greeting.

    After it comes a sign, a new line, or thanks: a number within a sentence, or at the head of a list, is words.
    """
    match = _NUMBER.search(words)
    if match is None or not 1 <= int(match["score"]) <= scale or int(match["scale"] or scale) != scale:
        return None
    before, rest, after = words[: match.start()].strip(), match["rest"].strip(), words[match.end() :]
    is_list = match["sign"] in {".", ")"} and rest and _LIST_GOES_ON.search(after)
    is_alone = not rest or is_polite(rest) or (match["sign"] is not None and not before)
    if is_list or not is_alone or (before and not is_polite(f"{before}\n\n{_THUMB}")):
        return None
    return int(match["score"]), f"{match['rest']}{after}".strip()


def vote(case: Case, known: TicketFacts, score: int, words: str) -> Decision:
    """Enter a vote: tell whoever manages of a low one, and do what rules for votes want."""
    ticket = known.ticket
    sheet = sheet_for(case, known)
    verdicts = rule_vote(case, known, score)
    keep(case, sheet, verdicts)
    sheet.change(*(change for change in (Change(SCORE, ticket.score, str(score)),) if change.old != change.new))
    sheet.enter(
        ticket.number,
        EntryKind.EVENT,
        words,
        flags=(VOTE,),
        message_id=case.message.message_id,
    )
    is_opened = wants(verdicts, Reopen) and ticket.state in {State.RESOLVED, State.CLOSED}
    if is_opened:
        sheet.set_state(State.OPEN)
    rule_ticket(case, sheet, known, verdicts, None)
    after = as_ruled(known, verdicts, case.now)
    told = tuple(_tell_low(case, sheet, after, score, words)) if score <= _survey_of(case.house).low else ()
    told += announce(case, sheet, after) if is_opened else ()
    notify(case, sheet, after, verdicts, told)
    return sheet.decision(entry_of(ticket.number), case)


def _tell_low(case: Case, sheet: Sheet, ticket: Ticket, score: int, words: str) -> Iterator[str]:
    for person in _managers(case.house, ticket, case.now):
        story = say("{who} gave {score} of {scale}.", who=_voter(case), score=score, scale=scale_of(case.house))
        mail = to_person(
            person, Template.LOW_SCORE, ticket.number, Thread.INTERNAL, Meaning.NOTE, about=(story,), text=words
        )
        sheet.want(mail)
        yield person.key


def _managers(house: House, ticket: Ticket, now: datetime) -> tuple[Person, ...]:
    seeing = tuple(each for each in house.managers(now) if house.may_see(each, ticket))
    return seeing or those_leading(house, ticket, now)


def _voter(case: Case) -> str:
    return case.sender.address if case.sender is not None else ""


def _answered(case: Case) -> IssuedMail | None:
    """Find the survey that a participant answers who surely is who they say."""
    answered, sender = case.found.answered, case.sender
    if answered is None or answered.template is not Template.SURVEY or sender is None:
        return None
    return answered if sender.standing is Standing.PARTICIPANT and is_proved(case) else None


def _survey_of(house: House) -> Survey:
    """Give what the rule files say of surveys; what was asked before they ceased to is answered all the same."""
    return house.rules.lifecycle.survey or Survey()


def _why_not_asked(ticket: Ticket, facts: Facts, survey: Survey, now: datetime) -> str:
    who = ticket.requester.address if ticket.requester is not None else ""
    lately = [at for at in facts.surveys.get(who.lower(), ()) if at > now - survey.within]
    if ticket.survey is not None:
        return "a rule says so"
    return f"{who} was asked as often as the rule files let" if len(lately) >= survey.most else ""


def _nothing(why: str) -> Decision:
    return Decision(Outcome(OutcomeKind.DESK, reason=why), (), (), (), None, (), (why,))
