"""A real PostgreSQL in a temporary folder, on loopback, never the system's own; as root it runs as user postgres."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from maild.store import Store
from tests.servers.absence import refuse
from tests.servers.loopback import PATIENCE, free_ports

PASSWORD = "correct horse"
_TEMPLATE = "template_of_desks"

# Nobody but these tests comes to this port; one role needs its password all the same, so that one is asked for.
_ADMISSION = """\
host all careful 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
"""


def find_programs() -> Path:
    """Give the folder of initdb and pg_ctl, the newest if there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        refuse("PostgreSQL is not installed here: apt-get install postgresql")
    return found[-1].parent if found else Path(str(on_path)).parent


class Postgresql:
    """One server. `is_durable`: a commit is on its disk before it is told, as in life; else the tests are faster."""

    def __init__(self, *, is_durable: bool = False) -> None:
        self._programs = find_programs()
        (self.port,) = free_ports(1)
        self.folder = Path(tempfile.mkdtemp(prefix="maild-postgresql-"))
        self._numbers = count(1)
        self._is_durable = is_durable
        self._runuser: tuple[str, ...] = ()
        if os.geteuid() == 0:
            self._runuser = ("runuser", "-u", "postgres", "--")
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self._call("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")

    def _call(self, program: str, *words: str) -> None:
        command = [*self._runuser, str(self._programs / program), *words]
        # pg_ctl leaves a server behind that would hold our pipes open.
        with (self.folder.parent / f"{self.folder.name}.out").open("ab+") as out:
            done = subprocess.run(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False, timeout=120
            )
        assert done.returncode == 0, Path(out.name).read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        admission = self.folder / "data" / "pg_hba.conf"
        admission.write_text(_ADMISSION, encoding="ascii")
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "on" if self._is_durable else "off",
            "full_page_writes": "on" if self._is_durable else "off",
            "shared_buffers": "32MB",
            "max_connections": 200,
            "log_statement": "none",
        }
        words = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._call("pg_ctl", "start", "-w", "-D", "data", "-l", "server.log", "-o", words)

    def stop(self, how: str = "fast") -> None:
        """End the server: `fast` as an administrator does, `immediate` as a power cut does."""
        self._call("pg_ctl", "stop", "-w", "-D", "data", "-m", how, "-t", str(int(PATIENCE)))

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder)
        (self.folder.parent / f"{self.folder.name}.out").unlink()

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def run(self, command: str, **names: str) -> None:
        """Do what stands outside of any transaction, to identifiers `names`."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(SQL(command).format(**{key: Identifier(name) for key, name in names.items()}))

    def make_template(self) -> None:
        """Make the database that those of the tests are copies of: of our schema, with nothing in it."""
        self.run("CREATE DATABASE {new}", new=_TEMPLATE)
        Store.open(self.folder, self.url(_TEMPLATE)).close()
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(SQL("CREATE ROLE careful LOGIN SUPERUSER PASSWORD {}").format(Literal(PASSWORD)))

    @contextmanager
    def database(self, template: str = _TEMPLATE) -> Iterator[str]:
        """A database of one's own for a while: its URL."""
        name = f"desk{next(self._numbers)}"
        self.run("CREATE DATABASE {new} TEMPLATE {old}", new=name, old=template)
        try:
            yield self.url(name)
        finally:
            self.run("DROP DATABASE IF EXISTS {old} WITH (FORCE)", old=name)


def rows_of(url: str, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Ask a database by plain SQL."""
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode(), values).fetchall()
