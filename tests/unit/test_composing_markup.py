"""HTML made of words: nothing in the words becomes a tag."""

import re
from html.parser import HTMLParser

import pytest

from maild.composing import markup

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    "</p></div><script>alert(1)</script>",
    "<iframe src=javascript:alert(1)>",
    "<body onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "javascript:alert(1)",
    "https://x.example/\"onmouseover='alert(1)'",
    "https://x.example/'onmouseover=alert(1)",
    "https://x.example/<script>alert(1)</script>",
    "https://x.example/`onmouseover=alert(1)",
    "[cid:<script>alert(1)</script>]",
    '[cid:x" onerror="alert(1)]',
    '[image: "><img src=x onerror=alert(1)>]',
    "> <script>alert(1)</script>",
    "- <script>alert(1)</script>",
    "1. <img src=x onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "<!--<script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<math><mtext><script>alert(1)</script>",
    "<style>@import 'https://evil.example'</style>",
    "<link rel=stylesheet href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "{{7*7}}{% raw %}<b>",
    "<input autofocus onfocus=alert(1)>",
    "\uff1cscript\uff1ealert(1)",
    "<scr\x00ipt>",
    "data:text/html,<script>alert(1)</script>",
    "[cid:known] <b onclick=alert(1)>",
]
ALLOWED = {"p", "br", "a", "ul", "ol", "li", "blockquote", "img"}


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.words = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words.append(data)


def read(html):
    reader = Reader()
    reader.feed(str(html))
    reader.close()
    return reader


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("wrap", ["{}", "words {} words", "> {}", ">> {}", "- {}", "1. {}", "[cid:{}]", "https://x/{}"])
def test_no_payload_becomes_a_tag_or_a_handler(payload, wrap):
    """Of 35 known payloads in eight places, none yields a tag, an attribute or a scheme that acts."""
    for html in (markup.prose(wrap.format(payload), {"known": "k@x"}), markup.lines(wrap.format(payload))):
        reader = read(html)
        assert reader.tags <= ALLOWED
        assert {name for name, _ in reader.attributes} <= {"href", "style", "src", "alt", "value"}
        assert all(value.startswith(("http://", "https://")) for name, value in reader.attributes if name == "href")
        assert all(value == "cid:k@x" for name, value in reader.attributes if name == "src")


@pytest.mark.parametrize(
    "text", ["a\nb\n\nc", "- one\n- two", "1. one\n7. seven", "> said\n>> before\nnow", "  indented"]
)
def test_no_word_is_lost(text):
    """Lists and quotes change the dress of a line, not its words."""
    words = re.sub(r"[\s\xa0]+", " ", " ".join(read(markup.prose(text)).words)).strip()

    assert words == re.sub(r"\s+", " ", re.sub(r"(?m)^(?:[->]+|\d+\.)\s*", "", text)).strip()


def test_numbers_of_a_list_stay():
    """A list that begins at 3 and leaves one out says so in HTML too."""
    html = str(markup.prose("3. three\n5. five"))

    assert '<li value="3">three</li><li value="5">five</li>' in html


def test_a_link_ends_where_the_sentence_does():
    """Punctuation and closing brackets around a link are not part of it; brackets inside it are."""
    html = str(markup.prose("See https://x.example/a_(b). (Or https://x.example/c?d=1&e=2)."))

    assert 'href="https://x.example/a_(b)"' in html
    assert 'href="https://x.example/c?d=1&amp;e=2"' in html


def test_a_picture_stands_where_the_words_name_it():
    """A placeholder with a picture of ours becomes that picture, any other stays text."""
    html = str(markup.prose("before [cid:IMG1@x] after [image: unknown.png]", {"img1@x": "ours@acme.example"}))

    assert '<img src="cid:ours@acme.example"' in html
    assert "[image: unknown.png]" in html


@pytest.mark.parametrize(
    "text",
    [">" * 100_000, "> " * 50_000, "[cid:" * 50_000, "https://" * 30_000, "- " * 50_000, "(" * 50_000, "\n" * 100_000],
)
def test_hostile_length_is_survived(text):
    """No nesting and no repetition makes the writer recurse without end."""
    assert len(markup.prose(text)) >= 0
    assert len(markup.lines(text)) > 0
