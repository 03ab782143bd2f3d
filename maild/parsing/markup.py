"""HTML as a stream: tags and text in one linear pass, nested properly whatever the writer did, hidden parts left out.

A tree builder is quadratic, or gives up, on depths that cost an attacker one line. Here depth is a counter: elements
beyond DEEPEST lose their tags and keep their words. Every start that is given out gets its end, in order.

BUGS
    Misplaced tags inside tables stay where they stand; a browser would move them in front of the table.
    Rules of a style sheet hide nothing; only an element's own attributes do.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from html import unescape
from typing import Final, NamedTuple

DEEPEST: Final = 200
_LONGEST_TAG: Final = 16 * 1024
_SEARCHED: Final = 500_000

VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)
_RAW: Final = frozenset({"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"})
_UNSEEN: Final = frozenset(
    {"script", "style", "title", "iframe", "noembed", "noframes", "template", "object", "applet", "audio", "video"}
    | {"select", "svg", "math", "canvas", "map", "datalist", "frameset", "o:officedocumentsettings", "w:worddocument"}
)
BLOCKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir"}
    | {"div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table"}
    | {"tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
_CELLS: Final = frozenset({"td", "th"})
_GROUPS: Final = frozenset({"tbody", "thead", "tfoot", "caption", "colgroup"})
# What an opening tag closes by itself, up to the nearest of the elements that keep it open (HTML, 13.1.2.4).
_CLOSES: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu", "dir"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "td": (_CELLS, frozenset({"table", "tr"})),
    "th": (_CELLS, frozenset({"table", "tr"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    "tbody": (_GROUPS, frozenset({"table"})),
    "thead": (_GROUPS, frozenset({"table"})),
    "tfoot": (_GROUPS, frozenset({"table"})),
    "a": (frozenset({"a"}), frozenset({"table"})),
}
# An end tag reaches no further out than these, so that a stray one does not tear the layout apart.
_WALLS: Final[Mapping[str, frozenset[str]]] = {
    **{name: frozenset({"td", "th", "table"}) for name in ("div", "p", "span", "font", "b", "i", "a", "center", "li")},
    **{name: frozenset({"table"}) for name in ("td", "th", "tr", "tbody", "thead", "tfoot")},
}
_AROUND_PARAGRAPH: Final = frozenset({"td", "th", "table", "div", "blockquote", "li"})
_NO_WALL: Final[frozenset[str]] = frozenset()

_RAW_ENDS: Final = {name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE) for name in _RAW}
_NAME = re.compile(r"[a-zA-Z][^\s/>]{0,60}")
_QUOTE_OR_END = re.compile(r"[\"'>]")
_ATTRIBUTE = re.compile(r"([^\s=>\"'/]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]*))?")
_HIDDEN_STYLE = re.compile(r"display:none|visibility:hidden|opacity:0(?:\.0+)?(?![.\d])")
_NO_HEIGHT = re.compile(r"max-height:0(?![.\d])")
_FONT_SIZE = re.compile(r"font-size:(\d{0,4}(?:\.\d{0,4})?)")
_SPACE = re.compile(r"\s+")


class Token(NamedTuple):
    """A piece of markup: `name` is "" for text, begins with "/" for an end tag; `value` is the text or attributes."""

    name: str
    value: str


def tokens(html: str) -> Iterator[Token]:
    """Cut markup into tags and text as they stand; comments and what browsers never show as text are left out."""
    position, length = 0, len(html)
    last_quotes = {'"': html.rfind('"'), "'": html.rfind("'")}
    while position < length:
        at = html.find("<", position)
        if at < 0 or at == length - 1:
            yield Token("", html[position:])
            return
        following = html[at + 1]
        if following.isascii() and following.isalpha():
            if at > position:
                yield Token("", html[position:at])
            found, position = _read_tag(html, at + 1, last_quotes)
            yield found
            if found.name in _RAW:
                content, position = _read_raw(html, found.name, position)
                yield Token("", content)
            continue
        if following not in "/!?":
            yield Token("", html[position : at + 1])
            position = at + 1
            continue
        if at > position:
            yield Token("", html[position:at])
        end_tag, position = _read_other(html, at)
        if end_tag is not None:
            yield end_tag


def _read_tag(html: str, at: int, last_quotes: Mapping[str, int]) -> tuple[Token, int]:
    found = _NAME.match(html, at)
    after_name = found.end() if found is not None else at
    end = html.find(">", after_name)
    if end < 0:
        end = len(html)
    elif html.find('"', after_name, end) >= 0 or html.find("'", after_name, end) >= 0:
        end = _past_quotes(html, after_name, end, last_quotes)
    name = html[at:after_name].lower()
    return Token(name, html[after_name:end].strip()), end + 1


def _past_quotes(html: str, at: int, first_end: int, last_quotes: Mapping[str, int]) -> int:
    """Find the end of a tag whose quoted values may hold ">"; a quote that nothing closes is no quote."""
    while (found := _QUOTE_OR_END.search(html, at)) is not None:
        mark = found[0]
        if mark == ">":
            return found.start()
        if last_quotes[mark] <= found.start() or html[found.start() - 1] not in "= \t\n\r":
            at = found.end()
            continue
        closing = html.find(mark, found.end())
        if closing - at > _LONGEST_TAG and not html.startswith("data:", found.end()):
            return first_end
        at = closing + 1
    return first_end


def _read_raw(html: str, name: str, position: int) -> tuple[str, int]:
    """Read what stands in an element whose content is no markup, up to its end tag."""
    closing = _RAW_ENDS[name].search(html, position)
    end = len(html) if closing is None else closing.start()
    return html[position:end], end


def _read_other(html: str, at: int) -> tuple[Token | None, int]:
    """Read an end tag, or pass over a comment, a declaration or an instruction."""
    if html.startswith("<!--", at):
        end = html.find("-->", at + 4)
        if html.startswith((">", "->"), at + 4):
            end = html.find(">", at + 4) - 2
        return None, len(html) if end < 0 else end + 3
    end = html.find(">", at)
    end = len(html) if end < 0 else end
    found = _NAME.match(html, at + 2) if html[at + 1] == "/" else None
    return (None if found is None else Token("/" + found[0].lower(), "")), end + 1


def attributes(raw: str) -> dict[str, str]:
    """Read the attributes of a start tag; of the same name twice the first counts."""
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(raw):
        bare = value[1:-1] if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0] else value
        found.setdefault(name.lower(), unescape(bare) if "&" in bare else bare)
    return found


class _Open(NamedTuple):
    name: str
    is_hidden: bool
    is_tiny: bool
    end: tuple[Token, ...]


class _Nesting:
    """The elements that are open; finds what an end tag closes without searching for what is not there.

    `is_hidden` and `is_tiny` say what becomes of text here: not shown, or of no size until an element gives it one.
    """

    def __init__(self) -> None:
        self.stack: list[_Open] = []
        self.counts: dict[str, int] = {}
        self.is_hidden = False
        self.is_tiny = False
        # Steps left for finding what an end tag closes: misnested markup must not make a search of each.
        self.patience = _SEARCHED

    def push(self, name: str, *, is_hidden: bool, is_tiny: bool) -> bool:
        """Open an element; say whether its tags are given out."""
        if is_hidden:
            self.is_hidden = True
        self.is_tiny = is_tiny
        is_shown = len(self.stack) < DEEPEST and not self.is_hidden
        self.stack.append(_Open(name, self.is_hidden, is_tiny, (Token("/" + name, ""),) if is_shown else ()))
        self.counts[name] = self.counts.get(name, 0) + 1
        return is_shown

    def pop(self) -> tuple[Token, ...]:
        """Close the innermost element; give its end tag if its start was given out."""
        closed = self.stack.pop()
        self.counts[closed.name] -= 1
        if closed.is_hidden or closed.is_tiny:
            top = self.stack[-1] if self.stack else None
            self.is_hidden = top is not None and top.is_hidden
            self.is_tiny = top is not None and top.is_tiny
        return closed.end

    def close(self, names: Collection[str], walls: frozenset[str]) -> Iterator[Token]:
        """Close up to and with the nearest of `names`, unless one of `walls` stands before it or none is open."""
        for _ in range(self._reach(names, walls)):
            yield from self.pop()

    def end(self, name: str) -> Iterable[Token]:
        """Close what an end tag closes."""
        if self.stack and self.stack[-1].name == name:
            return self.pop()
        return self.close((name,), _WALLS.get(name, _NO_WALL)) if self.counts.get(name) else ()

    def _reach(self, names: Collection[str], walls: frozenset[str]) -> int:
        if not any(self.counts.get(name) for name in names):
            return 0
        for reach, element in enumerate(reversed(self.stack), start=1):
            self.patience -= reach > 1
            if element.name in names:
                return reach
            if element.name in walls or self.patience < 0:
                return 0
        return 0


def visible(html: str, *, is_all: bool = False) -> Iterator[Token]:
    """Give what a reader would see, properly nested: starts, ends, and text that is not yet unescaped.

    `is_all` shows the hidden too.
    """
    nesting = _Nesting()
    is_hiding = not is_all and may_hide(html)
    for token in tokens(html):
        name = token.name
        if not name:
            if not (nesting.is_hidden or nesting.is_tiny):
                yield token
        elif name[0] == "/":
            yield from nesting.end(name[1:])
        else:
            if name in _CLOSES or (name in BLOCKS and nesting.counts.get("p")):
                yield from _implied_ends(nesting, name)
            if _start(nesting, token, is_hiding=is_hiding):
                yield token
    while nesting.stack:
        yield from nesting.pop()


def _implied_ends(nesting: _Nesting, name: str) -> Iterator[Token]:
    if name in BLOCKS:
        yield from nesting.close(("p",), _AROUND_PARAGRAPH)
    if name in _CLOSES:
        yield from nesting.close(*_CLOSES[name])


def _start(nesting: _Nesting, token: Token, *, is_hiding: bool) -> bool:
    """Open an element; say whether its start tag is given out."""
    name, raw = token
    is_hidden, is_tiny = False, nesting.is_tiny
    if raw and is_hiding and (is_tiny or may_hide(raw)):
        is_hidden, is_tiny = _hiding(raw, is_tiny=is_tiny)
    if name in VOID:
        return not (nesting.is_hidden or is_hidden)
    if raw.endswith("/") and ":" in name:
        return False
    return nesting.push(name, is_hidden=is_hidden or name in _UNSEEN, is_tiny=is_tiny)


def may_hide(markup: str) -> bool:
    """Tell cheaply whether anything in a body may be hidden by its own attributes."""
    bare = "".join(markup.lower().split())
    return any(hint in bare for hint in ("display:none", "hidden", "font-size:0", "opacity:0"))


def _hiding(raw: str, *, is_tiny: bool) -> tuple[bool, bool]:
    """Tell whether an element is hidden, and whether its text is of no size unless one inside gives it one."""
    found = attributes(raw)
    style = _SPACE.sub("", found.get("style", "").lower())
    size = _FONT_SIZE.search(style)
    if size is not None and size[1]:
        is_tiny = not size[1].strip("0.")
    is_hidden = (
        "hidden" in found
        or _HIDDEN_STYLE.search(style) is not None
        or (_NO_HEIGHT.search(style) is not None and "overflow:hidden" in style)
    )
    return is_hidden, is_tiny
