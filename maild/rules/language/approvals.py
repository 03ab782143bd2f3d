"""Approvals as they are written: what for, whom to ask, who never decides, how long, and what waits for it."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from maild.config import kinds
from maild.documents import Document, Path
from maild.rules.agreements import WorkDuration
from maild.rules.approvals import BLOCKABLE, OUTSIDE, Approval, Tier
from maild.rules.ladders import REAL
from maild.rules.language.agreements import Length
from maild.rules.language.forms import AlsoWritten, FieldName, Language, Passage, Several, WhomText, not_twice
from maild.rules.language.operators import Vocabulary
from maild.rules.language.when import When, condition_of

# What a condition may ask: of the ticket, which is there without any mail.
CONDITIONS = frozenset(
    {"state", "queue", "category", "priority", "impact", "urgency", "level", "team", "assignee", "customer", "tag",
     "field", "all", "any", "not"}
)  # fmt: skip
_TITLE_FORM = {"type": "string", "minLength": 1}


def _word(text: str) -> str:
    if text.lstrip("#") not in BLOCKABLE:
        raise ValueError(f"'{text}' waits for no approval: write one of {', '.join(BLOCKABLE)}")
    return text.lstrip("#")


def _for_all(value: object) -> object:
    return value if isinstance(value, dict) else {"": value}


def _rising(tiers: "tuple[TierSection, ...]") -> "tuple[TierSection, ...]":
    amounts = [each.least for each in tiers]
    if amounts != sorted(set(amounts)):
        raise ValueError("each tier begins at a higher amount than the one before it: write them from low to high")
    return tiers


Whoms = Annotated[
    tuple[WhomText, ...], BeforeValidator(kinds.one_or_many), AfterValidator(not_twice), Field(min_length=1), Several
]
Quorum = Annotated[int, Field(ge=1, le=20)]
Blocked = Annotated[str, AfterValidator(_word)]
Blocks = Annotated[
    tuple[Blocked, ...], BeforeValidator(kinds.one_or_many), AfterValidator(not_twice), Field(min_length=1), Several
]
Titles = Annotated[
    dict[Literal[""] | Language, kinds.Line], BeforeValidator(_for_all), Field(min_length=1), AlsoWritten(_TITLE_FORM)
]


class TierSection(Passage):
    """Whom to ask from an amount on."""

    least: Annotated[float, Field(alias="from", ge=0, le=1e12)]
    ask: Whoms
    quorum: Quorum = 1


class ApprovalSection(Passage):
    """An entry of `approvals`."""

    title: Titles | None = None
    of: FieldName | None = None
    tiers: Annotated[tuple[TierSection, ...], AfterValidator(_rising), Field(min_length=1)] | None = None
    when: When | None = None
    ask: Whoms | None = None
    quorum: Quorum | None = None
    never: Whoms | None = None
    expires: Length | None = None
    calendar: kinds.Name | None = None
    count_paused: bool = False
    blocks: Blocks | None = None
    record: Literal["consent"] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "ApprovalSection":
        if (self.tiers is None) == (self.ask is None):
            raise ValueError("asks nobody: write whom to `ask`, or `tiers` of an amount, each with its own")
        if (self.of is None) != (self.tiers is None):
            raise ValueError("`of` and `tiers` go together: a field with an amount, and whom to ask from which on")
        if self.quorum is not None and self.tiers is not None:
            raise ValueError("each tier has a `quorum` of its own: write it there")
        if self.expires is not None and self.expires.is_in_days and self.calendar != REAL:
            raise ValueError(f"'{self.expires}': days have no length in a calendar: write wd, or `calendar: real`")
        if self.expires is None and (self.calendar is not None or self.count_paused):
            raise ValueError("`calendar` and `count_paused` say how `expires` is counted, and that is missing")
        if self.record is not None and not all(whom.kind in OUTSIDE for tier in self.values() for whom in tier.ask):
            raise ValueError("`record: consent` is somebody's outside: ask requester, participants or an address")
        return self

    def values(self) -> tuple[Tier, ...]:
        """Give the tiers, from low to high."""
        if self.tiers is not None:
            return tuple(Tier(each.ask, each.least, each.quorum) for each in self.tiers)
        return (Tier(self.ask or (), None, self.quorum or 1),)

    def asks(self) -> Iterator[tuple[Path, Tier]]:
        """Give the tiers and where each of them stands."""
        for number, tier in enumerate(self.values()):
            yield (("tiers", number) if self.tiers is not None else ()), tier

    def lengths(self) -> Iterator[tuple[str, WorkDuration]]:
        """Give every length of time that is written, and at which key."""
        if self.expires is not None:
            yield "expires", self.expires

    def value(self, key: str, document: Document, path: Path, vocabulary: Vocabulary) -> Approval:
        """Give the approval that stands at a path."""
        return Approval(
            key=key,
            place=document.place_of_key(path),
            tiers=self.values(),
            of=self.of,
            when=condition_of(self.when, vocabulary) if self.when is not None else None,
            never=self.never or (),
            expires=self.expires,
            calendar=self.calendar,
            counts_paused=self.count_paused,
            blocks=frozenset(self.blocks or ()),
            is_consent=self.record is not None,
            titles=dict(self.title or {}),
        )
