"""How far an approval of a ticket has come, as its field `approval.NAME` says it in one line. Pure.

`open n=7 tier=500 amount=620 quorum=2 asked=dana,omar approved=dana until=2026-12-02T10:00:00+00:00`: words that people
can read in a history, and that are read back here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote, unquote

from maild.model.ticket import Ticket

_SAFE = "@+.:-_"
_LONGEST_REASON = 200


class Stage(StrEnum):
    """Where an approval stands."""

    WANTED = "wanted"  # a rule or a command asks for it: whom, is found when that is carried out
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # nobody need agree any more


@dataclass(frozen=True, slots=True)
class Asked:
    """One approval of a ticket; people are named by their keys, those outside by their addresses in lower case.

    `n` is the entry with which it was asked, `amount` what the field said then. `is_wanted`: somebody asked for it,
    whatever its conditions say. `until` is when it ends undecided; while its time stands still `left` is what is left.
    """

    stage: Stage
    n: int = 0
    tier: str = ""
    amount: str = ""
    quorum: int = 1
    asked: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    rejected: str = ""
    reason: str = ""
    is_wanted: bool = False
    until: datetime | None = None
    left: timedelta | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody's word."""
        return self.stage is Stage.OPEN

    @property
    def is_timed(self) -> bool:
        """Whether a timer is to end it undecided."""
        return self.is_open and self.until is not None

    def ended(self, stage: Stage) -> "Asked":
        """End it: no time runs any more."""
        return replace(self, stage=stage, until=None, left=None)

    def approved_by(self, who: str) -> "Asked":
        """Count somebody's yes; it is enough once so many said it."""
        counted = replace(self, approved=tuple(dict.fromkeys((*self.approved, who))))
        return counted.ended(Stage.APPROVED) if len(counted.approved) >= self.quorum else counted

    def rejected_by(self, who: str, reason: str) -> "Asked":
        """Take somebody's no: one is enough."""
        reason = " ".join(reason.split())[:_LONGEST_REASON]
        return replace(self, rejected=who, reason=reason).ended(Stage.REJECTED)

    def written(self) -> str:
        """Write it as it stands in the ticket."""
        return " ".join((self.stage.value, *(f"{name}={value}" for name, value in self._values() if value)))

    def _values(self) -> Iterator[tuple[str, str]]:
        yield "n", str(self.n) if self.n else ""
        yield "tier", self.tier
        yield "amount", quote(self.amount, safe=_SAFE)
        yield "quorum", str(self.quorum) if self.quorum > 1 else ""
        for name, people in (("asked", self.asked), ("approved", self.approved)):
            yield name, ",".join(quote(each, safe=_SAFE) for each in people)
        yield "rejected", quote(self.rejected, safe=_SAFE)
        yield "reason", quote(self.reason, safe=_SAFE)
        yield "wanted", "yes" if self.is_wanted else ""
        yield "until", self.until.isoformat() if self.until is not None else ""
        yield "left", str(int(self.left.total_seconds())) if self.left is not None else ""


def parse_asked(text: str | None) -> Asked | None:
    """Read what stands in a ticket; None where nothing does. Raises ValueError for what was never written there."""
    if text is None:
        return None
    stage, *pairs = text.split(" ")
    values: Mapping[str, str] = dict(pair.split("=", 1) for pair in pairs)
    return Asked(
        stage=Stage(stage),
        n=int(values.get("n", "0")),
        tier=values.get("tier", ""),
        amount=unquote(values.get("amount", "")),
        quorum=int(values.get("quorum", "1")),
        asked=_people(values.get("asked", "")),
        approved=_people(values.get("approved", "")),
        rejected=unquote(values.get("rejected", "")),
        reason=unquote(values.get("reason", "")),
        is_wanted="wanted" in values,
        until=datetime.fromisoformat(values["until"]) if "until" in values else None,
        left=timedelta(seconds=int(values["left"])) if "left" in values else None,
    )


def all_asked(ticket: Ticket) -> Iterator[tuple[str, Asked]]:
    """Give every approval of a ticket that was ever asked, by its name."""
    for name, text in ticket.approvals:
        one = parse_asked(text)
        if one is not None:
            yield name, one


def _people(text: str) -> tuple[str, ...]:
    return tuple(unquote(each) for each in text.split(",")) if text else ()
