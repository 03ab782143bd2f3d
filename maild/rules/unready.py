"""What the language has and deciding does not yet: refused, so that no rule is ever taken for one that acts."""

from collections.abc import Iterator

from maild.errors import Problem
from maild.rules.effects import OpenChild
from maild.rules.values import Rules
from maild.rules.written import Rule

_EFFECTS = {
    OpenChild: "child",
}
_WHAT = "not yet: this has no effect in this version; leave it out"


def unready_problems(rules: Rules) -> Iterator[Problem]:
    """Find every rule that asks for what is not there yet."""
    for rule in rules.rules:
        for name in sorted(set(_unready(rule))):
            place = rule.place
            yield Problem(place.file, place.line, place.column, f"rules.{rule.name}.{name}", _WHAT)


def _unready(rule: Rule) -> Iterator[str]:
    yield from (f"then.{name}" for kind, name in _EFFECTS.items() if any(isinstance(one, kind) for one in rule.then))
