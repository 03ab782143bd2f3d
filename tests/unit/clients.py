"""How mail clients write an answer: what they put above the quoted mail, and how they dress its lines.

Written from the looks of many clients' mails; each takes the text of a mail of ours as its reader saw it.
"""

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

NAME, ADDRESS, READER = "Bob Miller via Acme Support", "support@acme.example", "Alice Reyes <alice@acme.example>"
FULL = f"{NAME} <{ADDRESS}>"


@dataclass(frozen=True)
class Client:
    """`above` is what stands over the quote (with {subject}); `dress` makes the quoted lines of a text.

    `sign` is what the client puts under the words of a top-posted answer.
    """

    name: str
    above: str
    dress: Callable[[str], list[str]]
    is_marked: bool
    sign: str = ""


def marked(text: str) -> list[str]:
    return [f"> {line}" if line else ">" for line in text.split("\n")]


def nested(text: str) -> list[str]:
    """Quote marks stand side by side where a line was quoted before."""
    return [f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in text.split("\n")]


def wrapped(text: str) -> list[str]:
    """Long lines are broken, and every part is marked."""
    lines: list[str] = []
    for line in text.split("\n"):
        lines += broken(line)
    return [f"> {line}".rstrip() for line in lines]


def torn(text: str) -> list[str]:
    """Long lines are marked first and broken later, as relays do."""
    return [part for line in marked(text) for part in broken(line)]


def broken(line: str) -> list[str]:
    """No client breaks a word."""
    return textwrap.wrap(line, 60, break_long_words=False, break_on_hyphens=False) or [""]


def plain(text: str) -> list[str]:
    return text.split("\n")


def spaced(text: str) -> list[str]:
    """Every line is a paragraph, and addresses have become links."""
    linked = re.sub(r"(?<![:\w.])([\w.]+@[\w.]+\w)", r"\1<mailto:\1>", text)
    return [each for line in linked.split("\n") for each in (line.replace(" ", "\u00a0", 1), "")]


def indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.split("\n")]


def bare(text: str) -> list[str]:
    """Quote marks of the text itself were a bar at the side, and are gone."""
    return [re.sub(r"^(> ?)+", "", line) for line in text.split("\n")]


OUTLOOK = f"From: {FULL}\nSent: Monday, 23 November 2026 09:12\nTo: {READER}\nSubject: {{subject}}\n"
CLIENTS = [
    Client("gmail", f"On Mon, Nov 23, 2026 at 9:12 AM {NAME} <\n{ADDRESS}> wrote:\n", marked, True),
    Client("gmail-de", f"Am Mo., 23. Nov. 2026 um 09:12 Uhr schrieb {NAME} <\n{ADDRESS}>:\n", nested, True),
    Client("gmail-fr", f"Le lun. 23 nov. 2026 à 09:12, {FULL} a\nécrit :\n", nested, True),
    Client("gmail-ja", f"2026年11月23日(月) 9:12 {FULL}:\n", marked, True),
    Client("apple-mail", f"On 23 Nov 2026, at 09:12, {FULL} wrote:\n", marked, True),
    Client("iphone", f"> On 23 Nov 2026, at 09:12, {FULL} wrote:\n> \n> \ufeff", marked, True, "Sent from my iPhone"),
    Client("thunderbird", f"On 23/11/2026 09:12, {NAME} wrote:", wrapped, True),
    Client("thunderbird-ru", f"23.11.2026 09:12, {NAME} пишет:", torn, True),
    Client("mutt", f"On Mon, Nov 23, 2026 at 09:12:03AM +0000, {NAME} wrote:", marked, True),
    Client("k-9", f"On 23 November 2026 09:12:03 GMT, {FULL} wrote:", torn, True),
    Client("protonmail", f"-------- Original Message --------\nOn 11/23/26 9:12 AM, {NAME} wrote:\n", marked, True),
    Client("outlook", OUTLOOK, plain, False),
    Client(
        "outlook-de",
        f"Von: {FULL}\nGesendet: Montag, 23. November 2026 09:12\nAn: {READER}\nBetreff: {{subject}}\n",
        spaced,
        False,
    ),
    Client(
        "outlook-ja",
        f"差出人: {FULL}\n送信日時: 2026年11月23日 9:12\n宛先: {READER}\n件名: {{subject}}\n",
        spaced,
        False,
    ),
    Client(
        "outlook-web",
        f"________________________________\nFrom: {FULL}\n\nSent: 23 November 2026 09:12\n\n"
        f"To: {READER}\n\nSubject: {{subject}}\n",
        bare,
        False,
    ),
    Client("outlook-2003", f"-----Original Message-----\n{OUTLOOK}", plain, False),
    Client(
        "outlook-mobile",
        f"________________________________\n{OUTLOOK}",
        plain,
        False,
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
    ),
    Client(
        "samsung",
        f"-------- Original message --------\nFrom: {FULL} \nDate: 23/11/2026  09:12  (GMT+00:00) \n"
        f"To: alice@acme.example \nSubject: {{subject}} \n",
        plain,
        False,
    ),
    Client("yahoo", f"    On Monday, November 23, 2026 at 09:12:00 AM GMT, {FULL} wrote:  \n ", indented, False),
    Client("zoho", f"---- On Mon, 23 Nov 2026 09:12:03 +0000 {FULL} wrote ----\n", plain, False),
    Client("groupwise", f">>> {FULL} 23/11/2026 09:12 >>>", plain, False),
    Client("notes", f"From:\t{FULL}\nTo:\t{READER}\nDate:\t23.11.2026 09:12\nSubject:\t{{subject}}\n\n", bare, False),
]


def quote(client: Client, subject: str, text: str) -> list[str]:
    """Write what a client puts under or over the words of an answer."""
    return [*client.above.format(subject=subject).split("\n"), *client.dress(text)]


def top_posted(client: Client, subject: str, text: str, words: str) -> str:
    signed = [client.sign, ""] if client.sign else []
    return "\n".join([words, "", *signed, *quote(client, subject, text)])


def bottom_posted(client: Client, subject: str, text: str, words: str) -> str:
    return "\n".join([*quote(client, subject, text), "", words])


def inline(client: Client, subject: str, text: str, answers: dict[str, str]) -> str:
    """Put answers under quoted lines: each key is the end of the line that is answered."""
    lines: list[str] = []
    for line in quote(client, subject, text):
        lines.append(line)
        for asked, answer in answers.items():
            if line.replace("\u00a0", " ").rstrip().endswith(asked):
                lines += ["", answer, ""]
    return "\n".join(lines)
