"""What of an agent's answer may go out: their own words, without every line of the mail that they answered.

We hold what we sent, so our lines are recognised by their words and not by a client's manners: quote marks, header
blocks and attributions only help to see where a quote begins and ends. What cannot be told apart is a reason against
sending, and so is every run of our words that would still go out.

BUGS
    A line of ours that a client changed, and that is shorter than six words, is not recognised.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby

from maild.desk.dress import dress_above, is_rule, looks_quoted, may_name_us, names_us
from maild.desk.likeness import Source, runs, squeezed, visible, words_of
from maild.marks import find_marks
from maild.model.facts import IssuedMail
from maild.model.saying import say

LEAK = 6  # words of ours in a row that must not reach a customer
TRACER_LETTERS = 10  # of a mail's token, printed in every mail to agents
MOST_CHARACTERS = 300_000
_UNKNOWN_IN_A_QUOTE = 3
_WHOLE_LINE = 3
_FEW_WORDS = 8

_PREFIX = re.compile(r"[ \t]{0,12}((?:[>»＞][ \t]?)+)")
_BUTTON = re.compile(r"<(?:mailto:)?[^<>\s?]{1,355}\?([^<>\s]{1,2000})>")
_DRAWN = re.compile(r"[\s\-_=*~#|.•·—–>]*\Z")


@dataclass(frozen=True, slots=True)
class Words:
    """What would go out, and every reason against it; with `is_guess`, words may have been cut that were their own."""

    text: str
    reasons: tuple[str, ...]
    is_guess: bool = False


class _Kind(Enum):
    BLANK = auto()
    OWN = auto()
    OURS = auto()
    QUOTED = auto()  # somebody's words that our mail showed
    STRANGE = auto()  # marked as a quote, and not of our mail
    CUT = auto()


@dataclass(slots=True)
class _Line:
    body: str
    depth: int
    words: list[str]
    kind: _Kind
    is_sure: bool = False  # of itself enough to show that our mail is quoted here
    ours: int = 0  # how many of its words are runs of ours


@dataclass(frozen=True, slots=True)
class _Quote:
    """A stretch of lines that may be a quote, and the lines above it that a client may have written."""

    lines: list[_Line]
    dress: list[_Line]
    is_certain: bool
    is_genuine: bool

    @property
    def is_strange(self) -> bool:
        return any(line.kind is _Kind.STRANGE for line in self.lines)


def outgoing_words(text: str, issued: IssuedMail | None, names: Sequence[str] = ()) -> Words:
    """Take out of an answer what we sent; `issued` is the mail that was answered, `names` are ours as From shows them.

    Without `issued` nothing can be recognised: nothing is cut, and whatever looks like a quote is a reason.
    """
    if len(text) > MOST_CHARACTERS:
        return Words(text, (say("the mail is too long to be compared with what you answered"),))
    plain = visible(text).replace("\r\n", "\n").replace("\u00a0", " ").replace("\t", " ")
    if issued is None:
        return Words(plain.strip("\n"), tuple(_reasons_unseen(plain, names)))
    sent = _Sent(issued)
    lines = [_read(line) for line in plain.split("\n")]
    sent.label(lines)
    guesses = tuple(dict.fromkeys(_settle(lines, names, issued.subject)))
    outgoing = _kept(lines)
    if not any(line.kind is _Kind.OWN for line in lines):
        return Words("", (*guesses, say("no words of your own were left")), is_guess=bool(guesses))
    return Words(outgoing, (*guesses, *sent.leaks(outgoing), *_undressed(outgoing, names)), is_guess=bool(guesses))


class _Sent:
    """The mail that was answered, ready to be compared with."""

    def __init__(self, issued: IssuedMail) -> None:
        self._ours = Source(issued.ours)
        self._quoted = Source(issued.quoted)
        self._tracer = issued.token[:TRACER_LETTERS]
        free = self._quoted.runs(LEAK) | Source(issued.subject).runs(LEAK)
        self._secret = self._ours.runs(LEAK) - free

    def label(self, lines: Sequence[_Line]) -> None:
        """Say of each line what it is by its words alone."""
        words = [word for line in lines for word in line.words]
        ours, quoted = self._ours.covers(words), self._quoted.covers(words)
        at = 0
        for line in lines:
            end = at + len(line.words)
            if line.words:
                self._label(line, ours[at:end], quoted[at:end])
            at = end

    def leaks(self, text: str) -> Iterator[str]:
        """Say what of ours is still in words that would go out."""
        for run in runs(words_of(text), LEAK):
            if run in self._secret:
                yield say("it still holds words of the desk: “{words}”", words=" ".join(run))
                break
        if self._tracer in squeezed(text):
            yield say("it still holds the random mark of the mail that you answered")
        if find_marks([text]):
            yield say("it holds an address or id that is meant for you alone")

    def _label(self, line: _Line, ours: Sequence[bool], quoted: Sequence[bool]) -> None:
        line.ours = sum(ours)
        if all(quoted) or self._quoted.has_line(line.words):
            line.kind = _Kind.QUOTED
            line.is_sure = line.depth > 0
        elif all(mine or theirs for mine, theirs in zip(ours, quoted, strict=True)) or self._ours.has_line(line.words):
            line.kind = _Kind.OURS
            is_long = len(line.words) >= _WHOLE_LINE or self._tracer in line.words
            line.is_sure = line.depth > 0 or (is_long and self._ours.has_line(line.words))


def _read(raw: str) -> _Line:
    """Read one line: its quote marks, its words, and whether it can only be a quote."""
    prefix = _PREFIX.match(raw)
    body = raw[prefix.end() :] if prefix else raw
    depth = sum(each in ">»＞" for each in prefix[1]) if prefix else 0
    # A line of nothing but a button's link says what the link would write.
    words = words_of(body) or words_of(" ".join(_BUTTON.findall(body)))
    kind = _Kind.BLANK if _DRAWN.match(body) else _Kind.STRANGE if depth else _Kind.OWN
    return _Line(body.rstrip(), depth, words, kind)


def _settle(lines: list[_Line], names: Sequence[str], subject: str) -> Iterator[str]:
    """Settle every line that its words alone do not: by its neighbours, in clusters without a word of the agent's."""
    bodies = [line.body for line in lines]
    floor = 0
    quotes: list[_Quote] = []
    for start, end in _clusters(lines):
        top, is_certain = dress_above(bodies, start, floor, names, subject)
        is_genuine = (top < start and is_certain) or _is_genuine(lines[start:end])
        quotes.append(_Quote(lines[start:end], lines[top:start], is_certain=is_certain, is_genuine=is_genuine))
        floor = end
    genuine = [at for at, quote in enumerate(quotes) if quote.is_genuine]
    for at, quote in enumerate(quotes):
        if quote.is_genuine:
            yield from _cut_quote(quote, names, is_first=at == genuine[0], is_last=at == genuine[-1])
        elif not (genuine and genuine[0] < at < genuine[-1]) or quote.is_strange:
            yield from _give_back(quote.lines)
    _cut_last_dress(lines, bodies, floor if genuine else 0, names, subject)


