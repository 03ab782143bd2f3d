"""What comes late because the desk stood still says so, and by how much."""

from datetime import datetime, timedelta

from maild.desk.clocks import written_work
from maild.model.saying import Said, say

PROMPT = timedelta(minutes=5)


def late_words(due_at: datetime, now: datetime) -> Said | None:
    """Say that something comes later than five minutes after it was due; None where it does not."""
    if now - due_at <= PROMPT:
        return None
    return say(
        "The desk stood still: this comes {late} late, at {when}.",
        late=written_work(now - due_at),
        when=f"{now:%Y-%m-%d %H:%M} UTC",
    )
