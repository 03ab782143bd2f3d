"""HTML bodies: as readable text, and as markup that may be shown."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import escape, unescape
from typing import Final

import nh3

from maild.parsing.markup import Token, attributes, may_hide, visible
from maild.parsing.quotemarks import MarkFinder
from maild.parsing.typesetting import Line, Typesetter

_LONGEST: Final = 4 * 1024 * 1024
_MOST_TAGS: Final = 30_000
_MOST_REFERENCES: Final = 50_000
_LONGEST_PICTURE: Final = 512 * 1024
_FEW_TAGS: Final = 800
_FEW_REFERENCES: Final = 5_000
_STYLED: Final = 64 * 1024
_ANYTHING = re.compile(r"\w")
_PICTURE = re.compile(r"data:image/(?:png|gif|jpe?g|webp|bmp);base64,", re.IGNORECASE)
_UNSAFE_STYLE = re.compile(r"url|expression|image|\\|@|//|javascript", re.IGNORECASE)
_SCHEMES = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)

_TAGS: Final = {
    "a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center",
    "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure",
    "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main",
    "mark", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "summary",
    "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_ATTRIBUTES: Final = {
    "*": {"dir", "lang", "style", "align"},
    "a": {"href"},
    "blockquote": {"type"},
    "font": {"color", "size", "face"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "td": {"colspan", "rowspan", "valign", "width", "bgcolor"},
    "th": {"colspan", "rowspan", "valign", "width", "bgcolor"},
    "tr": {"valign", "bgcolor"},
}
_PROPERTIES: Final = {
    "color", "background-color", "font-family", "font-size", "font-style", "font-weight", "line-height",
    "text-align", "text-decoration", "text-indent", "vertical-align", "white-space", "direction", "width",
    "border", "border-left", "border-right", "border-top", "border-bottom", "border-collapse", "border-color",
    "border-style", "border-width", "padding", "padding-left", "padding-right", "padding-top", "padding-bottom",
    "margin-left", "margin-top", "margin-bottom", "margin-right", "list-style-type",
}  # fmt: skip


class HtmlFlag(StrEnum):
    """What a reader of `Message.flags` may meet from the reading of HTML."""

    HIDDEN = "html-hidden"
    CUT = "html-cut"


@dataclass(frozen=True, slots=True)
class HtmlText:
    """The readable text of an HTML body; `flags` name what was cut or guessed."""

    text: str
    flags: tuple[str, ...] = ()


def html_to_text(html: str) -> HtmlText:
    """Read an HTML body as a person would: links, lists, tables and quotes as text, nothing hidden.

    A body whose words are all hidden is read with them, flagged.
    """
    read = _bounded(html)
    flags = (HtmlFlag.CUT,) if len(read) < len(html) else ()
    text = "\n".join(line.text for line in _set(read, None))
    if flags:
        text = f"{text}\n{_stripped(html[len(read) : _LONGEST])}".strip()
    if not text and (words := _all_words(read)):
        return HtmlText(words, (*flags, HtmlFlag.HIDDEN))
    return HtmlText(text, flags)


def is_too_long(html: str) -> bool:
    """Tell whether a body is longer than what is read and shown of it."""
    return len(_bounded(html)) < len(html)


def _bounded(html: str) -> str:
    """Give so much of a body as is read: more tags than a hundred long newsletters have are a bomb."""
    if len(html) > _LONGEST:
        html = html[:_LONGEST]
    if html.count("<") <= _MOST_TAGS:
        return html
    return "<".join(html.split("<", _MOST_TAGS)[:_MOST_TAGS])


def set_lines(html: str) -> list[Line]:
    """Set an HTML body line by line, each with what the markup says of it."""
    html = _bounded(html)
    return _set(html, MarkFinder(html))


def _set(html: str, marks: MarkFinder | None) -> list[Line]:
    return Typesetter(is_tight=_is_tight(html), marks=marks).set(visible(html))


def _is_tight(html: str) -> bool:
    """Tell whether a style sheet takes away the margins of paragraphs, as Hotmail's and Zimbra's do."""
    start = html.find("<style")
    if start < 0:
        return False
    end = min(html.rfind("</style"), start + _STYLED)
    rules = "".join(html[start:end].lower().split()).split("p{")[1:]
    return any("margin:0" in rule.partition("}")[0] or "margin-top:0" in rule.partition("}")[0] for rule in rules)


def _all_words(html: str) -> str:
    lines = Typesetter().set(visible(html, is_all=True))
    text = "\n".join(line.text for line in lines)
    if _ANYTHING.search(text):
        return text
    # What an unclosed comment, style or script swallowed is still what somebody wrote.
    bare = _stripped(html)
    return bare if _ANYTHING.search(bare) else ""


def _stripped(html: str) -> str:
    """Take away the tags and nothing else."""
    return " ".join(unescape(" ".join(piece.rpartition(">")[2] for piece in html.split("<"))).split())


def sanitise(html: str) -> str:
    """Keep of an HTML body what may be shown: nothing that acts, nothing that is loaded from afar.

    Pictures stay if they came with the mail (cid:) or stand in it (data:). What a reader does not see is left out.
    Unless the body is small, its tags are nested properly before the cleaner builds its tree: the cost of that grows
    with the square of the depth.
    """
    html = _bounded(html)
    if html.count("<") > _FEW_TAGS or html.count("&") > _FEW_REFERENCES or may_hide(html):
        html = "".join(_written(visible(html)))
    if html.count("&") > _MOST_REFERENCES:
        html = "&".join(html.split("&", _MOST_REFERENCES)[:_MOST_REFERENCES])
    if html.count("\xa0") > _MOST_REFERENCES:
        html = html.replace("\xa0", " ")
    return _CLEANER.clean(html)


def _written(markup: Iterable[Token]) -> Iterator[str]:
    for name, value in markup:
        if not name:
            yield escape(unescape(value), quote=False)
        elif name[0] == "/":
            if name[1:] in _TAGS:
                yield f"<{name}>"
        elif name in _TAGS:
            yield f"<{name}{_kept(name, value)}>"


def _kept(name: str, raw: str) -> str:
    if not raw:
        return ""
    allowed, shared = _ATTRIBUTES.get(name, ()), _ATTRIBUTES["*"]
    return "".join(
        f' {key}="{escape(value)}"' for key, value in attributes(raw).items() if key in allowed or key in shared
    )


def _filter(element: str, attribute: str, value: str) -> str | None:
    """Let through no attribute that a browser would follow by itself."""
    if attribute == "style":
        return None if _UNSAFE_STYLE.search(value) else value
    if attribute == "src":
        bare = value.strip()
        is_own = bare[:4].lower() == "cid:" or (len(bare) < _LONGEST_PICTURE and _PICTURE.match(bare) is not None)
        return value if element == "img" and is_own else None
    if attribute == "href":
        return value if _SCHEMES.match(value.strip()) else None
    return value


_CLEANER: Final = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style", "title", "template", "svg", "math", "object", "iframe", "select"},
    attributes=_ATTRIBUTES,
    attribute_filter=_filter,
    url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    url_relative="deny",
    filter_style_properties=_PROPERTIES,
)
