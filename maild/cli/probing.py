"""`maild check --probe`: the desk writes to itself by each queue's relay, and sees what comes.

Three letters go out for each queue: a plain one, one to a plus-address, one without an envelope sender; when it is
known whose results the plain one carries, a fourth with forged ones. What has come is shown as done, as by a daemon.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence

from rich.console import Console

from maild.cli.findings import Probed, Report, Tried, report
from maild.cli.letters import Kind, Letter, find_stamp, write_letter
from maild.cli.opening import now
from maild.cli.watching import Watch, watching
from maild.config import Config
from maild.errors import RelayRefusedError, RelayUnavailableError
from maild.model.outgoing import Accepted, DueMail, Offered
from maild.oauth import Wallet
from maild.parsing.authenticity import FIRST_WITHOUT_ID
from maild.rules import Queue, Rules
from maild.smtp import Relay


def probe(config: Config, rules: Rules) -> Report:
    """Send the letters, wait for them, and draw the conclusions."""
    queues, wallet = list(rules.queues.values()), Wallet(config, os.environ, now)
    relays = {name: Relay(settings, wallet.of_relay(name)) for name, settings in config.relays.items()}
    with Console(stderr=True).status("Writing to ourselves"), watching(config, wallet) as watch:
        first = [
            write_letter(kind, queue.key, queue.address, now())
            for queue in queues
            for kind in (Kind.PLAIN, Kind.PLUS, Kind.NULL)
        ]
        tried = _try(relays, rules, watch, first)
        probed = [_probed(queue, tried) for queue in queues]
        forged = [
            write_letter(Kind.FORGED, each.queue.key, each.queue.address, now(), each.stamp)
            for each in probed
            if each.stamp not in {None, FIRST_WITHOUT_ID}
        ]
        tried += _try(relays, rules, watch, forged)
        seen = None if any(each.stamp for each in probed) else find_stamp(watch.recent())
        watch.tidy()
    return report([_probed(queue, tried) for queue in queues], seen)


def _probed(queue: Queue, tried: Sequence[Tried]) -> Probed:
    ours = {each.letter.kind: each for each in tried if each.letter.queue == queue.key}
    plain = ours[Kind.PLAIN].came
    return Probed(queue, ours, find_stamp([plain.message]) if plain is not None else None)


def _try(relays: Mapping[str, Relay], rules: Rules, watch: Watch, letters: Sequence[Letter]) -> list[Tried]:
    """Hand the letters to their relays, and wait for those that were taken."""
    sent: list[Tried] = []
    for name, relay in relays.items():
        ours = [letter for letter in letters if rules.queues[letter.queue].relay == name]
        if ours:
            sent += asyncio.run(_send(relay, ours))
    came = watch.wait_for([each.letter for each in sent if not each.refusal])
    return [Tried(each.letter, each.refusal, came.get(each.letter.token)) for each in sent]


async def _send(relay: Relay, letters: Sequence[Letter]) -> list[Tried]:
    try:
        return [Tried(letter, await _hand_over(relay, _due(letter))) for letter in letters]
    finally:
        await relay.close()


async def _hand_over(relay: Relay, mail: DueMail) -> str:
    """Send one letter; return why it was not taken, "" if it was."""
    try:
        outcome = await relay.offer(mail)
        if isinstance(outcome, Offered):
            done = await relay.hand_over(mail)
            return "" if isinstance(done, Accepted) else done.reason
    except (RelayRefusedError, RelayUnavailableError) as error:
        return str(error)
    return outcome.reason


def _due(letter: Letter) -> DueMail:
    return DueMail(
        id=0,
        claim="",
        token=letter.token,
        recipient=letter.recipient,
        envelope_from=letter.envelope_from,
        relay="",
        attempts=0,
        doubts=0,
        created_at=now(),
        expires_at=now(),
        wire=letter.raw,
    )
