"""How a command fails: in words for the one who called it, never with a traceback."""

import errno
import os
import secrets
import sys
import tempfile
import traceback

import click

from maild.errors import ConfigurationError, MaildError

_NO, _WRONG, _OUR_FAULT = 1, 2, 70


def exit_code_of(error: Exception) -> int:
    """Say on standard error what went wrong, and give the exit code for it."""
    match error:
        case ConfigurationError():
            for problem in error.problems:
                _say(str(problem))
            return _WRONG
        case MaildError():
            _say(f"maild: {error}")
            return _NO
        case OSError(errno=errno.ENOSPC):
            _say(f"maild: {error.strerror}: what was asked for is not written whole")
            return _NO
    number = secrets.token_hex(4)
    _say(f"maild: internal error {number}; please report it with {_written_report(number, error)}")
    return _OUR_FAULT


def _written_report(number: str, error: Exception) -> str:
    """Write the traceback where only this user can read it; it names code, and may hold words of a mail."""
    story = "".join(traceback.format_exception(error))
    try:
        descriptor, path = tempfile.mkstemp(prefix=f"maild-crash-{number}-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as report:
            report.write(f"maild, Python {sys.version}\n{story}")
    except OSError:
        return f"these words: {error!r}"
    return path


def _say(text: str) -> None:
    # A file's name or a server's words may hold what standard error cannot print.
    click.echo(text.encode("utf-8", "backslashreplace").decode("utf-8"), err=True)
