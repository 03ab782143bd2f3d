"""A disk so small that a test can fill it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.servers.absence import refuse


@contextmanager
def mounted_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a file system of a size; where nobody may, the tests that need it are skipped by name."""
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder)]
    done = subprocess.run(mounting, capture_output=True, text=True, check=False)
    if done.returncode:
        refuse(f"no file system can be mounted here ({done.stderr.strip()}); these tests are run by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, leave: int) -> None:
    """Leave so many bytes of a file system; whoever deletes `ballast` gives the rest back."""
    with (folder / "ballast").open("wb") as ballast:
        while (room := _free(folder) - leave) > 0:
            with suppress(OSError):  # others write there too: what was free a moment ago is not
                os.posix_fallocate(ballast.fileno(), os.fstat(ballast.fileno()).st_size, room)


def _free(folder: Path) -> int:
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize
