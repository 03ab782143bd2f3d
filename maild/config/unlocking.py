"""The password of an account, read when it is needed and kept nowhere."""

import os
import subprocess
from pathlib import Path
from typing import NoReturn, Protocol

from maild.config.settings import AccountConfig, MailboxConfig
from maild.errors import MailboxRefusedError, RelayRefusedError

_PATIENCE = 30
_LONGEST = 10_000


class Secret(Protocol):
    """What an account signs in with, a password or an access token; asked for at each sign-in.

    `refused` is one that the server would not have: then another is given, or MailboxRefusedError or RelayRefusedError
    raised where there is none. Only who signs in by tokens asks so.
    """

    def __call__(self, refused: str | None = None) -> str:
        """Give it."""


def read_secret(account: AccountConfig, refused: str | None = None) -> str:
    """Read an account's password from its file, command or credential; the end of its line is not part of it.

    Raises MailboxRefusedError or RelayRefusedError where it cannot be had: a person must act. No error holds it.
    """
    del refused  # who changes the password writes it where it is read
    if account.password_file is not None:
        octets = _content(account, account.password_file)
    elif account.password_credential is not None:
        octets = _content(account, _credential(account, account.password_credential))
    elif account.password_command is not None:
        octets = _output(account, account.password_command)
    else:
        _refuse(account, "no password is configured")
    return _decoded(account, octets)


def read_client_secret(account: AccountConfig) -> str:
    """Read the whole secret file or credential of `auth`; empty where none is configured. Raises as `read_secret`."""
    auth = account.auth
    if auth is None or not auth.has_secret:
        return ""
    file = auth.secret_file or _credential(account, auth.secret_credential or "")
    octets = _content(account, file)
    try:
        text = octets.decode("utf-8").strip()
    except UnicodeDecodeError:
        text = ""
    if not text or len(octets) > _LONGEST:
        _refuse(account, f"what stands in {file} is empty or no text")
    return text


def secret_stamp(account: AccountConfig) -> tuple[int, int, int] | None:
    """Say which version of its password or secret file an account has, to be compared; None where that cannot be said.

    Somebody who mends a password that was refused shall not wait for the next try.
    """
    auth = account.auth
    file = auth.secret_file if auth else account.password_file
    credential = auth.secret_credential if auth else account.password_credential
    if credential is not None:
        file = Path(os.environ.get("CREDENTIALS_DIRECTORY", "")) / credential
    if file is None:
        return None
    try:
        now = file.stat()
    except OSError:
        return None
    return (now.st_ino, now.st_mtime_ns, now.st_size)


def _credential(account: AccountConfig, name: str) -> Path:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder is None:
        way = "secret_file" if account.auth else "password_file"
        _refuse(account, f"systemd handed over no credentials: run maild as its service, or use {way}")
    return Path(folder) / name


def _content(account: AccountConfig, file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(_LONGEST + 1)
    except OSError as error:
        _refuse(account, f"the secret in {file} cannot be read: {error.strerror}")


def _output(account: AccountConfig, command: tuple[str, ...]) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - the administrator's own words, without a shell
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except OSError as error:
        _refuse(account, f"the password command {command[0]} cannot be run: {error.strerror}")
    except subprocess.TimeoutExpired:
        _refuse(account, f"the password command {command[0]} did not end within {_PATIENCE} s")
    if done.returncode != 0:
        _refuse(account, f"the password command {command[0]} failed with exit code {done.returncode}")
    return done.stdout


def _decoded(account: AccountConfig, octets: bytes) -> str:
    try:
        secret = octets.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        secret = ""
    if not secret or len(octets) > _LONGEST or not secret.isprintable():
        _refuse(account, "what stands for the password is empty or no single line of text")
    return secret


def _refuse(account: AccountConfig, why: str) -> NoReturn:
    kind = MailboxRefusedError if isinstance(account, MailboxConfig) else RelayRefusedError
    raise kind(f"{account.host}:{account.port}: {why}") from None
