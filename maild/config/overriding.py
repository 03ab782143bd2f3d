"""Settings from the environment: `MAILD_DESK__NAME` overrides `desk.name`, two underscores for each step.

Letter case does not matter, and `_` also finds `-` in the names of mailboxes and relays. Lists and mappings are written
in YAML's flow style: `MAILD_DESK__OLD_TAGS='[Ticket#, RT]'`.
"""

from collections.abc import Mapping

from maild.documents import Document, Place, Section, Value, is_text, parse_override
from maild.errors import ConfigurationError, Problem

_PREFIX = "MAILD_"
_NOTHING = ("null", "~")
# Read elsewhere: where the configuration is, where a test kills us, and where the tests' mails lie.
_NOT_SETTINGS = frozenset({"MAILD_CONFIG", "MAILD_CORPUS", "MAILD_FAILPOINT", "MAILD_FAILPOINT_LOG"})


def overridden(
    document: Document, model: type[Section], environ: Mapping[str, str]
) -> tuple[Document, tuple[Problem, ...]]:
    """Give a document as the environment wants it, and what is wrong with values that cannot be read.

    A variable that names no setting makes an unknown key, to be found by whoever checks the document.
    """
    problems: list[Problem] = []
    for variable, text in sorted(environ.items()):
        if not variable.startswith(_PREFIX) or variable in _NOT_SETTINGS:
            continue
        try:
            path = _path(document, variable)
            document = document.replaced(path, _value(model, path, variable, text), Place(variable, 1, 1))
        except ConfigurationError as error:
            problems += error.problems
    return document, tuple(problems)


def _path(document: Document, variable: str) -> tuple[str, ...]:
    path: tuple[str, ...] = ()
    for word in variable.removeprefix(_PREFIX).lower().split("__"):
        known = (name for name in document.names(path) if name.replace("-", "_") == word)
        path = (*path, next(known, word))
    return path


def _value(model: type[Section], path: tuple[str, ...], variable: str, text: str) -> Value:
    value = parse_override(variable, text)
    plain = text.strip()
    is_meant_as_text = is_text(model, path) and not isinstance(value, (tuple, dict)) and plain not in _NOTHING
    return plain if is_meant_as_text else value
