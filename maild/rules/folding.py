"""Texts in the forms in which they are compared.

`plain` is NFC: what patterns read. `folded` lets nothing count that people do not see or mean: letter case, Unicode
form (NFKC, so full-width letters too), runs of white space, invisible characters. Both give at most 64 KB.
"""

import re
import unicodedata

LONGEST = 64 * 1024
_SURROGATES = re.compile(r"[\ud800-\udfff]")
# Soft hyphen, zero-width and directional characters: seen by nobody, and put into words by mailers and by spammers.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def plain(text: str) -> str:
    """Give a text as patterns read it."""
    if text.isascii():
        return text[:LONGEST]
    return _cut(unicodedata.normalize("NFC", _SURROGATES.sub("\ufffd", text[:LONGEST])))


def folded(text: str) -> str:
    """Give a text as words are compared."""
    seen = text[:LONGEST]
    if not seen.isascii():
        # Twice, because folding can undo a normal form (Unicode 3.13, D146).
        visible = _INVISIBLE.sub("", _SURROGATES.sub("\ufffd", seen))
        seen = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    return _cut(" ".join(seen.casefold().split()))


def _cut(text: str) -> str:
    if len(text) * 4 <= LONGEST or text.isascii():
        return text[:LONGEST]
    return text.encode()[:LONGEST].decode(errors="ignore")
