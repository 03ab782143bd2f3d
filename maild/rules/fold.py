"""A ticket while rules are asked: each effect applied on top of what earlier ones set."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from maild.config import kinds
from maild.model.steps import STEP_PREFIX, StepMark
from maild.rules.effects import (
    AddNote,
    AddParticipant,
    AddStep,
    AddTag,
    AskApproval,
    AtLeast,
    CallSpam,
    DoNotAcknowledge,
    DoNotSurvey,
    Effect,
    Hold,
    JoinIncident,
    MakeConfidential,
    MakeMajor,
    Notify,
    OpenChild,
    Pend,
    Raise,
    Refuse,
    Reopen,
    Resolve,
    SameTicket,
    SetField,
    SetValue,
    Stop,
    TakeAsPerson,
    TakeRequester,
    UseTemplate,
)
from maild.rules.occasions import Done, Origin, Seen, TicketView
from maild.rules.values import Rules

PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}", re.ASCII)
# What a rule's text may name besides captures and fields.
OF_THE_MAIL = ("sender", "sender_domain", "subject", "reply_to")
_LONGEST_VALUE = 500
_BY_CATEGORY = frozenset({"category", "level", "queue"})


class Fold:
    """`view` is the ticket so far, `done` what was done to it, in order."""

    def __init__(self, rules: Rules, seen: Seen, view: TicketView) -> None:
        self.view = view
        self.done: list[Done] = []
        self.rules = rules
        self._seen = seen
        self._set_by: dict[str, Origin] = {}
        # What somebody set against the matrix stays theirs.
        self._is_priority_given = view.priority is not None and view.priority != self._by_matrix()
        self._is_team_given = False
        self._is_language_given = False

    def apply(self, effect: Effect, origin: Origin) -> None:
        """Apply one effect; one that would change nothing is not done."""
        match effect:
            case SetValue() | AtLeast() | Raise():
                self._set_value(effect, origin)
            case MakeMajor():
                self._make_major(effect, origin)
            case SetField(name, text):
                self.set_field(name, self._fill(text), origin)
            case AddTag(text):
                self._add_tag(self._fill(text), origin)
            case AddStep():
                self._add_step(effect, origin)
            case TakeRequester():
                self._take_requester(effect, origin)
            case AddNote() | JoinIncident() | Hold() | Resolve() | OpenChild():
                self._do(self._filled(effect), origin)
            case (
                SameTicket() | UseTemplate() | DoNotAcknowledge() | Notify() | AddParticipant() | TakeAsPerson()
                | DoNotSurvey() | Reopen() | CallSpam() | Refuse() | Pend() | Stop() | MakeConfidential()
                | AskApproval()
            ):  # fmt: skip
                self._do(effect, origin)
            case _:
                assert_never(effect)

    def end(self) -> None:
        """Keep what a category says that rules gave: how confidential its tickets are."""
        category = self.rules.categories.get(self.view.category or "")
        given_by = self._set_by.get("category")
        if given_by is not None and category is not None and category.confidential is not None:
            self._do(MakeConfidential(category.confidential), given_by)

    def speak(self, language: str, origin: Origin) -> None:
        """Write in the language that the contact is known to read: no rule knows better."""
        self._is_language_given = False
        self._set_value(SetValue("language", language), origin)
        self._is_language_given = True

    def set_field(self, name: str, value: str, origin: Origin) -> None:
        """Write a field of the ticket; what its type does not allow, a capture of something else, is left out."""
        value = " ".join(value.split())[:_LONGEST_VALUE]
        old, known = self.view.fields.get(name), self.rules.fields.get(name)
        is_allowed = known is None or known.complaint(value) is None
        if value and value != old and is_allowed:
            self.view = self.view.with_field(name, value)
            self._record(SetField(name, value), origin, f"field.{name}", old, value)

    def _set_value(self, effect: SetValue | AtLeast | Raise, origin: Origin) -> None:
        if effect.field == "language" and self._is_language_given:
            return
        value = effect.value if isinstance(effect, SetValue) else self._raised(effect)
        self._give(effect.field, value, origin, effect)
        if effect.field in {"impact", "urgency"}:
            self._weigh(origin)
        elif effect.field == "priority":
            self._is_priority_given = True
        elif effect.field == "team":
            self._is_team_given = True
        if effect.field in _BY_CATEGORY and not self._is_team_given:
            self._find_team(effect.field, origin)

    def _give(self, field: str, value: str | None, origin: Origin, effect: Effect) -> None:
        old = getattr(self.view, field)
        if value is not None and value != old:
            self.view = self.view.with_value(field, value)
            self._record(effect, origin, field, old, value)

    def _raised(self, effect: AtLeast | Raise) -> str | None:
        scale = self.rules.priorities.scale(effect.field)
        present = getattr(self.view, effect.field)
        place = scale.index(present) if present in scale else 0
        if isinstance(effect, Raise):
            return scale[min(place + effect.by, len(scale) - 1)]
        return effect.value if present not in scale or scale.index(effect.value) > place else None

    def _make_major(self, effect: MakeMajor, origin: Origin) -> None:
        if not self.view.is_major:
            self.view = replace(self.view, is_major=True)
            self._record(effect, origin, "major", None, "true")
            self._weigh(origin)

    def _weigh(self, origin: Origin) -> None:
        priority = self._by_matrix()
        if priority is not None and not self._is_priority_given:
            self._give("priority", priority, origin, SetValue("priority", priority))

    def _by_matrix(self) -> str | None:
        priorities, view = self.rules.priorities, self.view
        if view.is_major:
            return priorities.major
        is_known = view.impact in priorities.impacts and view.urgency in priorities.urgencies
        return priorities.priority(view.impact or "", view.urgency or "") if is_known else None

    def _find_team(self, because: str, origin: Origin) -> None:
        team = self.rules.team_for(self.view.category, self.view.level)
        if team is None and because == "queue":
            queue = self.rules.queues.get(self.view.queue)
            team = queue.team if queue else None
        if team is not None:
            self._give("team", team, origin, SetValue("team", team))

    def _add_tag(self, tag: str, origin: Origin) -> None:
        tag = "-".join(tag.split())[:_LONGEST_VALUE]
        old = self.view.tags
        if tag and tag not in old:
            self.view = replace(self.view, tags=(*old, tag))
            self._record(AddTag(tag), origin, "tags", ", ".join(old) or None, ", ".join(self.view.tags))

    def _add_step(self, effect: AddStep, origin: Origin) -> None:
        category = self.rules.categories.get(self.view.category or "")
        procedure = {step.text for step in category.procedure} if category is not None else set()
        mark = StepMark(is_added=True, is_required=effect.is_required).written()
        if effect.text not in self.view.steps and effect.text not in procedure and mark is not None:
            self.view = replace(self.view, steps={**self.view.steps, effect.text: mark})
            self._record(effect, origin, f"{STEP_PREFIX}{effect.text}", None, mark)

    def _take_requester(self, effect: TakeRequester, origin: Origin) -> None:
        try:
            address = kinds.address(self._fill(effect.address))
        except ValueError:
            address = ""
        done = TakeRequester(address)
        if not address:
            self._do(done, origin)
            return
        old, self.view = self.view.requester, replace(self.view, requester=address)
        self._record(done, origin, "requester", old or None, address)

    def _filled(self, effect: AddNote | JoinIncident | Hold | Resolve | OpenChild) -> Effect:
        match effect:
            case AddNote(text):
                return AddNote(self._fill(text))
            case JoinIncident(name):
                return JoinIncident(self._fill(name))
            case Hold(reason):
                return Hold(self._fill(reason))
            case Resolve(text):
                return Resolve(self._fill(text))
            case OpenChild(queue, subject):
                return OpenChild(queue, self._fill(subject))

    def _do(self, effect: Effect, origin: Origin) -> None:
        self.done.append(Done(effect, origin))

    def _record(self, effect: Effect, origin: Origin, field: str, old: str | None, new: str) -> None:
        before = self._set_by.get(field)
        # Tags add up, and a default is there to be replaced: neither is worth a word.
        is_telling = before is not None and before != origin and field != "tags" and before.name.startswith("rules.")
        self._set_by[field] = origin
        self.done.append(Done(effect, origin, field, old, new, before if is_telling else None))

    def _names(self) -> Mapping[str, str]:
        seen = self._seen
        return {
            "sender": seen.sender,
            "sender_domain": seen.sender.rpartition("@")[2],
            "subject": seen.subject,
            "reply_to": next(iter(seen.reply_to), ""),
            **self.view.fields,
        }

    def _fill(self, text: str) -> str:
        names = self._names()
        return PLACEHOLDER.sub(lambda match: names.get(match[1], ""), text)
