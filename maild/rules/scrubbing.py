"""What nobody should read twice: card numbers, passwords and keys are masked wherever the desk carries words on.

What is masked stays as it came in the ticket's history and in the raw mail; notices, answers, side conversations and
the log do without it. A guess by shape: what looks like none of these goes on, and a number that only happens to pass
a card's checksum is masked.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from maild.rules.patterns import Found, Pattern

MASK = "•••••"
_CARD_DIGITS = range(13, 20)  # ISO/IEC 7812-1
_CARD_SCHEMES = "23456"
_LAST_SHOWN = 4
_LEAST_TEXT = 6
_LINK = re.compile(r"[<(\[]?https?://", re.IGNORECASE)

# A run of digits as people write card numbers; which part of it is one, if any, says the checksum.
_DIGITS = Pattern(r"\d(?:[ -]?\d){12,60}")
# After a colon or the like any word is the password; after "is" only what is no word of a sentence.
_PASSWORD = Pattern(
    r"(?P<before>(?:^|[^\pL\pN_])(?:pass(?:word|wd|phrase|code)|pwd|passwor[dt]|kennwort|losung|mot de passe|"
    r"contraseña|clave|senha|wachtwoord|hasło|heslo|jelszó|lösenord|adgangskode|passord|salasana|parola|пароль|parole|密码|パスワード)"
    r"[\"'”’)]?[ \t]*)(?P<sign>[:=：]|is:?|ist:?|lautet:?|est:?|es:?|é:?|è:?|är:?|er:?|on:?|to|auf|->|→)"
    r"(?P<gap>[ \t]*\r?\n?[ \t>]*)(?P<secret>[^\s]{3,200})"
)
_KEYS = Pattern(
    r"(?-i:(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[\w-]{20,255}|"
    r"xox[abeoprs]-[A-Za-z0-9-]{10,255}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}|sk-[\w-]{20,255}|AIza[\w-]{35}|"
    r"SG\.[\w-]{16,255}\.[\w-]{16,255}|npm_[A-Za-z0-9]{36}|eyJ[\w-]{8,999}\.eyJ[\w-]{8,999}\.[\w-]{8,999}|"
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\z))"
)


def _mask_cards(found: Found) -> str:
    text, done, shown = found.words, 0, []
    for start, end in _cards_in(text):
        if start >= done:
            digits = [letter for letter in text[start:end] if letter.isdigit()]
            shown.append(text[done:start] + f"{MASK} {''.join(digits[-_LAST_SHOWN:])}")
            done = end
    return "".join(shown) + text[done:]


def _cards_in(text: str) -> Iterator[tuple[int, int]]:
    """Give where card numbers stand in a run of digits, beginning and ending at its groups; the longest first."""
    groups = [match.span() for match in re.finditer(r"\d+", text)]
    for first, (start, _) in enumerate(groups):
        for _, end in reversed(groups[first:]):
            digits = re.sub(r"\D", "", text[start:end])
            if len(digits) in _CARD_DIGITS and digits[0] in _CARD_SCHEMES and _is_checked(digits):
                yield start, end
                break


def _is_checked(digits: str) -> bool:
    """Compare a number with its check digit (ISO/IEC 7812-1, Annex B)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 - a digit


def _mask_password(found: Found) -> str:
    before, sign, gap, secret = (found.captures.get(name) or "" for name in ("before", "sign", "gap", "secret"))
    if _LINK.match(secret):
        return found.words  # where to set one: without it the answer is worth nothing
    is_said_so = sign in {":", "=", "：", "->", "→"} or sign.endswith(":")
    hidden = MASK if is_said_so or _is_no_word(secret) else secret
    return f"{before}{sign}{gap}{hidden}"


def _is_no_word(text: str) -> bool:
    """Whether a word is none of a sentence: digits, signs, or capitals within it."""
    bare = text.strip(".,;:!?\"'()“”„‚’")
    has_signs = bool(re.search(r"[\d@#$%^&*_+=<>/\\|~]", bare))
    is_quoted = bare != text.rstrip(".,;:!?")
    return has_signs or is_quoted or bare[1:] != bare[1:].lower()


_KINDS: Mapping[str, tuple[Pattern, Callable[[Found], str]]] = MappingProxyType(
    {
        "card-numbers": (_DIGITS, _mask_cards),
        "passwords": (_PASSWORD, _mask_password),
        "api-keys": (_KEYS, lambda _: MASK),
    }
)
KINDS: Sequence[str] = tuple(_KINDS)


class Scrub:
    """Masks the kinds of secrets of `KINDS` that are named, and whatever the patterns of an administrator find."""

    __slots__ = ("_steps",)

    def __init__(self, kinds: Sequence[str] = (), own: Sequence[str] = ()) -> None:
        self._steps = (*(_KINDS[kind] for kind in kinds), *((Pattern(one), _mask_all) for one in own))

    def __bool__(self) -> bool:
        return bool(self._steps)

    def mask(self, text: str) -> str:
        """Give a text with its secrets masked; masked again it stays as it is."""
        if len(text) < _LEAST_TEXT:
            return text
        for pattern, hide in self._steps:
            text = pattern.replaced(text, hide)
        return text


def _mask_all(_: Found) -> str:
    return MASK


NO_SCRUB = Scrub()
EVERY_KIND = Scrub(KINDS)
