"""The forgiving reading of `#` lines and subject tags (behaviour.md, 5).

A command is read at the top or at the end of somebody's own words, never in what they quote. What is nearly a command
is asked about and never guessed; what is no command is text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from maild.desk.commands.arguments import OPTIONAL, take
from maild.desk.commands.registry import BY_WORD, Audience, usage
from maild.model.saying import say

_DRESS = r"[ \t]*(?:(?:[-+•·‣▪–]|\d{1,2}[.)])[ \t]+)?[*_\\]{0,3}"
_MARKED = re.compile(
    rf"{_DRESS}#(?P<gap> ?)(?P<word>[^\W\d_][\w-]{{0,30}})[*_]{{0,3}}(?P<end>[.:,;!]?)(?P<rest>(?:\s.*)?)\Z"
)
_DICTATED = re.compile(r"\s*hash ?tag (?=[a-z])", re.IGNORECASE)
_LINKED = re.compile(r"\[(#[\w-]{1,30})\]\([^()\s]{0,200}\)|(#[\w-]{1,30})<[a-z]{2,8}:[^<>\s]{0,200}>", re.IGNORECASE)
_MAILTO = re.compile(
    r"\[([^\s\[\]]{1,200}@[^\s\[\]]{1,200})\]\(mailto:[^()\s]{0,400}\)"
    r"|([^\s<>]{1,200}@[^\s<>]{1,200}) ?<mailto:[^<>\s]{0,400}>",
    re.IGNORECASE,
)
_TAG = re.compile(r"\[\s*#?\s*([A-Za-z][A-Za-z0-9-]{0,20})(?:\s+([^\[\]]{1,80}?))?\s*\]")
_SIGNATURE = re.compile(r"--\s*\Z")
_SHORT_WORD = 5
_ANY = re.compile(r"[#＃﹟]\w|hash ?tag \w", re.IGNORECASE)
_MOST = 200  # words with "#": more are no commands, and comparing them all would hold up everybody else's mail


@dataclass(frozen=True, slots=True)
class Given:
    """A command as somebody gave it."""

    word: str
    argument: str = ""

    def __str__(self) -> str:
        return f"#{self.word} {self.argument}".rstrip()


@dataclass(frozen=True, slots=True)
class Reading:
    """The commands found, the words without them, and what must be asked before anything is done.

    `tags` are the words of those that stood in the subject.
    """

    commands: tuple[Given, ...]
    text: str
    doubts: tuple[str, ...]
    tags: tuple[str, ...] = ()

    def has(self, word: str) -> bool:
        """Whether a command was given."""
        return any(each.word == word for each in self.commands)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that begins with commands; `rest` are the words after them."""

    commands: tuple[Given, ...]
    rest: str
    doubts: tuple[str, ...]
    first: str


def read_commands(
    words: str, subject: str = "", earlier_subjects: tuple[str, ...] = (), *, is_first: bool = True
) -> Reading:
    """Read the commands in somebody's own words, and in a subject where they are not an echo of an earlier one.

    `is_first` says that the subject cannot be an echo of a mail that is not at hand. `[note]` counts even as an echo:
    it only keeps words back.
    """
    if sum(1 for _ in _ANY.finditer(words)) > _MOST:
        return Reading((), words.strip("\n"), (say("it holds more words with # than can be read for commands"),))
    lines = words.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    top = _leading(lines, first, len(lines))
    signature = next((at for at in range(len(lines) - 1, top, -1) if _SIGNATURE.match(lines[at])), len(lines))
    bottom = _trailing(lines, top, signature)
    found: list[Given] = []
    doubts: list[str] = []
    kept: list[str] = []
    for at, line in enumerate(lines):
        marked = _read_line(line)
        if marked is None:
            kept.append(line)
        elif first <= at < top or bottom <= at < signature:
            found += marked.commands
            doubts += marked.doubts
            kept += [marked.rest] if marked.rest else []
        else:
            kept.append(line)
            doubts += [say("#{word} stands in the middle of the words", word=marked.first)]
    tags = list(_tags(subject, earlier_subjects, is_first=is_first))
    found += [each for each in tags if all(each.word != one.word for one in found)]
    commands = tuple(dict.fromkeys(found))
    text = "\n".join(kept).strip("\n")
    every = tuple(dict.fromkeys((*doubts, *_refusals(commands, text))))
    return Reading(commands, text, every, tuple(each.word for each in tags))


def commands_named(words: str) -> Iterator[Given]:
    """Give every command on a line of its own, quoted ones too: what may have to be looked up for a mail."""
    if sum(1 for _ in _ANY.finditer(words)) > _MOST:
        return
    for line in words.split("\n"):
        marked = _read_line(line.lstrip(" >|\t"))
        if marked is not None:
            yield from marked.commands


