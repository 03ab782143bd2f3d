"""Bytes → text: declared charsets by an allow-list, what mailers mean by them, and a guess where they lie."""

import codecs
import re

import charset_normalizer

from maild.parsing.japanese import decode_windows_japanese
from maild.parsing.limits import Flag

# What mailers write → what they mean. Windows' supersets stand in for the standards that they are mislabelled as.
_MEANT = {
    "iso88591": "cp1252", "latin1": "cp1252", "l1": "cp1252", "usascii": "ascii", "ansix341968": "ascii",
    "ascii": "ascii", "646": "ascii", "iso646us": "ascii", "windows1252": "cp1252", "ansi": "cp1252",
    "iso88599": "cp1254", "latin5": "cp1254", "iso885911": "cp874", "tis620": "cp874", "windows874": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "xgbk": "gb18030", "euccn": "gb18030", "gb231280": "gb18030",
    "csgb2312": "gb18030", "cp936": "gb18030", "windows936": "gb18030", "gb18030": "gb18030",
    "ksc56011987": "cp949", "ksc5601": "cp949", "ksc56011989": "cp949", "korean": "cp949", "euckr": "cp949",
    "windows949": "cp949", "uhc": "cp949", "cp949": "cp949", "ms949": "cp949",
    "shiftjis": "cp932", "sjis": "cp932", "xsjis": "cp932", "mskanji": "cp932", "windows31j": "cp932",
    "csshiftjis": "cp932", "cp932": "cp932", "shiftjismobile": "cp932",
    "iso2022jp": "iso2022_jp_ext", "iso2022jp1": "iso2022_jp_ext", "iso2022jp2": "iso2022_jp_2",
    "iso2022jp3": "iso2022_jp_3", "iso2022jp2004": "iso2022_jp_2004", "iso2022jpms": "iso2022_jp_ext",
    "csiso2022jp": "iso2022_jp_ext", "cp50220": "iso2022_jp_ext", "cp50221": "iso2022_jp_ext",
    "iso2022kr": "iso2022_kr", "eucjp": "euc_jp", "xeucjp": "euc_jp", "ujis": "euc_jp", "eucjpms": "euc_jp",
    "big5": "cp950", "cp950": "cp950", "big5hkscs": "big5hkscs", "xbig5": "cp950", "cnbig5": "cp950",
    "hzgb2312": "hz", "hz": "hz", "johab": "johab",
    "utf8": "utf-8", "utf8mb4": "utf-8", "unicode11utf8": "utf-8", "cp65001": "utf-8", "utf8sig": "utf-8-sig",
    "utf16": "utf-16", "utf16le": "utf-16-le", "utf16be": "utf-16-be", "ucs2": "utf-16", "unicode": "utf-16",
    "utf32": "utf-32", "utf32le": "utf-32-le", "utf32be": "utf-32-be",
    "koi8r": "koi8_r", "koi8u": "koi8_u", "koi8": "koi8_r", "koi8ru": "koi8_u", "koi8t": "koi8_t",
    "macintosh": "mac_roman", "mac": "mac_roman", "xmacroman": "mac_roman", "xmaccyrillic": "mac_cyrillic",
    "xmacce": "mac_latin2", "xmacgreek": "mac_greek", "xmacturkish": "mac_turkish",
    "iso88598i": "iso8859_8", "iso88598e": "iso8859_8", "iso88596i": "iso8859_6", "iso88596e": "iso8859_6",
    "visual": "iso8859_8", "arabic": "iso8859_6", "cyrillic": "iso8859_5", "greek": "iso8859_7",
    "hebrew": "iso8859_8", "latin2": "iso8859_2", "latin3": "iso8859_3", "latin4": "iso8859_4",
    "latin6": "iso8859_10", "latin9": "iso8859_15", "latin10": "iso8859_16",
    "cp367": "ascii", "cp819": "cp1252", "viscii": "cp1258",
}  # fmt: skip
_NUMBERED = re.compile(r"(?:windows|win|xcp|cp|ibm|iso8859|ms|microsoftcp|cswindows)(\d{1,5})\Z")
_CODEPAGES = frozenset(
    {"cp437", "cp720", "cp737", "cp775", "cp850", "cp852", "cp855", "cp856", "cp857", "cp858", "cp860", "cp861",
     "cp862", "cp863", "cp864", "cp865", "cp866", "cp869", "cp874", "cp1006", "cp1125", "cp1250", "cp1251",
     "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp037", "cp500", "cp1140"}
)  # fmt: skip
# Codecs that are no charsets of mail, or that turn harmless ASCII into markup and commands.
_REFUSED = frozenset(
    {"utf7", "unicode11utf7", "utf7imap", "unicodeescape", "rawunicodeescape", "punycode", "idna", "rot13",
     "base64", "hex", "quopri", "uu", "zip", "bz2", "undefined", "mbcs", "oem"}
)  # fmt: skip
_NO_CHARSET = frozenset({"", "xunknown", "unknown", "unknown8bit", "xuserdefined", "none", "binary", "default", "8bit"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MULTIBYTE = ("utf", "cp932", "cp949", "cp950", "gb18030", "big5", "iso2022", "euc", "hz", "johab")
_SAMPLE = 4096
_GUESSABLE = 24
_DAMAGE = 20

_UNFIT_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_UNFIT_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]+")
_NEWLINES = frozenset("\r\x0b\x0c\x85\u2028\u2029")


def find_codec(label: str) -> str | None:
    """Name Python's codec for a charset label as mailers write them, or None: unknown, or no charset at all."""
    plain = re.sub(r"[^a-z0-9]", "", label.lower().partition("*")[0])
    known = _MEANT.get(plain)
    if known is not None or plain in _REFUSED:
        return known
    number = _NUMBERED.match(plain)
    if number is None:
        return None
    if plain.startswith("iso8859"):
        return _codec_of(f"iso8859_{number[1]}")
    return _codec_of(f"cp{number[1]}") if f"cp{number[1]}" in _CODEPAGES else None


def _codec_of(name: str) -> str | None:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def is_refused(label: str) -> bool:
    """Say whether a label names a codec that mail is never decoded with (UTF-7 and escapes hide markup)."""
    return re.sub(r"[^a-z0-9]", "", label.lower()) in _REFUSED


def decode_text(data: bytes, label: str, hints: tuple[str, ...] = ()) -> tuple[str, frozenset[Flag]]:
    """Decode a body by its declared charset, or by the best guess, and say what was guessed; never raises.

    `hints` are other charsets that the mail names. The text is not cleaned.
    """
    codec = find_codec(label)
    for bom, marked in _BOMS:
        # UTF-16's mark before a NUL looks like that of UTF-32.
        if data.startswith(bom) and not (marked.startswith("utf-32") and codec is not None and "16" in codec):
            return data[len(bom) :].decode(marked, "replace"), frozenset()
    if codec is None or (codec.startswith("utf-16") and b"\0" not in data):
        return _decode_undeclared(data, label, hints)
    if codec.startswith(_MULTIBYTE):
        return _decode_multibyte(data, codec, hints)
    if data.isascii():
        return data.decode("ascii"), frozenset()
    return _decode_eight_bit(data, codec, hints)


def _decode_eight_bit(data: bytes, codec: str, hints: tuple[str, ...]) -> tuple[str, frozenset[Flag]]:
    """Decode by a charset of single bytes, all of which take nearly any bytes.

    A text of theirs is valid UTF-8 only by chance, and never for long.
    """
    text = _try(data, "utf-8")
    if text is not None:
        return text, frozenset({Flag.CHARSET_GUESSED})
    text = _try(data, codec) if codec != "ascii" else None
    if text is not None:
        return text, frozenset()
    if codec == "cp1252":
        return data.decode("latin-1"), frozenset()
    return guess_text(data, hints), frozenset({Flag.CHARSET_GUESSED})


def _decode_multibyte(data: bytes, codec: str, hints: tuple[str, ...]) -> tuple[str, frozenset[Flag]]:
    text = _try(data, codec)
    if text is None and codec == "iso2022_jp_ext":
        text = decode_windows_japanese(data)
    if text is not None:
        return text, frozenset()
    text = _try(data, "utf-8") if codec != "utf-8" and b"\x1b" not in data else None
    if text is not None:
        return text, frozenset({Flag.CHARSET_GUESSED})
    damaged = data.decode(codec, "replace")
    if damaged.count("�") * _DAMAGE <= len(damaged):
        return damaged, frozenset({Flag.CHARSET_DAMAGED})
    return guess_text(data, hints), frozenset({Flag.CHARSET_GUESSED})


def _decode_undeclared(data: bytes, label: str, hints: tuple[str, ...]) -> tuple[str, frozenset[Flag]]:
    flags = set()
    if is_refused(label):
        flags.add(Flag.CHARSET_REFUSED)
    elif label and re.sub(r"[^a-z0-9]", "", label.lower()) not in _NO_CHARSET:
        flags.add(Flag.CHARSET_GUESSED)
    if data.isascii() and b"\x1b" not in data:
        return data.decode("ascii"), frozenset(flags)
    text = _try(data, "utf-8") if b"\x1b" not in data else None
    if text is not None:
        return text, frozenset(flags)
    return guess_text(data, hints), frozenset(flags | {Flag.CHARSET_GUESSED})


def guess_text(data: bytes, hints: tuple[str, ...] = ()) -> str:
    """Decode bytes of unknown charset: UTF-8, the hints, ISO-2022, a statistical guess, at last Windows-1252."""
    codecs_to_try = ["utf-8", *(codec for hint in hints if (codec := find_codec(hint)) not in (None, "ascii"))]
    if b"\x1b$" in data or b"\x1b(" in data:
        codecs_to_try.insert(0, "iso2022_jp_ext")
    for codec in codecs_to_try:
        text = _try(data, codec)
        if text is not None:
            return text
    codec_name = _guess_codec(data)
    text = _try(data, codec_name) if codec_name is not None else None
    if text is not None:
        return text
    return data.decode("cp1252", "replace") if _try(data, "cp1252") is not None else data.decode("latin-1")


def _guess_codec(data: bytes) -> str | None:
    sample = data[:_SAMPLE]
    if sum(byte > 127 for byte in sample) < _GUESSABLE:  # noqa: PLR2004 - the end of ASCII
        return None
    best = charset_normalizer.from_bytes(sample, cp_isolation=_CANDIDATES, preemptive_behaviour=False).best()
    return None if best is None else best.encoding


_CANDIDATES = [
    "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp874", "gb18030", "big5",
    "cp949", "cp932", "euc_jp",
]  # fmt: skip


def _try(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError):
        return None


def clean_text(text: str) -> str:
    """Make text fit to be kept and shown: LF line ends, no control characters but tab, no lone surrogates."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return _UNFIT_IN_TEXT.sub(_replacement, text)


def _replacement(match: "re.Match[str]") -> str:
    character = match[0]
    if character in _NEWLINES:
        return "\n"
    return "�" if "\ud800" <= character <= "\udfff" else ""


def clean_line(text: str) -> str:
    """Make one line fit for a header or a list: every run of control characters and line ends becomes one blank."""
    if _UNFIT_IN_LINE.search(text) is None:
        return text.strip()
    return _UNFIT_IN_LINE.sub(_blank, text).strip()


def _blank(match: "re.Match[str]") -> str:
    return "�" if "\ud800" <= match[0][0] <= "\udfff" else " "
