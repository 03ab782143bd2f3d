"""The folder of configuration as bytes: what goes into a backup, and comes out of one.

Secrets stay outside: whoever finds a backup shall not get into the mailboxes too.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from maild.config.crosschecks import inside
from maild.config.reading import MAIN_FILE, Draft
from maild.errors import BackupUnusableError

_SECRETS = frozenset({"password_file", "secret_file"})
_SECRETS_FOLDER = "secrets"


def has_configuration(directory: Path) -> bool:
    """Say whether a folder has a configuration."""
    return (directory / MAIN_FILE).exists()


def pack_configuration(directory: Path, draft: Draft) -> Mapping[str, bytes]:
    """Give every file of the folder by its path in it, but for secrets and what is hidden; raises OSError."""
    secret = {inside(directory, Path(file)).resolve() for file in _secret_files(draft.document.value)}
    return {
        file.relative_to(directory).as_posix(): file.read_bytes()
        for file in sorted(directory.rglob("*"))
        if file.is_file() and _is_open(file.relative_to(directory)) and file.resolve() not in secret
    }


def unpack_configuration(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of configuration, `maild.yaml` last; raises BackupUnusableError and leaves what is there alone."""
    for name in sorted(files, key=lambda name: name == MAIN_FILE):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise BackupUnusableError(f"the backup holds a file {name!r}, which is none of a configuration")
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.write_bytes(files[name])


def _is_open(path: Path) -> bool:
    return path.parts[0] != _SECRETS_FOLDER and not any(part.startswith(".") for part in path.parts)


def _secret_files(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in _SECRETS and isinstance(inner, str):
                yield inner
            else:
                yield from _secret_files(inner)
