"""Which language a mail is written in: by its script, and within a script by the small words that every sentence needs.

A text of twenty words holds five or more of them, so a table says as much as a model of many megabytes; the words of
neighbours (Danish and Norwegian, Czech and Slovak) are those that only one of them writes. A word that several
languages share counts for each as its part. What is not clear is None: a wrong language is worse than the queue's.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from heapq import nlargest
from operator import itemgetter
from typing import Final

_FEWEST: Final = 20
_LETTERS_A_WORD: Final = 2  # in a script without blanks
_MOST: Final = 2_000  # characters; what is not clear by then is a list of things
_SHARE: Final = 0.05
_LEAST: Final = 1.5
_LEAD: Final = 0.7  # of one word that only one of them has
_LETTER: Final = 0.3
_MAJORITY: Final = 0.5
_NOISE: Final = frozenset("@:>")
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SCRIPTS: Final[Mapping[str, re.Pattern[str]]] = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "zh": re.compile(r"[\u3400-\u9fff]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
}
_UNSPACED: Final = frozenset({"ja", "zh", "th"})
_KANA_SHARE: Final = 0.1
_PERSIAN: Final = re.compile(r"[پچژگ]")
_PERSIAN_SHARE: Final = 0.01

_SMALL_WORDS: Final[Mapping[str, str]] = {
    "en": """the of and to in is that for it with as was on are be this have not you your i my we our they from or
        which but can will would there has had been an if what when please no any all do does about a at by""",
    "de": """der die das und ist nicht ich sie es ein eine einen einem einer mit auf für im den dem des von zu wir
        ihr mich mir uns auch aber wenn bei nach wird werden wurde kann können sich als dass noch nur aus oder bitte
        habe haben hat sind war zum zur kein keine wie ihnen mehr diese dieser um vom über durch""",
    "fr": """le la les et est une des du que qui dans pour pas sur avec ne je vous nous mon ma mes votre vos notre ce
        cette au aux il elle mais ou où sont été être plus par en un si avez avons peut depuis très bien fait d'un
        d'une j'ai c'est n'est qu'il l'on sans""",
    "es": """el la los las y es una un que de del en por para con no se lo le mi su sus nos pero como más muy al este
        esta está han ha he hay cuando desde ya sin sobre también puede ser son fue yo usted si porque todo estoy
        tengo""",
    "it": """il lo la gli le e è un una che di del della dei delle nel nella in per con non si mi ho ha hanno sono ma
        come più anche da dal alla al questo questa ci vi suo mio nostro quando perché se già stato essere molto
        dopo o""",
    "pt": """o a os as e é um uma que do da dos das no na nos nas em por para com não se eu meu minha seu sua mas
        como mais muito ao está foi tem são quando já sem também pode ser ou isso este esta você pelo pela desde
        ainda estou tenho""",
    "ca": """el la els les i és un una que de del en per amb no es ho hi meu seva però com més molt al aquest aquesta
        està han ha quan des ja sense també pot ser són o perquè tot estic tinc amb aquests dels s'ha d'un""",
    "ro": """și este un o că de din în pentru cu nu se la pe care sunt am ai a au mai dar sau ca fost fi dacă când
        după vă îmi acest această acum foarte mea meu lui ale al poate prin fără""",
    "nl": """de het een en is niet ik van dat die in op te voor met zijn er maar om aan ook als dan bij nog wel naar
        uit wat kan heb heeft hebben wij we mijn uw ons deze dit worden wordt of geen door over u je was door""",
    "sv": """och är att det en ett som på av för med jag inte har vi om till den när kan men så från eller mitt min
        era ni de var vill efter bara här mycket nu ska också sig hur vid detta denna måste""",
    "da": """og er at det en et som på af for med jeg ikke har vi om til den når kan men så fra eller mit min jeres i
        de var vil efter kun her meget nu skal også sig hvordan ved dette denne blev hvad været ud mig hvis dig tak
        igen uden mellem nogen nogle tilbage bruge lige gerne bliver være fejl venlig kunne skriver noget siger
        ingen mere end""",
    "no": """og er at det en et som på av for med jeg ikke har vi om til den når kan men så fra eller mitt min deres
        i de var vil etter bare her veldig nå skal også seg hvordan ved dette denne ble hva vært ut meg hvis deg
        takk igjen uten mellom noen tilbake bruke gjerne blir være feil vennlig kunne mye mer enn skriver noe sier
        ingen""",
    "fi": """ja on ei se että en ole oli mutta kun niin kuin jos tai myös minun mitä sitä joka ovat nyt vain kanssa
        sen olen voi tämä tämän hän me te jo siitä sekä eikä vielä kaikki mukaan olla jotta""",
    "et": """ja on ei see et ma ole oli aga kui nii või ka minu mida seda mis kes nüüd ainult koos selle olen võib
        meie teie juba veel kõik ning pole siis sest kas""",
    "lv": """un ir nav ka es bet ja vai arī no uz par ar lai kas kā tas tā mans mūsu jūs mēs šis šo jau tikai pēc
        bija būt var pie""",
    "lt": """ir yra ne kad aš bet jei ar taip pat iš į su dėl kas kaip tai mano mūsų jūs mes šis šį jau tik po buvo
        būti gali prie apie už nuo""",
    "pl": """i w na z do nie się że jest to jak o od po przez dla ale czy co tak za mam mi mój moja proszę być był
        była już są tylko ma przy jeśli lub może tego ten ta nas państwa""",
    "cs": """a v na se že je to jak o od po pro ale co tak za mám mi můj prosím být byl byla již už jsou jen má při
        pokud nebo může toho ten ta nás není jsem s z ze do které který by si""",
    "sk": """a v na sa že je to ako o od po pre ale čo tak za mám mi môj prosím byť bol bola už sú len má pri ak
        alebo môže toho ten tá nás nie som s z zo do ktoré ktorý by si""",
    "sl": """in v na se da je to kot o od po za ali kaj tako imam mi moj prosim biti bil bila že so samo ima pri če
        lahko tega ta nas ni sem s z iz do ki bi si pa ne bo tudi vam vas smo ste kar ter zdaj še sta kako""",
    "hr": """i u na se da je to kao o od po za ali što tako imam mi moj molim biti bio bila već su samo ima pri ako
        ili može toga taj nas nije sam s iz do koji koje bi si ne sve vam vas smo ste jer kada ovo će nema treba još
        kako""",
    "hu": """a az és nem hogy is egy ez van de ha meg már csak mint vagy volt kell én el lehet még nekem ezt azt fel
        kérem minden után ki be nincs vagyok számára""",
    "tr": """ve bir bu için ile da de değil ne ama çok gibi olarak var daha kadar ben biz sonra mi mı en olan yok
        veya her ancak lütfen oldu ise şu benim""",
    "vi": """và là của không có được cho tôi này với các một trong những đã khi để từ người như nhưng về cũng đến bị
        rất xin hoặc nếu""",
    "id": """dan yang di untuk dengan tidak ini itu dari pada saya kami akan adalah ada ke atau bisa sudah juga dalam
        karena telah tolong jika oleh anda belum""",
    "ru": """и в не на что я с по это как но а мы вы он к у из за для от так же если или уже только при есть был было
        быть мне меня нет когда после пожалуйста""",
    "uk": """і в не на що я з по це як але а ми ви він до у із за для від так же якщо або вже тільки при є був було
        бути мені мене немає коли після будь та""",
    "bg": """и в не на че аз с по това как но а ние вие той към у от за до така ако или вече само при е беше бъде ми
        ме няма когато след моля се да са има който със""",
    "sr": """и у не на да ја са по то као али а ми ви он ка од за до тако ако или већ само при је био бити ми ме нема
        када после молим се су има који што""",
}  # fmt: skip


# Letters that few languages have: each word with one of them speaks a little for those.
_LETTERS_OF: Final[Mapping[str, str]] = {
    "de": "ßäöü",
    "fr": "çœêàèéùîô",
    "es": "ñ¿¡áíóúé",
    "it": "àèìòù",
    "pt": "ãõçâêáíó",
    "ca": "çàèòíï",
    "ro": "ășțşţâî",
    "sv": "åäö",
    "da": "æøå",
    "no": "æøå",
    "fi": "äö",
    "et": "õäöü",
    "lv": "āēīūķļņģšž",
    "lt": "ėįųūąčšž",
    "pl": "ąęłńśźżó",
    "cs": "řůěýáíčšž",
    "sk": "ľĺŕôäťýáíčšž",
    "sl": "čšž",
    "hr": "ćđčšž",
    "hu": "őűáéíóöü",
    "tr": "ğışöüç",
    "vi": "ơưđạảấầậắềệếộốổợớờủứừị",
    "ru": "ыэё",
    "uk": "іїєґ",
    "bg": "ъ",
    "sr": "јљњћђџ",
}


def _weights() -> Mapping[str, Mapping[str, float]]:
    """Give each small word its languages, and for each the part of the word that is its own."""
    owners: dict[str, list[str]] = {}
    for language, words in _SMALL_WORDS.items():
        for word in dict.fromkeys(words.split()):
            owners.setdefault(word, []).append(language)
    return {word: dict.fromkeys(languages, 1 / len(languages)) for word, languages in owners.items()}


def _owners_of_letters() -> Mapping[str, tuple[str, ...]]:
    """Give each letter the languages that have it."""
    owners: dict[str, tuple[str, ...]] = {}
    for language, letters in _LETTERS_OF.items():
        for letter in letters:
            owners[letter] = (*owners.get(letter, ()), language)
    return owners


_WEIGHTS: Final = _weights()
_OWNERS_OF_LETTERS: Final = _owners_of_letters()
_TELLING: Final = frozenset(_OWNERS_OF_LETTERS)


def find_language(text: str) -> str | None:
    """Name the language of a text of twenty words or more by its ISO 639-1 code; None where it is not clear.

    Quoted lines, addresses and links do not count. Norwegian is "no", Chinese "zh" in either form.
    """
    plain = text[: 10 * _MOST]
    if not _NOISE.isdisjoint(plain):
        plain = " ".join(_words_in(plain))
    plain = plain[:_MOST]
    if plain.isascii():
        return _by_small_words(plain)
    letters = sum(map(str.isalpha, plain))
    for language, pattern in _SCRIPTS.items():
        count = len(pattern.findall(plain))
        share = count / letters if letters else 0.0
        if share >= (_KANA_SHARE if language == "ja" else _MAJORITY):
            return _of_script(language, plain, letters)
    return _by_small_words(plain)


def _words_in(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if not line.startswith(">"):
            yield from (word for word in line.split() if "@" not in word and "://" not in word)


def _of_script(language: str, text: str, letters: int) -> str | None:
    if language == "ar" and len(_PERSIAN.findall(text)) > _PERSIAN_SHARE * letters:
        language = "fa"
    if language in _UNSPACED:
        return language if letters >= _FEWEST * _LETTERS_A_WORD else None
    return language if len(_WORD.findall(text)) >= _FEWEST else None


def _by_small_words(text: str) -> str | None:
    words = _WORD.findall(text.lower().replace("’", "'"))
    if len(words) < _FEWEST:
        return None
    scores: defaultdict[str, float] = defaultdict(float)
    for word in words:
        for language, weight in _WEIGHTS.get(word, {}).items():
            scores[language] += weight
        if not word.isascii():
            for language in {each for letter in _TELLING.intersection(word) for each in _OWNERS_OF_LETTERS[letter]}:
                scores[language] += _LETTER
    (first, most), (_, next_most) = [*nlargest(2, scores.items(), key=itemgetter(1)), ("", 0.0), ("", 0.0)][:2]
    return first if most >= max(_LEAST, _SHARE * len(words), next_most + _LEAD) else None
