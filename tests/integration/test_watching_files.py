"""Rule files as editors and git write them: when they are read, and what is none of them."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maild.config import Config, read_config
from maild.errors import MaildError
from maild.examining import SETTLED_SECONDS, Times, read_settled
from maild.model.edition import digest_of
from maild.reloading import SETTLED_LOOKS, Watch
from tests.integration.a_desk import ADesk

Steps = Iterator[None]
LONG_AGO = 1_700_000_000
OLD, NEW = (
    "rules:\n  vpn: {when: always, then: {tags: [old]}}\n",
    "rules:\n  vpn: {when: always, then: {tags: [new]}}\n",
)


class Files:
    """A folder of configuration, and a clock that goes on only while somebody waits."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.desk = ADesk(folder)
        self.rules = self.desk.config / "rules"
        self.file = self.rules / "50-vpn.yaml"
        self.file.write_text(OLD)
        self.config: Config = read_config(self.desk.config, {})
        self.waited = 0.0
        self.steps: Steps = iter(())
        self.at = LONG_AGO
        self.date()

    def date(self) -> None:
        """Date what was written last as the clock says."""
        for path in (self.rules, *self.rules.rglob("*")):
            if not path.is_symlink() and path.stat().st_mtime > LONG_AGO * 1.01:
                os.utime(path, (self.at, self.at))

    def step(self) -> bool:
        """Let whoever writes do the next thing; False where there is nothing left to do."""
        self.at += 1
        is_going_on = next(self.steps, self) is not self
        self.date()
        return is_going_on

    def wait(self, seconds: float) -> None:
        self.waited += seconds
        self.step()

    def read(self) -> str:
        texts = read_settled(self.config, Times(lambda: self.at + 0.5, lambda: self.waited, self.wait))
        return "".join(file.text for file in texts.rule_files if "people" not in file.name)

    @property
    def digest(self) -> str:
        return digest_of(self.config.read_texts().files())


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def by_vim(file: Path) -> Steps:
    """A probe for the right to write, the swap file, the file renamed to its backup, a new one written, cleaned up."""
    swap, probe, backup = file.with_name(f".{file.name}.swp"), file.with_name("4913"), file.with_name(f"{file.name}~")
    swap.write_bytes(b"b0VIM 9.0" + bytes(4096))
    yield
    probe.touch()
    probe.unlink()
    yield
    file.rename(backup)
    yield
    file.write_text(NEW[:20])
    yield
    file.write_text(NEW)
    backup.unlink()
    swap.unlink()
    yield


def by_emacs(file: Path) -> Steps:
    """A lock that is a dangling symbolic link, an auto-save file, the backup by renaming, the new file."""
    lock, saved = file.with_name(f".#{file.name}"), file.with_name(f"#{file.name}#")
    lock.symlink_to("alice@desk.4711:1700000000")
    yield
    saved.write_text(NEW[:30])
    yield
    file.rename(file.with_name(f"{file.name}~"))
    yield
    file.write_text(NEW)
    saved.unlink()
    lock.unlink()
    yield


def by_a_new_file_in_its_place(file: Path) -> Steps:
    """Written beside under another name and renamed over it: VS Code's atomic save, sed -i, and most tools."""
    beside = file.with_name(f"{file.name}.tmp-4711")
    beside.write_text(NEW[:10])
    yield
    beside.write_text(NEW)
    yield
    beside.replace(file)
    yield


def in_place(file: Path) -> Steps:
    """Emptied and written bit by bit: nano, and every script with a `>`."""
    for end in (0, 9, len(NEW) - 1, len(NEW)):
        file.write_text(NEW[:end])
        yield


EDITORS = (by_vim, by_emacs, by_a_new_file_in_its_place, in_place)


