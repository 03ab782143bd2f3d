"""Whether the disk under the database has room for another mail."""

import os
from pathlib import Path
from typing import Final

MAILS: Final = 1.5  # a mail is kept packed, and its entry, attachments and notices besides
SHARE: Final = 0.05
MOST: Final = 1_000_000_000  # five in a hundred of a large disk are more than anybody keeps free
MEGABYTE: Final = 1_000_000


def find_shortage(directory: Path, largest: int) -> str | None:
    """Say how far a disk is below the floor of 1.5 times the largest mail (bytes) and 5 % of it; None if it is not."""
    disk = os.statvfs(directory)
    free, size = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
    floor = int(largest * MAILS + min(size * SHARE, MOST))
    if free >= floor:
        return None
    return f"{directory} has {free // MEGABYTE} MB free and needs {-(-floor // MEGABYTE)} MB: no mail is fetched"
