"""The desk's signing keys: a new one each year, and none is ever forgotten."""

from datetime import timedelta
from pathlib import Path

from maild import marks
from maild.daemon import now
from maild.marks import SigningKey
from maild.premises import KEY_SIGNS, keyring_of
from maild.store import Store


def test_a_key_signs_for_a_year_and_proves_for_ever(tmp_path: Path):
    """The first start makes a key, the next keeps it; an old one gives way, and its marks still prove their mail."""
    store = Store.open(tmp_path / "state")
    first = keyring_of(store, now())
    assert keyring_of(store, now()) == first

    other = Store.open(tmp_path / "other")
    old = SigningKey("old1", b"a secret of last year")
    other.write(lambda tx: tx.add_signing_key(old, now() - KEY_SIGNS - timedelta(days=1)))
    before = marks.Keyring(old, {old.id: old})
    ring = keyring_of(other, now())

    assert ring.current.id != old.id
    mark = marks.sign("t" * 16, "bob@customer.example", before)
    assert marks.is_genuine(mark, "bob@customer.example", ring)
    for each in (store, other):
        each.close()
