"""`maild backup`, `restore`, `db`, `pause` and `resume`, as an administrator calls them."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from maild.daemon import now
from maild.errors import StoreUnusableError
from maild.model.pausing import PauseKind
from maild.resuming import check_at_home
from maild.store import DaemonLock
from tests.integration.a_desk import ADesk, a_mail
from tests.servers.postgresql import Postgresql


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> ADesk:
    """A desk with two tickets and mails that wait, and a backup of it in `desk.backup`."""
    desk = ADesk(tmp_path_factory.mktemp("origin"))
    desk.handle(a_mail(), a_mail("eve@x.example", "Invoice", "Pay now."))
    (desk.config / "secrets").mkdir()
    (desk.config / "secrets" / "other").write_text("hidden", encoding="ascii")
    assert "2 files of configuration" in desk.maild("backup", str(desk.folder / "desk.backup")).stdout
    return desk


@pytest.fixture
def desk(origin: ADesk, tmp_path: Path) -> ADesk:
    """Another machine's desk: the same mailboxes, nothing in its database."""
    return ADesk(tmp_path / "elsewhere")


def restore(desk: ADesk, origin: ADesk, *words: str, code: int = 0) -> str:
    done = desk.maild("restore", str(origin.folder / "desk.backup"), *words, code=code)
    return done.stdout + done.stderr


def waiting(desk: ADesk) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(desk.folder / "state" / "maild.db")) as database:
        return database.execute("SELECT state, count(*) FROM outgoing_mail GROUP BY state ORDER BY state").fetchall()


def make_due(desk: ADesk) -> int:
    """Let every mail be due, and count them."""
    with closing(sqlite3.connect(desk.folder / "state" / "maild.db")) as database:
        count = database.execute("UPDATE outgoing_mail SET due_at = created_at WHERE state = 'waiting'").rowcount
        database.commit()
    return count


def test_a_new_machine_needs_the_backup_and_the_passwords(origin: ADesk, tmp_path: Path):
    """Without a configuration that of the backup is written, but no password; once those are there, the desk is."""
    content = (origin.folder / "desk.backup").read_bytes()
    assert b"hidden" not in content
    bare = tmp_path / "config"
    text = (origin.config / "maild.yaml").read_text(encoding="utf-8")
    assert str(origin.folder / "state") in text
    other = object.__new__(ADesk)
    other.folder, other.config = tmp_path, bare

    shutil.move(origin.folder / "state", origin.folder / "lost")
    try:
        said = restore(other, origin)
        assert "the configuration is written" in said
        assert "maild resume --restored" in said
        assert (bare / "maild.yaml").read_text(encoding="utf-8") == text
        assert [ticket["number"] for ticket in other.show("ticket", "list")] == [1002, 1001]
        assert other.show("verify")["ok"]
    finally:
        shutil.rmtree(origin.folder / "state")
        shutil.move(origin.folder / "lost", origin.folder / "state")


def test_a_desk_that_holds_mail_is_not_replaced_unasked(origin: ADesk, desk: ADesk):
    """Only `--replace` gives up what is there; while a daemon works, nothing does."""
    desk.handle(a_mail(subject="Something else"))
    assert "--replace" in restore(desk, origin, code=1)
    with DaemonLock(desk.folder / "state") as lock:
        assert lock.try_take()
        assert "stop the daemon first" in restore(desk, origin, "--replace", code=1)
    assert [ticket["subject"] for ticket in desk.show("ticket", "list")] == ["Something else"]

    restore(desk, origin, "--replace")

    assert {ticket["subject"] for ticket in desk.show("ticket", "list")} == {"Invoice", "Printer on floor 3"}


@pytest.mark.parametrize(
    ("choice", "states"),
    [("--send", {"waiting"}), ("--drop", {"cancelled"}), ("--late", {"expired"})],
)
def test_what_is_due_goes_by_what_is_said(origin: ADesk, desk: ADesk, choice: str, states: set[str]):
    """Mails that may have gone out since are listed, and sent, dropped, or told as too late, only as it was said."""
    restore(desk, origin)
    count = make_due(desk)
    assert "the desk rests: restored from a backup of" in desk.maild("resume", code=1).stderr
    unsaid = desk.maild("resume", "--restored", code=2)
    assert "--send, --drop or --late" in unsaid.stderr
    assert "Printer on floor 3" in unsaid.stdout
    assert waiting(desk) == [("waiting", count)]

    desk.maild("resume", "--restored", choice)

    assert dict(waiting(desk)) == dict.fromkeys(states, count)
    with closing(desk.open()) as store:
        told = store.read(lambda reader: reader.list_due_timers(now()))
        assert len(told) == (count if choice == "--late" else 0)
        check_at_home(store, desk.folder / "state", now())
    assert desk.show("verify")["ok"]
    assert "nothing to settle" in desk.maild("resume", "--restored", code=1).stderr


