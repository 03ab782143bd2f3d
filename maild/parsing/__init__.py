"""Bytes of the world's mail → one Message: the only door of this package is `parse` (and `fingerprint`)."""

from maild.model.limits import ReadingLimits
from maild.parsing.fingerprint import fingerprint
from maild.parsing.limits import Flag
from maild.parsing.message import parse

__all__ = ["Flag", "ReadingLimits", "fingerprint", "parse"]
