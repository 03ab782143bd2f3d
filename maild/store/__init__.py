"""The store: everything that maild knows, in one database; values in, values out, never rows."""

from maild.store.arrivals import ArrivalCounts, FirstSight, NewArrival, Unshown
from maild.store.backupfile import Origin
from maild.store.blobs import Packed, pack
from maild.store.daemonlock import DaemonLock
from maild.store.database import Store
from maild.store.looking import ArrivalRow, Happening, MailRow
from maild.store.moving import copy_desk, read_origin, restore_backup, write_backup
from maild.store.promises import Fault
from maild.store.sqlite import sqlite_note
from maild.store.throwaway import throw_away_copy
from maild.store.verbs import Reader, Transaction
from maild.store.work import Carrying

__all__ = [
    "ArrivalCounts",
    "ArrivalRow",
    "Carrying",
    "DaemonLock",
    "Fault",
    "FirstSight",
    "Happening",
    "MailRow",
    "NewArrival",
    "Origin",
    "Packed",
    "Reader",
    "Store",
    "Transaction",
    "Unshown",
    "copy_desk",
    "pack",
    "read_origin",
    "restore_backup",
    "sqlite_note",
    "throw_away_copy",
    "write_backup",
]
