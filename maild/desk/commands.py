"""The agents' commands: one registry, and the forgiving reading of `#` lines and subject tags (behaviour.md, 5).

A command is read at the top or at the end of somebody's own words, never in what they quote. What is nearly a command
is asked about and never guessed; what is no command is text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """For whom the words are that stand beside a command."""

    CUSTOMER = "customer"
    COLLEAGUES = "colleagues"
    NAMED = "named"
    NOBODY = "nobody"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what it is called, for whom the mail's words are, and what it does in a line of help.

    `help` is "" for a word that is reserved: it is recognised so that it never reaches a customer as text, and refused.
    """

    word: str
    audience: Audience
    help: str = ""
    is_subject_tag: bool = False


def _reserved(audience: Audience, words: str, tags: str = "") -> tuple[Command, ...]:
    known = frozenset(tags.split())
    return tuple(Command(word, audience, is_subject_tag=word in known) for word in words.split())


COMMANDS = (
    Command("reply", Audience.CUSTOMER, "the words go to the customer", is_subject_tag=True),
    Command("note", Audience.COLLEAGUES, "the words are for colleagues only", is_subject_tag=True),
    Command("send", Audience.ANY, "the draft goes out, with the words above instead of its own where there are any"),
    Command("discard", Audience.ANY, "the draft is dropped"),
    *_reserved(
        Audience.CUSTOMER,
        "resolve close reopen wait pending answer quiet",
        tags="resolve close reopen wait pending quiet",
    ),
    *_reserved(
        Audience.COLLEAGUES,
        "assign team queue unassign escalate ack approve reject merge link split spam",
        tags="assign team queue unassign escalate ack",
    ),
    *_reserved(Audience.NAMED, "ask new write forward"),
    *_reserved(Audience.NOBODY, "show history list sla report help answers get"),
    *_reserved(
        Audience.ANY,
        "take p1 p2 p3 p4 p5 impact urgency category tag field cc requester done skip subject language kb feedback"
        " late verified away here undo",
        tags="take p1 p2 p3 p4 p5 impact urgency category tag done",
    ),
)
BY_WORD = {command.word: command for command in COMMANDS}

_DRESS = r"[ \t]*(?:(?:[-+•·‣▪–]|\d{1,2}[.)])[ \t]+)?[*_\\]{0,3}"
_MARKED = re.compile(
    rf"{_DRESS}#(?P<gap> ?)(?P<word>[^\W\d_][\w-]{{0,30}})[*_]{{0,3}}(?P<end>[.:,;!]?)(?P<rest>(?:\s.*)?)\Z"
)
_DICTATED = re.compile(r"\s*hash ?tag (?=[a-z])", re.IGNORECASE)
_LINKED = re.compile(r"\[(#[\w-]{1,30})\]\([^()\s]{0,200}\)|(#[\w-]{1,30})<[a-z]{2,8}:[^<>\s]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"\[\s*#?\s*([A-Za-z][A-Za-z0-9-]{0,20})\s*\]")
_SIGNATURE = re.compile(r"--\s*\Z")
_SHORT_WORD = 5
_ANY = re.compile(r"[#＃﹟]\w|hash ?tag \w", re.IGNORECASE)
_MOST = 200  # words with "#": more are no commands, and comparing them all would hold up everybody else's mail


@dataclass(frozen=True, slots=True)
class Reading:
    """The commands found, the words without them, and what must be asked before anything is done."""

    commands: tuple[str, ...]
    text: str
    doubts: tuple[str, ...]

    def has(self, word: str) -> bool:
        """Whether a command was given."""
        return word in self.commands


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that begins with commands; `rest` are the words after them."""

    words: tuple[str, ...]
    rest: str
    doubts: tuple[str, ...]


def read_commands(
    words: str, subject: str = "", earlier_subjects: tuple[str, ...] = (), *, is_first: bool = True
) -> Reading:
    """Read the commands in somebody's own words, and in a subject where they are not an echo of an earlier one.

    `is_first` says that the subject cannot be an echo of a mail that is not at hand. `[note]` counts even as an echo:
    it only keeps words back.
    """
    if sum(1 for _ in _ANY.finditer(words)) > _MOST:
        return Reading((), words.strip("\n"), ("it holds more words with # than can be read for commands",))
    lines = words.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    top = _leading(lines, first, len(lines))
    signature = next((at for at in range(len(lines) - 1, top, -1) if _SIGNATURE.match(lines[at])), len(lines))
    bottom = _trailing(lines, top, signature)
    found: list[str] = []
    doubts: list[str] = []
    kept: list[str] = []
    for at, line in enumerate(lines):
        marked = _read_line(line)
        if marked is None:
            kept.append(line)
        elif first <= at < top or bottom <= at < signature:
            found += marked.words
            doubts += marked.doubts
            kept += [marked.rest] if marked.rest else []
        else:
            kept.append(line)
            doubts += [f"#{word} stands in the middle of the words" for word in marked.words[:1]]
    found += [word for word in _tags(subject, earlier_subjects, is_first=is_first) if word not in found]
    commands = tuple(dict.fromkeys(found))
    text = "\n".join(kept).strip("\n")
    return Reading(commands, text, tuple(dict.fromkeys((*doubts, *_refusals(commands, text)))))


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
    words: list[str] = []
    doubts: list[str] = []
    while match := _MARKED.match(rest):
        word = unicodedata.normalize("NFKC", match["word"]).casefold().replace("_", "-").strip("-")
        if word not in BY_WORD:
            near = None if match["gap"] else nearest(word)
            if near is None:
                break
            doubts.append(f"#{word} is no command; #{near} is one")
        words.append(word if word in BY_WORD else f"{word}?")
        rest = match["rest"].strip()
    if not words:
        return None
    return _Line(tuple(word for word in words if word in BY_WORD), rest, tuple(doubts))


def _undressed(line: str) -> str:
    """Take off what clients and dictation put around a command."""
    plain = "".join(" " if each in "\t\u00a0\u202f" else each for each in line if unicodedata.category(each) != "Cf")
    plain = plain.replace("＃", "#").replace("﹟", "#")
    plain = _LINKED.sub(lambda match: match[1] or match[2], plain)
    return _DICTATED.sub("#", plain, count=1) if _DICTATED.match(plain) else plain


def _tags(subject: str, earlier_subjects: tuple[str, ...], *, is_first: bool) -> Iterator[str]:
    echoed = {match[1].lower() for earlier in earlier_subjects for match in _TAG.finditer(_plain(earlier))}
    for match in _TAG.finditer(_plain(subject)):
        word = match[1].lower()
        is_theirs = word == "note" or (is_first and word not in echoed)
        if word in BY_WORD and BY_WORD[word].is_subject_tag and is_theirs:
            yield word


def _plain(subject: str) -> str:
    return unicodedata.normalize("NFKC", subject)


def _refusals(commands: tuple[str, ...], text: str) -> Iterator[str]:
    for word in commands:
        if not BY_WORD[word].help:
            yield f"this desk cannot do #{word} yet"
    audiences = {BY_WORD[word].audience for word in commands} & {Audience.CUSTOMER, Audience.COLLEAGUES}
    if len(audiences) > 1 and text.strip():
        yield "the commands leave open whether the words are for the customer or for colleagues"
    if "send" in commands and "discard" in commands:
        yield "#send and #discard contradict each other"


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
