"""Renewing: the tokens of each sign-in are renewed before they end, and another sign-in is noticed.

    look at each sign-in → 80 % of its token's life over → ask the provider → seal what it gave

The legs that sign in take what is there, and ask the provider themselves only where nothing good is. So a sign-in that
cannot be renewed is told long before the mail stops.
"""

from collections.abc import Sequence
from datetime import datetime
from threading import Event as Bell
from typing import Final

from maild.journal import Event, journal
from maild.model.trouble import TroubleKind, TroubleSpot
from maild.oauth import SignIn, Trouble
from maild.troubles import Board

LOOK_SECONDS: Final = 2.0

log = journal("renewing")


class Renewing:
    """The leg that keeps sign-ins at providers alive. One thread."""

    def __init__(self, sign_ins: Sequence[SignIn], board: Board) -> None:
        self._watched = [Watched(each, board) for each in sign_ins]

    def run(self, stop: Bell) -> None:
        """Look after every sign-in until told to stop."""
        while not stop.is_set():
            for each in self._watched:
                each.look_after()
            stop.wait(LOOK_SECONDS)


class Watched:
    """A sign-in, and what was told of it so far."""

    def __init__(self, sign_in: SignIn, board: Board) -> None:
        self._keeper = sign_in.keeper
        self._board = board
        self._spot = TroubleSpot(TroubleKind.SIGN_IN, sign_in.name)
        self._told: Trouble | None = None
        self._renewed_at: datetime | None = None
        mailboxes, relays = list(sign_in.mailboxes), list(sign_in.relays)
        self._log = log.bind(provider=sign_in.provider, user=sign_in.user, mailboxes=mailboxes, relays=relays)

    def look_after(self) -> None:
        """Renew it if it is time, and log what is new."""
        trouble = self._keeper.look_after()
        told, self._told = self._told, trouble
        if trouble:
            self._board.note(self._spot, str(trouble.error), is_urgent=trouble.is_refusal)
        else:
            self._board.clear(self._spot)
        renewed_at, self._renewed_at = self._renewed_at, self._keeper.renewed_at
        if trouble and trouble != told:
            self._tell(trouble)
        elif told and not trouble:
            self._log.info(Event.TOKENS_MENDED)
        elif renewed_at and renewed_at != self._renewed_at:
            self._log.info(Event.TOKENS_RENEWED)

    def _tell(self, trouble: Trouble) -> None:
        reason, until = str(trouble.error), trouble.until.isoformat(timespec="seconds")
        if trouble.is_refusal:
            self._log.error(Event.TOKENS_REFUSED, reason=reason, until=until)
        else:
            self._log.warning(Event.TOKENS_LOST, reason=reason, until=until)
