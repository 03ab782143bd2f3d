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
    Written,
)
from maild.documents import Document, check_document, parse_document
from maild.errors import ConfigurationError, Problem
from maild.model.limits import ReadingLimits

MAIN_FILE = "maild.yaml"
_LARGEST_FILE = 2_000_000
_LARGEST_LIST = 20_000_000  # a hundred thousand contacts
_SEALS = 4
_RULE_SUFFIXES = (".yaml", ".yml")
_DATA_SUFFIXES = (".csv", ".ics")
_TEMPLATE_SUFFIXES = (".txt", ".html")
_ANSWER_SUFFIXES = (".txt", ".md")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The text of a file that an administrator wrote, under the name by which problems call it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that `maild.yaml` says, and the texts that it points to; all paths are absolute.

    `rule_data` are the lists and calendars that rule files name, by the name they have there. `templates` are the
    administrator's own by their path within the folder: `de/reply.txt`. `document` is the file itself, for those who
    check other files against it.
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
    """Read a folder of configuration; raises ConfigurationError with every problem of it, rules not looked into."""
    draft = read_draft(directory, environ)
    if draft.config is None or draft.problems:
        raise ConfigurationError(draft.problems)
    return draft.config


def read_draft(directory: Path, environ: Mapping[str, str]) -> Draft:
    """Read as much of a folder of configuration as can be read."""
    file = directory / MAIN_FILE
    problems: list[Problem] = []
    document = Document(str(file), {}, {}, {})
    written = None
    try:
        document = parse_document(str(file), _text_of(file))
    except ConfigurationError as error:
        problems += error.problems
    else:
        document, strange = overridden(document, Written, environ)
        written, found = check_document(document, Written)
        problems += (*strange, *found, *account_problems(document, directory, environ), *alarm_problems(document))
    absolute = _absolute(written, directory) if written else None
    rule_folder = _folder(document, "rules", directory)
    rule_files = tuple(_sources(rule_folder, _RULE_SUFFIXES, problems))
    lists = _sources(rule_folder, _DATA_SUFFIXES, problems, largest=_LARGEST_LIST)
    rule_data = {Path(source.name).name: source for source in lists}
    templates = {
        source.name: source.text
        for source in _sources(_folder(document, "templates", directory), _TEMPLATE_SUFFIXES, problems, is_deep=True)
    }
    answers = {
        Path(source.name).stem: source.text
        for source in _sources(_folder(document, "answers", directory), _ANSWER_SUFFIXES, problems)
    }
    if absolute is not None:
        problems += folder_problems(document, absolute.mailboxes)
    config = None
    if absolute is not None and not problems:
        config = _config(
            directory, document, absolute, rule_files, rule_data=rule_data, templates=templates, answers=answers
        )
    return Draft(document, config, rule_files, rule_data, templates, tuple(sorted(set(problems))))


def _config(
    directory: Path,
    document: Document,
    written: Written,
    rule_files: tuple[SourceFile, ...],
    *,
    rule_data: Mapping[str, SourceFile],
    templates: Mapping[str, str],
    answers: Mapping[str, str],
) -> Config:
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
        rule_files=rule_files,
        templates=MappingProxyType(dict(templates)),
        answers=MappingProxyType(dict(answers)),
        template_folder=directory / written.templates,
        rule_data=MappingProxyType(dict(rule_data)),
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


def _folder(document: Document, key: str, directory: Path) -> Path:
    """Give the folder of rules or templates, though the rest of the file may be wrong."""
    written = document.find((key,))
    return directory / (written if isinstance(written, str) and written else key)


def _sources(
    folder: Path,
    suffixes: tuple[str, ...],
    problems: list[Problem],
    *,
    is_deep: bool = False,
    largest: int = _LARGEST_FILE,
) -> Iterator[SourceFile]:
    """Read the files of a folder in name order; in a deep folder they are named by their path within it."""
    found = folder.rglob("*") if is_deep else folder.glob("*")
    for file in sorted(found):
        if file.suffix not in suffixes or file.name.startswith("."):
            continue
        try:
            yield SourceFile(file.relative_to(folder).as_posix() if is_deep else str(file), _text_of(file, largest))
        except ConfigurationError as error:
            problems += error.problems


def _text_of(file: Path, largest: int = _LARGEST_FILE) -> str:
    """Read a text file of an administrator. Raises ConfigurationError."""
    try:
        if file.exists() and not file.is_file():
            raise _unreadable(file, "is no ordinary file")
        with file.open("rb") as stream:
            octets = stream.read(largest + 1)
    except FileNotFoundError as error:
        remedy = f"`maild init {file.parent}` makes a configuration to start from"
        raise _unreadable(file, f"there is no such file: {remedy}") from error
    except OSError as error:
        raise _unreadable(file, f"cannot be read: {error.strerror}") from error
    if len(octets) > largest:
        raise _unreadable(file, f"is larger than {largest:,} bytes")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = octets[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        what = "is not UTF-8 here: save the file as UTF-8"
        raise ConfigurationError((Problem(str(file), line, column, "the file", what),)) from error


def _unreadable(file: Path, what: str) -> ConfigurationError:
    return ConfigurationError((Problem(str(file), 1, 1, "the file", what),))
