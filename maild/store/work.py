"""What a leg hands to the store to be carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from maild.model.decision import Decision
from maild.model.outgoing import OutgoingMail
from maild.store.blobs import Packed, pack


@dataclass(frozen=True, slots=True)
class Carrying:
    """A decision about one arrival or one timer that `claim` holds, or about neither, with all that was made of it.

    `explanation` is its story as JSON, "" where no mail and no timer leads to it. `attachments` are packed by SHA-256.
    The mails' pieces are packed here, when the value is made: outside of any transaction. `gist` is kept of mails that
    count when the same comes again.
    """

    arrival: int | None
    timer: int | None
    claim: str
    decision: Decision
    mails: tuple[OutgoingMail, ...]
    attachments: Mapping[str, Packed]
    explanation: str
    gist: str = ""
    pieces: tuple[tuple[Packed, ...], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Pack each different piece once, however many mails show it."""
        packed = {piece: pack(piece) for piece in {piece for mail in self.mails for piece in mail.pieces}}
        object.__setattr__(self, "pieces", tuple(tuple(packed[one] for one in mail.pieces) for mail in self.mails))
