"""The event loop of the daemon: asyncio's, but for name servers, which are asked in threads that nobody waits for.

asyncio asks them in its pool, and neither the loop nor the interpreter ends before its pool does: a resolver that hangs
would hold the end of the daemon.
"""

import asyncio
import socket
from functools import partial
from typing import Any

from maild.apart import begin_apart


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
        return await asyncio.wrap_future(begin_apart(ask, f"resolver:{host!r}"), loop=self)
