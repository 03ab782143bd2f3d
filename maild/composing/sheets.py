"""The templates: found by language and override, compiled once, printed with values.

What strangers write is always a value and never a template. In a text sheet the lines that show somebody's words are
marked as they are printed (by the filters `quote` and `words`), so that the desk's own lines can be told from them when
an answer quotes both. A sheet without HTML of its own is shown as HTML line by line as its text stands, so that every
client quotes the same lines.

BUGS
    The sandbox keeps a template from reaching into Python, not from taking long: templates are the administrator's.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from maild.composing import markup
from maild.composing.headers import clean

FALLBACK = "en"
_BY_LINES = "lines.html"  # how a text sheet without HTML of its own becomes HTML
_SUBJECT = re.compile(r"Subject: *(\S.*)\n\r?\n")
_GAP = re.compile(r"\n{3,}")
_WORDS = "\x01"  # stands before a line of somebody's words while a sheet is printed; clean text has none

_HARMLESS = frozenset({str, int, bool, type(None)})  # what an attribute may be and lead nowhere

# What a template's expression can raise besides Jinja's own errors: 1 + "a", 1 / 0, {}["a"].
_FAILURES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: `first`, `careful` (what follows it at once), `ours`, `quoted` or `words`."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """A sheet with its values: `ours` are the lines of the text that the desk wrote, `quoted` the words of others."""

    subject: str
    text: str
    html: str
    ours: str
    quoted: str


class SheetError(Exception):
    """A template that cannot be used: its name, the line and what is wrong."""

    def __init__(self, name: str, line: int, what: str) -> None:
        super().__init__(f"{name}:{line}: {what}")
        self.name, self.line, self.what = name, line, what


@dataclass(frozen=True, slots=True)
class _Found:
    """The source of a sheet and where it is from."""

    name: str
    language: str
    is_override: bool
    source: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    subject: Template
    text: Template
    html: Template | None


class Sheets:
    """All templates, the administrator's before ours."""

    def __init__(self, overrides: Mapping[str, str], locale: str) -> None:
        self._overrides = {name: text.replace("\r\n", "\n") for name, text in overrides.items()}
        self._shipped = dict(_shipped(files("maild") / "templates", ""))
        self._locale = language_of(locale)
        self._compiled: dict[tuple[str, str], _Sheet] = {}
        self._environment = _environment(self._find)
        self._by_lines = self._environment.get_template(f"{FALLBACK}/{_BY_LINES}")

    def render(self, name: str, language: str, values: Mapping[str, object], bare: Mapping[str, str]) -> Printed:
        """Print a sheet: `bare` are the values that its subject may use; raises SheetError."""
        sheet = self._sheet(language_of(language), name)
        try:
            subject = clean(sheet.subject.render(bare))
            printed = _GAP.sub("\n\n", sheet.text.render(values)).strip("\n") + "\n"
            html = self._html(sheet, printed, values)
        except _FAILURES as error:
            raise _located(error, name) from error
        lines = printed.split("\n")
        return Printed(
            subject=subject,
            text=printed.replace(_WORDS, ""),
            html=html.replace(_WORDS, ""),
            ours="\n".join([line for line in lines if line and line[0] != _WORDS]),
            quoted="\n".join([_unquoted(line) for line in lines if line and line[0] == _WORDS]),
        )

    def languages(self) -> tuple[str, ...]:
        """Name the languages that any sheet is written in."""
        names = (*self._shipped, *self._overrides)
        return tuple(sorted({name.partition("/")[0] for name in names if "/" in name} | {self._locale}))

    def strange_names(self) -> dict[str, str | None]:
        """Name the overrides that nothing would ever use, each with the name that was probably meant."""
        known = {name.rpartition("/")[2] for name in self._shipped}
        known |= {name.removesuffix(".txt") + ".html" for name in known if name.endswith(".txt")}
        strange = [name for name in self._overrides if name.rpartition("/")[2] not in known]
        near = {name: get_close_matches(name.rpartition("/")[2], sorted(known), n=1) for name in strange}
        return {name: found[0] if found else None for name, found in near.items()}

    def _html(self, sheet: _Sheet, printed: str, values: Mapping[str, object]) -> str:
        if sheet.html is not None:
            return sheet.html.render(values)
        return self._by_lines.render({**values, "blocks": tuple(_blocks(printed))})

    def _sheet(self, language: str, name: str) -> _Sheet:
        key = (language, name)
        if key not in self._compiled:
            self._compiled[key] = self._compile(language, name)
        return self._compiled[key]

    def _compile(self, language: str, name: str) -> _Sheet:
        text = self._find(language, f"{name}.txt")
        if text is None:
            raise SheetError(f"{name}.txt", 1, "there is no such template")
        first = _SUBJECT.match(text.source)
        if first is None:
            raise SheetError(text.name, 1, "must begin with a line 'Subject: …' and an empty line")
        html = self._find(language, f"{name}.html")
        try:
            return _Sheet(
                subject=self._environment.from_string(first[1]),
                text=self._environment.get_template(f"{language}/{name}.txt"),
                html=self._environment.get_template(f"{language}/{name}.html")
                if html is not None and _belongs(html, text)
                else None,
            )
        except TemplateError as error:
            raise _located(error, text.name) from error

    def _find(self, language: str, name: str) -> _Found | None:
        """Find a sheet: in its language, else in the desk's, else in English, else in none; ours after theirs."""
        for tongue in dict.fromkeys((language, self._locale, FALLBACK, "")):
            places = [f"{tongue}/{name}" if tongue else name]
            if tongue == self._locale:
                places.append(name)  # without a language, an override is in the desk's own
            for place in places:
                if place in self._overrides:
                    return _Found(place, tongue, True, self._overrides[place])
            if places[0] in self._shipped:
                return _Found(places[0], tongue, False, self._shipped[places[0]])
        return None


