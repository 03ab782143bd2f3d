"""What the pages say, in each language that ships; pages about a ticket are in the ticket's."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from maild.desk import House

LANGUAGES: Final = ("en", "de")

# Title, then lines.
MESSAGES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "no-page": {
            "en": (
                "This page is not there",
                "The link is wrong, or too old. Answer the mail that it came with, and we read it all the same.",
            ),
            "de": (
                "Diese Seite gibt es nicht",
                "Der Link ist falsch oder zu alt. Antworten Sie auf die Mail, in der er stand: wir lesen es genauso.",
            ),
        },
        "no-method": {
            "en": ("This page cannot do that",),
            "de": ("Das kann diese Seite nicht",),
        },
        "no-form": {
            "en": (
                "We could not read that",
                "It is not what our page sends. Go back and press the button again, or answer the mail.",
            ),
            "de": (
                "Das konnten wir nicht lesen",
                "So sendet es unsere Seite nicht. Drücken Sie noch einmal, oder antworten Sie auf die Mail.",
            ),
        },
        "too-much": {
            "en": (
                "These are too many words for this page",
                "Nothing was kept. Go back and shorten them, or answer the mail, which takes them all.",
            ),
            "de": (
                "Das sind zu viele Worte für diese Seite",
                "Es wurde nichts gespeichert. Kürzen Sie, oder antworten Sie auf die Mail: dort ist Platz.",
            ),
        },
        "too-often": {
            "en": ("Too many wrong links", "Please try again in a few minutes."),
            "de": ("Zu viele falsche Links", "Bitte versuchen Sie es in ein paar Minuten noch einmal."),
        },
        "too-much-said": {
            "en": ("You have told us a lot here", "Please wait a few minutes, or answer the mail."),
            "de": (
                "Sie haben uns hier schon viel gesagt",
                "Bitte warten Sie ein paar Minuten, oder antworten Sie auf die Mail.",
            ),
        },
        "failed": {
            "en": ("That did not work just now", "Nothing was kept. Please try again in a minute."),
            "de": ("Das ging gerade nicht", "Es wurde nichts gespeichert. Bitte versuchen Sie es gleich noch einmal."),
        },
    }
)


_WRONG_EN: Final = {
    "wrong_choose": "Please press one of the buttons.",
    "wrong_words": "Please write what is still wrong.",
    "wrong_long": "These are too many words for this page: shorten them, or answer the mail, which takes them all.",
    "wrong_press": "Please press the button once more: this page lay open for long, or was not sent by it.",
    "wrong_again": "That did not work just now. Nothing was kept; please press once more in a minute.",
}
_WRONG_DE: Final = {
    "wrong_choose": "Bitte drücken Sie einen der Knöpfe.",
    "wrong_words": "Bitte schreiben Sie, was noch nicht stimmt.",
    "wrong_long": "Das sind zu viele Worte für diese Seite: Kürzen Sie, oder antworten Sie auf die Mail.",
    "wrong_press": "Bitte drücken Sie noch einmal: Die Seite war lange offen, oder es kam nicht von ihr.",
    "wrong_again": "Das ging gerade nicht. Es wurde nichts gespeichert; drücken Sie bitte gleich noch einmal.",
}

SOLVED: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {
            **_WRONG_EN,
            "title_resolved": "Is it solved?",
            "title_closed": "Your request is closed",
            "title_open": "We are on it",
            "about": "Your request",
            "yes": "Yes, it is solved",
            "now_closed": "Thank you. There is nothing more to do.",
            "now_open": "Your request is open, and we have what you told us.",
            "because_resolved": "No, because …",
            "because_closed": "Something is still wrong?",
            "because_open": "Is there more to say?",
            "then_resolved": "We open it again and read what you wrote.",
            "then_closed": "Write it here, and we look at it again.",
            "then_open": "We read it with the rest.",
            "no_resolved": "No, it is not solved",
            "no_closed": "Send it",
            "no_open": "Send it",
            "answer_yes": "Yes",
            "answer_no": "No",
        },
        "de": {
            **_WRONG_DE,
            "title_resolved": "Ist es gelöst?",
            "title_closed": "Ihre Anfrage ist abgeschlossen",
            "title_open": "Wir sind dran",
            "about": "Ihre Anfrage",
            "yes": "Ja, es ist gelöst",
            "now_closed": "Vielen Dank. Mehr ist nicht zu tun.",
            "now_open": "Ihre Anfrage ist offen, und wir haben, was Sie uns gesagt haben.",
            "because_resolved": "Nein, denn …",
            "because_closed": "Stimmt noch etwas nicht?",
            "because_open": "Gibt es noch etwas zu sagen?",
            "then_resolved": "Wir öffnen sie wieder und lesen, was Sie geschrieben haben.",
            "then_closed": "Schreiben Sie es hier, und wir sehen es uns noch einmal an.",
            "then_open": "Wir lesen es mit dem Übrigen.",
            "no_resolved": "Nein, es ist nicht gelöst",
            "no_closed": "Absenden",
            "no_open": "Absenden",
            "answer_yes": "Ja",
            "answer_no": "Nein",
        },
    }
)

SURVEY: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {
            **_WRONG_EN,
            "title": "How was it?",
            "title_voted": "Thank you",
            "about": "Your request",
            "question": "How satisfied are you? Press a number.",
            "words": "Would you like to say something with it?",
            "label": "{score} of {scale}",
            "worst": "not at all",
            "best": "very",
            "once": "One press, and it is sent. You can change it for a week.",
            "voted": "You gave {score} of {scale}. Press another number, or this one with other words, to change it.",
        },
        "de": {
            **_WRONG_DE,
            "title": "Wie war es?",
            "title_voted": "Vielen Dank",
            "about": "Ihre Anfrage",
            "question": "Wie zufrieden sind Sie? Drücken Sie eine Zahl.",
            "words": "Möchten Sie etwas dazu sagen?",
            "label": "{score} von {scale}",
            "worst": "gar nicht",
            "best": "sehr",
            "once": "Ein Druck, und es ist gesendet. Sie können es eine Woche lang ändern.",
            "voted": "Sie gaben {score} von {scale}. Drücken Sie eine andere Zahl, oder diese mit anderen Worten.",
        },
    }
)


def language_of(language: str | None, house: House) -> str:
    """Choose the language of a page about a ticket: the ticket's, else the desk's; of those that ship."""
    for each in (language or "", house.desk.locale):
        if each[:2].lower() in LANGUAGES:
            return each[:2].lower()
    return LANGUAGES[0]


def language_for(accepted: str) -> str:
    """Choose the language of a page about nothing by what a browser asks for (RFC 9110, 12.5.4); English else."""
    wanted = []
    for position, each in enumerate(accepted[:200].split(",")):
        name, _, weight = each.partition(";")
        language = name.strip().lower().partition("-")[0]
        if language in LANGUAGES:
            wanted.append((-_weight(weight), position, language))
    return min(wanted)[2] if wanted else LANGUAGES[0]


def _weight(text: str) -> float:
    try:
        return float(text.strip().removeprefix("q=") or "1")
    except ValueError:
        return 0.0
