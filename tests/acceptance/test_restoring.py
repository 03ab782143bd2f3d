"""A desk that is lost and comes back from its backup: what it had done since is found again, nothing is sent twice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.promises import undone
from tests.acceptance.working_desk import PATIENCE, WorkingDesk, text_of


def wait_until_done(desk: WorkingDesk, count: int) -> None:
    running = desk.running
    assert running
    with running.changed:
        assert running.changed.wait_for(lambda: undone(desk, count) == 0, PATIENCE), running.lines[-9:]


def sent(desk: WorkingDesk) -> int:
    """How many mails of the desk have been delivered to anybody."""
    return sum(mail.sender == desk.address for mail in desk.host.transcript)


def ask(desk: WorkingDesk, subject: str) -> str:
    """Let a new customer write, and wait until he is answered."""
    customer = desk.host.new_user("bigco.example")
    desk.send(desk.write(customer, subject, f"Help with {subject}."), customer)
    desk.wait_for_mail(customer)
    return customer


@pytest.fixture
def lost(new_database: Callable[[], str | None], new_desk: Callable[..., WorkingDesk]) -> tuple[WorkingDesk, Path]:
    """A desk whose backup was made, while it ran, after its first ticket and before its second."""
    desk = new_desk(database=new_database())
    desk.start()
    desk.wait_for_event("mailbox_connected")
    ask(desk, "before")
    wait_until_done(desk, 1)
    backup = desk.folder / "desk.backup"
    done = desk.maild("backup", str(backup))
    assert done.returncode == 0, done.stderr
    return desk, backup


def test_what_happened_since_the_backup_is_found_again(lost: tuple[WorkingDesk, Path]):
    """Mail that lies in Handled becomes its ticket again, an answer that went out is not sent again; of mail that lies
    unread colleagues are told, no customer is, and what comes afterwards is answered as ever.
    """
    desk, backup = lost
    bob = ask(desk, "since")
    notice = desk.wait_for_mail(desk.alice, lambda mail: "since" in str(mail["Subject"]))
    desk.send(desk.answer(desk.alice, notice, "Please restart it."), desk.alice)
    relayed = desk.wait_for_mail(bob, lambda mail: "Please restart" in text_of(mail))
    desk.send(desk.answer(bob, relayed, "It works."), bob)
    desk.wait_for_mail(desk.alice, lambda mail: "It works." in text_of(mail))
    wait_until_done(desk, 4)
    desk.kill()
    late = desk.host.new_user("bigco.example")
    desk.send(desk.write(late, "unread", "Anybody there?"), late)
    desk.host.wait_for_mail(desk.address, 5)
    before = sent(desk)

    refused = desk.maild("restore", str(backup))
    assert (refused.returncode, "holds mail already" in refused.stderr) == (1, True), refused.stderr
    assert desk.maild("restore", str(backup), "--replace").returncode == 0
    desk.start()
    assert desk.wait_for_end() == 1
    assert desk.running and "maild resume --restored" in "".join(desk.running.other)
    resumed = desk.maild("resume", "--restored")
    assert resumed.returncode == 0, resumed.stderr
    desk.start()
    wait_until_done(desk, 5)

    desk.wait_for_mail(desk.alice, lambda mail: "unread" in str(mail["Subject"]))
    desk.wait_for_mail(desk.carol, lambda mail: "unread" in str(mail["Subject"]))
    assert sent(desk) == before + 2
    assert [ticket["subject"] for ticket in desk.show("ticket", "list")] == ["unread", "since", "before"]
    found = desk.show("ticket", "show", "1002")
    assert (found["requester"], found["state"]) == (bob, "open")
    assert [entry["text"].strip() for entry in found["entries"]] == [
        "Help with since.",
        "Please restart it.",
        "It works.",
    ]
    assert desk.host.inbox(desk.address) == []
    ask(desk, "after")
    assert desk.stop() == 0
    verified = desk.maild("verify")
    assert verified.returncode == 0, verified.stdout


def test_a_desk_that_rests_says_so_and_goes_on(desk: WorkingDesk):
    """While mail rests a mail lies unread in the inbox, and the log says who wanted it so; then it is answered."""
    assert desk.maild("pause").returncode == 0
    desk.wait_for_event("desk_paused", 2)
    customer = desk.host.new_user("bigco.example")
    desk.send(desk.write(customer, "patience", "Is it open?"), customer)
    desk.host.wait_for_mail(desk.address, 1)
    assert desk.running and desk.running.find("desk_paused", what="mail")[0]["by"].startswith("command line")
    assert len(desk.host.inbox(desk.address)) == 1

    assert desk.maild("resume").returncode == 0

    desk.wait_for_mail(customer)
    desk.wait_for_event("desk_resumed", 2)
    assert [line["event"] for line in desk.running.lines].index("desk_resumed") < [
        line["event"] for line in desk.running.lines
    ].index("arrivals_recorded")
