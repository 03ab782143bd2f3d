"""A document's value against a model: every problem at once, with its place, the nearest known word and the remedy."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from maild.documents.document import Document, Path, Value
from maild.documents.words import did_you_mean, join_words
from maild.errors import Problem

_LONGEST_SHOWN = 60
_LONGEST_COMPLAINT = 400
_EXPECTED = {
    "string_type": "text is expected",
    "int_type": "a whole number is expected",
    "bool_type": "true or false is expected",
    "dict_type": "keys with values are expected, like {{key: value}}",
    "mapping_type": "keys with values are expected, like {{key: value}}",
    "model_type": "keys with values are expected, like {{key: value}}",
    "tuple_type": "a list is expected, like [one, two]",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}

# What pydantic reports only because something else is wrong.
_CONSEQUENCES = frozenset({"default_factory_not_called"})


class Section(BaseModel):
    """A mapping of a file, by its keys.

    `refused` are keys with a meaning of their own kind, known or not: why each is refused. With `needs_values` a key
    without a value is a problem.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    refused: ClassVar[Mapping[str, str]] = {}
    needs_values: ClassVar[bool] = False


SectionT = TypeVar("SectionT", bound=Section)


def check_document(
    document: Document, model: type[SectionT], at: Path = ()
) -> tuple[SectionT | None, tuple[Problem, ...]]:
    """Check what stands at a path; the first result is None as soon as there is one problem."""
    value = document.find(at)
    problems = set(_refusals(document, model, at, value))
    checked = None
    try:
        checked = model.model_validate({} if value is None else value)
    except ValidationError as error:
        errors = (each for each in error.errors(include_url=False) if not _is_consequence(each))
        problems |= {_problem(document, model, at, each) for each in errors}
    return None if problems else checked, tuple(sorted(problems))


def is_text(model: type[Section], path: Path) -> bool:
    """Whether a model takes text at a path."""
    return str in _kinds(model, path)


def _is_consequence(error: ErrorDetails) -> bool:
    """Whether something is only wrong because something else is: a list is short once its bad items are left out."""
    return error["type"] in _CONSEQUENCES or (error["type"] == "too_short" and bool(error["input"]))


def _refusals(document: Document, kind: Any, at: Path, value: Value) -> Iterator[Problem]:
    """Say which known keys are refused for what they are, or have no value."""
    if not isinstance(value, (dict, tuple)):
        return
    owner = _owner(kind)
    known = _fields(owner) if owner is not None else {}
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if owner is not None and step in known:
            if step in owner.refused:
                yield document.problem((*at, step), owner.refused[step], at_key=True)
            elif inner is None and owner.needs_values:
                yield document.problem((*at, step), "has no value: write one, or leave the key out", at_key=True)
        if isinstance(inner, (dict, tuple)):
            for each in _inner_kinds(kind, str(step) if step in known else ""):
                yield from _refusals(document, each, (*at, step), inner)


def _problem(document: Document, model: type[Section], at: Path, error: ErrorDetails) -> Problem:
    is_key = error["loc"][-1:] == ("[key]",)
    inner: Path = error["loc"][:-1] if is_key else error["loc"]
    if error["type"] == "missing":
        return document.problem((*at, *inner[:-1]), f"'{inner[-1]}' is missing: write it", at_key=True)
    if error["type"] == "extra_forbidden":
        place = document.place_of_key((*at, *inner))
        owner = document.problem((*at, *inner[:-1]), _unknown_key(model, inner))
        return Problem(place.file, place.line, place.column, owner.where, owner.what)
    kinds = _key_kinds(model, inner) if is_key else tuple(_kinds(model, inner))
    return document.problem(_written(document, (*at, *inner)), _complaint(kinds, error), at_key=is_key)


def _written(document: Document, path: Path) -> Path:
    """Give as much of a path as is written: a short form has no list and no operator of its own."""
    while path and path not in document.values and path not in document.keys:
        path = path[:-1]
    return path


def _unknown_key(model: type[Section], path: Path) -> str:
    key = str(path[-1])
    owner = next((each for each in _kinds(model, path[:-1]) if _is_section(each)), model)
    if key in owner.refused:
        return f"'{key}': {owner.refused[key]}"
    return f"unknown key '{key}'{did_you_mean(key, _fields(owner))}"


def _key_kinds(model: type[Section], path: Path) -> tuple[Any, ...]:
    """Give the types that the keys of a mapping have."""
    mappings = (each for each in _kinds(model, path[:-1]) if get_args(each))
    return tuple(kind for each in mappings for kind in _kinds(get_args(each)[0], ()))


def _complaint(kinds: tuple[Any, ...], error: ErrorDetails) -> str:
    value, context = error.get("input"), error.get("ctx", {})
    match error["type"]:
        case "value_error":
            return _cut(str(context["error"]), _LONGEST_COMPLAINT)
        case "literal_error":
            words = [
                _word(word) for each in kinds if get_origin(each) is Literal for word in get_args(each) if word != ""
            ]
            return f"{_shown(value)} is none of {join_words(words)}{_near(value, words)}"
        case "too_short":
            return "must not be empty"
    known = _EXPECTED.get(error["type"])
    expected = known.format_map(context) if known else error["msg"]
    remedy = ": put it in quotes" if error["type"] == "string_type" and not isinstance(value, (tuple, dict)) else ""
    return f"{expected}, not {_shown(value)}{remedy if value is not None else ''}"


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _near(value: object, words: list[str]) -> str:
    question = did_you_mean(value, words) if isinstance(value, str) else ""
    return question if question.startswith(".") else ""


def _shown(value: object) -> str:
    """Show a value as YAML writes it, as far as it is short."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case tuple():
            return "a list"
        case dict():
            return "keys with values"
    return f"'{_cut(str(value), _LONGEST_SHOWN)}'"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _kinds(kind: Any, path: Path) -> Iterator[Any]:
    """Give every type that a model allows at a path."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from _kinds(arguments[0], path)
    elif origin in (Union, UnionType):
        for each in arguments:
            yield from _kinds(each, path)
    elif not path:
        yield kind
    elif _is_section(kind):
        yield from _kinds(_fields(kind).get(str(path[0])), path[1:])
    elif arguments and origin is not Literal:
        # Of a mapping the values, of a list the items.
        is_mapping = issubclass(origin, Mapping)
        yield from _kinds(arguments[1] if is_mapping else arguments[0], path[1:])


@cache
def _owner(kind: Any) -> type[Section] | None:
    return next((each for each in _kinds(kind, ()) if _is_section(each)), None)


@cache
def _inner_kinds(kind: Any, key: str) -> tuple[Any, ...]:
    """Give what a kind allows at a key of its own; "" is any other key, or an item of a list."""
    return tuple(_kinds(kind, (key,)))


@cache
def _fields(section: type[Section]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in section.model_fields.items()}


def _is_section(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)
