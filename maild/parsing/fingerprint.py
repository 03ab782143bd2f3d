"""The identity of a mail's content: the same mail delivered twice has one fingerprint."""

import re
from hashlib import sha256

from maild.parsing.fields import read_spans

_TRACE = frozenset({b"received", b"return-path", b"delivered-to", b"authentication-results"})
_TRACE_PREFIXES = (b"arc-",)
_SPAM = re.compile(rb"x-.*spam")


def fingerprint(raw: bytes) -> str:
    """Hash a mail without the trace block that every delivery writes anew; SHA-256 in hex.

    Left out: Received, Return-Path, Delivered-To, Authentication-Results, ARC-* and X-*Spam*, wherever they stand.
    Line ends and all other bytes count.
    """
    digest = sha256()
    kept_from = 0
    view = memoryview(raw)
    for name, start, end in read_spans(raw):
        if _is_trace(name):
            digest.update(view[kept_from:start])
            kept_from = end
    digest.update(view[kept_from:])
    return digest.hexdigest()


def _is_trace(name: bytes) -> bool:
    return name in _TRACE or name.startswith(_TRACE_PREFIXES) or _SPAM.match(name) is not None
