"""Every failure that maild can name.

A craft translates the outside's errors into these at its border; a leg catches them by name and everything else once.
"""

from dataclasses import dataclass
from datetime import timedelta


class MaildError(Exception):
    """The root of all failures that maild names; its text is fit for an operator's eyes."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with a file that a person wrote: where, what, and what to do."""

    file: str
    line: int
    column: int
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.where}: {self.what}"


class ConfigurationError(MaildError):
    """Configuration or rules that cannot be used, with every problem found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class DrawingFailedError(MaildError):
    """A chart could not be drawn; what it shows stands in its tables."""


class AccountError(MaildError):
    """An account cannot be used. `sign_in` names the sign-in at a provider that is the cause, if it is one."""

    def __init__(self, words: str, *, sign_in: str = "") -> None:
        super().__init__(words)
        self.sign_in = sign_in


class MailboxUnavailableError(AccountError):
    """The IMAP server cannot be reached, hung up or answered nonsense: connect again later.

    `again_in` is how long the server wants to be left alone, where it said so.
    """

    def __init__(self, words: str, again_in: timedelta | None = None, *, sign_in: str = "") -> None:
        super().__init__(words, sign_in=sign_in)
        self.again_in = again_in


class MailboxRefusedError(AccountError):
    """The IMAP server refused the sign-in or the folder: a person must act."""


class RelayUnavailableError(AccountError):
    """The SMTP server cannot be reached or hung up before the final dot: offer again later."""


class RelayRefusedError(AccountError):
    """The SMTP server refused the sign-in or TLS: a person must act."""


class SignInRefusedError(MaildError):
    """The provider gives no token for an account: a person must act, mostly by `maild auth login`."""


class SignInUnavailableError(MaildError):
    """The provider cannot be reached, or wants no more questions for a while: ask again later.

    `again_in` is how long it wants to be left alone, where it said so; not `is_answered`: nobody heard us.
    """

    def __init__(self, words: str, *, again_in: timedelta | None = None, is_answered: bool = True) -> None:
        super().__init__(words)
        self.again_in = again_in
        self.is_answered = is_answered


class StoreBusyError(MaildError):
    """Another process held the database for longer than we wait; the message says who."""


class StoreUnusableError(MaildError):
    """The database cannot be opened, is damaged, is newer than this maild, or a commit failed."""


class BackupUnusableError(MaildError):
    """A backup cannot be written or read, is damaged, or was made by a newer maild."""


class StaleError(MaildError):
    """The facts of a decision changed before it was carried out: decide again."""


class ReaderLostError(MaildError):
    """Readers die on harmless mail too: the machine's fault, not a mail's."""


class AlarmNotTakenError(MaildError):
    """A door of `alarm:` did not take an alarm: the next one is tried."""
