"""What a reader process and its parent say to each other: frames of a head and a payload, over two pipes.

The parent sends one frame of Terms, then mails; one of them says that answers are waited for. The reader answers one
frame when it is ready, then one for each mail, in order.
"""

import pickle
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import BinaryIO

from maild.model.limits import ReadingLimits
from maild.model.mail import Message

REQUEST = struct.Struct("!?I")  # whether the answers are waited for, length
REPLY = struct.Struct("!BI")  # kind, length
OUT_OF_MEMORY = 71  # the exit status of a reader that met its memory limit

HARMLESS = (
    b"From: Maild <maild@localhost.invalid>\r\nTo: maild@localhost.invalid\r\nSubject: A harmless mail\r\n"
    b"Message-ID: <harmless@localhost.invalid>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"\r\nWhoever cannot read this cannot read anything.\r\n"
)
_JOINED = 256 * 1024
_OURS = ("maild.model.", "maild.parsing.")
_INSTANTS = frozenset({"datetime", "timedelta", "timezone"})


class Kind(IntEnum):
    """What a reader's answer is."""

    READY = 0
    MESSAGE = 1
    FAILURE = 2  # the payload says in words what parsing stumbled over


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one mail may cost its reader: `cpu` and `patience` in seconds, `memory` in bytes.

    `memory` counts what the process holds in all. `patience` is how long the parent waits without hearing anything:
    a backstop for a reader that hangs without using CPU.
    """

    cpu: float
    memory: int
    patience: float = 60.0

    @classmethod
    def ordinary(cls, limits: ReadingLimits) -> "Allowance":
        """Two seconds of CPU; what a reader needs at rest, and ten times the largest mail."""
        return cls(cpu=2.0, memory=96 * 1024 * 1024 + 10 * limits.size)

    def within(self, most: int) -> "Allowance":
        """Give no more memory than the machine lets a process have: more can be asked for by root alone."""
        return replace(self, memory=min(self.memory, most))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a reader is told before its first mail."""

    limits: ReadingLimits
    allowance: Allowance


def pack_requests(payloads: Sequence[bytes]) -> list[bytes]:
    """Frame payloads for a reader that shall answer after the last of them; small ones in one piece."""
    last = len(payloads) - 1
    pieces: list[bytes] = []
    for position, payload in enumerate(payloads):
        pieces += (REQUEST.pack(position == last, len(payload)), payload)
    # A large mail is not copied only to stand beside its head.
    return [b"".join(pieces)] if sum(map(len, pieces)) < _JOINED else pieces


def read_request(pipe: BinaryIO) -> tuple[bool, bytes] | None:
    """Wait for the next frame: whether an answer is waited for, and the payload.

    None when the parent has gone, in the middle of a frame too.
    """
    head = pipe.read(REQUEST.size)
    if len(head) < REQUEST.size:
        return None
    is_last, length = REQUEST.unpack(head)
    payload = pipe.read(length)
    return (is_last, payload) if len(payload) == length else None


def pack_message(message: Message) -> bytes:
    return pickle.dumps(message, protocol=5)


class _MessageUnpickler(pickle.Unpickler):
    """Makes nothing but our own values: a reader that a mail has taken over must not make its parent call things."""

    def find_class(self, module: str, name: str) -> object:
        is_instant = module == "datetime" and name in _INSTANTS
        if "." not in name and (is_instant or module.startswith(_OURS)):
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a message")


def unpack_message(payload: BinaryIO) -> Message:
    """Take a message out of a reader's answer. Raises nearly anything on an answer that no reader of ours wrote."""
    message = _MessageUnpickler(payload).load()
    if not isinstance(message, Message):
        raise pickle.UnpicklingError("not a message")
    return message
