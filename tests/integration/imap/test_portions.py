"""How much is fetched at once: by the sizes that the server tells, before any bytes come."""

from tests.fakes.imap import FakeImap, answer
from tests.integration.imap.conftest import connected

LIMIT = 25_000_000
MEGABYTE = 1 << 20


def portions(sizes: dict[int, object], uids: list[int], limit: int = LIMIT) -> list[list[int]]:
    """How messages of these sizes are split."""
    lines = (f"* {uid} FETCH (UID {uid} RFC822.SIZE {size})" for uid, size in sizes.items())
    with FakeImap() as server, connected(server) as box:
        server.plan("UID FETCH", answer(*lines, "{tag} OK done"))
        return box.portions(uids, limit)


def test_ordinary_mail_is_one_portion_for_one_command() -> None:
    """Fifty mails of a usual size stay together, and one question says so."""
    with FakeImap([b"x" * 2_000] * 50) as server, connected(server) as box:
        assert box.portions(range(1, 51), LIMIT) == [list(range(1, 51))]
        assert sum("FETCH" in line for line in server.heard) == 1


def test_large_mail_is_split_by_eight_megabytes() -> None:
    """What is in memory at once is 8 MB, or one mail that is larger; the order stays."""
    sizes = {1: 3 * MEGABYTE, 2: 5 * MEGABYTE, 3: 1, 4: 20 * MEGABYTE, 5: 1, 6: 2}
    assert portions(sizes, [1, 2, 3, 4, 5, 6]) == [[1, 2], [3], [4], [5, 6]]


def test_a_mail_above_the_limit_weighs_what_is_taken_of_it() -> None:
    """Of a mail above the limit only the beginning comes, however large it is."""
    assert portions({1: 10**12, 2: 10**12, 3: 5}, [1, 2, 3]) == [[1, 2, 3]]


def test_a_size_that_is_not_told_is_taken_for_the_worst() -> None:
    """Mails of unknown size come alone."""
    assert portions({1: "NIL", 2: "NIL", 3: 5}, [1, 2, 3]) == [[1], [2], [3]]


def test_a_mail_that_is_gone_stays_in_its_portion() -> None:
    """A UID of which nothing is told is left to the fetch, which tells that it did not come."""
    assert portions({1: 5, 3: 5}, [1, 2, 3]) == [[1, 2, 3]]


def test_one_mail_is_not_asked_about() -> None:
    """What must be fetched alone needs no question, and nothing is split into nothing."""
    with FakeImap([b"x"]) as server, connected(server) as box:
        assert (box.portions([1], LIMIT), box.portions([], LIMIT)) == ([[1]], [])
        assert not [line for line in server.heard if "FETCH" in line]
