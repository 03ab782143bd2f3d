"""Reading a folder of configuration: all its files, what the environment overrides, every problem at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from maild.config.crosschecks import account_problems, alarm_problems, folder_problems, inside
from maild.config.overriding import overridden
from maild.config.settings import (
    AccountConfig,
    AlarmConfig,
    DeskConfig,
    LimitsConfig,
    MailboxConfig,
    RelayConfig,
    StateConfig,
    TrustConfig,
    WebConfig,
    Written,
)
from maild.config.texts import SourceFile, Stamp, Texts, look_at, read_text, read_texts
from maild.documents import Document, Value, check_document, dotted, parse_document
from maild.errors import ConfigurationError, Problem
from maild.model.limits import ReadingLimits

MAIN_FILE = "maild.yaml"
_SEALS = 4


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that `maild.yaml` says, and the texts that it points to; all paths are absolute.

    `rule_data` are the lists and calendars that rule files name, by the name they have there. `templates` are the
    administrator's own by their path within the folder: `de/reply.txt`. `document` is the file itself, for those who
    check other files against it. `is_watching`: the other files are taken as they change.
    """

    directory: Path
    document: Document = field(repr=False)
    desk: DeskConfig
    state: StateConfig
    mailboxes: Mapping[str, MailboxConfig]
    relays: Mapping[str, RelayConfig]
    trust: TrustConfig
    alarm: AlarmConfig
    limits: LimitsConfig
    rule_files: tuple[SourceFile, ...]
    templates: Mapping[str, str]
    template_folder: Path
    rule_data: Mapping[str, SourceFile] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    is_watching: bool = False
    web: WebConfig = field(default_factory=WebConfig)

    def read_texts(self) -> Texts:
        """Read the other files as they lie now."""
        return read_texts(self.document, self.directory)

    def look_at_texts(self) -> Stamp:
        """Say how the other files stand now, without reading them."""
        return look_at(self.document, self.directory)

    @property
    def reading(self) -> ReadingLimits:
        """What a reader may read of one mail; signatures only if they are going to be checked."""
        return replace(self.limits.reading, seals=_SEALS if self.trust.verify_dkim else 0)


@dataclass(frozen=True, slots=True)
class Draft:
    """A folder of configuration as far as it can be read: what is wrong with it, and what is right all the same.

    `config` is None as soon as there is a problem in `maild.yaml`.
    """

    document: Document
    config: Config | None
    rule_files: tuple[SourceFile, ...]
    rule_data: Mapping[str, SourceFile]
    templates: Mapping[str, str]
    problems: tuple[Problem, ...]


def read_config(directory: Path, environ: Mapping[str, str]) -> Config:
    """Read a folder of configuration; raises ConfigurationError with every problem of `maild.yaml`.

    The other files are not looked into: a command works where those are broken.
    """
    draft = read_draft(directory, environ)
    if draft.config is None:
        raise ConfigurationError(draft.problems)
    return draft.config


def read_draft(directory: Path, environ: Mapping[str, str]) -> Draft:
    """Read as much of a folder of configuration as can be read."""
    file = directory / MAIN_FILE
    problems: list[Problem] = []
    document = Document(str(file), {}, {}, {})
    written = None
    try:
        document = parse_document(str(file), read_text(file))
    except ConfigurationError as error:
        problems += error.problems
    else:
        document, strange = overridden(document, Written, environ)
        written, found = check_document(document, Written)
        problems += (*strange, *found, *account_problems(document, directory, environ), *alarm_problems(document))
    absolute = _absolute(written, directory) if written else None
    if absolute is not None:
        problems += folder_problems(document, absolute.mailboxes)
    unsound = tuple(problems)
    texts = read_texts(document, directory)
    problems += texts.problems
    config = None
    if absolute is not None and not unsound:
        config = _config(directory, document, absolute, texts)
    return Draft(document, config, texts.rule_files, texts.rule_data, texts.templates, tuple(sorted(set(problems))))


def draft_of(config: Config, texts: Texts) -> Draft:
    """Take other texts with a configuration that holds."""
    mine = replace(
        config,
        rule_files=texts.rule_files,
        rule_data=MappingProxyType(dict(texts.rule_data)),
        templates=MappingProxyType(dict(texts.templates)),
        answers=MappingProxyType(dict(texts.answers)),
    )
    return Draft(config.document, mine, mine.rule_files, mine.rule_data, mine.templates, texts.problems)


def find_unreloaded(config: Config, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Say what `maild.yaml` says by now and `config` does not know, or why it does not hold any more; line by line."""
    draft = read_draft(config.directory, environ)
    if draft.config is None:
        return tuple(f"a restart would be refused: {problem}" for problem in draft.problems)
    changed = _differences(config.document.value, draft.document.value, ())
    return tuple(f"{MAIN_FILE}: {dotted(path)} was changed: this takes a restart" for path in changed)


def _differences(old: Value, new: Value, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _differences(old.get(key), new.get(key), (*path, key))
    elif old != new:
        yield path


def _config(directory: Path, document: Document, written: Written, texts: Texts) -> Config:
    return Config(
        directory=directory.absolute(),
        document=document,
        desk=written.desk,
        state=written.state,
        mailboxes=MappingProxyType(written.mailboxes),
        relays=MappingProxyType(written.relays),
        trust=written.trust,
        alarm=written.alarm,
        limits=written.limits,
        rule_files=texts.rule_files,
        templates=MappingProxyType(dict(texts.templates)),
        answers=MappingProxyType(dict(texts.answers)),
        template_folder=directory / written.templates,
        rule_data=MappingProxyType(dict(texts.rule_data)),
        is_watching=written.reload == "watch",
        web=written.web,
    )


def _absolute(written: Written, directory: Path) -> Written:
    """Take every relative path as one within the folder of configuration."""

    def placed(account: AccountConfig) -> AccountConfig:
        file, auth = account.password_file, account.auth
        if auth is not None and auth.secret_file is not None:
            auth = auth.model_copy(update={"secret_file": inside(directory, auth.secret_file)})
        return account.model_copy(update={"password_file": file and inside(directory, file), "auth": auth})

    return written.model_copy(
        update={
            "state": written.state.model_copy(update={"directory": inside(directory, written.state.directory)}),
            "mailboxes": {name: placed(mailbox) for name, mailbox in written.mailboxes.items()},
            "relays": {name: placed(relay) for name, relay in written.relays.items()},
        }
    )
