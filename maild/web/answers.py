"""How pages answer, and how what is sent to them is read: as it comes from outside, within limits."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse

from maild.composing import print_page
from maild.web.words import MESSAGES, language_for

LONGEST_FORM: Final = 64 * 1024
MOST_FIELDS: Final = 20
_FORM_TYPE: Final = "application/x-www-form-urlencoded"


class PageError(Exception):
    """A request that is answered by a message alone; `name` is one of words.MESSAGES."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(name)
        self.name, self.status = name, status


def page(
    name: str, values: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """Print a page; `values` hold its title and language."""
    whole = {"desk_name": "", "is_wide": False, **values}
    return HTMLResponse(
        print_page(name, whole), status, {"content-language": str(values["language"]), **(headers or {})}
    )


def message_page(request: Request, name: str, status: int, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """Answer with a few words, in the language that the visitor's browser asks for."""
    language = language_for(request.headers.get("accept-language", ""))
    title, *lines = MESSAGES[name][language]
    return page("message", {"language": language, "title": title, "lines": lines}, status, headers)


async def read_form(request: Request) -> dict[str, str]:
    """Read what a form sends; of a field that comes several times the first.

    Raises PageError for what no form of ours would send.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise PageError("no-form", 415)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            raise PageError("too-much", 413)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace")
    except ValueError as error:
        raise PageError("no-form", 400) from error
    form: dict[str, str] = {}
    for key, value in pairs:
        form.setdefault(key, value)
    return form
