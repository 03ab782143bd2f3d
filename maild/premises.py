"""What the configuration comes to, the same for daemon and command line: who decides, and by what.

maild.yaml + rules, templates, answers → Premises → House (deciding), Composer (writing)
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from maild.carrying import Desk, InForce
from maild.composing import Composer, check_templates
from maild.config import Config, Texts, draft_of, read_draft, texts_of
from maild.desk import Hours, House
from maild.errors import ConfigurationError
from maild.journal import hide
from maild.marks import Keyring, SigningKey
from maild.model.edition import EditionFile, digest_of
from maild.rules import EVERY_KIND, Rules, read_calendars, read_together
from maild.store import DaemonLock, Reader, Store, propose

SECRET_BYTES = 32
KEY_SIGNS = timedelta(days=365)
# For those who decide and never write: no mark is looked for.
NO_KEYS = Keyring(SigningKey("none", bytes(SECRET_BYTES)), {})


@dataclass(frozen=True, slots=True)
class Premises:
    """What the configuration comes to: everything that is the same for daemon and command line.

    `earlier` are the calendars by which clocks may run still.
    """

    config: Config
    rules: Rules
    keyring: Keyring
    earlier: tuple[Hours, ...] = ()

    def house(self) -> House:
        """Give deciding what it may know of the house."""
        config = self.config
        return House(
            desk=config.desk,
            trust=config.trust,
            limits=config.limits,
            rules=self.rules,
            keyring=self.keyring,
            mailbox_queues={name: mailbox.queue for name, mailbox in config.mailboxes.items()},
            mailbox_addresses=frozenset(mailbox.user for mailbox in config.mailboxes.values() if "@" in mailbox.user),
            answers=config.answers,
            earlier=self.earlier,
        )

    def composer(self) -> Composer:
        """Build the writer of all mails."""
        return Composer(self.config.desk, self.rules, self.keyring, self.config.templates, self.config.web.public_url)

    def in_force(self, now: Callable[[], datetime]) -> InForce:
        """Let all of it hold, for legs that decide, and in the log; `now` is their clock."""
        scrub = self.rules.scrub
        hide(lambda text: scrub.mask(EVERY_KIND.mask(text)))
        return InForce(self.house(), Desk(self.composer(), now, secrets.token_bytes))


def sound_premises(config: Config, texts: Texts) -> tuple[Config, Rules]:
    """Take rules, templates and answers with a configuration; raises ConfigurationError with every problem."""
    mine, rules = read_together(draft_of(config, texts))
    check_templates(mine, rules)
    return mine, rules


def read_premises(directory: Path, environ: Mapping[str, str]) -> tuple[Config, Rules]:
    """Read configuration and rules, and try the templates; raises ConfigurationError with every problem."""
    config, rules = read_together(read_draft(directory, environ))
    check_templates(config, rules)
    return config, rules


def find_in_force(store: Store, config: Config) -> tuple[Config, Rules] | None:
    """Read what the daemon decides by; None where there is nothing, or it does not hold with this `maild.yaml`."""

    def read(reader: Reader) -> tuple[EditionFile, ...] | None:
        known = reader.edition_in_force()
        return None if known is None else reader.files_of_edition(known.id)

    files = store.read(read)
    try:
        return None if files is None else sound_premises(config, texts_of(files))
    except ConfigurationError:
        return None


def premises_in_force(store: Store, config: Config) -> tuple[Config, Rules]:
    """Read what the daemon decides by, for a command that decides beside it; the files where it never worked.

    Raises ConfigurationError.
    """
    return find_in_force(store, config) or sound_premises(config, config.read_texts())


def begin_premises(store: Store, config: Config, now: datetime) -> tuple[Config, Rules]:
    """Read what the daemon decides by when it begins: the edition in force when it last worked.

    Where there is none, or that does not hold with this `maild.yaml` or this maild, what lies in the files is taken;
    raises ConfigurationError where that does not hold either.
    """
    known = find_in_force(store, config)
    if known is not None:
        return known
    texts = config.read_texts()
    mine, rules = sound_premises(config, texts)
    proposal = propose(digest_of(texts.files()), texts.files(), "maild run", is_attended=True)
    store.write(lambda tx: tx.take_edition(tx.propose_edition(proposal, now), (), now))
    return mine, rules


def find_earlier(store: Store, config: Config) -> tuple[Hours, ...]:
    """Read the calendars of before the last edits, as long as clocks may run by them."""
    taken = store.read(lambda reader: reader.editions_to_recount())
    found = []
    for edition, following in pairwise(taken):
        files = store.read(lambda reader, number=edition.id: reader.files_of_edition(number))  # type: ignore[misc]
        if following.taken_at is not None:
            found.append(Hours(following.taken_at, read_calendars(draft_of(config, texts_of(files)))))
    return tuple(found)


def files_alone(_: Store, config: Config, __: datetime) -> tuple[Config, Rules]:
    """Read what lies in the files, for a daemon that is only observed; raises ConfigurationError."""
    return sound_premises(config, config.read_texts())


def open_store(config: Config, lock: DaemonLock | None = None) -> Store:
    """Open the desk's database, upgrading it where it is older; the daemon's own is good only while it has the lock."""
    state = config.state
    return Store.open(state.directory, state.database, first_number=config.desk.first_number, daemon_lock=lock)


def keyring_of(store: Store, now: datetime) -> Keyring:
    """Take the desk's signing keys from the store; once the newest is a year old, or there is none, make one.

    Older keys sign no more and prove their marks for ever.
    """
    made_at = store.read(lambda reader: reader.newest_key_at())
    if made_at is None or now - made_at > KEY_SIGNS:
        key = SigningKey(secrets.token_hex(2), secrets.token_bytes(SECRET_BYTES))
        store.write(lambda tx: tx.add_signing_key(key, now))
    keys = store.read(lambda reader: reader.signing_keys())
    return Keyring(current=keys[-1], known={key.id: key for key in keys})
