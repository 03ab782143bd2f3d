"""Rules are exchanged while mail comes in, and the daemon is killed over it."""

import json
import signal
from collections import Counter
from contextlib import closing
from threading import Event, Thread

from maild.model.edition import EditionState
from maild.store import ArrivalRow, Store
from tests.acceptance.attacking import May, write
from tests.acceptance.siege import HANDLED, lay
from tests.acceptance.working_desk import PATIENCE, WorkingDesk

PACE_SECONDS = 1.0


class Load:
    """Somebody writes to the desk all the time, three mails at once."""

    def __init__(self, desk: WorkingDesk) -> None:
        self.desk = desk
        self.ids: list[str] = []
        self.is_over = Event()
        self.thread = Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        while not self.is_over.is_set():
            mails = [write(May.OPEN, "bob@bigco.example", "VPN", to=self.desk.address, found="none") for _ in range(3)]
            lay(self.desk, [mail.raw for mail in mails])
            self.ids += [mail.message_id for mail in mails]
            self.is_over.wait(PACE_SECONDS)

    def end(self) -> int:
        self.is_over.set()
        self.thread.join(PATIENCE)
        return len(self.ids)


def arrivals(desk: WorkingDesk) -> list[ArrivalRow]:
    """All arrivals, the oldest first."""
    with closing(Store.open(desk.state)) as store:
        return list(reversed(store.read(lambda reader: reader.list_arrivals(10_000))))


def rewrite(desk: WorkingDesk, version: int) -> None:
    rule = f"rules:\n  version: {{when: always, then: {{tags: [v{version}], acknowledge: false}}}}\n"
    (desk.config / "rules" / "version.yaml").write_text(rule)


def wait_until_proposed(desk: WorkingDesk) -> None:
    """Wait until the command has laid an edition before the daemon; that has a second to take it."""
    with closing(Store.open(desk.state)) as store:
        before = store.read(lambda reader: reader.newest_edition())
        while store.read(lambda reader: reader.newest_edition()) == before:
            assert desk.running and desk.running.process.poll() is None


def test_a_reload_loses_and_repeats_nothing(desk: WorkingDesk):
    """Under load: two sets are taken, the third while the daemon is killed. Each mail became one ticket, by one set,
    and no mail was decided by a set that was out of force already.
    """
    rewrite(desk, 1)
    assert desk.running
    desk.running.process.send_signal(signal.SIGHUP)
    desk.wait_for_event("rules_taken", by="SIGHUP")
    load = Load(desk)
    desk.wait_for_event("ticket_opened")
    rewrite(desk, 2)
    assert desk.maild("reload", "--yes").stdout.startswith("Taken: 1 rule")
    rewrite(desk, 3)
    third = desk.begin_maild("reload", "--yes")
    wait_until_proposed(desk)
    desk.kill()
    assert third.wait(PATIENCE) in {0, 1}
    done = sum(row.outcome is not None for row in arrivals(desk))
    desk.start()
    desk.wait_for_event("ticket_opened")
    total = load.end()
    running = desk.running
    assert running
    with running.changed:
        running.changed.wait_for(
            lambda: sum(len(running.find(event)) for event in HANDLED) >= total - done, timeout=PATIENCE
        )

    rows = arrivals(desk)
    assert (len(rows), len({row.ticket for row in rows})) == (total, total)
    with closing(Store.open(desk.state)) as store:
        stories = [
            json.loads(store.read(lambda reader, row=row: reader.find_explanation(row.id)) or "") for row in rows
        ]
        tickets = [store.read(lambda reader, row=row: reader.find_ticket(row.ticket)) for row in rows]
        newest = store.read(lambda reader: reader.newest_edition())
    assert newest is not None and newest.state is EditionState.TAKEN
    assert sorted(story["message"]["message_id"] for story in stories) == sorted(load.ids)
    tags = [ticket.tags for ticket in tickets if ticket is not None]
    assert tags == sorted(tags) and set(tags) == {("v1",), ("v2",), ("v3",)}
    digests = Counter(zip(tags, (story["decision"]["ruling"]["digest"] for story in stories), strict=True))
    assert len(digests) == len({digest for _, digest in digests}) == 3
