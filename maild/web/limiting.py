"""How often somebody may come with a wrong link: not to keep them from guessing, which is hopeless, but from asking.

A window for each address (of IPv6 for each network of a house, /64), and one for all together. Whoever never came with
a wrong one is never kept away, however many others do. So is counted, too, how often a good link was used to say
something: each time writes into a ticket's history, and may tell people.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import ip_network
from typing import Final

WINDOW_SECONDS: Final = 600.0
MOST_OF_ONE: Final = 20
MOST_OF_ALL: Final = 500
MOST_REMEMBERED: Final = 10_000  # addresses; the longest silent are forgotten first
_NETWORK: Final = 64


class Limiter:
    """Used in the web's loop alone. `steady` gives seconds of a clock that nobody sets."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque()

    def is_over(self, address: str) -> bool:
        """Whether somebody came too often with a wrong link, or came with one while all together do."""
        since = self._steady() - WINDOW_SECONDS
        while self._all and self._all[0] <= since:
            self._all.popleft()
        theirs = self._wrong.get(_visitor(address), deque())
        while theirs and theirs[0] <= since:
            theirs.popleft()
        return len(theirs) >= MOST_OF_ONE or (bool(theirs) and len(self._all) >= MOST_OF_ALL)

    def note(self, address: str) -> None:
        """Note that somebody came with a wrong link."""
        now, visitor = self._steady(), _visitor(address)
        theirs = self._wrong.setdefault(visitor, deque(maxlen=MOST_OF_ONE))
        theirs.append(now)
        self._wrong.move_to_end(visitor)
        self._all.append(now)
        if len(self._all) > MOST_OF_ALL:
            self._all.popleft()
        if len(self._wrong) > MOST_REMEMBERED:
            self._wrong.popitem(last=False)


def _visitor(address: str) -> str:
    """Name whom an address is counted as; what is none counts as one."""
    try:
        return str(ip_network(f"{address}/{_NETWORK}", strict=False)) if ":" in address else address
    except ValueError:
        return ""
