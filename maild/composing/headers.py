"""Header fields as octets: cleaned, encoded and folded (RFC 5322, 2047, 2231), 7-bit whatever the value is.

Values come from strangers: nothing in them may begin a new header, and nothing of them may make the mail unsendable.

BUGS
    A local part or a domain that ASCII cannot express is written as UTF-8 (RFC 6532): only a relay that
    knows SMTPUTF8 takes it.
"""

import re
from binascii import b2a_base64
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

WIDTH = 76  # RFC 2047, 2: a line that holds an encoded-word has at most 76 characters
_LONGEST_PLAIN_WORD = 200  # a longer one is encoded, because folding needs a blank and a line ends at 998
_WORD_OVERHEAD = len("=?utf-8?b??=")

# C0, DEL, C1, line and paragraph separators, bidi controls, lone surrogates and the byte order mark.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]+")
_PLAIN = re.compile(r"[\x20-\x7e]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]*")
_DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\x80-\U0010ffff]+")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,500}>")


def clean(value: str) -> str:
    """Make a value fit for one header line: what controls becomes a blank, and blanks run together."""
    return " ".join(_UNWANTED.sub(" ", value).split())


def shorten(value: str, length: int) -> str:
    """Cut a clean value to so many characters and say so with an ellipsis."""
    return value if len(value) <= length else value[: length - 1].rstrip() + "…"


def text_field(name: str, value: str) -> bytes:
    """Write an unstructured field, such as Subject; only the words outside ASCII are encoded."""
    return _folded(name, _encoded(clean(value).split(" "), first=WIDTH - len(name) - 2))


@lru_cache(maxsize=1024)  # the desk, and its people
def address_field(name: str, display: str, address: str) -> bytes:
    """Write a field of one mailbox: the display name as it must be quoted or encoded, and the address."""
    where = address_spec(address)
    display = clean(display)
    if not display:
        return _folded(name, [where])
    return _folded(name, [*_phrase(display, WIDTH - len(name) - 2), f"<{where}>"])


def ids_field(name: str, ids: Iterable[str]) -> bytes:
    """Write a field of Message-IDs; what is none is left out."""
    return _folded(name, [each for each in ids if is_message_id(each)])


def plain_field(name: str, value: str) -> bytes:
    """Write a field of our own ASCII words."""
    return f"{name}: {value}\r\n".encode("ascii")


def is_message_id(value: str) -> bool:
    """Whether a value can stand in References without hurting anybody."""
    return _MESSAGE_ID.fullmatch(value) is not None


def address_spec(address: str) -> str:
    """Write an address as it must stand in a header: domain in ASCII, an odd local part quoted."""
    local, at, domain = clean(address).rpartition("@")
    if not at:
        local, domain = domain, ""
    if not _DOT_ATOM.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        local = _quoted(local.strip('"'))
    return f"{local}@{_ascii_domain(domain)}" if at else local


def parameter(name: str, value: str) -> str:
    """Write a parameter of Content-Type or Content-Disposition (RFC 2231 where ASCII is not enough)."""
    value = clean(value)
    if _PLAIN.fullmatch(value) and "=?" not in value:
        return f"{name}={_quoted(value)}"
    return f"{name}*=utf-8''{quote(value, safe='')}"


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return re.sub(r"[^A-Za-z0-9.:\[\]_-]", "", domain)
    try:
        encoded = domain.encode("idna")
        # Where the old mapping would name another domain (ß to ss), the domain stays as it is.
        return encoded.decode("ascii") if encoded.decode("idna") == domain.lower() else domain
    except UnicodeError:
        return re.sub(r"[^A-Za-z0-9.-]", "", domain)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _phrase(display: str, first: int) -> list[str]:
    if _ATOMS.fullmatch(display) and "=?" not in display and len(display) <= WIDTH:
        return display.split(" ")
    if _PLAIN.fullmatch(display) and "=?" not in display and len(display) <= WIDTH:
        return [_quoted(display)]
    return _encoded_words(display, first)


def _is_plain(word: str) -> bool:
    return word.isascii() and "=?" not in word and len(word) <= _LONGEST_PLAIN_WORD


def _encoded(words: list[str], first: int) -> list[str]:
    """Encode from the first word that needs it to the last; blanks between encoded words would be lost."""
    odd = [at for at, word in enumerate(words) if not _is_plain(word)]
    if not odd:
        return words
    start, end = odd[0], odd[-1] + 1
    before = len(" ".join(words[:start]))
    room = first - before - 1 if before < first - 1 else WIDTH - 1
    return [*words[:start], *_encoded_words(" ".join(words[start:end]), room), *words[end:]]


def _encoded_words(value: str, first: int) -> list[str]:
    """Cut a value into encoded-words of whole characters (RFC 2047, 5), the first so short that it fits its line."""
    words: list[str] = []
    # A room too small for a few characters is not worth using: the word goes to the next line.
    room = first if first >= _WORD_OVERHEAD + 16 else WIDTH - 1
    chunk = b""
    for character in value:
        octets = character.encode("utf-8")
        if (len(chunk) + len(octets) + 2) // 3 * 4 + _WORD_OVERHEAD > room:
            words.append(_encoded_word(chunk))
            room, chunk = WIDTH - 1, b""
        chunk += octets
    return [*words, _encoded_word(chunk)]


def _encoded_word(chunk: bytes) -> str:
    return f"=?utf-8?b?{b2a_base64(chunk, newline=False).decode('ascii')}?="


def _folded(name: str, words: Iterable[str]) -> bytes:
    lines: list[str] = []
    line = f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > WIDTH and not line.endswith(":"):
            lines.append(line)
            line = ""
        line = f"{line} {word}"
    lines.append(line)
    return ("\r\n".join(lines) + "\r\n").encode("utf-8")
