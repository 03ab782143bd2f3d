"""Whether a ticket needs an approval as it stands, and on which tier. Pure."""

from datetime import datetime

from maild.rules.approvals import Approval, Tier
from maild.rules.occasions import RateAnswers, Seen, TicketView
from maild.rules.scene import Scene, holds
from maild.rules.values import Rules

_NOTHING_SEEN = Seen("", "", "", "")


def find_tier(approval: Approval, rules: Rules, view: TicketView, now: datetime, *, is_wanted: bool) -> Tier | None:
    """Find the tier that a ticket stands on; None where nobody need agree.

    `is_wanted`: a rule or a command asked for it, whatever its conditions say.
    """
    reached = approval.reached_by(view.fields.get(approval.of, "")) if approval.of is not None else approval.tiers[0]
    lowest = approval.tiers[0] if is_wanted else None
    if reached is None or (approval.of is None and approval.when is None):
        return lowest
    scene = Scene(rules, _NOTHING_SEEN, frozenset(), view, RateAnswers(), now)
    is_due = approval.when is None or bool(holds(approval.when, scene))
    return reached if is_due or is_wanted else None
