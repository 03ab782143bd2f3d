"""HTML bodies as readable text, and as markup that may be shown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.parsing.html import HtmlFlag, HtmlText, html_to_text, is_too_long, sanitise


def text_of(html: str) -> str:
    return html_to_text(html).text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>Hello</div><div>World</div>", "Hello\nWorld"),
        ("<p>Hello</p><p>World</p>", "Hello\n\nWorld"),
        ("Hello<br>World<br><br>!", "Hello\nWorld\n\n!"),
        ("<div>Hello</div><div><br></div><div>World</div>", "Hello\n\nWorld"),
        ("<p class=MsoNormal>Hello</p><p class=MsoNormal>World</p>", "Hello\nWorld"),
        ("<p class=MsoNormal>Hello</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>World</p>", "Hello\n\nWorld"),
        ("<style>p{margin:0}</style><p>Hello</p><p>World</p>", "Hello\nWorld"),
        ("<h1>Title</h1>text", "Title\n\ntext"),
        ("one<hr>two", f"one\n{'_' * 32}\ntwo"),
        ("<pre>a  b\n  c</pre>", "a  b\n  c"),
        ("  much \n  white\t space ", "much white space"),
        ("a&nbsp;b&nbsp;&nbsp;c", "a b  c"),
        ("<b>bold</b> and <i>not</i>", "bold and not"),
    ],
)
def test_lines_and_paragraphs(html: str, text: str):
    """Blocks end lines, paragraphs leave one blank, breaks break."""
    assert html_to_text(html) == HtmlText(text)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("&lt;b&gt; &amp; &quot;x&quot; &#39;y&#x27;", "<b> & \"x\" 'y'"),
        ("Gr&uuml;&szlig;e &#8364; &euro;", "Grüße € €"),
        ("5 < 6 and a <3 b", "5 < 6 and a <3 b"),
        ("AT&T &unknown; & x", "AT&T &unknown; & x"),
        ("a &#0; &#xD800; &#99999999; b", "a \ufffd \ufffd \ufffd b"),
    ],
)
def test_character_references(html: str, text: str):
    """Known references become characters, all else stays as it was typed."""
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="https://acme.example/x">here</a>', "here <https://acme.example/x>"),
        ('<a href="https://acme.example/">https://acme.example</a>', "https://acme.example"),
        ('<a href="http://www.acme.example">acme.example</a>', "acme.example"),
        ('<a href="mailto:bob@acme.example">bob@acme.example</a>', "bob@acme.example"),
        ('<a href="mailto:bob@acme.example?subject=x">Bob</a>', "Bob <mailto:bob@acme.example?subject=x>"),
        ('<a href="tel:+441234567890">01234 567890</a>', "01234 567890"),
        ('<a href="tel:+441234567890">Call us</a>', "Call us <+441234567890>"),
        ('<a href="javascript:alert(1)">click</a>', "click"),
        ('<a href="#top">top</a> <a name=x>named</a>', "top named"),
        ('<a href="https://acme.example/x"></a>.', "."),
        ('See <a href="https://acme.example/x">this page </a>now', "See this page <https://acme.example/x> now"),
        ('<a href="https://acme.example/x"><div>two</div><div>lines</div></a>', "two\nlines <https://acme.example/x>"),
        ('<a href="https://acme.example/x"><img alt="Logo" src="https://t.example/x.png"></a>',
         "[Logo] <https://acme.example/x>"),
    ],
)  # fmt: skip
def test_links(html: str, text: str):
    """The target stands behind the words unless they say it themselves."""
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Buy:<ul><li>milk</li><li>bread</li></ul>Thanks", "Buy:\n\n- milk\n- bread\n\nThanks"),
        ("<ol><li>one<li>two</ol>", "1. one\n2. two"),
        ('<ol start="3"><li>three<li>four</ol>', "3. three\n4. four"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n\n- c"),
        ("<ul><li>first line<br>second line</li></ul>", "- first line\n  second line"),
        ("<ul><li><p>para</p></li></ul>", "- para"),
        ("<dl><dt>Term<dd>Meaning</dl>", "Term\n  Meaning"),
    ],
)
def test_lists(html: str, text: str):
    """Items have marks, numbers and depth, closed or not."""
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<table border=1><tr><th>Name<th>Tel<tr><td>Bob<td>1</table>", "Name | Tel\nBob | 1"),
        ("<table border=1><tr><td>Bob</td><td></td><td>b@x</td></tr></table>", "Bob |  | b@x"),
        ("<table><tr><td>&nbsp;</td><td>Hello</td><td></td></tr></table>", "Hello"),
        ("<table><tr><td>From:</td><td>Bob</td></tr></table>", "From: Bob"),
        ("<table><tr><td><p>one</p><p>two</p></td><td>three</td></tr></table>", "one\n\ntwo\nthree"),
        ("<table><tr><td><table><tr><td>in</td><td>side</td></tr></table></td></tr></table>", "in | side"),
        ("<td>stray</td><tr>tags</tr>", "stray\ntags"),
    ],
)
def test_tables(html: str, text: str):
    """Rows of short cells are lines; tables that only lay a page out are not seen."""
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Hi<blockquote>old</blockquote>new", "Hi\n\n> old\n\nnew"),
        ("<blockquote>a<blockquote>b</blockquote>c</blockquote>", "> a\n>\n> > b\n>\n> c"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ('<blockquote style="margin:0 0 0 40px;border:none;padding:0px">moved</blockquote>', "moved"),
    ],
)
def test_quotes(html: str, text: str):
    """Quotes have marks; what was only moved to the right is none."""
    assert text_of(html) == text


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">x</div>',
        '<span style="DISPLAY : NONE !important">x<b>y</b></span>',
        "<div hidden>x</div>",
        '<p style="visibility: hidden">x',
        '<div style="max-height:0px;overflow:hidden">x</div>',
        '<span style="font-size:0">x</span>',
        '<span style="opacity:0">x</span>',
        "<script>x</script>",
        "<style>x</style>",
        "<title>x</title>",
        "<!-- x -->",
        "<!--[if mso]>x<![endif]-->",
        "<template>x</template>",
        "<svg><text>x</text></svg>",
        '<img src="https://t.example/x.gif" width=1 height=1>',
        "<?xml x ?>",
        "<!doctype x>",
    ],
)
def test_hidden_is_left_out(hidden: str):
    """What a reader does not see is neither text nor shown."""
    assert text_of(f"<p>seen</p>{hidden}") == "seen"
    assert "x" not in re.sub(r"<[^>]*>", "", sanitise(f"<p>seen</p>{hidden}"))


def test_size_inside_an_element_of_no_size_is_seen():
    """Newsletters take the size from a cell and give it back to what is in it."""
    html = '<td style="font-size:0px">gap<span style="font-size:14px">seen</span></td>'

    assert text_of(html) == "seen"


def test_conditional_comment_for_all_but_outlook_is_seen():
    """Its markers are comments, what stands between them is not."""
    assert text_of("<![if !mso]><p>seen</p><![endif]>") == "seen"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<img src="cid:image001.png@01D" alt="Chart">', "[cid:image001.png@01D]"),
        ('<img src="https://t.example/x.png" alt="Our  logo">', "[Our logo]"),
        ('<img data-emoji alt="👍" src="https://t.example/x.png">', "👍"),
    ],
)
def test_pictures(html: str, text: str):
    """A picture that came with the mail has a place, any other its words."""
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one<p>two", "one\n\ntwo"),
        ("</p></div>stray</b>", "stray"),
        ("<div><b>x</div>y</b>", "x\ny"),
        ("<p title='a>b'>x</p>", "x"),
        ('<p title="a>b>x', "b>x"),
        ("<p\nclass\n=\n'a'\n>x", "x"),
        ("text <unclosed", "text"),
        ("<DIV>A</Div><P>B</p>", "A\n\nB"),
        ("<o:p>x</o:p><st1:place>y</st1:place>", "xy"),
        ("<!-->x<!--->y", "xy"),
        ("", ""),
    ],
)
def test_broken_markup(html: str, text: str):
    """Nothing that a mailer gets wrong takes words away."""
    assert text_of(html) == text


@pytest.mark.parametrize(
    "html",
    ["<div style='display:none'>words</div>", "<style>words", "<!-- words", "<script>words", "<title>words</title>"],
)
def test_words_that_are_all_hidden_are_read(html: str):
    """A body that would be empty is read with what it hides, flagged."""
    found = html_to_text(html)

    assert "words" in found.text
    assert found.flags == (HtmlFlag.HIDDEN,)


@pytest.mark.parametrize("name", ["div", "span", "blockquote", "b", "font", "ul><li", "table><tr><td", "p"])
@pytest.mark.parametrize("count", [1000, 100_000])
def test_depth_costs_no_words(name: str, count: int):
    """Tree builders need minutes, or give nothing, for 100,000 nested elements."""
    html = f"<{name}>" * count + "deep words"

    assert "deep words" in text_of(html)
    assert len(sanitise(html)) <= 6 * len(html)


HOSTILE = {
    "open": "<" * 300_000,
    "tags": "<a " * 100_000,
    "quotes": '<a "' * 100_000,
    "apostrophes": "<a '" * 100_000 + ">",
    "comments": "<!--" * 100_000,
    "raw": "<title>" * 100_000,
    "rows": "<table>" + "<tr><td>a<td>b</tr>" * 50_000 + "</table>",
    "fonts": "".join(f"<font size={number}>" for number in range(20_000)) + "<p>x</p>" * 20_000,
    "misnested": "<b>" + "<i>" * 20_000 + "</b>" * 20_000,
    "closed": "<div>" * 50_000 + "</p>" * 50_000,
    "ampersands": "&" * 500_000,
    "references": "&nbsp;" * 200_000,
    "attributes": "<p " + "a=b " * 200_000 + ">x",
    "style": '<p style="' + "display:" * 100_000 + '">x',
    "lines": "<pre>" + "a\n" * 300_000,
    "hidden": '<div style="display:none">' * 30_000 + "x",
    "picture": '<img src="data:image/png;base64,' + "A" * 3_000_000 + '">',
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_markup_comes_to_an_end(html: str):
    """A reader whose work grows with the square of such a body would not end within any patience."""
    html_to_text(html)
    assert len(sanitise(html)) <= 6 * len(html) + 1000


def test_what_is_cut_is_flagged():
    """More tags than anybody writes are read without them."""
    html = "<b>x</b>" * 20_000 + "<b>last</b>"

    assert is_too_long(html)
    assert html_to_text(html).flags == (HtmlFlag.CUT,)
    assert html_to_text(html).text.endswith("last")


XSS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href="java\nscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:x">x</a>',
    '<iframe src="https://evil.example"></iframe>',
    '<object data="https://evil.example"></object>',
    '<embed src="https://evil.example">',
    '<form action="https://evil.example"><input name=password></form>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example/">',
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    "<style>@import 'https://evil.example/x.css'</style>",
    '<div style="background:url(https://evil.example/x.png)">x</div>',
    '<div style="background:u\\72l(https://evil.example/x.png)">x</div>',
    '<div style="width:expression(alert(1))">x</div>',
    '<div style="position:fixed;top:0;left:0;width:100%">x</div>',
    '<body onload="alert(1)" background="https://evil.example/x.png">x</body>',
    '<table background="https://evil.example/x.png"><tr><td>x</td></tr></table>',
    '<img src="https://evil.example/x.png">',
    '<img src="//evil.example/x.png">',
    '<img srcset="https://evil.example/x.png 1x">',
    '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    '<video src="https://evil.example/x.mp4" autoplay></video>',
    '<audio src="https://evil.example/x.mp3"></audio>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<!--><script>alert(1)</script>-->",
    '<p title="x" onclick="alert(1)">x</p>',
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    '<a href="https://ok.example" style="background-image:url(\'https://evil.example\')">x</a>',
    '<font style="list-style-image:url(https://evil.example)">x</font>',
    '<blockquote cite="https://evil.example">x</blockquote>',
]
ACTIVE = re.compile(
    r"<\s*(?:script|style|svg|math|iframe|object|embed|form|input|meta|base|link|video|audio)|<[^>]*\son\w+\s*="
    r"|<[^>]*(?:javascript|vbscript):|evil\.example|<[^>]*position|<[^>]*expression|text/html|svg\+xml",
    re.IGNORECASE,
)


@pytest.mark.parametrize("attack", XSS)
@pytest.mark.parametrize("size", [0, 2000])
def test_nothing_acts_and_nothing_is_loaded(attack: str, size: int):
    """Neither on the short way nor on that of large bodies is anything left that a browser would follow by itself."""
    shown = sanitise("<b>y</b>" * size + attack)

    assert ACTIVE.search(shown) is None, shown[-300:]
    assert ACTIVE.search(sanitise(shown)) is None


@pytest.mark.parametrize(
    "html",
    [
        '<p dir="rtl">x</p>',
        "<ul><li>a</li></ul>",
        "<table><tbody><tr><td>a</td></tr></tbody></table>",
        '<img src="cid:image001@acme" alt="x">',
        '<img src="data:image/png;base64,iVBORw0KGgo=" alt="x">',
        '<span style="color:red">x</span>',
        "<blockquote>x</blockquote>",
    ],
)
def test_harmless_markup_stays(html: str):
    """Form, lists, tables, quotes, and pictures that came with the mail."""
    assert sanitise(html) == html


def test_link_is_shown_without_telling_where_from():
    """The desk's pages do not tell the target of a link who reads."""
    shown = sanitise('<a href="https://acme.example/?a=1&amp;b=2" onclick="x">here</a>')

    assert shown == '<a href="https://acme.example/?a=1&amp;b=2" rel="noopener noreferrer">here</a>'


PIECES = st.sampled_from(
    (
        *("<b>", "</b>", "<p>", "</p>", "<td>", "</td>", "<table>", "</table>", "<tr>", "<ul>", "<li>", "</ul>"),
        *("<a href='https://x.example'>", "</a>", "<blockquote>", "</blockquote>", "<pre>", "</pre>", "<br>"),
        *("<!--", "-->", "word", " ", "&lt;", "<div hidden>", "</div>"),
    )
)


@given(st.lists(PIECES, max_size=40))
def test_any_order_of_tags_is_read(pieces: list[str]):
    """Words outside of comments and hidden parts are never lost, however tags are nested."""
    html = "".join(pieces)

    text = text_of(html)

    if "<!--" not in pieces and "<div hidden>" not in pieces:
        assert text.count("word") == pieces.count("word")
    sanitise(html)


@given(st.text(alphabet="<>/!-abp=\"' &;#\n", max_size=200))
def test_any_characters_are_read(html: str):
    """No markup raises."""
    html_to_text(html)
    sanitise(html)
