"""The sections of rule files: the model of each, how its names are made, and which have no effect yet."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import create_model

from maild.config import kinds
from maild.documents import Section, did_you_mean
from maild.rules.ladders import REAL
from maild.rules.language.agreements import AgreementSection
from maild.rules.language.approvals import ApprovalSection
from maild.rules.language.forms import WHOM_WORDS, category, field_name
from maild.rules.language.hours import CalendarSection
from maild.rules.language.ladders import LadderSection
from maild.rules.language.lifecycle import LifecycleSection
from maild.rules.language.matters import (
    CategorySection,
    ContactsSection,
    CustomerSection,
    FieldSection,
    PrioritiesSection,
)
from maild.rules.language.people import AbsenceSection, PersonSection, QueueSection, TeamSection
from maild.rules.language.privacy import PrivacySection
from maild.rules.language.reports import ReportSection
from maild.rules.language.rule import RuleSection

# Mappings by name, in any number of files.
SECTIONS: Mapping[str, type[Section]] = MappingProxyType(
    {
        "people": PersonSection,
        "absences": AbsenceSection,
        "teams": TeamSection,
        "queues": QueueSection,
        "calendars": CalendarSection,
        "customers": CustomerSection,
        "fields": FieldSection,
        "categories": CategorySection,
        "agreements": AgreementSection,
        "ladders": LadderSection,
        "reports": ReportSection,
        "approvals": ApprovalSection,
        "rules": RuleSection,
    }
)
# One thing each, in one file.
WHOLE_SECTIONS: Mapping[str, type[Section]] = MappingProxyType(
    {
        "priorities": PrioritiesSection,
        "contacts": ContactsSection,
        "lifecycle": LifecycleSection,
        "privacy": PrivacySection,
    }
)
_NAMES: Mapping[str, Callable[[str], str]] = {"categories": category, "fields": field_name}


def check_name(section: str, name: str) -> str | None:
    """Say what is wrong with the name of an entry; None where nothing is."""
    try:
        _NAMES.get(section, kinds.name)(name)
    except ValueError as error:
        return str(error)
    if section == "calendars" and name == REAL:
        return "'real' is wall time wherever a calendar is named: choose another name"
    if section in {"people", "teams"} and name in WHOM_WORDS:
        return f"'{name}' is a word with a meaning of its own: choose another name"
    return None


def why_refused(section: str) -> str | None:
    """Say why a section cannot be used; None where it can."""
    known = (*SECTIONS, *WHOLE_SECTIONS)
    if section in known:
        return None
    question = did_you_mean(section, known)
    return f"unknown section '{section}'{question}"


def rule_file_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of a rule file, for editors."""
    by_name: Any = dict
    kinds_of: dict[str, Any] = {section: by_name[str, model] for section, model in SECTIONS.items()}
    fields: dict[str, Any] = {name: (kind, {}) for name, kind in {**kinds_of, **WHOLE_SECTIONS}.items()}
    model = create_model("RuleFile", __base__=Section, **fields)
    schema = {
        **model.model_json_schema(by_alias=True),
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A rule file of maild",
    }
    return dict(sorted(schema.items()))
