"""What the desk of the year has agreed, twice: as rule files for maild, and as plain tables for the oracle.

The tables are written by hand from the text above them, so that nothing of maild's reading stands behind both.
"""

from dataclasses import dataclass
from datetime import date

DOMAIN = "acme.example"
DESK = f"support@{DOMAIN}"
ZONE = "Europe/London"

PEOPLE = {  # key: lead's team or None, roles
    "ann": "agent",
    "ben": "agent",
    "cleo": "agent",
    "lena": "agent",
    "nina": "agent",
    "nils": "agent",
    "omar": "agent",
    "eva": "agent",
    "otto": "agent",
    "dana": "manager",
    "root": "admin",
}
TEAMS = {
    "first-line": (("ann", "ben", "cleo"), "lena"),
    "network": (("nina", "nils"), "omar"),
    "engineering": (("eva",), "otto"),
}
ABSENCES = (  # who, first day, last day
    ("ann", date(2026, 3, 30), date(2026, 4, 10)),
    ("omar", date(2026, 4, 13), date(2026, 4, 17)),
    ("lena", date(2026, 3, 23), date(2026, 3, 27)),
    ("otto", date(2026, 4, 20), date(2026, 4, 24)),
    ("lena", date(2026, 7, 27), date(2026, 8, 14)),
    ("nina", date(2026, 10, 19), date(2026, 10, 30)),
    ("dana", date(2026, 12, 21), date(2027, 1, 3)),
)

_PEOPLE = "\n".join(
    f"  {key}: {{name: {key.title()} Agent, mail: {key}@{DOMAIN}, role: {role}}}" for key, role in PEOPLE.items()
)
_TEAMS = "\n".join(
    f"  {key}: {{members: [{', '.join(members)}], lead: {lead}, assign: none}}"
    for key, (members, lead) in TEAMS.items()
)
_ABSENCES = "\n".join(
    f"  a{number}: {{who: {who}, from: {first}, until: {last}}}" for number, (who, first, last) in enumerate(ABSENCES)
)

RULES = f"""\
people:
{_PEOPLE}
teams:
{_TEAMS}
absences:
{_ABSENCES}
queues:
  support: {{address: {DESK}, name: Acme Support, relay: main, team: first-line, visible_to: all}}
calendars:
  office:
    timezone: Europe/London
    hours: {{mon-fri: ["09:00-12:30", "13:30-17:30"]}}
    holidays: {{country: GB, subdivision: ENG, days: {{"12-24": ["09:00-12:00"]}}}}
  shifts: {{timezone: Europe/Berlin, hours: {{mon-sun: ["06:00-10:00", "20:00-04:00"]}}}}
  always: {{timezone: UTC, hours: always}}
customers:
  gold: {{match: ["*@gold.example"]}}
priorities:
  impacts:   [minor, moderate, significant, extensive]
  urgencies: [low, medium, high, critical]
  matrix:
    low:      [p5, p4, p4, p3]
    medium:   [p4, p4, p3, p2]
    high:     [p4, p3, p2, p1]
    critical: [p3, p2, p1, p1]
  default: {{impact: moderate, urgency: medium}}
categories:
  network:  {{levels: {{L2: network, L3: engineering}}}}
  hardware: {{levels: {{L2: network, L3: engineering}}}}
rules:
  sev1: {{when: {{subject: {{words: sev1}}}}, then: {{impact: extensive, urgency: high}}}}
  sev2: {{when: {{subject: {{words: sev2}}}}, then: {{impact: significant, urgency: high}}}}
  sev3: {{when: {{subject: {{words: sev3}}}}, then: {{impact: moderate, urgency: high}}}}
  sev4: {{when: {{subject: {{words: sev4}}}}, then: {{impact: minor, urgency: high}}}}
  sev5: {{when: {{subject: {{words: sev5}}}}, then: {{impact: minor, urgency: low}}}}
  net:  {{when: {{subject: {{words: network}}}}, then: {{category: network}}}}
  hard: {{when: {{subject: {{words: hardware}}}}, then: {{category: hardware}}}}
agreements:
  gold:
    for: {{customer: gold}}
    calendar: always
    clocks:
      p1: {{first_response: 15m, next_response: 30m, update: 1h, resolution: 2h}}
      p2: {{first_response: 30m, next_response: 1h, update: 2h, resolution: 4h}}
      p3: {{calendar: shifts, first_response: 2h, next_response: 4h, update: 1wd, resolution: 2wd}}
      p4: {{first_response: 8h, resolution: 3wd}}
  network:
    for: {{category: network}}
    calendar: shifts
    pause: [pending]
    clocks:
      p1: {{calendar: always, first_response: 30m, next_response: 1h, update: 1h, resolution: 4h}}
      p2: {{first_response: 30m, next_response: 2h, update: 4h, resolution: 8h}}
      p3: {{first_response: 2h, next_response: 4h, update: 1wd, resolution: 2wd}}
      p4: {{first_response: 4h, next_response: 1wd, resolution: 4wd}}
      p5: {{first_response: 1wd, next_response: 2wd, resolution: 8wd}}
  standard:
    calendar: office
    pause: [waiting, pending]
    clocks:
      p1: {{calendar: always, first_response: 30m, next_response: 1h, update: 1h, resolution: 4h}}
      p2: {{calendar: shifts, first_response: 30m, next_response: 2h, update: 4h, resolution: 8h}}
      p3: {{first_response: 2h, next_response: 4h, update: 1wd, resolution: 2wd}}
      p4: {{first_response: 4h, next_response: 1wd, update: 2wd, resolution: 5wd}}
      p5: {{first_response: 1wd, next_response: 2wd, resolution: 10wd}}
ladders:
  urgent:
    for: {{priority: [p1, p2]}}
    calendar: real
    steps:
      - {{at: first_response 80%, notify: [assignee]}}
      - {{after: 20m, if: unassigned, notify: [lead]}}
      - {{at: first_response 100%, if: unanswered, notify: [assignee, lead]}}
      - {{at: next_response 50%, if: unanswered, notify: [assignee]}}
      - {{after: 2h, if: unresolved, level: L2, notify: [lead]}}
      - {{after: 4h, if: unresolved, level: L3, notify: [lead, managers], urgency: {{raise: 1}}}}
      - {{after: 8h, if: unresolved, notify: [managers], repeat: 4h}}
  steady:
    for: {{priority: [p3, p4]}}
    count_paused: true
    steps:
      - {{at: resolution 50%, if: unassigned, notify: [lead]}}
      - {{after: {{p3: 1wd, p4: 3wd}}, if: unresolved, level: L2, notify: [lead], urgency: {{raise: 1}}}}
      - {{at: resolution 100%, notify: [lead, managers]}}
lifecycle:
  waiting:  {{remind: [2wd, 5wd], resolve_after: 7wd, calendar: office}}
  resolved: {{close_after: 3wd}}
  closed:   {{reopen_within: 14d, calendar: real}}
"""

