"""Addresses: who wrote, by a grammar that leaves no second reading; to whom, as well as can be read."""

import re
import unicodedata
from collections.abc import Sequence

from maild.model.limits import ReadingLimits
from maild.model.mail import Address
from maild.parsing.adapter import scan_addresses
from maild.parsing.charsets import clean_line
from maild.parsing.limits import Flag
from maild.parsing.words import decode_bytes, decode_words

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a0-\ud7ff\ue000-\U0010ffff-]"
_QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]++|\\[^\x00-\x1f\x7f])*+"'
# Dots may stand anywhere in a local part: Japanese carriers gave out such addresses, and no reader sees another one.
_LOCAL = rf"(?:{_ATEXT}[{_ATEXT[1:-1]}.]*+|{_QUOTED})"
_LABEL = r"[A-Za-z0-9_\u00a0-\ud7ff\ue000-\U0010ffff](?:[A-Za-z0-9_\u00a0-\ud7ff\ue000-\U0010ffff-]*+)"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*+|\[[A-Za-z0-9:.]{{2,60}}\])"
_ADDRESS = rf"{_LOCAL}@{_DOMAIN}"
_WHOLE_ADDRESS = re.compile(rf"{_ADDRESS}\Z")
# A display name may hold anything but what could end it or begin an address; quoted strings hold what they like.
_NAME = rf"(?:[^\"<>@,;:\\()\x00-\x08\x0a-\x1f\x7f]++|{_QUOTED})*+"
_ANGLED = re.compile(rf"[ \t]*+({_NAME})<[ \t]*+({_ADDRESS})[ \t]*+>[ \t]*+")
_BARE = re.compile(rf"[ \t]*+({_ADDRESS})[ \t]*+")
# Outlook's users write semicolons; a group's would have come after a colon, which no simple list holds.
_COMMA = re.compile(r"[ \t]*+[,;][ \t,;]*+")
# Apple's writes commas and brackets as they are into an encoded word (RFC 2047, 5 (3) forbids it there).
_WORD = re.compile(r"=\?[\w*.-]{1,60}+\?[bBqQ]\?[^?\s\"<>@\\]*+\?=(?=[ \t<,;(]|\Z)")
_PAIR = re.compile(r"\\(.)", re.DOTALL)
# Outside of comments a bracket within a quoted string is a letter; inside of them a quotation mark is one.
_OUTSIDE = re.compile(rf"{_QUOTED}|[()]")
_INSIDE = re.compile(r"\\.|[()]")
_TWICE = re.compile(rf"[ \t]*+({_ADDRESS})[ \t]++<[ \t]*+\1[ \t]*+>[ \t]*+", re.IGNORECASE)
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_QUOTED_OR_SEMICOLON = re.compile(rf"{_QUOTED}|;")
_AROUND_DOTS = re.compile(r"(?<![ \t])[ \t]*+([.@])[ \t]*+")
_MAXIMUM = 320


def parse_sender(
    values: list[bytes], hints: tuple[str, ...], limits: ReadingLimits
) -> tuple[Address | None, Flag | None]:
    """Give the one address of the one From field, else None and the reason.

    Two fields, two addresses, a group, a route or a name that holds an address of its own: all of these are read
    differently by different programs, so nobody is believed.
    """
    if not any(values):
        return None, Flag.SENDER_MISSING
    if len(values) > 1:
        return None, Flag.SENDER_SEVERAL
    found = _one_address(decode_bytes(values[0], hints)) if len(values[0]) <= limits.address_field else None
    return found, (Flag.SENDER_UNKNOWN if found is None else None)


def _one_address(text: str) -> Address | None:
    plain, comment = _without_comments(_guarded(text))
    match = None if plain is None else _one_match(plain)
    if match is None:
        return None
    name, address = (match[1], match[2]) if match.re is _ANGLED else ("", match[1])
    if len(address) > _MAXIMUM or not _is_unmistakable(address):
        return None
    return Address(_tidy(address), _display(name) or _display(comment))


def _guarded(text: str) -> str:
    """Put encoded words into quotation marks: what they hold parts no addresses."""
    return _WORD.sub(r'"\g<0>"', text) if "=?" in text and '"' not in text else text