def nearest(word: str) -> str | None:
    """Find the command that a word is nearly: one slip of the fingers, two in a long word."""
    within = 1 if len(word) <= _SHORT_WORD else 2
    letters = set(word)
    # A slip puts at most one letter in another's place, and most words are further off than that.
    like = [known for known in BY_WORD if len(known) > 2 and len(letters.symmetric_difference(known)) <= 2 * within]  # noqa: PLR2004
    near = [known for known in like if _slips(word, known, within) <= within]
    return min(near, key=lambda known: _slips(word, known, within), default=None)


def _leading(lines: list[str], start: int, end: int) -> int:
    """Say where the block of commands at the top ends."""
    top = start
    for at in range(start, end):
        if not lines[at].strip():
            continue
        if _read_line(lines[at]) is None:
            break
        top = at + 1
    return top


def _trailing(lines: list[str], start: int, end: int) -> int:
    """Say where the block of commands at the end begins."""
    bottom = end
    for at in range(end - 1, start - 1, -1):
        if not lines[at].strip():
            continue
        if _read_line(lines[at]) is None:
            break
        bottom = at
    return bottom


def _read_line(line: str) -> _Line | None:
    """Read a line that begins with a command, or with what is nearly one; None is text."""
    rest = _undressed(line)
    given: list[Given] = []
    doubts: list[str] = []
    first = ""
    while match := _MARKED.match(rest):
        word = unicodedata.normalize("NFKC", match["word"]).casefold().replace("_", "-").strip("-")
        near = None if word in BY_WORD else _near(word, match)
        if word not in BY_WORD and near is None:
            break
        first = first or word
        rest = match["rest"].strip()
        if near is not None:
            doubts.append(say("#{word} is no command; #{near} is one", word=word, near=near))
            continue
        taken = take(BY_WORD[word].shape, rest)
        if taken.argument is None:
            doubts.append(say("#{word} lacks what it needs: {usage}", word=word, usage=usage(BY_WORD[word])))
            continue
        rest = taken.rest
        given.append(Given(word, taken.argument))
    return _Line(tuple(given), rest, tuple(doubts), first) if first else None


def _near(word: str, match: re.Match[str]) -> str | None:
    return None if match["gap"] else nearest(word)


def _undressed(line: str) -> str:
    """Take off what clients and dictation put around a command."""
    plain = "".join(" " if each in "\t\u00a0\u202f" else each for each in line if unicodedata.category(each) != "Cf")
    plain = plain.replace("＃", "#").replace("﹟", "#")
    for dressed in (_LINKED, _MAILTO):
        plain = dressed.sub(lambda match: match[1] or match[2], plain)
    return _DICTATED.sub("#", plain, count=1) if _DICTATED.match(plain) else plain


def _tags(subject: str, earlier_subjects: tuple[str, ...], *, is_first: bool) -> Iterator[Given]:
    echoed = {match[1].lower() for earlier in earlier_subjects for match in _TAG.finditer(_plain(earlier))}
    for match in _TAG.finditer(_plain(subject)):
        word = match[1].lower()
        is_theirs = word == "note" or (is_first and word not in echoed)
        command = BY_WORD.get(word)
        if command is None or not command.is_subject_tag or not is_theirs:
            continue
        taken = take(command.shape, match[2] or "")
        # What is not wholly a command in brackets is text.
        if taken.argument is not None and not taken.rest and bool(taken.argument or command.shape in OPTIONAL):
            yield Given(word, taken.argument)


def _plain(subject: str) -> str:
    return unicodedata.normalize("NFKC", subject)


def _refusals(commands: tuple[Given, ...], text: str) -> Iterator[str]:
    words = [each.word for each in commands]
    addressed = {Audience.CUSTOMER, Audience.COLLEAGUES, Audience.NAMED}
    audiences = {BY_WORD[word].audience for word in words} & addressed
    if len(audiences) > 1 and text.strip():
        yield say("the commands leave open for whom the words are: the customer, colleagues, or somebody named")
    yield from _contradictions(words)


_STATES = ("resolve", "close", "reopen", "wait", "pending", "merge", "spam")
_EITHER = (_STATES, ("send", "discard"), ("assign", "unassign", "take"), ("reply", "note"), ("reply", "quiet"))
_REPEATABLE = frozenset({"tag", "field", "cc", "link", "show", "get", "done", "skip", "history", "list", "ask"})


def _contradictions(words: list[str]) -> Iterator[str]:
    for group in _EITHER:
        met = [word for word in dict.fromkeys(words) if word in group]
        if len(met) > 1:
            yield say("{words} contradict each other", words=", ".join(f"#{word}" for word in met))
    for word in dict.fromkeys(words):
        if words.count(word) > 1 and word not in _REPEATABLE:
            yield say("#{word} stands there more than once", word=word)


def _slips(word: str, known: str, most: int) -> int:
    """Count the slips between two words (optimal string alignment), `most` + 1 for more than `most`."""
    if abs(len(word) - len(known)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(known) + 1))
    for i, letter in enumerate(word, 1):
        row = [i]
        for j, other in enumerate(known, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == known[j - 2] and word[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return min(last[-1], most + 1)