# Edited in between: who is reminded sooner, one step of a ladder more, and another promise for p3.
_P3 = "p3: {first_response: 2h, next_response: 4h, update: 1wd, resolution: 2wd}\n      p4: {first_response: 4h, next"
_P3_THEN = (
    "p3: {first_response: 1h, next_response: 3h, update: 4h, resolution: 1wd}\n      p4: {first_response: 4h, next"
)
EDITED = (
    RULES.replace(f"{_P3}_response: 1wd, update", f"{_P3_THEN}_response: 1wd, update")
    .replace("remind: [2wd, 5wd], resolve_after: 7wd", "remind: [1wd, 3wd], resolve_after: 6wd")
    .replace(
        "      - {after: 8h, if: unresolved, notify: [managers], repeat: 4h}",
        "      - {after: 6h, if: unresolved, notify: [lead]}\n"
        "      - {after: 8h, if: unresolved, notify: [managers], repeat: 4h}",
    )
)

# ---- the same for the oracle -----------------------------------------------------------------------------------------

MINUTE, HOUR = 60, 3600
# Length of a working day, in seconds.
DAY = {"office": 27_000, "shifts": 43_200, "always": 86_400, "real": 86_400}
HOURS = {  # zone, minutes of each day, Monday first
    "office": (ZONE, [[(540, 750), (810, 1050)]] * 5 + [[], []]),
    "shifts": ("Europe/Berlin", [[(360, 600), (1200, 1680)]] * 7),
}
# England's bank holidays by hand (gov.uk), and the desk's own short Christmas Eve.
FREE = {
    date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 4), date(2026, 5, 25), date(2026, 8, 31),
    date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1), date(2027, 3, 26), date(2027, 3, 29), date(2027, 5, 3),
}  # fmt: skip
SHORT = {(12, 24): [(540, 720)]}

IMPACTS = ("minor", "moderate", "significant", "extensive")
URGENCIES = ("low", "medium", "high", "critical")
MATRIX = {
    "low": ("p5", "p4", "p4", "p3"),
    "medium": ("p4", "p4", "p3", "p2"),
    "high": ("p4", "p3", "p2", "p1"),
    "critical": ("p3", "p2", "p1", "p1"),
}
GRADES = {
    "sev1": ("extensive", "high"),
    "sev2": ("significant", "high"),
    "sev3": ("moderate", "high"),
    "sev4": ("minor", "high"),
    "sev5": ("minor", "low"),
}
FIRST, NEXT, UPDATE, RESOLUTION, LADDER = "first_response", "next_response", "update", "resolution", "ladder"


