"""Reading: the only way from bytes to a Message, for daemon and command line. Worker processes with limits.

A mail may crash its parser, run for ever or want all memory there is; so it is read in a process that may die of it.
Which mails are blamed for a death, and when the machine is, stands in batch.py.
"""

from maild.reading.readers import Read, Readers, Unreadable, read_one
from maild.reading.wire import Allowance

__all__ = ["Allowance", "Read", "Readers", "Unreadable", "read_one"]
