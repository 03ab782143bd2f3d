"""Templates: found by language and override, strict, and the desk's lines told from everybody else's."""

import pytest

from maild.composing.notices import Due
from maild.composing.sheets import SheetError, Sheets

NAME = "acknowledged-minimal"
VALUES = {
    "number": 1042,
    "queue_name": "Acme",
    "subject": "x",
    "tag": "[#1042]",
    "language": "en",
    "is_internal": False,
}
BARE = {"tag": "[#1042]", "subject": "x", "queue_name": "Acme", "desk_name": "Acme"}


def printed(overrides, language="en", locale="en", **values):
    return Sheets(overrides, locale).render(NAME, language, {**VALUES, **values}, BARE)


def found_at(overrides, queue="", category=None, language="en"):
    """Print by folder: which override a mail of a queue and category is written with."""
    sheets = Sheets({name: sheet(f"from {name}") for name in overrides}, "en")
    return (
        sheets.render(NAME, language, VALUES, BARE, queue=queue, category=category).text.removeprefix("from ").strip()
    )


def sheet(words):
    return f"Subject: s\n\n{words}\n"


def test_an_override_comes_before_ours():
    """The administrator's text is sent, and our HTML does not say something else beside it."""
    mail = printed({f"{NAME}.txt": sheet("Got it: {{ number }}")})

    assert mail.text == "Got it: 1042\n"
    assert "Got it: 1042" in mail.html
    assert "somebody used your address" not in mail.html


def test_html_alone_may_be_overridden():
    """Our text beside the administrator's HTML."""
    mail = printed({f"{NAME}.html": "<p>{{ number }}</p>"})

    assert mail.html == "<p>1042</p>"
    assert "we have received your message" in mail.text


@pytest.mark.parametrize(
    ("names", "language", "locale", "expected"),
    [
        (["de"], "de", "en", "de"),
        (["de"], "de-AT", "en", "de"),
        (["de"], "fr", "de_DE.UTF-8", "de"),
        ([""], "en", "en_GB", ""),
        (["", "en"], "en", "en", "en"),
        (["", "de"], "de", "en", "de"),
    ],
)
def test_language_is_found_first_then_the_desks_then_english(names, language, locale, expected):
    """A sheet of the mail's language is used; one without a language is in the desk's own."""
    overrides = {f"{name}/{NAME}.txt" if name else f"{NAME}.txt": sheet(f"in '{name}'") for name in names}

    assert printed(overrides, language, locale).text == f"in '{expected}'\n"


def test_a_plain_override_is_not_used_for_another_language():
    """Customers of a language that has a sheet of its own get that, not the desk's."""
    overrides = {f"{NAME}.txt": sheet("plain"), f"de/{NAME}.txt": sheet("deutsch")}

    assert printed(overrides, "de").text == "deutsch\n"


def test_a_sheet_may_include_a_sheet_of_its_language():
    """What is included is looked for where the including sheet is from."""
    overrides = {f"de/{NAME}.txt": sheet('{% include "careful.txt" %}'), "de/careful.txt": "Vorsicht\n"}

    assert printed(overrides, "de").text == "Vorsicht\n"


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("no subject\n\nwords", 1, "Subject"),
        ("Subject: x\nwords", 1, "Subject"),
        ("Subject: x\n\none\ntwo {{ nobody }}", 4, "nobody"),
        ("Subject: {{ nobody }}\n\nwords", 1, "nobody"),
        ("Subject: x\n\none {% if %}", 3, "xpected"),
        ("Subject: x\n\none\n\n{{ number + 'a' }}", 5, "unsupported"),
        ("Subject: x\n\n{{ 1 / 0 }}", 3, "division"),
        ("Subject: x\n\n{{ ''.__class__.__mro__ }}", 3, "unsafe"),
        ("Subject: x\n\n{{ ''.__doc__ }}", 3, "unsafe"),
        ("Subject: x\n\n{{ tag.format.__globals__ }}", 3, "unsafe"),
        ('Subject: x\n\n{% include "nothing.txt" %}', 3, "nothing.txt"),
        ("Subject: x\n\n{{ subject | nofilter }}", 3, "nofilter"),
    ],
)
def test_a_wrong_template_is_named_with_its_line(text, line, word):
    """Undefined names, bad syntax, errors of an expression and reaching into Python: file, line and reason."""
    with pytest.raises(SheetError) as caught:
        printed({f"{NAME}.txt": text})

    assert (caught.value.name, caught.value.line) == (f"{NAME}.txt", line)
    assert word in caught.value.what


