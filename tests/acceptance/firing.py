"""One life of the timing leg: `firing.py CONFIG STATE INSTANT` fires what is due at an instant, and ends."""

import os
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

from maild.journal import start_default_journal
from maild.premises import Premises, keyring_of, read_premises
from maild.store import Store
from maild.timing import Timing

CONFIG, STATE, AT = Path(sys.argv[1]), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3])

if __name__ == "__main__":
    start_default_journal()
    config, rules = read_premises(CONFIG, os.environ)
    with closing(Store.open(STATE, None)) as store:
        in_force = Premises(config, rules, keyring_of(store, AT)).in_force(lambda: AT)
        store.write(lambda tx: tx.void_claims(AT))
        timing = Timing(store, in_force, f"life {os.getpid()}")
        while timing.fire_due():
            pass