def test_a_state_directory_that_was_carried_elsewhere_rests(origin: ADesk, desk: ADesk):
    """Once at work, a database knows its machine and its path; lying elsewhere it rests until a person says."""
    here = desk.folder / "state"
    desk.handle(a_mail())
    with closing(desk.open()) as store:
        check_at_home(store, here, now())
        check_at_home(store, here, now())
        with pytest.raises(StoreUnusableError, match=r"last at work in .*state.*resume --restored"):
            check_at_home(store, desk.folder / "other", now())
        check_at_home(store, None, now())
    with closing(sqlite3.connect(here / "maild.db")) as database:
        database.execute("UPDATE home SET machine = 'another'")
        database.commit()
    with closing(desk.open()) as store, pytest.raises(StoreUnusableError, match="on another machine"):
        check_at_home(store, here, now())

    desk.maild("resume", "--restored", "--drop")

    with closing(desk.open()) as store:
        check_at_home(store, here, now())


def test_a_desk_moves_to_a_server(desk: ADesk, postgresql: Postgresql):
    """`db copy` leaves a desk on the server that verifies, and an old one that rests; a second copy is refused."""
    desk.handle(a_mail())
    config = desk.config / "maild.yaml"
    text = config.read_text(encoding="utf-8")
    assert "is no PostgreSQL database" in desk.maild("db", "copy", "mysql://x/y", code=2).stderr
    with postgresql.database() as url:
        assert "copied and compared" in desk.maild("db", "copy", url).stdout
        assert "holds mail already" in desk.maild("db", "copy", url, code=1).stderr
        assert "it was copied to another database" in desk.maild("resume", code=1).stderr

        config.write_text(text.replace("state: {", f"state: {{database: '{url}', "), encoding="utf-8")

        assert [ticket["number"] for ticket in desk.show("ticket", "list")] == [1001]
        assert desk.show("verify")["ok"]
        assert "in that database already" in desk.maild("db", "copy", url, code=1).stderr
        desk.handle(a_mail(subject="On the server"))
        assert desk.show("ticket", "list")[0]["number"] == 1002


def test_a_pause_keeps_work_from_being_taken_in_hand(desk: ADesk):
    """While mail or timers rest, nothing of theirs is claimed; `resume` lets both go on."""
    desk.handle(a_mail())
    count = make_due(desk)

    desk.maild("pause", "mail")
    desk.handle(a_mail(subject="Later"))
    with closing(desk.open()) as store:
        assert store.read(lambda reader: reader.find_ticket(1002)) is None
        assert store.write(lambda tx: tx.claim_due("a life", 10, ("main",), now())) == ()
        assert store.read(lambda reader: reader.next_due_at(("main",))) is None
    desk.maild("pause")
    with closing(desk.open()) as store:
        store.write(lambda tx: tx.expire_mail(1, "too late", now()))
        assert store.write(lambda tx: tx.claim_timers("a life", 10, now())) == ()

    assert "mail, timers" in desk.maild("resume").stdout
    assert "Nothing was paused" in desk.maild("resume").stdout
    with closing(desk.open()) as store:
        assert store.read(lambda reader: reader.find_pause(PauseKind.MAIL)) is None
        assert len(store.write(lambda tx: tx.claim_timers("a life", 10, now()))) == 1
        assert len(store.write(lambda tx: tx.claim_due("a life", 10, ("main",), now()))) == count - 1


def test_an_upgrade_says_what_it_did(desk: ADesk):
    """`db upgrade` names the schemas; doing it again changes nothing."""
    state = desk.folder / "state"
    state.mkdir(mode=0o700)
    with closing(sqlite3.connect(state / "maild.db")) as database:
        script = Path(__file__).parent / "store" / "schema_0002.sql"
        database.executescript(script.read_text(encoding="utf-8"))
    assert "it had 0002" in desk.maild("db", "upgrade").stdout
    assert "already" in desk.maild("db", "upgrade").stdout
    assert desk.show("verify")["ok"]
