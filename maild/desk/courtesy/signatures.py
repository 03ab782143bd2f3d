"""What stands under an answer without being one: name and title, how to reach somebody, a company's disclaimer."""

import re
from collections.abc import Sequence
from typing import Final

from maild.desk.courtesy.lexicon import Book, Role, fold, tokens_of

_LONGEST_LINE: Final = 70
_MOST_WORDS: Final = 8
_FEWEST_DIGITS: Final = 6
_LONGEST_LABEL: Final = 12
_FEWEST_LEGAL_WORDS: Final = 20
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|https?://\S+|www\.\S+|\b[\w-]+\.(?:com|org|net|eu|example)\b")
_COMPANY: Final = re.compile(
    r"\b(?:gmbh|ag|kg|ohg|ltd|llc|inc|plc|corp|s\.?a\.?s?|s\.?r\.?l|b\.?v|n\.?v|oy|ab|a/s|aps|s\.?p\.?a|s\.?r\.?o|kft"
    r"|zrt|ооо|зао|оао|тов)\b\.?\W*$|株式会社|有限会社|公司|주식회사|\w(?:部|課|室)$",
    re.IGNORECASE,
)
_POSTSCRIPT: Final = re.compile(r"\W*(?:p\.? ?p?\.? ?s|n\.?b)\b", re.IGNORECASE)
_SMALL_WORDS: Final = frozenset(
    re.findall(
        r"\w+", "of and the for in at de la le les du des di da do dos della und fur der die das im am von zu et"
    )
)
_LEGAL: Final = re.compile(
    r"confidential|disclaimer|intended (?:solely|recipient)|privileged|vertraulich|confidentiel|confidencial|riservat"
    r"|vertrouwelijk|konfidentiell|fortrolig|luottamuks|poufn|důvěrn|bizalmas|confidențial|конфиденц|конфіденц|gizli|機密",
    re.IGNORECASE,
)
_ABOUT_MAIL: Final = re.compile(
    r"mail|message|nachricht|courriel|mensaje|mensagem|correo|messaggio|bericht|wiadomoś|meddelande|zpráva|viesti"
    r"|сообщени|письм|лист|ileti|üzenet|mesaj|メール",
    re.IGNORECASE,
)
_ENDS: Final = frozenset("!?？！:(")


def is_signature(lines: Sequence[str], book: Book, names: frozenset[str], *, is_closed: bool, is_named: bool) -> bool:
    """Tell whether all of the last lines of a mail are a signature.

    Below a closing ("Regards,") they may look like name and title; below a name alone they must also say how to reach
    its owner. A postscript is none, nor is a line that says yes or no.
    """
    legal = next((at for at, line in enumerate(lines) if _is_legal(line, lines[at:])), len(lines))
    block = lines[:legal]
    if not all(_belongs(line, book, names) for line in block):
        return False
    return is_closed or not block or (is_named and any(_tells_contact(line) for line in block))


def _belongs(line: str, book: Book, names: frozenset[str]) -> bool:
    if _POSTSCRIPT.match(line):
        return False
    if _tells_contact(line):
        return True
    words = [token for token in tokens_of(line) if token[0].isalnum()]
    if len(line) > _LONGEST_LINE or len(words) > _MOST_WORDS or not _ENDS.isdisjoint(line):
        return False
    folded = [fold(word) for word in words]
    if any(not {Role.YES, Role.NO}.isdisjoint(book.roles_of([word])) for word in folded):
        return False
    return all(
        word[0].isupper() or word[0].isdigit() or each in _SMALL_WORDS or each in names
        for word, each in zip(words, folded, strict=True)
    )


def _tells_contact(line: str) -> bool:
    """Tell a telephone number, an address of mail or web, a company."""
    rest = _ADDRESS.sub(" ", line)
    if len(line) > _LONGEST_LINE or "?" in rest or "!" in rest:
        return False
    letters = sum(letter.isalpha() for letter in rest)
    if len(rest) < len(line) and letters <= _LONGEST_LABEL:
        return True
    digits = sum(letter.isdigit() for letter in rest)
    return (digits >= _FEWEST_DIGITS and digits > letters) or _COMPANY.search(line) is not None


def _is_legal(line: str, rest: Sequence[str]) -> bool:
    """Tell the paragraph by which a company's server calls every mail confidential."""
    words = " ".join(rest).split()
    beginning = " ".join(words[:_FEWEST_LEGAL_WORDS])
    is_long = len(words) >= _FEWEST_LEGAL_WORDS and line[:1].isupper()
    return is_long and _LEGAL.search(beginning) is not None and _ABOUT_MAIL.search(beginning) is not None