def test_unknown_names_are_reported_with_the_nearest():
    """A misspelt template would never be used; it is named with what was meant."""
    names = ["acknowleged.txt", "de/reply.txt", "draft.html", "qqqq.txt", "queues/biling/reply.txt"]
    names += ["vip.txt", "queues/billing/de/reply.txt", "categories/network/vpn/reply.txt", "categories/vpn/reply.txt"]
    sheets = Sheets(dict.fromkeys(names, ""), "en")

    assert dict(sheets.strange_names(["support", "billing"], ["network", "network/vpn"], ["vip"])) == {
        "acknowleged.txt": "unknown template. Did you mean 'acknowledged.txt'?",
        "qqqq.txt": "unknown template",
        "queues/biling/reply.txt": "unknown queue 'biling'. Did you mean 'billing'?",
        "categories/vpn/reply.txt": "unknown category 'vpn'",
    }


@pytest.mark.parametrize(
    ("names", "where", "expected"),
    [
        (["queues/billing/{}", "{}"], {"queue": "billing"}, "queues/billing/{}"),
        (["queues/billing/{}", "{}"], {"queue": "support"}, "{}"),
        (["queues/billing/en/{}", "queues/billing/{}"], {"queue": "billing"}, "queues/billing/en/{}"),
        (
            ["categories/network/{}", "queues/billing/{}"],
            {"queue": "billing", "category": "network/vpn"},
            "categories/network/{}",
        ),
        (
            ["categories/network/vpn/{}", "categories/network/{}"],
            {"category": "network/vpn"},
            "categories/network/vpn/{}",
        ),
        (["categories/network/{}", "de/{}"], {"category": "network", "language": "de"}, "de/{}"),
        (["categories/network/de/{}", "de/{}"], {"category": "network", "language": "de"}, "categories/network/de/{}"),
    ],
)
def test_the_narrowest_folder_wins_within_a_language(names, where, expected):
    """A category's words come before its parent's, these before a queue's, and all of them after the language."""
    file = f"{NAME}.txt"

    assert found_at([name.format(file) for name in names], **where) == expected.format(file)


def test_what_a_narrow_sheet_includes_is_found_beside_it():
    """A queue may have a signature of its own under the shipped words."""
    sheets = Sheets({"queues/billing/signature.txt": "Billing\n", "signature.txt": "Everybody\n"}, "en")
    values = {**VALUES, "words": "Hello", "by": None, "words_html": "", "due": Due()}

    assert sheets.render("reply", "en", values, BARE, queue="billing").text == "Hello\n\nBilling\n"
    assert sheets.render("reply", "en", values, BARE, queue="support").text == "Hello\n\nEverybody\n"


def test_buttons_are_in_the_html_alone_and_ours():
    """A button is no line of the text; quoted by a client, alone or beside others, it is a line of the desk."""
    words = sheet("one\n\n{{ 'Take it over' | button('mailto:a@b.example?subject=x') }}\n\ntwo")
    mail = printed({f"{NAME}.txt": words})

    assert mail.text == "one\n\ntwo\n"
    assert '<a href="mailto:a@b.example?subject=x"' in mail.html
    assert mail.ours == "one\ntwo\nTake it over\nTake it over\nsubject=x"


def test_a_mail_to_colleagues_may_be_one_line():
    """The first line is what an answer means, and nothing need follow it."""
    sheets = Sheets({f"{NAME}.txt": sheet("only this")}, "en")

    assert "only this" in sheets.render(NAME, "en", VALUES, BARE, is_internal=True).html


def test_facts_stand_on_one_line_and_only_where_known():
    """Unknown ones leave no trace, and a value cannot pass for two."""
    words = sheet("one\n{{ [('A', 'x · B: y'), ('C', none), ('D', 4)] | facts }}\n{{ [('E', '')] | facts }}\ntwo")
    mail = printed({f"{NAME}.txt": words})

    assert mail.text == "one\nA: x - B: y · D: 4\ntwo\n"
    assert mail.html.count('<span class="small"') == 2


def test_lines_of_the_desk_are_told_from_shown_words():
    """`ours` is what the desk wrote, `quoted` what it showed; together they are the whole text."""
    mail = printed({f"{NAME}.txt": sheet("ours one\n\n{{ subject | quote }}\n\nours two")}, subject="theirs\n\n> older")

    assert mail.text == "ours one\n\n> theirs\n>\n> > older\n\nours two\n"
    assert mail.ours == "ours one\nours two"
    assert mail.quoted == "theirs\n\n> older"


def test_words_cannot_be_templates():
    """Template syntax in a value appears as it is, in text and in HTML."""
    mail = printed({f"{NAME}.txt": sheet("{{ subject | quote }}")}, subject="{{7*7}} {% raw %} {0.__class__} %(x)s")

    assert mail.quoted == "{{7*7}} {% raw %} {0.__class__} %(x)s"
    assert "{{7*7}} {% raw %} {0.__class__} %(x)s" in mail.html


def test_html_made_of_lines_escapes_all_of_them():
    """Shown words and the desk's own lines are text in HTML, never tags."""
    mail = printed(
        {f"{NAME}.txt": sheet("<b>{{ subject }}</b>\n\n{{ subject | quote }}")}, subject="<script>x</script>"
    )

    assert "<script>" not in mail.html
    assert "<b>" not in mail.html
    assert mail.html.count("&lt;script&gt;") >= 2
