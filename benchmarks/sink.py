"""A relay that takes every mail and keeps none: `python benchmarks/sink.py`, a process of its own.

Its first line on standard output is its port; then, for each mail taken, the instant of the monotonic clock (which is
the same for all processes of a machine) and the recipient.
"""

import asyncio
import sys
import time

ANSWERS = {b"EHLO": b"250-sink\r\n250 8BITMIME\r\n", b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
DOT = b"\r\n.\r\n"


class Conversation(asyncio.Protocol):
    """One SMTP session: whatever is said is right."""

    def __init__(self) -> None:
        self._come = bytearray()
        self._is_data = False
        self._recipient = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        scanned = max(len(self._come) - len(DOT), 0)
        self._come += data
        while True:
            mark = DOT if self._is_data else b"\r\n"
            end = self._come.find(mark, scanned if self._is_data else 0)
            if end < 0:
                return
            line = bytes(self._come[:end]) if not self._is_data else b""
            del self._come[: end + len(mark)]
            scanned = 0
            self._take(line)

    def _take(self, line: bytes) -> None:
        if self._is_data:
            self._is_data = False
            sys.stdout.write(f"{time.monotonic():.6f} {self._recipient}\n")
            sys.stdout.flush()
            self._transport.write(b"250 2.0.0 taken\r\n")
            return
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._recipient = line.partition(b"<")[2].partition(b">")[0].decode("ascii", "replace")
        self._is_data = verb == b"DATA"
        self._transport.write(ANSWERS.get(verb, b"250 ok\r\n"))


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Conversation, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
