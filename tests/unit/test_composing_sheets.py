"""Templates: found by language and override, strict, and the desk's lines told from everybody else's."""

import pytest

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
    sheets = Sheets({"acknowleged.txt": "", "de/reply.txt": "", "draft.html": "", "qqqq.txt": ""}, "en")

    assert sheets.strange_names() == {"acknowleged.txt": "acknowledged.txt", "qqqq.txt": None}


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
