"""What an approval keeps back: a command waits until those agreed who must, and whoever gives it hears what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from maild.desk.approvers import excluded
from maild.desk.house import House
from maild.desk.viewing import view_of
from maild.model.asked import Asked, Stage, parse_asked
from maild.model.saying import Said, say
from maild.model.ticket import Ticket
from maild.rules import Approval, TicketView, Tier, Verdicts, find_tier
from maild.rules.effects import AskApproval


@dataclass(frozen=True, slots=True)
class _Asker:
    """For which house it is asked, and when."""

    house: House
    now: datetime


def why_blocked(word: str, ticket: Ticket, house: House, now: datetime) -> Said | None:
    """Say which approval a command waits for on a ticket; None where it may be done."""
    for approval in house.rules.approvals.values():
        one = parse_asked(ticket.approval(approval.key))
        why = _why_not(word, approval, one, view_of(ticket), _Asker(house, now))
        never = (
            excluded(approval, ticket, house, now) if one is not None and approval.is_blocking(word) else frozenset()
        )
        if why is None and one is not None and not never.isdisjoint(one.approved):
            why = say(
                "#{word}: “{title}” was approved by {name}, who must not have the ticket: give it to somebody else",
                word=word,
                title=approval.title("en"),
                name=names_of(one.approved, house),
            )
        if why is not None:
            return why
    return None


def why_rules_blocked(word: str, ticket: Ticket | None, verdicts: Verdicts, house: House, now: datetime) -> Said | None:
    """Say which approval keeps rules from ending a ticket as it would stand by them; `ticket` is None for a new one."""
    wanted = {done.effect.name for done in verdicts.done if isinstance(done.effect, AskApproval)}
    for approval in house.rules.approvals.values():
        one = parse_asked(ticket.approval(approval.key)) if ticket is not None else None
        one = Asked(Stage.WANTED, is_wanted=True) if one is None and approval.key in wanted else one
        why = _why_not(word, approval, one, verdicts.after, _Asker(house, now))
        if why is not None:
            return why
    return None


def is_granted(one: Asked, approval: Approval, tier: Tier) -> bool:
    """Whether it was approved, for this tier or a higher one."""
    return one.stage is Stage.APPROVED and rank(approval, one.tier) >= rank(approval, tier.key)


def rank(approval: Approval, key: str) -> int:
    """Give how high a tier is; -1 for one that the rule files do not have any more."""
    return next((number for number, tier in enumerate(approval.tiers) if tier.key == key), -1)


def names_of(people: tuple[str, ...], house: House) -> str:
    """Name people by what they are called, those outside by their addresses."""
    known: Mapping[str, str] = {key: person.name for key, person in house.rules.people.items()}
    return ", ".join(known.get(each, each) for each in people) or "nobody"


def _why_not(word: str, approval: Approval, one: Asked | None, view: TicketView, asker: _Asker) -> Said | None:
    if not approval.is_blocking(word):
        return None
    tier = find_tier(approval, asker.house.rules, view, asker.now, is_wanted=one is not None and one.is_wanted)
    if tier is None or (one is not None and is_granted(one, approval, tier)):
        return None
    return _why(word, approval, one, asker.house)


def _why(word: str, approval: Approval, one: Asked | None, house: House) -> Said:
    title, key = approval.title("en"), approval.key
    match one.stage if one is not None else None:
        case Stage.OPEN if one is not None:
            return say(
                "#{word}: “{title}” must be approved first; it was asked of {names}, {count} of {quorum} agreed so far",
                word=word,
                title=title,
                names=names_of(one.asked, house),
                count=len(one.approved),
                quorum=one.quorum,
            )
        case Stage.REJECTED if one is not None:
            return say(
                "#{word}: “{title}” was rejected by {name}{reason}; #approval {key} asks once more",
                word=word,
                title=title,
                name=names_of((one.rejected,), house),
                reason=f": {one.reason}" if one.reason else "",
                key=key,
            )
        case Stage.EXPIRED:
            return say(
                "#{word}: nobody approved “{title}” in time; #approval {key} asks once more",
                word=word,
                title=title,
                key=key,
            )
        case _:
            return say(
                "#{word}: “{title}” must be approved first; your other lines without #{word} have it asked",
                word=word,
                title=title,
            )
