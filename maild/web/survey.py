"""The page that a `survey` mail links to: a button for each score, and room for words. To look at it does nothing."""

from collections.abc import Iterator
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from maild.desk.surveying import may_vote, scale_of, votes_since
from maild.errors import MaildError
from maild.model.links import Purpose
from maild.web.answering import LONGEST_WORDS, Visit, answer, is_pressed, new_nonce, visit
from maild.web.answers import PageError, page, read_form
from maild.web.room import Room
from maild.web.words import SURVEY, language_of


def routes_of(room: Room) -> Iterator[Route]:
    """Give the pages of this room."""
    path = f"/{Purpose.SURVEY.value}/{{secret}}"
    yield Route(path, partial(_show, room), methods=["GET"])
    yield Route(path, partial(_take, room), methods=["POST"])


async def _show(room: Room, request: Request) -> Response:
    return _page(room, await _visit(room, request))


async def _take(room: Room, request: Request) -> Response:
    found = await _visit(room, request)
    form = await read_form(request)
    score, words = form.get("score", ""), form.get("words", "").replace("\r\n", "\n").strip()
    wrong = _wrong(found, form.get("nonce", ""), score, words)
    if wrong:
        return _page(room, found, words, wrong, 400)
    try:
        if (score, words) != _voted(found):
            await answer(room, found, f"{score}\n\n{words}")
    except MaildError:
        return _page(room, found, words, "again", 503)
    return RedirectResponse(request.url.path, 303)


async def _visit(room: Room, request: Request) -> Visit:
    """Find whose survey it is; one that is over is none."""
    found = await visit(room, request, Purpose.SURVEY)
    if not may_vote(found.known, found.mail.created_at, found.house, found.at):
        raise PageError("no-page", 404)
    return found


def _wrong(found: Visit, nonce: str, score: str, words: str) -> str:
    """Say what keeps a form from counting; "" where nothing does."""
    if score not in {str(each) for each in range(1, scale_of(found.house) + 1)}:
        return "choose"
    if len(words) > LONGEST_WORDS:
        return "long"
    return "" if is_pressed(found, nonce) else "press"


def _voted(found: Visit) -> tuple[str, str]:
    """Give the score and the words that count by now; ("", "") where there are none."""
    votes = votes_since(found.known, found.mail.created_at)
    return (found.known.ticket.score or "", votes[-1].text) if votes else ("", "")


def _page(room: Room, found: Visit, words: str = "", wrong: str = "", status: int = 200) -> Response:
    ticket = found.known.ticket
    language = language_of(ticket.language, found.house)
    say, (score, said) = SURVEY[language], _voted(found)
    scale = scale_of(found.house)
    values = {
        "language": language,
        "title": say["title_voted"] if score else say["title"],
        "desk_name": room.config.desk.name,
        "say": say,
        "score": score,
        "scale": scale,
        "scores": [str(each) for each in range(1, scale + 1)],
        "number": ticket.number,
        "subject": ticket.subject,
        "words": (words if wrong else said)[:LONGEST_WORDS],
        "wrong": say[f"wrong_{wrong}"] if wrong else "",
        "nonce": new_nonce(found),
        "most": LONGEST_WORDS,
    }
    return page("survey", values, status)
