"""Tokens on disk, sealed by cryptography; of this room only this file imports it.

Each sign-in is a file in `tokens/` of the state directory: encrypted and authenticated (Fernet: AES-128-CBC with
HMAC-SHA256) with the systemd credential `token-key` where there is one, else with `token.key`, made beside it (0600).

What this protects against: with a credential, preferably one that the machine's TPM encrypts
(LoadCredentialEncrypted=), against whoever comes by the disk, a backup or a snapshot. With `token.key`, only against
whoever comes by the sealed files without the key: a copy of `tokens/`, a file that went astray. In neither case against
root, or against whoever may run programs as maild's user: they can do what the daemon does.

BUGS
    What is overwritten or removed may stay on the disk; revoke a sign-in at the provider.
"""

import base64
import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from maild.errors import SignInRefusedError
from maild.oauth.tokens import Tokens, parse_tokens, tokens_to_text

CREDENTIAL: Final = "token-key"
_KEY_BYTES: Final = 32
_LARGEST: Final = 200_000

Stamp = tuple[int, int]


class Vault:
    """The sealed files of one state directory. Raises SignInRefusedError where they cannot be used.

    Any thread; of several processes, one at a time within `turn()`.
    """

    def __init__(self, directory: Path, environ: Mapping[str, str]) -> None:
        self._directory = directory
        self._folder = directory / "tokens"
        credentials = environ.get("CREDENTIALS_DIRECTORY")
        credential = Path(credentials) / CREDENTIAL if credentials else None
        self._credential = credential if credential and credential.is_file() else None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Keep other processes from renewing the same tokens."""
        with self._told("be locked"):
            self._make_folder()
            lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._give_away(lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def stamp(self, name: str) -> Stamp | None:
        """Say by which file a sign-in is kept: another stamp, another content; None where there is none."""
        try:
            seen = (self._folder / name).stat()
        except OSError:
            return None
        return seen.st_ino, seen.st_mtime_ns

    def find(self, name: str) -> Tokens | None:
        """Open the sealed tokens of a sign-in; None where there are none."""
        with self._told("be read"):
            try:
                with (self._folder / name).open("r", encoding="ascii") as stream:
                    sealed = stream.read(_LARGEST)
            except FileNotFoundError:
                return None
        key = self._key()
        from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415 - as in `keep`

        try:
            return parse_tokens(Fernet(key).decrypt(sealed.encode()).decode())
        except (InvalidToken, ValueError):
            own = f"the systemd credential '{CREDENTIAL}'" if self._credential else f"{self._directory}/token.key"
            raise SignInRefusedError(
                f"the tokens in {self._folder} were sealed with another key than {own}, or are damaged: sign in again "
                "by `maild auth login`, with the key that the daemon has"
            ) from None

    def keep(self, name: str, tokens: Tokens) -> None:
        """Seal tokens and put them in the place of those before, so that a power cut leaves one or the other."""
        from cryptography.fernet import Fernet  # noqa: PLC0415 - 70 ms and 10 MB, for those with passwords too

        self._write(self._folder / name, Fernet(self._key()).encrypt(tokens_to_text(tokens).encode()))

    def _key(self) -> bytes:
        """Read the key, making it where there is none."""
        file = self._credential or self._directory / "token.key"
        with self._told("be read"):
            try:
                octets = file.read_bytes()
            except FileNotFoundError:
                octets = base64.urlsafe_b64encode(os.urandom(_KEY_BYTES))
                self._make_folder()
                self._write(file, octets)
        if len(octets) < _KEY_BYTES:
            raise SignInRefusedError(f"{file} is too short for a key: write {_KEY_BYTES} random bytes or more into it")
        return base64.urlsafe_b64encode(hashlib.sha256(b"maild tokens\0" + octets).digest())

    def _write(self, file: Path, octets: bytes) -> None:
        with self._told("be written"):
            self._make_folder()
            draft = file.with_name(f".{file.name}.{os.getpid()}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(octets)
                stream.flush()
                os.fsync(stream.fileno())
                self._give_away(stream.fileno())
            draft.replace(file)
            folder = os.open(file.parent, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _make_folder(self) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._give_away(self._folder)

    def _give_away(self, what: int | Path) -> None:
        """Let what root made belong to the daemon's user, to whom the state directory belongs."""
        if os.geteuid() == 0:
            owner = self._directory.stat()
            os.chown(what, owner.st_uid, owner.st_gid)

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is damaged"
            place = getattr(error, "filename", None) or self._folder
            raise SignInRefusedError(f"{place} cannot {doing}: {why}") from error
