"""The templates: found by language, queue, category and override, compiled once, printed with values.

What strangers write is always a value and never a template. A sheet without HTML of its own is shown as HTML line by
line as its text stands, so that every client quotes the same lines.

BUGS
    The sandbox keeps a template from reaching into Python, not from taking long: templates are the administrator's.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from maild.composing import markup, printing
from maild.composing.headers import clean

FALLBACK = "en"
QUEUES, CATEGORIES = "queues/", "categories/"
_BY_LINES = "lines.html"  # how a text sheet without HTML of its own becomes HTML
_SUBJECT = re.compile(r"Subject: *(\S.*)\n\r?\n")

_HARMLESS = frozenset({str, int, bool, type(None)})  # what an attribute may be and lead nowhere

# What a template's expression can raise besides Jinja's own errors: 1 + "a", 1 / 0, {}["a"].
_FAILURES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError)

Place = tuple[str, ...]  # folders of overrides, the narrowest first, each "" or ending in "/"


@dataclass(frozen=True, slots=True)
class Printed:
    """A sheet with its values: `ours` are the lines that the desk wrote, `quoted` the words of others."""

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
    closeness: int  # 0 is shipped; the more, the narrower the folder of an override
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
        self._places: dict[tuple[str, str | None], Place] = {}
        self._compiled: dict[tuple[Place, str, str], _Sheet] = {}
        self._environment = _environment(self._find)
        self._by_lines = self._environment.get_template(_full_name(("",), FALLBACK, _BY_LINES))

    def render(
        self,
        name: str,
        language: str,
        values: Mapping[str, object],
        bare: Mapping[str, str],
        *,
        queue: str = "",
        category: str | None = None,
        is_internal: bool = False,
    ) -> Printed:
        """Print a sheet: `bare` are the values that its subject may use; raises SheetError."""
        sheet = self._sheet(self._place(queue, category), language_of(language), name)
        try:
            subject = clean(sheet.subject.render(bare))
            page = printing.read_page(sheet.text.render(values), is_internal=is_internal)
            if sheet.html is not None:
                html = sheet.html.render(values)
            else:
                html = self._by_lines.render({**values, "blocks": page.blocks})
        except _FAILURES as error:
            raise _located(error, name) from error
        return Printed(subject=subject, text=page.text, html=html, ours=page.ours, quoted=page.quoted)

    def languages(self) -> tuple[str, ...]:
        """Name the languages that any sheet is written in."""
        names = [name for name in (*self._shipped, *self._overrides) if "/" in name]
        found = {name.rpartition("/")[0].rpartition("/")[2] for name in names}
        return tuple(sorted({each for each in found if _LANGUAGE.fullmatch(each)} | {self._locale}))

    def find_language(self, name: str, language: str) -> str | None:
        """Find in which language a sheet is written to readers of one; None where there is none."""
        found = self._find(("",), language, f"{name}.txt")
        return None if found is None else found.language or self._locale

    def strange_names(
        self, queues: Iterable[str], categories: Iterable[str], named: Iterable[str]
    ) -> Iterator[tuple[str, str]]:
        """Name the overrides that nothing would ever use, and why, with the name that was probably meant.

        `named` are the sheets that rules name.
        """
        known = {name.rpartition("/")[2] for name in self._shipped} | {f"{name}.txt" for name in named}
        known |= {name.removesuffix(".txt") + ".html" for name in known if name.endswith(".txt")}
        parts = ((QUEUES, "queue", frozenset(queues)), (CATEGORIES, "category", frozenset(categories)))
        for name in self._overrides:
            if (file := name.rpartition("/")[2]) not in known:
                yield name, "unknown template" + _meant(file, known)
            for folder, word, there in parts:
                if name.startswith(folder) and not any(name.startswith(f"{folder}{each}/") for each in there):
                    chosen = name.removeprefix(folder).partition("/")[0]
                    yield name, f"unknown {word} '{chosen}'" + _meant(chosen, there)

    def places(self) -> tuple[tuple[str, str | None], ...]:
        """Name the queues and categories that have sheets of their own, each as `(queue, None)` or `("", category)`."""
        found: dict[tuple[str, str | None], None] = {("", None): None}
        for name in self._overrides:
            folder = name.rpartition("/")[0]
            if folder.startswith(QUEUES):
                found[(folder.split("/")[1], None)] = None
            elif folder.startswith(CATEGORIES):
                found[("", folder.removeprefix(CATEGORIES))] = None
        return tuple(found)

    def _place(self, queue: str, category: str | None) -> Place:
        """Give the folders that a queue's and a category's sheets may lie in, those alone that there are."""
        key = (queue, category)
        if key not in self._places:
            steps = category.split("/") if category else []
            folders = [f"{CATEGORIES}{'/'.join(steps[:end])}/" for end in range(len(steps), 0, -1)]
            folders += [f"{QUEUES}{queue}/"] if queue else []
            there = [folder for folder in folders if any(name.startswith(folder) for name in self._overrides)]
            self._places[key] = (*there, "")
        return self._places[key]

    def _sheet(self, place: Place, language: str, name: str) -> _Sheet:
        key = (place, language, name)
        if key not in self._compiled:
            self._compiled[key] = self._compile(place, language, name)
        return self._compiled[key]

    def _compile(self, place: Place, language: str, name: str) -> _Sheet:
        text = self._find(place, language, f"{name}.txt")
        if text is None:
            raise SheetError(f"{name}.txt", 1, "there is no such template")
        first = _SUBJECT.match(text.source)
        if first is None:
            raise SheetError(text.name, 1, "must begin with a line 'Subject: …' and an empty line")
        html = self._find(place, language, f"{name}.html")
        try:
            return _Sheet(
                subject=self._environment.from_string(first[1]),
                text=self._environment.get_template(_full_name(place, language, f"{name}.txt")),
                html=self._environment.get_template(_full_name(place, language, f"{name}.html"))
                if html is not None and _belongs(html, text)
                else None,
            )
        except TemplateError as error:
            raise _located(error, text.name) from error

    def _find(self, place: Place, language: str, name: str) -> _Found | None:
        """Find a sheet: in its language, else in the desk's, else in English, else in none; ours after theirs.

        The language comes first: whoever reads French has nothing of a queue's own words in German.
        """
        for tongue in dict.fromkeys((language, self._locale, FALLBACK, "")):
            for rank, folder in enumerate(place):
                written = [f"{folder}{tongue}/{name}" if tongue else f"{folder}{name}"]
                if tongue == self._locale:
                    written.append(f"{folder}{name}")  # without a language, an override is in the desk's own
                for each in written:
                    if each in self._overrides:
                        return _Found(each, tongue, len(place) - rank, self._overrides[each])
            shipped = f"{tongue}/{name}" if tongue else name
            if shipped in self._shipped:
                return _Found(shipped, tongue, 0, self._shipped[shipped])
        return None


_Find = Callable[[Place, str, str], _Found | None]
_SEPARATOR, _FOLDERS = "\n", "\t"  # in the names by which Jinja knows sheets: place, language, file
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class _Loader(BaseLoader):
    def __init__(self, find: _Find) -> None:
        self._find = find

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        del environment
        place, language, name = template.split(_SEPARATOR)
        found = self._find(tuple(place.split(_FOLDERS)), language, name)
        if found is None:
            raise TemplateNotFound(name)
        return _without_subject(found.source), found.name, None


class _Environment(ImmutableSandboxedEnvironment):
    def join_path(self, template: str, parent: str) -> str:
        """A sheet that is included or extended is looked for in the language and folders of the one that names it."""
        return f"{parent.rpartition(_SEPARATOR)[0]}{_SEPARATOR}{template}"

    def make_globals(self, d: MutableMapping[str, object] | None) -> MutableMapping[str, object]:
        """Give a sheet one dictionary: Jinja's chain of two is gone through key by key at every print."""
        return {**self.globals, **(d or {})}

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Ask the sandbox, but for words: they lead nowhere, and nearly all that a sheet names is words."""
        return (type(value) in _HARMLESS and not attr.startswith("_")) or super().is_safe_attribute(obj, attr, value)


def _belongs(html: _Found, text: _Found) -> bool:
    """Whether HTML says what the text says: our own HTML does not beside a text of the administrator."""
    return html.language == text.language and html.closeness >= text.closeness


def language_of(locale: str) -> str:
    """Cut a locale to its language: `en` of `en_GB.UTF-8`."""
    return re.split(r"[-_.@]", locale)[0].lower() or FALLBACK


def _full_name(place: Place, language: str, name: str) -> str:
    return _SEPARATOR.join((_FOLDERS.join(place), language, name))


def _meant(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    return f". Did you mean '{near[0]}'?" if near else ""


def _environment(find: _Find) -> Environment:
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
    environment.filters |= {
        "quote": printing.quote,
        "words": printing.words,
        "facts": printing.facts,
        "button": printing.button,
        "lines": markup.lines,
        "prose": markup.prose,
        "pairs": markup.pairs,
    }
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
