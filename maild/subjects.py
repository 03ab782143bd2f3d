"""Subjects as people mean them: without what mailers and mail servers put in front, and what that says of a mail."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Final


class Prefix(Enum):
    """What a mailer's word in front of a subject says; EITHER where languages use one word for both."""

    ANSWER = auto()
    FORWARD = auto()
    EITHER = auto()


# By language: words before an answered subject, words before a forwarded one. Letters that mean a matter as often
# ("CT", "ED", "OT") are left out: what is stripped too much is lost, what is stripped too little is only ugly.
PREFIXES: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("re|ref|reply", "fw|fwd|forward|forwarded"),
    "de": ("aw|antwort", "wg|weitergeleitet"),
    "fr": ("re|ré|rép|réf", "tr|transf|transféré"),
    "es": ("re|rta|resp|respuesta", "rv|rvs|reenv|reenviado"),
    "it": ("r|rif", "i|inoltra|inoltro"),
    "pt": ("res|resp|r", "enc|encaminhada|encaminhado"),
    "nl": ("antw|antwoord", "doorst|doorgestuurd"),
    "sv": ("sv|svar", "vb|vidarebefordrat"),
    "da": ("sv|svar", "vs|videresendt"),
    "no": ("sv|svar", "vs|videresendt"),
    "is": ("sv|svar", "fs|framsent"),
    "fi": ("vs|vast|vastaus", "vl|väl|välitetty"),
    "et": ("vast|vastus", "edasi|edastatud"),
    "lv": ("atb|atbilde", "pārs|pārsūtīts"),
    "lt": ("ats|atsakymas", "prs|persiųsta"),
    "pl": ("odp|odpowiedź", "pd|pdd|przek|przekazano"),
    "cs": ("odp|odpověď|re", "přep|přeposláno|předáno"),
    "sk": ("odp|odpoveď", "prep|preposlané"),
    "sl": ("odg|odgovor", "posr|posredovano"),
    "hr": ("odg|odgovor", "prosl|proslijeđeno|prosleđeno"),
    "hu": ("vá|va|válasz", "tov|továbbítás|továbbítva"),
    "ro": ("răs|răsp|răspuns|rasp", "redir|redirecționat"),
    "sq": ("përgjigje|përgj", "përcj|përcjellë"),
    "tr": ("ynt|yanıt|yanit|cvp", "ilt|ylt|yön|iletilen|i̇lt"),
    "cy": ("atb|ateb", "yml"),
    "el": ("απ|απάντ|απάντηση|σχετ", "πρθ|προωθ|προώθηση"),
    "ru": ("отв|ответ", "пересл|переслано|переслать"),
    "uk": ("відп|відповідь", "переслано|пересил"),
    "bg": ("отг|отговор", "препр|препратено"),
    "sr": ("одг|одговор", "просл|прослеђено"),
    "he": ("תגובה|השב|בתשובה", "הועבר|העברה"),
    "ar": ("رد|الرد", "إعادة توجيه|توجيه|محول"),
    "fa": ("پاسخ", "هدایت|بازارسال|ارجاع"),
    "hi": ("उत्तर", "अग्रेषित"),
    "th": ("ตอบ|ตอบกลับ", "ส่งต่อ"),
    "vi": ("trả lời|hồi âm", "chuyển tiếp"),
    "id": ("bls|balas", "trs|terusan"),
    "ja": ("返信|回答", "転送"),
    "ko": ("답장|회신|답변", "전달"),
    "zh": ("回复|答复|回覆|答覆|回復|回信|返信", "转发|轉寄|轉發|转寄"),
}


def _words(column: int) -> frozenset[str]:
    return frozenset(word for words in PREFIXES.values() for word in words[column].split("|"))


_ANSWERED, _FORWARDED = _words(0), _words(1)
# "Re:", "RE :", "Re[5]:", "Re(2):", "Re^2:", "Re2:", "Re.:"; which words are prefixes, the table says.
_PREFIX = re.compile(
    r"\s*([^\W\d_][^\d:.^*\[\](){}<>]{0,20}?)\.?\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|[\^*]?\d{1,3})?\s?:"
)  # fmt: skip
# What servers put in front of mail from outside, or of mail that they doubt.
_BANNER = re.compile(
    r"\s*(?:"
    r"[\[({<【]{1,2}\W?(?:externe?[rs]?|external|ext|esterno|externo|spam|bulk|caution|suspicious|warning"
    r"|外部|外部メール|외부|внешн(?:ее|яя|ий)|zewnętrzny|zewn)"
    r"(?:[ -]?(?:e-?mail|mail|sender|message|email|nachricht|absender|courriel|correo|письмо))?[!?]?\W?[\])}>】]{1,2}"
    r"|\*{2,5} ?spam ?\*{2,5})[:\s]*",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"\s*(?:EXT|EXTERNAL|EXTERN)\s?:")
_TAG = re.compile(r"\s*\[[^\[\]]{0,40}#\d{1,12}(?: internal)?\]")
# Each character for one: places in the translated subject are places in the subject.
_PLAIN: Final[dict[int, int | str]] = {
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, "∶꞉︓ː"), ":"),
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"), " "),
    **str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"),
}


def without_prefixes(subject: str) -> str:
    """Strip every prefix (`Re:`, `AW:`, `Re[5]:`, `回复：`) and banner (`[EXTERNAL]`) from the front of a subject."""
    text = unicodedata.normalize("NFC", subject)
    return text[max((end for _, end in _in_front(text)), default=0) :].strip()


def find_prefixes(subject: str) -> tuple[Prefix, ...]:
    """Tell what the prefixes of a subject say, the last written first; the desk's own tag may stand between them."""
    found = _in_front(unicodedata.normalize("NFC", subject), is_tag_passed=True)
    return tuple(kind for kind, _ in found if kind is not None)


def is_forward(subject: str) -> bool:
    """Whether a mailer's word for "forwarded", and nothing else, stands among the prefixes of a subject."""
    return Prefix.FORWARD in find_prefixes(subject)


def _in_front(subject: str, *, is_tag_passed: bool = False) -> Iterator[tuple[Prefix | None, int]]:
    """Go through prefixes, banners and, if they are to be passed, tags of the desk; say where each ends."""
    text = subject.translate(_PLAIN)
    at = 0
    while True:
        found = _PREFIX.match(text, at)
        kind = _kind_of(str(found[1])) if found is not None else None
        if kind is None:
            found = (
                _BANNER.match(text, at) or _SHOUTED.match(text, at) or (_TAG.match(text, at) if is_tag_passed else None)
            )
        if found is None:
            return
        at = found.end()
        yield kind, at


def _kind_of(word: str) -> Prefix | None:
    folded = word.strip().lower()
    if folded in _ANSWERED:
        return Prefix.EITHER if folded in _FORWARDED else Prefix.ANSWER
    return Prefix.FORWARD if folded in _FORWARDED else None
