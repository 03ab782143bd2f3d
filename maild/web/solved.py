"""The page "is it solved?" that a `resolved` mail links to: to look at it does nothing, a button says yes or no."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from maild.errors import MaildError
from maild.model.links import Purpose
from maild.model.ticket import EntryKind, State
from maild.web.answering import LONGEST_WORDS, Visit, answer, is_pressed, new_nonce, visit
from maild.web.answers import page, read_form
from maild.web.room import Room
from maild.web.words import SOLVED, language_of

_YES, _NO = "yes", "no"
_SETTLED: Final = frozenset({State.RESOLVED, State.CLOSED})


def routes_of(room: Room) -> Iterator[Route]:
    """Give the pages of this room."""
    path = f"/{Purpose.SOLVED.value}/{{secret}}"
    yield Route(path, partial(_show, room), methods=["GET"])
    yield Route(path, partial(_take, room), methods=["POST"])


async def _show(room: Room, request: Request) -> Response:
    return _page(room, await visit(room, request, Purpose.SOLVED))


async def _take(room: Room, request: Request) -> Response:
    found = await visit(room, request, Purpose.SOLVED)
    form = await read_form(request)
    words = form.get("words", "").replace("\r\n", "\n").strip()
    said = form.get("solved", "")
    wrong = _wrong(found, form.get("nonce", ""), said, words)
    if wrong:
        return _page(room, found, words, wrong, 400)
    answered = _answer_of(found, said, words)
    try:
        if answered:
            await answer(room, found, answered)
    except MaildError:
        return _page(room, found, words, "again", 503)
    return RedirectResponse(request.url.path, 303)


def _wrong(found: Visit, nonce: str, said: str, words: str) -> str:
    """Say what keeps a form from counting; "" where nothing does."""
    if said not in {_YES, _NO}:
        return "choose"
    if len(words) > LONGEST_WORDS:
        return "long"
    if said == _NO and not words and found.known.ticket.state is State.CLOSED:
        return "words"
    return "" if is_pressed(found, nonce) else "press"


def _answer_of(found: Visit, said: str, words: str) -> str:
    """Give what they would have written; "" where it is said already, or there is nothing to say it to."""
    ticket, spoken = found.known.ticket, SOLVED[language_of(found.known.ticket.language, found.house)]
    if said == _YES:
        return spoken["answer_yes"] if ticket.state is State.RESOLVED else ""
    text = f"{spoken['answer_no']}\n\n{words}" if words else spoken["answer_no"]
    is_said = not words or text == _last_words(found)
    return "" if ticket.state not in _SETTLED and is_said else text


def _last_words(found: Visit) -> str:
    said = (entry for entry in reversed(found.known.entries) if entry.kind is EntryKind.CUSTOMER)
    last = next(said, None)
    return last.text.strip() if last is not None and last.by.lower() == found.mail.recipient.lower() else ""


def _page(room: Room, found: Visit, words: str = "", wrong: str = "", status: int = 200) -> Response:
    ticket = found.known.ticket
    language = language_of(ticket.language, found.house)
    say = SOLVED[language]
    state = ticket.state.value if ticket.state in _SETTLED else "open"
    values = {
        "language": language,
        "title": say[f"title_{state}"],
        "desk_name": room.config.desk.name,
        "say": say,
        "state": state,
        "number": ticket.number,
        "subject": ticket.subject,
        "words": words[:LONGEST_WORDS],
        "wrong": say[f"wrong_{wrong}"] if wrong else "",
        "nonce": new_nonce(found),
        "most": LONGEST_WORDS,
    }
    return page("solved", values, status)
