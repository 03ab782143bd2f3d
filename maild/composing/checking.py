"""Whether every template can be printed: asked before a desk begins, or a single slip would hold every mail."""

from maild.composing.composer import Composer
from maild.config import Config
from maild.errors import ConfigurationError, Problem
from maild.marks import Keyring, SigningKey
from maild.rules import Rules

# Of a desk without pages every sheet is tried as if it had some, so that none is found broken on the day it has.
_SITE = "https://desk.example"


def template_doubts(config: Config, rules: Rules) -> tuple[Problem, ...]:
    """Say what of the templates is sound and yet probably not meant."""
    return _composer(config, rules).doubts()


def check_templates(config: Config, rules: Rules) -> None:
    """Try every template with an example. Raises ConfigurationError with every problem."""
    problems = tuple(
        Problem(str(config.template_folder / found.file), found.line, found.column, found.where, found.what)
        for found in _composer(config, rules).check()
    )
    if problems:
        raise ConfigurationError(problems)


def _composer(config: Config, rules: Rules) -> Composer:
    key = SigningKey("check", b"signs examples that are never sent")
    return Composer(config.desk, rules, Keyring(key, {key.id: key}), config.templates, config.web.public_url or _SITE)
