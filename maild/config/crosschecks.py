"""What no single setting can know: accounts with their secrets, folders with one another."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from maild.config.settings import MailboxConfig
from maild.documents import Document, Value, did_you_mean
from maild.errors import Problem


def account_problems(document: Document, directory: Path, environ: Mapping[str, str]) -> Iterator[Problem]:
    """Say which account lacks its secret, or keeps it where others can get at it.

    Looks at what is written, so that an account with other problems is looked at too.
    """
    for kind in ("mailboxes", "relays"):
        for name in document.names((kind,)):
            path = (kind, name)
            ways = [key for key in _WAYS if document.find((*path, key)) is not None]
            has_auth = document.find((*path, "auth")) is not None
            has_user = document.find((*path, "user")) is not None
            if has_user and not (ways or has_auth) and "password" not in document.names(path):
                what = "has a user and no password: write password_file, password_command, password_credential or auth"
                yield document.problem(path, what, at_key=True)
            elif (ways or has_auth) and not has_user and kind == "relays":
                yield document.problem(path, "has a password and no user: write user, or leave both out", at_key=True)
            if ways and has_auth:
                yield document.problem((*path, "auth"), f"one way to sign in is enough: leave this or {ways[0]} out")
            for key in ways:
                for what in _WAYS[key](document.find((*path, key)), directory, environ):
                    yield document.problem((*path, key), what)
            if has_auth:
                yield from _auth_problems(document, (*path, "auth"), directory, environ)


def _auth_problems(
    document: Document, path: tuple[str, ...], directory: Path, environ: Mapping[str, str]
) -> Iterator[Problem]:
    """Say what a provider needs and was not given, or does not know."""
    provider = document.find((*path, "oauth2"))
    needed, foreign = _PROVIDERS.get(provider, ((), ())) if isinstance(provider, str) else ((), ())
    given = document.names(path)
    ways = [key for key in _SECRETS if document.find((*path, key)) is not None]
    for key in needed:
        if not (ways if key in _SECRETS else key in given and document.find((*path, key)) is not None):
            yield document.problem(path, f"{provider} needs '{key}': {_AUTH_REMEDIES[key]}", at_key=True)
    for key in foreign:
        if document.find((*path, key)) is not None:
            yield document.problem((*path, key), f"{provider} knows no '{key}': leave it out", at_key=True)
    if len(ways) > 1:
        yield document.problem((*path, ways[1]), f"one way to the secret is enough: leave this or {ways[0]} out")
    for key in ways:
        for what in _SECRETS[key](document.find((*path, key)), directory, environ):
            yield document.problem((*path, key), what)


def alarm_problems(document: Document) -> Iterator[Problem]:
    """Say which door of `alarm:` leads nowhere."""
    relay, relays = document.find(("alarm", "relay")), document.names(("relays",))
    if isinstance(relay, str) and relay not in relays:
        what = f"there is no relay '{relay}' in relays{did_you_mean(relay, relays)}"
        yield document.problem(("alarm", "relay"), what)
    for what in _command_problems(document.find(("alarm", "command")), Path(), {}):
        yield document.problem(("alarm", "command"), what)


def folder_problems(document: Document, mailboxes: Mapping[str, MailboxConfig]) -> Iterator[Problem]:
    """Say where the desk would read a mail twice, or read what it moved away itself."""
    watched: dict[tuple[str, str, str], str] = {}
    for name, mailbox in mailboxes.items():
        path = ("mailboxes", name)
        folders = (mailbox.folder, *mailbox.also)
        for index, folder in enumerate(folders):
            at = (*path, "folder") if index == 0 else (*path, "also", index - 1)
            key = (mailbox.host.lower(), mailbox.user, _same(folder))
            if key in watched:
                yield document.problem(at, f"'{folder}' is read twice, here and by {watched[key]}: leave one out")
            watched.setdefault(key, f"mailboxes.{name}")
        for kind, shown in (("done", mailbox.done), ("held", mailbox.held)):
            if shown.move is not None and _same(shown.move) in map(_same, folders):
                what = f"'{shown.move}' is read for new mail too: move to another folder"
                yield document.problem((*path, kind), what)
        if mailbox.held.move is not None and mailbox.done.move == mailbox.held.move:
            what = f"'{mailbox.held.move}' is also where handled mail goes: a held mail would not be found there"
            yield document.problem((*path, "held"), what)


def inside(directory: Path, path: Path) -> Path:
    """Take a relative path as one within the folder of configuration."""
    return directory.absolute() / os.path.expanduser(path)  # noqa: PTH111 - Path's raises where no such user is


def _same(folder: str) -> str:
    return "INBOX" if folder.upper() == "INBOX" else folder


def _file_problems(written: Value, directory: Path, _: Mapping[str, str]) -> Iterator[str]:
    if not isinstance(written, str):
        return
    file = inside(directory, Path(written))
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        yield f"there is no file {file}: make it, with the account's secret in it, and chmod 600 {file}"
        return
    except OSError as error:
        yield f"{file} cannot be read: {error.strerror}"
        return
    if not stat.S_ISREG(mode):
        yield f"{file} is no ordinary file"
    elif mode & stat.S_IRWXO:
        yield f"everybody on this machine can get at {file}: chmod 600 {file}"
    elif not os.access(file, os.R_OK):
        yield f"{file} cannot be read by this user"


def _command_problems(written: Value, _: Path, __: Mapping[str, str]) -> Iterator[str]:
    if isinstance(written, tuple) and written and isinstance(written[0], str) and shutil.which(written[0]) is None:
        yield f"there is no program '{written[0]}'"


def _credential_problems(written: Value, _: Path, environ: Mapping[str, str]) -> Iterator[str]:
    folder = environ.get("CREDENTIALS_DIRECTORY")
    # Without the folder this is no service of systemd, but `maild check` in somebody's hands.
    if isinstance(written, str) and folder is not None and not (Path(folder) / written).is_file():
        yield f"systemd hands over no credential '{written}': add LoadCredential= to the unit"


# What a provider cannot do without, and what it does not know.
_PROVIDERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "microsoft": (("client_id", "tenant"), ()),
    "google": (("secret_file",), ("tenant", "authority")),
}
_AUTH_REMEDIES: Mapping[str, str] = {
    "client_id": "the Application (client) ID of its app registration",
    "tenant": "the Directory (tenant) ID of its app registration, or the tenant's domain",
    "secret_file": "the JSON file of a desktop client or a service account, from Google's console",
}

_WAYS: Mapping[str, Callable[[Value, Path, Mapping[str, str]], Iterator[str]]] = {
    "password_file": _file_problems,
    "password_command": _command_problems,
    "password_credential": _credential_problems,
}
_SECRETS: Mapping[str, Callable[[Value, Path, Mapping[str, str]], Iterator[str]]] = {
    "secret_file": _file_problems,
    "secret_credential": _credential_problems,
}
