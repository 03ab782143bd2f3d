"""What must be known of a matter and is not: the questions to its customer, and what an answer says to them."""

import re
from collections.abc import Iterator, Mapping, Sequence

from maild.rules.matters import Category, Field
from maild.rules.patterns import Pattern

_LONGEST = 60  # a line of more letters is a story
_QUANTITY = re.compile(r"(?:[^\W\d]{1,3}|[$€£])? ?(-?\d[\d.,]*\d|\d)(?: ?[^\d\s]{1,12}){0,2}")
_NUMERIC = frozenset({"number", "money"})


def missing(category: Category | None, known: Mapping[str, str], fields: Mapping[str, Field]) -> tuple[Field, ...]:
    """Give the fields that a category wants known of its matters and that have no value, in its order."""
    wanted = category.ask_for if category is not None else ()
    return tuple(fields[name] for name in wanted if name in fields and not known.get(name))


def question(field: Field, language: str) -> str:
    """Give the question for a field in a language, else in English or the first that is written, else its name."""
    said = field.ask.get(language) or field.ask.get(language.partition("-")[0]) or field.ask.get("en")
    return said or next(iter(field.ask.values()), field.key.replace("_", " "))


def answers(asked: Sequence[Field], lines: Sequence[str]) -> Iterator[tuple[Field, str]]:
    """Find what the lines of an answer say to the questions of one mail, by name, or each line to each in turn.

    `lines` are those that say anything. What a field's type does not allow is no answer.
    """
    named = dict(_named(asked, lines))
    if not named and len(lines) == len(asked):
        named = {field.key: value for field, line in zip(asked, lines, strict=True) if (value := read(field, line))}
    yield from ((field, named[field.key]) for field in asked if field.key in named)


def read(field: Field, line: str) -> str | None:
    """Read a line as the value of a field; None for what is none."""
    value = line.strip().rstrip(".").strip()
    if not value or len(value) > _LONGEST or value.endswith("?"):
        return None
    if field.find is not None:
        pattern = Pattern(field.find)
        for text in (value, f"{field.key.replace('_', ' ')}: {value}"):
            found = pattern.find(text)
            caught = found[1].get(field.key) if found is not None else None
            if caught is not None and field.complaint(caught) is None:
                return caught
    return _typed(field, value)


def _typed(field: Field, value: str) -> str | None:
    """Read what stands there by the field's type alone; of text that has a pattern nothing else is an answer."""
    if field.type == "text":
        return value if field.find is None else None
    if field.type == "one-of":
        return next((each for each in field.one_of if each.casefold() == value.casefold()), None)
    quantity = _QUANTITY.fullmatch(value) if field.type in _NUMERIC else None
    value = quantity[1] if quantity is not None else value
    return value if field.complaint(value) is None else None


def _named(asked: Sequence[Field], lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Find lines that begin with the question or the name of a field."""
    for line in lines:
        for field in asked:
            for label in (field.key, field.key.replace("_", " "), *field.ask.values()):
                rest = line.strip(" *-•>")
                if rest.casefold().startswith(label.casefold()):
                    value = read(field, rest[len(label) :].lstrip(" :=-?"))
                    yield from ((field.key, value),) if value else ()
