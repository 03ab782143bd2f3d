"""How far a long work is: shown on a terminal only, with nothing of it left behind."""

import sys
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from maild.store import Begin


def shown_progress() -> Progress:
    """Make what shows a bar for each round of a work; a context manager."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Where only standard error is a terminal, what is printed belongs to the pipe all the same.
    return Progress(
        *columns,
        console=console,
        transient=True,
        disable=not console.is_terminal,
        redirect_stdout=sys.stdout.isatty(),
    )


def beginning(progress: Progress) -> Begin:
    """Give what the store tells of its rounds."""
    return lambda what, total: partial(progress.advance, progress.add_task(what, total=total))
