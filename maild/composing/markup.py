"""Plain words become HTML: paragraphs, lists, quotes, links and pictures, and everything else is escaped.

The HTML of a relay is made from the words that were found fit to go out, never from the writer's own HTML.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

_DEEPEST_QUOTE = 5
_NO_PICTURES: Mapping[str, str] = {}

_LINK = re.compile(r"https?://[^\s<>\"'\\^`{|}]{1,2000}", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\[(?:cid|image): ?([^\[\]\n]{1,300})\]", re.IGNORECASE)
_SPECIAL = re.compile(f"{_LINK.pattern}|{_PLACEHOLDER.pattern}", re.IGNORECASE)
_BULLET = re.compile(r"[-*•–] +(?=\S)")
_INDENT = re.compile(r"^ +", re.MULTILINE)
_ORDINAL = re.compile(r"(\d{1,4})[.)] +(?=\S)")

_QUOTE_STYLE = "margin:0 0 12px;padding:0 0 0 10px;border-left:3px solid #c8ccd2;color:#4a4f57"


@dataclass(frozen=True, slots=True)
class _Line:
    kind: str  # blank, quote, bullet, ordinal, words
    text: str
    ordinal: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """Clean text that becomes HTML where a page shows it, and costs nothing where none does."""

    text: str
    pictures: Mapping[str, str]

    def __html__(self) -> str:
        """Write it, when a template prints it."""
        return prose(self.text, self.pictures)

    __str__ = __html__


def prose(text: str, pictures: Mapping[str, str] = _NO_PICTURES) -> Markup:
    """Write clean text as HTML; `pictures` are Content-IDs of our own by what a placeholder in the text calls them."""
    return _blocks(text.split("\n"), pictures, 0)


def lines(text: str) -> Markup:
    """Write clean text as HTML line by line, nothing in it interpreted, not even a link."""
    return Markup(_kept_blanks(str(escape(text))).replace("\n", "<br>\n"))  # noqa: S704 - escaped, then only our own


def pairs(parts: Sequence[str]) -> Markup:
    """Write what is known of some things on one line, each as `label: value`."""
    return Markup(" · ".join(map(_pair, parts)))  # noqa: S704 - escaped, then only our own


def _pair(part: str) -> str:
    label, _, value = part.partition(": ")
    return f'<span class="small" style="color:#57606a">{escape(label)}:</span> {escape(value)}'


def placeholders(text: str) -> frozenset[str]:
    """Name the pictures that a text speaks of as `[cid:…]` or `[image: …]`, in lower case."""
    return frozenset(match[1].strip().lower() for match in _PLACEHOLDER.finditer(text))


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Call the pictures that go along by their file names, as the plain text can show no more of them."""
    if not names:
        return text
    return _PLACEHOLDER.sub(
        lambda match: f"[image: {names[call]}]" if (call := match[1].strip().lower()) in names else match[0], text
    )


def _blocks(text: Sequence[str], pictures: Mapping[str, str], depth: int) -> Markup:
    blocks = [
        _block(kind, list(group), pictures, depth)
        for kind, group in groupby(map(_line, text), key=lambda line: line.kind)
        if kind != "blank"
    ]
    return Markup("\n").join(blocks)


def _line(text: str) -> _Line:
    bare = text.strip()
    if not bare:
        return _Line("blank", "")
    if text.startswith(">"):
        return _Line("quote", text[1:].removeprefix(" "))
    if bullet := _BULLET.match(bare):
        return _Line("bullet", bare[bullet.end() :])
    if ordinal := _ORDINAL.match(bare):
        return _Line("ordinal", bare[ordinal.end() :], ordinal[1])
    return _Line("words", text.rstrip())


def _block(kind: str, group: Sequence[_Line], pictures: Mapping[str, str], depth: int) -> Markup:
    match kind:
        case "quote" if depth < _DEEPEST_QUOTE:
            inner = _blocks([line.text for line in group], pictures, depth + 1)
            return Markup('<blockquote style="{}">{}</blockquote>').format(_QUOTE_STYLE, inner)
        case "bullet":
            return Markup("<ul>{}</ul>").format(_items(group, pictures))
        case "ordinal":
            return Markup("<ol>{}</ol>").format(_items(group, pictures))
        case _:
            words = Markup("<br>\n").join(_inline(line.text, pictures) for line in group)
            return Markup('<p style="margin:0 0 12px">{}</p>').format(words)


def _items(group: Sequence[_Line], pictures: Mapping[str, str]) -> Markup:
    return Markup("").join(
        Markup('<li value="{}">{}</li>').format(line.ordinal, _inline(line.text, pictures))
        if line.ordinal
        else Markup("<li>{}</li>").format(_inline(line.text, pictures))
        for line in group
    )


def _inline(text: str, pictures: Mapping[str, str]) -> Markup:
    written = Markup("").join(_pieces(text, pictures)) if "[" in text or "://" in text else escape(text)
    return Markup(_kept_blanks(str(written))) if text.startswith(" ") else written  # noqa: S704 - as it was, with our own


def _pieces(text: str, pictures: Mapping[str, str]) -> Iterator[Markup]:
    at = 0
    for match in _SPECIAL.finditer(text):
        if (shown := _shown(match, pictures)) is None:
            continue
        written, length = shown
        yield escape(text[at : match.start()])
        yield written
        at = match.start() + length
    yield escape(text[at:])


def _shown(match: re.Match[str], pictures: Mapping[str, str]) -> tuple[Markup, int] | None:
    """Write a link or a picture, and say how many characters of the text it stands for."""
    if match[1] is None:
        link = _trimmed(match[0])
        return Markup('<a href="{0}" style="color:#0b57a4">{0}</a>').format(link), len(link)
    content_id = pictures.get(match[1].strip().lower())
    if content_id is None:
        return None
    picture = Markup('<img src="cid:{}" alt="{}" style="max-width:100%;height:auto">')
    return picture.format(content_id, match[1].strip()), len(match[0])


def _trimmed(link: str) -> str:
    """Leave out what belongs to the sentence around a link."""
    link = link.rstrip(".,;:!?*_~")
    while link.endswith(")") and link.count(")") > link.count("("):
        link = link[:-1].rstrip(".,;:!?")
    return link


def _kept_blanks(html: str) -> str:
    """Keep the blanks that a line begins with: HTML would drop them."""
    if not (html.startswith(" ") or "\n " in html):
        return html
    return _INDENT.sub(lambda match: "&nbsp;" * len(match[0]), html)
