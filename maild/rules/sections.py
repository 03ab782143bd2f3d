"""What each entry of a rule file may say, and which sections and keys have no effect yet."""

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from maild.config import kinds
from maild.documents import Section, did_you_mean

_NOT_YET = "not yet: this has no effect in this version; leave it out"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

# The words that stand for somebody wherever people are named: nobody can be called so.
WHOM_WORDS = frozenset({"assignee", "lead", "managers", "admins", "requester", "participants", "all", "none"})

NOT_YET_SECTIONS = (
    "absences", "agreements", "approvals", "calendars", "categories", "contacts", "customers", "fields", "ladders",
    "lifecycle", "priorities", "privacy", "reports", "rules",
)  # fmt: skip


def _day(value: object) -> date:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError(f"'{value}' is no day: write it like 2026-11-30")


class PersonSection(Section):
    """An entry of `people`."""

    refused: ClassVar[Mapping[str, str]] = MappingProxyType(
        dict.fromkeys(("timezone", "language", "skills", "mail_me"), _NOT_YET)
    )

    name: kinds.Line
    mail: kinds.Address
    also: tuple[kinds.Address, ...] = ()
    role: Annotated[
        tuple[Literal["agent", "manager", "admin"], ...],
        BeforeValidator(kinds.one_or_many),
        AfterValidator(kinds.different),
        Field(min_length=1),
    ] = ("agent",)
    left: Annotated[date | None, BeforeValidator(_day)] = None


class TeamSection(Section):
    """An entry of `teams`."""

    refused: ClassVar[Mapping[str, str]] = MappingProxyType({"was": _NOT_YET})

    members: Annotated[tuple[kinds.Name, ...], AfterValidator(kinds.different), Field(min_length=1)]
    lead: kinds.Name | None = None
    assign: Annotated[str, kinds.only("none", "assigning tickets by itself")] = "none"


class QueueSection(Section):
    """An entry of `queues`."""

    address: kinds.Address
    name: kinds.Line
    relay: kinds.Name | None = None
    team: kinds.Name | None = None
    visible_to: Annotated[str | tuple[str, ...], kinds.only("all", "a queue that some people do not see")] = "all"


SECTIONS: Mapping[str, type[Section]] = MappingProxyType(
    {"people": PersonSection, "teams": TeamSection, "queues": QueueSection}
)


def why_refused(section: str) -> str | None:
    """Say why a section cannot be used; None where it can."""
    if section in SECTIONS:
        return None
    if section in NOT_YET_SECTIONS:
        return _NOT_YET
    question = did_you_mean(section, (*SECTIONS, *NOT_YET_SECTIONS))
    if not question.startswith("."):
        question = did_you_mean("", SECTIONS)
    return f"unknown section '{section}'{question}"
