"""`/healthz`: whether the desk is well, for whoever watches it: 200 where it is, 503 where something must be done.

Through the public name there is the word alone; what is wrong, and for how long, is told to who asks the server by its
own address.
"""

import asyncio
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from maild.errors import MaildError
from maild.model.trouble import TroubleKind, TroubleSpot
from maild.troubles import Condition
from maild.web.room import Room

# What keeps mail from coming in or going out; the others are told, and are no reason to page anybody.
_GRAVE: Final = frozenset(
    {
        TroubleKind.MAILBOX,
        TroubleKind.RELAY,
        TroubleKind.SIGN_IN,
        TroubleKind.DATABASE,
        TroubleKind.DISK,
        TroubleKind.READERS,
        TroubleKind.LEG,
    }
)
PATIENCE_SECONDS: Final = 5.0  # until a database that says nothing is called ill
_WELL, _ILL = "well", "ill"


def routes_of(room: Room) -> Iterator[Route]:
    """Give the pages of this room."""
    yield Route("/healthz", partial(_show, room), methods=["GET"])


async def _show(room: Room, request: Request) -> Response:
    conditions = room.board.conditions()
    reason = await _why_no_database(room)
    if reason:
        conditions[TroubleSpot(TroubleKind.DATABASE)] = Condition(reason, is_well=False, seconds=0.0)
    is_well = all(each.is_well for spot, each in conditions.items() if spot.kind in _GRAVE)
    told: dict[str, object] = {"status": _WELL if is_well else _ILL}
    if request.state.is_watched:
        told["parts"] = [_told(room, spot, conditions.get(spot)) for spot in _places(room, conditions)]
    return JSONResponse(told, 200 if is_well else 503)


async def _why_no_database(room: Room) -> str:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await room.read(lambda reader: reader.next_timer_at())
    except TimeoutError:
        return f"it did not answer in {PATIENCE_SECONDS:.0f} s"
    except MaildError as error:
        return str(error)
    return ""


def _places(room: Room, conditions: Mapping[TroubleSpot, Condition]) -> list[TroubleSpot]:
    """Name all that the desk stands on, and what else is in trouble."""
    config = room.config
    mailboxes = [
        TroubleSpot(TroubleKind.MAILBOX, f"{name}/{folder}")
        for name, mailbox in config.mailboxes.items()
        for folder in (mailbox.folder, *mailbox.also)
    ]
    relays = [TroubleSpot(TroubleKind.RELAY, name) for name in config.relays]
    ours = [TroubleSpot(TroubleKind.DATABASE), TroubleSpot(TroubleKind.DISK), TroubleSpot(TroubleKind.READERS)]
    legs = [TroubleSpot(TroubleKind.LEG, name) for name in room.supervisor.legs()]
    return list(dict.fromkeys((*mailboxes, *relays, *ours, *legs, *sorted(conditions))))


def _told(room: Room, spot: TroubleSpot, condition: Condition | None) -> dict[str, object]:
    """Tell one part: since when it is as it is; what never was in trouble is so since the daemon began."""
    known = condition or Condition("", is_well=True, seconds=room.supervisor.age())
    return {
        "kind": spot.kind.value,
        "name": spot.name,
        "status": _WELL if known.is_well else _ILL,
        "seconds": round(known.seconds),
        "reason": known.reason,
    }
