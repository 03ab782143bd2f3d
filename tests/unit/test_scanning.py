"""The quick scanner against the close one: where it says anything, it says the same."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.config import shipped_files
from maild.documents import Document, parse_document, scanning
from maild.documents.loading import _forbidden, _read_closely, _read_quickly

MUTANTS = 500
LETTERS = "ab:-?,[]{}#&*!|>'\"%@`\\ \n\r0~é.\U0001f600"
PIECES = (
    ": ",
    "- ",
    "\n",
    "\n  ",
    "? ",
    " #",
    "''",
    '""',
    ", ",
    "|\n",
    ">-\n",
    "---\n",
    "...\n",
    "\r\n",
    "\n\n",
    "a:b",
)
BLOCKS = """\
rules:
  r:
    then:
      note: |
        First line
          second, # no comment

      resolve: >-
        folded
        words
    when:
    - plain words
      on two lines
    - "quoted \\
      on two"
    - 'it''s'
    - {a: [b, "c"], "d": 'e'}
"""
TEXTS = (BLOCKS, *(text for name, text in shipped_files().items() if name.endswith(".yaml")))


def assert_alike(text: str) -> bool:
    """Whether the quick one said anything."""
    if _forbidden("f.yaml", text) is not None:
        return False
    quick = _read_quickly("f.yaml", text)
    if quick is None:
        return False
    closely, problems = _read_closely("f.yaml", text)
    assert closely is not None
    assert not problems
    assert seen(quick) == seen(closely), text
    return True


def seen(document: Document) -> object:
    """All of it; 1 and true are two things."""
    return repr(document.value), document.keys, document.values


def mutant(chosen: random.Random) -> str:
    """Some lines of a file, with some letters wrong."""
    lines = chosen.choice(TEXTS).splitlines()
    start = chosen.randrange(len(lines))
    some = lines[start : start + chosen.randrange(1, 25)]
    indent = min((len(line) - len(line.lstrip()) for line in some if line.strip()), default=0)
    text = "\n".join(line[indent:] for line in some) + "\n"
    for _ in range(chosen.randrange(5)):
        at, length = chosen.randrange(len(text) + 1), chosen.choice((0, 0, 1, 3))
        put = chosen.choice((chosen.choice(LETTERS), chosen.choice(PIECES), ""))
        text = text[:at] + put + text[at + length :]
    return text


def test_mutilated_files_are_read_as_ever():
    """Most are refused by either; of those that are read, value and places are the same."""
    chosen = random.Random(11)
    assert sum(assert_alike(mutant(chosen)) for _ in range(MUTANTS)) > MUTANTS / 10


@given(st.lists(st.sampled_from((*LETTERS, *PIECES, "a: ", "\n- ", "x")), max_size=12).map("".join))
def test_any_text_is_read_as_ever(text: str):
    """Behind a key, so that it is a mapping."""
    assert_alike(f"k: {text}")


@pytest.mark.parametrize("text", TEXTS, ids=[text[:20] for text in TEXTS])
def test_what_is_shipped_is_read_quickly(text: str):
    """Or it would all be for nothing."""
    assert assert_alike(text)


def test_without_libyaml_all_is_read_closely(monkeypatch: pytest.MonkeyPatch):
    """It only takes longer."""
    monkeypatch.setattr(scanning, "_QUICK", None)
    assert _read_quickly("f.yaml", BLOCKS) is None
    assert parse_document("f.yaml", BLOCKS).names(()) == ("rules",)


@pytest.mark.parametrize(
    "text",
    [
        "a:\n",  # its nothing has another place
        "a: x\ty\n",
        "a: b\n\ufeff",
        'a: ["b":c]\n',
        'a: ["b" :c]\n',
        "a: >#b\n c\n",
        "a: |\n \n  b\n",
        "a: b\rc: d\n",
        "? a\n: b\n",
        "--- {a: b}\n",
        "|\n...\n",
        "a: &x b\n",
        "a: {b: c, b: d}\n",
        "a: [",
    ],
)
def test_what_they_differ_on_is_looked_at_closely(text: str):
    """As is all in which anything is wrong."""
    assert _read_quickly("f.yaml", text) is None
