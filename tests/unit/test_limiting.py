"""Wrong links: who is asked to come again later, and who never is."""

import pytest

from maild.web.limiting import MOST_OF_ALL, MOST_OF_ONE, MOST_REMEMBERED, WINDOW_SECONDS, Limiter


class Wall:
    def __init__(self) -> None:
        self.time = 0.0
        self.limiter = Limiter(lambda: self.time)

    def wrong(self, address: str, times: int = 1) -> bool:
        for _ in range(times):
            self.limiter.note(address)
        return self.limiter.is_over(address)


@pytest.fixture
def wall() -> Wall:
    return Wall()


def test_who_tries_too_often_waits_and_nobody_else_does(wall: Wall):
    """Twenty in ten minutes; then it begins anew."""
    assert not wall.wrong("192.0.2.1", MOST_OF_ONE - 1)
    assert wall.wrong("192.0.2.1")
    assert not wall.limiter.is_over("192.0.2.2")
    wall.time += WINDOW_SECONDS
    assert not wall.limiter.is_over("192.0.2.1")


def test_a_house_with_many_addresses_is_one(wall: Wall):
    """Of IPv6 everybody has a network full of addresses."""
    for host in range(MOST_OF_ONE):
        wall.limiter.note(f"2001:db8::{host:x}")
    assert wall.limiter.is_over("2001:db8::ffff")
    assert not wall.limiter.is_over("2001:db8:0:1::1")


def test_many_who_try_once_cannot_lock_out_who_holds_a_link(wall: Wall):
    """When all together try too often, those wait who tried."""
    for each in range(MOST_OF_ALL):
        wall.limiter.note(f"10.0.{each // 256}.{each % 256}")
    assert wall.limiter.is_over("10.0.0.7")
    assert not wall.limiter.is_over("192.0.2.1")


def test_it_forgets_rather_than_grows(wall: Wall):
    """Whatever comes as an address, no more are remembered than there is room for."""
    for each in range(MOST_REMEMBERED + 50):
        wall.limiter.note(f"strange {each}: nobody")
        wall.limiter.note(f"10.{each >> 16}.{each >> 8 & 255}.{each & 255}")
    assert len(wall.limiter._wrong) <= MOST_REMEMBERED
