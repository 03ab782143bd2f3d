"""Who vouches for the senders of a batch: our mail server's results, our own server or tenant, or our own DKIM check.

What the trusted server says comes first: its `fail` stands, and where it says that DMARC failed without consequence, no
looser check of ours makes a proof of it. DNS is asked only about senders whom nothing else proves, and only for keys of
signatures that are sound so far.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from maild.config import Config
from maild.desk import House
from maild.keys import SenderKeys
from maild.model.decision import Authenticity, Verdict
from maild.model.mail import Message
from maild.parsing import authenticity
from maild.parsing.proving import prove

_NOBODY = Authenticity(Verdict.NONE, "no server's results are trusted")


def sender_keys(config: Config, steady: Callable[[], float]) -> SenderKeys | None:
    """Give what finds the senders' DKIM keys, None where the desk does not check signatures itself."""
    return SenderKeys(config.trust.resolver, steady) if config.trust.verify_dkim else None


def authenticate(
    messages: Sequence[Message], house: House, keys: SenderKeys | None, now: datetime
) -> list[Authenticity]:
    """Say of each message, in order, whether its sender is proved; `keys` is None where signatures are not checked.

    Waits for DNS as long as `keys` does.
    """
    found = [_by_servers(message, house) for message in messages]
    if keys is None:
        return found
    open_cases = [at for at, each in enumerate(found) if _may_check(messages[at], each, house)]
    names = [seal.name for at in open_cases for seal in messages[at].seals]
    records = keys.find(names) if names else {}
    for at in open_cases:
        found[at] = _by_seals(messages[at], found[at], records, now)
    return found


def _by_servers(message: Message, house: House) -> Authenticity:
    trust, sender = house.trust, message.sender
    found = _NOBODY
    if sender is None:
        return found
    trusted = trust.authserv_id or ""
    if trusted:
        found = Authenticity(*authenticity.verdict(message.authentication, sender.address, trusted))
    if trust.internal is not None and found.verdict is Verdict.NONE:
        internal = authenticity.internal_verdict(
            message.headers, message.authentication, sender.address, trusted, trust.internal
        )
        found = Authenticity(*internal) if internal[0] is Verdict.PASS else found
    return found


def _may_check(message: Message, found: Authenticity, house: House) -> bool:
    if found.verdict is not Verdict.NONE or not message.seals:
        return False
    return not house.trust.authserv_id or not authenticity.is_failed(message.authentication, house.trust.authserv_id)


def _by_seals(message: Message, found: Authenticity, records: Mapping[str, str | None], now: datetime) -> Authenticity:
    is_proved, words = prove(message.seals, records, now)
    return Authenticity(Verdict.PASS, words) if is_proved else Authenticity(Verdict.NONE, f"{found.proof}; {words}")