def _is_unmistakable(address: str) -> bool:
    """Say whether an address is the same to every reader: none decodes it or folds its letters to ASCII ones."""
    if address.isascii():
        return "=?" not in address
    same = unicodedata.normalize("NFC", address) == unicodedata.normalize("NFKC", address)
    letters = [letter for letter in address if not letter.isascii()]
    return same and not any(letter.lower().isascii() or letter.upper().isascii() for letter in letters)


def _one_match(plain: str) -> "re.Match[str] | None":
    """Match a whole field; the address repeated as its own name, as Outlook writes it, names nobody else.

    Blanks around the dots and the @ are the obsolete form (RFC 5322, 4.4): they part nothing.
    """
    name, angle, address = plain.rpartition("<")
    joined = name + angle + _AROUND_DOTS.sub(r"\1", address) if angle and '"' not in address else plain
    return _ANGLED.fullmatch(joined) or _BARE.fullmatch(joined) or _TWICE.fullmatch(joined)


def parse_addresses(
    values: list[bytes], hints: tuple[str, ...], limits: ReadingLimits
) -> tuple[tuple[Address, ...], frozenset[Flag]]:
    """Read every address of all fields of one name, in order; groups are opened, what is no address is left out."""
    found: dict[str, Address] = {}
    flags: set[Flag] = set()
    for value in values:
        cut = value
        if len(value) > limits.address_field:
            flags.add(Flag.ADDRESSES_CUT)
            cut = value[: limits.address_field].rpartition(b",")[0]
        text = _guarded(decode_bytes(cut, hints))
        for name, address in _simple_list(text) or _loose_list(text):
            read = Address(_tidy(address), _display(name))
            if len(address) <= _MAXIMUM and _WHOLE_ADDRESS.match(read.address) and _is_unmistakable(read.address):
                found.setdefault(read.address, read)
    if len(found) > limits.recipients:
        flags.add(Flag.RECIPIENTS_CUT)
    return tuple(found.values())[: limits.recipients], frozenset(flags)


def _simple_list(text: str) -> list[tuple[str, str]] | None:
    """Read a list in which every member keeps to the strict grammar; None sends it to the forgiving scanner."""
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        match = _ANGLED.match(text, position) or _BARE.match(text, position)
        if match is None:
            return None
        found.append((match[1], match[2]) if match.re is _ANGLED else ("", match[1]))
        position = match.end()
        comma = _COMMA.match(text, position)
        if comma is None:
            return found if position == len(text) else None
        position = comma.end()
    return found


def _loose_list(text: str) -> Sequence[tuple[str, str]]:
    """Read what can be read of a list that keeps to no grammar; blanks alone may part its members."""
    if ":" not in text:
        text = _QUOTED_OR_SEMICOLON.sub(lambda match: "," if match[0] == ";" else match[0], text)
    return scan_addresses(text)[0] or [("", word) for word in text.split() if _WHOLE_ADDRESS.match(word)]


def _without_comments(text: str) -> tuple[str | None, str]:
    """Take comments (RFC 5322, 3.2.2) out of a field; give the text of the last one too, None for unbalanced ones."""
    kept: list[str] = []
    comment = ""
    start = position = depth = 0
    while (match := (_INSIDE if depth else _OUTSIDE).search(text, position)) is not None:
        position = match.end()
        if match[0] == "(":
            if not depth:
                kept.append(text[start : match.start()])
                start = position
            depth += 1
        elif match[0] == ")":
            depth -= 1
            if depth < 0:
                return None, ""
            if not depth:
                comment, start = text[start : match.start()], position
    return (None, "") if depth else ("".join([*kept, text[start:]]), comment)


def _display(name: str) -> str:
    """Make a display name readable: without quotes, encoded words decoded, one line."""
    plain = name.strip()
    if '"' in plain or "\\" in plain:
        plain = _PAIR.sub(r"\1", plain.replace('\\"', "\0").replace('"', "").replace("\0", '"'))
    if "=?" in plain:
        plain = decode_words(plain)
    return clean_line(plain).strip("'\" ") if plain[:1] in "'\"" else clean_line(plain)


def _tidy(address: str) -> str:
    """Lower the domain's case; the local part is the owner's business."""
    local, _, domain = address.strip().rpartition("@")
    # Only ASCII letters: str.lower() would make a K of the Kelvin sign, and one domain of two.
    return f"{local}@{domain.translate(_LOWER)}"
