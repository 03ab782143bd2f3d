"""What `maild explain` says of rules: each of them, held or not, and on which words; and what they did."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from maild.cli.display import print_heading, print_table, print_text
from maild.cli.opening import config_directory
from maild.config import Config, Texts, read_config, texts_of
from maild.desk import House
from maild.desk.again import rule_again
from maild.desk.ruling import ruled
from maild.errors import ConfigurationError
from maild.model.explaining import rules_told
from maild.model.mail import Message
from maild.premises import NO_KEYS, Premises, sound_premises
from maild.reading import Readers
from maild.replaying import asked_of
from maild.rules.occasions import RESTING
from maild.rules.rulings import effects_of, parse_ruling
from maild.store import Store

# The JSON of model/explaining.py; `rules_in_full` says whether the rules that did not hold are among its rules.
Story = Mapping[str, Any]


def in_full(story: Story, message: Message, mailbox: str, size: int, house: House) -> Story:
    """Tell in a story of every rule of a house, if rules were asked at all; they are those that decided."""
    asked = asked_of(story, mailbox, size)
    if asked is None or asked.ruling.digest != house.rules.digest:
        return story
    opening = asked.ruling.opening
    first = [] if opening is None else [replace(asked, ruling=opening, is_first=True)]
    again = [rule_again(each, message, house, in_full=True) for each in (*first, asked)]
    told = rules_told(one for verdicts in again for one in ruled(verdicts))
    return {**story, "decision": {**story["decision"], "rules": told, "rules_in_full": True}}


def remembered_in_full(store: Store, stories: Sequence[Story]) -> list[Story]:
    """Tell of every rule in stored stories, where the files that decided are known, and the mail's bytes are kept."""
    config = read_config(config_directory(), os.environ)
    houses = _houses(store, config, stories)
    raws = store.read(lambda reader: reader.raws_of(one["arrival"] for one in stories if _digest_of(one) in houses))
    if not raws:
        return list(stories)
    readers = Readers(config.reading, workers=1)
    try:
        messages = dict(zip(raws, readers.read_raw(list(raws.values())), strict=True))
    finally:
        readers.stop()
    return [_in_full_again(store, one, messages.get(one["arrival"]), houses) for one in stories]


def _houses(store: Store, config: Config, stories: Sequence[Story]) -> Mapping[str | None, House]:
    """Give what decided, by the digest of its rules: what lies in the files, or the edition of that day."""
    houses: dict[str | None, House] = {}
    for story in stories:
        digest = _digest_of(story)
        if digest is None or digest in houses:
            continue
        for texts in (config.read_texts(), _texts_at(store, parse_ruling(story["decision"]["ruling"]).at)):
            house = _house_of(config, texts)
            if house is not None and house.rules.digest == digest:
                houses[digest] = house
    return houses


def _texts_at(store: Store, at: datetime) -> Texts:
    known = store.read(lambda reader: reader.edition_at(at))
    return texts_of(() if known is None else store.read(lambda reader: reader.files_of_edition(known.id)))


def _house_of(config: Config, texts: Texts) -> House | None:
    try:
        return Premises(*sound_premises(config, texts), NO_KEYS).house()
    except ConfigurationError:
        # Whoever looks at what happened is not to be stopped by an edit in hand.
        return None


def print_rules(story: Story) -> None:
    """Print every rule that is told of, and what rules did."""
    decided = story["decision"]
    ruling = decided.get("ruling")
    if ruling is None:
        return
    if decided["rules"]:
        print_heading("Rules")
        rows = [(_held(one), f"{one['name']} ({_place(one)})", "; ".join(one["words"])) for one in decided["rules"]]
        print_table(("", "rule", "on"), rows)
    done = list(effects_of(parse_ruling(ruling)))
    if done:
        print_heading("What they did")
        print_text("\n".join(done))
    if ruling["digest"] == RESTING:
        print_text("(rules rested: none was asked)")
    elif not decided.get("rules_in_full"):
        print_text("(which did not hold is not known any more: that day's files, or the mail's bytes, are not kept)")


def _in_full_again(
    store: Store, story: Story, message: Message | str | None, houses: Mapping[str | None, House]
) -> Story:
    row = store.read(lambda reader: reader.find_arrival(story["arrival"]))
    if not isinstance(message, Message) or row is None:
        return story
    return in_full(story, message, row.place.mailbox, row.size, houses[_digest_of(story)])


def _digest_of(story: Story) -> str | None:
    digest: str | None = (story["decision"].get("ruling") or {}).get("digest")
    return digest


def _held(rule: Mapping[str, Any]) -> str:
    return "held" if rule["matched"] else "–"


def _place(rule: Mapping[str, Any]) -> str:
    return f"{str(rule['file']).rpartition('/')[2]}:{rule['line']}"
