"""`maild check --connect`: every mailbox and every relay tried side by side, and what to do about each that fails.

Nothing is changed on any server, and nothing is sent.

BUGS
    Who does not answer in time is left behind in a thread of its own until the command ends.
"""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYetError
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final, TypeVar

import click
from rich.console import Console

from maild.apart import begin_apart
from maild.cli.display import fit, print_heading, print_table, size
from maild.cli.opening import now
from maild.config import AccountConfig, Config, MailboxConfig, RelayConfig, Secret
from maild.documents import did_you_mean
from maild.imap import Means, ProbedFolder, ProbedMailbox, Shown, probe_mailbox
from maild.model.explaining import Json
from maild.oauth import Wallet
from maild.reaching import Failure, Trouble
from maild.smtp import ProbedRelay, probe_relay

PATIENCE: Final = 20.0  # seconds for each, all at once
_ABILITIES: Final = ("IDLE", "MOVE", "UIDPLUS")
_EXTENSIONS: Final = ("8BITMIME", "SMTPUTF8", "PIPELINING")
_TLS_AND_PORT: Final = (
    "set `tls` and `port` as the server's operator says: implicit and 993 or 465, starttls and 143 or 587"
)

_REMEDIES: Final[Mapping[Trouble, str]] = MappingProxyType(
    {
        Trouble.NAME_UNKNOWN: "see that `host` is spelled right, and that this machine has DNS",
        Trouble.PORT_CLOSED: f"nobody listens there: {_TLS_AND_PORT}; or the server is down",
        Trouble.NOT_REACHED: "see that this machine has a way to that network, and that no firewall stands between",
        Trouble.NO_ANSWER: f"a firewall may swallow it, or the port expects TLS otherwise: {_TLS_AND_PORT}",
        Trouble.HUNG_UP: f"try again; if it stays so, another kind of server may listen there: {_TLS_AND_PORT}",
        Trouble.NOT_UNDERSTOOD: f"another kind of server may listen there: {_TLS_AND_PORT}",
        Trouble.NOT_TRUSTED: "write `host` as it stands in the server's certificate, or let this machine trust who"
        " signed it (update-ca-certificates, or SSL_CERT_FILE)",
        Trouble.NO_TLS: _TLS_AND_PORT,
        Trouble.NO_PASSWORD: "put the password where password_file, password_command or password_credential looks",
        Trouble.NO_TOKEN: "`maild auth status` shows each sign-in, `maild auth login` makes it anew",
        Trouble.SIGN_IN_REFUSED: "see that `user` and the password are right, and that the provider lets programs sign"
        " in by password (many want one made for the program)",
        Trouble.TURNED_AWAY: "the server wants nothing from this machine's address: ask its operator why",
        Trouble.PASSING: "the server has trouble of its own: try again later",
        Trouble.FOLDER_MISSING: "write the folder's name as the server has it",
        Trouble.FOLDER_REFUSED: "give the account the right to read this folder, or leave it out",
    }
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tried:
    """What was found of every account, by its name."""

    mailboxes: Mapping[str, ProbedMailbox | Failure]
    relays: Mapping[str, ProbedRelay | Failure]


def try_servers(config: Config) -> Tried:
    """Try every account at the same time; none is waited for longer than the others."""
    wallet = Wallet(config, os.environ, now)
    mailboxes = {
        name: begin_apart(partial(probe_mailbox, settings, wallet.of_mailbox(name)), f"probe:{name}")
        for name, settings in config.mailboxes.items()
    }
    relays = {
        name: begin_apart(partial(_probe_relay, settings, wallet.of_relay(name)), f"probe:{name}")
        for name, settings in config.relays.items()
    }
    deadline = time.monotonic() + PATIENCE
    with Console(stderr=True).status(f"Trying {len(mailboxes)} mailboxes and {len(relays)} relays"):
        return Tried(
            {name: _outcome(future, deadline) for name, future in mailboxes.items()},
            {name: _outcome(future, deadline) for name, future in relays.items()},
        )


def _outcome(future: "Future[T | Failure]", deadline: float) -> T | Failure:
    try:
        return future.result(max(0.0, deadline - time.monotonic()))
    except NotYetError:
        return Failure(Trouble.NO_ANSWER, f"no answer within {PATIENCE:g} s")


def _probe_relay(settings: RelayConfig, secret: Secret) -> ProbedRelay | Failure:
    return asyncio.run(probe_relay(settings, secret))


def servers_said(config: Config, tried: Tried) -> tuple[dict[str, list[Json]], bool]:
    """Say what was found, and whether all is well."""
    mailboxes = [
        row for name, found in tried.mailboxes.items() for row in _folders(name, config.mailboxes[name], found)
    ]
    relays = [_relay(name, config, found) for name, found in tried.relays.items()]
    is_well = all(row["ok"] for row in (*mailboxes, *relays))
    return {"mailboxes": mailboxes, "relays": relays}, is_well


def _folders(name: str, settings: MailboxConfig, found: ProbedMailbox | Failure) -> list[Json]:
    """Say of each folder what was found; an account that did not let us in stands for all of them."""
    names = (settings.folder, *settings.also)
    if isinstance(found, Failure):
        return [_folder(name, settings, folder, None, found) for folder in names]
    return [_folder(name, settings, folder, found, found.folders[folder]) for folder in names]


def _folder(
    name: str, settings: MailboxConfig, folder: str, account: ProbedMailbox | None, found: ProbedFolder | Failure
) -> Json:
    seen, server = found if isinstance(found, ProbedFolder) else None, _server(settings)
    where = f"mailbox {name}, {server}" + (f", folder {folder}" if account else "")
    return {
        "name": name,
        "folder": folder,
        "ok": seen is not None,
        "tls": account.tls if account else None,
        "messages": seen.count if seen else None,
        "uidvalidity": seen.uidvalidity if seen else None,
        "abilities": {one: one in account.abilities for one in _ABILITIES} if account else None,
        "size_limit": account.limit if account else None,
        "done": _way(seen.done) if seen else None,
        "held": _way(seen.held) if seen else None,
        "notes": _notes(account, settings) if account else [],
        "problem": _problem(found, where, folder) if isinstance(found, Failure) else None,
        "server": server,
    }


def _relay(name: str, config: Config, found: ProbedRelay | Failure) -> Json:
    settings = config.relays[name]
    seen, server = found if isinstance(found, ProbedRelay) else None, _server(settings)
    return {
        "name": name,
        "ok": seen is not None,
        "tls": seen.tls if seen else None,
        "signed_in": seen.is_signed_in if seen else None,
        "size_limit": seen.limit if seen else None,
        "extensions": {one: one in seen.extensions for one in _EXTENSIONS} if seen else None,
        "notes": _relay_notes(seen, config) if seen else [],
        "problem": _problem(found, f"relay {name}, {server}", "") if isinstance(found, Failure) else None,
        "server": server,
    }


def _server(settings: AccountConfig) -> str:
    return f"{settings.host}:{settings.port} ({settings.tls})"


def _way(shown: Shown) -> str:
    """Say how an outcome will be shown."""
    made = "" if shown.is_there else ", which will be made"
    match shown.means:
        case Means.MOVE:
            return f"moved to {shown.target}{made}"
        case Means.COPY_AND_EXPUNGE:
            return f"copied to {shown.target}{made}, then expunged"
        case Means.COPY_AND_MARK:
            return f"copied to {shown.target}{made}, then marked as deleted"
        case Means.KEYWORD:
            return f"keyword {shown.target}" + ("" if shown.is_sure else ", if the server keeps keywords")
        case Means.NOTHING:
            return "not shown"


def _notes(account: ProbedMailbox, settings: MailboxConfig) -> list[str]:
    if "IDLE" in account.abilities:
        return []
    return [f"the server has no IDLE: new mail is seen every {settings.poll.total_seconds():g} s"]


def _relay_notes(relay: ProbedRelay, config: Config) -> list[str]:
    limit, notice = relay.limit, config.limits.notice
    if limit is None or limit >= notice:
        return []
    return [f"the relay takes at most {size(limit)}, limits.notice is {size(notice)}: lower it, or large ones are lost"]


def _problem(failure: Failure, where: str, name: str) -> Json:
    remedy = _REMEDIES[failure.trouble]
    if failure.trouble is Trouble.FOLDER_MISSING and failure.known:
        near = did_you_mean(name, failure.known)
        remedy += near if near.startswith(".") else f": {', '.join(failure.known)}"
    return {"kind": failure.trouble.value, "where": where, "what": failure.words, "remedy": remedy}


def print_servers(said: Mapping[str, Sequence[Json]]) -> None:
    """Print what was found, as tables, and below them each problem with its remedy."""
    print_heading("mailboxes, tried")
    print_table(
        ("name", "folder", "state", "messages", "uidvalidity", *_ABILITIES, "limit", "held", "done"),
        [
            (*_first(row), row["messages"], row["uidvalidity"], *_marks(row["abilities"], _ABILITIES), _limit(row),
             row["held"], row["done"])
            for row in said["mailboxes"]
        ],
    )  # fmt: skip
    print_heading("relays, tried")
    print_table(
        ("name", "state", "tls", "sign-in", *_EXTENSIONS, "limit"),
        [
            (
                row["name"],
                _verdict(row),
                row["tls"],
                _sign_in(row),
                *_marks(row["extensions"], _EXTENSIONS),
                _limit(row),
            )
            for row in said["relays"]
        ],
    )
    rows = (*said["mailboxes"], *said["relays"])
    notes = dict.fromkeys(f"{row['name']}: {note}" for row in rows for note in _texts(row["notes"]))
    for note in notes:
        click.echo(f"note: {fit(note)}", err=True)
    problems = [row["problem"] for row in rows]
    told = (f"\n{one['where']}: {one['what']}\n  → {one['remedy']}" for one in problems if isinstance(one, dict))
    for problem in dict.fromkeys(told):  # that of an account stands beside each of its folders
        click.echo(fit(problem), err=True)


def _first(row: Json) -> tuple[object, object, str]:
    return row["name"], row["folder"], _verdict(row)


def _verdict(row: Json) -> str:
    return "ok" if row["ok"] else "failed"


def _marks(has: object, names: Sequence[str]) -> list[str]:
    return [("yes" if has[name] else "no") if isinstance(has, dict) else "" for name in names]


def _sign_in(row: Json) -> str:
    return {True: "yes", False: "none asked for"}.get(bool(row["signed_in"]), "") if row["ok"] else ""


def _limit(row: Json) -> str:
    limit = row["size_limit"]
    return size(limit) if isinstance(limit, int) else ""


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
