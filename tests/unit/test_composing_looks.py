"""How mails look: readable by contrast in light and dark, on a narrow screen, and nothing loaded or run."""

import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser

import pytest

from maild.composing.examples import EXAMPLES
from maild.model.outgoing import OutgoingMail
from tests.unit.composing_values import a_composer, html_of, write

COMPOSER = a_composer()
LANGUAGES = ("en", "de")
LEAST = 4.5  # WCAG 2.2, 1.4.3, level AA
VOID = frozenset({"meta", "br", "img", "hr"})
RULE = re.compile(r"(?P<selector>[.\w ]+)\{(?P<style>[^{}]*)\}")


def an_example(number: int, language: str) -> OutgoingMail:
    wanted, decision = EXAMPLES[number]
    opened, *steps = decision.steps
    decided = replace(decision, steps=(replace(opened, language=language), *steps))
    return write(wanted, decided, a_composer(locale=language))


PAGES = [
    pytest.param(html_of(an_example(at, language)), id=f"{language}-{wanted.template}-{wanted.meaning}-{at}")
    for language in LANGUAGES
    for at, (wanted, _) in enumerate(EXAMPLES)
]


def style_of(text: str) -> dict[str, str]:
    pairs = (each.partition(":") for each in text.replace("!important", "").split(";") if ":" in each)
    return {name.strip(): value.strip() for name, _, value in pairs}


def dark_rules(html: str) -> list[tuple[list[str], dict[str, str]]]:
    """Give the rules for dark screens, each by the steps of its selector."""
    dark = html.partition("(prefers-color-scheme: dark) {")[2].partition("</style>")[0]
    return [(found["selector"].split(), style_of(found["style"])) for found in RULE.finditer(dark)]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@dataclass(frozen=True)
class Element:
    tag: str
    name: str
    colour: str
    background: str


class Painter(HTMLParser):
    """Reads a page as a client paints it: each text with its colour and what is behind it."""

    def __init__(self, html: str, *, is_dark: bool) -> None:
        super().__init__()
        self.rules = dark_rules(html) if is_dark else []
        self.open = [Element("", "", "#000000", "#ffffff")]
        self.painted: list[tuple[str, Element]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        above, name = self.open[-1], given.get("class") or ""
        style = style_of(given.get("style") or "")
        for steps, wanted in self.rules:
            inside = len(steps) == 1 or any(f".{each.name}" == steps[0] for each in self.open)
            if steps[-1] in {f".{name}", tag} and inside:
                style |= wanted
        if tag == "style" or tag in VOID:
            return
        self.open.append(
            Element(tag, name, style.get("color", above.colour), style.get("background", above.background))
        )

    def handle_endtag(self, tag):
        if self.open[-1].tag == tag:
            self.open.pop()

    def handle_data(self, data):
        if data.strip() and len(self.open) > 1 and any(each.tag == "body" for each in self.open):
            self.painted.append((data.strip(), self.open[-1]))


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("html", PAGES)
def test_every_word_has_contrast(html, is_dark):
    """At least 4.5 to 1 between each text and what is behind it, on light and on dark screens."""
    painted = Painter(html, is_dark=is_dark).painted

    assert painted
    for text, where in painted:
        assert contrast(where.colour, where.background) >= LEAST, (text, where)
    assert {where.background for _, where in painted}.isdisjoint({"#ffffff"} if is_dark else {"#14181d"})


def test_contrast_is_measured():
    """The measure knows grey on white from black on white."""
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert contrast("#777777", "#ffffff") < LEAST < contrast("#767676", "#ffffff")


@pytest.mark.parametrize("html", PAGES)
def test_the_html_loads_nothing_and_forces_no_width(html):
    """Nothing remote, no script, no style that makes a screen of 360 pixels scroll."""
    assert not re.search(r"src=(?!\"cid:)|url\(|<(script|link|img|table|form|iframe)|@import|\bon\w+=", html)
    assert not re.search(r"(?<!max-)width:\s*(?!100%)|min-width|nowrap|position:", html)
    assert "overflow-wrap:anywhere" in html
    links = re.findall(r'href="([^"]*)"', html)
    assert all(link.startswith(("mailto:support@acme.example?subject=", "https://kb.desk.example/")) for link in links)
