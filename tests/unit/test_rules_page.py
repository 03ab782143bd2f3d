"""docs/rules.md: what its files say in the end is sound, and it is a page of twenty minutes."""

import re

from maild.rules.language.operators import FieldOperators, TextOperators
from maild.rules.language.then import Then
from maild.rules.language.when import When
from tests.rules_page import PAGE, Typed, Written, is_shown, steps
from tests.unit.rules_values import MAIN, rules_of
from tests.unit.test_rules_schema import complaints

MOST_WORDS = 4800  # twenty minutes at 240 words a minute, examples and tables among them


def test_its_files_are_sound_and_undoubted():
    """Each as it was written last, for an editor too; the page shows mistakes and doubts, and mends all of them."""
    files = {step.name: step.text for step in steps() if isinstance(step, Written) and step.name.endswith(".yaml")}
    rules = rules_of(*(files[name] for name in sorted(files)), main=MAIN)

    assert len(files) > 5
    assert rules.warnings == ()
    assert [complaints(text) for text in files.values()] == [[]] * len(files)


def test_it_names_all_that_can_be_asked_and_wanted():
    """Every key of `when` and `then` that has an effect, and every operator."""
    page = PAGE.read_text(encoding="utf-8")
    words = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`", page))))
    keys = {
        field.alias or name
        for section in (When, Then, TextOperators, FieldOperators)
        for name, field in section.model_fields.items()
        if name not in section.refused
    }

    assert keys - words == set()


def test_it_is_read_in_twenty_minutes():
    """Or nobody reads it."""
    assert len(PAGE.read_text(encoding="utf-8").split()) <= MOST_WORDS


def test_commands_are_told_from_what_they_print():
    """Every block begins with a command, and shows something."""
    typed = [step for step in steps() if isinstance(step, Typed)]

    assert len(typed) > 8
    assert all(step.words and any(step.shown) for step in typed)


def test_an_ellipsis_is_what_is_left_out_and_nothing_else():
    """Within a line and for lines; every other letter counts."""
    assert is_shown(("a … c", "…", "z"), "a b c\n\nx\ny\nz\n")
    assert is_shown(("…", "z"), "z\n")
    assert not is_shown(("a", "z"), "a\nb\nz\n")
    assert not is_shown(("a.c",), "abc\n")
