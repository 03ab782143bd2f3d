"""Whose fault a reader's death is."""

import os
import pickle
from dataclasses import replace
from io import BytesIO

import pytest

from maild.errors import ReaderLostError
from maild.parsing import ReadingLimits, parse
from maild.reading.batch import Batch
from maild.reading.wire import HARMLESS, Allowance, pack_message, unpack_message

MAILS = [b"Subject: %d\r\n\r\n" % number for number in range(5)]
MESSAGE = parse(HARMLESS)


def read_alone_and_die(batch: Batch) -> int:
    (number,) = batch.next_alone()
    batch.reader_died([number], was_alone=True, reason="fell over")
    return number


def a_batch_to_be_read_alone(mails: list[bytes]) -> Batch:
    batch = Batch(mails)
    batch.reader_died(list(batch.next_for([])), was_alone=False, reason="fell over")
    return batch


def test_no_mail_is_blamed_for_dying_in_company():
    """Which of several mails it was is a guess; each is read again alone."""
    batch = a_batch_to_be_read_alone(MAILS)

    assert not batch.is_done
    assert [list(batch.next_alone()) for _ in MAILS] == [[0], [1], [2], [3], [4]]


def test_answers_that_came_before_the_death_stand():
    """Only what the dead reader still held is read again."""
    batch = Batch(MAILS)
    batch.next_for([])
    batch.answered(0, MESSAGE)
    batch.reader_died([1, 2, 3, 4], was_alone=False, reason="fell over")

    assert list(batch.next_alone()) == [1]


def test_the_mail_alone_in_hand_is_blamed_with_the_reason():
    """The reason goes on from "could not be read:"."""
    batch = a_batch_to_be_read_alone(MAILS[:1])

    read_alone_and_die(batch)
    (harmless,) = batch.next_alone()
    batch.answered(harmless, MESSAGE)

    assert batch.is_done
    assert batch.results() == ["the reader fell over"]


def test_each_death_alone_calls_for_the_harmless_mail():
    """While it is in hand, no other mail goes out, and no mail is blamed yet."""
    batch = a_batch_to_be_read_alone(MAILS)
    read_alone_and_die(batch)

    assert list(batch.next_alone().values()) == [HARMLESS]
    assert batch.next_alone() == {}
    assert batch.next_for([]) == {}


def test_if_the_harmless_mail_dies_too_it_is_the_machine():
    """Nothing is blamed, not even where one mail alone waits: the call has no results."""
    batch = a_batch_to_be_read_alone(MAILS[:1])
    read_alone_and_die(batch)
    (harmless,) = batch.next_alone()

    with pytest.raises(ReaderLostError, match="fell over"):
        batch.reader_died([harmless], was_alone=True, reason="fell over")


def test_if_the_harmless_mail_is_read_the_mail_was_a_bomb():
    """Its reason stands, and the others go on."""
    batch = a_batch_to_be_read_alone(MAILS)
    read_alone_and_die(batch)
    (harmless,) = batch.next_alone()
    batch.answered(harmless, MESSAGE)

    assert list(batch.next_alone()) == [1]


def test_bombs_that_die_while_the_machine_is_proved_are_proved_once():
    """Two readers died alone at once: one harmless mail speaks for both."""
    batch = a_batch_to_be_read_alone(MAILS[:2])
    first, second = list(batch.next_alone()), list(batch.next_alone())
    batch.reader_died(first, was_alone=True, reason="fell over")
    (harmless,) = batch.next_alone()
    batch.reader_died(second, was_alone=True, reason="fell over")
    batch.answered(harmless, MESSAGE)

    assert batch.is_done


def test_a_reader_holds_two_groups_at_most():
    """It never waits, and little is read again when it dies."""
    batch = Batch(MAILS * 10)
    first = batch.next_for([])
    second = batch.next_for(list(first))

    assert len(first) == len(second) == 8
    assert batch.next_for([*first, *second]) == {}


def test_a_message_survives_the_pipe():
    """Every value of it, instants and flags too."""
    message = replace(parse(HARMLESS + bytes(100)), flags=("x",))

    assert unpack_message(BytesIO(pack_message(message))) == message


@pytest.mark.parametrize(
    "hostile",
    [
        os.system,
        "cos\nsystem\n(S'true'\ntR.",
        "cmaild.parsing.bodies\nre.sys.exit\n(tR.",
        "cbuiltins\neval\n(S'1'\ntR.",
    ],
)
def test_a_reader_that_was_taken_over_cannot_make_its_parent_call_things(hostile):
    """Its answers may hold our own values only."""
    payload = hostile.encode() if isinstance(hostile, str) else pickle.dumps(hostile)

    with pytest.raises(pickle.UnpicklingError):
        unpack_message(BytesIO(payload))


def test_the_ordinary_allowance():
    """Two seconds of CPU; 96 MB and ten times the largest mail."""
    allowance = Allowance.ordinary(ReadingLimits(size=25 * 1024 * 1024))

    assert (allowance.cpu, allowance.memory) == (2.0, (96 + 250) * 1024 * 1024)
