"""Approvals: what somebody must agree to before a ticket goes on, whom that is asked of, and for how long."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from maild.documents import Place
from maild.rules.agreements import Agreement, WorkDuration
from maild.rules.conditions import Condition
from maild.rules.effects import Whom, WhomKind
from maild.rules.ladders import REAL

OUTSIDE = frozenset({WhomKind.REQUESTER, WhomKind.PARTICIPANTS, WhomKind.ADDRESS})
# Commands that an approval may keep back.
BLOCKABLE = ("resolve", "close", "wait", "pending", "merge", "split", "spam", "forward", "done", "skip", "verified")
# Who must not resolve a ticket must not close it either.
_IMPLIED: Mapping[str, str] = {"resolve": "close"}
_GROUPED = re.compile(r"(-?\d{1,3})[.,](\d{3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tier:
    """Whom to ask from an amount on, and how many of them must agree; `least` None is any amount."""

    ask: tuple[Whom, ...]
    least: float | None = None
    quorum: int = 1

    @property
    def key(self) -> str:
        """Name the tier within its approval."""
        return "" if self.least is None else f"{self.least:.15g}"


@dataclass(frozen=True, slots=True)
class Approval:
    """One thing to agree to; it is asked while `when` holds and, with `of`, while that field reaches a tier.

    Without either it is asked by a rule or a command alone. `tiers` rise. `never` are not asked and do not decide.
    `blocks` are commands. `calendar` None is that of the ticket's agreement, `real` wall time. `counts_paused`: its
    time goes on though the ticket waits. `titles` are by language, "" for every other.
    """

    key: str
    place: Place
    tiers: tuple[Tier, ...]
    of: str | None = None
    when: Condition | None = None
    never: tuple[Whom, ...] = ()
    expires: WorkDuration | None = None
    calendar: str | None = None
    counts_paused: bool = False
    blocks: frozenset[str] = frozenset()
    is_consent: bool = False
    titles: Mapping[str, str] = field(default_factory=dict)

    def title(self, language: str) -> str:
        """Name it as people say it."""
        plain = self.key.replace("-", " ")
        return self.titles.get(language.partition("-")[0]) or self.titles.get("") or self.titles.get("en") or plain

    def is_blocking(self, word: str) -> bool:
        """Whether a command waits for it."""
        return word in self.blocks or any(word == _IMPLIED.get(each) for each in self.blocks)

    def reached_by(self, written: str) -> Tier | None:
        """Find the tier that a field's value reaches; what is no number may be any, and those of the highest decide."""
        if not written.strip():
            return None
        amount = amount_of(written)
        if amount is None:
            return self.tiers[-1]
        reached = [tier for tier in self.tiers if tier.least is None or amount >= tier.least]
        return reached[-1] if reached else None


def amount_of(written: str) -> float | None:
    """Read an amount; `1.200` is taken for the larger of what it may mean. None for what is no number."""
    text = written.strip()
    try:
        amount = float(text.replace(",", "."))
    except ValueError:
        return None
    grouped = _GROUPED.fullmatch(text)
    return max(amount, float(f"{grouped[1]}{grouped[2]}")) if grouped is not None else amount


def lengths_of(
    approvals: Mapping[str, Approval], agreements: Mapping[str, Agreement]
) -> Iterator[tuple[str, WorkDuration]]:
    """Give how long approvals are open, in each calendar in which tickets may count it."""
    agreed = {targets.calendar: None for each in agreements.values() for targets in each.targets.values()}
    for approval in approvals.values():
        if approval.expires is not None:
            calendars = (approval.calendar,) if approval.calendar is not None else tuple(agreed) or (REAL,)
            yield from ((each, approval.expires) for each in calendars)
