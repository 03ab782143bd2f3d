"""What becomes of a test whose server is not on this machine."""

import os
import shutil
from typing import NoReturn

import pytest


def need(program: str, package: str) -> str:
    """Give the program's path; without it the test is skipped with a clear word, and in CI it fails."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    return found or refuse(f"{program} is not installed here: apt-get install {package}")


def need_root(program: str) -> None:
    """Postfix's master starts as root only."""
    if os.geteuid() != 0:
        refuse(f"{program} starts as root only; these tests are run by root")


def refuse(why: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"nothing is skipped in CI: {why}", pytrace=False)
    pytest.skip(why)
