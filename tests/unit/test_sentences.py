"""What the desk says to colleagues, in their language."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import maild.desk
from maild.composing.sentences import WORDINGS, worded
from maild.model.saying import kept, read_kept, say


def said() -> Iterator[str]:
    """Every wording that deciding says."""
    for file in Path(maild.desk.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                yield ast.literal_eval(node.args[0])


def places(wording: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(wording) if name is not None}


def test_every_sentence_has_its_german():
    """None lacks it, none is left over, and each names what the English one names."""
    german = WORDINGS["de"]
    assert set(said()) == set(german)
    assert {each: places(german[each]) for each in german} == {each: places(each) for each in german}


def test_no_refusal_is_written_in_english_alone():
    """Whatever a command refuses is said, so that its reader's language is known where the mail is written."""
    calls = [
        node
        for file in Path(maild.desk.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "refuse"
    ]

    assert calls
    assert not [ast.unparse(each) for each in calls if isinstance(each.args[0], ast.Constant | ast.JoinedStr)]


def test_a_sentence_is_worded_in_its_readers_language():
    """What it names stands as it is, a sentence within it in the same language; a stranger's braces are text."""
    why = say("your mail also went to {addresses}", addresses="{name} {0.__class__}\r\nx@y.example")
    whole = say("It was filed as a note and not sent to the customer: {why}.", why=why)

    assert whole == f"It was filed as a note and not sent to the customer: {why}."
    german = "Sie wurde als Notiz abgelegt und ging nicht an den Kunden: Ihre Mail ging auch an {name} {0.__class__}"
    assert worded(whole, "de").startswith(german)
    assert "\n" not in worded(whole, "de") and "\n" not in worded(whole, "fr")
    assert worded(whole, "fr").startswith("It was filed as a note")
    assert worded("as {it} is", "de") == "as {it} is"


def test_a_sentence_is_kept_as_what_it_is_made_of():
    """Words that wait for their author are explained in their language on the day that they are reminded of them."""
    whole = say("It was filed as a note and not sent to the customer: {why}.", why=say("your mail is a forward"))
    again = read_kept(json.loads(json.dumps(kept(whole))))

    assert again == whole
    assert worded(again, "de") == worded(whole, "de") != whole
    assert read_kept(kept("as it is")) == "as it is"
