"""A week at the desk in fast time: the shipped desk, from the first mail on Monday to the report on Friday evening.

Between two scenes the clock goes from one due instant to the next, so that every reminder, breach, escalation and
report comes when it would.
"""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from maild.demo.cast import ALICE, BOB, CAROL, DORA, DORA_AT_HOME, HENRI, NINA, OMAR, UMA, YUKI, Player
from maild.demo.fasttime import FastTime, wait_until
from maild.demo.servers import MailHost
from maild.demo.stage import MissedCueError, Stage, plain_text

ZONE: Final = ZoneInfo("Europe/London")
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_DUE: Final = """
SELECT min(due_at) FROM (SELECT due_at FROM timer WHERE done_at IS NULL
                         UNION ALL SELECT due_at FROM outgoing_mail WHERE ended_at IS NULL)
"""
_LINK: Final = re.compile(r"http://127\.0\.0\.1:\d+/\w+/[\w-]+")
_NONCE: Final = re.compile(r'name="nonce"\s+value="([^"]+)"')
_CODE: Final = re.compile(r"(?m)^\s*([A-Z0-9]{4,}(?:[ -]?[A-Z0-9]{3,})*)\s*$")
_TITLE: Final = re.compile(r"<title>([^<]*)</title>")

Wanted = Callable[[EmailMessage], bool]


