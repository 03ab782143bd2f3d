"""From a decision to what the store carries out: its mails written, its attachments packed.

All that grows with a mail's size is done here, before any transaction begins.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from threading import Lock

from maild import marks
from maild.composing import Composer, Encoder
from maild.desk import House
from maild.drawing import draw
from maild.model.decision import AddEntry, Decision, KeepDraft
from maild.model.facts import Facts
from maild.model.mail import Attachment
from maild.model.outgoing import OutgoingMail, Wanted
from maild.reporting.charts import Look, PictureFormat
from maild.store import Carrying, Packed, Store, pack

TOKEN_BYTES = 10


@dataclass(frozen=True, slots=True)
class Desk:
    """What both legs that decide are given: how to write mails, what time it is, and where chance comes from."""

    composer: Composer
    now: Callable[[], datetime]
    entropy: Callable[[int], bytes]

    def new_token(self) -> str:
        """Name a mail or a draft as nobody can guess."""
        return marks.new_token(self.entropy(TOKEN_BYTES))

    def write_mails(self, decision: Decision, facts: Facts, now: datetime) -> tuple[OutgoingMail, ...]:
        """Write every mail that a decision wants, each with a mark of its own."""
        encoder = Encoder()
        return tuple(
            self.composer.compose(wanted, decision, facts, self.new_token(), now, encoder=encoder)
            for wanted in decision.mails
        )


class InForce:
    """By what is decided and written at this moment; rules may be exchanged while the desk works.

    Whoever decides asks once for each mail, or for each few, and keeps to the answer: nothing is decided by two sets.
    """

    def __init__(self, house: House, desk: Desk) -> None:
        self._parts = (house, desk)
        self._exchanging = Lock()

    def get(self) -> tuple[House, Desk]:
        """Give what holds now; both are of one set of rules, templates and answers."""
        with self._exchanging:
            return self._parts

    def exchange(self, house: House, desk: Desk, record: Callable[[], None]) -> None:
        """Let another set hold from the next question on, once `record` has written that down.

        Whoever asks meanwhile waits: what was begun after the record is decided by the new set. If `record` raises, the
        old one holds.
        """
        with self._exchanging:
            record()
            self._parts = (house, desk)


def carry_out_alone(store: Store, writer: Desk, decision: Decision, facts: Facts) -> bool:
    """Carry out what was decided about neither an arrival nor a timer; False where its facts changed meanwhile."""
    now = writer.now()
    mails = writer.write_mails(decision, facts, now)
    work = Carrying(None, None, "", decision, mails, pack_attachments(decision), "")
    return not store.write(lambda tx: tx.carry_out([work], now))


def pack_attachments(decision: Decision) -> dict[str, Packed]:
    """Pack the attachments that a decision keeps, each content once, by its SHA-256."""
    packed: dict[str, Packed] = {}
    for step in decision.steps:
        if isinstance(step, AddEntry | KeepDraft):
            for attachment in step.attachments:
                if attachment.sha256 not in packed:
                    packed[attachment.sha256] = pack(attachment.content)
    return packed


def draw_charts(decision: Decision) -> Decision:
    """Attach the charts that mails show, drawn together. Blocks for a second or two; raises DrawingFailedError."""
    wanted = [(chart, Look.LIGHT, PictureFormat.PNG) for mail in decision.mails for chart in mail.charts]
    if not wanted:
        return decision
    drawn = iter(draw(wanted))
    return replace(decision, mails=tuple(_with_pictures(mail, drawn) for mail in decision.mails))


def _with_pictures(mail: Wanted, drawn: Iterator[bytes]) -> Wanted:
    pictures = tuple(
        Attachment(
            name=f"{chart.key}.png",
            type="image/png",
            size=len(content),
            sha256=sha256(content).hexdigest(),
            is_inline=False,
            content_id=None,
            content=content,
        )
        for chart, content in zip(mail.charts, drawn, strict=False)
    )
    return replace(mail, attachments=(*mail.attachments, *pictures))