def _clocks(calendar: str, first: int, following: int | None, update: int | None, resolution: int):
    named = {FIRST: first, NEXT: following, UPDATE: update, RESOLUTION: resolution}
    return calendar, {name: length for name, length in named.items() if length is not None}


def _wd(calendar: str, days: int) -> int:
    return days * DAY[calendar]


AGREEMENTS = {
    "gold": {
        "p1": _clocks("always", 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR),
        "p2": _clocks("always", 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR),
        "p3": _clocks("shifts", 2 * HOUR, 4 * HOUR, _wd("shifts", 1), _wd("shifts", 2)),
        "p4": _clocks("always", 8 * HOUR, None, None, _wd("always", 3)),
    },
    "network": {
        "p1": _clocks("always", 30 * MINUTE, HOUR, HOUR, 4 * HOUR),
        "p2": _clocks("shifts", 30 * MINUTE, 2 * HOUR, 4 * HOUR, 8 * HOUR),
        "p3": _clocks("shifts", 2 * HOUR, 4 * HOUR, _wd("shifts", 1), _wd("shifts", 2)),
        "p4": _clocks("shifts", 4 * HOUR, _wd("shifts", 1), None, _wd("shifts", 4)),
        "p5": _clocks("shifts", _wd("shifts", 1), _wd("shifts", 2), None, _wd("shifts", 8)),
    },
    "standard": {
        "p1": _clocks("always", 30 * MINUTE, HOUR, HOUR, 4 * HOUR),
        "p2": _clocks("shifts", 30 * MINUTE, 2 * HOUR, 4 * HOUR, 8 * HOUR),
        "p3": _clocks("office", 2 * HOUR, 4 * HOUR, _wd("office", 1), _wd("office", 2)),
        "p4": _clocks("office", 4 * HOUR, _wd("office", 1), _wd("office", 2), _wd("office", 5)),
        "p5": _clocks("office", _wd("office", 1), _wd("office", 2), None, _wd("office", 10)),
    },
}
PAUSE = {"gold": {"waiting", "pending"}, "network": {"pending"}, "standard": {"waiting", "pending"}}


@dataclass(frozen=True)
class Step:
    """A step of a ladder; `after` in seconds, or in working days by priority."""

    name: str
    clock: str | None = None
    percent: int = 100
    after: int = 0
    days: dict[str, int] | None = None
    unless: str = ""
    notify: tuple[str, ...] = ()
    level: str = ""
    raises: bool = False
    again: int = 0


URGENT = (
    Step("first_response 80%", FIRST, 80, notify=("assignee",)),
    Step("after 20m", after=20 * MINUTE, unless="unassigned", notify=("lead",)),
    Step("first_response 100%", FIRST, unless="unanswered", notify=("assignee", "lead")),
    Step("next_response 50%", NEXT, 50, unless="unanswered", notify=("assignee",)),
    Step("after 2h", after=2 * HOUR, unless="unresolved", level="L2", notify=("lead",)),
    Step("after 4h", after=4 * HOUR, unless="unresolved", level="L3", notify=("lead", "managers"), raises=True),
    Step("after 8h", after=8 * HOUR, unless="unresolved", notify=("managers",), again=4 * HOUR),
)
STEADY = (
    Step("resolution 50%", RESOLUTION, 50, unless="unassigned", notify=("lead",)),
    Step(
        "after p3 1wd, p4 3wd", days={"p3": 1, "p4": 3}, unless="unresolved", level="L2", notify=("lead",), raises=True
    ),
    Step("resolution 100%", RESOLUTION, notify=("lead", "managers")),
)
EDITED_URGENT = (*URGENT[:6], Step("after 6h", after=6 * HOUR, unless="unresolved", notify=("lead",)), URGENT[6])
TEAM_OF_LEVEL = {"L2": "network", "L3": "engineering"}


Terms = dict[str, tuple[str, dict[str, int]]]
EDITED_STANDARD = AGREEMENTS["standard"] | {"p3": _clocks("office", HOUR, 3 * HOUR, 4 * HOUR, _wd("office", 1))}


@dataclass(frozen=True)
class Book:
    """What an edition of the rule files says of ladders, of silence (working days of the office), and promises."""

    urgent: tuple[Step, ...]
    waiting: tuple[int, ...]
    agreements: dict[str, Terms]


PLAIN = Book(URGENT, (2, 5, 7), AGREEMENTS)
CHANGED = Book(EDITED_URGENT, (1, 3, 6), AGREEMENTS | {"standard": EDITED_STANDARD})
REOPEN_WITHIN = 14 * 86_400
CLOSE_AFTER = 3  # working days of the ticket's agreement
