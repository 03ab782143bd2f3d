"""A name server on loopback: answers what it was told, counts what it was asked."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer, ThreadingUDPServer

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

MOST_BY_UDP = 512


class NameServer:
    """`records` are TXT texts by name, several for a name, or None: no answer at all; unknown names do not exist.

    Long answers come by TCP alone, as UDP has no room for them.
    """

    def __init__(self, records: dict[str, list[str] | None], ttl: int = 3600) -> None:
        self.records = records
        self.ttl = ttl
        self.asked: Counter[str] = Counter()
        self.port = 0

    def answer(self, wire: bytes, *, is_udp: bool) -> bytes | None:
        query = dns.message.from_wire(wire)
        name = query.question[0].name.to_text().rstrip(".").lower()
        self.asked[name] += 1
        response = dns.message.make_response(query)
        if name not in self.records:
            response.set_rcode(dns.rcode.NXDOMAIN)
            return response.to_wire()
        texts = self.records[name]
        if texts is None:
            return None
        parts = [" ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255)) for text in texts]
        response.answer.append(dns.rrset.from_text(f"{name}.", self.ttl, "IN", "TXT", *parts))
        reply = response.to_wire()
        if is_udp and len(reply) > MOST_BY_UDP:
            response.answer.clear()
            response.flags |= dns.flags.TC
            return response.to_wire()
        return reply


@contextmanager
def name_server(records: dict[str, list[str] | None], ttl: int = 3600) -> Iterator[NameServer]:
    """Serve until the end of the block, by UDP and TCP on one port."""
    names = NameServer(records, ttl)

    class ByUdp(BaseRequestHandler):
        def handle(self) -> None:
            wire, socket = self.request
            if (reply := names.answer(wire, is_udp=True)) is not None:
                socket.sendto(reply, self.client_address)

    class ByTcp(BaseRequestHandler):
        def handle(self) -> None:
            stream = self.request.makefile("rb")
            wire = stream.read(int.from_bytes(stream.read(2), "big"))
            if (reply := names.answer(wire, is_udp=False)) is not None:
                self.request.sendall(len(reply).to_bytes(2, "big") + reply)

    with ThreadingTCPServer(("127.0.0.1", 0), ByTcp) as tcp:
        names.port = tcp.server_address[1]
        with ThreadingUDPServer(("127.0.0.1", names.port), ByUdp) as udp:
            for server in (tcp, udp):
                threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            try:
                yield names
            finally:
                tcp.shutdown()
                udp.shutdown()
