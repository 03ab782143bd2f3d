"""The daemon's event loop against a resolver that hangs."""

import asyncio
import socket
import threading
import time

import pytest

from maild.loop import Loop


def test_a_resolver_that_hangs_holds_no_end(monkeypatch: pytest.MonkeyPatch):
    """Whoever asked is cancelled, and the loop ends at once, though no answer has come."""
    asked, answered = threading.Event(), threading.Event()

    def hang(*_: object) -> list[object]:
        asked.set()
        answered.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)

    async def give_up() -> None:
        connecting = asyncio.create_task(asyncio.open_connection("mx.acme.example", 25))
        await asyncio.to_thread(asked.wait)
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)

    begun = time.monotonic()
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(give_up())
    took = time.monotonic() - begun
    answered.set()

    assert took < 5


async def test_names_are_found_and_not_found():
    """An answer and an error come through as from asyncio's own loop."""
    loop = Loop()
    try:
        found = await asyncio.to_thread(loop.run_until_complete, loop.getaddrinfo("localhost", 25))
        with pytest.raises(socket.gaierror):
            await asyncio.to_thread(loop.run_until_complete, loop.getaddrinfo("no such name", 25))
    finally:
        loop.close()

    assert ("127.0.0.1", 25) in {where[:2] for *_, where in found}
