"""Settings from the environment: `MAILD_DESK__NAME` overrides `desk.name`, two underscores for each step.

Letter case does not matter, and `_` also finds `-` in the names of mailboxes and relays. Lists and mappings are written
in YAML's flow style: `MAILD_DESK__OLD_TAGS='[Ticket#, RT]'`.
"""

from collections.abc import Mapping

from maild.documents import Document, Place, Section, Value, did_you_mean, is_text, known_keys, parse_override
from maild.errors import ConfigurationError, Problem

_PREFIX = "MAILD_"
# Read elsewhere: where the configuration is, and where a test kills us.
_NOT_SETTINGS = frozenset({"MAILD_CONFIG", "MAILD_FAILPOINT", "MAILD_FAILPOINT_LOG"})


def overridden(
    document: Document, model: type[Section], environ: Mapping[str, str]
) -> tuple[Document, tuple[Problem, ...]]:
    """Give a document as the environment wants it, and what is wrong with variables that name no setting."""
    problems: list[Problem] = []
    for variable, text in sorted(environ.items()):
        if not variable.startswith(_PREFIX) or variable in _NOT_SETTINGS:
            continue
        try:
            path = _path(document, model, variable)
            document = document.replaced(path, _value(model, path, variable, text), Place(variable, 1, 1))
        except ConfigurationError as error:
            problems += error.problems
    return document, tuple(problems)


def _path(document: Document, model: type[Section], variable: str) -> tuple[str, ...]:
    path: tuple[str, ...] = ()
    for word in variable.removeprefix(_PREFIX).lower().split("__"):
        written, known = document.names(path), known_keys(model, path)
        step = next((name for name in (*written, *known) if _plain(name) == _plain(word)), word)
        if known and step not in known:
            what = f"no such setting: '{word}' is unknown{did_you_mean(word, known)}"
            raise ConfigurationError((Problem(variable, 1, 1, ".".join(path) or "the environment", what),))
        path = (*path, step)
    return path


def _value(model: type[Section], path: tuple[str, ...], variable: str, text: str) -> Value:
    value = parse_override(variable, text)
    is_number = isinstance(value, (bool, int, float))
    return text.strip() if is_number and is_text(model, path) else value


def _plain(word: str) -> str:
    return word.replace("-", "_")
