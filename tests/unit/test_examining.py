"""What stands between edited rules and the desk."""

from dataclasses import replace

import pytest

from maild.examining import doubts_of
from maild.model.edition import Holding
from maild.replaying import Group, Replay
from maild.rules import find_orphans, words_of_orphans
from maild.rules.rulings import Difference, Said
from tests.unit.desk_values import NOW
from tests.unit.rules_values import ALICE, rules_of

SPAM = Group(Difference("outcome", Said("filed", ""), Said("spam", "vpn (b.yaml:12)")), 2, (1012,), (7,))
TAGGED = Group(Difference("tag", Said("", ""), Said("vpn", "vpn (b.yaml:12)")), 6, (1012,), (7,))
HELD_BEFORE = Group(Difference("outcome", Said("held", ""), Said("filed", "")), 1, (1012,), (7,))


@pytest.mark.parametrize(
    ("changed", "groups", "doubts"),
    [
        (0, (), ()),
        (5, (TAGGED, HELD_BEFORE), ()),
        (6, (TAGGED,), ("6 of 100 decisions of the last 7 days would be other ones (6%)",)),
        (2, (SPAM,), ("2 mails would newly be spam, by vpn (b.yaml:12), like ticket #1012",)),
        (1, (replace(SPAM, count=1),), ("1 mail would newly be spam, by vpn (b.yaml:12), like ticket #1012",)),
    ],
)
def test_more_than_five_in_a_hundred_or_any_new_spam_is_asked_about(
    changed: int, groups: tuple[Group, ...], doubts: tuple[str, ...]
):
    """Five in a hundred pass, and so does what was held and is not any more."""
    assert doubts_of(Replay(NOW, 100, changed, groups)) == doubts


def test_a_desk_without_mail_has_nothing_to_replay():
    """Nothing changes of nothing."""
    assert doubts_of(Replay(NOW, 0, 0, ())) == ()


def test_open_tickets_lose_nothing_that_rules_still_know():
    """A person who left and the old name of a team are known; what is named nowhere is not."""
    rules = rules_of(
        ALICE.replace("role: admin", "role: admin, left: 2020-01-01"),
        "teams: {network: {members: [alice], was: [net-ops]}}\ncategories: {network: {}}\n",
    )
    kept = [("assignee", "alice"), ("team", "network"), ("team", "net-ops"), ("category", "network")]
    lost = [("assignee", "bob"), ("team", "first-line"), ("category", "network/vpn"), ("queue", "billing")]
    lost += [("agreement", "gold")]
    holdings = [Holding(field, value, 14, 1012) for field, value in (*kept, *lost)]

    assert [(one.field, one.value) for one in find_orphans(holdings, rules)] == lost
    assert words_of_orphans(Holding("team", "net", 14, 1012)) == (
        "team net: 14 open tickets have it, like #1012; write `was: [net]` at the team that takes them over"
    )
