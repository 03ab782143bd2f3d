"""Where a database must not lie."""

from pathlib import Path

import pytest

from maild.store.sqlite import network_file_system

MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:35 / /mnt/office rw shared:9 - nfs4 files.example:/export rw,vers=4.2
41 40 8:1 / /mnt/office/local rw - xfs /dev/sdb rw
42 22 0:36 / /srv/with\\040space rw - cifs //files.example/desk rw
43 22 0:37 / /var rw - nfs files.example:/var rw
44 22 0:38 / /var rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/maild/maild.db", None),  # a later mount hides the earlier one of the same point
        ("/home/desk/maild.db", None),
        ("/mnt/office/maild.db", "nfs4"),
        ("/mnt/officer/maild.db", None),
        ("/mnt/office/local/maild.db", None),
        ("/srv/with space/maild.db", "cifs"),
    ],
)
def test_the_innermost_mount_says_whether_a_path_is_on_the_network(path: str, kind: str | None):
    """SQLite's locks hold on a local disk only, and the mount that counts is the innermost and the last."""
    assert network_file_system(MOUNTS, Path(path)) == kind


def test_a_system_without_mounts_forbids_nothing():
    """Where the system tells nothing, a database may lie anywhere."""
    assert network_file_system("", Path("/var/lib/maild/maild.db")) is None
