"""What docs/rules.md shows is what an administrator sees: its files, its mails and its commands, on one desk."""

import re
import secrets
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner

from maild.cli import main
from tests.integration.hearing import hearing
from tests.integration.test_reloading import Reloaded
from tests.rules_page import Begins, ComesIn, Typed, Written, is_shown, steps


def test_the_page_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Every file is taken or refused, and every command prints, as the page says."""
    monkeypatch.chdir(tmp_path)
    wrong: list[str] = []
    with ExitStack() as stack:
        desk = Reloaded(tmp_path, stack.enter_context(hearing()))
        (desk.config / "rules" / "people.yaml").unlink()
        for step in steps():
            match step:
                case Written(name, text):
                    (tmp_path / name).write_text(text, encoding="utf-8")
                    desk.settle()
                case ComesIn(name, times):
                    mail = (tmp_path / name).read_text(encoding="utf-8")
                    desk.handle(*(another(mail, number) for number in range(times)))
                case Begins():
                    desk.begin(stack)
                    desk.work(stack)
                case Typed(words, shown, line):
                    printed = CliRunner().invoke(main, words).output
                    if not is_shown(shown, printed):
                        wrong.append(f"docs/rules.md:{line}: $ maild {' '.join(words)}\n{printed}")
    assert not wrong, "\n".join(wrong)


def another(mail: str, number: int) -> bytes:
    """The same mail from another customer."""
    mail = re.sub(r"(?m)^(From: .*<\w+)@", rf"\g<1>{number or ''}@", mail, count=1)
    return f"Message-ID: <{secrets.token_hex(8)}@customer.example>\n{mail}".replace("\n", "\r\n").encode()
