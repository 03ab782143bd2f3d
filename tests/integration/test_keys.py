"""The senders' keys, asked of a name server on loopback."""

import socket

import pytest

from maild.keys import SenderKeys
from tests.fakes.dns import name_server

KEY = "v=DKIM1; k=rsa; p=" + "A" * 700


class Watch:
    """Seconds that only the test sets."""

    at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_a_record_is_found_and_kept_as_long_as_it_lives(watch):
    """In one piece, though DNS keeps pieces of 255 and sends long ones by TCP."""
    with name_server({"s1._domainkey.bank.example": [KEY]}, ttl=600) as server:
        keys = SenderKeys(("127.0.0.1", server.port), watch)

        for at in (1000, 1599):
            watch.at = at
            assert keys.find(["s1._domainkey.bank.example"] * 3) == {"s1._domainkey.bank.example": KEY}
        once = server.asked["s1._domainkey.bank.example"]
        watch.at = 1601
        keys.find(["s1._domainkey.bank.example"])

        assert server.asked["s1._domainkey.bank.example"] == 2 * once


def test_a_record_that_shall_not_be_kept_is_kept_a_minute(watch):
    """Or a batch of mails would ask for each of them."""
    with name_server({"a.example": ["p="]}, ttl=0) as server:
        keys = SenderKeys(("127.0.0.1", server.port), watch)
        keys.find(["a.example"])
        watch.at += 59
        keys.find(["a.example"])

        assert server.asked["a.example"] == 1


def test_what_is_not_there_or_not_clear_is_none(watch):
    """No such name, two records at once, one of enormous length; and that is kept too."""
    records: dict[str, list[str] | None] = {"two.example": ["p=A", "p=B"], "long.example": ["p=" + "A" * 9000]}
    with name_server(records) as server:
        keys = SenderKeys(("127.0.0.1", server.port), watch)
        names = ["none.example", "two.example", "long.example"]

        for _ in range(2):
            assert keys.find(names) == dict.fromkeys(names)
        assert server.asked["none.example"] == 1


def test_a_server_that_does_not_answer_is_asked_again_after_a_minute(watch):
    """The mail is not proved meanwhile; others of the batch are."""
    with name_server({"silent.example": None, "a.example": ["p=A"]}) as server:
        keys = SenderKeys(("127.0.0.1", server.port), watch)

        assert keys.find(["silent.example", "a.example"]) == {"silent.example": None, "a.example": "p=A"}
        server.records["silent.example"] = ["p=B"]
        assert keys.find(["silent.example"]) == {"silent.example": None}
        watch.at += 61
        assert keys.find(["silent.example"]) == {"silent.example": "p=B"}


def test_nobody_at_the_servers_address_is_none(watch):
    """And no error."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    assert SenderKeys(("127.0.0.1", port), watch).find(["a.example", "..", "x" * 300]) == {
        "a.example": None,
        "..": None,
        "x" * 300: None,
    }