@pytest.mark.parametrize("editor", EDITORS)
def test_what_an_editor_does_is_seen_once_and_whole(files: Files, editor: Callable[[Path], Steps]):
    """With a look at each of its steps: nothing is due until all is at rest, then once, and it reads what was saved."""
    watch, before = Watch(files.config.look_at_texts()), files.digest
    files.steps = editor(files.file)
    while files.step():
        assert not watch.is_due(files.config.look_at_texts())
    due = [watch.is_due(files.config.look_at_texts()) for _ in range(SETTLED_LOOKS + 3)]

    assert due.count(True) == 1
    assert files.digest != before
    assert files.file.read_text() == NEW


@pytest.mark.parametrize("editor", EDITORS)
def test_a_reload_in_the_middle_of_a_save_reads_a_whole_file(tmp_path: Path, editor: Callable[[Path], Steps]):
    """At whichever step it begins: it waits until nobody has written for a second. What is replaced at one stroke may
    be read as it was.
    """
    whole = {NEW, OLD} if editor is by_a_new_file_in_its_place else {NEW}
    for start in range(1, 6):
        files = Files(tmp_path / str(start))
        files.steps = editor(files.file)
        for _ in range(start):
            files.step()
        assert files.read() in whole


def test_what_lies_beside_the_files_is_none_of_them(files: Files):
    """Swap files, locks, backups, auto-saves, what a merge leaves, hidden folders: nothing to look at."""
    before, stamp = files.digest, files.config.look_at_texts()
    for name in (".50-vpn.yaml.swp", ".50-vpn.yaml.swo", "4913", "50-vpn.yaml~", "#50-vpn.yaml#", "50-vpn.yaml.orig",
                 "50-vpn.yaml.bak", "50-vpn.yaml___jb_tmp___", ".goutputstream-X1Y2Z3", "sedAbCdEf"):  # fmt: skip
        (files.rules / name).write_text(NEW[:20])
    (files.rules / ".#50-vpn.yaml").symlink_to("alice@desk.4711:1700000000")
    hidden = files.desk.config / "templates" / ".git"
    hidden.mkdir(parents=True)
    (hidden / "reply.txt").write_text("Subject: {{ nothing }}\n")

    assert (files.digest, files.config.look_at_texts()) == (before, stamp)


def git(folder: Path, *words: str) -> None:
    author = ("-c", "user.name=Alice", "-c", "user.email=alice@acme.example")
    subprocess.run(["git", *author, *words], cwd=folder, check=True, capture_output=True)


def many(number: int, tag: str) -> str:
    return f"rules:\n  rule{number}: {{when: always, then: {{tags: [{tag}]}}}}\n"


def test_a_checkout_of_many_files_is_one_change(files: Files):
    """Two hundred files change one after the other: one examination, of all of them."""
    for tag in ("old", "new"):
        for number in range(200):
            (files.rules / f"{number:03}.yaml").write_text(many(number, tag))
        if tag == "old":
            git(files.desk.config, "init", "-q", "-b", "main")
        git(files.desk.config, "add", ".")
        git(files.desk.config, "commit", "-q", "-m", tag)
    git(files.desk.config, "checkout", "-q", "HEAD~1")
    watch = Watch(files.config.look_at_texts())
    checkout = subprocess.Popen(["git", "checkout", "-q", "main"], cwd=files.desk.config)
    due: list[bool] = []
    while checkout.poll() is None:
        due.append(watch.is_due(files.config.look_at_texts()))
    due += [watch.is_due(files.config.look_at_texts()) for _ in range(SETTLED_LOOKS + 3)]

    assert due.count(True) == 1
    assert files.read().count("[new]") == 200


def test_files_that_never_rest_are_not_read(files: Files):
    """Somebody writes for half a minute: the command says so instead of guessing."""

    def for_ever() -> Steps:
        while True:
            files.file.write_text(f"# {files.at}\n")
            yield

    files.steps = for_ever()
    files.step()
    with pytest.raises(MaildError, match="have been changing for 30 s"):
        files.read()


def test_a_file_servers_clock_may_be_ahead(files: Files):
    """A file of the future is settled once it was seen so for a second."""
    os.utime(files.file, (LONG_AGO * 1.005, LONG_AGO * 1.005))
    assert files.read() == OLD
    assert files.waited >= SETTLED_SECONDS
