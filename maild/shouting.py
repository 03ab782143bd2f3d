"""Hand a text to a program of the administrator's, without a shell and without our environment."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from maild.errors import AlarmNotTakenError

PATIENCE_SECONDS: Final = 30.0
# The same whoever started us: a program that works when it is tried works at night too, and no secret is in it.
ENVIRONMENT: Final = MappingProxyType(
    {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
)


async def shout(command: Sequence[str], text: str) -> None:
    """Run a program with a text on its standard input; what it prints goes nowhere.

    Raises AlarmNotTakenError when it cannot be run, fails, or has not ended after half a minute: then it is killed,
    with all that it started.
    """
    name = command[0]
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(ENVIRONMENT),
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise AlarmNotTakenError(f"the command {name} cannot be run: {error.strerror}") from error
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            # A program that reads nothing and ends well has taken the alarm.
            await process.communicate(text.encode())
    except TimeoutError as error:
        raise AlarmNotTakenError(f"the command {name} did not end within {PATIENCE_SECONDS:.0f} s") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        raise AlarmNotTakenError(f"the command {name} failed with exit code {process.returncode}")
