"""The senders' DKIM keys by DNS: what stands under a name now, kept as long as its owner allows.

Whoever can answer in a domain's name on the way to us can prove that domain's mails: answers are not checked by DNSSEC
here. A resolver of your own that checks it, on this machine or next to it, closes that gap; `trust.resolver` names one.

BUGS
    A name server that does not answer costs each of its names the whole patience once a minute.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import dns.exception
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

_PATIENCE: Final = 4.0  # seconds for one name, all servers and tries together
_ONE_TRY: Final = 2.0
_AT_ONCE: Final = 8
_MOST_NAMES: Final = 400  # of one batch; whoever comes after them is not proved
_MOST_KEPT: Final = 10_000
_LONGEST: Final = 8192
_SHORTEST_LIFE, _LONGEST_LIFE = 60.0, 86_400.0
_ABSENT_LIFE: Final = 300.0
_SILENT_LIFE: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Kept:
    record: str | None
    until: float


class SenderKeys:
    """Finds key records. One object is used by one thread; `steady` gives seconds that nobody sets.

    `resolver` is the address and port of the server to ask; None: those of this machine.
    """

    def __init__(self, resolver: tuple[str, int] | None, steady: Callable[[], float]) -> None:
        self._resolver = resolver
        self._steady = steady
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def find(self, names: Iterable[str]) -> Mapping[str, str | None]:
        """Give the record under each name, None where there is none, or several, or nobody answers in time."""
        wanted = list(dict.fromkeys(names))[:_MOST_NAMES]
        now = self._steady()
        missing = [name for name in wanted if name not in self._kept or self._kept[name].until <= now]
        if missing:
            for name, kept in self._ask_for(missing):
                self._kept[name] = kept
                self._kept.move_to_end(name)
        found = {name: self._kept[name].record for name in wanted}
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return found

    def _ask_for(self, names: list[str]) -> Iterator[tuple[str, _Kept]]:
        asking = _new_resolver(self._resolver)
        if asking is None:
            yield from ((name, _Kept(None, self._steady() + _SILENT_LIFE)) for name in names)
            return
        with ThreadPoolExecutor(min(_AT_ONCE, len(names)), "keys") as pool:
            yield from zip(names, pool.map(lambda name: self._ask(asking, name), names), strict=True)

    def _ask(self, asking: dns.resolver.Resolver, name: str) -> _Kept:
        try:
            answer = asking.resolve(name, "TXT", search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return _Kept(None, self._steady() + _ABSENT_LIFE)
        except (dns.exception.DNSException, OSError, ValueError):
            return _Kept(None, self._steady() + _SILENT_LIFE)
        life = float(answer.rrset.ttl) if answer.rrset is not None else 0.0
        until = self._steady() + min(max(life, _SHORTEST_LIFE), _LONGEST_LIFE)
        return _Kept(_record_of([each for each in answer if isinstance(each, TXT)]), until)


def _record_of(answers: list[TXT]) -> str | None:
    """Take the one record; of several nobody says which holds (RFC 6376, 3.6.2.2)."""
    if len(answers) != 1:
        return None
    text = b"".join(answers[0].strings)
    return text.decode("ascii", "replace") if len(text) <= _LONGEST else None


def _new_resolver(server: tuple[str, int] | None) -> dns.resolver.Resolver | None:
    """Set up what asks; None where this machine names no server."""
    try:
        asking = dns.resolver.Resolver(configure=server is None)
    except dns.resolver.NoResolverConfiguration:
        return None
    if server is not None:
        host, asking.port = server
        asking.nameservers = [host]
    asking.lifetime, asking.timeout = _PATIENCE, _ONE_TRY
    return asking