def _cut_quote(quote: _Quote, names: Sequence[str], *, is_first: bool, is_last: bool) -> Iterator[str]:
    """Cut what surely is a quote of our mail, with what a client wrote above it."""
    yield from _cut_strange(quote.lines, names)
    _cut(quote.dress)
    if quote.dress and not quote.is_certain:
        yield say("a line above the quote was cut by guess")
    if is_first and not quote.dress:
        _give_back_edge(quote.lines)
    if is_last:
        _give_back_edge(quote.lines[::-1])


def _clusters(lines: Sequence[_Line]) -> list[tuple[int, int]]:
    """Give the stretches of lines that may all be quotes, blank ones between them included.

    Marked and unmarked lines do not mix, but for the rest of a marked line that a client broke.
    """
    found: list[list[int]] = []
    is_open = False
    for at, line in enumerate(lines):
        if line.kind is _Kind.OWN:
            is_open = False
        elif line.kind is not _Kind.BLANK or line.depth:
            is_marked = is_open and lines[found[-1][0]].depth > 0
            is_rest = is_marked and found[-1][1] == at - 1
            if is_open and (is_rest or is_marked == (line.depth > 0)):
                found[-1][1] = at
            else:
                found.append([at, at])
            is_open = True
    return [(start, last + 1) for start, last in found]


