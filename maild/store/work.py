"""What a leg hands to the store to be carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from maild.model.decision import Decision
from maild.model.outgoing import OutgoingMail
from maild.store.blobs import Packed, pack


@dataclass(frozen=True, slots=True)
class Carrying:
    """A decision about one arrival or one timer that `claim` holds, with all that was made of it.

    `attachments` are packed by SHA-256. The mails' bodies are packed here, when the value is made: outside of any
    transaction.
    """

    arrival: int | None
    timer: int | None
    claim: str
    decision: Decision
    mails: tuple[OutgoingMail, ...]
    attachments: Mapping[str, Packed]
    explanation: str
    bodies: tuple[Packed, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Pack each different body once."""
        packed = {body: pack(body) for body in {mail.body for mail in self.mails}}
        object.__setattr__(self, "bodies", tuple(packed[mail.body] for mail in self.mails))
