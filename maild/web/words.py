"""What the pages say, in each language that ships; pages about a ticket are in the ticket's."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

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
        "failed": {
            "en": ("That did not work just now", "Nothing was kept. Please try again in a minute."),
            "de": ("Das ging gerade nicht", "Es wurde nichts gespeichert. Bitte versuchen Sie es gleich noch einmal."),
        },
    }
)


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
