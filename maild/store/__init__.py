"""The store: everything that maild knows, in one database; values in, values out, never rows."""

from maild.store.arrivals import ArrivalCounts, FirstSight, NewArrival, Unshown
from maild.store.backupfile import Origin
from maild.store.blobs import Packed, pack
from maild.store.counting import Amounts
from maild.store.daemonlock import DaemonLock, no_daemon
from maild.store.database import Store
from maild.store.editions import Proposal, propose
from maild.store.erasing import Traces
from maild.store.exporting import Portrait
from maild.store.forgetting import MAILD, NOBODY, Removal
from maild.store.looking import ArrivalRow, Happening, MailRow
from maild.store.migrating import HEAD as SCHEMA
from maild.store.moving import Begin, checked_backup, copy_desk, restore_backup, write_backup
from maild.store.promises import Fault
from maild.store.recalling import PastDecision
from maild.store.sqlite import sqlite_note
from maild.store.throwaway import throw_away_copy
from maild.store.timers import FiredTimer
from maild.store.verbs import Reader, Transaction
from maild.store.work import Carrying

__all__ = [
    "MAILD",
    "NOBODY",
    "SCHEMA",
    "Amounts",
    "ArrivalCounts",
    "ArrivalRow",
    "Begin",
    "Carrying",
    "DaemonLock",
    "Fault",
    "FiredTimer",
    "FirstSight",
    "Happening",
    "MailRow",
    "NewArrival",
    "Origin",
    "Packed",
    "PastDecision",
    "Portrait",
    "Proposal",
    "Reader",
    "Removal",
    "Store",
    "Traces",
    "Transaction",
    "Unshown",
    "checked_backup",
    "copy_desk",
    "no_daemon",
    "pack",
    "propose",
    "restore_backup",
    "sqlite_note",
    "throw_away_copy",
    "write_backup",
]