def _is_genuine(cluster: Sequence[_Line]) -> bool:
    """Whether a stretch surely is of our mail, and not the agent's own words that happen to be like it."""
    return any(line.is_sure for line in cluster) or sum(line.ours for line in cluster) >= LEAK


def _give_back(cluster: Sequence[_Line]) -> Iterator[str]:
    """Take a stretch for the agent's own; a marked quote of something else is asked about."""
    if any(line.kind is _Kind.STRANGE for line in cluster):
        yield say("something is quoted that is not of the mail that you answered")
    for line in cluster:
        if line.kind is not _Kind.BLANK:
            line.kind = _Kind.OWN
            line.body = f"> {line.body}" if line.depth else line.body


def _give_back_edge(cluster: Sequence[_Line]) -> None:
    """Take a few unmarked words at the edge for the agent's own: "Thank you!" is in half of all mails.

    Every mail of ours begins and ends with lines of ours.
    """
    edge: list[_Line] = []
    for line in cluster:
        if line.depth or line.kind not in {_Kind.BLANK, _Kind.QUOTED}:
            break
        edge.append(line)
    if sum(len(line.words) for line in edge) <= _FEW_WORDS:
        for line in edge:
            line.kind = _Kind.OWN if line.words else line.kind


def _cut_strange(cluster: Sequence[_Line], names: Sequence[str]) -> Iterator[str]:
    """Cut what stands among quoted lines and is none of ours: an attribution silently, words with a reason."""
    unknown = 0
    for is_strange, group in groupby(cluster, key=lambda line: line.kind is _Kind.STRANGE):
        if is_strange:
            together = list(group)
            _cut(together)
            said = "\n".join(line.body for line in together)
            unknown += 0 if names_us(said, names) or is_rule(said) else sum(len(line.words) for line in together)
    if unknown >= _UNKNOWN_IN_A_QUOTE:
        yield say("quoted lines were cut that are not of the mail that you answered")


def _cut(lines: Sequence[_Line]) -> None:
    for line in lines:
        line.kind = _Kind.CUT


def _cut_last_dress(
    lines: Sequence[_Line], bodies: Sequence[str], floor: int, names: Sequence[str], subject: str
) -> None:
    """Cut what a client wrote above a quote that the agent deleted."""
    end = len(lines)
    while end > floor and lines[end - 1].kind is _Kind.BLANK:
        end -= 1
    top, is_certain = dress_above(bodies, end, floor, names, subject)
    said = bodies[top:end]
    if is_certain and (names_us("\n".join(said), names) or looks_quoted(said)):
        _cut(lines[top:end])


def _kept(lines: Sequence[_Line]) -> str:
    """Give the words that go out: the agent's own, and what is quoted between them."""
    own = [at for at, line in enumerate(lines) if line.kind is _Kind.OWN]
    if not own:
        return ""
    kept: list[str] = []
    for line in lines[own[0] : own[-1] + 1]:
        if line.kind is _Kind.QUOTED:
            kept.append(f"> {line.body}")
        elif line.kind is _Kind.OWN or (line.kind is _Kind.BLANK and line.depth == 0):
            kept.append(line.body)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def _undressed(text: str, names: Sequence[str]) -> Iterator[str]:
    """Doubt words in which the head of a quote is left that stood above none of our lines."""
    lines = [line for line in text.split("\n") if line.strip()]
    spans = ("\n".join(lines[at : at + length]) for at in range(len(lines)) for length in (1, 2, 3))
    if looks_quoted(lines) or any(names_us(span, names) for span in spans):
        yield say("it still holds the head of a quoted mail")


def _reasons_unseen(text: str, names: Sequence[str]) -> Iterator[str]:
    lines = text.split("\n")
    is_marked = any(_PREFIX.match(line) and words_of(line) for line in lines)
    is_attributed = any(may_name_us(line, names) for line in lines)
    if is_marked or is_attributed or looks_quoted(lines):
        yield say("something is quoted, and it cannot be compared with a mail of the desk")
    if find_marks([text]):
        yield say("it holds an address or id that is meant for you alone")
