"""The mails of one call to the readers, and whose fault a reader's death is. Pure: no process is touched here."""

from collections import deque
from collections.abc import Sequence
from enum import Enum, auto

from maild.errors import ReaderLostError
from maild.model.mail import Message
from maild.reading.wire import HARMLESS

_HARMLESS_NUMBER = -1
_GROUP = 8  # mails given to a reader at once: enough to be worth a wake-up, few enough to read again one by one
_GROUP_BYTES = 1024 * 1024


class _Proof(Enum):
    """How far the harmless mail is that tells a broken machine from a bomb."""

    NOT_NEEDED = auto()
    WANTED = auto()
    RUNNING = auto()


class Batch:
    """The mails of one call: which go out next, and what became of the others. Numbers count from 0.

    While the machine is being proved, nothing but the harmless mail goes out. Each death of a mail alone in hand calls
    for a proof: where one mail waits, there is no second one to tell a bomb from a machine.
    """

    def __init__(self, raws: Sequence[bytes]) -> None:
        self._raws = raws
        self._waiting = deque(range(len(raws)))
        self._alone: deque[int] = deque()
        self._results: dict[int, Message | str] = {}
        self._proof = _Proof.NOT_NEEDED

    @property
    def is_done(self) -> bool:
        return len(self._results) == len(self._raws) and self._proof is _Proof.NOT_NEEDED

    def results(self) -> list[Message | str]:
        """Give a message or the reason why there is none for every mail, in order."""
        return [self._results[number] for number in range(len(self._raws))]

    def next_for(self, in_hand: Sequence[int]) -> dict[int, bytes]:
        """Give a group of mails to a reader that holds so few that it would soon be idle."""
        group: dict[int, bytes] = {}
        load = 0
        if self._proof is _Proof.NOT_NEEDED and len(in_hand) <= _GROUP:
            while self._waiting and len(group) < _GROUP and load < _GROUP_BYTES:
                number = self._waiting.popleft()
                group[number] = self._raws[number]
                load += len(self._raws[number])
        return group

    def next_alone(self) -> dict[int, bytes]:
        """Give the one mail, if any, that an idle reader shall read with nothing else in hand; such come last."""
        if self._proof is _Proof.WANTED:
            self._proof = _Proof.RUNNING
            return {_HARMLESS_NUMBER: HARMLESS}
        if self._waiting or not self._alone or self._proof is _Proof.RUNNING:
            return {}
        number = self._alone.popleft()
        return {number: self._raws[number]}

    def answered(self, number: int, answer: Message | str) -> None:
        """Take a reader's answer: whatever it says, a reader lived to give it."""
        if number == _HARMLESS_NUMBER:
            self._proof = _Proof.NOT_NEEDED
        else:
            self._results[number] = answer

    def reader_died(self, in_hand: Sequence[int], *, was_alone: bool, reason: str) -> None:
        """Take back what a dead reader held: the mail that was alone is blamed, any other is read again alone.

        Raises ReaderLostError when the harmless mail was in its hand.
        """
        if _HARMLESS_NUMBER in in_hand:
            raise ReaderLostError(f"readers die of harmless mail too: the last one {reason}")
        if not was_alone:
            self._alone.extend(in_hand)
            return
        for number in in_hand:
            self._results[number] = f"the reader {reason}"
        if self._proof is _Proof.NOT_NEEDED:
            self._proof = _Proof.WANTED
