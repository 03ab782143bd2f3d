"""Threads that ask the store for visitors of the desk's pages."""

import asyncio
from threading import Event

import pytest

from maild.web.turns import Turns

PATIENCE = 60


async def test_who_goes_away_leaves_the_turn_taken():
    """A store that hangs is asked by as many threads as there are turns, however many visitors lose patience."""
    turns, begun, over = Turns(2), [], Event()

    def hang() -> bool:
        begun.append(1)
        return over.wait(PATIENCE)

    for _ in range(4):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await turns.apart(hang)
    assert len(begun) == 2

    over.set()
    assert await turns.apart(hang)
