"""The bell that ends a wait."""

import select

from maild.imap import Wake


def is_ringing(wake: Wake) -> bool:
    poll = select.poll()
    poll.register(wake, select.POLLIN)
    return bool(poll.poll(0))


def test_a_ring_lasts_until_it_is_cleared(wake: Wake) -> None:
    """Rings add up to one, and none is lost before the wait begins."""
    assert not is_ringing(wake)
    wake.ring()
    wake.ring()
    assert is_ringing(wake)
    wake.clear()
    assert not is_ringing(wake)
    wake.clear()


def test_ringing_never_blocks(wake: Wake) -> None:
    """However often it is rung while nobody listens."""
    for _ in range(100_000):
        wake.ring()
    wake.clear()
    assert not is_ringing(wake)


def test_ringing_a_closed_bell_is_harmless() -> None:
    """A thread that rings too late hits nobody else's descriptor."""
    wake = Wake()
    wake.close()
    wake.ring()
    wake.clear()
