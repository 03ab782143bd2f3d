"""The first day at an old mailbox: its mail becomes tickets, quietly, and today's customers do not wait for it."""

import os
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from tests.acceptance.promises import rows_of
from tests.acceptance.working_desk import WorkingDesk

OLD_MAILS = 500
THREAD = 4  # mails of one matter: a question and what followed
TICKETS = OLD_MAILS // THREAD


def old_mails(desk: WorkingDesk) -> list[EmailMessage]:
    """Threads of years ago: a customer asks, an agent answers and commands, the customer thanks twice."""
    mails = []
    for matter in range(TICKETS):
        customer = f"c{matter}@bigco.example"
        ids = [f"<old{matter}.{n}@bigco.example>" for n in range(THREAD)]
        for n, words in enumerate(("The printer is dead.", "#resolve\nFixed.", "Thank you.", "It is dead again.")):
            headers = {"Message_ID": ids[n], "Date": "Mon, 04 Mar 2024 09:00:00 +0000"}
            if n:
                headers |= {"In_Reply_To": ids[n - 1], "References": " ".join(ids[:n])}
            if n == 1:
                headers["To"] = f"{customer}, {desk.address}"
            sender = desk.alice if n == 1 else customer
            mails.append(desk.write(sender, f"Printer {matter}", words, **headers))
    return mails


def lay(desk: WorkingDesk, mails: list[EmailMessage]) -> None:
    """Lay mails into the desk's INBOX as if they had been there for years."""
    folder = desk.host.dovecot.maildir(desk.address)
    desk.host.dovecot.append(desk.address, mails[0].as_bytes())
    for number, mail in enumerate(mails[1:], 1):
        _lay(folder / "new" / f"{1_700_000_000 + number}.M{number}P1.host", mail.as_bytes(), desk)


def _lay(path: Path, raw: bytes, desk: WorkingDesk) -> None:
    path.write_bytes(raw.replace(b"\r\n", b"\n"))
    os.chown(path, desk.host.dovecot.uid, desk.host.dovecot.gid)


def test_an_old_mailbox_is_taken_over_quietly(new_desk: Callable[..., WorkingDesk]):
    """500 old mails become closed tickets by thread, over a kill, and nobody gets a mail; a new one is answered."""
    desk = new_desk(old_before="first-connection")
    lay(desk, old_mails(desk))
    desk.start()
    desk.wait_for_event("folder_first_seen", old=OLD_MAILS, taken_over_as="closed")
    desk.wait_for_event("entry_added", 5)
    desk.kill()
    running = desk.start()
    desk.wait_for_event("mailbox_connected")
    bob = desk.host.new_user("bigco.example")
    desk.send(desk.write(bob, "Today", "My screen is dark."), bob)

    acknowledged = desk.wait_for_mail(bob)

    assert not running.find("old_mail_taken_over", left=0), "today's customer waited for all of the old mail"
    assert not running.find("folder_first_seen"), "what is old was seen by the life that was killed"
    desk.wait_for_event("old_mail_taken_over", left=0)
    desk.wait_for_event("outcomes_shown")
    assert desk.stop() == 0
    assert "Today" in acknowledged["Subject"]
    states = dict(rows_of(desk, "SELECT state, count(*) FROM ticket GROUP BY state"))
    assert states == {"closed": TICKETS, "new": 1}
    kinds = dict(rows_of(desk, "SELECT kind, count(*) FROM entry GROUP BY kind"))
    assert kinds == {"customer-message": 3 * TICKETS + 1, "agent-reply": TICKETS}
    written = {recipient for (recipient,) in rows_of(desk, "SELECT recipient FROM outgoing_mail")}
    assert written == {bob, desk.alice, desk.carol}
    assert len(rows_of(desk, "SELECT id FROM outgoing_mail")) == len(written), "of the old mail, nobody is told"
    assert desk.maild("verify").returncode == 0
