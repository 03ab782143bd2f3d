"""The pages as people meet them: in a real browser, by keyboard, on a phone, read aloud, in the dark."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from maild.model.ticket import State
from tests.integration.a_desk import BOB
from tests.integration.a_site import ASite, a_site
from tests.integration.test_links import opened
from tests.servers.browser import Browser, a_browser

# Each text and what it stands on, as the eye sees it (WCAG 2.2, 1.4.3), and each thing that can be pressed (2.5.8).
CONTRASTS = """
(() => {
  const parts = text => (text.match(/[\\d.]+/g) || []).map(Number)
  const light = ([r, g, b]) => {
    const one = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    return 0.2126 * one(r) + 0.7152 * one(g) + 0.0722 * one(b)
  }
  const ground = node => {
    for (; node; node = node.parentElement) {
      const color = parts(getComputedStyle(node).backgroundColor)
      if (color.length === 3 || color[3] > 0) return color
    }
    return [255, 255, 255]
  }
  const seen = [...document.querySelectorAll("main *")].filter(node => [...node.childNodes].some(
    child => child.nodeType === 3 && child.textContent.trim()))
  return seen.map(node => {
    const pair = [light(parts(getComputedStyle(node).color)), light(ground(node))].sort((a, b) => b - a)
    return [node.textContent.trim().slice(0, 40), (pair[0] + 0.05) / (pair[1] + 0.05)]
  })
})()
"""
BUTTONS = """
[...document.querySelectorAll("button")].map(node => {
  const box = node.getBoundingClientRect()
  return [node.textContent, box.width, box.height, box.left, box.right]
})
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ASite]:
    """Bob's matter was resolved."""
    with a_site(opened(tmp_path_factory.mktemp("desk"), BOB), datetime.now(UTC)) as site:
        yield site


def is_kind(browser: Browser) -> None:
    """See that the page on the screen can be read, reached and pressed by everybody, on 360 pixels."""
    for scheme in ("light", "dark"):
        browser.be_wide(360, scheme)
        for words, contrast in browser.find(CONTRASTS):
            assert contrast >= 4.5, (scheme, words, contrast)
        assert browser.find("document.documentElement.scrollWidth") <= 360
        for name, width, height, left, right in browser.find(BUTTONS):
            assert width >= 44 and height >= 44 and left >= 0 and right <= 360, (name, width, height, left, right)
    browser.be_wide(360)


def test_it_is_said_by_keyboard_that_it_is_solved_and_how_it_was(browser: Browser, site: ASite):
    """From the link to the thanks without a mouse, each thing named aloud, nothing from elsewhere."""
    browser.open(site.url + site.link_in(BOB, "solved"))
    assert ("heading", "Is it solved?") in browser.names()
    assert ("textbox", "No, because …") in browser.names()
    is_kind(browser)
    browser.tab_to("Yes, it is solved")
    assert browser.find("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    browser.press("Enter", loads=True)
    assert "Thank you. There is nothing more to do." in browser.words()
    assert site.ticket().state is State.CLOSED
    is_kind(browser)

    site.fire()
    browser.open(site.url + site.link_in(BOB, "survey"))
    assert [name for role, name in browser.names() if role == "button"] == [f"{n} of 5" for n in range(1, 6)]
    assert ("heading", "How was it?") in browser.names()
    assert ("group", "How satisfied are you? Press a number.") in browser.names()
    is_kind(browser)
    browser.tab_to("Would you like to say something with it?")
    browser.write("Quick, and friendly. <b>🙂</b>")
    browser.tab_to("4 of 5")
    browser.press("Space", loads=True)
    assert "You gave 4 of 5." in browser.words()
    assert browser.find("document.querySelector('textarea').value") == "Quick, and friendly. <b>🙂</b>"
    is_kind(browser)
    entry = site.entries()[-1]
    assert (entry.text, entry.changes[0].new) == ("Quick, and friendly. <b>🙂</b>", "4")

    assert all(re.match(rf"{site.url}/|data:,$|about:blank", address) for address in browser.asked_for())
    assert browser.complaints() == []


def test_a_page_that_is_not_there_is_kind_too(browser: Browser, site: ASite):
    """Whoever follows an old link reads what to do instead."""
    browser.open(f"{site.url}/survey/{'a' * 32}")

    assert "Answer the mail that it came with" in browser.words()
    is_kind(browser)
