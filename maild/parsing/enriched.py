"""text/enriched and text/richtext (RFC 1896, RFC 1341): marked-up text from before HTML, read without its marks."""

import re

_PARAMETER = re.compile(r"<param>[^<]*+</param>", re.IGNORECASE)
_MARK = re.compile(r"</?[a-z0-9-]{1,60}>", re.IGNORECASE)
_BREAKS = re.compile(r"\n+")
_LESS = "\x00"


def read_enriched(text: str) -> str:
    """Drop the marks of enriched text; a single line end there is a blank, n of them are n - 1."""
    plain = _MARK.sub("", _PARAMETER.sub("", text.replace("<<", _LESS))).replace(_LESS, "<")
    return _BREAKS.sub(lambda match: "\n" * (len(match[0]) - 1) or " ", plain)
