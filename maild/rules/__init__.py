"""The rule files' language: text → Rules, and what these say to a message."""

from maild.model.rates import RateQuestion
from maild.rules import conditions, effects
from maild.rules.agreements import (
    LOWEST,
    PAUSING,
    Agreement,
    Example,
    Matter,
    Targets,
    WorkDuration,
    durations_in,
    examples,
    find_agreement,
)
from maild.rules.approvals import BLOCKABLE, OUTSIDE, Approval, Tier, lengths_of
from maild.rules.approving import find_tier
from maild.rules.asking import answers, missing, question
from maild.rules.awake import opening, there, without_quiet
from maild.rules.calendars import WALL_TIME, Absence, Calendar, Span
from maild.rules.effects import Effect, Whom, WhomKind
from maild.rules.evaluating import ask_rules, evaluate, origin_of
from maild.rules.ladders import REAL, Ladder, Rung, Unless, find_ladder
from maild.rules.lifecycle import Lifecycle, Sending, durations_of
from maild.rules.lists import read_contact_value
from maild.rules.matters import PRIORITIES, Category, Contact, Customer, Field, IdentityCheck, Priorities, Review
from maild.rules.occasions import (
    Done,
    Evidence,
    On,
    Origin,
    RateAnswers,
    RuleQuestions,
    Seen,
    SeenFile,
    TicketView,
    Verdict,
    Verdicts,
    see,
)
from maild.rules.orphans import find_orphans, words_of_orphans
from maild.rules.procedures import BOXES, Item, Step, checklist
from maild.rules.reading import default_queue, parse_rules, read_calendars, read_together
from maild.rules.retention import Retention
from maild.rules.schedules import FIGURES, Report, ReportPart, Schedule, instant_on
from maild.rules.scrubbing import EVERY_KIND, Scrub
from maild.rules.sections import rule_file_schema
from maild.rules.terms import under_terms, write_terms
from maild.rules.values import DEFAULT_PRIORITIES, Person, Queue, Rules, Team
from maild.rules.written import Expected, Rule, Trial, TrialMail, TrialStep

__all__ = [
    "BLOCKABLE",
    "BOXES",
    "DEFAULT_PRIORITIES",
    "EVERY_KIND",
    "FIGURES",
    "LOWEST",
    "OUTSIDE",
    "PAUSING",
    "PRIORITIES",
    "REAL",
    "WALL_TIME",
    "Absence",
    "Agreement",
    "Approval",
    "Calendar",
    "Category",
    "Contact",
    "Customer",
    "Done",
    "Effect",
    "Evidence",
    "Example",
    "Expected",
    "Field",
    "IdentityCheck",
    "Item",
    "Ladder",
    "Lifecycle",
    "Matter",
    "On",
    "Origin",
    "Person",
    "Priorities",
    "Queue",
    "RateAnswers",
    "RateQuestion",
    "Report",
    "ReportPart",
    "Retention",
    "Review",
    "Rule",
    "RuleQuestions",
    "Rules",
    "Rung",
    "Schedule",
    "Scrub",
    "Seen",
    "SeenFile",
    "Sending",
    "Span",
    "Step",
    "Targets",
    "Team",
    "TicketView",
    "Tier",
    "Trial",
    "TrialMail",
    "TrialStep",
    "Unless",
    "Verdict",
    "Verdicts",
    "Whom",
    "WhomKind",
    "WorkDuration",
    "answers",
    "ask_rules",
    "checklist",
    "conditions",
    "default_queue",
    "durations_in",
    "durations_of",
    "effects",
    "evaluate",
    "examples",
    "find_agreement",
    "find_ladder",
    "find_orphans",
    "find_tier",
    "instant_on",
    "lengths_of",
    "missing",
    "opening",
    "origin_of",
    "parse_rules",
    "question",
    "read_calendars",
    "read_contact_value",
    "read_together",
    "rule_file_schema",
    "see",
    "there",
    "under_terms",
    "without_quiet",
    "words_of_orphans",
    "write_terms",
]
