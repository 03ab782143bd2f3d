"""The query language of `#list` and `maild ticket list`: `word:value`, `-word:value`, `before:`, `after:`, words.

`due:2026-11-30` finds what is due on that day or before it.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from maild.desk.house import House
from maild.documents import did_you_mean
from maild.model.search import Search, Term
from maild.model.ticket import FIELD_PREFIX, FINISHED, State
from maild.rules import Person

WORDS = (
    *("state", "queue", "category", "priority", "impact", "urgency", "level", "team", "assignee", "tag", "language"),
    *("sender", "participant", "confidential", "agreement", "due"),
)
_TOKEN = re.compile(r'(-)?(?:([A-Za-z_][\w.]*):)?(?:"([^"]*)"|(\S+))')
_STRAIGHT = str.maketrans("“”„‘’–—", '"""\'\'--')
_UNFINISHED = tuple(Term("state", state.value, is_excluded=True) for state in sorted(FINISHED))
_MOST_TERMS = 20


class SearchError(Exception):
    """What is searched for cannot be understood; the message says why and what to write instead."""


def parse_search(words: str, me: str | None, zone: ZoneInfo) -> Search:
    """Read a query; `me` is the person who asks, None on the command line. Dates are days in `zone`.

    Raises SearchError.
    """
    named = _named(words.strip(), me)
    if named is not None:
        return named
    terms: list[Term] = []
    span: dict[str, datetime] = {}
    for minus, word, quoted, plain in _TOKEN.findall(words.translate(_STRAIGHT)):
        value = quoted or plain
        if word.lower() in {"before", "after"}:
            span[word.lower()] = _day(word, value, zone)
        else:
            terms.append(_term(word, value, me, zone=zone, is_excluded=bool(minus)))
    if len(terms) > _MOST_TERMS:
        raise SearchError(f"a search has at most {_MOST_TERMS} words")
    return Search(tuple(terms), after=span.get("after"), before=span.get("before"))


def search_of(words: str, person: Person, house: House) -> Search:
    """Read the query of somebody of the house, who finds only what they may see; raises SearchError."""
    zone = ZoneInfo(person.timezone or house.desk.timezone)
    return replace(parse_search(words, person.key, zone), sight=house.sight_of(person))


def _named(words: str, me: str | None) -> Search | None:
    """Read one of the lists that have a name: what is unfinished, mine, or drafted by me."""
    match words.lower():
        case "":
            return Search(_UNFINISHED)
        case "mine" if me is not None:
            return Search((Term("assignee", me), *_UNFINISHED))
        case "drafts" if me is not None:
            return Search((Term("draft", me),))
        case "mine" | "drafts":
            raise SearchError(f"'{words}' is of an agent's mail; write assignee:NAME")
        case "overdue":
            return Search((Term("overdue", "*"), *_UNFINISHED))
        case _:
            return None


def _term(word: str, value: str, me: str | None, *, zone: ZoneInfo, is_excluded: bool) -> Term:
    if not word:
        return Term("text", value, is_excluded)
    name = word.lower()
    if name.startswith(FIELD_PREFIX):
        return Term(name, value, is_excluded)
    if name not in WORDS:
        raise SearchError(f"'{word}:' is no word of a search{did_you_mean(name, WORDS) or _known()}")
    if name == "state" and value.lower() not in {*(state.value for state in State), "*"}:
        raise SearchError(f"'{value}' is no state{did_you_mean(value, [state.value for state in State])}")
    if name == "due":
        return Term(name, (_day(word, value, zone) + timedelta(days=1)).isoformat(), is_excluded)
    return Term(name, me if name == "assignee" and value.lower() == "me" and me else value, is_excluded)


def _day(word: str, value: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(value), time(), tzinfo=zone).astimezone(UTC)
    except ValueError:
        raise SearchError(f"'{word}:{value}' is no day: write it like {word}:2026-11-30") from None


def _known() -> str:
    return ": " + ", ".join(_names())


def _names() -> Iterator[str]:
    yield from (f"{word}:" for word in (*WORDS, "before", "after"))
