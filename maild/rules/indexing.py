"""All tests of texts over one fact at once: which of them hold, at a cost that hardly grows with their number.

Whole values and domains are looked up, words by the first of them; everything else is one PatternSet.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from maild.rules.conditions import Operator, TextTest
from maild.rules.folding import folded, plain
from maild.rules.patterns import Pattern, PatternSet, literally

# Scripts that put no space between words, or grow words out of words: there, a word is whatever stands in the text.
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff"
_SPACELESS += "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[^\W{_SPACELESS}]+")
_HAS_SPACELESS = re.compile(f"[{_SPACELESS}]")
_NO_WORD = rf"[^\pL\pM\pN_]|[{_SPACELESS}]"


class Index:
    """Tests over one fact; each is known by its number in the order given."""

    __slots__ = ("_domains", "_exact", "_folded", "_folded_ids", "_phrases", "_plain", "_plain_ids")

    def __init__(self, tests: Sequence[TextTest]) -> None:
        self._exact: dict[str, list[int]] = {}
        self._domains: dict[str, list[int]] = {}
        self._phrases: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        patterns: dict[int, str] = {}
        plains: dict[int, str] = {}
        for number, test in enumerate(tests):
            match _form(test):
                case Whole(value):
                    self._exact.setdefault(value, []).append(number)
                case AtDomain(domain):
                    self._domains.setdefault(domain, []).append(number)
                case Phrase(words):
                    self._phrases.setdefault(words[0], []).append((words, number))
                case InFolded(pattern):
                    patterns[number] = pattern
                case InPlain(pattern):
                    plains[number] = pattern
        self._folded_ids, self._folded = tuple(patterns), PatternSet(tuple(patterns.values()))
        self._plain_ids, self._plain = tuple(plains), PatternSet(tuple(plains.values()))

    def find(self, texts: Iterable[str]) -> set[int]:
        """Give the numbers of all tests that hold of one of the texts."""
        found: set[int] = set()
        for text in texts:
            found.update(self._find(text))
        return found

    def _find(self, text: str) -> Iterator[int]:
        if self._plain_ids:
            yield from (self._plain_ids[index] for index in self._plain.find(plain(text)))
        if not (self._exact or self._domains or self._phrases or self._folded_ids):
            return
        form = folded(text)
        yield from self._exact.get(form, ())
        if "@" in form:
            yield from self._domains.get(form.rpartition("@")[2], ())
        yield from (self._folded_ids[index] for index in self._folded.find(form))
        if self._phrases:
            yield from self._find_phrases(_TOKEN.findall(form))

    def _find_phrases(self, tokens: Sequence[str]) -> Iterator[int]:
        for position, token in enumerate(tokens):
            for words, number in self._phrases.get(token, ()):
                if len(words) == 1 or tuple(tokens[position : position + len(words)]) == words:
                    yield number


@dataclass(frozen=True, slots=True)
class Found:
    """The words on which a test held, and what its pattern captured."""

    words: str
    captures: dict[str, str] = field(default_factory=dict)


class Single:
    """One test by itself: for values that change between rules, and for the words on which it held."""

    __slots__ = ("_index", "_pattern", "test")

    def __init__(self, test: TextTest) -> None:
        self.test = test
        self._pattern = Pattern(test.operand) if test.operator is Operator.MATCHES else None
        self._index = Index([test]) if self._pattern is None else None

    def find(self, texts: Iterable[str]) -> Found | None:
        """Give the words on which it holds of the first text that fits; None where none does."""
        for text in texts:
            if self._pattern is not None:
                match = self._pattern.find(plain(text))
                if match is not None:
                    return Found(*match)
            elif self._index is not None and self._index.find((text,)):
                is_whole = self.test.operator in {Operator.IS, Operator.GLOB}
                return Found(text if is_whole else self.test.operand)
        return None


@dataclass(frozen=True, slots=True)
class Whole:
    value: str


@dataclass(frozen=True, slots=True)
class AtDomain:
    domain: str


@dataclass(frozen=True, slots=True)
class Phrase:
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InFolded:
    pattern: str


@dataclass(frozen=True, slots=True)
class InPlain:
    pattern: str


def _form(test: TextTest) -> Whole | AtDomain | Phrase | InFolded | InPlain:
    if test.operator is Operator.MATCHES:
        return InPlain(test.operand)
    wanted = folded(test.operand)
    if test.operator is Operator.WORDS:
        return _words(wanted)
    if test.operator is Operator.GLOB and ("*" in wanted or "?" in wanted):
        return _pattern_of(wanted)
    if test.operator in {Operator.IS, Operator.GLOB}:
        return Whole(wanted)
    before = r"\A" if test.operator is Operator.STARTS_WITH else ""
    after = r"\z" if test.operator is Operator.ENDS_WITH else ""
    return InFolded(f"{before}{literally(wanted)}{after}")


def _words(wanted: str) -> Phrase | InFolded:
    """Look words up where they are plain ones; `c++` and words of scripts without spaces need a pattern."""
    tokens = tuple(_TOKEN.findall(wanted))
    is_plain = bool(tokens) and wanted.startswith(tokens[0]) and wanted.endswith(tokens[-1])
    if is_plain and not _HAS_SPACELESS.search(wanted):
        return Phrase(tokens)
    before = "" if _HAS_SPACELESS.match(wanted[:1]) else rf"(?:\A|{_NO_WORD})"
    after = "" if _HAS_SPACELESS.match(wanted[-1:]) else rf"(?:\z|{_NO_WORD})"
    return InFolded(f"{before}{literally(wanted)}{after}")


def _pattern_of(glob: str) -> AtDomain | InFolded:
    domain = glob.removeprefix("*@")
    if domain != glob and not set("*?@") & set(domain):
        return AtDomain(domain)
    letters = ({"*": ".*", "?": "."}.get(letter) or literally(letter) for letter in glob)
    return InFolded(rf"(?s)\A{''.join(letters)}\z")
