"""Observing: what the other legs decided is told as it comes, by the stories that they keep beside their decisions."""

from collections.abc import Callable
from threading import Event as Bell

from maild.store import Store

LOOK_SECONDS = 0.5
BATCH = 50

# A story is JSON, in the shape of model/explaining.py.
Tell = Callable[[str], None]


class Observing:
    """The leg that tells. One thread; what was decided before it began is not told."""

    def __init__(self, store: Store, tell: Tell) -> None:
        self._store = store
        self._tell = tell
        self._last = store.read(lambda reader: reader.last_story())

    def run(self, stop: Bell) -> None:
        """Tell each story until told to stop."""
        while not stop.is_set():
            if not self.tell_some():
                stop.wait(LOOK_SECONDS)

    def tell_some(self) -> int:
        """Tell a batch of stories in the order in which they were carried out; return how many."""
        stories = self._store.read(lambda reader: reader.stories_after(self._last, BATCH))
        for key, text in stories:
            self._tell(text)
            self._last = key
        return len(stories)