class _Loader(BaseLoader):
    def __init__(self, find: Callable[[str, str], _Found | None]) -> None:
        self._find = find

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        del environment
        language, _, name = template.partition("/")
        found = self._find(language, name)
        if found is None:
            raise TemplateNotFound(name)
        return _without_subject(found.source), found.name, None


class _Environment(ImmutableSandboxedEnvironment):
    def join_path(self, template: str, parent: str) -> str:
        """A sheet that is included or extended is looked for in the language of the one that names it."""
        return f"{parent.partition('/')[0]}/{template}"

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Ask the sandbox, but for words: they lead nowhere, and nearly all that a sheet names is words."""
        return (type(value) in _HARMLESS and not attr.startswith("_")) or super().is_safe_attribute(obj, attr, value)


def _belongs(html: _Found, text: _Found) -> bool:
    """Whether HTML says what the text says: our own HTML does not beside a text of the administrator."""
    return html.language == text.language and (html.is_override or not text.is_override)


def language_of(locale: str) -> str:
    """Cut a locale to its language: `en` of `en_GB.UTF-8`."""
    return re.split(r"[-_.@]", locale)[0].lower() or FALLBACK


def _environment(find: Callable[[str, str], _Found | None]) -> Environment:
    environment = _Environment(
        loader=_Loader(find),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters["quote"] = _quote
    environment.filters["words"] = _marked
    environment.filters["lines"] = markup.lines
    environment.filters["prose"] = markup.prose
    return environment


def _shipped(folder: Traversable, under: str) -> Iterator[tuple[str, str]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _shipped(each, f"{under}{each.name}/")
        elif each.name.endswith((".txt", ".html")):
            yield under + each.name, each.read_text(encoding="utf-8")


def _without_subject(source: str) -> str:
    """Take the subject out of a sheet and leave its line numbers as they are."""
    first = _SUBJECT.match(source)
    return source if first is None else "{#\n\n#}" + source[first.end() :]


def _quote(text: str) -> str:
    return "\n".join(f"{_WORDS}> {line}".rstrip(" ") for line in text.split("\n"))


def _marked(text: str) -> str:
    return "\n".join(_WORDS + line for line in text.split("\n"))


def _unquoted(line: str) -> str:
    bare = line.removeprefix(_WORDS)
    return bare[1:].removeprefix(" ") if bare.startswith(">") else bare


def _kind(line: str) -> str:
    if line.startswith(f"{_WORDS}>"):
        return "quoted"
    return "words" if line.startswith(_WORDS) else "ours" if line else "blank"


def _blocks(printed: str) -> Iterator[Block]:
    head, _, rest = printed.partition("\n\n")
    first, *warnings = head.split("\n")
    yield Block("first", (first,))
    if warnings:
        yield Block("careful", tuple(warnings))
    for kind, group in groupby(rest.split("\n"), key=_kind):
        if kind != "blank":
            yield Block(kind, tuple(_unquoted(line) if kind == "quoted" else line for line in group))


def _located(error: Exception, name: str) -> SheetError:
    """Find the line of a template where an error arose."""
    line = getattr(error, "lineno", None)
    where = getattr(error, "filename", None) or getattr(error, "name", None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith((".txt", ".html")):
            where, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return SheetError(where or f"{name}.txt", line or 1, str(error) or type(error).__name__)
