"""Outlook's name of a thread: taken only where it surely is one."""

from base64 import b64encode

import pytest

from maild.desk.conversing import find_conversation
from maild.model.mail import Conversation

FIRST = b64encode(b"\x01" + bytes(21)).decode()
THIRD = b64encode(b"\x01" + bytes(31)).decode()


@pytest.mark.parametrize("index", [FIRST, THIRD])
def test_an_index_of_whole_steps_names_a_conversation(index):
    """Twenty-two octets, and five for each answer; folded or in any case of the field's name."""
    folded = f"{index[:20]} {index[20:]}"

    assert find_conversation([("Subject", "x"), ("thread-index", folded), ("THREAD-TOPIC", "Printer [2]")]) == (
        Conversation(index, "Printer [2]")
    )
    assert find_conversation([("Thread-Index", index)]) == Conversation(index, "")


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("Thread-Topic", "Printer")],
        [("Thread-Index", FIRST), ("Thread-Index", FIRST)],
        [("Thread-Index", FIRST), ("Thread-Topic", "a"), ("Thread-Topic", "b")],
        [("Thread-Index", FIRST[:-4])],
        [("Thread-Index", b64encode(bytes(24)).decode())],
        [("Thread-Index", f"{FIRST}!")],
        [("Thread-Index", "ä" * 32)],
        [("Thread-Index", b64encode(bytes(22 + 5 * 200)).decode())],
        [("Thread-Index", FIRST), ("Thread-Topic", "x" * 256)],
    ],
)
def test_anything_else_names_nothing(fields):
    """Missing, doubled, cut, odd, overlong: nothing of it is given back."""
    assert find_conversation(fields) is None