def monday_of(at: datetime) -> datetime:
    """Give midnight, where the desk is, of the Monday that comes after an instant."""
    local = at.astimezone(ZONE)
    return (local + timedelta(days=7 - local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(slots=True)
class Week:
    """The scenes in order. Raises MissedCueError when the desk does not do what the scene shows."""

    host: MailHost
    stage: Stage
    time: FastTime
    database: Path
    monday: datetime
    _seen: int = 0

    def perform(self) -> None:
        """Play every scene."""
        self.a_matter_from_first_to_last()
        self.who_is_dora()
        self.five_write_of_one_outage()
        self.nobody_answers_in_time()
        self.it_costs_something()
        self.the_day_ends()

    def a_matter_from_first_to_last(self) -> None:
        self._on(0, "09:00", "Bob's VPN does not connect. The desk knows the procedure, and asks for what is missing.")
        self._send(BOB, BOB.write("VPN does not connect", "Since this morning. The client says: error 809.\n"))
        self._hears(BOB, "[#")
        notice = self._hears(NINA, "VPN")
        self._send(NINA, NINA.answer(notice, "#done 1,2\n\nHello Bob,\n\nplease take the new profile from the portal."))
        self._hears(BOB, "new profile")
        self._on(0, "11:00", "Nina says that it is solved; Bob presses the button on the page that his mail links to.")
        self._send(NINA, NINA.answer(notice, "#resolve The profile of October had expired; you have a new one."))
        self._press(self._hears(BOB, "had expired"), solved="yes")
        self.stage.tell("Closed. The survey came with it: five of five.")
        self._press(self._hears(BOB, "/survey/"), score="5", words="Quick and kind.")

    def who_is_dora(self) -> None:
        self._on(
            0, "14:00", "Dora forgot her password. Nothing is done before a code comes back from her other mailbox."
        )
        self._send(DORA, DORA.write("Locked out", "I forgot my password, please help.\n"))
        thanks = self._hears(DORA, "[#")
        self._hears(ALICE, "Locked out")
        code = _found(_CODE, plain_text(self._hears(DORA_AT_HOME, "code")))
        self._send(DORA, DORA.answer(thanks, code))
        notice = self._hears(ALICE, "verified")
        done = "#done 1,3\n#resolve You have a new one: Alice told you by phone."
        self._send(ALICE, ALICE.answer(notice, done))
        solved = self._hears(DORA, "told you by phone")
        self._on(0, "15:30", "Dora answers with words, not with a yes: the ticket is open again.")
        self._send(DORA, DORA.answer(solved, "No, it is not accepted."))
        again = self._hears(ALICE, "not accepted")
        self._send(ALICE, ALICE.answer(again, "#resolve The directory had not taken it; now it has."))
        solved = self._hears(DORA, "had not taken it")
        self._send(DORA, DORA.answer(solved, "Yes, thank you!"))
        self.stage.tell("She answers the survey by mail. A low score reaches the manager.")
        self._send(DORA, DORA.answer(self._hears(DORA, "/survey/"), "2\n\nIt took two tries."))
        self._hears(CAROL, "two tries")

    def five_write_of_one_outage(self) -> None:
        self._on(1, "10:00", "Five people write of the same failure within half an hour: one incident.")
        for minutes, player in enumerate((BOB, DORA, HENRI, YUKI, UMA)):
            self._pass_until(1, f"10:{5 * minutes:02}")
            words = (
                f"The network on floor {minutes + 1} is gone, error 100{minutes}, since nine. 10 people are affected.\n"
            )
            self._send(player, player.write(f"No network on floor {minutes + 1}", words))
            self._hears(player, "[#")
        notice = self._hears(NINA, "Network outage")
        self._on(1, "10:50", "One answer to the incident goes to each of them, in their own thread.")
        self._send(NINA, NINA.answer(notice, "#done 1\n#resolve A switch was replaced. Please sign in again."))
        for player in (BOB, DORA, HENRI, YUKI, UMA):
            self._hears(player, "switch was replaced")

    def nobody_answers_in_time(self) -> None:
        self._on(2, "09:00", "Production is down, and nobody answers: warned, breached, escalated, each to the minute.")
        words = "The network of production is down, nothing works since nine. 40 people are affected.\n"
        self._send(BOB, BOB.write("Production is down", words))
        notice = self._hears(NINA, "Production is down")
        self._pass_until(2, "09:35")
        self._hears(OMAR, "Production is down")
        self._send(NINA, NINA.answer(notice, "#done 1\n\nHello Bob,\n\nwe are on it: the core router does not answer."))
        self._hears(BOB, "core router")
        self._on(2, "11:01", "Two hours: level 2, with what there is. What is missing is asked from Nina by a form.")
        form = self._hears(NINA, 'or write "none"')
        filled = "Logs or errors: %SYS-2-MALLOCFAIL on the router\nContact: Bob, +44 20 7946 0000\n"
        self._send(NINA, NINA.answer(form, f"{filled}Steps tried: restarted it twice\nImpact: 40 people\n"))
        self._hears(OMAR, "MALLOCFAIL")
        self._on(2, "13:05", "Four hours: level 3, and the managers hear of it.")
        self._hears(CAROL, "Production is down")
        urgent = self._hears(OMAR, "Production is down")
        self.stage.tell("Omar takes over, and solves it.")
        self._send(OMAR, OMAR.answer(urgent, "#resolve The router has new firmware."))
        self._send(BOB, BOB.answer(self._hears(BOB, "new firmware"), "Yes, thank you!"))
        self._hears(BOB, "Production is down")
        self._on(2, "17:31", "The day in figures, for the manager; charts are attached.")
        self.stage.show_words(self._hears(CAROL, "end-of-day"))

    def it_costs_something(self) -> None:
        self._on(3, "10:00", "A laptop costs 620 EUR. Nina cannot close the matter before Omar agrees.")
        self._send(HENRI, HENRI.write("New laptop", "Please install a new laptop for Ann, who starts on Monday.\n"))
        notice = self._hears(NINA, "New laptop")
        self._send(NINA, NINA.answer(notice, "#field cost=620\n#done 1,4,5"))
        asked = self._hears(OMAR, "Approval")
        self._send(NINA, NINA.answer(notice, "#resolve It is on Ann's desk."))
        refused = self._hears(NINA, "approv")
        self._send(OMAR, OMAR.answer(asked, "#approve"))
        self._hears(NINA, "approved")
        self._send(NINA, NINA.answer(refused, "#send"))
        self._hears(HENRI, "on Ann's desk")

    def the_day_ends(self) -> None:
        self._pass_until(4, "16:59")
        self._seen = len(self.stage.mails)
        self._on(4, "17:01", "The handover, which Alice accepts.")
        self._send(ALICE, ALICE.answer(self._hears(ALICE, "andover"), "#ack"))
        self._hears(ALICE, "became of your mail")
        self._pass_until(4, "17:31")
        self._hears(CAROL, "end-of-day")
        self.stage.tell("Carol wants the figures of the week, and asks by mail.")
        self._send(CAROL, CAROL.write("Figures", f"#report {self.monday:%G-W%V}"))
        self.stage.show_words(self._hears(CAROL, "became of your mail"))

    def _on(self, day: int, clock: str, words: str) -> None:
        """Let time pass, and say what comes next."""
        self._pass_until(day, clock)
        self.stage.tell(f"{DAYS[day]}, {clock}. {words}")

    def _pass_until(self, day: int, clock: str) -> None:
        """Go from one due instant to the next; each is done before time goes on."""
        hour, _, minute = clock.partition(":")
        until = (self.monday + timedelta(days=day)).replace(hour=int(hour), minute=int(minute))
        while (due := self._next_due()) is not None and due < until:
            self.time.put_forward(due)
            if not wait_until(lambda due=due: (self._next_due() or until) > due):  # type: ignore[misc]  # its default
                raise MissedCueError(f"what was due at {due:%A %H:%M}")
        self.time.put_forward(until)

    def _next_due(self) -> datetime | None:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)) as connection:
            ((due,),) = connection.execute(_DUE).fetchall()
        return None if due is None else datetime.fromtimestamp(due / 1_000_000, UTC)

    def _send(self, player: Player, mail: EmailMessage) -> None:
        self._seen = len(self.stage.mails)
        player.send(self.host, mail)

    def _hears(self, player: Player, word: str) -> EmailMessage:
        """Wait for a mail that came since the last one was sent, or will."""
        return self.stage.wait_for_mail(
            player.address, lambda mail: word in f"{mail['Subject']}\n{plain_text(mail)}", self._seen
        )

    def _press(self, mail: EmailMessage, **fields: str) -> None:
        """Open the page of a mail's link, and press its button, as a browser without scripts does."""
        link = _found(_LINK, plain_text(mail))
        with urlopen(link, timeout=30) as shown:
            page = shown.read().decode("utf-8")
        self.stage.note("page", f"GET  {_found(_TITLE, page)}")
        form = urlencode({"nonce": _found(_NONCE, page), **fields}).encode("ascii")
        with urlopen(Request(link, form), timeout=30) as shown:
            self.stage.note("page", f"POST {_found(_TITLE, shown.read().decode('utf-8'))}")


def _found(pattern: "re.Pattern[str]", text: str) -> str:
    found = pattern.search(text)
    if found is None:
        raise MissedCueError(f"{pattern.pattern} in {text[:200]!r}")
    return found[1] if pattern.groups else found[0]
