"""The event loop of the daemon: asyncio's, but for name servers, which are asked in threads that nobody waits for.

asyncio asks them in its pool, and neither the loop nor the interpreter ends before its pool does: a resolver that hangs
would hold the end of the daemon.
"""

import asyncio
import socket
from concurrent.futures import Future
from functools import partial
from threading import Thread
from typing import Any


class Loop(asyncio.SelectorEventLoop):
    """asyncio's own loop with another `getaddrinfo`."""

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - asyncio's own name
        proto: int = 0,
        flags: int = 0,
    ) -> list[tuple[Any, ...]]:
        """Find the addresses of a host; raises what `socket.getaddrinfo` raises."""
        ask = partial(socket.getaddrinfo, host, port, family, type, proto, flags)
        answer: Future[list[tuple[Any, ...]]] = Future()
        answer.set_running_or_notify_cancel()  # whoever does not wait any more cannot end it
        Thread(target=_answer, args=(ask, answer), name=f"resolver:{host!r}", daemon=True).start()
        return await asyncio.wrap_future(answer, loop=self)


def _answer(ask: "partial[list[tuple[Any, ...]]]", answer: "Future[list[tuple[Any, ...]]]") -> None:
    try:
        answer.set_result(ask())
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to whoever asked
        answer.set_exception(error)
