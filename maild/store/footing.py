"""What the store stands on, whichever the database is: connections, and turns at writing."""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, Engine


class Database(Protocol):
    """A database and the connections to it: one that writes, and as many as are needed to read."""

    reading: Engine

    def open_writer(self) -> Connection: ...
    def checkpoint(self, writer: Connection) -> None: ...
    def close(self, writer: Connection | None) -> None: ...
    def drop(self, writer: Connection) -> None: ...
    def busy_words(self, error: BaseException) -> str | None: ...


class Turns(Protocol):
    """What a process holds while it opens, writes or closes."""

    def held(self) -> AbstractContextManager[None]: ...
    def close(self) -> None: ...
