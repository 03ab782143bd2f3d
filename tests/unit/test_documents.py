"""YAML text → values that know their place, and every problem at once."""

from collections.abc import Mapping
from contextlib import suppress
from typing import ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.documents import (
    Document,
    Place,
    ScalarError,
    Section,
    check_document,
    did_you_mean,
    format_duration,
    parse_document,
    parse_duration,
    parse_override,
    parse_size,
)
from maild.errors import ConfigurationError

EVERY_SLIP = """\
boxes:
  a: {hosst: x, port: "5", tls: implict, password: x}
  b: {host: 5}
tags: x
"""


class Box(Section):
    refused: ClassVar[Mapping[str, str]] = {"password": "never here"}
    host: str
    port: int = 3
    tls: Literal["implicit", "starttls"] = "implicit"


class Root(Section):
    boxes: dict[str, Box]
    tags: tuple[str, ...] = ()


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse_document("f.yaml", text)
    return [str(problem) for problem in caught.value.problems]


def value_of(text: str) -> object:
    return parse_document("f.yaml", text).value


def test_values_are_those_of_the_core_schema():
    """What YAML 1.1 took for booleans, dates, octals and sexagesimals is text."""
    text = "a: yes\nb: 10:30\nc: 2026-11-30\nd: 1_000\ne: 0x10\nf: off\ng: 007\nh: 1.5\ni: ~\nj:\nk: 'null'\nl: TRUE\n"
    assert value_of(text) == {
        "a": "yes", "b": "10:30", "c": "2026-11-30", "d": "1_000", "e": "0x10", "f": "off", "g": 7, "h": 1.5,
        "i": None, "j": None, "k": "null", "l": True,
    }  # fmt: skip


def test_numbers_of_unbounded_length_stay_text():
    """A number is never so long that reading it costs something."""
    assert value_of("a: " + "9" * 10_000) == {"a": "9" * 10_000}


def test_lists_are_tuples_and_blocks_keep_their_lines():
    """A document is made of plain values that cannot be changed by accident."""
    assert value_of("a: [1, [2]]\nb: |\n  x\n   y\n") == {"a": (1, (2,)), "b": "x\n y\n"}


def test_every_value_knows_where_it_stands():
    """Keys and values each have their own place, counted from 1."""
    document = parse_document("f.yaml", "# a comment\na:\n  bé: [x, y]\n")
    assert document.place(("a", "bé", 1)) == Place("f.yaml", 3, 11)
    assert document.place_of_key(("a", "bé")) == Place("f.yaml", 3, 3)
    assert str(document.place(("a", "bé"))) == "f.yaml:3:7"


def test_what_is_not_written_is_placed_where_it_belongs():
    """The place of a missing key is that of the nearest thing above it."""
    document = parse_document("f.yaml", "a:\n  b: 1\n")
    assert document.place(("a", "c", "d")) == Place("f.yaml", 1, 1)
    assert Document("f.yaml", None, {}, {}).place(("x",)) == Place("f.yaml", 1, 1)


def test_an_empty_file_is_nothing():
    """An empty file is a document with no value; so is one of comments alone."""
    assert value_of("") is None
    assert value_of("# nothing yet\n") is None


def test_a_key_written_twice_is_told_with_both_places():
    """The second of two equal keys never wins silently."""
    assert problems_of("a:\n  x: 1\n  y: 2\n  x: {z: 3}\n") == [
        "f.yaml:4:3: a.x: written a second time; the first is at f.yaml:2:3. Keep one of them"
    ]


def test_all_cleverness_is_told_at_once():
    """Anchors, aliases, tags and keys that are no words mean more than they show, and are all refused."""
    assert problems_of("a: &x 1\nb: *x\nc: !!python/object:os.system x\nd: !!str 5\n<<: {e: 1}\n? [f]\n: 2\n") == [
        "f.yaml:1:4: a: '&x' names a value for use elsewhere: leave it out",
        "f.yaml:2:4: b: '*x' stands for something written elsewhere: write it out",
        "f.yaml:3:4: c: a tag ('!…') has no meaning here: leave it out; quotes make any value text",
        "f.yaml:4:4: d: a tag ('!…') has no meaning here: leave it out; quotes make any value text",
        "f.yaml:6:3: the file: a key must be a plain word",
    ]


def test_a_bomb_of_aliases_is_refused_and_never_unfolded():
    """Nine levels of nine aliases each would be a billion values."""
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    assert len(problems_of("\n".join(lines))) == 50


def test_deep_nesting_is_refused():
    """A thousand brackets end in a problem, not in the interpreter's stack."""
    (problem,) = problems_of("[" * 1000)
    assert problem.endswith("nested more than 30 levels deep")


def test_control_characters_are_refused_raw_and_escaped():
    """An escape in double quotes is told with the remedy; what no editor shows, with its code point."""
    assert problems_of('a: "\\bvpn\\b"\n') == [
        r"f.yaml:1:4: a: holds a control character (\b): use single quotes, where \ is a \ ".rstrip()
    ]
    assert problems_of("a: 1\nb: x\x07\n") == ["f.yaml:2:5: the file: holds a control character (U+0007): remove it"]
    assert problems_of('a: "x\\u2028"\n')[0].startswith("f.yaml:1:4: a: holds a control character (U+2028)")


def test_single_quotes_keep_a_pattern_as_it_is():
    """The remedy for escapes is one."""
    assert value_of(r"a: '\bvpn\b'") == {"a": r"\bvpn\b"}


