"""Links and pictures of an HTML body as text."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

_LONGEST: Final = 2000
_WEB = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)
_DRESS = re.compile(r"^(?:(?:https?|ftp)://)?(?:www\.)?", re.IGNORECASE)
_WHITE = re.compile(r"\s+")
_NO_DIGITS = re.compile(r"\D+")
_WORDS = re.compile(r"[0-9A-Za-z]")
_LONGEST_EMOJI: Final = 12


def label_of(href: str, said: str) -> str:
    """Give what must stand behind the words of a link so that its target can be read; "" if they say it all."""
    href = _WHITE.sub("", href)
    said = said.replace("\xa0", " ").strip()
    if not said.strip("-_=*.~ ") or len(href) > _LONGEST:
        return ""
    scheme, _, rest = href.partition(":")
    match scheme.lower():
        case "mailto":
            address = unquote(rest.partition("?")[0])
            if not address or address.casefold() in said.casefold():
                return ""
            # A link with a subject of its own is a button, and what it would write is all that it says.
            return f" <{href}>" if "?" in rest else f" <{address}>"
        case "tel":
            number = unquote(rest)
            digits = _NO_DIGITS.sub("", number)
            return "" if not digits or digits[-6:] in _NO_DIGITS.sub("", said) else f" <{number}>"
        case _:
            return "" if _WEB.match(href) is None or _bare(href) == _bare(said) else f" <{href}>"


def _bare(url: str) -> str:
    return _DRESS.sub("", unquote(_WHITE.sub("", url))).rstrip("/").casefold()


def picture(found: Mapping[str, str]) -> str:
    """Give what a picture says: its placeholder if it came with the mail, else the words that stand for it."""
    source = found.get("src", "").strip()
    said = _WHITE.sub(" ", found.get("alt", "")).strip()
    if said and len(said) <= _LONGEST_EMOJI and _WORDS.search(said) is None:
        return said
    if source[:4].lower() == "cid:":
        return f"[cid:{source[4:]}]"
    return f"[{said}]" if said else ""
