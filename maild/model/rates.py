"""How often something happened: what is counted together, and what is asked of the counts."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class RateOf(StrEnum):
    """What a rate counts together."""

    CATEGORY = "category"
    CUSTOMER = "customer"
    SENDER_DOMAIN = "sender_domain"
    ADDRESS = "address"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Counted:
    """Under what a mail is counted: one key of one kind."""

    of: RateOf
    key: str


@dataclass(frozen=True, slots=True)
class RateQuestion:
    """How many earlier mails opened a ticket of a category, customer, domain or address within the span before now.

    Of a rule: how often it held, its rates apart. A mail that came exactly `within` ago is one of them.
    """

    of: RateOf
    key: str
    within: timedelta

    @property
    def counted(self) -> Counted:
        """Under what the mails that are asked for were counted."""
        return Counted(self.of, self.key)