def test_several_documents_in_one_file_are_refused():
    """Nothing behind a second `---` is read by nobody in silence."""
    assert problems_of("a: 1\n---\nb: 2\n") == [
        "f.yaml:2:1: the file: a second document begins here ('---'): one file is one document"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n\tb: 1\n", "f.yaml:2:1: the file: a character that nothing begins with: indent by spaces, not tabs"),
        ("a: @x\n", "f.yaml:1:4: the file: a character that nothing begins with"),
        ("a: b: c\n", "f.yaml:1:5: the file: a ':' where none can stand"),
        ("a: 'x\nb: 1\n", "f.yaml:1:4: the file: a quote that is opened here is never closed"),
        ("a: [1, 2\nb: 3\n", "f.yaml:2:2: the file: a ',' or a closing bracket is missing"),
    ],
)
def test_slips_of_syntax_are_told_with_their_remedy(text: str, expected: str):
    """The commonest mistakes do not need a knowledge of YAML's grammar."""
    (problem,) = problems_of(text)
    assert problem.startswith(expected)


@given(st.text(alphabet=st.sampled_from("ab:-?,[]{}#&*!|>'\"%@`\\ \n\t\r0~\u0085\ufeff\x07é"), max_size=60))
def test_no_text_raises_anything_else(text: str):
    """Whatever stands in a file, it is a document or a list of problems."""
    with suppress(ConfigurationError):
        assert parse_document("f.yaml", text).file == "f.yaml"


def test_a_model_tells_every_problem_with_its_place():
    """One pass finds all: unknown and missing keys, wrong kinds, words that nobody knows."""
    model, problems = check_document(parse_document("f.yaml", EVERY_SLIP), Root)
    assert model is None
    assert [str(problem) for problem in problems] == [
        "f.yaml:2:3: boxes.a: 'host' is missing: write it",
        "f.yaml:2:7: boxes.a: unknown key 'hosst'. Did you mean 'host'?",
        "f.yaml:2:23: boxes.a.port: a whole number is expected, not '5'",
        "f.yaml:2:33: boxes.a.tls: 'implict' is none of implicit, starttls. Did you mean 'implicit'?",
        "f.yaml:2:42: boxes.a: 'password': never here",
        "f.yaml:3:13: boxes.b.host: text is expected, not '5': put it in quotes",
        "f.yaml:4:7: tags: a list is expected, like [one, two], not 'x'",
    ]


def test_a_value_that_is_shown_is_never_long():
    """A whole file pasted into one setting does not fill the screen."""
    _, (problem,) = check_document(parse_document("f.yaml", f"boxes: {'x' * 9999}"), Root)
    assert len(str(problem)) < 200


def test_a_sound_document_becomes_its_model():
    """Values pass through unchanged, defaults fill in."""
    model, problems = check_document(parse_document("f.yaml", "boxes: {a: {host: h}}\ntags: [x]"), Root)
    assert problems == ()
    assert model == Root(boxes={"a": Box(host="h")}, tags=("x",))


def test_a_part_of_a_document_is_checked_in_its_place():
    """One entry can be checked by itself; its problems are named from the top."""
    document = parse_document("f.yaml", "all:\n  a: {host: h, prot: 1}\n")
    _, (problem,) = check_document(document, Box, ("all", "a"))
    assert str(problem) == "f.yaml:2:16: all.a: unknown key 'prot'. Did you mean 'port'?"


def test_a_replaced_value_is_blamed_on_its_origin():
    """A problem with a value from elsewhere names that place, and not what the file says."""
    document = parse_document("f.yaml", "boxes: {a: {host: h, port: 1}}").replaced(
        ("boxes", "a", "port"), "x", Place("THERE", 1, 1)
    )
    _, (problem,) = check_document(document, Root)
    assert str(problem) == "THERE:1:1: boxes.a.port: a whole number is expected, not 'x'"


def test_values_of_the_environment_are_plain_unless_bracketed():
    """A colon in a name is no mapping; brackets make lists and mappings."""
    assert parse_override("V", "Acme: Support") == "Acme: Support"
    assert parse_override("V", " 7 ") == 7
    assert parse_override("V", "[a, 'b c']") == ("a", "b c")
    assert parse_override("V", "{move: Done}") == {"move": "Done"}
    with pytest.raises(ConfigurationError):
        parse_override("V", "a\x00b")


def test_the_nearest_word_is_asked_after_and_else_all_are_listed():
    """A mistyped word is met with a question, a strange one with the list."""
    assert did_you_mean("que", ("queue", "team")) == ". Did you mean 'queue'?"
    assert did_you_mean("first_line", ("first-line",)) == ". Did you mean 'first-line'?"
    assert did_you_mean("zebra", ("queue", "team")) == "; known here: queue, team"
    assert did_you_mean("zebra", ()) == ""


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("4h", 14400), ("1d2h", 93600), ("0s", 0)])
def test_durations_are_read_with_their_units(text: str, seconds: int):
    """Units go from large to small."""
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "60", "1.5h", "2h1d", "-5m", "5 m", "1w", "٣s", "99999999999s"])
def test_what_is_no_duration_is_refused(text: str):
    """A number without a unit, a fraction or a sign could mean several things."""
    with pytest.raises(ScalarError, match="write it like 90s"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=10**8 - 1))
def test_durations_read_back_as_they_are_written(seconds: int):
    """Writing and reading a duration are each other's inverse."""
    duration = parse_duration(f"{seconds}s")
    assert parse_duration(format_duration(duration)) == duration


def test_sizes_count_as_mail_servers_do():
    """A MB is 1024 times 1024 bytes."""
    assert parse_size("25MB") == 25 * 1024 * 1024
    assert parse_size("0B") == 0
    for text in ("25", "25 MB", "25mb", "1.5MB", "25MiB"):
        with pytest.raises(ScalarError):
            parse_size(text)
